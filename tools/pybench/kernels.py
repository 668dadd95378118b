# SPDX-License-Identifier: MIT
"""The two machines that are compared: the same QEMU, the same memory, the same disk, another kernel.

Linux boots Quire's own disk image (its ext4 driver mounts the ext2 root) and runs Quire's own init.
Its options are those that serve it best: without them its calls take 4 to 39 % more instructions
(`lsm=`, no security module, alone 20 % of open() and stat()).

The disks of both are files of the host with cache=unsafe: a flush is answered at once. With any other
setting a row that calls fsync() measures the host's disk and what else is written to it.
"""

import os
import tempfile

from pyquire import disk
from pyquire.job import Job
from pyquire.machine import Machine
from pyquire.run import exit_code, run

KERNELS = ("linux", "quire")
LINUX_BEST = ["mitigations=off", "nokaslr", "audit=0", "lsm=", "nowatchdog", "init_on_alloc=0",
              "randomize_kstack_offset=off", "hardened_usercopy=off",
              "cgroup_disable=memory", "transparent_hugepage=never"]
BOOT_SECONDS = 300  # Linux takes its time, under a plugin on a busy host above all
ICOUNT = ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm,base=2024-01-01T00:00:00"]


class BootFailed(Exception):
    """The machine did not come as far as its first command."""


def machine(kernel, build, work, memory, swap, icount):
    """A Machine for KERNEL with a private copy of the standard disk; MiB of MEMORY and SWAP."""
    root = os.path.join(work, "root.img")
    disk.clone(os.path.join(build, "disk.img"), root, swap * disk.MIB)
    m = Machine(memory=memory, disks=[root, os.path.join(work, "job.img")], cache="unsafe",
                extra=ICOUNT if icount else [])
    if kernel == "linux":
        m.kernel = os.path.join(build, "oracle", "vmlinuz")
        m.initrd = [os.path.join(build, "oracle", "disk-root.cpio")]
        m.append = ["console=ttyS0", "quiet", "panic=-1", *LINUX_BEST]
    else:
        m.kernel = os.path.join(build, "quire")
        m.append = ["root=/dev/vda1", "console=ttyS0", "panic=exit"]
    m.append.append("qrun=/dev/vdb")
    return m


def outputs(kernel, build, commands, memory=128, swap=256, icount=True, timeout=600, extra=()):
    """Boot KERNEL once and run COMMANDS (lists of words) in /tmp: a list of (exit status, text).

    EXTRA are more arguments for QEMU. A command whose machine died has status None. TIMEOUT is that of
    each command.
    """
    job = Job()
    ids = [job.run(command, cwd="/tmp") for command in commands]
    with tempfile.TemporaryDirectory(prefix="bench.") as work:
        m = machine(kernel, build, work, memory, swap, icount)
        m.extra += extra
        job.save(m.disks[-1], 1 << 20)
        outcome = run(m, job, each=timeout, boot=BOOT_SECONDS)
    if outcome.verdict == "boot" or not outcome.ready:
        raise BootFailed(outcome.tail(5))
    return [(exit_code(outcome.status[i]) if i in outcome.status else None,
             outcome.output.get(i, b"").decode(errors="replace")) for i in ids]
