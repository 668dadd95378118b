# SPDX-License-Identifier: MIT
"""Ring 1: host programs. Unit tests of pure kernel modules (cmocka), and scripts that print TAP."""

import os
import subprocess
import time

from runner.result import Result, parse_tap

SECONDS = 300


def run_program(command, name, seconds=SECONDS, env=None):
    """Run a program that prints TAP; its results, with one more if the program itself failed."""
    start = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=seconds, env={**os.environ, **(env or {})}, check=False)
        text, status = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as e:
        text, status = (e.stdout or b"").decode(errors="replace"), "time-out"
    results, complete = parse_tap(text, f"{name}: ")
    if not complete or (status != 0 and all(r.ok for r in results)):
        tail = "\n".join(text.splitlines()[-40:])
        results.append(Result(f"{name}: runs to its end", False, f"status {status}\n{tail}"))
    elif results:
        results[-1].seconds = time.monotonic() - start
    return results


def unit(binary):
    """One unit test program."""
    return run_program([binary], f"unit/{os.path.basename(binary)}",
                       env={"CMOCKA_MESSAGE_OUTPUT": "TAP"})
