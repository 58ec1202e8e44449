"""Bounds on the best-reply map against what they bound, and against their definitions."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.game.logit_game import Exponents, exponents
from model.game.stage_game import CHANNELS, StageGame
from model.game.uniqueness import (
    ROUNDS,
    SLACK,
    bound_by_pairs,
    bound_by_replies,
    bound_by_spans,
    proven_share,
    spectral_bound,
    stretch_by_channel,
)

SEEDS = st.integers(0, 2**31)
STATES, ACTIONS, RUNS = 3, 4, 5


def a_game(seed: int, strength: float = 1.0, closed: float = 0.3) -> StageGame:
    """A game of arbitrary figures, in which some actions are closed."""
    random = np.random.default_rng(seed)
    base = random.normal(size=(STATES, ACTIONS, RUNS))
    base[random.random(base.shape) < closed] = -np.inf
    base[:, 1][~(base > -np.inf).any(1)] = 0.0
    slopes, effects = strength * random.normal(size=(2, len(CHANNELS), STATES, ACTIONS, RUNS))
    relations = random.normal(size=(len(CHANNELS), STATES, STATES, RUNS))
    relations[:, range(STATES), range(STATES)] = 0.0
    return StageGame(base, slopes, effects, relations, random.uniform(0.5, 2, (STATES, RUNS)))


def sharp(game: StageGame) -> Exponents:
    return exponents(game, slice(None), game.runs)


def some_play(game: Exponents, seed: int) -> np.ndarray:
    """Mixed strategies over the open actions."""
    odds = np.random.default_rng(seed).exponential(size=game.base.shape) ** 3
    odds = np.where(game.base > -np.inf, odds, 0.0)
    return odds / odds.sum(1)[:, None]


def reply(game: Exponents, play: np.ndarray) -> np.ndarray:
    odds, sums, _ = game.reply(game.expectations(play))
    return odds / sums[:, None]


@given(SEEDS)
def test_the_spectral_bound_is_no_less_than_the_radius_and_close_to_it(seed):
    stretch = np.random.default_rng(seed).uniform(0.2, 1, (4, 4, RUNS)) * 10.0 ** np.arange(RUNS)
    radius = np.array([np.abs(np.linalg.eigvals(stretch[..., run])).max() for run in range(RUNS)])
    bound = spectral_bound(stretch)
    assert (bound >= radius * (1 - 1e-12)).all()
    assert (bound <= stretch.sum(1).max(0) * (1 + 1e-12)).all()
    assert bound[1:] == pytest.approx(radius[1:], rel=0.02)


@given(SEEDS)
def test_the_stretch_of_a_pair_adds_up_over_channels(seed):
    game = sharp(a_game(seed))
    random = np.random.default_rng(seed)
    slopes, effects = random.uniform(0, 1, (2, len(CHANNELS), STATES, RUNS))
    table = np.zeros((STATES, STATES, RUNS))
    for k, i, j in product(range(len(CHANNELS)), range(STATES), range(STATES)):
        table[i, j] += slopes[k, i] * np.abs(game.relations[k, i, j]) * effects[k, j]
    assert stretch_by_channel(game, slopes, effects) == pytest.approx(spectral_bound(table))


@given(SEEDS)
def test_the_bound_by_spans_takes_half_of_each_span(seed):
    game = sharp(a_game(seed, closed=0.0))
    spans = [np.ptp(each, axis=2) / 2 for each in (game.slopes, game.effects)]
    assert bound_by_spans(game) == pytest.approx(stretch_by_channel(game, *spans))


@given(SEEDS)
def test_the_bound_by_pairs_is_a_quarter_of_the_largest_double_difference(seed):
    game = sharp(a_game(seed))
    stretch = np.zeros((STATES, STATES, RUNS))
    for i, j, r in product(range(STATES), range(STATES), range(RUNS)):
        mine, theirs = (np.flatnonzero(game.base[each, :, r] > -np.inf) for each in (i, j))
        moved = game.slopes[:, i, mine, r] * game.relations[:, i, j, r, None]
        table = moved.T @ game.effects[:, j, theirs, r]
        stretch[i, j, r] = max(
            abs(table[a, b] - table[c, b] - table[a, d] + table[c, d])
            for a, c in product(range(len(mine)), repeat=2)
            for b, d in product(range(len(theirs)), repeat=2)
        )
    assert bound_by_pairs(game) == pytest.approx(spectral_bound(stretch / 4))


def by_definition(game: Exponents, play: np.ndarray, rounds: int) -> np.ndarray:
    """The bound by replies, run by run, from the box of expectations around those of `play`."""
    open_, bounds = game.base > -np.inf, []
    effects = np.where(open_, game.effects, np.nan)
    low = np.minimum(np.nanmin(effects, 2), np.where(open_.all(1), np.inf, 0.0))
    high = np.maximum(np.nanmax(effects, 2), np.where(open_.all(1), -np.inf, 0.0))
    lone = open_.sum(1) == 1
    low = np.where(lone, np.nanmin(effects, 2), low)
    high = np.where(lone, np.nanmax(effects, 2), high)
    first = low, high
    means = (game.effects * play).sum(2)
    slopes = game.slopes - (game.slopes * play).sum(2)[:, :, None]
    shown = game.effects - means[:, :, None]
    most = open_ * 1.0
    for _ in range(rounds):
        related = game.relations
        gain = np.maximum(related * (high - means)[:, None], related * (low - means)[:, None]).sum(
            2
        )
        loss = np.minimum(related * (high - means)[:, None], related * (low - means)[:, None]).sum(
            2
        )
        up = np.maximum(slopes * gain[:, :, None], slopes * loss[:, :, None]).sum(0)
        down = np.minimum(slopes * gain[:, :, None], slopes * loss[:, :, None]).sum(0)
        hopes, fears = play * np.exp(up), play * np.exp(down)
        others = fears.sum(1)[:, None] - fears
        most = np.minimum(most, hopes / (hopes + others))
        high = np.minimum(high, low + ((game.effects - low[:, :, None]) * most).sum(2))
    spreads = [np.sqrt((each**2 * most).sum(2)) for each in (slopes, shown)]
    halves = [game.slope_spans / 2, (first[1] - first[0]) / 2]
    bounds = [np.minimum(*each) for each in zip(spreads, halves, strict=True)]
    return stretch_by_channel(game, *bounds)


@given(SEEDS, st.sampled_from((1, 2, ROUNDS)))
def test_the_bound_by_replies_takes_spreads_under_the_highest_chance_of_each_action(seed, rounds):
    game = sharp(a_game(seed, 0.3))
    play = some_play(game, seed + 1)
    expected = by_definition(game, play, rounds)
    assert bound_by_replies(game, play, rounds) == pytest.approx(expected, rel=1e-4)


@settings(max_examples=6)
@given(SEEDS, st.sampled_from((0.1, 0.2, 0.3)))
def test_no_two_plays_reply_farther_apart_than_a_bound_below_1_allows(seed, strength):
    game = sharp(a_game(seed, strength))
    one, other = some_play(game, seed + 1), some_play(game, seed + 2)
    certain = proven_share(game, one) == 1
    for _ in range(400):
        one, other = reply(game, one), reply(game, other)
    apart = np.abs(one - other).max((0, 1))
    assert (apart[certain] < 1e-6).all()


@given(SEEDS, st.sampled_from((0.1, 0.3, 0.5, 0.8, 2.0)))
def test_what_is_proven_is_what_the_best_of_the_bounds_allows(seed, strength):
    game = sharp(a_game(seed, strength))
    play = some_play(game, seed + 1)
    bounds = np.minimum(bound_by_spans(game), bound_by_pairs(game))
    share = np.where(bounds < 1, 1.0, (1 - SLACK) / np.maximum(bounds, 1))
    for rounds in (1, ROUNDS):
        share = np.where(bound_by_replies(game, play, rounds) < 1, 1.0, share)
    assert proven_share(game, play) == pytest.approx(share)
