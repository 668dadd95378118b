# SPDX-License-Identifier: MIT
"""The bench: one ELF file, two kernels, a ratio (docs/performance.md)."""
