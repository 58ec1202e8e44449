"""Explanations: ledgers that add up, and flips that are verified."""

import numpy as np
import pytest

from experiments.why.explain import (
    explanation,
    in_words,
    nudged,
    solved,
    watched,
    without_choice,
)
from model.preset.load import load


@pytest.fixture(scope="module")
def russia():
    model = watched(load("twelve-days"), 4, 0, 0)
    return model, explanation(model, 0, turn=4, flips=False)


def test_the_ledger_adds_up_to_the_payoff(russia):
    _, found = russia
    summed = sum(found.terms.values())
    open_ = found.probability > 0
    assert np.abs(summed - found.total)[open_].max() < 1e-12


def test_probabilities_follow_the_payoffs(russia):
    model, found = russia
    open_ = found.probability > 0
    precision = float(model.world.precision[0])
    odds = np.log(found.probability[open_])
    gap = odds - odds[0] - precision * (found.total[open_] - found.total[open_][0])
    assert np.abs(gap).max() < 1e-6


@pytest.mark.slow
def test_the_smallest_flip_flips_when_the_game_is_solved_again():
    found = explanation(watched(load("twelve-days"), 4, 0, 0), 0, turn=4)
    assert found.flip is not None
    model = watched(load("twelve-days"), 4, 0, 0)
    flip, before = found.flip, int(np.argmax(found.probability))
    play = model.solution.play
    after = solved(nudged(model.world, flip.key, flip.after), play, {}).play[0]
    assert found.actions[int(np.argmax(after))] == flip.action != found.actions[before]
    short = flip.before + 0.98 * (flip.after - flip.before)
    almost = solved(nudged(model.world, flip.key, short), play, {}).play[0]
    assert int(np.argmax(almost)) == before


def test_a_rule_leaves_open_what_it_does_not_play():
    talks = {"russia.rule": "always_talk"}
    found = explanation(watched(load("twelve-days", talks), 2, 0, 0), 0, turn=2)
    same = explanation(watched(load("twelve-days"), 2, 0, 0), 0, turn=2, flips=False)
    assert found.played == "rhetoric" and found.probability.max() == 1.0
    assert found.open.tolist() == (same.probability > 0).tolist() and found.open.sum() > 1
    told = in_words(found)
    assert told.count("closed") == (~found.open).sum()
    assert "Drawn: rhetoric, by the rule always_talk." in told
    assert found.flip is None and "not sought, as always_talk" in told


def test_others_keep_to_their_rules_when_the_game_is_solved_again():
    model = watched(
        load("twelve-days", {"iran.rule": "always_fight", "china.rule": "level_k"}), 4, 0, 0
    )
    kept = without_choice(model.world, model.solution)
    assert list(kept) == [1, 4]
    again = solved(model.world, model.solution.play, kept)
    assert np.abs(again.play - model.solution.play).max() < 1e-6


def test_who_attacks_by_order_does_so_when_the_game_is_solved_again():
    model = watched(load("twelve-days"), 2, 0, 0)
    assert model.preset.attack_turn() == model.world.turn
    kept = without_choice(model.world, model.solution)
    assert list(kept) == [model.world.challenger]
    again = solved(model.world, model.solution.play, kept)
    assert np.abs(again.play - model.solution.play).max() < 1e-6
    free = solved(model.world, model.solution.play, {})
    assert np.abs(free.play - model.solution.play).max() > 0.1
    assert explanation(model, model.world.challenger, turn=2).flip is None
