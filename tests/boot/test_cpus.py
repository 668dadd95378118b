#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Other CPUs than the one that every other test has."""

from harness import qrun, steps


def no_sysenter():
    """a CPU without sysenter: AT_SYSINFO leads to int 0x80, and programs see no difference"""
    status, out, log = qrun("--cpu", "qemu32,-sep", "--audit", "--leaks", "--", "/tests/vsyscall")
    assert status == 0, f"{status}\n{out}\n{log}"


def a_real_one():
    """a Pentium III, which has sysenter and saves its FPU by fxsave"""
    status, out, log = qrun("--cpu", "pentium3", "--audit", "--leaks", "--", "sh", "-c",
                            "/tests/vsyscall && /tests/fpu_live")
    assert status == 0, f"{status}\n{out}\n{log}"


steps(no_sysenter, a_real_one)
