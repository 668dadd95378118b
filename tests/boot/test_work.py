#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Work on the disk with little memory, and what must be true afterwards."""

import os
import tempfile

from harness import e2fsck, fresh_disk, qrun, steps

WORK = tempfile.TemporaryDirectory(prefix="quire-work.")

FILES = """
mkdir -p w/a/b && cd w || exit 1
i=0
while [ $i -lt 100 ]; do echo file $i > f$i; ln f$i a/l$i; ln -s ../f$i a/s$i; i=$((i+1)); done
rm f?; mv f50 a/b/; mkdir gone && rmdir gone
dd if=/dev/zero of=big bs=64k count=64 2>/dev/null
dd if=/dev/zero of=sparse bs=1k count=1 seek=9000 2>/dev/null
cat big > big2; cmp big big2 || exit 2
rm big; tar cf all.tar a && rm -r a && tar xf all.tar || exit 3
[ "$(cat a/s77)" = "file 77" ] || exit 4
echo fine
"""


PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	printf("%s %.2f %lld\n", argv[argc - 1], 22 / 7.0, atoll(argv[1]) / 7);
	return argc;
}
"""


def least_memory():
    """8 MiB from the disk is enough for a shell"""
    status, out, log = qrun("-m", "8", "--", "sh", "-c", "echo alive; free")
    assert (status, out[:6]) == (0, "alive\n"), f"{status}\n{out}\n{log}"


def forks():
    """200 fork+exec in a row lose no page"""
    status, out, log = qrun("-m", "16", "--audit", "--leaks", "--", "sh", "-c",
                            "i=0; while [ $i -lt 200 ]; do /bin/true || exit 1; i=$((i+1)); done")
    assert status == 0, f"{status}\n{out}\n{log}"


def compiler():
    """tcc compiles, links and runs a program on Quire, with 16 MiB"""
    source = os.path.join(WORK.name, "program.c")
    with open(source, "w", encoding="ascii") as f:
        f.write(PROGRAM)
    status, out, log = qrun("-m", "16", "--audit", "--put", source, "--", "sh", "-c",
                            "tcc -o p program.c && ./p 123456789012 x")
    assert (status, out) == (3, "x 3.14 17636684144\n"), f"{status}\n{out}\n{log}"


def files(*options):
    """Make, link, move, remove, copy and unpack files; then e2fsck."""
    image = fresh_disk(WORK.name, name=f"files{len(options)}.img")
    status, out, log = qrun("-m", "8", "--disk", image, *options, "--", "sh", "-c", FILES)
    assert (status, out) == (0, "fine\n"), f"{status}\n{out}\n{log}"
    said = e2fsck(image)
    assert not said, said


def files_virtio():
    """file work on virtio with 8 MiB leaves a clean file system"""
    files()


def files_ata():
    """file work on ATA with 8 MiB leaves a clean file system"""
    files("--ata")


def transfer():
    """files go in and come back unchanged, with their modes"""
    source, back = (os.path.join(WORK.name, n) for n in ("in", "back"))
    with open(source, "wb") as f:
        f.write(os.urandom(1234567))
    os.chmod(source, 0o751)
    status, out, log = qrun("--put", f"{source}:/root/x", "--get", f"/root/y:{back}", "--",
                            "cp", "-p", "/root/x", "/root/y")
    assert status == 0, f"{status}\n{out}\n{log}"
    with open(source, "rb") as a, open(back, "rb") as b:
        assert a.read() == b.read(), "other bytes came back"
    assert os.stat(back).st_mode & 0o777 == 0o751


def statuses():
    """exit status, signal, missing command, and bytes pass exactly"""
    assert qrun("--", "sh", "-c", "exit 42")[0] == 42
    assert qrun("--", "sh", "-c", "kill -9 $$")[0] == 137
    assert qrun("--", "no-such-command")[0] == 127
    status, out, _ = qrun("--", "printf", "a\\r\\n\\tb\\001c")
    assert (status, out) == (0, "a\r\n\tb\x01c"), repr(out)


def time_out():
    """a command that does not end gives status 251"""
    status, _, log = qrun("--", "sleep", "1000", timeout=15)
    assert status == 251, f"{status}\n{log}"


steps(least_memory, forks, compiler, files_virtio, files_ata, transfer, statuses, time_out)
