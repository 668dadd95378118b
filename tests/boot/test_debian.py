#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's own programs for i386, unmodified and dynamically linked, with little memory.

The compiler alone wants several times the memory that the machine has: cc1 maps 26 MiB of program and
allocates as much.
"""

import hashlib
import os
import tempfile

from harness import built, disk, e2fsck, qrun, steps

WORK = tempfile.TemporaryDirectory(prefix="quire-debian.")
MEMORY, SWAP = "12", 128

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
	char *words[] = { "swap", "page", "frame", "zone", "slab" };

	qsort(words, 5, sizeof(words[0]), by_text);
	for (int i = 0; i < 5; i++)
		printf("%s%c", words[i], i < 4 ? ' ' : '\\n');
	return 0;
}
"""


def image(name):
    """A private copy of the Debian disk, with swap."""
    path = os.path.join(WORK.name, name)
    disk.clone(built("debian.img"), path, SWAP * disk.MIB)
    return path


def debian(name, script, *options):
    """Run a script by Debian's bash in Debian's root: (output, complaints, image); it must end well."""
    path, text = image(name), os.path.join(WORK.name, name + ".sh")
    with open(text, "w", encoding="utf-8") as f:
        f.write("export PATH=/usr/bin:/bin\n" + script)
    status, out, log = qrun("-m", MEMORY, "--disk", path, "--audit", *options,
                            "--put", f"{text}:/debian/root/script", "--", "sh", "-c",
                            "mount -t proc proc /debian/proc && mount -t devtmpfs dev /debian/dev &&"
                            " exec chroot /debian /bin/bash /root/script", timeout=200)
    assert status == 0, f"{status}\n{out}\n{log}"
    return out, log, path


def shell():
    """bash and the GNU utilities: pipelines, job control, sorting, links, checksums"""
    out, _, _ = debian("shell.img", """
cd /tmp
seq 1 20000 | sort -R | sort -n | sha256sum
for i in $(seq 1 50); do echo line $i > f$i; ln -s f$i l$i; done
ls -l l* | wc -l
cat <(echo one) <(echo two) | tac
sleep 100 & kill %1; wait %1; echo $?
[[ quire =~ ^q(.*)e$ ]] && echo ${BASH_REMATCH[1]}
""")
    numbers = "".join(f"{i}\n" for i in range(1, 20001)).encode()
    assert out.split() == [hashlib.sha256(numbers).hexdigest(), "-", "50", "two", "one", "143", "uir"], out


def compiler():
    """gcc -O2 compiles, links and runs a program on 12 MiB"""
    source = os.path.join(WORK.name, "words.c")
    with open(source, "w", encoding="utf-8") as f:
        f.write(PROGRAM)
    out, _, path = debian("compiler.img", """
cd /tmp
gcc -O2 -Wall -o words /root/words.c || exit 1
./words
""", "--put", f"{source}:/debian/root/words.c")
    assert out == "frame page slab swap zone\n", out
    said = e2fsck(path)
    assert not said, said


def procps():
    """procps reads /proc: free, vmstat, slabtop, pmap, ps, top"""
    out, _, _ = debian("procps.img", """
export TERM=dumb
for say in free "vmstat -s" "vmstat -m" "slabtop -o" "pmap -X $$" "ps -eo pid,rss,vsz,comm" "top -b -n1 -w100"; do
    echo "@@ $say"
    $say || echo failed
done
""")
    assert "failed" not in out, out
    said = dict((part.split("\n", 1)[0].split()[0], part.split("\n")[1:]) for part in out.split("@@ ")[1:])
    total, used, free = (int(n) for n in said["free"][1].split()[1:4])
    assert total > used > 0 and total > free > 0, out
    assert int(said["free"][2].split()[1]) == SWAP * 1024 - 4, out  # less the page of the header
    assert any(line.split()[-1:] == ["dentry_cache"] for line in said["slabtop"]), out
    sizes = [line.split() for line in said["pmap"] if line.endswith("KB ")]
    assert len(sizes) == 1 and int(sizes[0][0]) > int(sizes[0][1]) >= int(sizes[0][2]) > 0, out
    assert any(line.split()[0] == "1" and line.split()[-1] == "init" for line in said["ps"] if line), out
    assert any(line.startswith("MiB Mem :") for line in said["top"]), out
    assert any(line.split()[-1:] == ["kswapd"] for line in said["top"]), out


steps(shell, procps, compiler)
