# SPDX-License-Identifier: MIT
"""The table as a picture: a dot per row on a logarithmic scale of ratios, must and aim as marks.

Written as SVG by hand (there is nothing in it but lines, dots and words); rsvg-convert makes the PNG.
"""

import math
import subprocess
from xml.sax.saxutils import escape

from pybench.figures import by_class

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 900, 240, 80, 70, 50
LINE, GAP = 15, 34  # a row; a class's title
LOWEST, HIGHEST = 1 / 64, 4
TICKS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4)
COLOURS = {"aim": "#1b7837", "must": "#7fbf7b", "miss": "#c51b7d", "": "#666666"}
WORDS = {"aim": "reaches the aim", "must": "reaches the must", "miss": "misses"}


def _x(ratio):
    """Where a ratio stands; what is beyond the scale stands at its end."""
    inside = min(max(ratio, LOWEST), HIGHEST)
    part = math.log(inside / LOWEST) / math.log(HIGHEST / LOWEST)
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def _text(x, y, words, anchor="start", size=11, weight="normal", colour="#222222"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
            f'font-weight="{weight}" fill="{colour}">{escape(words)}</text>')


def _line(x1, y1, x2, y2, colour, width=1.0):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"/>')


def _row(figure, y):
    """The parts of one row: its name, its marks, its dot and the ratio in digits."""
    name = f"{figure.row}" + ("" if figure.measure == "instructions" else f" ({figure.measure})")
    parts = [_text(LEFT - 8, y + 4, name, "end"),
             _line(LEFT, y, WIDTH - RIGHT, y, "#eeeeee")]
    for part, colour in zip(figure.target() or (), ("#999999", "#1b7837")):
        parts.append(_line(_x(part), y - 5, _x(part), y + 5, colour, 1.5))
    ratio = figure.ratio()
    if ratio is None:
        why = figure.errors.get("quire") or figure.errors.get("linux") or "not measured"
        return parts + [_text(WIDTH - RIGHT + 8, y + 4, why, colour=COLOURS["miss"])]
    digits = f"{ratio:.2f}" if ratio < 100 else ">100"
    return parts + [f'<circle cx="{_x(ratio):.1f}" cy="{y}" r="4" '
                    f'fill="{COLOURS[figure.verdict()]}"/>',
                    _text(WIDTH - RIGHT + 8, y + 4, digits)]


def _frame(height):
    """The scale, the line of equality, the legend."""
    parts = [_text(LEFT, 24, "Quire / Linux, the same program in the same QEMU", size=16,
                   weight="bold"),
             _text(LEFT, 42, "left of 1: Quire needs less. Marks: what must be reached (grey), "
                   "the aim (green).")]
    for tick in TICKS:
        label = f"{tick:g}" if tick >= 1 else f"1/{round(1 / tick)}"
        parts += [_line(_x(tick), TOP - 8, _x(tick), height - BOTTOM, "#222222" if tick == 1
                        else "#dddddd", 1.5 if tick == 1 else 1),
                  _text(_x(tick), TOP - 12, label, "middle")]
    for number, (verdict, words) in enumerate(WORDS.items()):
        x = LEFT + number * 160
        parts += [f'<circle cx="{x}" cy="{height - 20}" r="4" fill="{COLOURS[verdict]}"/>',
                  _text(x + 9, height - 16, words)]
    return parts


def svg(figures):
    """The picture of all figures that have a target, a part per class."""
    judged = [f for f in figures if f.target()]
    classes = by_class(judged)
    height = TOP + BOTTOM + GAP * len(classes) + LINE * len(judged)
    parts, y = _frame(height), TOP
    for title, some in classes.items():
        parts.append(_text(8, y + GAP - 12, title, size=13, weight="bold"))
        y += GAP
        for figure in some:
            parts += _row(figure, y)
            y += LINE
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'font-family="DejaVu Sans, sans-serif">\n<rect width="100%" height="100%" '
            'fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n")


def png(source, target):
    """Make the file TARGET of the SVG file SOURCE."""
    subprocess.run(["rsvg-convert", "-o", target, source], check=True)
