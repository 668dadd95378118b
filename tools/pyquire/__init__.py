# SPDX-License-Identifier: MIT
"""What Quire's host tools share: disk and archive images, jobs, and the machine in QEMU.

Standard library only. Modules: disk (MBR images with ext2 and swap), cpio (initramfs archives),
job (the records and the stream of docs/qrun.md), machine (QEMU), run (a job on a machine).
"""
