# SPDX-License-Identifier: MIT
"""Mutations: patches that break one mechanism each, the trees they are built in, the tests that must notice.

A patch tests/mutations/NAME.patch begins with the reason in words and a line for each test:

    test: user NAME       user/tests/NAME.c, on the machine that it declares
    test: highmem NAME    the same, with 48 MiB of which 12 are low memory
    test: kernel NAME     the kernel's self-test NAME
    test: icount NAME     the same, where interrupts come between any two instructions
    test: unit NAME       tests/unit/NAME.c
    test: host NAME       tests/host/NAME.py, on the patched sources and their objects
    test: build           the compiler: the kernel must not build
"""

import glob
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from runner import kernel, unit, user

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATCHES = os.path.join(TOP, "tests", "mutations")
PARTS = ("Makefile", "kernel", "fs", "tools", "tests", "libc-glue", "user")  # what a kernel is built from
KTEST_MEMORY, KTEST_ARGS = 128, ["lowmem=96M"]  # every zone, room enough for every self-test
ICOUNT = ["-icount", "shift=3,sleep=on"]  # else QEMU takes interrupts at the ends of its blocks only
BUILD = ("build", "")


@dataclass
class Mutation:
    """A patch: what its head says. tests: (ring, name)."""

    name: str
    path: str
    tests: list


@dataclass
class Seen:
    """How a test went: how says it in a word or two.

    A test that did not begin, because the machine did not get that far, has shown nothing: it counts as passed.
    """

    passed: bool
    how: str
    seconds: float = 0


def mutations(names=()):
    """All of them, or those NAMED, in alphabetical order."""
    found = []
    for path in sorted(glob.glob(os.path.join(PATCHES, "*.patch"))):
        name = os.path.basename(path)[:-len(".patch")]
        with open(path, encoding="utf-8") as f:
            head = f.read().split("\n--- ", 1)[0]
        tests = re.findall(r"^test: (user|highmem|kernel|icount|unit|host|build) ?(\S*)$", head, flags=re.M)
        if not names or name in names:
            found.append(Mutation(name, path, tests))
    return found


def apply(mutation, tree, *options):
    """Apply the patch to TREE. => what is wrong, else ''."""
    done = subprocess.run(["patch", "-s", "-f", "-p1", "--no-backup-if-mismatch", *options, "-i", mutation.path],
                          cwd=tree, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


class Tree:
    """A copy of the tree that is built, patched, and set back.

    It always stands at one path, so that objects stay valid; base is what it looked like when it was
    built unpatched. Setting it back restores the objects with their times: a patch never rebuilds more
    than what depends on the files it touches, and leaves nothing behind.
    """

    def __init__(self, work):
        self.path, self.base = os.path.join(work, "tree"), os.path.join(work, "base")
        self.image = os.path.join(self.path, "build", "quire")

    def _make(self, target):
        # Without warnings: a mutant may leave a function or a variable unused.
        done = subprocess.run(["make", "-s", "-j2", "O=build", "KWARN=-w", "HOSTCC=gcc -w", target],
                              cwd=self.path, check=False, capture_output=True, text=True)
        return done.stderr[-2000:] if done.returncode else ""

    def reset(self):
        """Back to the unpatched, built state."""
        shutil.rmtree(self.path, ignore_errors=True)
        subprocess.run(["cp", "-a", self.base, self.path], check=True)

    def prepare(self):
        """Bring base up to date with the tree that this file belongs to. => what went wrong, else ''.

        By content, not by time: a file that is set back must look new to make.
        """
        os.makedirs(self.base, exist_ok=True)
        self.reset()
        subprocess.run(["rsync", "-rlp", "--checksum", "--delete", "--exclude=/build",
                        "--exclude=__pycache__", *(os.path.join(TOP, p) for p in PARTS), self.path + "/"],
                       check=True)
        wrong = self._make("kernel")
        if not wrong:
            shutil.rmtree(self.base)
            os.rename(self.path, self.base)
            self.reset()
        return wrong

    def build_kernel(self):
        """=> the end of what make said, else ''."""
        return self._make("kernel")

    def build_unit(self, name):
        """=> (program, what went wrong)."""
        target = os.path.join("build", "unit", name)
        return os.path.join(self.path, target), self._make(target)


def run_user(tree, build, name, highmem, limit):
    """One user test on the tree's kernel; the programs are those of the unmutated BUILD."""
    source = name if name.endswith(".sh") else name + ".c"
    test = user.declared(os.path.join(TOP, "user", "tests", source))
    test.settings["timeout"] = min(test.settings["timeout"], limit or test.settings["timeout"])
    memory, args = (kernel.HIGHMEM_MEMORY, kernel.HIGHMEM_ARGS) if highmem else (None, [])
    ran = user.on_quire(build, tree.image, [test], memory, args)[name]
    if ran.status is None:
        how = ran.problem.split("\n", 1)[0]
        return Seen(user.NOT_BEGUN in how, how, ran.seconds)
    if ran.status != test.settings["exit"]:
        return Seen(False, f"status {ran.status}", ran.seconds)
    return Seen(not ran.problem, ran.problem.split("\n", 1)[0] or "passed", ran.seconds)


def run_kernel(tree, name, limit, extra=()):
    """One self-test on the tree's kernel. One that is skipped has shown nothing: it passed."""
    results = kernel.ktest(tree.image, KTEST_MEMORY, KTEST_ARGS, only=[name],
                           seconds=limit or kernel.SECONDS, extra=extra)
    seconds = max((r.seconds for r in results), default=0)
    for r in results:
        if r.name.split()[-1] == name:
            return Seen(r.ok, "skipped" if r.skipped else "passed" if r.ok else "not ok", seconds)
    for r in results:
        if not r.ok:
            how = "panic" if "Kernel panic" in r.detail else r.detail.split("\n", 1)[0]
            return Seen(kernel.NOT_BEGUN in r.detail, how, seconds)
    return Seen(True, "not run", seconds)


def run_unit(tree, name):
    """One host test, linked with the tree's sources."""
    binary, wrong = tree.build_unit(name)
    if wrong:
        return Seen(True, f"does not build: {wrong}")
    bad = [r.name.split(": ")[-1] for r in unit.unit(binary) if not r.ok]
    return Seen(not bad, f"not ok: {bad[0]}" if bad else "passed")


def run_host(tree, name):
    """One check of the tree, on its sources and objects."""
    script = os.path.join(tree.path, "tests", "host", name + ".py")
    env = {"QUIRE_BUILD": os.path.join(tree.path, "build")}
    bad = [r.name.split(": ")[-1] for r in unit.run_program([sys.executable, script], name, env=env) if not r.ok]
    return Seen(not bad, f"not ok: {bad[0]}" if bad else "passed")


def run_test(tree, build, ring, name, limit=0):
    """What becomes of one test on the tree as it is built; LIMIT in seconds, 0: its own."""
    if ring in ("user", "highmem"):
        return run_user(tree, build, name, ring == "highmem", limit)
    if ring in ("kernel", "icount"):
        return run_kernel(tree, name, limit, ICOUNT if ring == "icount" else ())
    return run_host(tree, name) if ring == "host" else run_unit(tree, name)
