# SPDX-License-Identifier: MIT
"""A job for the guest's init, and its answers: the host's half of docs/qrun.md."""

import os
import re
import secrets
import struct

MAGIC = b"QRUNJOB1"
SECTOR = 512
JOB, FILE, EXEC, SHOW, GET, END = range(1, 7)
RECORD = struct.Struct("<8sIIIIQ480s")
assert RECORD.size == SECTOR


class JobError(Exception):
    """A job that cannot be written, or an out area that makes no sense."""


def _record(kind, path, data=b"", mode=0, arg=0, size=None):
    raw = path.encode() + b"\0"
    if len(raw) > 480:
        raise JobError(f"path too long for a job record: {path}")
    head = RECORD.pack(MAGIC, kind, mode, arg, 0, len(data) if size is None else size, raw)
    return head + data + b"\0" * (-len(data) % SECTOR)


class Job:
    """Records in the order in which init is to carry them out. Each call returns the record's id."""

    def __init__(self):
        self.token = secrets.token_hex(8)
        self._records = []

    def _add(self, kind, path, data=b"", mode=0):
        number = len(self._records) + 1
        self._records.append(_record(kind, path, data, mode, number))
        return number

    def put(self, host, guest):
        """Copy the host's file HOST to GUEST."""
        with open(host, "rb") as f:
            return self.write(guest, f.read(), os.fstat(f.fileno()).st_mode & 0o7777)

    def write(self, guest, data, mode=0o644):
        """Write DATA to GUEST; mode 0 writes a file that is there already, as in /proc/sys."""
        return self._add(FILE, guest, data, mode)

    def run(self, argv, cwd="/root"):
        """Run a command."""
        return self._add(EXEC, cwd, b"".join(a.encode() + b"\0" for a in argv))

    def show(self, guest):
        """Have the content of a file sent on the stream."""
        return self._add(SHOW, guest)

    def get(self, guest):
        """Have a file put in the out area."""
        return self._add(GET, guest)

    def save(self, path, out_bytes=256 << 20):
        """Write the job disk, with room (a hole) for OUT_BYTES of files coming back."""
        body = b"".join(self._records) + _record(END, "")
        self.out_start = SECTOR + len(body)
        with open(path, "wb") as f:
            f.write(_record(JOB, self.token, arg=self.out_start // SECTOR) + body)
            f.truncate(self.out_start + out_bytes)

    def returned(self, path):
        """[(guest path, mode, data)] of the out area of the job disk PATH, in order."""
        found = []
        with open(path, "rb") as f:
            f.seek(self.out_start)
            while True:
                head = f.read(SECTOR)
                magic, kind, mode, _, _, size, raw = RECORD.unpack(head)
                if magic != MAGIC or kind not in (FILE, END):
                    raise JobError("the out area of the job disk is damaged")
                if kind == END:
                    return found
                name = raw.split(b"\0", 1)[0].decode(errors="replace")
                found.append((name, mode & 0o7777, f.read(size)))
                f.seek(-size % SECTOR, os.SEEK_CUR)


class Stream:
    """Takes the stream apart: feed(bytes) yields (event, id, value).

    ("output", id, bytes)  what the running command wrote, as soon as it cannot be a token
    ("ready"|"begin"|"done", id, None), ("exit", id, wait status), ("got", id, size),
    ("show", id, bytes or None), ("file", id, errno)
    """

    def __init__(self, token):
        self._token = token.encode() + b" "
        self._buffer = b""
        self._running = 0
        self._show = None  # (id, size) of a content being received

    def feed(self, data):
        """Yields the events that DATA completes."""
        self._buffer += data
        while True:
            if self._show:
                number, size = self._show
                if len(self._buffer) < size:
                    return
                content, self._buffer = self._buffer[:size], self._buffer[size:]
                self._show = None
                yield "show", number, content
                continue
            at = self._buffer.find(self._token)
            end = self._buffer.find(b"\n", at) if at >= 0 else -1
            sure = at if at >= 0 else len(self._buffer) - self._held()
            if sure > 0:
                yield "output", self._running, self._buffer[:sure]
                self._buffer = self._buffer[sure:]
                end -= sure
            if at < 0 or end < 0:
                return
            line, self._buffer = self._buffer[:end], self._buffer[end + 1:]
            yield from self._line(line[len(self._token):].decode(errors="replace").split())

    def _held(self):
        """How many of the last bytes may be the start of a token."""
        for n in range(min(len(self._token) - 1, len(self._buffer)), 0, -1):
            if self._buffer.endswith(self._token[:n]):
                return n
        return 0

    def _line(self, words):
        verb, numbers = words[0], [int(w) for w in words[1:] if re.fullmatch(r"-?\d+", w)]
        number = numbers[0] if numbers else 0
        value = numbers[1] if len(numbers) > 1 else None
        if verb == "begin":
            self._running = number
        elif verb == "exit":
            self._running = 0
        elif verb == "show" and value is not None and value >= 0:
            self._show = (number, value)
            return
        elif verb == "show":
            value = None
        yield verb, number, value
