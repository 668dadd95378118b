# SPDX-License-Identifier: MIT
"""Run a job on a machine: start it, listen, keep the time, judge how it ended."""

import os
import re
import selectors
import time
from dataclasses import dataclass, field

from pyquire.job import JobError, Stream

BOOT_SECONDS = 180  # until init says that it is ready: generous, hosts may be loaded
POWEROFF_SECONDS = 30
LAST_WORDS_SECONDS = 2  # how long a panicking kernel may be silent before it is turned off
PANIC = re.compile(rb"^.*Kernel panic.*$", re.MULTILINE)


@dataclass
class Outcome:
    """What came back. verdict: "" (all well), "panic", "hang", "boot" or "poweroff"."""

    verdict: str = ""
    log: bytearray = field(default_factory=bytearray)
    output: dict = field(default_factory=dict)  # id of a command -> bytes
    status: dict = field(default_factory=dict)  # id of a command -> wait status
    shown: dict = field(default_factory=dict)  # id of a show -> bytes, None: unreadable
    started: dict = field(default_factory=dict)  # id of a command -> seconds since the start
    ended: dict = field(default_factory=dict)
    failed: dict = field(default_factory=dict)  # id of a file that could not be written -> errno
    files: list = field(default_factory=list)  # (guest path, mode, data)
    running: int = 0  # id of the command during which the machine ended, else 0
    ready: float = 0  # seconds until init was ready

    def tail(self, lines=40):
        """The end of the kernel's log, as text."""
        return "\n".join(self.log.decode(errors="replace").replace("\r", "").splitlines()[-lines:])


def exit_code(status):
    """A shell's view of a wait status."""
    return 128 + (status & 0x7f) if status & 0x7f else status >> 8


class _Listener:
    """The state of one run; serve() is the loop."""

    def __init__(self, process, job, on_output, on_log, seconds, each, boot):
        self.out = Outcome()
        self._process = process
        self._stream = Stream(job.token)
        self._on_output, self._on_log = on_output, on_log
        self._start = time.monotonic()
        self._end = self._start + seconds if seconds else None
        self._each = each
        self._deadline = self._start + boot
        self._phase = "boot"  # what a passed deadline means
        self._panicked = 0

    def _event(self, kind, number, value):
        now = time.monotonic()
        out = self.out
        if kind == "output":
            out.output[number] = out.output.get(number, b"") + value
            self._on_output(number, value)
        elif kind == "ready":
            out.ready = now - self._start
            self._phase, self._deadline = "hang", now + self._each
        elif kind == "begin":
            out.running = number
            out.started[number] = now - self._start
            out.output.setdefault(number, b"")
            self._phase, self._deadline = "hang", now + self._each
        elif kind == "exit":
            out.running = 0
            out.ended[number] = now - self._start
            out.status[number] = value
            self._deadline = now + self._each
        elif kind == "show":
            out.shown[number] = value
        elif kind == "file":
            out.failed[number] = value
        elif kind == "done":
            self._phase, self._deadline = "poweroff", now + POWEROFF_SECONDS

    def _log(self, data):
        self.out.log += data
        self._on_log(data)
        if self._panicked or PANIC.search(self.out.log, max(0, len(self.out.log) - 8192)):
            self._panicked = time.monotonic()

    def _late(self, now):
        """The verdict when time is up, else None."""
        if self._panicked:
            return "panic" if now > self._panicked + LAST_WORDS_SECONDS else None
        if now > self._deadline or (self._end and now > self._end):
            return self._phase
        return None

    def serve(self, log, stream):
        """Listen until the machine is off or the time is up; sets the verdict."""
        with selectors.DefaultSelector() as ready:
            ready.register(log, selectors.EVENT_READ, self._log)
            ready.register(stream, selectors.EVENT_READ, self._feed)
            while ready.get_map():
                for key, _ in ready.select(0.2):
                    data = os.read(key.fd, 1 << 16)
                    if data:
                        key.data(data)
                    else:
                        ready.unregister(key.fd)
                verdict = self._late(time.monotonic())
                if verdict:
                    self._process.kill()
                    self.out.verdict = verdict
                    break
        self._process.wait()
        if not self.out.verdict and self._panicked:
            self.out.verdict = "panic"
        elif not self.out.verdict and self._phase != "poweroff":
            self.out.verdict = "boot" if self._phase == "boot" else "panic"

    def _feed(self, data):
        for event in self._stream.feed(data):
            self._event(*event)


def run(machine, job, seconds=0, each=60, on_output=None, on_log=None, boot=BOOT_SECONDS):
    """Run JOB, whose disk must be the machine's last one; returns an Outcome.

    seconds limits the whole run (0: no limit), each limits one command, boot the time until init
    is ready. A machine that goes off without having finished its job counts as a panic (a triple
    fault looks like that).
    """
    process, log, stream = machine.start()
    listener = _Listener(process, job, on_output or (lambda *_: None),
                         on_log or (lambda *_: None), seconds, each, boot)
    try:
        listener.serve(log, stream)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(log)
        os.close(stream)
    if listener.out.verdict in ("", "poweroff"):
        try:
            listener.out.files = job.returned(machine.disks[-1])
        except JobError:
            listener.out.files = []
    return listener.out
