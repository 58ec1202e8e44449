"""Dated forecasts: sealed, coherent, and scored as by hand."""

import json
from datetime import date

import numpy as np
import pytest

from experiments.answer.acts import brent, observed_rungs
from experiments.answer.rates import known
from experiments.engine.batch import Ensemble, Tally
from experiments.engine.duel import proteges
from experiments.history import forecast
from model.preset.load import PRESETS, ConfigError, load


@pytest.fixture(scope="module")
def made():
    return forecast.forecast(load("twelve-days"), date(2025, 6, 17), 40, 0, date(2025, 6, 11))


def test_a_forecast_names_its_day_span_and_events(made):
    assert (made["made"], made["from"], made["until"]) == ("2025-06-11", "2025-06-12", "2025-06-17")
    names = [each["event"] for each in made["events"]]
    assert {"war", "russia.arms", "russia.force", "russia.talk", "brent.80"} <= set(names)
    assert len(names) == len(set(names))
    for each in made["events"]:
        assert 0 < each["probability"] < 1
        assert each["low"] <= each["probability"] <= each["high"]
        assert "2025-06-17" in each["question"]


def test_talking_only_excludes_arms_and_force(made):
    chance = {each["event"]: each["probability"] for each in made["events"]}
    rounding = 1 / 41
    for patron in ("russia", "united_states", "china", "gulf"):
        most = max(chance[f"{patron}.arms"], chance[f"{patron}.force"])
        assert chance[f"{patron}.talk"] + most <= 1 + rounding


def test_a_patron_is_asked_what_it_is_seen_to_do_in_war_and_not_of_trade_in_peace():
    preset = load("twelve-days")
    # in the second run Russia trades in every turn of peace, in the third its arms are not seen
    table = {"wars": np.ones(4), "price_peak": np.full(4, 90.0)}
    table |= {f"highest_seen.{name}": np.array([2.0, 0.0, 1.0, 5.0]) for name in proteges(preset)}
    table |= {"play.russia.economic": np.array([0.0, 1.0, 0.0, 0.0])}
    table |= {"play.russia.hidden": np.array([0.0, 0.0, 1.0, 0.0])}
    played = Ensemble(tuple(preset.profiles), {}, Tally.empty(0, 6, 8, ()), 0.0, 0.0, table)
    told = forecast.events(preset, played, date(2025, 6, 27), proteges(preset))
    chance = {each.event: each.estimate.mean for each in told}
    assert chance["russia.talk"] == pytest.approx(3.5 / 5)
    assert chance["russia.arms"] == chance["russia.force"] == pytest.approx(1.5 / 5)
    assert (chance["war"], chance["brent.80"], chance["brent.100"]) == (0.9, 0.9, 0.1)


def test_each_patron_is_scored_beside_the_base_rate_of_its_kind():
    chances = {"war": 0.9, "russia.talk": 0.9, "russia.arms": 0.2}
    found = forecast.by_state(chances, {"war": True, "russia.talk": True, "russia.arms": False})
    counts = known()["proteges_attacked"].counts
    talk, arms = sum(counts[:2]) / sum(counts), sum(counts[3:]) / sum(counts)
    assert list(found) == ["russia"]
    assert found["russia"]["n"] == 2
    assert found["russia"]["brier"] == pytest.approx((0.1**2 + 0.2**2) / 2)
    assert found["russia"]["base_rate"] == pytest.approx(((1 - talk) ** 2 + arms**2) / 2)


def test_the_outcomes_of_2025_are_those_of_its_timeline():
    preset = load("iran-2025")
    kinds = ("arms", "force", "talk", "words")
    chances = [f"{state}.{each}" for state in proteges(preset) for each in kinds]
    path = PRESETS / "outcomes_2025.csv"
    outcomes = forecast.read_outcomes(path, [*chances, "war", "brent.80", "brent.100"])
    acts = observed_rungs(preset)
    for state in proteges(preset):
        highest = acts["rung"][acts["state"] == state].max()
        wanted = {"arms": highest >= 4, "force": highest == 5}
        wanted |= {"talk": highest <= 2, "words": highest <= 1}
        assert {each: outcomes[f"{state}.{each}"] for each in wanted} == wanted
    peak = max(brent(load("twelve-days")).values())
    assert outcomes["war"]
    assert [outcomes["brent.80"], outcomes["brent.100"]] == [peak >= 80, peak >= 100]


@pytest.mark.slow
def test_the_forecast_of_2025_beats_a_coin_and_each_base_rate(tmp_path):
    made = forecast.forecast(load("iran-2025"), date(2025, 6, 29), 1000, 0, date(2025, 1, 1))
    forecast.write(made, tmp_path / "forecast.json")
    found = forecast.scored(tmp_path / "forecast.json", PRESETS / "outcomes_2025.csv")
    assert found["n"] == 19
    assert found["brier"] < 0.25
    assert all(each["brier"] < each["base_rate"] for each in found["states"].values())


def test_the_same_forecast_has_the_same_seal_and_a_changed_one_another(made):
    assert made["sha256"] == forecast.seal(made)
    other = {**made, "events": made["events"][:-1]}
    assert forecast.seal(other) != made["sha256"]


def test_a_forecast_is_scored_on_what_is_known(made, tmp_path):
    file, told = tmp_path / "forecast.json", tmp_path / "outcomes.csv"
    forecast.write(made, file)
    told.write_text("event,happened\nrussia.force,0\nwar,1\nchina.talk,\n", "utf-8")
    found = forecast.scored(file, told)
    chance = {each["event"]: each["probability"] for each in made["events"]}
    wanted = (chance["russia.force"] ** 2 + (1 - chance["war"]) ** 2) / 2
    assert found["n"] == 2
    assert found["brier"] == pytest.approx(wanted)
    assert found["log"] == pytest.approx(
        -(np.log(1 - chance["russia.force"]) + np.log(chance["war"])) / 2
    )
    assert "2 events" in forecast.score_in_words(found)


def test_a_forecast_changed_afterwards_is_refused(made, tmp_path):
    file, told = tmp_path / "forecast.json", tmp_path / "outcomes.csv"
    better = json.loads(json.dumps(made))
    better["events"][0]["probability"] = 0.999
    file.write_text(json.dumps(better), "utf-8")
    told.write_text("event,happened\nwar,1\n", "utf-8")
    with pytest.raises(ConfigError, match="changed after it was made"):
        forecast.scored(file, told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event,happened\nwarr,1\n", "did you mean war"),
        ("event,happened\nwar,yes\n", "happened: found 'yes'; valid: a whole number from 0 to 1"),
        ("event\nwar\n", "column 'happened' is missing"),
        ("event,happened\nwar,\n", "no event is known yet"),
    ],
)
def test_wrong_outcomes_are_refused(made, tmp_path, text, words):
    file, told = tmp_path / "forecast.json", tmp_path / "outcomes.csv"
    forecast.write(made, file)
    told.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=words):
        forecast.scored(file, told)


def test_a_day_before_the_start_is_refused():
    with pytest.raises(ConfigError, match="--until: found 2020-01-01"):
        forecast.forecast(load("twelve-days"), date(2020, 1, 1), 10, 0, date(2025, 1, 1))
