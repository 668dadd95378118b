#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ISO, as a person meets it: GRUB, the kernel, a shell on the serial line and one on the screen;
files that outlast power off; no disk at all."""

import tempfile
import time

from harness import Machine, PROMPT, Session, built, disk, e2fsck, fresh_disk, steps

WORK = tempfile.TemporaryDirectory(prefix="quire-boot.")
DISK = fresh_disk(WORK.name)


def machine(**kw):
    """A PC with the ISO in its drive."""
    return Machine(iso=built("quire.iso"), **{"memory": 32, "disks": [DISK], **kw})


def serial_and_screen():
    """through GRUB to a prompt on the serial line and on the screen, both used at once"""
    with Session(machine()) as pc:
        pc.expect("Quire, root on the disk")
        pc.expect(PROMPT, 60)
        out = pc.command("ls / | sort | head -3 | tr '\\n' ' '", PROMPT)
        assert "bin" in out.split(), out
        pc.expect_screen(PROMPT.rstrip())
        pc.press("echo Screen-$((6*7)) > /root/from-screen; cat /root/from-screen\n")
        pc.expect_screen("^Screen-42")
        assert "Screen-42" in pc.command("cat /root/from-screen", PROMPT)
        pc.command("echo kept > /root/kept; sync", PROMPT)
        pc.type("poweroff\n")
        pc.wait_off()


def persistence():
    """files survive power off, another size of swap and the next boot, and e2fsck has nothing to say"""
    said = e2fsck(DISK)
    assert not said, said
    disk.set_swap(DISK, 48 * disk.MIB)
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        assert "kept" in pc.command("cat /root/kept", PROMPT)
        assert "Screen-42" in pc.command("cat /root/from-screen", PROMPT)
        assert "49148" in pc.command("grep SwapTotal /proc/meminfo", PROMPT)
        pc.type("poweroff\n")
        pc.wait_off()
    said = e2fsck(DISK)
    assert not said, said


def three_keys():
    """Ctrl-Alt-Del restarts in order, also with swap on a file whose name has a blank"""
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        pc.command("echo still > /root/there", PROMPT)
        pc.command("dd if=/dev/zero of='/root/a b' bs=1024 count=400; mkswap '/root/a b'", PROMPT)
        assert "/root/a" in pc.command("swapon '/root/a b'; cat /proc/swaps", PROMPT)
        pc.chord("ctrl", "alt", "delete")
        pc.expect("restart")
        pc.wait_off()  # the harness has QEMU end where a PC starts again
        assert b"cannot" not in pc.output, pc.output[-3000:].decode(errors="replace")
    said = e2fsck(DISK)
    assert not said, said
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        assert "still" in pc.command("cat /root/there; rm '/root/a b'", PROMPT)
        pc.type("poweroff\n")
        pc.wait_off()


def job_control():
    """^C, ^Z, bg, fg, pipelines, globs and history at the prompt"""
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        pc.type("sh -c 'echo run''ning; exec /bin/sleep 1000'\n")
        pc.expect("^running")  # before that, ^Z would meet the shell, which ignores it
        pc.type("\x1a")
        pc.expect(PROMPT)
        assert "sleep" in pc.command("jobs", PROMPT)
        pc.command("bg", PROMPT)
        pc.type("fg\n")
        pc.expect("sleep 1000")
        time.sleep(1)  # for the shell to hand over the terminal
        pc.type("\x03")
        pc.expect(PROMPT)
        assert "130" in pc.command("echo $?", PROMPT)
        assert "passwd" in pc.command("echo /etc/pass*", PROMPT)
        assert pc.command("ls -l /bin | sort | head -2 | wc -l", PROMPT).strip() == "2"
        pc.command("echo first-of-history", PROMPT)
        pc.type("\x1b[A\n")
        pc.expect("first-of-history[^\n]*\n[^\n]*first-of-history")


def selftest():
    """selftest at the prompt of make run's machine: what suits it passes, the rest says why not"""
    with Session(machine(memory=64)) as pc:
        pc.expect(PROMPT, 60)
        out = pc.command("selftest", PROMPT, 240)
        assert ", 0 failed" in out and "# SKIP it wants" in out, out
        pc.type("poweroff\n")
        pc.wait_off()


def no_power_off():
    """after a run that just ended e2fsck -p has something to put in order, and puts it"""
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        pc.command("echo synced > /root/synced; sync", PROMPT)
        assert disk.in_use(DISK)
    assert not disk.in_use(DISK)
    assert disk.repair(DISK) and not disk.repair(DISK)
    said = e2fsck(DISK)
    assert not said, said
    with Session(machine()) as pc:
        pc.expect(PROMPT, 60)
        assert b"not unmounted cleanly" not in pc.output
        assert "synced" in pc.command("cat /root/synced", PROMPT)
        pc.type("poweroff\n")
        pc.wait_off()


def live():
    """live from the ISO with no disk and 16 MiB"""
    with Session(machine(memory=16, disks=[])) as pc:
        pc.expect(PROMPT, 60)
        assert "tmpfs" in pc.command("cat /proc/mounts", PROMPT)
        pc.command("echo here > /tmp/file", PROMPT)
        assert "here" in pc.command("cat /tmp/file", PROMPT)
        pc.type("poweroff\n")
        pc.wait_off()


def ata():
    """the same ISO with the root on an ATA disk"""
    with Session(machine(ata=True)) as pc:
        pc.expect(PROMPT, 60)
        assert "/dev/hda1" in pc.command("cat /proc/mounts", PROMPT)
        shared = pc.command("grep Shmem: /proc/meminfo", PROMPT).split()
        assert int(shared[1]) < 256, f"the ISO's archives are still in memory: {shared}"
        pc.type("poweroff\n")
        pc.wait_off()


steps(serial_and_screen, persistence, three_keys, job_control, selftest, no_power_off, live, ata)
