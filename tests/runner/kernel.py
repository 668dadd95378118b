# SPDX-License-Identifier: MIT
"""Ring 2: the self-tests inside the kernel. The command line says `ktest ktest_only`: TAP comes on
the console, then QEMU ends."""

import os
import subprocess
import time

from pyquire.machine import Machine
from runner.result import Result, parse_tap

SECONDS = 180
NOT_BEGUN = "before the tests began"
CPU, OLD_CPU = "qemu32", "qemu32,-pse,-pge"  # with and without large and global pages
HIGHMEM_MEMORY, HIGHMEM_ARGS = 48, ["lowmem=12M"]


def ktest(kernel, memory, append=(), label="", only=(), seconds=SECONDS, cpu=CPU, extra=()):
    """Boot KERNEL with `ktest` in MEMORY MiB; ONLY: those tests whose names start with one of these;
    EXTRA: for QEMU."""
    name = f"ktest {label or os.path.basename(kernel)} {memory} MiB"
    choice = f"ktest={','.join(only)}" if only else "ktest"
    machine = Machine(memory=memory, kernel=kernel, cpu=cpu, extra=list(extra),
                      append=["console=ttyS0", "panic=exit", choice, "ktest_only", *append])
    start = time.monotonic()
    try:
        done = subprocess.run(machine.command(["stdio"]), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                              check=False)
        text, ended = done.stdout.decode(errors="replace"), True
    except subprocess.TimeoutExpired as e:
        text, ended = (e.stdout or b"").decode(errors="replace"), False
    results, complete = parse_tap(text, f"{name}: ")
    if not complete or not ended or "Kernel panic" in text:
        why = "the plan does not match" if ended else "it did not power off"
        if "TAP version" not in text:
            why += f" {NOT_BEGUN}"
        tail = "\n".join(text.replace("\r", "").splitlines()[-60:])
        results.append(Result(f"{name}: runs to its end", False, f"{why}\n{tail}"))
    elif results:
        results[-1].seconds = time.monotonic() - start
    return results
