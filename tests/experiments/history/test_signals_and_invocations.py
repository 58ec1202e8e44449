"""Words beside deeds, and alliances invoked."""

import numpy as np
import pytest

from experiments.history import invocations, judging, signals
from model.preset.load import ROOT, ConfigError

DATA = ROOT.parent / "shared" / "data"
SIGNALS = "ccode,year,us_words,us_econaid,us_arms,us_troops\n"
WARS = "warid,atopid,war_start,invoked,honored,neutral,offense,defense,nonagg\n"


def test_words_are_counted_beside_the_highest_deed(tmp_path):
    path = tmp_path / "signals.csv"
    path.write_text(SIGNALS + "1,1950,3,0,0,0\n1,1951,0,0,0,0\n2,1950,1,5,9,0\n2,1951,1,5,9,2\n")
    found = signals.observed(path)
    assert found["nothing"]["words"] == 0.5 and found["nothing"]["rows"] == 2
    assert found["arms"]["words"] == 1 and found["arms"]["rows"] == 1
    assert found["troops"]["rows"] == 1 and "aid alone" not in found
    assert signals.observed(path, 1951)["nothing"]["words"] == 1
    with pytest.raises(ConfigError, match="no protege-year found"):
        signals.observed(path, 1900)


def test_in_the_model_deeds_carry_words_more_often_than_silence_gives_way_to_them():
    said = signals.modelled()
    assert said["arms"] == said["troops"] == 1
    assert 0 < said["nothing"] < 1


def test_an_invocation_counts_by_its_most_demanding_clause(tmp_path):
    path = tmp_path / "wars.csv"
    path.write_text(
        WARS + "1,1,1900,1,1,1,0,1,0\n2,1,1910,1,0,1,0,0,0\n3,1,1920,0,,1,0,0,0\n"
        "4,1,1930,1,1,0,0,0,0\n"
    )
    clause, kept, war, year = invocations.read_invoked(path)
    assert clause.tolist() == ["defence", "neutrality"]
    assert kept.tolist() == [1, 0] and war.tolist() == [1, 2] and year.tolist() == [1900, 1910]
    with pytest.raises(ConfigError, match="no invocation found"):
        invocations.read_invoked(path, 1850)


def test_a_clause_that_forbids_is_kept_more_often_than_one_that_demands():
    said = invocations.modelled(np.array(["neutrality", "defence"]))
    assert said[0] > said[1] > 0


def test_a_defence_clause_raises_the_chance_of_help():
    with_clause, without = invocations.modelled(np.array(["defence", ""]))
    assert with_clause > without


def test_the_area_under_the_curve_counts_ties_half():
    happened = np.array([False, True, False, True])
    assert judging.area(np.full(4, 0.3), happened) == 0.5
    assert judging.area(np.array([0.1, 0.9, 0.2, 0.8]), happened) == 1
    assert np.isnan(judging.area(np.full(4, 0.3), np.ones(4, bool)))


def test_the_calibration_curve_weighs_rows():
    event = judging.Event(np.array([False, True]), np.array([3.0, 1.0]), np.arange(2))
    (point,) = judging.curve(event, np.array([0.2, 0.6]), bins=1)
    assert point == {"rows": 2, "said": pytest.approx(0.3), "happened": pytest.approx(0.25)}


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
def test_honour_falls_from_clauses_that_forbid_joining_to_those_that_demand_defence():
    found = invocations.compared(DATA / "alliance_invocations.csv")["clauses"]
    rates = [found[each]["honoured"] for each in invocations.CLAUSES]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not there")
def test_words_stand_more_often_beside_arms_than_beside_nothing():
    found = signals.observed(DATA / "great_power_signals_1950_1989.csv")
    assert found["arms"]["low"] > found["nothing"]["high"]
