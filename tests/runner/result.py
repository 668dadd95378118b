# SPDX-License-Identifier: MIT
"""What a test gives, and TAP in and out."""

import re
import threading
from dataclasses import dataclass

_LINE = re.compile(r"^(?:\[[^\]]*\]\s*)?(not ok|ok)\b\s*\d*\s*(?:-\s*)?([^#\n]*)(#.*)?$")
_PLAN = re.compile(r"^(?:\[[^\]]*\]\s*)?1\.\.(\d+)")


@dataclass
class Result:
    """One test. detail says what went wrong, or why it was skipped."""

    name: str
    ok: bool
    detail: str = ""
    seconds: float = 0
    skipped: bool = False


def parse_tap(text, prefix):
    """(results, complete) of the TAP in TEXT; lines that are not TAP become the next failure's detail.

    A plan that does not match the number of results, or none, makes it incomplete.
    """
    results, plan, notes = [], None, []
    for line in text.replace("\r", "").splitlines():
        if m := _PLAN.match(line):
            plan = int(m[1])
        elif m := _LINE.match(line):
            directive = (m[3] or "").upper()
            results.append(Result(f"{prefix}{m[2].strip()}", m[1] == "ok", "\n".join(notes[-20:]),
                                  skipped="SKIP" in directive))
            notes = []
        elif line.strip():
            notes.append(line)
    return results, plan is not None and plan == len(results)


class Reporter:
    """Prints results as TAP while they come, from any thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def __call__(self, results):
        with self._lock:
            for r in results:
                self._one(r)

    def _one(self, r):
        number = self.passed + self.failed + self.skipped + 1
        took = f" # {r.seconds:.1f} s" if r.seconds else ""
        if r.ok and r.skipped:
            self.skipped += 1
            print(f"ok {number} - {r.name} # SKIP {r.detail}", flush=True)
        elif r.ok:
            self.passed += 1
            print(f"ok {number} - {r.name}{took}", flush=True)
        else:
            self.failed += 1
            self.failures.append(r)
            print(f"not ok {number} - {r.name}{took}", flush=True)
            for line in r.detail.splitlines():
                print(f"# {line}", flush=True)

    def finish(self):
        """The plan and the last line; true when nothing failed."""
        print(f"1..{self.passed + self.failed + self.skipped}")
        for r in self.failures:
            print(f"# failed: {r.name}")
        if self.skipped:
            print(f"# {self.skipped} skipped")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return self.failed == 0
