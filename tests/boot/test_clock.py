#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The clock of a virtual machine whose host has more to do than to run it."""

import os
import re
import selectors
import signal
import time

from harness import Machine, built, steps

BOOTS = 8
RUNS, STOPS = 0.002, 0.012  # seconds, in turn
LAST_LINE_BEFORE = b"mem_map"
RATE = re.compile(rb"clock: TSC at ([\d.]+) MHz")
TOLERANCE = 0.01
SECONDS = 60


def pulse(process):
    """Let the machine run a little, then stand still for longer."""
    time.sleep(RUNS)
    process.send_signal(signal.SIGSTOP)
    time.sleep(STOPS)
    process.send_signal(signal.SIGCONT)


def follow(process, log):
    """The rate that the kernel's log tells."""
    ready, text, end = selectors.DefaultSelector(), b"", time.monotonic() + SECONDS
    ready.register(log, selectors.EVENT_READ)
    while time.monotonic() < end:
        busy = LAST_LINE_BEFORE in text
        if ready.select(0 if busy else 1):
            text += os.read(log, 4096)
        found = RATE.search(text)
        if found:
            return float(found.group(1))
        if busy:
            pulse(process)
    raise AssertionError(text.decode(errors="replace"))


def measured():
    """The TSC's rate by a kernel that is stopped again and again while it measures it."""
    process, log, stream = Machine(memory=16, kernel=built("quire"), append=["console=ttyS0"]).start()
    try:
        return follow(process, log)
    finally:
        process.kill()
        process.wait()
        os.close(log)
        os.close(stream)


def stopped():
    """a host that stops the machine again and again does not make its clock wrong"""
    rates = sorted(measured() for _ in range(BOOTS))
    assert rates[-1] - rates[0] < rates[0] * TOLERANCE, rates


steps(stopped)
