# SPDX-License-Identifier: MIT
"""Runs rows on both kernels: boots in alternation, and goes on where a machine died."""

from dataclasses import dataclass

from pybench import kernels, outside, rows, yardstick
from pybench.classes import class_of
from pybench.figures import Figure
from pybench.programs import command
from pybench.rows import Row

DIED = "machine died"
ROW_SECONDS = 180  # all runs of a row, on a busy host


@dataclass(frozen=True)
class Effort:
    """How often things are done."""

    runs: int  # of a row under -icount, in one boot
    boots: int  # without it, of each kernel in alternation
    boot_runs: int  # of a row in one of these
    disk_boots: int  # of the rows that wait for the disk, one run in each


SHORT = Effort(runs=3, boots=2, boot_runs=3, disk_boots=2)
FULL = Effort(runs=5, boots=5, boot_runs=5, disk_boots=5)


def split(chosen):
    """{(memory, swap, disk): {program: [rows]}}: rows that may share a machine."""
    groups = {}
    for program, names in chosen.items():
        for name in () if program == outside.PROGRAM else names:
            c = class_of(program, name)
            group = groups.setdefault((c.memory, c.swap, c.disk), {})
            group.setdefault(program, []).append(name)
    return groups


def sweep(kernel, build, group, runs, found, say=print, **machine):
    """Run GROUP, {program: [rows]}, and add to FOUND, {row: Row}.

    A row during which the machine dies gets that as its error, and another machine does the rest.
    """
    left = {program: list(names) for program, names in group.items()}
    while left:
        say(f"{kernel}: {', '.join(left)}")
        commands = [command(p, names, runs, machine["memory"]) for p, names in left.items()]
        patience = ROW_SECONDS * max(len(names) for names in left.values())
        results = kernels.outputs(kernel, build, commands, timeout=patience, **machine)
        for (program, names), (status, text) in zip(list(left.items()), results):
            got = rows.parse(text)
            del left[program]
            if status is not None:
                for name in names:
                    got.setdefault(name, Row(name, "", error=f"exit status {status}"))
                rows.merge(found, got)
                continue
            lost = next((n for n in names if n not in got or got[n].runs() < runs), names[-1])
            got.setdefault(lost, Row(lost, "")).error = DIED
            rows.merge(found, got)
            rest = [n for n in names if n not in got]
            left = ({program: rest} if rest else {}) | left
            break
    return found


def measure(chosen, build, effort, say=print, only=kernels.KERNELS):
    """[Figure] of CHOSEN, {program: [rows]}; of the kernels in ONLY."""
    samples = {(k, way): {} for k in kernels.KERNELS for way in ("icount", "wall")}
    for (memory, swap, disk), group in split(chosen).items():
        if disk and not effort.disk_boots:
            continue
        machine = {"memory": memory, "swap": swap}
        for k in () if disk else only:
            sweep(k, build, group, effort.runs, samples[k, "icount"], say, icount=True, **machine)
        for _ in range(effort.disk_boots if disk else effort.boots):
            for k in only:
                sweep(k, build, group, 1 if disk else effort.boot_runs, samples[k, "wall"], say,
                      icount=False, **machine)
    found = [f for program, names in chosen.items() if program != outside.PROGRAM
             for name in names for f in figures_of(program, name, samples)]
    if yardstick.PROGRAM in chosen:
        say("replaying LRU and OPT")
        walls = {k: samples[k, "wall"] for k in kernels.KERNELS}
        found += [yardstick.swapped(name, walls) for name in chosen[yardstick.PROGRAM]]
        try:
            found += yardstick.replayed(build, chosen[yardstick.PROGRAM], walls)
        except OSError as e:  # a host that runs no 32-bit programs
            say(f"no LRU and OPT: {e}")
    if only == kernels.KERNELS:
        found += outside.measure(chosen.get(outside.PROGRAM, ()), build, effort.boots, say)
    return found


def figures_of(program, name, samples):
    """The figures of one row, the one that counts first."""
    if class_of(program, name).disk:
        return [_figure(program, name, samples, "wall", "wall", Row.seconds),
                _figure(program, name, samples, "wall", "major", lambda r: r.note("major"))]
    return [_figure(program, name, samples, "icount", "instructions", lambda r: r.instructions),
            _figure(program, name, samples, "wall", "ns", lambda r: r.nanoseconds)]


def _figure(program, name, samples, way, measure_name, values):
    found = {k: samples[k, way].get(name) for k in kernels.KERNELS}
    unit = next((r.unit for r in found.values() if r and r.unit), "")
    if measure_name in ("wall", "major"):
        unit = "run"
    return Figure(program, name, unit, measure_name,
                  {k: values(r) for k, r in found.items() if r and not r.error},
                  {k: r.error for k, r in found.items() if r and r.error})
