#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pure parts of tools/bench and tools/profile: rows, ratios and verdicts, symbols, the replay."""

import os
import sys
import unittest
from xml.etree import ElementTree

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools"))

from pybench import figures, measure, outside, plot, profile  # noqa: E402
from pybench import programs, replay, rows, symbols, yardstick  # noqa: E402
from pybench.classes import CLASSES, OTHER, class_of  # noqa: E402

OUTPUT = """noise
row stat call 1000 2000 10
note stat major 3 minor 4
row stat call 1200 2200 10
row gone call failed 38
"""


def figure(linux, quire, program="calls", measure_name="instructions", errors=None):
    """A figure of a row of PROGRAM."""
    values = {"linux": linux, "quire": quire}
    return figures.Figure(program, "row", "call", measure_name,
                          {k: v for k, v in values.items() if v}, errors or {})


class Rows(unittest.TestCase):
    """What the programs print."""

    def test_parse(self):
        found = rows.parse(OUTPUT)
        self.assertEqual(found["stat"].instructions, [100, 120])
        self.assertEqual(found["stat"].nanoseconds, [200, 220])
        self.assertEqual(found["stat"].note("major"), [3])
        self.assertEqual(found["gone"].error, "ENOSYS")

    def test_merge(self):
        found = {}
        rows.merge(found, rows.parse(OUTPUT))
        rows.merge(found, rows.parse(OUTPUT))
        self.assertEqual(found["stat"].runs(), 4)


class Figures(unittest.TestCase):
    """Ratios and what they are judged to be."""

    def test_median_and_least(self):
        self.assertEqual(figure([1, 2, 9], [1]).value("linux"), 2)
        self.assertEqual(figure([1, 2, 9], [1], measure_name="ns").value("linux"), 1)

    def test_spread(self):
        self.assertAlmostEqual(figure([90, 100, 110], [1]).spread("linux"), 0.1)
        self.assertEqual(figure([90], [1]).spread("linux"), 0)

    def test_verdicts(self):
        self.assertEqual(figure([100], [50]).verdict(), "aim")
        self.assertEqual(figure([100], [70]).verdict(), "must")
        self.assertEqual(figure([100], [71]).verdict(), "miss")
        self.assertEqual(figure([100], [], errors={"quire": "ENOSYS"}).verdict(), "miss")
        self.assertEqual(figure([100], [50], measure_name="ns").verdict(), "")

    def test_zero(self):
        self.assertEqual(figure([0], [0]).ratio(), 1.0)
        self.assertEqual(figure([0], [5], "pressure", "major").verdict(), "miss")
        self.assertIsNone(figure([], [5]).ratio())
        self.assertEqual(figure([5], [0]).ratio(), 0)

    def test_mean(self):
        self.assertAlmostEqual(figures.geometric_mean([figure([1], [4]), figure([4], [1])]), 1)
        self.assertAlmostEqual(figures.geometric_mean([figure([1], [4]), figure([0], [4])]), 4)
        self.assertIsNone(figures.geometric_mean([]))
        some = [figure([4], [1], "pressure", "wall"), figure([1], [1], "pressure", "wall")]
        self.assertEqual(next(figures.means(some))[1:6], ["2", "0.50", "0.80", "0.60", "aim"])

    def test_failures(self):
        self.assertEqual(figures.failures([figure([], [1], errors={"linux": "EIO"})], "linux"),
                         [("row", "EIO")])

    def test_merged(self):
        old, new = figure([1], [1]), figure([2], [2])
        other = figure([3], [3], "process")
        known = {"calls": ["row"], "process": ["row"]}
        found = figures.from_json(figures.to_json(figures.merged([other, old], [new], known)))
        self.assertEqual(found, [new, other])
        late = figure([4], [4], measure_name="ns")
        self.assertEqual(figures.merged([late], [new], known), [new, late])
        half = figures.merged([old], [figure([], [9])], known)
        self.assertEqual([f.values for f in half], [{"linux": [1], "quire": [9]}])

    def test_plot(self):
        picture = plot.svg([figure([100], [50]), figure([100], [], errors={"quire": "ENOSYS"})])
        self.assertEqual(len(ElementTree.fromstring(picture).findall("{*}circle")), 1 + 3)
        self.assertIn("ENOSYS", picture)

    def test_yardstick(self):
        some = [figures.Figure("pressure", "hot_2x", "run", m, {"quire": [v]})
                for m, v in (("wall", 1), ("major", 120), ("lru", 100), ("opt", 50))]
        self.assertEqual(yardstick.above(some), ["hot_2x"])
        self.assertIn("1.20", yardstick.to_text(some))

    def test_texts(self):
        some = [figure([100], [50]), figure([100], [20], measure_name="ns")]
        self.assertIn("0.50", figures.to_text(some))
        self.assertIn("| row |", figures.to_markdown(some))
        self.assertEqual(len(figures.to_csv(some).splitlines()), 3)


class Choice(unittest.TestCase):
    """Which rows words mean, and how they are measured."""

    known = {"calls": ["stat", "null"], "process": ["fork_0", "fork_1", "fork"]}

    def test_words(self):
        self.assertEqual(programs.chosen([], self.known), self.known)
        self.assertEqual(programs.chosen(["process"], self.known), {"process": self.known["process"]})
        self.assertEqual(programs.chosen(["fork"], self.known), {"process": ["fork"]})
        self.assertEqual(programs.chosen(["fork_", "stat"], self.known),
                         {"calls": ["stat"], "process": ["fork_0", "fork_1"]})
        with self.assertRaises(programs.UnknownRow):
            programs.chosen(["nothing"], self.known)

    def test_plan(self):
        chosen = {"calls": ["null"], "disk": ["fsync"], "pressure": ["hot_2x"], "machine": ["boot"]}
        found = measure.plan(chosen, measure.SHORT)
        self.assertEqual([group[2] for group in found], ["cpu", "disk", "pressure"])
        for steps in found.values():
            self.assertEqual([s.kernel for s in steps[:4]], ["linux", "quire"] * 2)
        self.assertEqual([s.way for s in next(iter(found.values()))],
                         ["icount"] * 2 + ["wall"] * 2 * measure.SHORT.boots)
        self.assertEqual([len(some) for some in measure.rounds(found[128, 256, "disk"])],
                         [2] + [1] * 2 * measure.SHORT.disk_boots)
        none = measure.plan(chosen, measure.SHORT.with_boots(0))
        self.assertEqual([len(steps) for steps in none.values()], [2, 0, 0])

    def test_every_row_has_a_class(self):
        for program, names in programs.programs().items():
            self.assertTrue(names, program)
            for name in names:
                self.assertIsNot(class_of(program, name), OTHER, f"{program}/{name}")

    def test_names_are_unique(self):
        names = [n for rows_ in programs.programs().values() for n in rows_]
        self.assertEqual(len(names), len(set(names)))

    def test_aims_are_below_musts(self):
        for c in CLASSES:
            for must, aim in c.targets.values():
                self.assertLessEqual(aim, must, c.title)


class DeadMachine(unittest.TestCase):
    """A machine that dies costs the row that ran, no other."""

    def setUp(self):
        self.boots = []
        self.outputs = measure.kernels.outputs
        measure.kernels.outputs = self.fake

    def tearDown(self):
        measure.kernels.outputs = self.outputs

    def fake(self, _kernel, _build, commands, **_machine):
        """Row `b` ends the machine."""
        self.boots.append(commands)
        results, dead = [], False
        for words in commands:
            dead = dead or words[5] == "b"
            results.append((None, "") if dead else (0, f"row {words[5]} call 5 5 1\n"))
        return results

    step = measure.Step("quire", 64, 0, "cpu", "wall", 1, (("p", "a"), ("p", "b"), ("p", "c"), ("q", "d")))

    def test_goes_on(self):
        found = measure.sweep(self.step, "", {}, lambda _: None)
        self.assertEqual(found["b"].error, measure.DIED)
        self.assertEqual([found[n].instructions for n in "acd"], [[5]] * 3)
        self.assertEqual(len(self.boots), 2)
        measure.sweep(self.step, "", found, lambda _: None)
        self.assertEqual(len(self.boots), 3)

    def test_no_boot(self):
        def no_boot(*_, **__):
            raise measure.kernels.BootFailed("silence")
        measure.kernels.outputs = no_boot
        found = {}
        measure.attempt(self.step, "", found, lambda _: None)
        self.assertEqual({r.error for r in found.values()}, {"BootFailed"})
        self.assertEqual(len(found), 4)


class Outside(unittest.TestCase):
    """Rows of the machine as a whole."""

    def test_smallest(self):
        for least in range(1, 20):
            self.assertEqual(outside.smallest(lambda n, least=least: n >= least, 0, 20), least)

    def test_used(self):
        text = "MemTotal: 60000 kB\nMemFree:  40000 kB\nBuffers: 1000 kB\nCached: 2000 kB\n"
        self.assertEqual(outside.used(text, 64), 64 * 1024 - 43000)


class Profile(unittest.TestCase):
    """From addresses to functions."""

    def test_windows(self):
        self.assertEqual(profile.windows("12 34 \nc0000000 2\n"), [12, 34])
        text = rows.with_ticks(OUTPUT, iter([70]))
        self.assertEqual(rows.parse(text)["stat"].instructions, [7])

    def test_functions(self):
        table = symbols.Table(symbols.Symbols(["c0000000 T one", "c0000010 t two", "c0000020 D data"]),
                              symbols.Symbols(["1000 T main"]))
        found = profile.functions(profile.parse("1\nc0000000 2\nc0000004 3\nc0000012 9\n1004 1\n"),
                                  table)
        self.assertEqual([(f.name, f.instructions, f.calls) for f in found],
                         [("two", 9, 0), ("one", 5, 2), ("user:main", 1, 0)])


class Replay(unittest.TestCase):
    """The yardsticks of the pressure rows, on the textbook's sequences."""

    def test_loop(self):
        loop = [0, 1, 2] * 3
        self.assertEqual(replay.lru_misses(loop, 2), 6)
        self.assertEqual(replay.opt_misses(loop, 2), 3)
        self.assertEqual(replay.lru_misses(loop, 3), 0)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    cases = [case for group in suite for case in group]
    print("TAP version 13")
    bad = 0
    for number, case in enumerate(cases, 1):
        result = unittest.TestResult()
        case.run(result)
        wrong = result.failures + result.errors
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - bench/{case.id().split('.', 1)[1]}")
        for _, trace in wrong:
            print("\n".join(f"# {line}" for line in trace.splitlines()))
    print(f"1..{len(cases)}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
