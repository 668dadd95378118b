# SPDX-License-Identifier: MIT
"""Rows of the machine as a whole, measured from outside: boot, memory used, smallest memory, size.

The rival here is Debian's generic kernel, which brings drivers for everything and finds its disk by
modules from an initramfs; a kernel built for this one machine would be smaller and start sooner.
"""

import os
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from pybench import kernels, rows, symbols
from pybench.figures import Figure
from pyquire.job import Job
from pyquire.run import run

PROGRAM = "machine"
ROWS = ("boot", "memory_used", "smallest_memory", "kernel_file", "kernel_text")
MEMORY = 64  # MiB, of the machine whose memory is looked at
LEAST, MOST = {"linux": 8, "quire": 0}, 64  # MiB: does not boot, boots
PATIENCE = 3  # a machine with too little memory may hang: so many times what a large one takes,
PATIENCE_LEAST = 20  # and seconds at least
KIB = 1024


def boot(kernel, build, command, memory=MEMORY, icount=False, seconds=kernels.BOOT_SECONDS):
    """(Outcome, output as text) of a boot that runs COMMAND first."""
    job = Job()
    number = job.run(command, cwd="/")
    with tempfile.TemporaryDirectory(prefix="bench.") as work:
        machine = kernels.machine(kernel, build, work, memory, 32, icount)
        job.save(machine.disks[-1], 1 << 20)
        outcome = run(machine, job, each=seconds, boot=seconds)
    return outcome, outcome.output.get(number, b"").decode(errors="replace")


def boot_figures(build, boots):
    """Instructions and seconds from power-on to the first program; the kernels in alternation."""
    ticks, seconds = ({k: [] for k in kernels.KERNELS} for _ in range(2))
    for k in kernels.KERNELS:
        text = boot(k, build, ["/bench/machine"], icount=True)[1]
        ticks[k] = rows.parse(text)["boot"].instructions
    for _ in range(boots):
        for k in kernels.KERNELS:
            seconds[k].append(boot(k, build, ["/bin/true"])[0].ready)
    return [Figure(PROGRAM, "boot", "boot", "instructions", ticks),
            Figure(PROGRAM, "boot", "boot", "seconds", seconds)]


def used(meminfo, memory=MEMORY):
    """KiB of the machine's memory that /proc/meminfo does not call free or cached files."""
    found = dict(re.findall(r"^(\w+): +(\d+) kB", meminfo, re.MULTILINE))
    return memory * KIB - sum(int(found[n]) for n in ("MemFree", "Buffers", "Cached"))


def memory_figure(build):
    """Memory used when a shell waits: the kernel, init, the shell, cat."""
    command = ["sh", "-c", "cat /proc/meminfo; :"]
    return Figure(PROGRAM, "memory_used", "machine", "KiB",
                  {k: [used(boot(k, build, command)[1])] for k in kernels.KERNELS})


def alive(kernel, build, memory, seconds):
    """Does the machine boot to a shell that runs a program?"""
    outcome, text = boot(kernel, build, ["sh", "-c", "/bin/echo alive"], memory, seconds=seconds)
    return text == "alive\n" and outcome.verdict in ("", "poweroff")


def smallest(works, least, most):
    """The smallest number above LEAST for which works(number); MOST does work."""
    while most - least > 1:
        middle = (least + most) // 2
        if works(middle):
            most = middle
        else:
            least = middle
    return most


def smallest_figure(build, say):
    """MiB of the smallest machine that boots."""
    def search(k):
        start = time.monotonic()
        if not alive(k, build, MOST, kernels.BOOT_SECONDS):
            raise kernels.BootFailed(f"{k} with {MOST} MiB")
        patience = max(PATIENCE_LEAST, PATIENCE * (time.monotonic() - start))
        found = smallest(lambda mib: alive(k, build, mib, patience), LEAST[k], MOST)
        say(f"{k}: the smallest machine has {found} MiB")
        return [found]

    with ThreadPoolExecutor() as pool:
        values = dict(zip(kernels.KERNELS, pool.map(search, kernels.KERNELS)))
    return Figure(PROGRAM, "smallest_memory", "machine", "MiB", values)


def size_figures(build):
    """KiB of the file that is loaded, and of the kernel's code."""
    files = {"linux": os.path.join(build, "oracle", "vmlinuz"),
             "quire": os.path.join(build, "quire")}
    elf = subprocess.run(["i686-linux-gnu-size", "-A", os.path.join(build, "quire.elf")],
                         check=True, capture_output=True, text=True).stdout
    text = sum(int(s) for s in re.findall(r"^\.\w*text\w* +(\d+)", elf, re.MULTILINE))
    return [Figure(PROGRAM, "kernel_file", "file", "KiB",
                   {k: [os.path.getsize(path) / KIB] for k, path in files.items()}),
            Figure(PROGRAM, "kernel_text", "kernel", "KiB",
                   {"linux": [symbols.linux_text(build) / KIB], "quire": [text / KIB]})]


def measure(names, build, boots, say, took):
    """Yields [Figure] of the rows NAMES, and puts seconds in TOOK; a part that fails is an error of its row."""
    parts = {"boot": lambda: boot_figures(build, boots),
             "memory_used": lambda: [memory_figure(build)],
             "smallest_memory": lambda: [smallest_figure(build, say)],
             "kernel_file": lambda: size_figures(build)[:1],
             "kernel_text": lambda: size_figures(build)[1:]}
    for name in names:
        start = time.monotonic()
        try:
            yield parts[name]()
        except (kernels.BootFailed, subprocess.CalledProcessError, OSError, LookupError) as e:
            say(f"{name}: {type(e).__name__}: {e}")
            failed = {k: type(e).__name__ for k in kernels.KERNELS}
            yield [Figure(PROGRAM, name, "machine", "KiB", errors=failed)]
        took[title(name)] = time.monotonic() - start
        say(f"{took[title(name)]:5.0f} s  {title(name)}")


def title(name):
    """What is said of the row NAME while it is measured; the same in every bench."""
    return f"both, the machine: {name}"
