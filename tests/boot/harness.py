# SPDX-License-Identifier: MIT
"""What the whole-system tests share: steps that print TAP, and machines made from the build."""

import os
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.normpath(os.path.join(HERE, "..", "..", "tools"))
sys.path.insert(0, TOOLS)

from pyquire import disk  # noqa: E402
from pyquire.machine import Machine, build_dir  # noqa: E402
from pyquire.session import Session, SessionError  # noqa: E402, F401

BUILD = build_dir()
PROMPT = r"quire:[^\r\n]*[#$] "
QRUN = os.path.join(TOOLS, "qrun")


def built(name):
    """A file of the build directory."""
    return os.path.join(BUILD, name)


def fresh_disk(work, swap=32, name="root.img"):
    """A private copy of the standard disk in the directory WORK."""
    path = os.path.join(work, name)
    disk.clone(built("disk.img"), path, swap * disk.MIB)
    return path


def e2fsck(image):
    """Check the root partition of IMAGE; "" when there is nothing to say, else e2fsck's words."""
    start, size = disk.partitions(image)[0]
    with tempfile.NamedTemporaryFile(prefix="quire-fsck.") as part:
        with open(image, "rb") as f:
            f.seek(start)
            while size > 0:
                chunk = f.read(min(size, 1 << 20))
                if chunk.count(0) == len(chunk):
                    part.seek(len(chunk), os.SEEK_CUR)
                else:
                    part.write(chunk)
                size -= len(chunk)
        part.truncate()
        part.flush()
        done = subprocess.run(["e2fsck", "-fn", part.name], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    return done.stdout if done.returncode else ""


def qrun(*words, timeout=120):
    """(status, output, complaints) of tools/qrun."""
    done = subprocess.run([sys.executable, QRUN, f"--timeout={timeout}", *words],
                          capture_output=True, timeout=timeout + 120, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), \
        done.stderr.decode(errors="replace")


def steps(*functions):
    """Run the tests in order and print TAP. A test is a function whose docstring is its name; it fails
    by an exception (assert, SessionError, ...)."""
    failed = 0
    for number, function in enumerate(functions, 1):
        try:
            function()
            print(f"ok {number} - {function.__doc__}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(traceback.format_exc(limit=-2))
            print(f"not ok {number} - {function.__doc__}", flush=True)
    print(f"1..{len(functions)}")
    sys.exit(1 if failed else 0)


__all__ = ["BUILD", "Machine", "PROMPT", "Session", "SessionError", "built", "disk", "e2fsck",
           "fresh_disk", "qrun", "steps"]
