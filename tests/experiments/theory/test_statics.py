"""Comparative statics: what is expected, how a row is marked, and the page that shows them."""

import json
import re

import pytest
from click.testing import CliRunner

from experiments.__main__ import main
from experiments.engine.estimates import Estimate
from experiments.theory import statics
from experiments.theory.expectations import EXPECTATIONS, OUTCOMES, Expectation
from experiments.theory.statics import FITS, FLAT, MEASURED, WRONG, Static, as_json, in_words
from model.preset.catalogue import catalogue
from model.preset.load import load
from tests.test_architecture import ROOT

PAGE = (ROOT / "docs" / "STATICS.md").read_text("utf-8")
TABLE, _, BELOW = PAGE.partition("<!-- /statics -->")
OIL = Expectation("oil.elasticity", 0.05, 0.5, "price", -1, "a small fall of supply moves less")


def test_thirty_six_parameters_each_have_a_direction_and_a_reason():
    assert len({each.key for each in EXPECTATIONS}) == len(EXPECTATIONS) == 36
    assert all(each.direction in (-1, 1) and each.reason for each in EXPECTATIONS)
    assert all(each.low < each.high for each in EXPECTATIONS)


def test_every_outcome_is_measured_and_used():
    assert set(OUTCOMES) == set(MEASURED) == {each.outcome for each in EXPECTATIONS}


@pytest.mark.parametrize("each", EXPECTATIONS, ids=lambda each: each.key)
def test_both_values_of_a_parameter_are_valid(each):
    preset, _ = OUTCOMES[each.outcome]
    for value in (each.low, each.high):
        told = {
            quantity.key: quantity.value for quantity in catalogue(load(preset, {each.key: value}))
        }
        assert told[each.key] == pytest.approx(value)


@pytest.mark.parametrize(
    ("low", "high", "mark"), [(-0.3, -0.1, FITS), (0.1, 0.3, WRONG), (-0.1, 0.1, FLAT)]
)
def test_a_row_is_marked_by_its_interval(low, high, mark):
    assert Static(OIL, 0.0, Estimate((low + high) / 2, low, high)).mark == mark


def test_a_known_effect_is_found_and_a_turned_expectation_is_wrong():
    turned = Expectation("oil.elasticity", 0.05, 0.5, "price", 1, "the other way round")
    found = statics.statics(20, (OIL, turned))
    assert [each.mark for each in found] == [FITS, WRONG]
    assert in_words(found).endswith("1 of 2 as theory expects; wrong: 1, flat: 0.")


def test_low_and_high_are_on_the_same_random_draws():
    same = Expectation("oil.at_risk", 1.5, 1.5, "price", 1, "nothing changes")
    (found,) = statics.statics(6, (same,))
    assert found.estimate == Estimate(0.0, 0.0, 0.0)


def test_json_has_the_same_rows(monkeypatch):
    few = statics.statics(6, (OIL,))
    monkeypatch.setattr(statics, "statics", lambda: few)
    told = CliRunner().invoke(main, ["statics", "--json"])
    (row,) = json.loads(told.output)
    assert json.loads(as_json(few)) == [row]
    assert row["key"] == "oil.elasticity" and row["mark"] == few[0].mark
    assert row["difference_low"] <= row["difference"] <= row["difference_high"] < 0


def test_the_page_has_every_row():
    shown = re.findall(r"^([a-z_.]+) +[-\d.]+ to ", TABLE, re.MULTILINE)
    assert shown == [each.key for each in EXPECTATIONS]


def test_the_page_explains_each_row_that_does_not_fit_and_no_other():
    marked = re.findall(rf"^(\S+) .*\] +(?:{WRONG}|{FLAT}) ", TABLE, re.MULTILINE)
    listed = "".join(re.findall(r"^- (`.*?):", BELOW, re.MULTILINE))
    assert sorted(re.findall("`(.+?)`", listed)) == sorted(marked)


@pytest.mark.slow
def test_every_ninth_row_of_the_page_is_what_the_command_prints():
    head, *rows, _ = in_words(statics.statics(expectations=EXPECTATIONS[::9])).splitlines()
    shown = [line.split() for line in TABLE.splitlines()]
    assert len(rows) == 4
    assert [line for line in (head, *rows) if line.split() not in shown] == []
