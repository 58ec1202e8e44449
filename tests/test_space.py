"""Every declared range is playable: no figure that is no number, no warning, no unsolved game."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from agents.weighing import game_of
from experiments.why.explain import nudged
from model.alliance_model import AllianceModel
from model.parameters import SECTIONS, STATE_SECTIONS
from model.preset.catalogue import catalogue
from model.preset.load import ConfigError, load
from model.quantities import declarations
from tests.space import drawn, found_wrong, one_at_an_end, ranges
from tests.worlds import PRESETS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", PRESETS)
def test_one_figure_at_either_end_of_its_range_is_played(name):
    assert found_wrong(name, one_at_an_end(load(name)), 7.0) == Counter()


def in_a_process(random: int, at_ends: int) -> list[dict]:
    """Sets played in a process without the shape checks, which would take most of the time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.space", str(random), str(at_ends)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_figures_drawn_over_all_ranges_or_all_at_an_end_are_played():
    assert in_a_process(4, 4) == [
        {"sets": 4, "games": 48, "wrong": {}},
        {"sets": 4, "games": 48, "wrong": {}},
    ]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_hundreds_of_sets_over_the_whole_declared_space_are_played():
    assert [each["wrong"] for each in in_a_process(200, 50)] == [{}, {}]


def test_the_sets_hold_both_ends_of_every_figure():
    preset = load("twelve-days")
    sets = drawn(preset, 50, 0, at_ends=True)
    for key, (low, high) in ranges(preset).items():
        if not key.endswith("_tied"):
            assert set(np.unique(sets[key])) == {low, high}, key


def test_a_value_by_run_out_of_its_range_is_refused_by_its_run():
    with pytest.raises(ConfigError, match=r"oil\.elasticity: found 9\.0"):
        load("twelve-days", {"oil.elasticity": np.array([0.1, 9.0, 0.2])})
    tied = {
        "russia.means.money": np.array([90.0, 80.0]),
        "russia.means.money_tied": np.array([85.0, 85.0]),
    }
    with pytest.raises(ConfigError, match="at most the total"):
        load("twelve-days", tied)
    assert load("twelve-days", tied | {"russia.means.money": np.array([90.0, 95.0])}).arrays


def test_what_only_makes_the_first_world_changes_nothing_in_mid_run():
    model = AllianceModel("twelve-days")
    for _ in range(4):
        model.step()
    for section, kind in (SECTIONS | STATE_SECTIONS).items():
        for name, each in declarations(kind).items():
            if not each["initial"] or section == "reputation":
                continue
            key = f"{section}.{name}" if section in SECTIONS else f"iran.{section}.{name}"
            changed = nudged(model.world, key, 0.5 * (each["low"] + each["high"]))
            game, other = game_of(model.world), game_of(changed)
            assert np.array_equal(game.base, other.base), key


def test_most_figures_act_in_mid_run_and_the_first_worlds_do_not():
    figures = catalogue(load("iran-2025"))
    later = [each.key for each in figures if not each.initial]
    assert "iran.target.breakout_weeks" in later and "russia.economy.sanctions" not in later
    assert len(later) > 0.8 * len(figures)
