# SPDX-License-Identifier: MIT
"""What kinds of rows there are: on which machine each is measured, how, and what Quire must reach.

The measures: `instructions` under -icount, which repeat; `ns` of wall time without it, the least of
several boots; and, where the disk takes part, `wall` (the median of several boots) and `major`
(faults that had to wait for the disk) instead. The machine as a whole has `seconds` until it is
ready, and sizes. Numbers in MUST and AIM are ratios Quire / Linux.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatch


@dataclass(frozen=True)
class Class:
    """Rows that share a machine and a target."""

    title: str
    patterns: tuple  # of PROGRAM/ROW
    targets: dict = field(default_factory=dict)  # measure -> (must, aim)
    memory: int = 128  # MiB
    swap: int = 256
    disk: bool = False  # waits for the disk: instructions alone say little


CLASSES = (
    Class("calls and signals", ("calls/*",), {"instructions": (0.7, 0.5)}),
    Class("faults and mappings", ("memory/*",), {"instructions": (0.7, 0.5)}),
    Class("processes", ("process/*", "dynamic/*"), {"instructions": (0.6, 0.4)}),
    Class("pipe bandwidth", ("ipc/*_bandwidth",), {"instructions": (0.75, 0.6)}),
    Class("switches and messages", ("switch/*", "ipc/*"), {"instructions": (0.6, 0.4)}),
    Class("files and names", ("files/*", "names/*"), {"instructions": (0.8, 0.6)}),
    Class("disk", ("disk/*",), {"wall": (1.0, 0.6)}, disk=True),
    Class("memory pressure", ("pressure/*", "compile/*"),
          {"wall": (1.0, 0.6), "major": (1.0, 1.0)}, memory=64, disk=True),
    Class("the machine, as a file", ("machine/kernel_*",)),
    Class("the machine", ("machine/*",),
          {"instructions": (0.25, 0.1), "seconds": (0.25, 0.1), "KiB": (0.25, 0.1),
           "MiB": (0.25, 0.1)}),
)
TITLES = [c.title for c in CLASSES]
OTHER = Class("other", ("*",))


def class_of(program, row):
    """The first class that the row belongs to."""
    name = f"{program}/{row}"
    return next((c for c in CLASSES if any(fnmatch(name, p) for p in c.patterns)), OTHER)
