#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Bombs of an ordinary user at one console; root types at the other, and is answered within seconds.

The bomb is thrown at the serial line and goes on while commands are typed at the PS/2 keyboard; what they
print is waited for on the VGA screen. Then root ends it there, and the serial line's shell goes on.
"""

import tempfile
import time

from harness import Machine, PROMPT, Session, built, fresh_disk, steps

WORK = tempfile.TemporaryDirectory(prefix="quire-bombs.")
MEMORY, SWAP = 16, 16  # MiB
ANSWERS, ANSWER_SECONDS = 4, 10  # of wall time, on a host that may have other work
PATIENCE = 60  # seconds, after which there is no answer at all


def machine(swap):
    """A PC with a disk of its own."""
    m = Machine(memory=MEMORY, kernel=built("quire"), disks=[fresh_disk(WORK.name, swap=swap)])
    m.append = [f"root={m.root_disk()}1", "console=ttyS0"]
    return m


def seconds_to_answer(pc, number):
    """Type a command that starts two programs; how long its answer took from the last key on."""
    pc.press(f"/bin/true; /bin/echo answer {number}")
    start = time.monotonic()
    pc.press("\n")
    pc.expect_screen(f"^answer {number}$", PATIENCE)
    return time.monotonic() - start


def bomb(program, name, swap=SWAP):
    """Throw the bomb NAME of user/tests/PROGRAM.c, type meanwhile, end it."""
    with Session(machine(swap)) as pc:
        pc.expect(PROMPT, PATIENCE)
        pc.expect_screen(PROMPT.rstrip())
        pc.type(f"/tests/{program} {name}\n")
        pc.expect("^thrown")
        worst = max(seconds_to_answer(pc, n) for n in range(ANSWERS))
        print(f"# {name}, {swap} MiB of swap: the latest answer after {worst:.1f} s", flush=True)
        pc.press(f"/tests/{program} end\n")
        pc.expect_screen("^ended", PATIENCE)
        pc.expect(PROMPT, PATIENCE)
        assert pc.command("cat /proc/1/comm", PROMPT).strip() == "init"
        assert worst <= ANSWER_SECONDS, f"an answer took {worst:.1f} s"


def forks():
    """a fork bomb"""
    bomb("bombs", "forks")


def memory():
    """a bomb of memory, with swap"""
    bomb("bombs", "memory")


def memory_without_swap():
    """a bomb of memory, without swap"""
    bomb("bombs", "memory", swap=0)


def memories():
    """many bombs of memory, with swap"""
    bomb("bombs", "memories")


def memories_without_swap():
    """many bombs of memory, without swap"""
    bomb("bombs", "memories", swap=0)


def pipes():
    """a bomb of pages in pipes"""
    bomb("bombs_kernel", "pipes")


def tables():
    """a bomb of page tables"""
    bomb("bombs_kernel", "tables")


def areas():
    """a bomb of areas"""
    bomb("bombs_kernel", "areas")


steps(forks, memory, memory_without_swap, memories, memories_without_swap, pipes, tables, areas)
