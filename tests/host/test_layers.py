#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The VM's layers call only downwards: checked on the include graph and on the objects' symbols.

tests/layers.txt says which file is in which layer. Upward calls go through tables of operations,
which leave no symbol behind: any direct reference to a symbol of a higher layer is a violation.
"""

import fnmatch
import glob
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("QUIRE_BUILD", os.path.join(TOP, "build"))
OBJECTS = os.path.join(BUILD, "kernel-obj")
NAMES = ["base", "0", "1", "2", "3", "4", "5", "6", "7"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
ROOTS = ("kernel/include", "kernel/arch/i386/include")


def table():
    """Of layers.txt: [(rank, pattern)], and [(source, symbol or header)], patterns, that are allowed."""
    rows, allowed = [], []
    with open(os.path.join(TOP, "tests", "layers.txt"), encoding="utf-8") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words[:1] == ["allow"]:
                allowed += [(words[1], what) for what in words[2:]]
                continue
            rows += [(NAMES.index(words[0]), pattern) for pattern in words[1:]]
    return rows, allowed


def ranker(rows):
    """A function from a source's path to its rank, or None."""
    def rank(path):
        return next((r for r, pattern in rows if fnmatch.fnmatchcase(path, pattern)), None)
    return rank


def sources():
    """Paths of all C sources and headers, relative to the top."""
    found = [p for part in ("kernel", "fs") for ext in ("c", "h")
             for p in glob.glob(f"{TOP}/{part}/**/*.{ext}", recursive=True)]
    return sorted(os.path.relpath(p, TOP) for p in found)


def included(path):
    """The project's headers that a file includes directly."""
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        for name in INCLUDE.findall(f.read()):
            for root in (os.path.dirname(path), *ROOTS):
                header = os.path.normpath(os.path.join(root, name))
                if os.path.exists(os.path.join(TOP, header)):
                    yield header
                    break


def symbols(nm):
    """{source: (defined, undefined)} of all objects."""
    out = {}
    for path in glob.glob(f"{OBJECTS}/**/*.o", recursive=True):
        source = os.path.relpath(path, OBJECTS)[:-2]
        if not os.path.exists(os.path.join(TOP, source)):
            continue
        text = subprocess.run([nm, path], check=True, capture_output=True, text=True).stdout
        rows = [line.split() for line in text.splitlines()]
        out[source] = ({r[-1] for r in rows if r[-2] in "TDBRVWC"},
                       {r[-1] for r in rows if r[-2] == "U"})
    return out


def report(number, name, problems):
    """One line of TAP, the problems before it."""
    for problem in sorted(problems):
        print(problem)
    print(f"{'not ok' if problems else 'ok'} {number} - {name}")
    return not problems


def main():
    rows, allowed = table()
    rank = ranker(rows)

    def excused(path, what):
        return any(fnmatch.fnmatchcase(path, source) and fnmatch.fnmatchcase(what, name)
                   for source, name in allowed)

    files = sources()
    ranks = {path: rank(path) for path in files}
    top = len(NAMES) - 1
    good = report(1, "every file of the VM has a layer",
                  [f"{p} is in no layer (tests/layers.txt)" for p in files if ranks[p] is None])
    good &= report(2, "includes go downwards", [
        f"{path} (layer {NAMES[ranks[path]]}) includes {header} (layer {NAMES[ranks[header]]})"
        for path in files if ranks[path] is not None and path.endswith(".c")
        for header in included(path)
        if ranks.get(header) is not None and ranks[path] < ranks[header] < top
        and not excused(path, header)])
    objects = symbols("i686-linux-gnu-nm")
    home = {name: path for path, (defined, _) in objects.items() for name in defined}
    good &= report(3, "calls go downwards", [
        f"{path} (layer {NAMES[ranks[path]]}) uses {name} of {home[name]} "
        f"(layer {NAMES[ranks[home[name]]]})"
        for path, (_, wanted) in objects.items() if ranks.get(path) is not None
        for name in wanted
        if name in home and ranks.get(home[name]) is not None and ranks[path] < ranks[home[name]]
        and not excused(path, name)])
    print("1..3")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
