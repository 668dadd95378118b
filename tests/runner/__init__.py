# SPDX-License-Identifier: MIT
"""The test runner's parts: result (what a test gives), unit, kernel, user, boot (the rings)."""
