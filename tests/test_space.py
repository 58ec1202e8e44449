"""Every declared range is playable at its ends and within: no NaN, no warning, no unsolved game."""

from dataclasses import replace

import numpy as np
import pytest

from agents.payoffs import game_of
from experiments.explain import nudged
from model.alliance_model import AllianceModel
from model.branch import NoEquilibrium
from model.equilibrium import logit_equilibrium
from model.parameters import SECTIONS, STATE_SECTIONS, acts_later, declarations
from model.preset import ConfigError, load
from tests.space import played, ranges

PRESETS = ("iran-2025", "twelve-days")


def exact(found: dict[str, float]) -> None:
    assert found["nan"] == 0
    assert found["residual"] <= 1e-8
    assert found["probability"] <= 1e-12
    assert found["ledger"] <= 1e-12


@pytest.mark.parametrize(("preset", "corners"), [("twelve-days", False), ("iran-2025", True)])
def test_some_parameter_sets_are_played_exactly(preset, corners):
    exact(played(preset, 8, 7, corners=corners, turns=3))


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("corners", "count"), [(False, 250), (True, 250)])
def test_hundreds_of_parameter_sets_are_played_exactly(preset, corners, count):
    exact(played(preset, count, 11, corners=corners))


def test_a_game_with_a_figure_that_is_no_number_is_not_solved():
    game = game_of(AllianceModel("twelve-days").world)
    base = game.base.copy()
    base[0, 1] = np.nan
    with pytest.raises(NoEquilibrium), np.errstate(all="ignore"):
        logit_equilibrium(replace(game, base=base))


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
    keys = [key for key in ranges("iran-2025") if "." in key]
    later = [key for key in keys if acts_later(*key.split(".")[-2:])]
    assert "iran.target.breakout_weeks" in later and "russia.economy.sanctions" not in later
    assert len(later) > 0.8 * len(keys)
