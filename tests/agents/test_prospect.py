"""What the war is worth that a first strike opens: by theory's signs, and by hand."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given

from agents.payoffs import TERMS, prospect
from agents.prospect import bound_by_doctrine, expected_weeks, war_worth, weekly_costs
from agents.weighing import ledger, stage_game, weighed
from model.game.equilibrium import logit_equilibrium
from model.game.stage_game import NOTHING, Expected
from model.preset.load import Change
from model.world import World
from tests.worlds import PLAYERS, a_world, alone, at_war, seeds, stirred, whole

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
FREE = {f"russia.means.{kind}_tied": 0.0 for kind in ("money", "forces", "systems")}
NEAR = {"russia.posture.access": 0.7}


def peace(runs: int | range = 0, **changes: Change) -> World:
    """A first world at peace in which the challenger may decide for war."""
    named = {key.replace("__", "."): value for key, value in changes.items()}
    world = a_world(runs=runs, changes=named, preset="iran-2025")
    return replace(world, onset=np.ones_like(world.restraint))


def known(world: World, **doctrines: str) -> World:
    """The world in which all know what these states would do in war."""
    doctrine = np.full_like(world.doctrine, -1)
    for name, action in doctrines.items():
        state = world.names.index(name)
        doctrine[state] = world.ladder.names[state].index(action)
    return replace(world, doctrine=doctrine)


def worth(world: World) -> float:
    return float(war_worth(world))


def test_the_war_is_worth_less_the_stronger_the_target():
    values = [worth(peace(iran__means__money=money)) for money in (5.0, 10.0, 20.0, 40.0)]
    assert np.all(np.diff(values) < -0.2)


def test_the_war_is_worth_less_against_a_nuclear_target_or_stronger_proxies():
    now = worth(peace())
    assert worth(peace(iran__posture__nuclear=1.0)) < now
    assert worth(peace(iran__target__proxies=1.0)) < now < worth(peace(iran__target__proxies=0.0))


def test_a_patron_of_the_target_deters_where_it_is_free_and_near():
    now = worth(peace())
    assert worth(peace(**NEAR)) == pytest.approx(now, abs=0.02)  # near, but tied down
    assert worth(peace(**FREE)) == pytest.approx(now, abs=0.03)  # free, but far
    assert worth(peace(**NEAR, **FREE)) < now - 1


def test_a_doctrine_of_force_deters_and_one_of_silence_invites():
    near = peace(**FREE, **{"russia.posture.access": 0.6})
    silent, force = (worth(known(near, russia=each)) for each in ("silence", "force"))
    assert force < worth(near) < silent
    assert worth(known(near, russia="arms")) < silent


def test_without_its_own_patron_the_challenger_expects_less_of_the_war():
    now = peace()
    assert worth(known(now, united_states="silence")) < worth(now) - 0.5
    assert worth(peace(united_states__posture__access=0.001)) < worth(now) - 0.5


def test_the_threat_is_what_a_war_is_for():
    fearless = peace(israel__stakes__iran=0.0)
    assert worth(fearless) < 0 < worth(peace())


def test_only_the_strikes_of_a_challenger_at_peace_have_a_prospect():
    world = peace()
    table = prospect(world)
    strikes = world.ladder.strike[ISRAEL] > 0
    assert (table[ISRAEL][strikes] == worth(world)).all()
    assert not table[ISRAEL][~strikes].any()
    assert not np.delete(table, ISRAEL, 0).any()
    for other in (
        at_war(world),
        replace(world, onset=np.float64(0.0)),
        replace(world, collapsed=np.True_),
    ):
        assert not prospect(other).any()


def test_a_first_strike_counts_by_its_prospect_and_not_by_its_own_share():
    world = peace()
    campaign = world.ladder.names[ISRAEL].index("campaign")
    stakes = whole(world, TERMS["stakes"].rule(world, NOTHING))
    assert stakes[ISRAEL, campaign] == 0
    assert whole(world, TERMS["stakes"].rule(at_war(world), NOTHING))[ISRAEL, campaign] > 0


def test_each_run_has_the_prospect_that_it_has_alone():
    money = np.array([8.0, 10.0, 30.0])
    batch = peace(range(3), **{"iran.means.money": money})
    mixed = replace(batch, war=np.array([False, True, False]), onset=np.ones(3))
    table = prospect(mixed)
    assert not table[..., 1].any()
    for run in (0, 2):
        assert table[ISRAEL, :, run] == pytest.approx(prospect(alone(mixed, run))[ISRAEL])


def pure(world: World, **actions: str) -> np.ndarray:
    """Pure strategies: these actions, and for all others their lowest."""
    play = np.zeros(world.ladder.on_menu.shape[:2])
    for name, menu in zip(world.names, world.ladder.names, strict=True):
        play[world.names.index(name), menu.index(actions.get(name, menu[0]))] = 1.0
    return play


def test_a_war_ends_by_settlement_by_what_is_left_to_strike_or_beyond_the_horizon():
    world = at_war(peace())
    conflict, most = world.conflict, world.value.horizon
    quiet, none = pure(world), np.zeros(6)
    assert expected_weeks(world, quiet, none, np.float64(0.0)) == pytest.approx(
        1 / (conflict.settlement + 1 / most)
    )
    fought = pure(world, israel="campaign")
    strike = np.where(np.arange(6) == ISRAEL, 1.0, 0.0)
    assert expected_weeks(world, fought, strike, np.float64(0.0)) == pytest.approx(most)
    worn = expected_weeks(world, fought, strike, np.float64(0.5))
    assert worn == pytest.approx(1 / (0.5 * conflict.destruction + 1 / most))
    mild = pure(world, israel="limited", iran="limited")
    strike = np.where((np.arange(6) == ISRAEL) | (np.arange(6) == IRAN), 0.35, 0.0)
    lull = conflict.settlement * conflict.lull * 0.65 * 0.65
    found = expected_weeks(world, mild, strike, np.float64(0.0))
    assert found == pytest.approx(1 / (lull + 1 / most))
    # half one strike, half the other: no week without; half a strike, half none: every second
    busy = (pure(world, israel="limited") + pure(world, israel="campaign")) / 2
    lull = conflict.settlement * conflict.lull * 0.4
    strike = np.where(np.arange(6) == ISRAEL, 0.6, 0.0)
    found = expected_weeks(world, busy, strike, np.float64(0.0))
    assert found == pytest.approx(1 / (lull + 1 / most))
    at_times = (quiet + pure(world, israel="limited")) / 2
    rate = conflict.settlement * (0.5 + conflict.lull * (0.4 - 0.5))
    found = expected_weeks(world, at_times, strike, np.float64(0.0))
    assert found == pytest.approx(1 / (rate + 1 / most))


def test_a_doctrine_leaves_its_own_act_and_all_acts_where_that_is_closed():
    world = peace()
    base = np.where(world.ladder.on_menu, world.ladder.rung, -np.inf)
    arms, force = (world.ladder.names[RUSSIA].index(each) for each in ("arms", "force"))
    base[RUSSIA, force] = -np.inf
    bound = bound_by_doctrine(known(world, russia="arms", china="arms"), base)
    for state in (RUSSIA, CHINA):
        open_ = np.flatnonzero(bound[state] > -np.inf)
        assert [world.ladder.names[state][act] for act in open_] == ["arms"]
    assert bound[RUSSIA, arms] == base[RUSSIA, arms]
    others = [state for state in range(6) if state not in (RUSSIA, CHINA)]
    assert (bound[others] == base[others]).all()
    assert (bound_by_doctrine(known(world, russia="force"), base) == base).all()
    assert (bound_by_doctrine(world, base) == base).all()


@given(seeds())
def test_the_costs_of_a_week_are_the_terms_that_are_realised_in_the_play_of_all(seed):
    world = at_war(stirred(seed))
    weighing = weighed(world)
    solution = logit_equilibrium(stage_game(world, weighing))
    terms = ledger(world, Expected.of(solution.expectations))
    realised = sum(terms[name] for name, each in world.terms.items() if each.realised)
    open_ = np.where(solution.play > 0, realised, 0.0)
    found = weekly_costs(world, weighing, solution)
    assert found == pytest.approx((solution.play * open_).sum(1))


SILENT = dict.fromkeys(("russia", "united_states", "china", "gulf"), "silence")
COSTS = {
    f"israel.weights.{name}": 0.0
    for name in ("commitment", "audience", "reputation", "sway", "escalation", "ties", "economy")
}


HAND = {
    "israel.weights.stakes": 10.0,
    "israel.weights.resources": 1.0,
    "israel.stakes.iran": -1.0,
    "israel.stakes.israel": 0.5,
    "israel.posture.reach": 0.1,
    "iran.target.hardened": 0.4,
    "iran.target.air_defence": 0.3,
    "iran.target.proxies": 0.3,
    "conflict.settlement": 6.0,
    "conflict.lull": 0.25,
    "conflict.destruction": 0.6,
    "conflict.shield": 0.5,
    "conflict.lethality": 0.25,
    "conflict.proxy": 0.6,
    "conflict.menace": 0.25,
    "value.horizon": 13.0,
}


@pytest.mark.parametrize(
    ("in_target", "in_itself"), [(-1.0, 0.5), (0.3, 0.5), (-1.0, -0.5)], ids=str
)
def test_the_worth_of_a_war_of_known_acts_by_hand(in_target, in_itself):
    # all are bound: Israel and Iran strike to a limit, nobody helps; only means cost Israel
    world = peace(**COSTS, **HAND)
    stakes = world.stakes.copy()
    stakes[ISRAEL, IRAN], stakes[ISRAEL, ISRAEL] = in_target, in_itself
    world = replace(world, stakes=stakes)
    assert world.names == PLAYERS
    found = worth(known(world, israel="limited", iran="limited", **SILENT))
    q_t, q_c = float(world.power[IRAN]), float(world.power[ISRAEL])
    effort = 0.35 * (1 - 0.5 * 0.3)  # less what air defence stops
    weeks = 1 / (6.0 * 0.25 * 0.65**2 + 0.6 * effort + 1 / 13)
    lives = (1.35 * q_t) / (1.35 * q_t + 1.35 * q_c)
    pushed = 0.25 * 0.35 * (q_t * (1 + 0.6 * 0.3) / q_c - q_c / q_t)
    odds = lives / (1 - lives) * exp(weeks * pushed)
    lives = odds / (1 + odds)
    threat = 0.6 + 0.4 * 0.1
    left = 0.6 * exp(-0.6 * weeks * effort) + 0.04 * exp(-0.6 * weeks * 0.35 * 0.1)
    feared, at_risk = 0.25 * max(-in_target, 0), max(in_itself, 0)
    result = feared * (threat - left * lives) - at_risk * lives
    assert found == pytest.approx(10.0 * result - weeks / 13 * (0.12 + 0.12**2), rel=1e-9)
