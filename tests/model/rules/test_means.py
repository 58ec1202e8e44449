from dataclasses import replace
from math import exp, expm1, log1p

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.rules.means import delivered, front_fed, sanctioned, used
from model.world import BILLIONS, LEAST
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


@pytest.fixture(scope="module")
def war():
    return at_war(a_world(), weeks=1.0)


def test_arms_given_leave_the_stocks_over_the_horizon(war):
    after = used(playing(war, russia="arms"))
    action = war.ladder.names[RUSSIA].index("arms")
    given_ = war.ladder.systems[RUSSIA, action] / war.conflict.shipment
    rebuilt = given_ * (1 - np.exp(-war.means.replenishment[RUSSIA]))
    assert war.systems[RUSSIA] - after.systems[RUSSIA] == pytest.approx(given_ - rebuilt)
    assert (after.systems[[IRAN, CHINA]] == war.systems[[IRAN, CHINA]]).all()


def test_a_rise_in_the_price_of_oil_fills_an_exporters_budget(war):
    dear = used(playing(replace(war, premium=np.log(1.5))))
    rise = 0.5 * war.oil.price * war.economy.oil_exports * BILLIONS * war.oil.windfall
    assert dear.money == pytest.approx(np.maximum(war.means.money + rise, 0.01))
    assert dear.money[RUSSIA] > war.money[RUSSIA]
    assert dear.money[CHINA] < war.money[CHINA]


def test_orders_arrive_at_the_rate_of_delivery_and_shift_the_balance(war):
    waiting = playing(replace(war, ordered=np.where(np.arange(6) == US, 10.0, 0.0)))
    after = delivered(waiting)
    arrived = 10 * (1 - np.exp(-1 / war.posture.delivery_weeks[US]))
    assert after.ordered[US] == pytest.approx(10 - arrived)
    target, challenger = war.strengths
    assert after.balance - war.balance == pytest.approx(-np.log1p(arrived / challenger))
    assert target == war.strengths[0]


def test_a_state_at_odds_with_its_own_side_does_not_lobby_away_its_own_orders(war):
    state, act, *_ = (int(each) for each in np.argwhere(war.ladder.lobby > 0)[0])
    stakes = war.stakes.copy()
    stakes[state, [war.target, war.challenger]] = np.array([-1.0, 1.0]) * war.side[state]
    odd = replace(playing(war), stakes=stakes, ordered=np.where(np.arange(6) == state, 10.0, 0.0))
    odd.choice[state] = act
    assert odd.opposition[state] * odd.side[state] > 0
    arrived = 10 * (1 - np.exp(-1 / war.posture.delivery_weeks[state]))
    assert delivered(odd).ordered[state] == pytest.approx(10 - arrived)


def test_arms_for_the_target_raise_its_balance(war):
    waiting = playing(replace(war, ordered=np.where(np.arange(6) == RUSSIA, 10.0, 0.0)))
    assert delivered(waiting).balance > war.balance


def test_arms_are_ordered_now_and_arrive_later(war):
    after = delivered(playing(war, russia="arms"))
    share = war.ladder.delivery[RUSSIA, war.ladder.names[RUSSIA].index("arms")]
    assert after.ordered[RUSSIA] == pytest.approx(share * war.power[RUSSIA] / war.conflict.shipment)
    assert after.balance == war.balance


def test_in_peace_supply_and_affronts_leave_orders_balance_and_sanctions_as_they_are():
    peace = replace(a_world(), weeks=1.0, balance=np.float64(0.3))
    acted = playing(peace, russia="arms", united_states="arms", iran="blockade")
    after = sanctioned(delivered(acted))
    assert (after.ordered == 0).all()
    assert after.balance == peace.balance
    assert (after.sanctions == peace.sanctions).all()
    assert (used(acted).systems == used(peace).systems).all()
    # what was ordered in war arrives, but tells in war alone
    waiting = replace(acted, ordered=np.where(np.arange(6) == RUSSIA, 5.0, 0.0))
    assert delivered(waiting).balance == peace.balance
    assert delivered(at_war(waiting)).balance > peace.balance
    assert delivered(waiting).ordered[RUSSIA] < 5


def test_only_a_visible_affront_past_the_red_line_brings_sanctions_down(war):
    before = war.sanctions[RUSSIA]
    assert sanctioned(playing(war, russia="rhetoric")).sanctions[RUSSIA] == before
    assert sanctioned(playing(war, russia="hidden")).sanctions[RUSSIA] == before
    assert sanctioned(playing(war, russia="arms")).sanctions[RUSSIA] > before


def test_sanctions_cost_a_share_of_the_budget(war):
    hit = used(playing(replace(war, sanctions=war.economy.sanctions + 0.5)))
    assert hit.money == pytest.approx(war.means.money * (1 - war.conflict.bite * 0.5))


def test_the_front_eases_while_the_backer_fights_and_needs_more_when_drones_stay_away(war):
    quiet = playing(war)
    assert front_fed(quiet).intensity == pytest.approx(1.0)
    assert front_fed(playing(war, united_states="force")).intensity < 1
    assert front_fed(playing(war, israel="campaign")).intensity > 1


def test_without_another_front_nothing_is_tied_to_it(war):
    none = replace(war, fronts=(None, None, None))
    assert front_fed(playing(none, united_states="force")).intensity == war.intensity
    assert (none.free_money == np.maximum(war.money - war.means.money_tied, 0.01)).all()


@given(numbers())
def test_no_run_sees_another_and_means_stay_positive(number):
    world = reached(number).world
    for rule in (used, delivered, front_fed, sanctioned):
        batch = rule(world)
        for run in range(RUNS):
            assert differences(rule(alone(world, run)), alone(batch, run)) == []
        assert (batch.money > 0).all()
        assert (batch.systems >= 0).all()
        assert (batch.ordered >= 0).all()
        assert (np.abs(batch.balance) <= world.conflict.rout).all()


@given(numbers())
def test_free_means_are_never_more_than_all_or_none(number):
    world = reached(number).world
    assert (world.free_money > 0).all() and (world.free_forces > 0).all()
    assert (world.power >= 0).all()
    assert ((world.readiness >= 0) & (world.readiness <= 1)).all()


def test_an_importers_budget_is_never_negative_and_the_other_front_never_needs_less_than_nothing(
    war,
):
    dear = replace(war, premium=3.0 * np.ones_like(war.premium))
    importer = replace(dear.economy, oil_exports=np.full(6, -15.0))
    assert used(playing(replace(dear, economy=importer))).money.min() == LEAST
    aided = replace(
        war.front,
        aid=np.array(500.0),
        aid_response=np.array(0.1),
        distraction=np.array(1.0),
        adjustment=np.array(10.0),
    )
    freed = front_fed(playing(replace(war, front=aided), united_states="force"))
    assert 0 <= freed.intensity < 1e-3


# ------------------------------------------------------------------ each rule, state by state


@given(seeds())
def test_stocks_budget_and_income_of_each_state_move_by_their_formulas(seed):
    world = stirred(seed)
    after, act = used(world), world.choice
    for i in range(6):
        gives = world.war and not world.ladder.strike[i, act[i]]
        given_ = world.ladder.systems[i, act[i]] * world.weeks / world.conflict.shipment * gives
        left = max(world.systems[i] - given_, 0)
        missing = max(world.means.systems[i] - left, 0)
        rebuilt = -missing * expm1(-world.means.replenishment[i] * world.weeks)
        assert after.systems[i] == pytest.approx(left + rebuilt)
        extra = world.oil.windfall * world.economy.oil_exports[i] * BILLIONS
        extra *= world.oil.price * expm1(world.premium)
        kept = 1 - world.conflict.bite * (world.sanctions[i] - world.economy.sanctions[i])
        assert after.money[i] == pytest.approx(max((world.means.money[i] + extra) * kept, LEAST))
        assert after.income[i] == pytest.approx(world.income[i] + extra * world.weeks * 7 / 365)


@given(seeds())
def test_orders_wait_come_in_and_are_lobbied_away_by_their_formulas(seed):
    world = stirred(seed)
    after, act, ladder = delivered(world), world.choice, world.ladder
    came = {1: 0.0, -1: 0.0}
    for i in range(6):
        arrived = -world.ordered[i] * expm1(-world.weeks / world.posture.delivery_weeks[i])
        came[int(world.side[i])] += arrived
        pressed = sum(
            max(world.affinity[i, j], 0)
            * max(world.side[i] * world.opposition[j], 0)
            * ladder.lobby[j, act[j]]
            for j in range(6)
            if j != i
        )
        new = ladder.delivery[i, act[i]] * world.power[i] / world.conflict.shipment * world.weeks
        waits = (world.ordered[i] - arrived) * exp(-pressed * world.weeks)
        assert after.ordered[i] == pytest.approx(waits + new * world.war)
    target, challenger = world.strengths
    shift = log1p(came[1] / target) - log1p(came[-1] / challenger)
    most = world.conflict.rout
    assert after.balance == pytest.approx(np.clip(world.balance + shift * world.war, -most, most))


@given(seeds(), st.sampled_from([(0, 3, 1), (0, 3, None), (0, None, 1), (0, None, None)]))
def test_the_other_front_goes_to_what_aid_and_drones_make_of_it(seed, fronts):
    world = replace(stirred(seed), fronts=fronts)
    front, strike = world.front, world.ladder.played(world.ladder.strike, world.choice)
    goal = 1.0
    if fronts[1] is not None:
        goal -= front.aid_response * front.aid * front.distraction * strike[US]
    if fronts[2] is not None:
        goal += front.drone_response * world.aims.drones * front.disruption * strike[ISRAEL]
    goal = max(goal, 0.0)
    gap = (world.intensity - goal) * exp(-front.adjustment * world.weeks)
    assert front_fed(world).intensity == pytest.approx(goal + gap)


@given(seeds())
def test_sanctions_rise_toward_their_most_at_the_rate_of_the_affront(seed):
    world = stirred(seed)
    after, ladder = sanctioned(world), world.ladder
    for i in range(6):
        act = i, world.choice[i]
        affront = 0.0 if ladder.hidden[act] else ladder.affront[act]
        provoked = world.war and affront >= world.conflict.red_line
        rate = world.economy.threatened[i] * affront * bool(provoked)
        most = 1 + world.economy.sanctions[i]
        expected = most + (world.sanctions[i] - most) * exp(-rate * world.weeks)
        assert after.sanctions[i] == pytest.approx(expected)


def test_an_affront_right_at_the_red_line_brings_sanctions_down(war):
    arms = float(war.ladder.affront[RUSSIA, war.ladder.names[RUSSIA].index("arms")])
    at = playing(replace(war, conflict=replace(war.conflict, red_line=arms)), russia="arms")
    assert sanctioned(at).sanctions[RUSSIA] > war.sanctions[RUSSIA]


def test_who_gives_more_than_it_has_is_left_with_what_is_rebuilt(war):
    few = replace(playing(war, russia="arms"), systems=np.full(6, 0.01), weeks=3.0)
    rebuilt = -few.means.systems[RUSSIA] * expm1(-few.means.replenishment[RUSSIA] * 3)
    assert used(few).systems[RUSSIA] == pytest.approx(rebuilt)
    many = replace(few, systems=few.means.systems * 4)
    given_ = many.ladder.systems[RUSSIA, many.choice[RUSSIA]] * 3 / many.conflict.shipment
    assert used(many).systems[RUSSIA] == pytest.approx(many.systems[RUSSIA] - given_)


def test_deliveries_move_the_balance_no_further_than_a_rout(war):
    for state, side in ((RUSSIA, 1), (US, -1)):
        vast = np.where(np.arange(6) == state, 1e9, 0.0)
        assert delivered(playing(replace(war, ordered=vast))).balance == side * war.conflict.rout
