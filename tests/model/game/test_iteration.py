"""The secant that speeds up the iteration, and where each run of it ends."""

import numpy as np
import pytest
from hypothesis import given, settings

from model.game import iteration
from model.game.iteration import iterated
from model.game.quantal_response import quantal_response, residual_of, uniform
from model.game.stage_game import StageGame
from tests.model.game.test_uniqueness import SEEDS, a_game, sharp


@given(SEEDS)
def test_the_secant_leaves_of_the_step_what_is_at_right_angles_to_its_change(seed):
    random = np.random.default_rng(seed)
    step = random.normal(size=(2, 3, 50))
    change = step + random.normal(size=step.shape) * np.linspace(0.1, 3, 50)
    slant, bend = iteration._slant(step, change), step - change
    left = ((step - slant * bend) * bend).sum((0, 1))
    inside = (slant > -2) & (slant < 0.9)
    assert inside.any()
    assert left[inside] == pytest.approx(0, abs=1e-9)
    assert (left[slant == 0.9] > 0).all()
    assert (left[slant == -2.0] < 0).all()
    assert ((slant >= -2) & (slant <= 0.9)).all()


def test_a_step_that_does_not_change_is_not_taken_back():
    step = np.ones((2, 3, 4))
    assert not iteration._slant(step, step).any()


@settings(max_examples=6)
@given(SEEDS)
def test_a_run_ends_on_its_own_residual_and_is_the_same_alone(seed):
    game = a_game(seed, 0.3)
    whole = sharp(game)
    found, residual = iterated(whole, whole.expectations(whole.uniform))
    for run in np.flatnonzero(residual <= 1e-8):
        one = game.run(int(run))
        assert np.max(residual_of(one, found[..., run])) <= 1e-8
        alone = sharp(one)
        assert (
            iterated(alone, alone.expectations(alone.uniform))[0][..., 0] == found[..., run]
        ).all()


@given(SEEDS)
def test_the_residual_is_the_largest_distance_from_the_logit_reply_at_the_share_of_precision(seed):
    game = a_game(seed, 0.5)
    play = np.random.default_rng(seed).dirichlet(np.ones(4), (3, 5)).swapaxes(1, 2)
    payoffs = game.payoffs(game.expectations(play))
    for share in (1.0, 0.4):
        reply = quantal_response(payoffs, share * game.precision)
        for run in range(5):
            odds = np.exp(share * game.precision[:, None, run] * payoffs[..., run])
            logit = odds / odds.sum(1)[:, None]
            assert reply[..., run] == pytest.approx(logit)
            apart = np.abs(logit - play[..., run]).max()
            assert residual_of(game, play, share)[run] == pytest.approx(apart)


def test_closed_actions_have_no_chance_at_any_precision_and_large_payoffs_do_not_overflow():
    payoffs = np.array([[1.0, -np.inf, 0.0], [-np.inf, 5e4, 5e4]])
    even = quantal_response(payoffs, np.zeros(2))
    assert even.tolist() == [[0.5, 0, 0.5], [0, 0.5, 0.5]]
    assert quantal_response(payoffs, np.full(2, 3.0))[1].tolist() == [0, 0.5, 0.5]
    still = np.zeros((1, 2, 3))
    game = StageGame(payoffs, still, still, np.zeros((1, 2, 2)), np.zeros(2), 1)
    assert (uniform(game) == even).all()
    assert (sharp(game).uniform[..., 0] == even).all()


def test_with_the_secant_more_games_are_solved_in_a_dozen_sweeps_than_without(monkeypatch):
    monkeypatch.setattr(iteration, "SWEEPS", 12)
    games = [sharp(a_game(seed, 0.5)) for seed in range(8)]

    def solved() -> int:
        return sum(
            np.count_nonzero(iterated(game, game.expectations(game.uniform))[1] <= 1e-8)
            for game in games
        )

    with_secant = solved()
    monkeypatch.setattr(iteration, "_slant", lambda step, _: np.zeros(step.shape[-1]))
    assert with_secant > 1.2 * solved()
