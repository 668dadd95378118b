# SPDX-License-Identifier: MIT
"""What the bench programs print (user/bench/bench.h), and what becomes of several runs."""

import os
import statistics
from dataclasses import dataclass, field


@dataclass
class Row:
    """All runs of one row on one kernel."""

    name: str
    unit: str
    instructions: list = field(default_factory=list)  # or cycles: per operation, one a run
    operations: list = field(default_factory=list)
    nanoseconds: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # {key: number}, one a run that has any
    error: str = ""

    def median(self):
        """The figure to quote; None when the row failed."""
        return statistics.median(self.instructions) if self.instructions else None

    def spread(self):
        """(largest - smallest) / median."""
        values = self.instructions
        return (max(values) - min(values)) / self.median() if values else 0


def parse(text, rows=None):
    """Add the lines `row ...` of TEXT to ROWS, a dictionary by name."""
    rows = {} if rows is None else rows
    for line in text.splitlines():
        words = line.split()
        if len(words) > 3 and words[0] == "note" and words[1] in rows:
            rows[words[1]].notes.append(dict(zip(words[2::2], map(int, words[3::2]))))
        if len(words) < 5 or words[0] != "row":
            continue
        row = rows.setdefault(words[1], Row(words[1], words[2]))
        if words[3] == "failed":
            row.error = os.strerror(int(words[4]))
            continue
        ticks, ns, count = (int(w) for w in words[3:6])
        row.operations.append(count)
        row.instructions.append(ticks / count)
        row.nanoseconds.append(ns / count)
    return rows
