"""The catalogue of figures: complete, and in agreement with what is checked at the door."""

import numpy as np
import pytest

from model.parameters import SECTIONS, Oil
from model.preset.catalogue import catalogue, varies_by_run
from model.preset.load import ConfigError, load
from model.preset.preset import every_value
from model.quantities import declarations
from tests.worlds import PRESETS

OF_THE_CALENDAR = {"turn_days"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_figure_of_the_files_is_in_the_catalogue(name):
    preset = load(name)
    given = {key for key, value in every_value(preset) if isinstance(value, float)}
    observed = {key for key in given if key.startswith("observed.")}
    assert given - observed - OF_THE_CALENDAR <= {each.key for each in catalogue(preset)}


@pytest.mark.parametrize("name", PRESETS)
def test_a_key_stands_in_the_catalogue_once(name):
    keys = [each.key for each in catalogue(load(name))]
    assert len(keys) == len(set(keys))


def test_value_range_and_default_are_those_that_the_files_are_checked_by():
    preset = load("twelve-days", {"oil.elasticity": 0.3})
    for each in catalogue(preset):
        if each.table != "treaties":
            assert (each.low, each.high) == preset.range(each.key)[:2], each.key
            assert each.value == preset.figure(each.key), each.key
        if each.table in SECTIONS:
            assert each.default == preset.default(each.key), each.key
        assert each.low <= each.value <= each.high, each.key


def test_a_figure_knows_its_owner_table_and_name():
    found = {each.key: each for each in catalogue(load("twelve-days"))}
    for key, parts in {
        "oil.price": ("", "oil", "price"),
        "restraint": ("", "restraint", "restraint"),
        "russia.precision": ("russia", "precision", "precision"),
        "russia.ties.iran": ("russia", "ties", "iran"),
    }.items():
        assert (found[key].owner, found[key].table, found[key].name) == parts


def test_the_source_that_a_profile_gives_stands_before_the_declared_one():
    found = {each.key: each for each in catalogue(load("twelve-days"))}
    given = load("twelve-days").profiles["russia"].sources
    assert given["means.money"] == found["russia.means.money"].source
    assert found["oil.price"].source == declarations(Oil)["price"]["source"]


@pytest.mark.parametrize("key", ["turn_days", "russia.decision.depth"])
def test_a_value_for_each_run_is_refused_where_one_holds_for_all(key):
    assert not varies_by_run(key)
    with pytest.raises(ConfigError, match=rf"--set {key}: found a value for each run; valid: one"):
        load("twelve-days", {key: np.array([1.0, 2.0])})


def test_a_treaty_that_nobody_has_yet_varies_by_run_too():
    assert varies_by_run("russia.treaties.iran.defence")
    assert not varies_by_run("russia.treaties.iran")
