# SPDX-License-Identifier: MIT
"""Which function an address lies in: the kernel's symbols, and the bench program's."""

import bisect
import os
import subprocess
import tempfile

from pybench import kernels
from pyquire.job import Job
from pyquire.run import run

KERNEL_START = 0xC0000000  # both kernels split the address space here
NM = "i686-linux-gnu-nm"


class Symbols:
    """Names by address. LINES are of nm or /proc/kallsyms: `address type name [module]`."""

    def __init__(self, lines, low=0, high=1 << 32):
        found = {}
        for line in lines:
            words = line.split()
            if len(words) >= 3 and words[1] in "tTwW" and low <= int(words[0], 16) < high:
                found.setdefault(int(words[0], 16), words[2])
        self._addresses = sorted(found)
        self._names = found

    def find(self, address):
        """(name, start) of the function at ADDRESS."""
        at = bisect.bisect_right(self._addresses, address)
        if at == 0:
            return "?", address
        start = self._addresses[at - 1]
        return self._names[start], start


class Table:
    """The kernel's symbols and a program's in one."""

    def __init__(self, kernel, program):
        self._kernel, self._program = kernel, program

    def find(self, address):
        """(name, start); a user function's name begins with `user:`."""
        if address >= KERNEL_START:
            return self._kernel.find(address)
        name, start = self._program.find(address)
        return f"user:{name}", start


def _nm(path):
    return subprocess.run([NM, path], check=True, capture_output=True, text=True).stdout.splitlines()


def kallsyms(build):
    """Linux's symbols: Debian keeps System.map in a package of a gigabyte, but a running kernel
    tells them; nokaslr puts them in the same place on each boot."""
    path = os.path.join(build, "oracle", "kallsyms")
    vmlinuz = os.path.join(build, "oracle", "vmlinuz")
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(vmlinuz):
        job = Job()
        job.get("/proc/kallsyms")
        with tempfile.TemporaryDirectory(prefix="profile.") as work:
            machine = kernels.machine("linux", build, work, memory=128, swap=0, icount=False)
            job.save(machine.disks[-1])
            files = run(machine, job).files
        with open(path, "wb") as f:
            f.write(files[0][2])
    with open(path, encoding="ascii") as f:
        return f.readlines()


def linux_text(build):
    """Bytes of code in Linux's image, without modules."""
    found = {words[2]: int(words[0], 16)
             for words in (line.split() for line in kallsyms(build)) if len(words) == 3}
    return found["_etext"] - found["_stext"]


def table(kernel, build, program):
    """The symbols of KERNEL ("linux" or "quire") and of the bench PROGRAM."""
    lines = kallsyms(build) if kernel == "linux" else _nm(os.path.join(build, "quire.elf"))
    user = _nm(os.path.join(build, "user", "bench", program))
    return Table(Symbols(lines, low=KERNEL_START), Symbols(user, high=KERNEL_START))
