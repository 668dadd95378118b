#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ext2 as mke2fs makes it: work in the guest, then e2fsck -fn has nothing to say; damaged images end in errors."""

import json
import os
import random
import struct
import subprocess
import tempfile

from harness import built, disk, e2fsck, fresh_disk, qrun, steps
from pyquire.job import Job
from pyquire.machine import Machine
from pyquire.run import run as boot

WORK = tempfile.TemporaryDirectory(prefix="quire-ext2.")
ROOT_BYTES = 64 << 20
STATE_OFFSET = 1024 + 58  # s_state: 1 when unmounted cleanly
CLEAN = 1

SEVERAL_WRITERS = """
mkdir w && cd w || exit 1
cat /bin/busybox /bin/busybox > ref
for j in 1 2 3 4; do
  ( for i in 1 2 3 4 5; do cat ref > g$j-$i; done; mkdir d$j
    for i in 1 2 3 4 5 6; do echo $i > d$j/file$i; cat /etc/fstab >> d$j/file$i; done
    rm g$j-3 d$j/file5; mv d$j/file6 d$j/renamed ) &
done
wait
for j in 1 2 3 4; do for i in 1 2 4 5; do cmp ref g$j-$i || exit 2; done; done
mkdir many; i=0
while [ $i -lt 300 ]; do : > many/a-file-with-a-name-$i; i=$((i+1)); done
rm many/*5*; set -- many/*; [ $# = 243 ] || exit 3
cat ref > t; : > t; echo hello >> t; [ "$(cat t)" = hello ] || exit 4
ln -s 0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789 slow
ln -s short fast; mknod null c 1 3; mkfifo pipe; ln ref hard
dd if=/bin/busybox of=sparse bs=1k seek=30000 2>/dev/null
sync
[ "$(cat t)" = hello ] || exit 5
echo fine
"""

FULL = """
free() { set -- $(df . | tail -n 1); echo $4; }
before=$(free)
mkdir small
cat /dev/zero > fill 2>/dev/null && exit 1
[ $(free) = 0 ] || exit 2
n=0; while echo x > small/$n; do n=$((n+1)); done 2>/dev/null
mkdir d 2>/dev/null && exit 3
rm -r fill small; sync
[ $(free) = $before ] || exit 4
cp /bin/busybox new && cmp new /bin/busybox && rm new || exit 5
( exec 5> held; rm held; cat /bin/busybox >&5; sync; sleep 1000 ) &
sleep 1
echo fine
"""

HASHED = """
mount -t ext2 /dev/vda5 /mnt && cd /mnt/h || exit 1
for i in 1 2 3 4; do : > new-$i; rm some-file-with-number-$i*; done
set -- *; [ $# = 60 ] || exit 2
cd / && umount /mnt && echo fine
"""

HOSTILE = """
n=0
for d in /dev/vda?*; do
  case $d in *vda1|*vda2|*vda3|*vda4) continue;; esac
  mount -t ext2 $d /mnt || continue
  n=$((n+1))
  cd /mnt; ls -lR .; cat d/* d/e/*; for f in d/f*; do echo x >> $f; done
  cp /bin/sh .; cp /bin/sh d/e; rm -rf d; sync; cd /; umount /mnt
done > /dev/null 2>&1
[ $n -ge 3 ] && echo fine
"""

FAILING = """
for i in 1 2 3 4 5 6; do cp /bin/busybox b$i; done; sync
echo 3 > /proc/sys/vm/drop_caches
echo 5 > /proc/sys/vm/fail_bio_read/interval
bad=0; for i in 1 2 3 4 5 6; do cat b$i > /dev/null 2>&1 || bad=$((bad+1)); done
echo 0 > /proc/sys/vm/fail_bio_read/interval
[ $bad -gt 0 ] || exit 1
for i in 1 2 3 4 5 6; do cmp b$i /bin/busybox || exit 2; done
cp /bin/busybox lost
echo 1 > /proc/sys/vm/fail_bio_write/interval
fsync lost 2>/dev/null && exit 3
echo 0 > /proc/sys/vm/fail_bio_write/interval
rm lost
echo fine
"""

GROWING = """
: > big; sync
for i in 1 2 3 4 5 6 7 8; do cat /bin/busybox >> big; fsync big || exit 1; done
cat /bin/busybox | dd of=big bs=1k seek=20 conv=notrunc 2>/dev/null; fsync big
echo synced; sleep 1000
"""

# Nothing is allocated on the disk: its bitmaps are not what fsync() promises.
GROWN = """
mount -t tmpfs none /mnt && cd /mnt || exit 1
for i in 1 2 3 4 5 6 7 8; do cat /bin/busybox; done > ref
cat /bin/busybox | dd of=ref bs=1k seek=20 conv=notrunc 2>/dev/null
cmp /root/big ref && echo fine
"""


class PowerCut(Exception):
    """The machine is to go off at once."""


def make_disk(name, block_size):
    """A disk with the standard tree and blocks of another size."""
    image = os.path.join(WORK.name, name)
    disk.make(image, built("root"), ROOT_BYTES, 16 << 20, block_size)
    return image


def state(image):
    """The super block's state of the root partition."""
    with open(image, "rb") as f:
        f.seek(disk.partitions(image)[0][0] + STATE_OFFSET)
        return struct.unpack("<H", f.read(2))[0]


def run(image, script, *options):
    """The script says fine, the file system is whole and marked clean."""
    status, out, log = qrun("--disk", image, *options, "--", "sh", "-c", script)
    assert (status, out[-5:]) == (0, "fine\n"), f"{status}\n{out}\n{log}"
    said = e2fsck(image)
    assert not said, said
    assert state(image) == CLEAN, "not marked clean"
    os.unlink(image)


def blocks_1k():
    """1 KiB blocks, virtio, 8 MiB: several writers at once"""
    run(make_disk("1k.img", 1024), SEVERAL_WRITERS, "-m", "8", "--audit")


def blocks_2k():
    """2 KiB blocks, ATA by DMA, 8 MiB"""
    run(make_disk("2k.img", 2048), SEVERAL_WRITERS, "-m", "8", "--ata", "--audit")


def blocks_4k_high():
    """4 KiB blocks, ATA by PIO, file pages in HighMem"""
    run(make_disk("4k.img", 4096), SEVERAL_WRITERS, "-m", "48", "--ata", "--audit",
        "--kernel-arg", "lowmem=12M", "--kernel-arg", "ide=nodma")


def full():
    """a full disk is an error, nothing else; an unlinked open file is freed at power-off"""
    run(make_disk("full.img", 1024), FULL, "-m", "16", "--audit")


def tool(*words, data=None):
    """Run a tool of the host; its output."""
    env = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    return subprocess.run(words, input=data, env=env, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def add_partitions(image, parts):
    """Append the files PARTS to the disk as logical partitions; their offsets. Devices vda5, vda6, ..."""
    end = os.path.getsize(image)
    gap = 1 << 20
    os.truncate(image, end + gap + sum(os.path.getsize(p) + gap for p in parts))
    table = f"start={end // disk.SECTOR}, type=5\n" + "".join(
        f"size={os.path.getsize(p) // disk.SECTOR}, type=83\n" for p in parts)
    tool("sfdisk", "--quiet", "--append", "--no-reread", "--no-tell-kernel", image, data=table)
    made = json.loads(tool("sfdisk", "--json", image))["partitiontable"]["partitions"][-len(parts):]
    offsets = [p["start"] * disk.SECTOR for p in made]
    for path, offset in zip(parts, offsets):
        with open(path, "rb") as f, open(image, "r+b") as out:
            out.seek(offset)
            out.write(f.read())
    return offsets


def hashed_directories():
    """a hashed directory, on a logical partition, can be changed"""
    part, tree = (os.path.join(WORK.name, n) for n in ("hashed", "hashed-tree"))
    os.makedirs(os.path.join(tree, "h"))
    for i in range(500):
        with open(os.path.join(tree, "h", f"some-file-with-number-{i}"), "w", encoding="ascii"):
            pass
    tool("mke2fs", "-q", "-F", "-t", "ext2", "-b", "1024", "-d", tree, part, "4096k")
    try:
        tool("e2fsck", "-fyD", part)
    except subprocess.CalledProcessError:
        pass  # status 1: it has changed something, as it should
    image = fresh_disk(WORK.name, name="hashed.img")
    offset = add_partitions(image, [part])[0]
    status, out, log = qrun("-m", "16", "--disk", image, "--", "sh", "-c", HASHED)
    assert (status, out) == (0, "fine\n"), f"{status}\n{out}\n{log}"
    with open(image, "rb") as f, open(part, "wb") as back:
        f.seek(offset)
        back.write(f.read(4 << 20))
    tool("e2fsck", "-fn", part)


def io_errors():
    """failed transfers reach read() and fsync(); what was not harmed is read afterwards"""
    run(fresh_disk(WORK.name, name="failing.img"), FAILING, "-m", "16", "--audit")


def power_cut():
    """what fsync() returned for is on the disk when the power goes, indirect blocks too"""
    image, seen = fresh_disk(WORK.name, name="cut.img"), bytearray()
    machine = Machine(memory=32, kernel=built("quire"), disks=[image, image + ".job"],
                      append=["root=/dev/vda1", "console=ttyS0", "qrun=/dev/vdb"])
    job = Job()
    job.run(["sh", "-c", GROWING])
    job.save(machine.disks[-1], 1 << 20)

    def listen(_number, data):
        seen.extend(data)
        if b"synced" in seen:
            raise PowerCut

    try:
        boot(machine, job, on_output=listen)
    except PowerCut:
        pass
    assert b"synced" in seen, seen
    status, out, log = qrun("-m", "32", "--disk", image, "--", "sh", "-c", GROWN)
    assert (status, out) == (0, "fine\n"), f"{status}\n{out}\n{log}"


def damage(data, block_size, generator):
    """A copy of the image with random damage where its metadata is."""
    data = bytearray(data)
    descriptors = 2048 if block_size == 1024 else block_size
    table = struct.unpack_from("<I", data, descriptors + 8)[0] * block_size
    kind = generator.randrange(4)
    for _ in range(generator.randrange(1, 40)):
        if kind == 0:  # group descriptors
            at, value = descriptors + generator.randrange(32), generator.randrange(256)
            data[at] = value
        elif kind == 1:  # modes, sizes, link counts, flags
            at = table + generator.choice([1, *range(10, 60)]) * 256 + generator.choice(
                [0, 2, 4, 26, 28, 32, 104, 108])
            struct.pack_into("<H", data, at, generator.getrandbits(16))
        elif kind == 2:  # block pointers
            at = table + generator.choice([1, *range(10, 60)]) * 256 + 40 + 4 * generator.randrange(15)
            struct.pack_into("<I", data, at, generator.choice(
                [generator.getrandbits(32), generator.randrange(len(data) // block_size), 1, 2, 3]))
        else:  # anything: bitmaps, directories, indirect blocks
            data[generator.randrange(2048, len(data) // 2)] = generator.randrange(256)
    return bytes(data)


def hostile_image(number):
    """A small file system with files, links and directories, damaged by a generator of its own."""
    block_size = (1024, 2048, 4096)[number % 3]
    tree, path = (os.path.join(WORK.name, f"{n}{number}") for n in ("tree-", "bad-"))
    os.makedirs(os.path.join(tree, "d", "e"))
    for i in range(30):
        with open(os.path.join(tree, "d", f"f{i}"), "wb") as f:
            f.write(bytes([i]) * (i * 1777))
    os.symlink("x" * 100, os.path.join(tree, "d", "e", "slow"))
    tool("mke2fs", "-q", "-F", "-t", "ext2", "-I", "256", "-b", str(block_size), "-d", tree, path,
         "2048k")
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(damage(data, block_size, random.Random(number)))
    return path


def hostile():
    """damaged file systems: read, written and removed in, errors but no panic"""
    image = fresh_disk(WORK.name, name="hostile.img")
    add_partitions(image, [hostile_image(n) for n in range(11)])
    run(image, HOSTILE, "-m", "32", "--audit", "--kernel-arg", "loglevel=2")


steps(blocks_1k, blocks_2k, blocks_4k_high, full, hashed_directories, io_errors, power_cut,
      hostile)
