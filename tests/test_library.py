"""The library of crises: each is decided in full, names its sources, and plays."""

import re

import pytest

from experiments.answer.decisions import checked, features_of
from model.preset.load import PRESETS, load
from model.preset.preset import every_value
from tests.experiments.command_line.test_experiment_commands import cheaptalk

CRISES = ("india-pakistan-2025", "karabakh-2020", "syria-2015", "taiwan", "ukraine-2022")
SHORT = {
    "run": ("--runs", 4, "--turns", 4, "--draws", 0, "--workers", 1, "--quiet"),
    "duel": ("--runs", 4, "--set", "turns=4", "--workers", 1, "--quiet"),
    "forecast": ("--until", "2027-04-12", "--runs", 10),
}
"""Options with which a command takes a moment."""


@pytest.fixture(params=CRISES)
def crisis(request):
    return load(request.param)


def test_nothing_is_undecided_and_every_patron_is_on_a_side_by_its_ties(crisis):
    found = checked(crisis)
    assert found.undecided == [] and found.anchored == []
    assert not any(each.by_default for each in found.sides)


def test_every_figure_of_a_state_names_its_source(crisis):
    for state, profile in crisis.profiles.items():
        own = {key for key, _ in every_value(crisis) if key.startswith(f"{state}.")}
        given = {key for key in own if crisis.origins(key)}
        figures = {each for each in given if crisis.range(each) is not None}
        named = {f"{state}.{key}" for key in profile.sources}
        assert figures == named, state


def test_nothing_of_the_founding_case_is_in_it(crisis):
    assert not any(features_of(crisis).values())
    for path in [crisis.path, *(PRESETS / crisis.name).glob("*.toml")]:
        text = path.read_text("utf-8")
        assert re.findall(r"iran|israel\b|hormuz|fordow|hezbollah|enrich", text, re.I) == [], path


def test_the_united_states_are_on_the_side_of_taiwan_and_russia_on_that_of_china():
    sides = {each.patron: each.protege for each in checked(load("taiwan")).sides}
    assert sides == {"united_states": "taiwan", "japan": "taiwan", "russia": "china"}


@pytest.mark.slow
@pytest.mark.parametrize("name", CRISES)
@pytest.mark.parametrize("command", SHORT)
def test_it_plays(command, name, tmp_path):
    told = cheaptalk(command, name, *SHORT[command], "--out", tmp_path / "out")
    assert told.exit_code == 0, told.output
    assert {"run": "attacked in 100%", "duel": "rhetoric is", "forecast": "attacks"}[
        command
    ] in told.stdout
    assert "Brent" not in told.stdout and "oil income above" not in told.stdout
