# SPDX-License-Identifier: MIT
"""Rows of the machine as a whole, measured from outside: boot, memory used, smallest memory, size.

The rival here is Debian's generic kernel, which brings drivers for everything and finds its disk by
modules from an initramfs; a kernel built for this one machine would be smaller and start sooner.
"""

import os
import re
import subprocess
import tempfile

from pybench import kernels, rows, symbols
from pybench.figures import Figure
from pyquire.job import Job
from pyquire.run import run

PROGRAM = "machine"
ROWS = ("boot", "memory_used", "smallest_memory", "kernel_file", "kernel_text")
MEMORY = 64  # MiB, of the machine whose memory is looked at
LEAST, MOST = {"linux": 8, "quire": 0}, 64  # MiB: does not boot, boots
ALIVE_SECONDS = 90  # a machine with too little memory may hang
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


def alive(kernel, build, memory):
    """Does the machine boot to a shell that runs a program?"""
    outcome, text = boot(kernel, build, ["sh", "-c", "/bin/echo alive"], memory,
                         seconds=ALIVE_SECONDS)
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
    values = {}
    for k in kernels.KERNELS:
        values[k] = [smallest(lambda mib, k=k: alive(k, build, mib), LEAST[k], MOST)]
        say(f"{k}: the smallest machine has {values[k][0]} MiB")
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


def measure(names, build, boots, say):
    """[Figure] of the rows NAMES."""
    found = []
    if "boot" in names:
        say("both: boot")
        found += boot_figures(build, boots)
    if "memory_used" in names:
        found.append(memory_figure(build))
    if "smallest_memory" in names:
        found.append(smallest_figure(build, say))
    if {"kernel_file", "kernel_text"} & set(names):
        found += [f for f in size_figures(build) if f.row in names]
    return found
