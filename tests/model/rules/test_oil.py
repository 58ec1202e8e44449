from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from model.rules.oil import level, traded
from tests.model.rules.test_beliefs import playing
from tests.worlds import (
    RUNS,
    a_world,
    alone,
    at_war,
    differences,
    numbers,
    reached,
    seeds,
    stirred,
)


@pytest.fixture(scope="module")
def war():
    return at_war(a_world(), weeks=1.0)


def test_war_puts_the_targets_exports_at_risk(war):
    oil = war.oil
    assert level(war, np.float64(0)) == pytest.approx(
        oil.at_risk / oil.world_supply / oil.elasticity
    )
    assert level(replace(war, war=np.False_), np.float64(0)) == 0


def test_the_essays_figures_give_a_rise_of_a_tenth_to_a_sixth(war):
    # 1.5 mb/d of 102 at an elasticity of 0.11: 13 %
    essay = {"oil.at_risk": 1.5, "oil.world_supply": 102.0, "oil.elasticity": 0.11}
    world = at_war(a_world(changes=essay))
    assert np.expm1(level(world, np.float64(0))) == pytest.approx(0.143, abs=0.001)


def test_a_blockade_adds_the_oil_that_it_stops(war):
    oil = war.oil
    lost = oil.at_risk + oil.closure * oil.strait
    assert level(war, np.float64(1)) == pytest.approx(lost / oil.world_supply / oil.elasticity)
    after = traded(playing(war, iran="blockade"), np.float64(0.5))
    assert after.lost_supply == pytest.approx(oil.closure * oil.strait)


def test_the_premium_closes_the_gap_to_its_level_at_the_rate_of_adjustment(war):
    goal = level(war, np.float64(0))
    after = traded(playing(war), np.float64(0.5))
    assert after.premium == pytest.approx(goal * (1 - np.exp(-war.oil.adjustment)))
    assert after.noise == pytest.approx(0, abs=1e-12)


def test_two_half_turns_move_the_premium_as_one_whole(war):
    whole = traded(playing(war), np.float64(0.5)).premium
    half = playing(replace(war, weeks=0.5))
    twice = traded(traded(half, np.float64(0.5)), np.float64(0.5)).premium
    assert twice == pytest.approx(whole, rel=1e-12)


@given(st.floats(0.01, 20.0))
def test_two_half_turns_spread_the_noise_as_one_whole(weeks):
    world = a_world()
    one_sigma = np.float64(ndtr(1.0))

    def spread(length: float) -> float:
        return float(traded(playing(replace(world, weeks=length)), one_sigma).noise)

    lasting = np.exp(-world.oil.reversion * weeks / 2)
    halves = np.hypot(spread(weeks / 2) * lasting, spread(weeks / 2))
    assert halves == pytest.approx(spread(weeks), rel=1e-9)


def test_noise_dies_out_at_the_rate_of_reversion(war):
    noisy = playing(replace(war, noise=0.2))
    assert traded(noisy, np.float64(0.5)).noise == pytest.approx(0.2 * np.exp(-war.oil.reversion))


@given(numbers())
def test_no_run_sees_another(number):
    world = reached(number).world
    draw = np.linspace(0.1, 0.9, RUNS)
    batch = traded(world, draw)
    assert np.isfinite(batch.price).all() and (batch.price > 0).all()
    for run in range(RUNS):
        assert differences(traded(alone(world, run), draw[run]), alone(batch, run)) == []


@given(seeds(), st.floats(0.01, 0.99))
def test_premium_noise_and_lost_supply_move_by_their_formulas(seed, draw):
    world = stirred(seed)
    oil, after = world.oil, traded(world, np.float64(draw))
    closed = min(sum(world.ladder.supply[i, a] for i, a in enumerate(world.choice)), 1) * world.war
    lost = oil.at_risk * world.war + oil.closure * oil.strait * closed
    goal = lost / oil.world_supply / oil.elasticity
    gap = (world.premium - goal) * np.exp(-oil.adjustment * world.weeks)
    assert after.premium == pytest.approx(goal + gap)
    assert after.lost_supply == pytest.approx(oil.closure * oil.strait * closed)
    variance = -np.expm1(-2 * oil.reversion * world.weeks) / (2 * oil.reversion)
    fresh = oil.volatility * variance**0.5 * ndtri(draw)
    lasting = world.noise * np.exp(-oil.reversion * world.weeks)
    assert after.noise == pytest.approx(lasting + fresh)


def test_a_draw_of_zero_is_the_lowest_noise_and_no_infinity(war):
    low, lower = (float(traded(war, np.float64(draw)).noise) for draw in (1e-9, 0.0))
    assert -np.inf < lower < low


def test_a_strait_that_two_close_is_closed_once(war):
    both = replace(war, ladder=replace(war.ladder, supply=np.ones_like(war.ladder.supply)))
    assert traded(both, np.float64(0.5)).lost_supply == war.oil.closure * war.oil.strait
