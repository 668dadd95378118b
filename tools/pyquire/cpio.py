# SPDX-License-Identifier: MIT
"""cpio archives in the "newc" format, as the kernel unpacks them from a boot module.

Deterministic: sorted names, all files root's, times fixed, inode numbers counted. A file with
several links is stored several times.
"""

import os
import stat

from pyquire.disk import EPOCH

DIR = stat.S_IFDIR | 0o755


class Archive:
    """An archive being built; add members, then bytes()."""

    def __init__(self):
        self._parts = []
        self._count = 0

    def add(self, name, mode, data=b""):
        """One member; NAME relative to the root, MODE with its type bits."""
        self._count += 1
        raw = name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self._count, mode, 0, 0, links, EPOCH, len(data), 0, 0, 0, 0, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        self._parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]

    def add_tree(self, tree, keep=lambda path: True):
        """All of the directory TREE for which keep(path relative to it) holds."""
        for folder, dirs, files in os.walk(tree):
            dirs.sort()
            here = os.path.relpath(folder, tree)
            if here != "." and not keep(here):
                dirs.clear()
                continue
            if here != ".":
                self.add(here, DIR)
            links = [d for d in dirs if os.path.islink(os.path.join(folder, d))]
            for name in sorted(files + links):
                path = os.path.join(folder, name)
                inside = os.path.normpath(os.path.join(here, name))
                if keep(inside):
                    self._add_host_file(inside, path)

    def _add_host_file(self, inside, path):
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            self.add(inside, stat.S_IFLNK | 0o777, os.readlink(path).encode())
        else:
            with open(path, "rb") as f:
                self.add(inside, mode, f.read())

    def bytes(self):
        """The finished archive."""
        self.add("TRAILER!!!", 0)
        return b"".join(self._parts)
