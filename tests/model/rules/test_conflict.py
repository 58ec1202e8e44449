from dataclasses import replace
from itertools import product
from math import exp, expm1

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.rules.conflict import (
    accepted_mediation,
    chance,
    ended,
    fought,
    pushed,
    setback,
    settlement_rate,
    shift_of,
)
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

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
NEVER, ALWAYS = np.full(4, 1 - 1e-12), np.zeros(4)


@pytest.fixture(scope="module")
def war():
    return at_war(a_world(), weeks=1.0, weeks_at_war=1.0)


@given(st.floats(0, 50), st.floats(0, 10), st.floats(0, 10))
def test_chances_of_two_parts_of_a_turn_compound_to_that_of_the_whole(rate, first, second):
    survived = (1 - chance(rate, first)) * (1 - chance(rate, second))
    assert 1 - survived == pytest.approx(chance(rate, first + second), abs=1e-12)


def test_a_campaign_wears_down_the_programme_as_an_exponential(war):
    after = fought(playing(war, israel="campaign"))
    effort = 1 - war.conflict.shield * war.air_defence
    wear = np.exp(-war.conflict.destruction * effort)
    whole = war.aims.programme * (1 - war.aims.hardened)
    worn = war.programme * wear
    rebuilt = (whole - worn) * (1 - np.exp(-war.conflict.repair)) if worn < whole else 0.0
    assert after.programme == pytest.approx(worn + rebuilt)
    assert after.air_defence == pytest.approx(war.air_defence * wear)


def test_without_strikes_nothing_is_destroyed_and_the_programme_is_repaired(war):
    hit = replace(war, programme=0.2, hardened=0.1)
    after = fought(playing(hit))
    assert 0.2 < after.programme < war.aims.programme
    assert 0.1 < after.hardened < war.aims.hardened
    assert after.air_defence == war.air_defence
    assert after.balance == war.balance


def test_the_balance_shifts_to_who_strikes_more(war):
    assert fought(playing(war, israel="campaign")).balance < war.balance
    assert fought(playing(war, iran="campaign")).balance > war.balance


def test_a_campaign_in_peace_begins_a_war():
    peace = a_world()
    assert not fought(playing(peace)).war
    assert fought(playing(peace, israel="campaign")).war


def test_strikes_shift_the_balance_by_the_force_over_the_power_that_is_struck(war):
    push = pushed(war, war.ladder.strike)
    campaign = war.ladder.names[ISRAEL].index("campaign")
    strike, arsenal = war.ladder.strike[ISRAEL, campaign], war.arsenal[ISRAEL]
    expected = war.conflict.lethality * strike * war.power[ISRAEL] * arsenal / war.power[IRAN]
    assert push[ISRAEL, campaign] == pytest.approx(expected)
    after = fought(playing(war, israel="campaign"))
    assert after.balance - war.balance == pytest.approx(-war.weeks * expected)


def test_a_strike_counts_by_the_power_it_meets_and_no_more_as_that_is_worn(war):
    whole = float(pushed(war, war.ladder.strike)[ISRAEL].max())
    weaker = replace(war, money=np.where(np.arange(6) == IRAN, war.money / 4, war.money))
    ratio = float(war.power[IRAN] / weaker.power[IRAN])
    assert ratio > 1
    assert float(pushed(weaker, war.ladder.strike)[ISRAEL].max()) == pytest.approx(whole * ratio)
    worn = replace(war, balance=np.float64(-2.0))
    assert worn.strengths[0] < war.strengths[0]
    assert (pushed(worn, war.ladder.strike) == pushed(war, war.ladder.strike)).all()


def test_in_peace_the_balance_and_the_regime_return_to_where_they_began():
    peace = replace(a_world(), weeks=1.0, balance=np.float64(0.8), regime=np.float64(0.3))
    after = fought(playing(peace))
    lasting = np.exp(-peace.conflict.recovery)
    assert after.balance == pytest.approx(0.8 * lasting)
    assert after.regime == pytest.approx(peace.aims.regime + (0.3 - peace.aims.regime) * lasting)
    war = fought(playing(at_war(peace)))
    assert war.balance == 0.8
    fallen = fought(playing(replace(peace, collapsed=np.True_)))
    assert fallen.regime == pytest.approx(0.3)


def test_a_war_ends_only_when_its_draw_falls_below_the_rate(war):
    calm = playing(war)
    rate = war.conflict.settlement
    at = chance(rate, 1.0)
    draws = np.array([0.5, at - 1e-9, 1 - 1e-12, 1 - 1e-12])
    assert not ended(calm, draws).war
    draws[1] = at + 1e-9
    assert ended(calm, draws).war


@pytest.mark.parametrize("who", ["israel", "iran", "united_states"])
def test_no_war_settles_while_any_state_campaigns(war, who):
    draws = NEVER.copy()
    draws[1] = 0.0
    most = "force" if who == "united_states" else "campaign"
    assert ended(playing(war, **{who: most}), draws).war
    if who != "united_states":
        assert not ended(playing(war, **{who: "limited"}), draws).war


def test_weeks_at_war_count_up_and_start_anew(war):
    assert ended(playing(war), NEVER).weeks_at_war == 2.0
    draws = NEVER.copy()
    draws[1] = 0.0
    assert ended(playing(war), draws).weeks_at_war == 0.0


def test_wars_are_counted_once_each(war):
    peace = replace(war, war=np.False_, wars=0.0)
    first = fought(playing(peace, israel="campaign"))
    assert first.wars == 1
    assert fought(playing(first, israel="campaign")).wars == 1


def test_a_bomb_needs_a_sprint_and_a_programme(war):
    draws = NEVER.copy()
    draws[2] = 0.0
    assert not ended(playing(war), draws).bomb
    assert ended(playing(war, iran="sprint"), draws).bomb
    gone = replace(war, programme=0.0, hardened=0.0)
    assert not ended(playing(gone, iran="sprint"), draws).bomb


def test_a_regime_without_stability_falls_and_stays_down(war):
    draws = NEVER.copy()
    draws[3] = 0.0
    shaken = replace(war, regime=0.0)
    fallen = ended(playing(shaken), draws)
    assert fallen.collapsed
    assert not fallen.war
    assert ended(playing(fallen), NEVER).collapsed
    assert not ended(playing(replace(war, regime=1.0)), draws).collapsed


def test_in_peace_a_regime_falls_only_where_it_was_shaken(war):
    draws = NEVER.copy()
    draws[3] = 0.0
    peace = replace(war, war=np.False_)
    assert peace.aims.regime < 1
    assert not ended(playing(peace), draws).collapsed
    shaken = replace(peace, regime=peace.aims.regime - 0.5)
    assert ended(playing(shaken), draws).collapsed
    # at `simmering` times the hazard of what it has lost
    hazard = chance(war.conflict.collapse * war.conflict.simmering * 0.5, 1.0)
    for draw, falls in ((0.999 * hazard, True), (1.001 * hazard, False)):
        draws[3] = draw
        assert ended(playing(shaken), draws).collapsed == falls


def test_mediation_by_a_friend_of_one_side_is_accepted_less(war):
    by_gulf, by_us = (
        float(accepted_mediation(playing(war, **{who: "mediation"})))
        for who in ("gulf", "united_states")
    )
    assert by_gulf > by_us
    assert accepted_mediation(playing(war)) == 0


def test_principals_mediate_only_if_both_negotiate(war):
    assert accepted_mediation(playing(war, iran="negotiate", israel="limited")) == 0
    assert accepted_mediation(playing(war, iran="negotiate", israel="negotiate")) == 1


@given(numbers())
def test_no_run_sees_another(number):
    world = reached(number).world
    draws = np.linspace(0.01, 0.99, 4 * RUNS).reshape(4, RUNS)
    for rule in (fought, lambda w, d=None: ended(w, draws if d is None else d)):
        batch = rule(world)
        for run in range(RUNS):
            one = alone(world, run)
            single = fought(one) if rule is fought else ended(one, draws[:, run])
            assert differences(single, alone(batch, run)) == []


@given(numbers())
def test_shares_stay_shares_in_any_fighting(number):
    world = fought(reached(number).world)
    for name in ("air_defence", "regime"):
        value = getattr(world, name)
        assert ((value >= 0) & (value <= 1)).all(), name
    assert (world.programme >= 0).all() and (world.hardened >= 0).all()
    assert (np.abs(world.balance) <= world.conflict.rout).all()
    assert (world.systems >= 0).all()


def test_halving_the_turn_leaves_the_damage_as_it_was(war):
    # without repair and without feedback by air defence the exponent is exact
    fixed = replace(war, air_defence=0.0, conflict=replace(war.conflict, repair=0.0, lethality=0.0))
    whole = fought(playing(fixed, israel="campaign"))
    half = playing(replace(fixed, weeks=0.5), israel="campaign")
    twice = fought(replace(fought(half), choice=half.choice))
    for name in ("programme", "hardened", "regime"):
        assert getattr(twice, name) == pytest.approx(getattr(whole, name), rel=1e-12), name


# ------------------------------------------------------------------ each rule, figure by figure


def acts(world, attribute):
    """An attribute of the action that each state plays, as plain numbers."""
    return [float(attribute[i, world.choice[i]]) for i in range(6)]


@given(seeds())
def test_fighting_moves_every_figure_by_its_formula(seed):
    world = replace(stirred(seed), collapsed=np.bool_(seed % 4 == 0))
    conflict, weeks, after = world.conflict, world.weeks, fought(world)
    strike, least = acts(world, world.ladder.strike), conflict.remnant
    shift = sum(
        world.side[i]
        * conflict.lethality
        * strike[i]
        * (world.power[i] * world.arsenal[i])
        / max(world.power[ISRAEL if world.side[i] > 0 else IRAN], least)
        for i in range(6)
    )
    joined = [strike[i] * (world.side[i] < 0) for i in range(6)]
    effort = min(sum(joined), conflict.saturation) * (1 - conflict.shield * world.air_defence)
    reaching = sum(joined[i] * world.posture.reach[i] for i in range(6))
    wear, mended = conflict.destruction * weeks, -expm1(-conflict.repair * weeks)
    deep = world.aims.programme * world.aims.hardened
    for found, stock, worn, whole in (
        (after.programme, world.programme, effort, world.aims.programme - deep),
        (after.hardened, world.hardened, reaching, deep),
    ):
        left = stock * exp(-wear * worn)
        assert found == pytest.approx(left + max(whole - left, 0) * mended)
    assert after.air_defence == pytest.approx(world.air_defence * exp(-wear * effort))
    worn = exp(-conflict.decimation * wear * effort)
    assert after.proxies == pytest.approx(world.proxies * worn)
    war = bool(world.war) or strike[IRAN] > 0 or strike[ISRAEL] > 0
    assert after.war == war
    assert after.wars == world.wars + (war and not world.war)
    calm = exp(-conflict.recovery * weeks)
    parity = world.balance * calm
    shifted = float(np.clip(world.balance + weeks * shift, -conflict.rout, conflict.rout))
    assert after.balance == pytest.approx(shifted if war else parity)
    restored = world.aims.regime + (world.regime - world.aims.regime) * calm
    unrest = world.regime * exp(-conflict.unrest * wear * effort)
    assert after.regime == pytest.approx(unrest if war or world.collapsed else restored)
    for i in range(6):
        play = i, world.choice[i]
        sent = world.ladder.systems[play] + world.ladder.share[play] * world.systems[i]
        lost = conflict.expenditure * weeks * strike[i] * sent / max(world.systems[i], 1e-9)
        lost += conflict.counterforce * wear * effort * (i == IRAN)
        assert after.systems[i] == pytest.approx(world.systems[i] * exp(-lost), rel=1e-6)


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("below", list(product([False, True], repeat=3)))
@settings(max_examples=6)
@given(seed=seeds())
def test_a_war_ends_a_bomb_is_made_and_a_regime_falls_right_below_their_chances(seed, below, busy):
    world = replace(stirred(seed), collapsed=np.bool_(seed % 7 == 0), bomb=np.bool_(seed % 5 == 0))
    if busy:  # the target sprints, and others whose stake is small mediate
        choice = world.ladder.mediation.argmax(1)
        choice[IRAN] = world.ladder.sprint[IRAN].argmax()
        world = replace(world, choice=choice, stakes=world.stakes * 0.2)
    conflict, weeks = world.conflict, world.weeks
    strike, offer = acts(world, world.ladder.strike), acts(world, world.ladder.mediation)
    mediation = offer[IRAN] * offer[ISRAEL]
    for i in (RUSSIA, US, CHINA, GULF):
        mediation += offer[i] * max(world.beliefs.trust - abs(world.opposition[i]), 0)
    assert accepted_mediation(world) == pytest.approx(mediation)
    calm = float(np.prod([1 - each for each in strike]))
    rate = conflict.settlement * (conflict.lull * calm if any(strike) else 1.0)
    shaken = conflict.simmering * max(world.aims.regime - world.regime, 0)
    falls = conflict.collapse * (1 - world.regime if world.war else shaken)
    left = world.programme + world.hardened
    made = acts(world, world.ladder.sprint)[IRAN] * conflict.sprint / world.aims.breakout_weeks
    rates = rate * (1 + conflict.mediation * mediation), made * left, falls
    chances = [-expm1(-each * weeks) for each in rates]
    settled, bomb, fell = (yes and each > 0 for yes, each in zip(below, chances, strict=True))
    if fell and not world.collapsed:
        chances[1] = max(chances[1], min(conflict.proliferation * left, 1))
        bomb = below[1]
    draw = [c * (1 - 1e-9 if yes else 1 + 1e-9) for yes, c in zip(below, chances, strict=True)]
    after = ended(world, np.array([0.5, *draw]))
    assert after.bomb == (world.bomb or bomb)
    assert after.collapsed == (world.collapsed or fell)
    war = bool(world.war) and not settled and not after.collapsed
    assert after.war == war
    assert after.weeks_at_war == (world.weeks_at_war + weeks if war else 0)


def test_material_of_a_programme_of_many_times_the_first_is_lost_for_certain_and_no_more(war):
    vast = replace(playing(war), programme=1e3, regime=0.0)
    vast = replace(vast, conflict=replace(war.conflict, collapse=1e3))
    assert ended(vast, np.array([0.5, 0.5, 1 - 1e-12, 0.5])).bomb
    again = replace(vast, collapsed=np.True_)
    assert not ended(again, np.array([0.5, 0.5, 1e-9, 0.5])).bomb


def test_a_lull_is_settled_at_a_share_of_the_rate_of_quiet(war):
    rate, lull = war.conflict.settlement, war.conflict.lull
    assert settlement_rate(war, np.float64(1), np.float64(1)) == pytest.approx(rate)
    assert settlement_rate(war, np.float64(0), np.float64(0.4)) == pytest.approx(rate * lull * 0.4)
    assert settlement_rate(war, np.float64(0), np.float64(0)) == 0
    mixed = settlement_rate(war, np.float64(0.25), np.float64(0.5))
    assert mixed == pytest.approx(rate * (0.25 + lull * 0.25))


def test_who_has_no_systems_or_power_left_pushes_by_a_finite_figure(war):
    empty = replace(playing(war, israel="campaign"), systems=np.zeros(6))
    assert (fought(empty).systems == 0).all()
    broke = replace(war, posture=replace(war.posture, access=np.zeros(6)))
    assert np.isfinite(pushed(broke, war.ladder.strike)).all()


def test_pushes_of_both_sides_are_set_off_against_each_other(war):
    assert shift_of(war, np.arange(6.0)) == sum(war.side[i] * i for i in range(6))


def test_strikes_past_saturation_find_no_more_in_the_open_but_all_that_is_hardened(war):
    attackers = np.where(war.side < 0, 1.0, 0.0)
    effort, reaching = setback(war, 5 * attackers)
    most = war.conflict.saturation * (1 - war.conflict.shield * war.air_defence)
    assert effort == pytest.approx(most)
    assert reaching == pytest.approx(5 * (attackers * war.posture.reach).sum())
