# SPDX-License-Identifier: MIT
"""A machine that is used as a person would: text typed at the serial line or on the keyboard, and what
appears on the serial line or on the VGA text screen waited for."""

import json
import os
import re
import selectors
import socket
import subprocess
import tempfile
import time

VGA_TEXT, VGA_COLUMNS, VGA_ROWS = 0xB8000, 80, 25
KEYS = {" ": "spc", "\n": "ret", "-": "minus", "=": "equal", "/": "slash", ".": "dot", ",": "comma",
        ";": "semicolon", "'": "apostrophe", "\\": "backslash", "`": "grave_accent", "\t": "tab",
        "[": "bracket_left", "]": "bracket_right", "\x1b": "esc"}
SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./"))
KEY_SECONDS = 0.02  # between two keys: faster than any typist, slow enough for the controller


class SessionError(Exception):
    """What was waited for did not come; the message has what was there instead."""


class Session:
    """Use in a with statement; MACHINE is started at its beginning and killed at its end."""

    def __init__(self, machine):
        self._machine = machine
        self.output = b""  # everything that came on the serial line
        self._seen = 0  # how much of it expect() has consumed

    def __enter__(self):
        self._work = tempfile.TemporaryDirectory(prefix="quire-session.")
        control = os.path.join(self._work.name, "qmp")
        command = self._machine.command(["stdio"]) + ["-qmp", f"unix:{control},server=on,wait=off"]
        self.started = time.monotonic()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT)
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)
        self._qmp = self._connect(control)
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._qmp.close()
        self._process.stdin.close()
        self._process.stdout.close()
        self._ready.close()
        self._work.cleanup()

    def _connect(self, path):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        for _ in range(100):
            try:
                link.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise SessionError("QEMU does not start: " + self._process.stdout.read().decode())
        qmp = link.makefile("rwb")
        qmp.readline()
        self._link = link
        self._qmp = qmp
        self._command("qmp_capabilities")
        return qmp

    def _command(self, name, **arguments):
        self._qmp.write(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        self._qmp.flush()
        while True:
            line = self._qmp.readline()
            if not line:
                raise SessionError("QEMU ended")
            answer = json.loads(line)
            if "error" in answer:
                raise SessionError(f"{name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def _collect(self, seconds):
        """Wait for output; false when the machine has ended."""
        if not self._ready.select(seconds):
            return True
        data = os.read(self._out, 1 << 16)
        self.output += data
        return bool(data)

    def expect(self, pattern, seconds=30):
        """Wait until the serial line has shown PATTERN (a regular expression); the match.

        What came before it is consumed."""
        wanted = re.compile(pattern.encode(), re.M)
        end = time.monotonic() + seconds
        alive = True
        while True:
            found = wanted.search(self.output, self._seen)
            if found:
                self._seen = found.end()
                return found
            if not alive or time.monotonic() > end:
                why = "time-out" if alive else "the machine is off"
                text = self.output[-3000:].decode(errors="replace")
                raise SessionError(f"{why}, waiting for {pattern!r}; the serial line ends:\n{text}")
            alive = self._collect(min(0.2, max(0.0, end - time.monotonic())))

    def type(self, text):
        """Type on the serial line."""
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def command(self, text, prompt, seconds=30):
        """Type a line at the shell on the serial line; what it printed before the next PROMPT."""
        self.type(text + "\n")
        self.expect(re.escape(text) + r"\r*\n", seconds)
        start = self._seen
        found = self.expect(prompt, seconds)
        return self.output[start:found.start()].decode(errors="replace").replace("\r", "")

    def press(self, text):
        """Type on the PS/2 keyboard (US layout)."""
        for letter in text:
            self._press_key(letter)
            time.sleep(KEY_SECONDS)

    def _press_key(self, letter):
        shift = letter.isupper() or letter in SHIFTED
        base = SHIFTED.get(letter, letter).lower()
        names = ["shift"] * shift + [KEYS.get(base, base)]
        self._command("send-key", keys=[{"type": "qcode", "data": n} for n in names])

    def chord(self, *names):
        """Press keys together, by QEMU's names: chord("ctrl", "c")."""
        self._command("send-key", keys=[{"type": "qcode", "data": n} for n in names])

    def screen(self):
        """The lines of the VGA text screen."""
        path = os.path.join(self._work.name, "vga")
        self._command("pmemsave", val=VGA_TEXT, size=2 * VGA_COLUMNS * VGA_ROWS, filename=path)
        with open(path, "rb") as f:
            text = f.read()[::2].decode("cp437").replace("\0", " ")
        return [text[at:at + VGA_COLUMNS].rstrip() for at in range(0, len(text), VGA_COLUMNS)]

    def expect_screen(self, pattern, seconds=30):
        """Wait until PATTERN is somewhere on the VGA text screen; the match."""
        end = time.monotonic() + seconds
        while True:
            text = "\n".join(self.screen())
            found = re.search(pattern, text, re.M)
            if found:
                return found
            if time.monotonic() > end:
                raise SessionError(f"time-out, waiting for {pattern!r} on the screen:\n{text}")
            self._collect(0.2)

    def wait_off(self, seconds=30):
        """Wait until the machine has turned itself off."""
        end = time.monotonic() + seconds
        while self._collect(0.2):
            if time.monotonic() > end:
                text = self.output[-2000:].decode(errors="replace")
                raise SessionError(f"time-out, waiting for power off; the serial line ends:\n{text}")
        self._process.wait(10)
