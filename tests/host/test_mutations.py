#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The mutations do not rot: each patch applies, names its reason and tests that are there; and the book's
tables name mutations that are there and that break a test of their row.

Whether the tests fail under them is for `make test-mutations`, which takes longer.
"""

import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests"), os.path.join(TOP, "tools")]

from runner.mutation import BUILD, apply, mutations  # noqa: E402

TABLES = [os.path.join(TOP, "docs", "vm", name) for name in ("notes-answered.md", "tests.md")]
HEADING = re.compile(r"\| (#|what must hold|---) \|")
KTEST = re.compile(r"^KTEST\((\w+)\)", re.M)


def existing_tests():
    """{(ring, name)} of all tests that a patch may name."""
    stems = {ring: {os.path.splitext(os.path.basename(p))[0] for p in glob.glob(os.path.join(TOP, where))}
             for ring, where in (("user", "user/tests/*.c"), ("unit", "tests/unit/test_*.c"), ("host", "tests/host/*.py"))}
    stems["user"] |= {os.path.basename(p) for p in glob.glob(os.path.join(TOP, "user/tests/*.sh"))}
    ktests = set()
    for part in ("kernel", "fs"):
        for path in glob.glob(f"{TOP}/{part}/**/*.c", recursive=True):
            with open(path, encoding="utf-8") as f:
                ktests.update(KTEST.findall(f.read()))
    return {BUILD, *((ring, n) for n in ktests for ring in ("kernel", "icount")),
            *((ring, n) for ring in ("unit", "host") for n in stems[ring]),
            *((ring, n) for n in stems["user"] for ring in ("user", "highmem"))}


def head_problems(mutation, tests):
    """What is wrong with a patch's first lines."""
    with open(mutation.path, encoding="utf-8") as f:
        head = f.read().split("\n--- ", 1)[0]
    if not head.strip() or head.startswith("test:"):
        yield f"{mutation.name} does not say what it breaks"
    if not mutation.tests or len(mutation.tests) != len(re.findall(r"^test:", head, re.M)):
        yield f"{mutation.name} names no test, or not in the form that is understood"
    for test in mutation.tests:
        if test not in tests:
            yield f"{mutation.name} names a test that is not there: {' '.join(test)}"


def rows():
    """(what it is about, tests, mutations) of each row of the book's tables of tests."""
    for table in TABLES:
        with open(table, encoding="utf-8") as f:
            for line in f:
                if line.startswith("| ") and not HEADING.match(line):
                    cells = [c.strip() for c in line.strip().strip("|").split("|")]
                    yield cells[0], re.findall(r"[\w/.]+", cells[-2]), re.findall(r"[\w-]+", cells[-1])


def row_problems(known):
    """Rows that no mutation breaks, or whose mutations are not there, or break none of the row's tests."""
    for row, tests, patches in rows():
        if tests and not patches and "explained" not in tests:
            yield f"row {row}: no mutation breaks it"
        for name in patches:
            if name not in known:
                yield f"row {row}: there is no mutation {name}"
            elif not {t for _, t in known[name].tests} & {*tests, ""}:
                yield f"row {row}: {name} names none of the row's tests"


def report(number, name, problems):
    """One line of TAP, the problems before it."""
    problems = list(problems)
    for problem in problems:
        print(problem)
    print(f"{'not ok' if problems else 'ok'} {number} - {name}")
    return not problems


def main():
    tests, every = existing_tests(), mutations()
    wrong = ((m.name, apply(m, TOP, "--dry-run")) for m in every)
    good = report(1, "every mutation applies", [f"{name}: {text}" for name, text in wrong if text])
    good &= report(2, "every mutation names what it breaks and its tests",
                   [p for m in every for p in head_problems(m, tests)])
    good &= report(3, "the book's tables name mutations of their tests", row_problems({m.name: m for m in every}))
    print("1..3")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
