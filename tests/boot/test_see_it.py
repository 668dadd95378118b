#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What README and the chapters of docs/vm tell the reader to type works: each command under "See it" ends well and shows
something, on the machine of `MEM=16 make run`."""

import glob
import os
import re
import shlex
import tempfile

from harness import qrun, steps

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SILENT = re.compile(r"^echo [^|;]*>")  # a setting shows nothing
ELSEWHERE = ("selftest", "poweroff")


def commands(page, heading):
    """The indented lines of a section, without their remarks."""
    with open(page, encoding="utf-8") as f:
        section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", f.read(), re.M | re.S)
    lines = re.findall(r"^    (\S.*)$", section[1], re.M) if section else []
    lines = [re.sub(r"(^|\s+)#.*", "", line) for line in lines]
    return [line for line in lines if line and line not in ELSEWHERE]


def see_it():
    """every command that the book tells the reader to type works and shows something"""
    chapters = sorted(glob.glob(os.path.join(TOP, "docs", "vm", "[0-9]-*.md")))
    wanted = commands(os.path.join(TOP, "README.md"), "What to type next")
    wanted += [c for page in chapters for c in commands(page, "See it")]
    assert len(wanted) > 2 * len(chapters), wanted
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write('try() { out=$(eval "$1" 2>&1); echo "$? ${#out} $1"; }\n')
        script.writelines(f"try {shlex.quote(c)}\n" for c in wanted)
        script.flush()
        status, out, log = qrun("-m", "16", "--swap", "64", "--audit", "--put", f"{script.name}:/root/see",
                                "--", "sh", "/root/see")
    assert status == 0, f"{status}\n{out}\n{log}"
    seen = re.findall(r"^(\d+) (\d+) (.*)$", out, re.M)
    assert [c for _, _, c in seen] == wanted, out
    bad = [c for end, size, c in seen if end != "0" or (size == "0" and not SILENT.search(c))]
    assert not bad, bad


steps(see_it)
