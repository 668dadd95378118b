# SPDX-License-Identifier: MIT
"""Yardsticks for the pressure rows: exact LRU and Belady's OPT on the program's own accesses.

A miss is an access to a page that is not in one of the frames, the first access to each page apart:
that one is a page of zeroes on every kernel and no transfer. (Where the sequence contains pages of a
file, their first reading does not count either.)
"""

import heapq
import subprocess
from collections import OrderedDict


def trace(program, row, memory):
    """The pages that ROW of PROGRAM (an i386 Linux ELF: the host runs it) touches, in order."""
    words = [program, "-m", str(memory), "-t", row]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    return [int(word) for word in done.stdout.split()]


def lru_misses(accesses, frames):
    """How often the page had been thrown out, the least recently used always going first."""
    resident, seen, misses = OrderedDict(), set(), 0
    for page in accesses:
        if page in resident:
            resident.move_to_end(page)
            continue
        misses += page in seen
        seen.add(page)
        if len(resident) >= frames:
            resident.popitem(last=False)
        resident[page] = True
    return misses


def _next_uses(accesses):
    """For each access the position of the next one to the same page; beyond the end: never."""
    following, last = [0] * len(accesses), {}
    for at in range(len(accesses) - 1, -1, -1):
        following[at] = last.get(accesses[at], len(accesses))
        last[accesses[at]] = at
    return following


def opt_misses(accesses, frames):
    """The same when the page goes whose next use is farthest away: nothing can do better."""
    following = _next_uses(accesses)
    resident, seen, misses = {}, set(), 0  # resident: page -> its next use
    farthest = []  # heap of (-next use, page); entries that resident contradicts are stale
    for at, page in enumerate(accesses):
        if page not in resident:
            misses += page in seen
            seen.add(page)
            while len(resident) >= frames:
                use, victim = heapq.heappop(farthest)
                if resident.get(victim) == -use:
                    del resident[victim]
        resident[page] = following[at]
        heapq.heappush(farthest, (-following[at], page))
    return misses
