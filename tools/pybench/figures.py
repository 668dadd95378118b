# SPDX-License-Identifier: MIT
"""A figure: one measure of one row on both kernels; and the texts that are made of figures."""

import csv
import io
import json
import math
import statistics
from dataclasses import asdict, dataclass, field

from pybench.classes import NOTES, TITLES, class_of

KERNELS = ("linux", "quire")
LEAST = ("ns", "seconds")  # measures that a busy host can only make larger: the least counts
MEASURES = ("us", "wall", "instructions", "seconds", "ns", "major")  # a row's first one first
FIELDS = ("program", "row", "unit", "measure", "linux", "quire", "ratio", "spread_linux",
          "spread_quire", "must", "aim", "verdict", "error_linux", "error_quire")


@dataclass
class Figure:
    """values and errors are by kernel."""

    program: str
    row: str
    unit: str
    measure: str
    values: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)

    def value(self, kernel):
        """The figure to quote, None when there is none."""
        values = self.values.get(kernel)
        if not values:
            return None
        return min(values) if self.measure in LEAST else statistics.median(values)

    def spread(self, kernel):
        """The half of the runs that lies in the middle: its width / the figure."""
        values, value = self.values.get(kernel), self.value(kernel)
        if not value or len(values) < 2:
            return 0
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return (high - low) / value

    def ratio(self):
        """Quire / Linux, None when one of them is missing."""
        linux, quire = (self.value(k) for k in KERNELS)
        if linux is None or quire is None:
            return None
        if linux == 0:
            return math.inf if quire else 1.0
        return quire / linux

    def target(self):
        """(must, aim), None when there is none."""
        return class_of(self.program, self.row).targets.get(self.measure)

    def verdict(self):
        """"aim", "must" or "miss": what is reached; "" without a target."""
        ratio, target = self.ratio(), self.target()
        if not target or "linux" in self.errors:
            return ""
        if ratio is None:
            return "miss" if self.errors.get("quire") else ""
        return "aim" if ratio <= target[1] else "must" if ratio <= target[0] else "miss"


def geometric_mean(figures):
    """Of the ratios that are there and say something; None when none is."""
    ratios = [r for r in (f.ratio() for f in figures) if r and math.isfinite(r)]
    return statistics.geometric_mean(ratios) if ratios else None


def failures(figures, kernel):
    """[(row, error)] of the rows that KERNEL could not do."""
    return sorted({(f.row, f.errors[kernel]) for f in figures if f.errors.get(kernel)})


def to_csv(figures):
    """All figures, one a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for f in figures:
        must, aim = f.target() or ("", "")
        writer.writerow([f.program, f.row, f.unit, f.measure,
                         *(_plain(f.value(k)) for k in KERNELS), _plain(f.ratio(), 4),
                         *(_plain(f.spread(k), 4) for k in KERNELS), must, aim, f.verdict(),
                         *(f.errors.get(k, "") for k in KERNELS)])
    return out.getvalue()


def to_json(figures):
    """All figures with all their runs, for from_json()."""
    return json.dumps([asdict(f) for f in figures], indent=1)


def from_json(text):
    """The figures of to_json()."""
    return [Figure(**fields) for fields in json.loads(text)]


def merged(old, new, known):
    """NEW figures, and what OLD ones have of rows and kernels that NEW does not have.

    They come in the order of KNOWN, {program: [rows]}, and of MEASURES; what is not in KNOWN goes.
    """
    fresh = {(f.program, f.row, f.measure): f for f in new}
    kept = []
    for f in old:
        newer = fresh.get((f.program, f.row, f.measure))
        if not newer:
            kept.append(f)
            continue
        for k in KERNELS:
            if k not in newer.values and k not in newer.errors:
                newer.values.update({k: f.values[k]} if k in f.values else {})
                newer.errors.update({k: f.errors[k]} if k in f.errors else {})
    order = {(program, row): at for at, (program, row) in enumerate(
        (program, row) for program, rows in known.items() for row in rows)}
    return sorted((f for f in new + kept if (f.program, f.row) in order),
                  key=lambda f: (order[f.program, f.row],
                                 MEASURES.index(f.measure) if f.measure in MEASURES else len(MEASURES)))


def _plain(value, digits=1):
    return "" if value is None else f"{value:.{digits}f}"


def _cell(figure, kernel):
    value = figure.value(kernel) if figure else None
    if value is None:
        return figure.errors.get(kernel, "-") if figure else ""
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}"


def _ratio(figure):
    ratio = figure.ratio() if figure else None
    return "-" if ratio is None else f"{ratio:.2f}"


def lines(figures):
    """[[cells]] of the table: a line for each figure that counts, and beside a row's first one its other measure."""
    rows = {}
    for f in figures:
        rows.setdefault((f.program, f.row), []).append(f)
    for first, *rest in rows.values():
        judged = [first, *(f for f in rest if f.target())]
        beside = next((f for f in rest if f.measure in BESIDE), None)
        for f in judged:
            other = beside if f is first else None
            yield [f.row, f"{f.measure} / {f.unit}", *(_cell(f, k) for k in KERNELS), _ratio(f),
                   f"{max(f.spread(k) for k in KERNELS):.1%}",
                   *(f"{t:.2f}" for t in f.target() or ()), *([] if f.target() else ["", ""]),
                   f.verdict(), other.measure if other else "",
                   *(_cell(other, k) for k in KERNELS), _ratio(other) if other else ""]


BESIDE = ("ns", "instructions")  # a row's other measure, without a target
HEAD = ("row", "measure", "Linux", "Quire", "ratio", "spread", "must", "aim", "reached",
        "beside", "Linux", "Quire", "ratio")
WORDS = (0, 1, 8, 9)  # columns that are no numbers


def to_text(figures):
    """The table for a terminal, a part per class."""
    parts = []
    for title, some in by_class(figures).items():
        table = [HEAD, *lines(some)]
        widths = [max(len(r[i]) for r in table) for i in range(len(HEAD))]
        parts.append(title + (f". {NOTES[title]}" if title in NOTES else ""))
        for r in table:
            cells = [c.ljust(w) if i in WORDS else c.rjust(w)
                     for i, (c, w) in enumerate(zip(r, widths))]
            parts.append("  " + "  ".join(cells).rstrip())
    return "\n".join(parts)


def to_markdown(figures):
    """The same for docs/performance.md."""
    parts = []
    for title, some in by_class(figures).items():
        parts += [f"### {title[0].upper()}{title[1:]}", ""]
        parts += [NOTES[title], ""] if title in NOTES else []
        parts += ["| " + " | ".join(HEAD) + " |",
                  "|" + "".join(" --- |" if i in WORDS else " ---: |" for i in range(len(HEAD)))]
        parts += ["| " + " | ".join(r) + " |" for r in lines(some)] + [""]
    return "\n".join(parts)


def by_class(figures):
    """{title of the class: [figures]}, in the order of classes.py."""
    parts = {title: [] for title in TITLES}
    for f in figures:
        parts.setdefault(class_of(f.program, f.row).title, []).append(f)
    return {title: some for title, some in parts.items() if some}


MEANS_HEAD = ("class, measure", "rows", "geometric mean", "must", "aim", "reached", "rows at the aim",
              "at the must", "missing")


def means(figures):
    """[[cells]]: of each class and measure the geometric mean of the ratios, and how the rows do."""
    for title, some in by_class(figures).items():
        for measure in dict.fromkeys(f.measure for f in some if f.target()):
            judged = [f for f in some if f.measure == measure and f.target()]
            mean = geometric_mean(judged)
            target = class_of(judged[0].program, judged[0].row).means.get(measure)
            reached = "" if not target or mean is None else (
                "aim" if mean <= target[1] else "must" if mean <= target[0] else "miss")
            yield [f"{title}, {measure}", str(len(judged)), _plain(mean, 2) or "-",
                   *(f"{t:.2f}" for t in target or ()), *([] if target else ["", ""]), reached,
                   *(str(sum(f.verdict() == v for f in judged)) for v in ("aim", "must", "miss"))]


def means_text(figures):
    """means() for a terminal."""
    table = [MEANS_HEAD, *means(figures)]
    widths = [max(len(r[i]) for r in table) for i in range(len(MEANS_HEAD))]
    return "\n".join("  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                               for i, (c, w) in enumerate(zip(r, widths))) for r in table)


def means_markdown(figures):
    """means() for the book."""
    return "\n".join(["| " + " | ".join(MEANS_HEAD) + " |",
                      "| --- |" + " ---: |" * (len(MEANS_HEAD) - 1),
                      *("| " + " | ".join(r) + " |" for r in means(figures)), ""])
