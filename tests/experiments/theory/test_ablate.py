"""Ablations and robustness: every mechanism can be switched off, and says what it moves."""

import json
from functools import cache

import pytest

from experiments.engine.batch import simulate
from experiments.theory.ablate import ablations, as_json, idle, in_words
from experiments.theory.mechanisms import MECHANISMS, switched_off
from experiments.theory.robustness import robustness, survives
from model.preset.load import changed, load
from model.world import Array

CHANGES = {"turns": 6}


@pytest.mark.parametrize("preset", ["iran-2025", "twelve-days"])
@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_can_be_switched_off(preset, name):
    checked = load(preset)
    changes = switched_off(checked, MECHANISMS[name])
    assert changes
    load(preset, changes)


def test_all_mechanisms_of_the_model_are_there():
    essay = [f"S{number}" for number in range(1, 22)]
    assert list(MECHANISMS) == [*essay, *(f"M{number}" for number in range(1, 10))]


def test_a_role_stands_for_its_states():
    preset = load("twelve-days")
    prospect = switched_off(preset, MECHANISMS["M4"])
    assert prospect == {"israel.weights.prospect": 0.0}
    patrons = switched_off(preset, MECHANISMS["S21"])
    assert {key for key in patrons if key.endswith("reputation.value")} == {
        f"{name}.reputation.value" for name in ("russia", "united_states", "china", "gulf")
    }


@cache
def year_without(name: str) -> dict[str, Array]:
    """What some runs of the first months of 2025 play and bring without a mechanism."""
    preset = load("iran-2025", {"turns": 28})
    off = switched_off(preset, MECHANISMS[name]) if name else {}
    table = simulate(changed(preset, off), 8, seed=3).table
    return {key: each for key, each in table.items() if key.startswith(("play.", "worth."))}


@pytest.mark.parametrize("name", [name for name in MECHANISMS if name.startswith("M")])
def test_what_the_game_is_made_of_changes_what_is_played(name):
    without = year_without(name)
    assert any((value != without[key]).any() for key, value in year_without("").items())


@pytest.mark.slow
def test_ablations_are_paired_and_name_what_they_move():
    rows = ablations("twelve-days", 100, changes=CHANGES, patrons=["russia"])
    assert {each.mechanism for each in rows} == set(MECHANISMS)
    assert all(e.estimate.low <= e.estimate.mean <= e.estimate.high for e in rows)
    keys = {"mechanism", "patron", "measure", "difference", "low", "high"}
    assert all(keys <= set(each) for each in json.loads(as_json(rows)))
    own = {(e.mechanism, e.measure): e for e in rows}
    assert own["S12", "price_peak"].estimate.low > 0
    assert own["S9", "programme"].estimate.high < 0
    assert own["S5", "talk - arms"].estimate.low > 0
    assert own["M1", "only talk"].estimate.low > 0
    assert own["M9", "talk - arms"].estimate.low > 0
    assert not {"S12", "M1", "M3", "M9"} & set(idle(rows))
    assert "only talk of russia" in in_words(rows, 30, "")
    assert "S21" in in_words(rows, 30, "")
    assert rows[0].title == MECHANISMS[rows[0].mechanism].title


@pytest.mark.slow
def test_robustness_plays_every_rule():
    found = robustness("twelve-days", 20, changes=CHANGES, patrons=["russia"])
    assert {"logit", "best_response", "level_k", "look_ahead", "always_fight"} <= set(found)
    assert set(survives(found)) == {f"{e.patron} {e.act}" for e in found["logit"]}
