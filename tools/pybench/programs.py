# SPDX-License-Identifier: MIT
"""The bench programs (user/bench/NAME.c, /bench/NAME on the disk) and their rows."""

import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "user", "bench")
ROW = re.compile(r'^\t\{ "([a-z0-9_]+)",', re.MULTILINE)  # one of a table of struct bench_row


def programs():
    """{program: [names of its rows]}, as the sources have them."""
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".c"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                found[name[:-2]] = ROW.findall(f.read())
    return found


def commands(words, runs):
    """What to run for WORDS, each a program or a row."""
    chosen = []
    for program, names in programs().items():
        picked = [] if program in words or not words else [n for n in names if n in words]
        if picked or program in words or not words:
            chosen.append([f"/bench/{program}", "-r", str(runs), *picked])
    return chosen
