# SPDX-License-Identifier: MIT
"""A figure: one measure of one row on both kernels; and the texts that are made of figures."""

import csv
import io
import json
import math
import statistics
from dataclasses import asdict, dataclass, field

from pybench.classes import TITLES, class_of

KERNELS = ("linux", "quire")
LEAST = ("ns", "seconds")  # measures that a busy host can only make larger: the least counts
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
        """(largest - smallest) / the figure."""
        values, value = self.values.get(kernel), self.value(kernel)
        return (max(values) - min(values)) / value if value else 0

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

    They come in the order of KNOWN, {program: [rows]}; what is not in it goes.
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
                  key=lambda f: order[f.program, f.row])


def _plain(value, digits=1):
    return "" if value is None else f"{value:.{digits}f}"


def _cell(figure, kernel):
    value = figure.value(kernel)
    if value is None:
        return figure.errors.get(kernel, "-")
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _ratio(figure):
    ratio = figure.ratio() if figure else None
    return "-" if ratio is None else f"{ratio:.2f}"


def lines(figures):
    """[[cells]] of the table: of each row the first figure, and beside it the second one's ratio.

    The second one of a CPU row is its wall time, that of a row with disk its major faults.
    """
    rows = {}
    for f in figures:
        rows.setdefault((f.program, f.row), []).append(f)
    for first, *rest in rows.values():
        target = first.target()
        beside = rest[0] if rest else None
        yield [first.row, f"{first.measure} / {first.unit}",
               *(_cell(first, k) for k in KERNELS), _ratio(first),
               f"{max(first.spread(k) for k in KERNELS):.1%}",
               *(f"{t:.2f}" for t in target or ()), *([] if target else ["", ""]),
               first.verdict(), _ratio(beside), beside.measure if beside else ""]


HEAD = ("row", "measure", "Linux", "Quire", "ratio", "spread", "must", "aim", "reached", "beside",
        "")


def to_text(figures):
    """The table for a terminal, a part per class."""
    parts = []
    for title, some in by_class(figures).items():
        table = [HEAD, *lines(some)]
        widths = [max(len(r[i]) for r in table) for i in range(len(HEAD))]
        parts.append(title)
        for r in table:
            cells = [c.ljust(w) if i in (0, 1, 8, 10) else c.rjust(w)
                     for i, (c, w) in enumerate(zip(r, widths))]
            parts.append("  " + "  ".join(cells).rstrip())
    return "\n".join(parts)


def to_markdown(figures):
    """The same for docs/performance.md."""
    parts = []
    for title, some in by_class(figures).items():
        parts += [f"### {title[0].upper()}{title[1:]}", "", "| " + " | ".join(HEAD) + " |",
                  "|" + " --- |" * 2 + " ---: |" * 6 + " --- | ---: | --- |"]
        parts += ["| " + " | ".join(r) + " |" for r in lines(some)] + [""]
    return "\n".join(parts)


def by_class(figures):
    """{title of the class: [figures]}, in the order of classes.py."""
    parts = {title: [] for title in TITLES}
    for f in figures:
        parts.setdefault(class_of(f.program, f.row).title, []).append(f)
    return {title: some for title, some in parts.items() if some}


def summary(figures):
    """Geometric mean and verdicts of each class, a line each."""
    text = []
    for title, some in by_class(figures).items():
        for measure in dict.fromkeys(f.measure for f in some if f.target()):
            judged = [f for f in some if f.measure == measure]
            mean = geometric_mean(judged)
            count = [sum(f.verdict() == v for f in judged) for v in ("aim", "must", "miss")]
            text.append(f"{title + ', ' + measure:36} mean ratio {_plain(mean, 2):>5}; of "
                        f"{len(judged):3} rows {count[0]:3} reach the aim, {count[1]:3} the must, "
                        f"{count[2]:3} miss")
    return "\n".join(text)
