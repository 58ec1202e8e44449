"""Ablations and robustness: every mechanism can be switched off, and says what it moves."""

import json

import pytest

from experiments.theory.ablate import ablations, as_json, idle, in_words
from experiments.theory.mechanisms import MECHANISMS, switched_off
from experiments.theory.robustness import robustness, survives
from model.preset.load import load

CHANGES = {"turns": 6}


@pytest.mark.parametrize("preset", ["iran-2025", "twelve-days"])
@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_can_be_switched_off(preset, name):
    checked = load(preset)
    changes = switched_off(checked, MECHANISMS[name])
    assert changes
    load(preset, changes)


def test_all_mechanisms_of_the_model_are_there():
    assert list(MECHANISMS) == [f"S{number}" for number in range(1, 22)]


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
    assert "S12" not in idle(rows)
    assert "S21" in in_words(rows, 30, "")
    assert rows[0].title == MECHANISMS[rows[0].mechanism].title


@pytest.mark.slow
def test_robustness_plays_every_rule():
    found = robustness("twelve-days", 20, changes=CHANGES, patrons=["russia"])
    assert {"logit", "best_response", "level_k", "look_ahead", "always_fight"} <= set(found)
    assert set(survives(found)) == {f"{e.patron} {e.act}" for e in found["logit"]}
