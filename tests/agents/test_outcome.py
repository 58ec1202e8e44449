"""What acts change in the outcome: survival, balance and threat, each against another way to it."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from agents.outcome import (
    armed,
    contest_around,
    feared,
    result_of,
    set_back,
    shifted,
    sprinted,
    threat_left,
)
from agents.payoffs import TERMS
from model.game.stage_game import NOTHING
from model.rules.conflict import breakout, fought, pushed, setback
from tests.model.rules.test_beliefs import playing
from tests.worlds import RUNS, a_world, alone, at_war, numbers, reached, seeds, stirred, whole

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
NONE = np.zeros(6)


@pytest.fixture(scope="module")
def war():
    """A week of war in which nobody has yet acted."""
    world = at_war(a_world(), weeks=1.0)
    return replace(world, conflict=replace(world.conflict, repair=np.float64(0.0)))


def only(state: int, figure: float) -> np.ndarray:
    """A figure of one state, 0 for all others."""
    return np.where(np.arange(6) == state, figure, 0.0)


# ------------------------------------------------------------------ survival and balance


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_survival_moves_by_the_odds_as_the_contest_does_by_the_balance(before, shift):
    world = a_world()
    now, then = (
        replace(world, balance=np.float64(each)).survival(0.0, 0.0)
        for each in (before, before + shift)
    )
    assert shifted(np.asarray(now), np.float64(shift)) == pytest.approx(then, rel=1e-9)


@given(st.floats(0.01, 0.99), st.floats(-3, 3), st.floats(-3, 3))
def test_two_shifts_move_survival_as_their_sum(survival, first, second):
    twice = shifted(shifted(np.array(survival), np.array(first)), np.array(second))
    assert twice == pytest.approx(shifted(np.array(survival), np.array(first + second)))


# ------------------------------------------------------------------ the threat


@pytest.mark.parametrize(("who", "act"), [("israel", "campaign"), ("united_states", "force")])
def test_what_is_left_of_the_threat_is_what_fighting_leaves(war, who, act):
    state = war.names.index(who)
    acted = playing(war, **{who: act})
    strike = acted.ladder.played(acted.ladder.strike, acted.choice)
    left = threat_left(acted, *setback(acted, strike), 1.0)
    assert left[state] == pytest.approx(float(fought(acted).threat[state]), rel=1e-12)
    assert left[state] < war.threat[state]


def test_setting_back_the_threat_is_worth_its_fear_for_the_horizon_to_who_fears_it(war):
    worth = set_back(war)
    campaign = war.ladder.names[ISRAEL].index("campaign")
    after = fought(playing(war, israel="campaign"))
    fear = war.conflict.menace * 1.0 * war.survival(0.0, 0.0)  # of a stake of -1
    expected = fear * war.value.horizon * (war.threat - after.threat)[ISRAEL]
    assert worth[ISRAEL, campaign] == pytest.approx(float(expected), rel=1e-12)
    assert not worth[[RUSSIA, IRAN, CHINA, GULF]].any()
    assert not worth[:, 0].any()


def test_only_who_wants_the_target_gone_fears_it(war):
    fear = feared(war)
    assert fear[ISRAEL] > fear[US] > 0
    assert not fear[[RUSSIA, IRAN, CHINA]].any()


# ------------------------------------------------------------------ arms on order


def test_arms_count_for_what_is_left_of_the_horizon_when_they_arrive(war):
    wait, most = float(war.posture.delivery_weeks[RUSSIA]), float(war.value.horizon)
    counted, _ = quad(lambda t: np.exp(-t / wait) / wait * (most - t) / most, 0, most)
    order = 0.3 * war.power[RUSSIA] / war.conflict.shipment / war.strengths[0]
    assert armed(war, only(RUSSIA, 0.3))[RUSSIA] == pytest.approx(order * counted)
    table = armed(war, war.ladder.delivery)
    arms = war.ladder.names[RUSSIA].index("arms")
    assert table[RUSSIA, arms] == pytest.approx(armed(war, only(RUSSIA, 0.3))[RUSSIA])


def test_late_arms_count_less_and_none_are_ordered_in_peace(war):
    late = replace(war, posture=replace(war.posture, delivery_weeks=war.posture.delivery_weeks * 9))
    assert armed(late, only(RUSSIA, 0.3))[RUSSIA] < armed(war, only(RUSSIA, 0.3))[RUSSIA]
    assert not armed(replace(war, war=np.False_), only(RUSSIA, 0.3)).any()


# ------------------------------------------------------------------ the result of all acts


@pytest.mark.parametrize("action", ["limited", "campaign"])
def test_the_result_of_ones_own_act_alone_is_what_its_payoff_said(war, action):
    place = war.ladder.names[ISRAEL].index(action)
    strike, aid = war.ladder.strike[ISRAEL, place], war.ladder.aid[ISRAEL, place]
    found = result_of(war, only(ISRAEL, strike), NONE, only(ISRAEL, aid) * war.power, 1.0)
    stakes = whole(war, TERMS["stakes"].rule(war, NOTHING))[ISRAEL, place]
    assert found[ISRAEL] == pytest.approx(stakes, rel=1e-12)


def test_what_all_do_counts_for_every_state_by_its_interest(war):
    found = result_of(war, only(IRAN, 1.0), NONE, NONE, 1.0)
    push = float(pushed(war, only(IRAN, 1.0))[IRAN])
    lives = float(war.survival(0.0, 0.0))
    moved = war.value.horizon * (shifted(np.float64(lives), np.float64(push)) - lives)
    assert found == pytest.approx(war.interest * moved)
    assert found[RUSSIA] > 0 > found[ISRAEL]
    assert not result_of(war, NONE, NONE, NONE, 1.0).any()


def test_equal_pushes_of_both_sides_leave_the_balance_and_set_the_threat_back(war):
    push = pushed(war, only(IRAN, 1.0) + only(ISRAEL, 0.35))
    even = only(IRAN, float(0.35 * push[ISRAEL] / 0.35 / push[IRAN])) + only(ISRAEL, 0.35)
    found = result_of(war, even, NONE, NONE, 1.0)
    assert found[RUSSIA] == pytest.approx(0, abs=1e-12)
    assert found[ISRAEL] > 0


@given(numbers())
def test_no_run_sees_another(number):
    world = reached(number).world
    strike = world.ladder.played(world.ladder.strike, world.choice)
    delivery = world.ladder.played(world.ladder.delivery, world.choice)
    batch = result_of(world, strike, delivery, strike * world.power, world.weeks)
    for run in range(RUNS):
        one = alone(world, run)
        own = (strike[:, run], delivery[:, run], strike[:, run] * one.power)
        assert (result_of(one, *own, one.weeks) == batch[:, run]).all()


# ------------------------------------------------------------------ state by state


@given(seeds())
def test_the_contest_around_each_state_is_its_side_the_others_aid_and_its_friends_best(seed):
    world = stirred(seed)
    ours, theirs, friends = contest_around(world)
    aid = world.ladder.played(world.ladder.aid, world.choice) * world.power
    strength = dict(zip((1, -1), world.strengths, strict=True))
    for i in range(6):
        side = int(world.side[i])
        assert ours[i] == strength[side]
        given_ = sum(aid[j] for j in range(6) if world.side[j] == -side)
        assert theirs[i] == pytest.approx(strength[-side] + given_)
        best = sum(
            world.ladder.aid[j].max() * world.power[j]
            for j in range(6)
            if j != i and world.side[j] == side
        )
        assert friends[i] == pytest.approx(best, abs=1e-9)
        assert friends[i] > 0


@given(seeds(), st.floats(0, 2))
def test_threat_fear_and_what_strikes_are_worth_follow_their_formulas(seed, weeks):
    world = stirred(seed)
    hurried = replace(world.ladder, sprint=0.3 + world.ladder.sprint)  # as if all could sprint
    world = replace(world, ladder=hurried)
    conflict, strike, horizon = world.conflict, world.ladder.strike, world.value.horizon
    fear, worth, chance = feared(world), set_back(world), sprinted(world)
    ours, theirs, _ = contest_around(world)
    target, challenger = world.strengths
    table, rate = (
        threat_left(world, strike, strike * world.posture.reach[:, None], weeks),
        breakout(world),
    )
    for i in range(6):
        reach = world.posture.reach[i]
        afraid = conflict.menace * max(-world.stakes[i, IRAN], 0) * target / (target + challenger)
        assert fear[i] == pytest.approx(afraid)
        loss = world.interest[i] * world.side[i] * theirs[i] / (ours[i] + theirs[i])
        for a in range(strike.shape[1]):
            effort = strike[i, a] * (1 - conflict.shield * world.air_defence)
            for time, hit in ((1.0, effort), (weeks, strike[i, a])):
                lasting = exp(-conflict.destruction * time * hit)
                deep = exp(-conflict.destruction * time * strike[i, a] * reach)
                left = world.programme * lasting + reach * world.hardened * deep
                if time == 1.0:
                    gone = world.programme + reach * world.hardened - left
                    set_ = afraid * horizon * gone if world.side[i] < 0 else 0.0
                    assert worth[i, a] == pytest.approx(set_, abs=1e-12)
                else:
                    assert table[i, a] == pytest.approx(left)
            bomb = world.ladder.sprint[i, a] * rate * loss
            assert chance[i, a] == pytest.approx(bomb)


@given(seeds(), st.floats(0.1, 2))
def test_the_result_for_each_state_is_survival_now_and_lastingly_and_the_threat_worn(seed, weeks):
    world = stirred(seed)
    act, horizon = world.choice, world.value.horizon
    strike, delivery, aid = (
        world.ladder.played(each, act)
        for each in (world.ladder.strike, world.ladder.delivery, world.ladder.aid)
    )
    push, target_aid, challenger_aid = 0.0, 0.0, 0.0
    struck = pushed(world, strike)
    strength = dict(zip((1, -1), world.strengths, strict=True))
    for i in range(6):
        wait = world.posture.delivery_weeks[i]
        counted = 1 - wait / horizon * (1 - exp(-horizon / wait))
        order = delivery[i] * world.power[i] / world.conflict.shipment / strength[world.side[i]]
        push += world.side[i] * (struck[i] + order * counted * world.war)
        target_aid += aid[i] * (world.side[i] > 0)
        challenger_aid += aid[i] * (world.side[i] < 0)
    before = strength[1] / (strength[1] + strength[-1])
    helped = (strength[1] + target_aid) / (strength[1] + strength[-1] + target_aid + challenger_aid)
    odds = before / (1 - before) * exp(weeks * push)
    lasting = odds / (1 + odds)
    found = result_of(world, strike, delivery, aid, weeks)
    left, fear = threat_left(world, *setback(world, strike), weeks), feared(world)
    for i in range(6):
        worn = world.threat[i] - left[i]
        held = world.interest[i] * (weeks * (helped - before) + horizon * (lasting - before))
        assert found[i] == pytest.approx(held + fear[i] * horizon * worn)
