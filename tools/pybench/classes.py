# SPDX-License-Identifier: MIT
"""What kinds of rows there are: on which machine each is measured, how, and what Quire must reach.

The measures: `instructions` under -icount, which repeat; `ns` of wall time without it, the least of
several boots. Rows that wait for the disk have `us`, the median of many short runs, and the instructions
executed meanwhile; those that want more memory than there is `wall`, seconds of a whole run (the median
of several boots), and `major`, faults that had to wait for the disk. The machine as a whole has `seconds`
until it is ready, and sizes. Targets are pairs of ratios Quire / Linux: what must be reached, the aim.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatch


OFTEN = 9


@dataclass(frozen=True)
class Class:
    """Rows that share a machine and a target."""

    title: str
    patterns: tuple  # of PROGRAM/ROW
    targets: dict = field(default_factory=dict)  # measure -> (must, aim), of each row
    means: dict = field(default_factory=dict)  # measure -> (must, aim), of the geometric mean
    memory: int = 128  # MiB
    swap: int = 256
    note: str = ""  # what must be said beside the rows
    often: tuple = ()  # of rows that are so short that they run OFTEN times as often
    kind: str = "cpu"  # or "disk", "pressure": how it is measured

    def runs(self, row, runs):
        """How often a row runs where most run RUNS times."""
        return runs * OFTEN if any(fnmatch(row, p) for p in self.often) else runs


GENERIC = ("Linux is Debian's generic kernel, with drivers for everything and that of its disk in an initramfs: "
           "one built for this machine would be smaller and sooner.")

CLASSES = (
    Class("calls and signals", ("calls/*",), {"instructions": (0.7, 0.5)}),
    Class("faults and mappings", ("memory/*",), {"instructions": (0.7, 0.5)}),
    Class("processes", ("process/*", "dynamic/*"), {"instructions": (0.6, 0.4)}),
    Class("pipe bandwidth", ("ipc/*_bandwidth",), {"instructions": (0.75, 0.6)}),
    Class("switches and messages", ("switch/*", "ipc/*"), {"instructions": (0.6, 0.4)}),
    Class("files and names", ("files/*", "names/*"), {"instructions": (0.8, 0.6)}),
    Class("disk", ("disk/*",), {"us": (1.0, 0.6)}, kind="disk"),
    Class("memory pressure", ("pressure/*", "compile/*"),
          {"wall": (1.0, 0.6), "major": (1.0, 1.0)}, {"wall": (0.8, 0.6)}, memory=64,
          often=("*_half",), kind="pressure"),
    Class("the machine, as a file", ("machine/kernel_*",), note=GENERIC),
    Class("the machine", ("machine/*",),
          {"instructions": (0.25, 0.1), "seconds": (0.25, 0.1), "KiB": (0.25, 0.1),
           "MiB": (0.25, 0.1)}, note=GENERIC),
)
NOTES = {c.title: c.note for c in CLASSES if c.note}
TITLES = [c.title for c in CLASSES]
OTHER = Class("other", ("*",))


def class_of(program, row):
    """The first class that the row belongs to."""
    name = f"{program}/{row}"
    return next((c for c in CLASSES if any(fnmatch(name, p) for p in c.patterns)), OTHER)
