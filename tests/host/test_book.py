#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The book cannot rot: what README and docs/ name must be there.

Checked: links to other pages; names of source files; functions, types, constants and counters written in `backticks`,
and that one named with its file (`f` in `kernel/x.c`, `x.c` `f`) stands in that file; names in /proc; the tests after "Tests:", and those in tables' columns "test" and "mutation". A name in backticks is checked when it looks like one of the source's
(letters, digits, underscores, at least one underscore); `/proc/...` and commands are not.
"""

import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ("kernel", "fs", "user", "libc-glue", "tools", "tests", "iso")
CODE = re.compile(r"```.*?```", re.S)
LINK = re.compile(r"\]\(([^)#:\s]+)\)")
FILE = re.compile(r"(?<![\w*/.-])((?:[\w-]+/)*[\w-]+\.(?:c|h|S|py|sh|mk))\b")
NAME = re.compile(r"`([A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*)(?:\(\))?`")
PAIRS = (re.compile(r"`(?P<name>\w+)(?:\(\))?`(?:,? in|:)? \(?`?(?P<file>(?:[\w-]+/)*[\w-]+\.[chS])\b"),
         re.compile(r"(?<![\w/])(?P<file>(?:[\w-]+/)*[\w-]+\.[chS])`? `(?P<name>\w+)`"))
PROC = re.compile(r"(?<![\w.])/proc((?:/[\w-]+)+)")
TESTS = re.compile(r"^(?:Tests|Host tests?|Test): (.*?)(?:\n\n|\Z)", re.M | re.S)
IDENTIFIER = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
STRANGERS = {"get_pgd_slow"}  # of other systems, to compare with
EXAMPLES = re.compile(r"NAME|^hello\.c$")


def sources():
    """[(path relative to the tree, text)] of all sources."""
    found = []
    for folder in SOURCES:
        for path, _, names in os.walk(os.path.join(TOP, folder)):
            for name in names:
                full = os.path.join(path, name)
                with open(full, encoding="utf-8", errors="replace") as f:
                    found.append((os.path.relpath(full, TOP), f.read()))
    return found


def pages():
    """The pages of the book."""
    return [os.path.join(TOP, "README.md"), os.path.join(TOP, "CONTRIBUTING.md"),
            *sorted(glob.glob(os.path.join(TOP, "docs", "**", "*.md"), recursive=True))]


def columns(text, heading):
    """The cells of all tables' columns with this heading."""
    at = None
    for line in text.splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            at = None
        elif at is None:
            at = cells.index(heading) if heading in cells else -1
        elif 0 <= at < len(cells):
            yield cells[at]


def defines(name, text):
    """Is the function defined in this C source?  Definitions begin a line, and no semicolon ends it."""
    return re.search(rf"^[A-Za-z_][^\n;]*\b{name}\([^\n;]*$", text, re.M)


def misplaced(prose, found):
    """Names that are not in the file that they are said to be in."""
    for pattern in PAIRS:
        for m in pattern.finditer(prose):
            name, file = m["name"], m["file"]
            named = [text for path, text in found if path == file or path.endswith("/" + file)]
            function = any(defines(name, text) for path, text in found if path.endswith(".c"))
            if not any(defines(name, t) if function else re.search(rf"\b{name}\b", t) for t in named):
                yield f"not in {file}: {name}"


def check(page, found, words, tests):
    """What is wrong on one page."""
    files = [path for path, _ in found]
    with open(page, encoding="utf-8") as f:
        text = f.read()
    prose, here = CODE.sub("", text), os.path.dirname(page)
    mutations = {os.path.basename(f)[:-len(".patch")] for f in files if f.endswith(".patch")}
    wrong = [f"leads nowhere: {link}" for link in LINK.findall(prose)
             if not os.path.exists(os.path.join(here, link))]
    wrong += [f"no such file: {name}" for name in FILE.findall(prose) if not EXAMPLES.search(name)
              and not any(f == name or f.endswith("/" + name) for f in files)]
    wrong += [f"not in the sources: {name}" for name in NAME.findall(prose)
              if name not in words and name not in STRANGERS]
    wrong += misplaced(prose, found)
    wrong += [f"not in /proc: {path}" for path in PROC.findall(text)
              if path.rsplit("/", 1)[1] not in words and not path.rsplit("/", 1)[1].isupper()]
    for cell in [*TESTS.findall(prose), *columns(prose, "test")]:
        wrong += [f"no such test: {name}" for name in IDENTIFIER.findall(cell) if name not in tests]
    for cell in columns(prose, "mutation"):
        wrong += [f"no such mutation: {name}" for name in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", cell)
                  if name not in mutations]
    return wrong


def main():
    found = sources()
    files = [path for path, _ in found]
    words = set()
    for _, text in found:
        words |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
    # Names in /proc that are no identifiers: "sys/vm/page-cluster".
    for path, text in found:
        if path.startswith(("kernel/", "fs/")):
            words |= {n for s in re.findall(r'"([\w/-]+)"', text) for n in s.split("/")}
    # Names that a macro makes: PageDirty, VM_EVENT_x, PG_x.
    for path, text in found:
        if path == "kernel/include/quire/page.h":
            words |= {f"PG_{n}" for n in re.findall(r"^\s*F\((\w+)\)", text, flags=re.M)}
            words |= {f"{p}{n}" for n in re.findall(r"PAGE_FLAG_OPS\(\w+, (\w+)\)", text)
                      for p in ("Page", "SetPage", "ClearPage")}
    tests = {os.path.splitext(os.path.basename(f))[0] for f in files
             if f.startswith(("user/tests/", "tests/"))}
    for _, text in found:
        tests |= set(re.findall(r"\bKTEST\((\w+)\)", text))
    count = bad = 0
    print("TAP version 13")
    for page in pages():
        wrong = check(page, found, words, tests)
        count += 1
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {count} - book/{os.path.relpath(page, TOP)}")
        for line in wrong:
            print(f"# {line}")
    print(f"1..{count}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
