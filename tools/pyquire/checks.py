# SPDX-License-Identifier: MIT
"""What is looked at after a command has run: the auditor's report, and memory that did not return.

The leak check compares the memory that nobody can give back (MemTotal minus what is free or cached,
after the caches were emptied) before and after a command. A command run for the first time may make
the kernel keep a slab page or two for good, hence the tolerance.
"""

import re
from dataclasses import dataclass

AUDIT = "/proc/vmaudit"
MEMINFO = "/proc/meminfo"
DROP_CACHES = "/proc/sys/vm/drop_caches"
TOLERANCE = 64  # kB
RETURNABLE = ("MemFree", "Buffers", "Cached", "SwapCached", "SReclaimable")


@dataclass
class Problem:
    """What a check found; leak tells the leak check from the auditor."""

    text: str
    leak: bool = False


def used_memory(meminfo):
    """kB in use for good, from the text of /proc/meminfo."""
    kb = {m[1]: int(m[2]) for m in re.finditer(r"^(\S+):\s+(\d+)", meminfo.decode(), re.M)}
    return kb["MemTotal"] - sum(kb.get(name, 0) for name in RETURNABLE)


class Checks:
    """Puts the records around a command in a job, and reads the answers."""

    def __init__(self, job, audit=True, leaks=True):
        self._job, self._audit, self._leaks = job, audit, leaks
        self._before = self._after = self._report = None

    def _meminfo(self):
        self._job.write(DROP_CACHES, b"3\n", mode=0)
        return self._job.show(MEMINFO)

    def before(self):
        """Call before the command is added."""
        if self._leaks:
            self._before = self._meminfo()

    def after(self):
        """Call after the command was added."""
        if self._leaks:
            self._after = self._meminfo()
        if self._audit:
            self._report = self._job.show(AUDIT)

    def problem(self, outcome):
        """The first thing that is wrong, or None."""
        if self._audit:
            text = outcome.shown.get(self._report)
            if text is None:
                return Problem(f"the auditor did not answer ({AUDIT} cannot be read)")
            last = text.decode(errors="replace").strip().splitlines()[-1:]
            if not last or not re.fullmatch(r"audit: \d+ frames, 0 differences", last[0]):
                return Problem("the auditor reports:\n" + text.decode(errors="replace"))
        if self._leaks:
            before, after = (outcome.shown.get(n) for n in (self._before, self._after))
            if before is None or after is None:
                return Problem(f"{MEMINFO} cannot be read", leak=True)
            grown = used_memory(after) - used_memory(before)
            if grown > TOLERANCE:
                return Problem(f"memory in use grew by {grown} kB", leak=True)
        return None
