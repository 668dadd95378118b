# SPDX-License-Identifier: MIT
"""The bench programs (user/bench/NAME.c, /bench/NAME on the disk) and their rows."""

import os
import re

from pybench import outside

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "user", "bench")
ROW = re.compile(r'^\t\{ "([a-z0-9_]+)",', re.MULTILINE)  # one of a table of struct bench_row


class UnknownRow(Exception):
    """A word that names neither a program nor a row."""


def programs():
    """{program: [names of its rows]}, as the sources have them, and the rows measured outside."""
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".c"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                names = ROW.findall(f.read())
            if names:
                found[name[:-2]] = names
    return found | {outside.PROGRAM: list(outside.ROWS)}


def chosen(words, known=None):
    """{program: [rows]} that WORDS mean, in the order of the sources; without words all of them.

    A word is a program, a row, or, where it is neither, how the names of several rows begin.
    """
    known = programs() if known is None else known
    if not words:
        return known
    picked = set()
    for word in words:
        meant = ({(p, r) for p, rows in known.items() for r in rows if word in (p, r)} or
                 {(p, r) for p, rows in known.items() for r in rows if r.startswith(word)})
        if not meant:
            raise UnknownRow(word)
        picked |= meant
    left = {p: [r for r in rows if (p, r) in picked] for p, rows in known.items()}
    return {p: rows for p, rows in left.items() if rows}


def command(program, rows, runs, memory):
    """The words that run ROWS of PROGRAM, each RUNS times, on a machine of MEMORY MiB."""
    return [f"/bench/{program}", "-r", str(runs), "-m", str(memory), *rows]
