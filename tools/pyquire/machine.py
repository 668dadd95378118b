# SPDX-License-Identifier: MIT
"""The PC that Quire runs on, in QEMU: one place that knows QEMU's command line.

Everything runs under TCG: /dev/kvm may be there and yet not work (nested machines).
"""

import os
import subprocess
from dataclasses import dataclass, field

QEMU = "qemu-system-i386"
DEBUG_EXIT = 0xF4  # the port by which a panicking kernel with panic=exit ends QEMU


def build_dir():
    """The build directory: $QUIRE_BUILD, else build/ of the tree that this file belongs to."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.environ.get("QUIRE_BUILD") or os.path.join(here, "build")


@dataclass
class Machine:
    """A description; command() gives QEMU's argument list.

    disks are raw images; `ata` puts the first one (the root disk) on the ATA controller, all others
    are virtio. `iso` boots from that image through the BIOS, `kernel` by QEMU's own loader.
    """

    memory: int = 32  # MiB
    kernel: str = ""
    initrd: list = field(default_factory=list)  # files, loaded as Multiboot modules
    append: list = field(default_factory=list)  # words of the kernel's command line
    iso: str = ""
    disks: list = field(default_factory=list)
    ata: bool = False
    cpu: str = "qemu32"
    cache: str = "writeback"  # QEMU's, of the disks
    extra: list = field(default_factory=list)  # more QEMU arguments

    def root_disk(self):
        """The kernel's name of the root disk."""
        return "/dev/hda" if self.ata else "/dev/vda"

    def command(self, serial):
        """QEMU's arguments; SERIAL lists the -serial back ends of COM1, COM2."""
        words = [QEMU, "-accel", "tcg", "-cpu", self.cpu, "-m", str(self.memory), "-nodefaults",
                 "-vga", "std", "-display", "none", "-no-reboot", "-nic", "none",
                 "-device", f"isa-debug-exit,iobase={DEBUG_EXIT:#x},iosize=4"]
        for backend in serial:
            words += ["-serial", backend]
        if self.iso:
            words += ["-cdrom", self.iso, "-boot", "d"]
        else:
            words += ["-kernel", self.kernel, "-append", " ".join(self.append)]
            if self.initrd:
                words += ["-initrd", ",".join(self.initrd)]
        for number, image in enumerate(self.disks):
            bus = "ide" if self.ata and number == 0 else "virtio"
            words += ["-drive", f"file={image},format=raw,if={bus},"
                      f"cache={self.cache}"]
        return words + self.extra

    def start(self, stdin=subprocess.DEVNULL):
        """Start it: (process, log, stream), the two being what COM1 and COM2 send, to be read.

        QEMU's own complaints come on COM1's file too.
        """
        log_read, log_write = os.pipe()
        stream_read, stream_write = os.pipe()
        backends = [f"file:/dev/fd/{fd}" for fd in (log_write, stream_write)]
        try:
            process = subprocess.Popen(self.command(backends), stdin=stdin, stdout=log_write,
                                       stderr=log_write, pass_fds=(log_write, stream_write))
        finally:
            os.close(log_write)
            os.close(stream_write)
        return process, log_read, stream_read
