# SPDX-License-Identifier: MIT
"""The pressure rows beside the yardstick and the limit: exact LRU and OPT on the same accesses.

Both are replayed (replay.py) at the number of frames that each kernel had for the program, which
the row notes itself: the kernel that needs less memory for itself has more.
"""

import os

from pybench import replay
from pybench.classes import class_of
from pybench.figures import Figure, KERNELS

PROGRAM = "pressure"
MEASURES = {"lru": replay.lru_misses, "opt": replay.opt_misses}
JUDGED = ("hot_", "zipf_")  # rows that must come near LRU; loops can and must do better than it
MUST, AIM = 1.15, 1.0  # of LRU's misses
HEAD = ("row", "Linux s", "Quire s", "Linux major", "Quire major", "LRU", "Quire/LRU", "OPT",
        "Linux in+out", "Quire in+out")


def replayed(build, names, samples):
    """[Figure] with what LRU and OPT would miss; SAMPLES is {kernel: {row: Row}}."""
    found = []
    for name in names:
        frames = {k: samples[k][name].note("frames") for k in KERNELS if name in samples[k]}
        if not any(frames.values()):
            continue
        program = os.path.join(build, "user", "bench", PROGRAM)
        accesses = replay.trace(program, name, class_of(PROGRAM, name).memory)
        for measure, misses in MEASURES.items():
            found.append(Figure(PROGRAM, name, "run", measure,
                                {k: [misses(accesses, min(some))] for k, some in frames.items()
                                 if some}))
    return found


def swapped(name, samples):
    """Pages that went to swap and came back, of each kernel."""
    values = {}
    for k in KERNELS:
        row = samples[k].get(name)
        if row and row.notes:
            values[k] = [n.get("pswpin", 0) + n.get("pswpout", 0) for n in row.notes]
    return Figure(PROGRAM, name, "pages", "swapped", values)


def _number(value):
    return "-" if value is None else f"{value:,.2f}" if 0 < value < 10 else f"{value:,.0f}"


def lines(figures):
    """[[cells]]: a line per pressure row."""
    rows = {}
    for f in figures:
        if f.program == PROGRAM:
            rows.setdefault(f.row, {})[f.measure] = f
    for name, some in rows.items():
        def value(measure, kernel, some=some):
            return some[measure].value(kernel) if measure in some else None
        major, lru = value("major", "quire"), value("lru", "quire")
        yield [name, *(_number(value("wall", k)) for k in KERNELS),
               *(_number(value("major", k)) for k in KERNELS), _number(lru),
               _number(major / lru if lru and major is not None else None),
               _number(value("opt", "quire")), *(_number(value("swapped", k)) for k in KERNELS)]


def above(figures):
    """The rows that have more than MUST times the misses of LRU, of those that are judged."""
    by_row = {}
    for f in figures:
        if f.program == PROGRAM and f.row.startswith(JUDGED) and f.measure in ("major", "lru"):
            by_row.setdefault(f.row, {})[f.measure] = f.value("quire")
    return [row for row, v in by_row.items() if v.get("lru") and v.get("major", 0) > MUST * v["lru"]]


def to_text(figures):
    """The table for a terminal."""
    table = [HEAD, *lines(figures)]
    if len(table) == 1:
        return ""
    widths = [max(len(r[i]) for r in table) for i in range(len(HEAD))]
    return "memory pressure, beside exact LRU and OPT at Quire's frames\n" + "\n".join(
        "  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                         for i, (c, w) in enumerate(zip(r, widths))) for r in table)


def to_markdown(figures):
    """The same for the book."""
    table = list(lines(figures))
    if not table:
        return ""
    return "\n".join(["### Memory pressure, beside exact LRU and OPT at Quire's frames", "",
                      "| " + " | ".join(HEAD) + " |", "| --- |" + " ---: |" * (len(HEAD) - 1),
                      *("| " + " | ".join(r) + " |" for r in table), ""])
