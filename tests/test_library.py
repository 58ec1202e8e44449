"""The library of crises: nothing in them is undecided or borrowed, all have sources, and play."""

import csv
import re
from datetime import timedelta
from itertools import cycle

import pandas as pd
import pytest

from experiments.answer.acts import acts_of, on_ladder
from experiments.answer.decisions import FEATURES, checked, features_of, oil_tells
from experiments.answer.listing import parameters
from experiments.history.library import (
    LEAST_SHARE,
    LIBRARY,
    Judged,
    deciding,
    in_markdown,
    inside_by_base_rates,
    judged,
    summed,
)
from experiments.page.snapshot import SHARES, charts
from model.preset.load import PRESETS, ROOT, load, menu
from model.preset.preset import every_value
from tests.experiments.command_line.test_experiment_commands import cheaptalk

FOUNDING = {"iran-2025", "twelve-days"}
OF_IRAN = re.compile(
    r"\b(iran\w*|tehran|israel\w*|(?<!_)hormuz|natanz|fordow|hezbollah|houthi\w*|enrich\w*|rial|iaea|"
    r"khamenei|strait|brent|programme of june)\b",
    re.IGNORECASE,
)
OWN_STRAIT = {"taiwan"}
"""Crises over a strait of their own."""

FACTOR, OTHER = "{patron}.posture.sensitivity=0.5:2", "{patron}.posture.access=0.05:1"
FEW = ("--runs", 4, "--set", "turns=4", "--workers", 1, "--quiet")
EXPERIMENTS = {
    "duel": FEW,
    "phase": ("--x", f"{FACTOR}:2", "--y", f"{OTHER}:2", *FEW),
    "sweep": ("--x", f"{FACTOR}:2", *FEW),
    "sensitivity": ("--x", FACTOR, "--x", OTHER, "--trajectories", 2, "--top", 0, *FEW),
}
SAID = {
    "flip": (
        "--state",
        "{patron}",
        "--key",
        "{patron}.means.money",
        "--runs",
        10,
        "--draws",
        0,
        "--set",
        "turns=3",
    ),
    "ablate": ("--runs", 10, "--set", "turns=2"),
    "bands": ("--runs", 10),
}
"""Commands, and the options with which they take a moment; each is tried on one crisis."""


@pytest.fixture(params=LIBRARY)
def crisis(request):
    return load(request.param)


def of_iran(name, text):
    """The words of the founding case in a text of a crisis in which Iran is no player."""
    found = OF_IRAN.findall(text)
    return [each for each in found if each.lower() != "strait" or name not in OWN_STRAIT]


def files(crisis):
    """All files of a crisis."""
    return [crisis.path, *(PRESETS / crisis.name).iterdir()]


# ------------------------------------------------------------------ what is declared


def test_the_library_is_every_shipped_crisis_but_the_founding_one():
    assert {path.stem for path in PRESETS.glob("*.toml")} == {*LIBRARY, *FOUNDING}


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


def test_nothing_of_the_founding_case_is_in_the_declared_texts(crisis):
    assert features_of(crisis) == dict.fromkeys(FEATURES, False)
    assert crisis.file.fronts is None and crisis.file.prices == []
    assert crisis.file.observed.brent == {} and not crisis.file.events
    acts = {action for state in crisis.profiles for action in menu(crisis, state)}
    assert not acts & {"sprint", "bases"}
    if "iran" in crisis.profiles:
        return
    for path in files(crisis):
        assert of_iran(crisis.name, path.read_text("utf-8")) == [], path
    given = [each for each in parameters(crisis) if crisis.origins(each["key"])]
    for each in given:
        words = f"{each['key']} {each['source']} {each['meaning']}"
        assert of_iran(crisis.name, words) == [], each["key"]


def test_oil_and_a_programme_are_drawn_only_where_a_crisis_has_them(crisis):
    lines = {key: [0.0] for key in ("price", "programme", "balance")}
    lines |= {f"{name}.{state}": [0.0] for name in SHARES for state in crisis.profiles}
    drawn = [each["name"] for each in charts(crisis, lines, crisis.file.players[0])]
    assert not oil_tells(crisis) and oil_tells(load("twelve-days"))
    assert drawn == [*SHARES, "balance"]


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("taiwan", {"united_states": "taiwan", "japan": "taiwan", "russia": "china"}),
        ("karabakh-2020", {"russia": "armenia", "france": "armenia", "turkey": "azerbaijan"}),
        ("ukraine-2022", {"united_states": "ukraine", "germany": "ukraine", "china": "russia"}),
    ],
)
def test_patrons_are_on_the_side_that_the_page_says(name, sides):
    assert {each.patron: each.protege for each in checked(load(name)).sides} == sides


def test_every_patron_acts_on_a_date_and_every_act_says_where_it_was_reported(crisis):
    acts = acts_of(crisis)
    assert {each.patron for each in checked(crisis).sides if acts} <= {
        *on_ladder(crisis, acts)["state"]
    }
    for path in files(crisis):
        if path.suffix == ".csv":
            rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
            assert all(row["source"] and row["what"] for row in rows), path


# ------------------------------------------------------------------ none is fitted to


def test_no_case_of_the_fit_is_of_a_crisis_of_the_library():
    cases = pd.read_csv(ROOT / "experiments" / "history" / "cases_1904_2013.csv")
    assert cases["year"].max() < min(load(name).file.start.year for name in LIBRARY)


def test_the_fit_reads_no_preset():
    history = ROOT / "experiments" / "history"
    for name in ("calibrate", "cases", "fitting", "likelihood", "coding", "icb", "icb_coding"):
        text = (history / f"{name}.py").read_text("utf-8")
        assert not re.search(r"\bPRESETS\b|\bload\(|presets/", text), name


# ------------------------------------------------------------------ the rule


def a_judgement(rung=2, second=None, seen=(0.4, 0.3, 0.05, 0.05, 0.2, 0.0)):
    ends = {"arms": "open [-1, +1]", "force": "words [+1, +2]"}
    row = {"date": "2020-10-10", "what": "a ceasefire", "source": "a paper"}
    return Judged("karabakh-2020", "Russia", "Armenia", seen, 0.7, ends, [row], rung, second)


@pytest.mark.parametrize(("rung", "inside"), [(0, True), (2, False), (4, True), (5, False)])
def test_a_rung_is_inside_from_a_tenth_of_the_wars_on(rung, inside):
    assert LEAST_SHARE == 0.1
    assert a_judgement(rung).inside(rung) is inside
    assert a_judgement().wide == 3


def test_scores_are_ranked_over_five_classes_in_which_mediation_is_verbal():
    sure = a_judgement(seen=(0.0, 0.5, 0.5, 0.0, 0.0, 0.0))
    assert sure.scores[0] == 0.0
    assert 0 < sure.scores[1] < 1
    assert inside_by_base_rates(sure) and not inside_by_base_rates(a_judgement(rung=5))


def test_a_patron_is_judged_by_the_answer_of_a_run():
    crisis = load("karabakh-2020")
    shares = dict.fromkeys(("silence", "rhetoric", "economic", "arms", "force"), 0.1)
    pattern = {"seen": shares | {"mediation": 0.5}, "true": shares | {"mediation": 0.5}}
    sides = {each.patron: each.protege for each in checked(crisis).sides}
    duels = [
        {"patron": name, "act": act, "headline": "open", "history": {"low": -1.0, "high": 2.0}}
        for name in sides
        for act in ("silence", "arms", "force")
    ]
    answer = {"founding": dict.fromkeys(sides, pattern), "sides": sides, "duel": duels}
    russia, france, turkey = judged(crisis, answer)
    assert (russia.rung, france.rung, turkey.rung, turkey.second) == (2, 2, 4, 5)
    assert russia.strict == pytest.approx(0.2)
    assert russia.verdict == {"arms": "open [-1.00, +2.00]", "force": "open [-1.00, +2.00]"}
    assert deciding(crisis, "russia", 2)[0]["date"] == "2020-10-10"
    text = in_markdown([russia, france, turkey])
    assert "| karabakh-2020 | Turkey | Azerbaijan |" in text and "arms (force)" in text


def test_the_sum_says_by_the_declared_rule_whether_the_model_generalises():
    good = [a_judgement(1, seen=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0))] * 3
    assert "model generalises." in " ".join(summed([*good, a_judgement(5)]))
    assert "does **not** generalise" in " ".join(summed([*good, a_judgement(5), a_judgement(5)]))


# ------------------------------------------------------------------ each plays


@pytest.mark.slow
@pytest.mark.parametrize("name", LIBRARY)
def test_a_run_has_nothing_of_the_founding_case_in_its_folder_and_a_forecast(name, tmp_path):
    crisis, out = load(name), tmp_path / "out"
    told = cheaptalk("run", name, "--draws", 0, *FEW, "--out", out)
    assert told.exit_code == 0, told.output
    assert "attacked in 100%" in told.stdout
    assert not list(out.glob("oil.*"))
    until = crisis.file.start + timedelta(days=4 * crisis.file.turn_days)
    words = ("--until", until, "--runs", 10, "--out", tmp_path / "f.json")
    asked = cheaptalk("forecast", name, *words)
    assert asked.exit_code == 0, asked.output
    assert "attacks" in asked.stdout and "Brent" not in asked.stdout
    texts = [told.stdout, asked.stdout, (tmp_path / "f.json").read_text("utf-8")]
    texts += [path.read_text("utf-8") for path in out.iterdir() if is_text(path)]
    if "iran" not in crisis.profiles:
        assert [each for text in texts for each in of_iran(name, said_in(text))] == []


def is_text(path):
    return path.suffix in (".svg", ".txt", ".html", ".json", ".md")


def said_in(text):
    """A text without the names of declared figures, some of which are called so."""
    named = r'"(hormuz|strait|brent)":|economy\.hormuz|oil\.strait|observed\.brent'
    return re.sub(named, "", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "name"), list(zip((*EXPERIMENTS, *SAID), cycle(LIBRARY), strict=False))
)
def test_every_command_plays_a_crisis_and_speaks_of_it_alone(command, name, tmp_path):
    crisis = load(name)
    given = [str(e).format(patron=crisis.file.players[0]) for e in (EXPERIMENTS | SAID)[command]]
    given += ["--out", str(tmp_path / "out")] if command in EXPERIMENTS else []
    told = cheaptalk(command, name, *given)
    assert told.exit_code == 0, told.output
    assert "iran" in crisis.profiles or of_iran(name, said_in(told.stdout)) == []
