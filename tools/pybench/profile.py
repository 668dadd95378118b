# SPDX-License-Identifier: MIT
"""Instructions per function: runs a row under tools/plugin/count.c and adds up what it counted."""

import os
import subprocess
from dataclasses import dataclass

from pybench import kernels

OBJDUMP = "i686-linux-gnu-objdump"


@dataclass
class Function:
    """What a function's own instructions (not its callees') add up to."""

    name: str
    instructions: int = 0
    calls: int = 0  # how often its first instruction was executed


def count(kernel, build, commands, memory, swap=256, icount=True, from_start=False,
          timeout=600):
    """(text of the plugin's file, results as kernels.outputs()) of COMMANDS on one machine.

    FROM_START: what is executed since the machine's start is counted. The text is "" when the machine died.
    """
    out = os.path.join(build, "bench", f"count.{kernel}.{os.getpid()}")
    plugin = os.path.join(build, "bench", "count.so")
    argument = f"{plugin},out={out}" + (",from=start" if from_start else "")
    try:
        results = kernels.outputs(kernel, build, commands, memory=memory, swap=swap, icount=icount,
                                  timeout=timeout, extra=["-plugin", argument])
        if not os.path.exists(out):
            return "", results
        with open(out, encoding="ascii") as f:
            return f.read(), results
    finally:
        if os.path.exists(out):
            os.unlink(out)


def windows(text):
    """How many instructions were executed between each bench_start() and bench_stop(), in order."""
    return [int(word) for word in text.partition("\n")[0].split()]


def parse(text):
    """{address: times executed} of the plugin's file, behind its first line."""
    return {int(address, 16): int(times)
            for address, times in (line.split() for line in text.splitlines()[1:])}


def functions(counts, symbols):
    """[Function], the one with the most instructions first."""
    found = {}
    for address, times in counts.items():
        name, start = symbols.find(address)
        function = found.setdefault((name, start), Function(name))
        function.instructions += times
        if address == start:
            function.calls += times
    return sorted(found.values(), key=lambda f: -f.instructions)


def report(found, operations, top):
    """The table as text, per operation."""
    total = sum(f.instructions for f in found)
    lines = [f"{'function':36} {'instructions':>13} {'calls':>9} {'share':>7}"]
    for f in found[:top]:
        lines.append(f"{f.name:36} {f.instructions / operations:13,.1f} "
                     f"{f.calls / operations:9,.2f} {f.instructions / total:7.1%}")
    lines.append(f"{'total of ' + str(len(found)) + ' functions':36} {total / operations:13,.1f}")
    return "\n".join(lines)


def annotated(build, kernel, function, counts, operations):
    """FUNCTION's disassembly, each instruction with how often it is executed per operation."""
    if kernel != "quire":
        return "(only Quire's kernel can be disassembled)"
    text = subprocess.run([OBJDUMP, "-d", "--no-show-raw-insn", f"--disassemble={function}",
                           os.path.join(build, "quire.elf")],
                          check=True, capture_output=True, text=True).stdout
    lines = []
    for line in text.splitlines():
        address = line.split(":")[0].strip() if line.startswith("c") or line.startswith(" ") else ""
        if ":\t" in line and address:
            times = counts.get(int(address, 16), 0)
            lines.append(f"{times / operations:10.2f}  {line}")
        elif line.endswith(">:"):
            lines.append(line)
    return "\n".join(lines) or f"(there is no function {function})"
