# SPDX-License-Identifier: MIT
#
# Disk image, initramfs and ISO.
