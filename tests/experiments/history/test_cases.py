"""Coded cases as games of the model."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from agents.weighing import game_of
from experiments.history import cases as history
from experiments.history.cases import COVARIATES, FORMULAS, WEIGHED, games_of, read_cases, world_of
from experiments.history.likelihood import DEFAULTS, probabilities
from model.game.equilibrium import logit_equilibrium
from model.parameters import RUNGS
from model.preset.load import ConfigError, ladder_entries
from tests.worlds import alone

FILE = history.FOLDER / "cases_1904_2013.csv"


@pytest.fixture(scope="module")
def cases():
    return read_cases(FILE)


def coded(**figures: float) -> history.Cases:
    """One case with middling figures but for some."""
    values = {name: np.array([figures.get(name, 0.5)]) for name in COVARIATES}
    return history.Cases(("x",), np.array([2000]), ("a",), ("none",), values, np.array([0]))


def chances(case: history.Cases) -> np.ndarray:
    return probabilities(games_of(world_of(case)), np.log(DEFAULTS))[0]


def test_the_file_has_its_71_cases_with_known_outcomes(cases):
    assert len(cases) == 71
    assert np.bincount(cases.outcome).tolist() == [6, 15, 8, 5, 14, 23]


def test_a_case_is_the_models_own_game(cases):
    weights = {term.name: 0.5 + place for place, term in enumerate(WEIGHED)}
    world = world_of(cases, weights | {"precision": 3.0})
    theirs = game_of(world)
    ours = games_of(world).game(np.array(list(weights.values())), np.asarray(3.0))
    for name in ("base", "slopes", "effects", "relations"):
        one, other = np.broadcast_arrays(getattr(ours, name), getattr(theirs, name))
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(
        logit_equilibrium(ours).play, logit_equilibrium(theirs).play, rtol=0, atol=1e-9
    )


def test_no_case_sees_another(cases):
    together = probabilities(games_of(world_of(cases)), np.log(DEFAULTS))
    for place in (0, 33, 70):
        single = chances(cases[np.array([place])])
        np.testing.assert_allclose(together[place], single, atol=1e-8)


def test_every_formula_sets_a_figure_that_a_state_has_and_every_covariate_is_used(cases):
    middling = coded()
    for name in COVARIATES:
        moved = [
            key
            for key, each in FORMULAS.items()
            if not np.allclose(each.rule(coded(**{name: 0.9})), each.rule(middling))
        ]
        assert moved, name
    assert all(each.meaning.endswith(".") for each in FORMULAS.values())


def test_capacity_and_willingness_are_apart():
    able = chances(coded(slack=0.9, proximity=0.9, adv_strength=0.3, stakes=0.8, reputation=0.8))
    cannot = chances(coded(slack=0.1, proximity=0.1, adv_strength=0.95, stakes=0.8, reputation=0.8))
    unwilling = chances(
        coded(slack=0.9, proximity=0.9, adv_strength=0.3, competing_ties=0.95, reputation=0.2)
    )
    assert able[4:].sum() > 0.8
    assert cannot[4:].sum() < 0.5 * able[4:].sum()
    assert unwilling[4:].sum() < 0.3
    # who does not want to choose keeps silent or mediates; who cannot, speaks
    assert unwilling[0] / unwilling[1] > cannot[0] / cannot[1]


def test_a_defence_pact_adds_to_the_payoff_of_force_and_none_does_not():
    pact = replace(coded(), treaty=("defence",))
    assert chances(pact)[5] > chances(coded())[5]


def test_removed_covariates_count_as_unknown(cases):
    blind = cases.without(COVARIATES)
    rows = probabilities(games_of(world_of(blind[np.array([20, 21])])), np.log(DEFAULTS))
    np.testing.assert_allclose(rows[0], rows[1])


def test_the_outcome_column_is_not_read_where_it_is_not_asked_for(tmp_path):
    text = FILE.read_text("utf-8").splitlines()
    place = text[0].split(",").index("outcome")
    new = tmp_path / "new.csv"
    head, first = text[0], text[3]
    new.write_text("\n".join([head, first.replace(",2,", ",never,", 1)]), "utf-8")
    assert first.split(",")[place] == "2"
    assert read_cases(new, outcomes=False).outcome.tolist() == [-1]
    with pytest.raises(ConfigError, match=r"new.csv:2: outcome: found 'never'; valid: a whole"):
        read_cases(new)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("slack,", "slak,", "column 'slack' is missing; did you mean slak?"),
        (",consultation,", ",consultaton,", ":2: treaty: found 'consultaton'; did you mean"),
        (",1904,", ",year,", ":2: year: found 'year'; valid: a whole number"),
        (",0.5,0.2,0.7,", ",0.5,2.0,0.7,", ":2: proximity: found '2.0'; valid: a number from 0"),
        ("RJW1904_GBR_JPN", "RJW1904_FRA_RUS", ": case_id: found 'RJW1904_FRA_RUS', as in line 2"),
    ],
)
def test_a_wrong_file_gets_a_message_with_line_and_column(tmp_path, old, new, words):
    path = tmp_path / "cases.csv"
    path.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError) as error:
        read_cases(path)
    assert words in str(error.value)


def test_an_empty_covariate_is_the_middle_and_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "cases.csv"
    text = FILE.read_text("utf-8")
    path.write_text(text.replace(",0.5,0.2,0.7,", ",,0.2,0.7,", 1), "utf-8")
    assert read_cases(path).covariates["slack"][0] == 0.5
    path.write_text(text.splitlines()[0], "utf-8")
    with pytest.raises(ConfigError, match="no rows"):
        read_cases(path)
    with pytest.raises(ConfigError, match="no such file"):
        read_cases(Path("nowhere.csv"))


def test_a_run_of_the_world_is_a_world(cases):
    world = world_of(cases)
    one = alone(world, 3)
    assert float(np.asarray(one.stakes[0, 1])) == cases.covariates["stakes"][3]


def test_at_the_ends_of_every_scale_each_rung_keeps_a_chance():
    ends = np.array(list(product([0.0, 1.0], repeat=len(COVARIATES)))).T
    count = ends.shape[1]
    extreme = history.Cases(
        tuple(map(str, range(count))),
        np.full(count, 2000),
        ("a",) * count,
        ("defence+neutrality",) * count,
        dict(zip(COVARIATES, ends, strict=True)),
        np.zeros(count, int),
    )
    rows = probabilities(games_of(world_of(extreme)), np.log(DEFAULTS))
    assert np.isfinite(rows).all() and (rows > 0).all()
    np.testing.assert_allclose(rows.sum(1), 1)


def test_the_coded_ladder_has_a_patrons_action_for_each_declared_rung():
    entries = [ladder_entries()[action] for action in history.RUNGS]
    assert [entry.rung for entry in entries] == list(RUNGS)
    assert {entry.role for entry in entries} == {"patron"}
