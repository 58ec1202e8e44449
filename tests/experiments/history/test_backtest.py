"""Backtests: nothing is forecast from itself, and the scores that the documents state."""

import csv
import json

import numpy as np
import pytest

from experiments.history import backtest, cases, sequential
from experiments.history.likelihood import DEFAULTS
from experiments.history.scoring import ranked_probability
from model.preset.load import ConfigError

FILE = cases.FOLDER / "cases_1904_2013.csv"


@pytest.fixture(scope="module")
def known():
    return cases.read_cases(FILE)


@pytest.fixture(scope="module")
def recent(known):
    return backtest.by_time(known, 1990)


def test_each_case_is_held_out_once_with_all_of_its_patron(known):
    for rule in backtest.DESIGNS.values():
        assert np.sum(rule(known), axis=0).tolist() == [1] * len(known)
    for fold in backtest.patron_out(known):
        assert not set(known.state[fold]) & set(known.state[~fold])
    assert "USSR" not in known.state  # one state with Russia


def test_the_model_beats_climatology_and_treaty_in_the_last_cases(recent):
    scores = recent.scores()
    assert len(recent.outcome) == 11
    for name in ("climatology", "treaty_only", "last_behaviour"):
        assert scores["model"]["rps"] < scores[name]["rps"] - 0.05
        assert recent.against(name).high < 0


def test_json_has_the_promised_keys(recent):
    found = json.loads(backtest.as_json([recent]))
    keys = {"exact", "within1", "rps", "log", "brier4", "n"}
    assert set(found["model"]) == keys
    assert set(found["baselines"]) == set(backtest.BASELINES)
    assert all(set(each) == keys for each in found["baselines"].values())
    told = backtest.in_words([recent])
    assert "trained before 1990: 11 cases" in told and "calibration" in told


def test_a_prediction_does_not_depend_on_outcomes_of_the_new_file(known, tmp_path):
    rows = list(csv.DictReader(FILE.read_text("utf-8").splitlines()))
    later = [{**row, "patron": "Ruritania"} for row in rows if int(row["year"]) >= 1990]
    written = []
    for number, outcome in enumerate((None, "5", "nonsense")):
        new, out = tmp_path / f"new{number}.csv", tmp_path / f"pred{number}.csv"
        names = [name for name in later[0] if outcome is not None or name != "outcome"]
        with new.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, names, extrasaction="ignore")
            table.writeheader()
            table.writerows({**row, "outcome": outcome} for row in later)
        count = backtest.predict(known[known.year < 1990], new, out)
        assert count == len(later)
        written.append(out.read_bytes())
    assert written[0] == written[1] == written[2]
    read = list(csv.reader(written[0].decode().splitlines()))
    assert read[0] == ["case_id", "p0", "p1", "p2", "p3", "p4", "p5"]
    assert [row[0] for row in read[1:]] == [row["case_id"] for row in later]
    chances = np.array([row[1:] for row in read[1:]], float)
    np.testing.assert_allclose(chances.sum(1), 1, atol=1e-5)


def test_wrong_years_and_names_are_refused(known):
    with pytest.raises(ConfigError, match="--train-before: found 1800"):
        backtest.backtests(known, 1800)
    with pytest.raises(ConfigError, match="did you mean stakes"):
        backtest.read_known(FILE, "stake")
    with pytest.raises(ConfigError, match="at least 11 cases of two"):
        backtest.backtests(known[known.state == "France"])


# ------------------------------------------------------------------- sequential


def test_conduct_is_judged_against_the_treaty_and_the_pledge(known):
    munich = known[np.array([known.case_id.index("MUN1938_FRA_CSK")])]
    found = {name: float(each[0]) for name, each in sequential.conduct(munich).items()}
    # a defence pact answered by mediation, 0.18 of it; words of 0.6
    assert found["kept"] == pytest.approx(0.18)
    assert found["failed"] == pytest.approx(0.82)
    assert found["matched"] == pytest.approx(0.18)
    assert found["unmatched"] == pytest.approx(0.42)


def test_reputation_follows_from_earlier_years_of_the_same_patron_only(known):
    figures = sequential.remembered(known).figures["patron.reputation.unmatched"]
    first = [known.state.tolist().index(state) for state in np.unique(known.state)]
    assert figures[first].tolist() == [1.0] * len(first)  # the default
    poland = known.case_id.index("POL1939_FRA_POL")
    assert figures[poland] > 1.0  # after Munich
    upto = np.arange(poland + 1)
    np.testing.assert_allclose(
        sequential.remembered(known[upto]).figures["patron.reputation.unmatched"],
        figures[upto],
    )


def test_an_earlier_abandonment_changes_a_later_forecast(known):
    poland = np.array([known.case_id.index("POL1939_FRA_POL")])
    before, after = known[poland], sequential.remembered(known)[poland]
    logs = np.log(DEFAULTS)
    plain, remembering = (backtest.forecast(each, logs) for each in (before, after))
    assert np.abs(plain - remembering).max() > 1e-4


# ------------------------------------------------------------------- what is claimed


@pytest.mark.slow
def test_leaving_patrons_out_the_model_is_ahead_of_both_logits(known):
    test = backtest.held_out("patrons", known, backtest.patron_out(known))
    scores = {name: each["rps"] for name, each in test.scores().items()}
    assert scores["model"] == pytest.approx(0.1089, abs=0.001)
    assert scores["model"] < scores["ordinal_logit"]
    assert scores["model"] < scores["conditional_logit"]
    rows = ranked_probability(test.forecasts["model"], test.outcome)
    assert rows.mean() == pytest.approx(scores["model"])


@pytest.mark.slow
def test_sequential_learning_forecasts_every_case_after_the_first_years(known):
    test = sequential.sequential(known[np.arange(0, len(known), 3)])
    assert len(test.outcome) == 14
    assert set(test.forecasts) == {"model", "weights", "static"}
    for each in test.forecasts.values():
        np.testing.assert_allclose(each.sum(1), 1, atol=1e-8)
