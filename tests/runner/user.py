# SPDX-License-Identifier: MIT
"""Ring 3: user programs. The same ELF file runs on Linux, the oracle, and on Quire.

A test is user/tests/NAME.c, on the disk as /tests/NAME. Its first comment may declare the machine:

    machine: mem=8 swap=16 disk=ata args="lowmem=4M" timeout=120 exit=139 argv="-x 3" output=same
    oracle: none, why

mem, swap in MiB; disk: virtio or ata; args: kernel command line; timeout in seconds; exit: the
status that is right (default 0); argv: arguments; output=same: what it prints must be what it prints
on Linux. `oracle: none` is for what only Quire has; the reason stands behind it.

Tests that ask for the same machine share one boot. After each, the auditor must report no difference
and no memory may have leaked. When the machine dies, the test that ran has failed and the rest runs
on a fresh one.
"""

import os
import re
import shlex
import tempfile
from dataclasses import dataclass, field

from pyquire import disk
from pyquire.checks import Checks
from pyquire.job import Job
from pyquire.machine import Machine
from pyquire.run import exit_code, run
from runner.result import Result

DEFAULTS = {"mem": 16, "swap": 32, "disk": "virtio", "args": "", "timeout": 60, "exit": 0,
            "argv": "", "output": ""}
NOT_BEGUN = "before the test began"
LINUX_MEMORY = 256
LINUX_ARGS = ["console=ttyS0", "quiet", "panic=-1", "mitigations=off", "rdinit=/linux/init",
              "qrun=/dev/vdb", "nowatchdog"]
LINUX_SWAP = 64  # MiB, on a disk laid out as Quire's


@dataclass
class Test:
    """A user test and what it declares."""

    name: str
    oracle: bool = True
    settings: dict = field(default_factory=dict)
    error: str = ""

    def machine_key(self):
        """Tests with equal keys can share a boot."""
        return tuple(self.settings[k] for k in ("mem", "swap", "disk", "args"))

    def command(self):
        """What is run in the guest."""
        return [f"/tests/{self.name}", *shlex.split(self.settings["argv"])]


def declared(path):
    """The Test that a source file declares in its first comment (or its leading # lines)."""
    name, ext = os.path.splitext(os.path.basename(path))
    test = Test(name if ext == ".c" else name + ext, settings=dict(DEFAULTS))
    with open(path, encoding="utf-8") as f:
        text = f.read(8192)
    head = re.sub(r"^\s*(\*|#)", "", text, flags=re.M)
    for line in re.findall(r"\bmachine:(.*)", head):
        for word in shlex.split(line.replace("*/", "")):
            key, _, value = word.partition("=")
            if key not in DEFAULTS:
                test.error = f"unknown word in its machine line: {word}"
            elif isinstance(DEFAULTS[key], int):
                test.settings[key] = int(value)
            else:
                test.settings[key] = value
    test.oracle = not re.search(r"\boracle:\s*none", head)
    return test


@dataclass
class Ran:
    """How one test went on one machine; status None: it did not end."""

    status: int | None
    output: bytes = b""
    seconds: float = 0
    problem: str = ""


def _boot(machine, tests, quire):
    """Boot once and run TESTS; {name: Ran} of those that got their turn."""
    job, plan = Job(), []
    if quire:
        job.run(["/bin/true"])  # so that what the first command makes resident is no leak
    for test in tests:
        checks = Checks(job, audit=quire, leaks=quire)
        checks.before()
        number = job.run(test.command(), cwd="/tmp")
        checks.after()
        plan.append((test, number, checks))
    job.save(machine.disks[-1], 1 << 20)
    each = max(t.settings["timeout"] for t in tests)
    outcome = run(machine, job, each=each)
    ran = {}
    for test, number, checks in plan:
        if number in outcome.status:
            problem = checks.problem(outcome)
            last = outcome.verdict and max(outcome.status) == number
            if last and outcome.running == 0:
                text = f"then: {outcome.verdict}\n{outcome.tail()}"
            else:
                text = f"{problem.text}\n{outcome.tail(15)}" if problem else ""
            ran[test.name] = Ran(exit_code(outcome.status[number]), outcome.output[number],
                                 outcome.ended[number] - outcome.started[number], text)
        elif number == outcome.running:
            ran[test.name] = Ran(None, outcome.output.get(number, b""), 0,
                                 f"{outcome.verdict}\n{outcome.tail()}")
    if not ran:
        ran[tests[0].name] = Ran(None, b"", 0, f"{outcome.verdict} {NOT_BEGUN}\n{outcome.tail()}")
    return ran


def _boots(make_machine, tests, quire):
    """Boot as often as it takes to give every test its turn."""
    ran, left = {}, list(tests)
    while left:
        with tempfile.TemporaryDirectory(prefix="quire-test.") as work:
            ran.update(_boot(make_machine(work), left, quire))
        left = [t for t in left if t.name not in ran]
    return ran


def on_linux(build, tests):
    """{name: Ran} on the oracle."""
    def machine(work):
        swap = os.path.join(work, "swap.img")
        disk.clone(os.path.join(build, "disk.img"), swap, LINUX_SWAP * disk.MIB)
        return Machine(memory=LINUX_MEMORY, kernel=os.path.join(build, "oracle", "vmlinuz"),
                       initrd=[os.path.join(build, "oracle", "initrd.cpio")],
                       append=LINUX_ARGS, disks=[swap, os.path.join(work, "job.img")])

    return _boots(machine, [t for t in tests if t.oracle], False)


def on_quire(build, kernel, tests, memory=None, append=()):
    """{name: Ran} on Quire; all TESTS must have the same machine_key()."""
    mem, swap, bus, args = tests[0].machine_key()

    def machine(work):
        root = os.path.join(work, "root.img")
        disk.clone(os.path.join(build, "disk.img"), root, swap * disk.MIB)
        m = Machine(memory=memory or mem, kernel=kernel, ata=bus == "ata",
                    disks=[root, os.path.join(work, "job.img")])
        m.append = [f"root={m.root_disk()}1", "console=ttyS0", "panic=exit",
                    f"qrun=/dev/vd{'a' if m.ata else 'b'}", *args.split(), *append]
        return m

    return _boots(machine, tests, True)


def judge(test, quire, linux, label):
    """The Result of one test on one kernel; LINUX is None for a test without oracle."""
    name = f"user/{test.name} [{label}]"
    want = test.settings["exit"]
    wrong = test.error
    if test.oracle and not wrong:
        if linux is None or linux.status != want:
            status = "nothing" if linux is None else linux.status
            tail = "" if linux is None else linux.output.decode(errors="replace")[-2000:]
            wrong = f"on Linux: status {status}, not {want}\n{tail}\n{linux.problem if linux else ''}"
    if not wrong and quire.status != want:
        wrong = f"status {quire.status}, not {want}\n{quire.output.decode(errors='replace')[-3000:]}"
    if not wrong and test.settings["output"] == "same" and quire.output != linux.output:
        wrong = (f"other output than on Linux\nLinux: {linux.output[-1500:]!r}\n"
                 f"Quire: {quire.output[-1500:]!r}")
    if quire.problem:
        wrong = f"{wrong}\n{quire.problem}".strip()
    return Result(name, not wrong, wrong, quire.seconds)
