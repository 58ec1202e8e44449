"""Experiment files: checked at the door, and sampled as they say."""

from pathlib import Path

import numpy as np
import pytest

from experiments.study.design import COMPARED, DESIGNS, compared, read
from experiments.study.factors import Factor
from experiments.study.rows import groups
from experiments.study.sampling import points
from experiments.study.work import rows_of
from model.preset.catalogue import varies_by_run
from model.preset.load import ConfigError, load
from tests.small import small

GOOD = """
title = "a test"
kind = "sweep"
preset = "twelve-days"
acts = ["arms"]

[set]
turns = 3

[factors."russia.ties.israel"]
low = 0.0
high = 0.5
count = 3
"""


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.slow if path.stem == "sensitivity" else ())
        for path in sorted(DESIGNS.glob("*.toml"))
    ],
    ids=lambda path: path.stem,
)
def test_every_ready_design_is_right(path):
    design, _ = read(path.stem)
    assert design.title and design.question
    assert design.kind == "sensitivity" or design.factors or design.kind in ("duel", "compare")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('kind = "sweep"', 'kind = "sweap"', ["mine.toml:3: kind", "'sweap'", "'sweep'"]),
        ('kind = "sweep"', 'knid = "sweep"', ["mine.toml:3: knid", "did you mean kind?"]),
        ("count = 3", "count = 1", ["mine.toml:13: factors.russia.ties.israel.count", "found 1"]),
        ("high = 0.5", "high = 5.0", ["mine.toml", "russia.ties.israel", "found 5.0"]),
        ("high = 0.5", "", ["mine.toml:10:", "low and high, or a list of values"]),
        ("low = 0.0", "low = 0.7", ["mine.toml:10:", "found 0.7 to 0.5", "low below high"]),
        ("russia.ties.israel", "rusia.ties.israel", ["rusia", "did you mean russia?"]),
        ('acts = ["arms"]', 'acts = ["arm"]', ["mine.toml:5: acts", "did you mean arms?"]),
        ("turns = 3", "turns = 0", ["mine.toml:8: turns: found 0"]),
        ("turns = 3", 'patron = "Russia"', ["mine.toml:8:", "patron"]),
        ('preset = "twelve-days"', 'preset = "twelve"', ["preset 'twelve'", "twelve-days"]),
        ('acts = ["arms"]', 'patron = "iran"', ["mine.toml:5: patron", "valid: russia"]),
    ],
)
def test_a_mistake_is_told_with_file_line_and_what_would_do(tmp_path, old, new, parts):
    assert old in GOOD
    with pytest.raises(ConfigError) as wrong:
        read(written(tmp_path, GOOD.replace(old, new)))
    for part in parts:
        assert part in str(wrong.value)


def test_a_grid_is_every_combination(tmp_path):
    more = "[factors.slack]\nlow = 0\nhigh = 1\ncount = 2\n"
    more += '[factors.slack.keys]\n"russia.means.money_tied" = [84.0, 0.0]\n'
    design, _ = read(written(tmp_path, GOOD + more))
    assert points(design) == [(x, y) for x in (0.0, 0.25, 0.5) for y in (0.0, 1.0)]
    assert design.changes((0.25, 0.5)) == {
        "turns": 3, "russia.ties.israel": 0.25, "russia.means.money_tied": 42.0
    }  # fmt: skip


def test_one_at_a_time_leaves_the_other_factors_alone():
    factors = {"russia.ties.israel": Factor(values=[0.1, 0.2]), "oil.at_risk": Factor(values=[1.0])}
    design = small(factors=factors, sampling={"method": "each"})
    assert points(design) == [(0.1, None), (0.2, None), (None, 1.0)]
    assert design.changes((None, 1.0)) == {"turns": 2, "oil.at_risk": 1.0}


@pytest.mark.parametrize("method", ["latin", "sobol"])
def test_spread_points_fill_every_sixteenth_of_each_range(method):
    factors = {"russia.ties.israel": Factor(low=0, high=0.5), "oil.at_risk": Factor(low=1, high=3)}
    design = small(kind="discover", factors=factors, sampling={"method": method, "points": 16})
    found = np.array(points(design))
    assert found.shape == (16, 2)
    for column, (low, high) in zip(found.T, ((0, 0.5), (1, 3)), strict=True):
        slots = np.floor((column - low) / (high - low) * 16).astype(int)
        assert sorted(slots) == list(range(16))
    assert points(design) == points(design)


def test_a_table_gives_its_rows(tmp_path):
    (tmp_path / "points.csv").write_text("oil.at_risk,russia.ties.israel\n1.5,0.1\n2.5,0.3\n")
    text = GOOD.replace('kind = "sweep"', 'kind = "discover"').split("[factors")[0]
    text += '[sampling]\nmethod = "table"\nfile = "points.csv"\n'
    design, _ = read(written(tmp_path, text))
    assert points(design) == [(1.5, 0.1), (2.5, 0.3)]


@pytest.mark.parametrize(
    ("table", "part"),
    [
        ("russia.ties.israel\nmany\n", "points.csv:2: russia.ties.israel: found 'many'; valid"),
        ("russia.ties.israel\n0.7\n", "points.csv:2: russia.ties.israel: found '0.7'; valid"),
        ("russia.tie.israel\n0.2\n", "did you mean russia.tie.israel?"),
        ("russia.ties.israel\n0.2,3\n", "points.csv:2: found 2 cells; valid: 1"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path, table, part):
    (tmp_path / "points.csv").write_text(table)
    text = GOOD.replace('kind = "sweep"', 'kind = "discover"')
    text += '[sampling]\nmethod = "table"\nfile = "points.csv"\n'
    design, _ = read(written(tmp_path, text))
    with pytest.raises(ConfigError) as wrong:
        points(design)
    assert part in str(wrong.value)


def test_runs_follow_one_another_or_are_the_same_at_all_points():
    design = small()
    assert [row.runs.start for row in rows_of(design, points(design))] == [0, 4, 8, 12, 16, 20]
    design.draws = "same"
    assert [row.runs.start for row in rows_of(design, points(design))] == [0] * 6


def test_points_that_differ_in_what_cannot_vary_by_run_are_played_apart():
    factors = {
        "turn_days": Factor(values=[1.0, 2.0]),
        "oil.at_risk": Factor(low=1, high=2, count=3),
    }
    design = small(factors=factors)
    assert [len(each) for each in groups(rows_of(design, points(design)))] == [3, 3]
    assert not varies_by_run("turn_days")


def test_a_treaty_is_changed_or_made_by_its_key():
    def treaties(changes):
        return {
            each.clause: each.depth
            for each in load("iran-2025", changes).profiles["russia"].treaties
        }

    before = treaties({})
    assert treaties({"russia.treaties.iran.consultation": 0.9}) == before | {"consultation": 0.9}
    assert treaties({"russia.treaties.iran.defence": 0.7}) == before | {"defence": 0.7}
    for key, value, part in (
        ("russia.treaties.iran.defense", 0.5, "did you mean defence?"),
        ("russia.treaties.iram.defence", 0.5, "did you mean iran?"),
        ("russia.treaties.iran.defence", 1.5, "valid: a number from 0 to 1"),
    ):
        with pytest.raises(ConfigError, match=r"--set russia\.treaties") as wrong:
            load("iran-2025", {key: value})
        assert part in str(wrong.value)


def test_a_comparison_leaves_out_what_a_crisis_has_not():
    assert compared(load("twelve-days")) == list(COMPARED)
    assert compared(load("taiwan")) == ["wars", "weeks_at_war", "survival", "collapsed"]
