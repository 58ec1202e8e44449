"""What a preset leaves open, who sides with whom, and which defaults act."""

import json

import pytest

from experiments.answer.decisions import as_json, checked, features_of, in_words, nothing_at_stake
from model.preset.load import load
from tests.worlds import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_the_shipped_presets_declare_all_that_is_peculiar_to_them(name):
    assert all(features_of(load(name)).values())


def test_a_figure_that_is_given_is_no_longer_undecided():
    before, after = (
        {each.key for each in checked(load("twelve-days", changes)).undecided}
        for changes in ({}, {"iran.posture.nuclear": 0.0})
    )
    assert before - after == {"iran.posture.nuclear"}


def test_a_feature_that_is_off_asks_for_nothing():
    off = load("twelve-days", {"oil.strait": 0.0, "oil.at_risk": 0.0})
    on = {each.key for each in checked(load("twelve-days")).undecided}
    assert "israel.economy.hormuz" in on
    assert not [each for each in checked(off).undecided if "hormuz" in each.key]


def test_sides_follow_the_ties_and_equal_ties_are_told():
    found = {each.patron: each for each in checked(load("twelve-days")).sides}
    assert found["russia"].protege == "iran" and found["united_states"].protege == "israel"
    assert not any(each.by_default for each in found.values())
    even = load("twelve-days", {"china.ties.iran": 0.3, "china.ties.israel": 0.3})
    (china,) = (each for each in checked(even).sides if each.patron == "china")
    assert china.by_default
    assert "by default: its ties do not say" in in_words(checked(even), even)


def test_defaults_are_counted_by_table():
    found = checked(load("twelve-days")).defaults
    assert found["conflict"][0] == found["conflict"][1]
    assert found["oil"] == (found["oil"][1] - 3, found["oil"][1])


def test_as_json_is_the_same():
    found = checked(load("twelve-days"))
    plain = json.loads(as_json(found))
    assert [each["key"] for each in plain["undecided"]] == [each.key for each in found.undecided]
    assert plain["features"] == found.features


@pytest.mark.parametrize("name", (*PRESETS, "taiwan"))
def test_who_runs_a_decided_crisis_is_not_warned(name):
    assert nothing_at_stake(load(name)) == []
