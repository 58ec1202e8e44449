"""The verdict at several horizons, the weights refitted at each."""

import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.engine.duel import ACTS, Duel, duels
from experiments.engine.estimates import Estimate
from experiments.engine.posterior import History
from experiments.history import horizons
from experiments.history.calibrate import calibrated, counting
from experiments.history.cases import read_cases
from experiments.history.likelihood import DEFAULTS, NAMES, bounds
from model.preset.load import ConfigError, load


@pytest.fixture(scope="module")
def found():
    return horizons.horizons(load("twelve-days", {"turns": 4}), weeks=(4, 26), runs=20, draws=5)


@pytest.fixture(scope="module")
def fit():
    return calibrated(horizons.CASES, 1, horizon=4).fit


def at(weeks: float, act: str, low: float, high: float) -> horizons.AtHorizon:
    """A horizon at which Russia's talk less an act lies in an interval."""
    mean = Estimate((low + high) / 2, low, high)
    told = Duel(
        patron="russia",
        protege="iran",
        adversary="israel",
        talk="rhetoric",
        act=act,
        estimate=mean,
        terms={},
        better=0.5,
        worse=0.5,
        same=0.0,
        moved=mean.mean,
        protege_difference=0.0,
        adversary_difference=0.0,
        forced_down=0.0,
        runs=10,
        history=History(mean, 1.0, 5, 0.0, "stakes", 0.5),
    )
    return horizons.AtHorizon(weeks, 5.0, -87.0, None, [told])


@pytest.mark.slow
def test_each_horizon_has_its_own_fit(found, fit):
    assert [each.weeks for each in found] == [4, 26]
    assert found[0].stakes == pytest.approx(fit.values["stakes"])
    assert found[0].likelihood == pytest.approx(fit.likelihood)
    assert found[0].stakes > found[1].stakes  # a longer horizon is met by a smaller weight


@pytest.mark.slow
def test_the_first_patron_is_judged_against_arms_and_force(found):
    for each in found:
        assert [(duel.patron, duel.act) for duel in each.duels] == [
            ("russia", "arms"),
            ("russia", "force"),
        ]
        assert all(duel.history is not None and duel.runs == 20 for duel in each.duels)


@pytest.mark.slow
def test_the_duels_are_played_with_the_fitted_weights_and_the_horizon(found, fit):
    changes = {"value.horizon": 4.0, "turns": 4}
    for state in load("twelve-days").profiles:
        own = load("twelve-days")
        for name, default in zip(NAMES, DEFAULTS, strict=True):
            key = f"{state}.precision" if name == "precision" else f"{state}.weights.{name}"
            changes[key] = float(own.figure(key) * fit.values[name] / default)
    fought, _ = duels("twelve-days", 20, patrons=["russia"], acts=ACTS, changes=changes)
    for one, other in zip(fought, found[0].duels, strict=True):
        assert one.estimate.mean == pytest.approx(other.estimate.mean, rel=1e-6)


def test_draws_have_the_mean_and_spread_of_the_fit(fit):
    narrow = replace(fit, covariance=fit.covariance / 100)
    drawn = horizons.normal(narrow, 4000)
    low, high = np.array(bounds()).T
    assert ((drawn >= low) & (drawn <= high)).all()
    spread = np.sqrt(np.diag(narrow.covariance))
    np.testing.assert_allclose(drawn.mean(0), fit.logs, atol=4 * spread.max() / 4000**0.5)
    np.testing.assert_allclose(drawn.std(0), spread, rtol=0.06)


def test_the_cases_count_a_shift_for_as_many_weeks():
    cases = counting(read_cases(horizons.CASES), 26)
    assert (cases.figures["value.horizon"] == 26).all()


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([(1, 2), (1, 2)], "one sign, words"),
        ([(1, 2), (-1, 2)], "one sign, words, or open"),
        ([(-1, 2), (-1, 2)], "open at all horizons"),
        ([(1, 2), (-2, -1)], "it turns with the horizon"),
    ],
)
def test_verdicts_agree_turn_or_stay_open(ends, words):
    assert horizons.settled([at(13, "arms", *each) for each in ends], "arms") == words


def test_the_report_has_a_line_for_each_horizon_and_act():
    found = [at(4, "arms", 1, 2), at(26, "arms", -1, 2)]
    told = horizons.in_words(load("twelve-days"), found)
    assert "Russia in twelve-days" in told
    assert [row.split()[0] for row in told.splitlines() if " arms  " in row] == ["4", "26"]
    assert told.endswith("Against arms: one sign, words, or open.")
    plain = json.loads(horizons.as_json(found))
    assert [each["weeks"] for each in plain["horizons"]] == [4, 26]
    assert plain["verdict"] == {"arms": "one sign, words, or open"}


def test_who_is_no_patron_is_refused():
    with pytest.raises(ConfigError, match="--patron: found 'rusia'; did you mean russia"):
        horizons.horizons(load("twelve-days"), patron="rusia")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["twelve-days", "iran-2025"])
def test_russias_verdict_does_not_turn_with_the_horizon(name):
    found = horizons.horizons(load(name), runs=50, draws=20)
    for act in ("arms", "force"):
        assert horizons.settled(found, act) != "it turns with the horizon"


@pytest.mark.slow
def test_patrons_that_were_left_out_are_scored(fit):
    score = horizons.left_out_score(counting(read_cases(horizons.CASES), 13))
    assert 0.05 < score < 0.2122  # better than climatology
