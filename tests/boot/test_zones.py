#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A machine of 2 GiB: where the kernel's regions lie, who lives in which zone, and what 2.4's order of zones does to
the low ones.

The notes' complaint: the allocator is "more interested in balancing allocations from the different zones than in
ensuring that less-preferred zones are only chosen as a last resort". A stream through the page cache, larger than
memory, shows it: in 2.4's order it fills Normal and DMA down to their marks before it takes its own old pages.
"""

import re

from harness import qrun, steps

MEMORY = "2048"
MIB = 256  # frames
LOWEST = 0xC0000000
HIGHMEM = 2  # the class of user memory and cache
FILL_MIB = 700
STREAM_MIB = 2600  # more than all memory, as holes of a file: no disk is waited for


def layout():
    """the boot log tells where the kernel's regions lie: in order, none in another"""
    status, out, log = qrun("-m", MEMORY, "-v", "--", "true")
    assert status == 0, log
    lines = re.findall(r"layout: (.*)", out + log)
    regions = re.findall(r"([a-z ]+) ([0-9a-f]{8})-([0-9a-f]{8})", ", ".join(line.strip() for line in lines))
    names, edges = [r[0].strip() for r in regions], [int(edge, 16) for r in regions for edge in r[1:]]
    assert names == ["low memory", "vmalloc", "stacks", "pkmap", "fixmap"], lines
    assert edges[0] == LOWEST and edges == sorted(set(edges)), lines


def zones(text):
    """{zone: (free frames, [protection by class])} of /proc/zoneinfo."""
    found = {}
    for part in re.split(r"^Node 0, zone +", text, flags=re.M)[1:]:
        kept = re.search(r"protection: \(([\d, ]+)\)", part).group(1)
        found[part.split()[0]] = (int(re.search(r"pages free +(\d+)", part).group(1)),
                                  [int(n) for n in kept.split(",")])
    return found


def after(work, *options):
    """(zones before, zones after) a shell script WORK, on a fresh machine."""
    status, out, log = qrun("-m", MEMORY, "--swap", "0", "--audit", *options, "--", "sh", "-c",
                            f"cat /proc/zoneinfo; echo ====; {work} || exit 1; cat /proc/zoneinfo",
                            timeout=300)
    assert status == 0, f"{status}\n{out}\n{log}"
    return [zones(part) for part in out.split("====")]


def high_memory():
    """user memory lives in HighMem, low memory stays free"""
    before, now = after(f"dd if=/dev/zero of=/tmp/fill bs=1M count={FILL_MIB} 2>/dev/null")
    taken = {name: before[name][0] - now[name][0] for name in before}
    assert taken["HighMem"] >= FILL_MIB * MIB, taken
    assert taken["Normal"] + taken["DMA"] < FILL_MIB * MIB // 50, taken


def stream(*options):
    """The zones after a stream through the page cache."""
    _, now = after(f"truncate -s {STREAM_MIB}M /root/holes && cat /root/holes > /dev/null", *options)
    return now


def zone_order():
    """a stream leaves low zones what they keep for others; in 2.4's order it takes that too"""
    ours, theirs = stream(), stream("--kernel-arg", "zone_order=2.4")
    for name in ("Normal", "DMA"):
        free, kept = ours[name][0], ours[name][1][HIGHMEM]
        assert free >= kept, f"{name}: {free} free, {kept} are to be kept\n{ours}"
        assert theirs[name][0] < kept // 2, f"{name}: {theirs[name][0]} free in 2.4's order, {free} in ours"


steps(layout, high_memory, zone_order)
