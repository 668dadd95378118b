#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damaged disks: each gives a clear message and a living system, never a panic."""

import os
import tempfile

from harness import Machine, PROMPT, Session, built, disk, fresh_disk, qrun, steps

WORK = tempfile.TemporaryDirectory(prefix="quire-bad.")
SUPERBLOCK = disk.ROOT_START + 1024


def overwrite(image, offset, data):
    """Damage IMAGE."""
    with open(image, "r+b") as f:
        f.seek(offset)
        f.write(data)


def lands_live(image):
    """Boot with the damaged IMAGE as root: a message, and the live system's prompt."""
    pc_disk = Machine(memory=32, kernel=built("quire"), disks=[image],
                      initrd=[built("initramfs.cpio")],
                      append=["root=/dev/vda1", "console=ttyS0"])
    with Session(pc_disk) as pc:
        pc.expect(PROMPT, 60)
        assert b"Kernel panic" not in pc.output
        assert b"root" in pc.output
        assert "tmpfs" in pc.command("cat /proc/mounts", PROMPT)


def no_partition_table():
    """a disk without a partition table: the live system"""
    image = fresh_disk(WORK.name, name="nombr.img")
    overwrite(image, 0, bytes(512))
    lands_live(image)


def no_superblock():
    """a root without a superblock: the live system"""
    image = fresh_disk(WORK.name, name="nosuper.img")
    overwrite(image, SUPERBLOCK, bytes(1024))
    lands_live(image)


def wild_superblock():
    """a superblock with wild numbers: the live system"""
    image = fresh_disk(WORK.name, name="wild.img")
    overwrite(image, SUPERBLOCK, b"\xff" * 56)
    lands_live(image)


def swap_header():
    """a corrupt swap header: the system runs without swap"""
    image = fresh_disk(WORK.name, name="swap.img")
    start, size = disk.partitions(image)[1]
    overwrite(image, start + 1024, b"\xff" * 512)
    status, out, log = qrun("--disk", image, "--", "sh", "-c", "tail -n +2 /proc/swaps | wc -l")
    assert (status, out.strip()) == (0, "0"), f"{status}\n{out}\n{log}"
    assert size


def missing_root():
    """a missing root device: the live system"""
    pc_none = Machine(memory=32, kernel=built("quire"), initrd=[built("initramfs.cpio")],
                      append=["root=/dev/vda1", "console=ttyS0"])
    with Session(pc_none) as pc:
        pc.expect(PROMPT, 60)
        assert "tmpfs" in pc.command("cat /proc/mounts", PROMPT)


def bad_elf():
    """truncated and corrupt programs give an errno, not a panic"""
    with open(os.path.join(built("root"), "bin", "true"), "rb") as f:
        good = f.read(4096)
    for name, data in (("empty", b""), ("cut", good[:40]), ("half", good[:200]),
                       ("wild", good[:28] + b"\xff" * 24 + good[52:])):
        path = os.path.join(WORK.name, name)
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o755)
    puts = [w for name in ("empty", "cut", "half", "wild")
            for w in ("--put", f"{os.path.join(WORK.name, name)}:/root/{name}")]
    status, out, log = qrun(*puts, "--audit", "--", "sh", "-c",
                            "for p in empty cut half wild; do ./$p; done; echo alive")
    assert status == 0 and out.endswith("alive\n"), f"{status}\n{out}\n{log}"


steps(no_partition_table, no_superblock, wild_superblock, swap_header, missing_root, bad_elf)
