"""Behaviour bands: shares of wars by highest rung, and what lies outside history's base rates."""

import json

import numpy as np
import pytest

from experiments.answer.rates import BaseRate
from experiments.engine.batch import simulate
from experiments.history import bands
from model.preset.load import ConfigError, load


@pytest.fixture(scope="module")
def found():
    return bands.bands(load("twelve-days"), 60)


def test_every_state_has_a_band_that_adds_up(found):
    assert [each.state for each in found.bands] == list(load("twelve-days").profiles)
    for each in found.bands:
        assert each.wars == 60
        assert sum(each.rungs) == pytest.approx(1)
        assert sum(each.seen) == pytest.approx(1)
        # what is hidden is seen as less than it is
        assert (np.cumsum(each.seen) >= np.cumsum(each.rungs) - 1e-12).all()


def test_a_band_is_of_the_highest_rung_in_the_war(found):
    table = simulate("twelve-days", 60, seed=0).table
    for each in found.bands:
        assert sum(each.rungs[:3]) == pytest.approx(table[f"restrained.{each.state}"].mean())
        assert sum(each.seen[:3]) == pytest.approx(table[f"restrained_seen.{each.state}"].mean())
        assert each.strikes == pytest.approx((table[f"fought.{each.state}"] > 0).mean())


def test_the_scripted_attacker_strikes_in_every_war(found):
    strikes = {each.state: each.strikes for each in found.bands}
    assert strikes["israel"] == 1
    assert strikes["gulf"] == 0


def test_patrons_stand_beside_great_powers_and_the_target_beside_the_attacked(found):
    pairs = {(each.state, each.group) for each in found.compared}
    patrons = ("russia", "united_states", "china", "gulf")
    wanted = {
        (state, group) for state in patrons for group in ("great_powers", "proteges_attacked")
    }
    assert pairs == wanted | {("iran", "attacked")}


def test_a_share_outside_the_interval_is_a_gap():
    preset = load("twelve-days")
    band = bands.Band("russia", "Russia", 100, (0.5, 0.1, 0.1, 0.0, 0.2, 0.1), (1.0,) * 6, 0.1)
    groups = ("great_powers", "proteges_attacked", "attacked")
    rates = {each: BaseRate(each, (50, 20, 0, 20, 10)) for each in groups}
    gaps = bands.compared(preset, [band], rates)
    assert [each.share.mean for each in gaps[:5]] == pytest.approx([0.5, 0.2, 0, 0.2, 0.1])
    assert not any(each.outside for each in gaps)
    other = bands.Band("russia", "Russia", 100, (0.0, 0.1, 0.1, 0.5, 0.2, 0.1), (1.0,) * 6, 0.1)
    outside = [each.conduct for each in bands.compared(preset, [other], rates)[:5] if each.outside]
    assert outside == ["none", "economic"]


def test_a_limited_strike_of_the_attacked_is_a_violent_response():
    band = bands.Band("iran", "Iran", 10, (0.0, 0.2, 0.1, 0.1, 0.4, 0.2), (1.0,) * 6, 0.7)
    rates = {"attacked": BaseRate("attacked", (0, 63, 1, 25, 125))}
    gaps = bands.compared(load("twelve-days"), [band], rates)
    assert [each.share.mean for each in gaps] == pytest.approx([0, 0.3, 0.1, 0, 0.6])


def test_the_report_marks_what_lies_outside(found):
    told = bands.in_words(found)
    assert told.count("*") == 1 + sum(each.outside for each in found.compared)
    plain = json.loads(bands.as_json(found))
    assert len(plain["bands"]) == 6
    assert sum(each["outside"] for each in plain["base_rates"]) == told.count("*") - 1


def test_without_a_war_there_is_no_band():
    with pytest.raises(ConfigError, match="no war in 10 runs of twelve-days"):
        bands.bands(load("twelve-days", {"turns": 1}), 10)
