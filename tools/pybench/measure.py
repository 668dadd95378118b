# SPDX-License-Identifier: MIT
"""Runs rows on both kernels: boots in alternation, and goes on where a row, a machine or a boot failed."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from pybench import kernels, outside, profile, yardstick
from pybench import rows as rowlib
from pybench.classes import class_of
from pybench.figures import Figure
from pybench.programs import command
from pybench.rows import Row

DIED = "machine died"
ROW_SECONDS = 240  # all runs of a row in a boot, on a busy host


@dataclass(frozen=True)
class Effort:
    """How often things are done: the runs of a row in one boot, and the boots of each kernel in alternation."""

    icount_runs: int  # in the one boot under -icount
    runs: int  # without it
    boots: int
    disk_runs: int  # of the rows that wait for the disk
    disk_boots: int
    pressure_boots: int  # one run in each

    def words(self):
        """All of it, for the head of the table."""
        return ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in vars(self).items())

    def with_boots(self, boots):
        """The same with another number of boots without icount."""
        return Effort(self.icount_runs, self.runs, boots, self.disk_runs, boots, boots)


SHORT = Effort(icount_runs=3, runs=1, boots=2, disk_runs=5, disk_boots=3, pressure_boots=2)
FULL = Effort(icount_runs=5, runs=5, boots=5, disk_runs=9, disk_boots=5, pressure_boots=5)


@dataclass(frozen=True)
class Step:
    """One kernel does some rows: one boot, unless a machine dies."""

    kernel: str
    memory: int  # MiB
    swap: int
    kind: str  # the rows' (classes.py)
    way: str  # "icount", "wall" or "count": by the plugin, without icount
    runs: int  # of each row
    rows: tuple  # of (program, row)

    def title(self):
        """What is said of it; the same in every bench."""
        return (f"{self.kernel}, {self.memory} MiB, {self.way}: {len(self.rows)} {self.kind} rows, "
                f"{self.runs} runs each")


def plan(chosen, effort, only=kernels.KERNELS):
    """{(memory, swap, kind): [Step]} of CHOSEN, {program: [rows]}, without those of the machine as a whole."""
    groups = {}
    for program, names in chosen.items():
        for name in () if program == outside.PROGRAM else names:
            c = class_of(program, name)
            groups.setdefault((c.memory, c.swap, c.kind), []).append((program, name))
    found = {}
    for group, rows in groups.items():
        kind = group[2]
        boots = {"disk": effort.disk_boots, "pressure": effort.pressure_boots}.get(kind, effort.boots)
        ways = [("icount", effort.icount_runs)] if kind == "cpu" else []
        if kind == "disk" and boots:
            ways.append(("count", 1))
        runs = {"disk": effort.disk_runs, "pressure": 1}.get(kind, effort.runs)
        found[group] = [Step(k, *group, way, n, tuple(rows))
                        for way, n in ways + [("wall", runs)] * boots for k in only]
    return found


def sweep(step, build, found, say=print):
    """Do STEP and add to FOUND, {row: Row}.

    A row during which the machine dies gets that as its error, and another machine does the rest; it is
    not tried again in later steps.
    """
    left = [(p, n) for p, n in step.rows if n not in found or found[n].error != DIED]
    while left:
        commands = [command(p, [n], class_of(p, n).runs(n, step.runs), step.memory) for p, n in left]
        for (program, name), (status, text) in zip(list(left), outputs(step, build, commands)):
            del left[0]
            got = rowlib.parse(text)
            if status != 0:
                row = got.setdefault(name, Row(name, ""))
                row.error = DIED if status is None else row.error or f"exit status {status}"
            rowlib.merge(found, got)
            if status is None:
                say(f"{step.kernel}: the machine died in {program}/{name}")
                break
    return found


def outputs(step, build, commands):
    """kernels.outputs(); where the plugin counts, the rows' ticks are what it counted."""
    machine = {"memory": step.memory, "swap": step.swap, "timeout": ROW_SECONDS,
               "icount": step.way == "icount"}
    if step.way != "count":
        return kernels.outputs(step.kernel, build, commands, **machine)
    text, results = profile.count(step.kernel, build, commands, **machine)
    sums = iter(profile.windows(text))
    return [(status, rowlib.with_ticks(some, sums)) for status, some in results]


def attempt(step, build, found, say):
    """sweep(), whatever happens: the rows that it did not come to get the reason as their error."""
    try:
        sweep(step, build, found, say)
    except (kernels.BootFailed, OSError) as e:
        say(f"{step.title()}: {type(e).__name__}: {e}")
        for _, name in step.rows:
            found.setdefault(name, Row(name, "", error=type(e).__name__))


def rounds(steps):
    """STEPS in lists of those that may run at the same time: the kernels' counts of instructions, which do not
    change with what else the host does."""
    for way, some in groupby(steps, lambda step: step.way):
        some = list(some)
        yield from [[step] for step in some] if way == "wall" else [some]


def timed(step, build, found, say, took):
    """attempt(), and how long it took."""
    start = time.monotonic()
    attempt(step, build, found, say)
    took[step.title()] = time.monotonic() - start
    say(f"{took[step.title()]:5.0f} s  {step.title()}")


def measure(chosen, build, effort, say=print, only=kernels.KERNELS, took=None):
    """Yields [Figure] of a part of CHOSEN, {program: [rows]}, as soon as it is measured; of the kernels in ONLY.

    TOOK gets {title of a step: seconds}.
    """
    took = {} if took is None else took
    for group, steps in plan(chosen, effort, only).items():
        samples = {(k, way): {} for k in kernels.KERNELS for way in ("icount", "wall", "count")}
        for together in rounds(steps):
            with ThreadPoolExecutor(len(together)) as pool:
                for done in [pool.submit(timed, s, build, samples[s.kernel, s.way], say, took)
                             for s in together]:
                    done.result()
        rows = steps[0].rows if steps else ()
        yield [f for p, n in rows for f in figures_of(p, n, group[2], samples)]
        yield from beside(build, [n for p, n in rows if p == yardstick.PROGRAM], samples, say)
    if only == kernels.KERNELS and outside.PROGRAM in chosen:
        yield from outside.measure(chosen[outside.PROGRAM], build, effort.boots, say, took)


def beside(build, names, samples, say):
    """The yardsticks of pressure rows, as measure() yields them."""
    if not names:
        return
    say("replaying LRU and OPT")
    walls = {k: samples[k, "wall"] for k in kernels.KERNELS}
    yield [yardstick.swapped(name, walls) for name in names]
    try:
        yield yardstick.replayed(build, names, walls)
    except OSError as e:  # a host that runs no 32-bit programs
        say(f"no LRU and OPT: {e}")


def figures_of(program, name, kind, samples):
    """The figures of one row, the one that counts first."""
    ways = {"cpu": (("icount", "instructions", lambda r: r.instructions),
                    ("wall", "ns", lambda r: r.nanoseconds)),
            "disk": (("wall", "us", lambda r: [ns / 1000 for ns in r.nanoseconds]),
                     ("count", "instructions", lambda r: r.instructions)),
            "pressure": (("wall", "wall", Row.seconds), ("wall", "major", lambda r: r.note("major")))}
    return [_figure(program, name, samples, *way) for way in ways[kind]]


def _figure(program, name, samples, way, measure_name, values):
    found = {k: samples[k, way].get(name) for k in kernels.KERNELS}
    unit = next((r.unit for r in found.values() if r and r.unit), "")
    if measure_name in ("wall", "major"):
        unit = "run"
    return Figure(program, name, unit, measure_name,
                  {k: values(r) for k, r in found.items() if r and not r.error},
                  {k: r.error for k, r in found.items() if r and r.error})
