# SPDX-License-Identifier: MIT
"""What the bench programs print (user/bench/bench.h)."""

import errno
from dataclasses import dataclass, field


@dataclass
class Row:
    """All runs of one row on one kernel."""

    name: str
    unit: str
    instructions: list = field(default_factory=list)  # or cycles: per operation, one a run
    operations: list = field(default_factory=list)
    nanoseconds: list = field(default_factory=list)  # per operation
    notes: list = field(default_factory=list)  # {key: number}, one a run that has any
    error: str = ""

    def runs(self):
        """How many runs succeeded."""
        return len(self.operations)

    def seconds(self):
        """How long each run took as a whole."""
        return [ns * n / 1e9 for ns, n in zip(self.nanoseconds, self.operations)]

    def note(self, key):
        """The number noted as KEY, of each run that has it."""
        return [n[key] for n in self.notes if key in n]

    def add(self, other):
        """Another boot's runs of the same row."""
        self.unit = self.unit or other.unit
        self.error = self.error or other.error
        for name in ("instructions", "operations", "nanoseconds", "notes"):
            getattr(self, name).extend(getattr(other, name))


def parse(text, rows=None):
    """Add the lines `row ...` and `note ...` of TEXT to ROWS, a dictionary by name."""
    rows = {} if rows is None else rows
    for line in text.splitlines():
        words = line.split()
        if len(words) > 3 and words[0] == "note" and words[1] in rows:
            rows[words[1]].notes.append(dict(zip(words[2::2], map(int, words[3::2]))))
        if len(words) < 5 or words[0] != "row":
            continue
        row = rows.setdefault(words[1], Row(words[1], words[2]))
        if words[3] == "failed":
            row.error = errno.errorcode.get(int(words[4]), f"errno {words[4]}")
            continue
        ticks, ns, count = (int(w) for w in words[3:6])
        row.operations.append(count)
        row.instructions.append(ticks / count)
        row.nanoseconds.append(ns / count)
    return rows


def with_ticks(text, sums):
    """TEXT with the ticks of each run that succeeded replaced by the next of the iterator SUMS, while there are any."""
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["row"] and len(words) > 5:
            words[3] = str(next(sums, ""))
            if not words[3]:
                break
        lines.append(" ".join(words))
    return "\n".join(lines)


def merge(rows, more):
    """Add MORE, {name: Row}, to ROWS."""
    for name, row in more.items():
        if name in rows:
            rows[name].add(row)
        else:
            rows[name] = row
