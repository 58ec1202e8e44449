"""Dated forecasts: sealed, coherent, and scored as by hand."""

import json
from datetime import date

import numpy as np
import pytest

from experiments.history import forecast
from model.preset.load import ConfigError, load


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
