"""A crisis day by day: no forecast knows what comes."""

import numpy as np
import pytest

from experiments.history import daily as timeline
from model.preset.load import PRESETS, ConfigError, first_world, load

FILE = PRESETS / "timeline_2025.csv"


@pytest.fixture(scope="module")
def days():
    return timeline.forecasts("twelve-days", FILE, {})


def test_every_forecast_is_a_distribution_over_the_rungs(days):
    assert len(days) >= 20
    for each in days:
        for name in timeline.FORECASTERS:
            row = each.forecasts[name]
            assert row.shape == (6,)
            assert row.sum() == pytest.approx(1)


def test_later_acts_change_no_earlier_forecast(days, tmp_path):
    rows = FILE.read_text("utf-8").splitlines()
    cut = tmp_path / "cut.csv"
    cut.write_text("\n".join([rows[0], *(r for r in rows[1:] if r < "2025-06-20")]), "utf-8")
    early = timeline.forecasts("twelve-days", cut, {})
    assert [each.day for each in early] == [each.day for each in days if each.day < "2025-06-20"]
    for one, other in zip(early, days, strict=False):
        for name in timeline.FORECASTERS:
            np.testing.assert_array_equal(one.forecasts[name], other.forecasts[name])


def test_what_a_script_forces_is_not_scored(days):
    assert ("2025-06-13", "israel") not in {(each.day, each.state) for each in days}
    assert ("2025-06-13", "iran") in {(each.day, each.state) for each in days}


def test_strikes_of_the_principals_are_scored_on_their_rung(days):
    rungs = {(each.day, each.state): each.rung for each in days}
    assert rungs["2025-06-13", "iran"] == 5  # missile waves at Israel
    assert rungs["2025-06-23", "iran"] == 4  # missiles at the base in Qatar
    assert rungs["2025-06-23", "israel"] == 5


def test_a_principals_strike_is_always_seen_and_a_patrons_help_on_some_days():
    world = first_world(load("twelve-days"), 0)
    chances, ladder = timeline.shown(world), world.ladder
    assert chances.sum(2) == pytest.approx(np.ones(ladder.rung.shape))
    for action in ("limited", "bases", "campaign"):
        row = ladder.names[world.target].index(action)
        assert chances[world.target, row, int(ladder.rung[world.target, row])] == 1
    russia = world.names.index("russia")
    shown = {act: chances[russia, row] for row, act in enumerate(ladder.names[russia])}
    assert shown["force"][[1, 5]] == pytest.approx([0.5, 0.5])
    leaks = 1 - (1 - world.beliefs.visibility) ** (1 / 7)
    assert shown["hidden"][[1, 4]] == pytest.approx([1 - leaks / 2, leaks / 2])
    assert shown["silence"][0] == 1


def test_persistence_and_climatology_count_what_was_seen():
    past = [("a", 1), ("b", 5), ("a", 1), ("a", 2)]
    # one repeat and one change, and one of each to begin with
    assert timeline.persistence(past, "a")[2] == pytest.approx(0.5)
    assert timeline.persistence(past, "b")[5] == pytest.approx(0.5)
    assert timeline.persistence(past, "c") == pytest.approx(np.full(6, 1 / 6))
    assert timeline.shares(past, "a") == pytest.approx(np.array([0.5, 2.5, 1.5, 0.5, 0.5, 0.5]) / 6)


def test_the_report_names_scores_and_pairs(days):
    told = timeline.in_words(days)
    assert "log score of model" in told and "model less this" in told
    assert '"model_less_this"' in timeline.as_json(days)


def test_a_wrong_file_is_refused_with_its_line(tmp_path):
    path = tmp_path / "acts.csv"
    path.write_text("date,actor,action_clas,ladder_level\n", "utf-8")
    with pytest.raises(ConfigError, match="'action_class' is missing; did you mean action_clas"):
        timeline.forecasts("twelve-days", path, {})
    path.write_text("date,actor,action_class,ladder_level\n13 June,Russia,x,1\n", "utf-8")
    with pytest.raises(ConfigError, match=r"acts.csv:2: date: found '13 June'"):
        timeline.forecasts("twelve-days", path, {})
    path.write_text("date,actor,action_class,ladder_level\n2025-06-13,Mars,x,1\n", "utf-8")
    with pytest.raises(ConfigError, match="no act of russia"):
        timeline.forecasts("twelve-days", path, {})
