from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given

from agents.payoffs import TERMS
from agents.weighing import (
    affine,
    feasible,
    game_of,
    ledger,
    means_used,
    readings,
    weighed,
    weighted,
)
from model.game.stage_game import CHANNELS, NOTHING, Expected
from tests.worlds import (
    PLAYERS,
    RUNS,
    a_world,
    alone,
    at_war,
    expectations,
    numbers,
    reached,
    whole,
)

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)

HAND = {
    "russia.means.money": 84.0,
    "russia.means.money_tied": 76.0,
    "russia.means.forces": 1500.0,
    "russia.means.forces_tied": 1200.0,
    "russia.means.systems": 56.0,
    "russia.means.systems_tied": 50.0,
    "russia.posture.access": 0.35,
    "russia.posture.vulnerability": 0.4,
    "russia.posture.sensitivity": 0.5,
    "russia.posture.delivery_weeks": 60.0,
    "russia.reputation.kept": 2.0,
    "russia.reputation.failed": 3.0,
    "russia.reputation.matched": 2.0,
    "russia.reputation.unmatched": 4.0,
    "russia.reputation.discount": 0.75,
    "russia.reputation.value": 0.1,
    "russia.economy.oil_exports": 7.0,
    "russia.economy.threatened": 0.25,
    "russia.economy.trade": 4.2,
    "russia.stakes.iran": 0.45,
    "russia.stakes.israel": 0.05,
    "russia.pledges.iran": 0.3,
    "russia.ties.iran": 0.5,
    "russia.ties.israel": 0.4,
    "russia.ties.united_states": 0.3,
    "russia.ties.gulf": 0.5,
    "russia.ties.china": 0.7,
    "israel.stakes.israel": 0.5,
    "israel.stakes.iran": -1.0,
    "united_states.stakes.israel": 0.45,
    "united_states.stakes.iran": -0.5,
    "china.stakes.israel": 0.05,
    "china.stakes.iran": 0.3,
    "gulf.stakes.israel": 0.0,
    "gulf.stakes.iran": -0.2,
    "beliefs.provisional": 0.6,
    "beliefs.evidence": 0.5,
    "beliefs.visibility": 0.25,
    "conflict.deterrence": 0.5,
    "conflict.shipment": 4.0,
    "value.horizon": 13.0,
    "oil.price": 70.0,
    "oil.windfall": 0.3,
    "oil.closure": 0.33,
    "oil.strait": 20.0,
    "oil.world_supply": 100.0,
    "oil.elasticity": 0.11,
    "restraint": 0.0,
}
"""Figures for which the payoffs of Russia were worked out by hand."""


@pytest.fixture(scope="module")
def war():
    """The first day of a war, before anyone has answered it."""
    return at_war(a_world(changes=HAND))


def of(world, name: str, action: str, expected: Expected = NOTHING) -> float:
    """A term of Russia at one action."""
    menu = world.ladder.names[RUSSIA]
    return float(TERMS[name].rule(world, expected)[RUSSIA, menu.index(action)])


def expecting(**channels: float) -> Expected:
    """Nothing of the others but what is named."""
    return replace(NOTHING, **{name: np.float64(value) for name, value in channels.items()})


# ------------------------------------------------------------------ known answers


def test_commitment_counts_consultation_as_far_as_it_is_answered_and_neutrality_as_kept(war):
    # consultation 0.5 and neutrality 0.4, both signed, not in force: times 0.6
    for action, answer in (
        ("silence", 0.0),
        ("rhetoric", 0.12),
        ("mediation", 0.18),
        ("arms", 0.7),
    ):
        owed = 0.6 * (0.5 * min(1, answer / 0.25) + 0.4)
        assert of(war, "commitment", action) == pytest.approx(owed)
    assert of(war, "commitment", "hidden") == pytest.approx(
        0.6 * (0.5 * 0.25 * 1.0 + 0.4)
    )  # leaks by a quarter


def test_no_commitment_binds_in_peace():
    assert of(a_world(changes=HAND), "commitment", "force") == 0


def test_audience_costs_are_the_pledge_that_deeds_leave_open(war):
    assert of(war, "audience", "silence") == pytest.approx(-0.5 * 0.3)
    assert of(war, "audience", "rhetoric") == pytest.approx(-0.5 * 0.18)
    assert of(war, "audience", "arms") == 0


def test_audience_costs_grow_over_the_crisis_up_to_a_ceiling(war):
    growth, ceiling = war.beliefs.growth, war.beliefs.ceiling
    later = replace(war, weeks_at_war=2.0)
    assert of(later, "audience", "silence") == pytest.approx(-0.15 * (1 + 2 * growth))
    endless = replace(war, weeks_at_war=1000.0)
    assert of(endless, "audience", "silence") == pytest.approx(-0.15 * ceiling)


def test_reputation_is_the_posterior_less_the_prior_times_its_shadow(war):
    shadow = 0.75 / 0.25 * 0.1
    # five audiences remember 3 kept and 4 failed, 3 matched and 5 unmatched
    for action in ("silence", "rhetoric", "arms"):
        place = war.ladder.names[RUSSIA].index(action)
        gained = 0.0
        for ratio, kept, cases in zip(readings(war)[:, RUSSIA, place], (3, 3), (7, 8), strict=True):
            belief = kept / cases
            settled = belief * ratio / (belief * ratio + 1 - belief)
            gained += 5 * 0.5 * (settled - belief) / (cases + 0.5)
        assert of(war, "reputation", action) == pytest.approx(shadow * gained)


def test_what_an_act_tells_is_its_likelihood_from_a_state_that_minds_its_word(war):
    # two logit plays written out: with the term that is minded, and of all else without it
    minded = ledger(war, NOTHING)
    plain = sum(v for k, v in minded.items() if k not in ("commitment", "audience", "reputation"))
    sharp, open_ = war.precision[RUSSIA], feasible(war)[RUSSIA]
    for row, name in enumerate(("commitment", "audience")):
        both = []
        for payoff in (plain, plain + minded[name]):
            weight = np.exp(sharp * np.broadcast_to(payoff, war.ladder.rung.shape)[RUSSIA]) * open_
            both.append(weight / weight.sum())
        expected = both[1][open_] / both[0][open_]
        assert readings(war)[row, RUSSIA][open_] == pytest.approx(expected)


def test_resources_cost_the_largest_share_and_its_square(war):
    assert of(war, "resources", "silence") == 0
    x = 4 / 6  # systems: 4 of the 6 that are free; money: 3 of 8
    assert of(war, "resources", "arms") == pytest.approx(-(x + x * x))
    assert of(war, "resources", "force") == pytest.approx(-2)


def test_stakes_are_the_interest_times_what_aid_and_arms_change(war):
    q = 0.35 * sqrt(8 * 300)
    ours, theirs = (float(each) for each in war.strengths)
    lives = ours / (ours + theirs)
    # arms help at once, and what is ordered now shifts the balance for what is left of 13 weeks
    helped = (ours + 0.1 * q) / (ours + 0.1 * q + theirs) - lives
    counted = 1 - 60 / 13 * (1 - exp(-13 / 60))
    odds = lives / (1 - lives) * exp(0.3 * q / 4 / ours * counted)
    left = 13 * (odds / (1 + odds) - lives)
    assert of(war, "stakes", "arms") == pytest.approx(0.4 * (helped + left))
    # force besides pushes the balance by its strength over the challenger's
    fighting = (ours + q) / (ours + q + theirs) - lives
    arsenal = float(war.arsenal[RUSSIA])
    odds = lives / (1 - lives) * exp(float(war.conflict.lethality) * q * arsenal / theirs)
    left = 13 * (odds / (1 + odds) - lives)
    assert of(war, "stakes", "force") == pytest.approx(0.4 * (fighting + left))
    assert of(war, "stakes", "rhetoric") == 0


def test_stakes_count_the_survival_of_the_week_alone_where_nothing_lasts():
    short = at_war(a_world(changes={**HAND, "conflict.lethality": 0.0, "value.horizon": 0.1}))
    long = at_war(a_world(changes={**HAND, "conflict.lethality": 0.0}))
    assert of(short, "stakes", "force") == pytest.approx(of(long, "stakes", "force"))
    assert of(short, "stakes", "arms") < of(long, "stakes", "arms")


def test_sway_is_the_voice_as_far_as_the_adversary_believes_it(war):
    q = 0.35 * sqrt(8 * 300)
    weight = q / (q + sum(float(each) for each in war.strengths))
    assert of(war, "sway", "rhetoric") == pytest.approx(
        0.4 * 0.5 * (3 / 8 * (1 - 2 / 8)) * weight * 0.5
    )
    assert of(war, "sway", "silence") == 0


def test_escalation_is_exposure_to_the_force_that_is_expected(war):
    # Israel is a nuclear power, and to face it adds `conflict.dread`
    dread = float(war.conflict.dread)
    faced = 2.0 + dread
    assert of(war, "escalation", "force", expecting(force=2.0)) == pytest.approx(-0.4 * faced)
    assert of(war, "escalation", "arms", expecting(force=2.0)) == pytest.approx(-0.1 * faced)
    assert of(war, "escalation", "force") == pytest.approx(-0.4 * dread)
    nuclear = np.where(np.arange(6) == ISRAEL, 0.0, war.posture.nuclear)
    unarmed = replace(war, posture=replace(war.posture, nuclear=nuclear))
    assert of(unarmed, "escalation", "force") == 0


def test_ties_are_friends_who_oppose_the_target_times_affront(war):
    # Israel 0.4 * 1.5, the US 0.3 * 0.95, the Gulf 0.5 * 0.2; China stands with the target
    felt = 0.4 * 1.5 + 0.3 * 0.95 + 0.5 * 0.2
    assert of(war, "ties", "force") == pytest.approx(-felt)
    assert of(war, "ties", "rhetoric") == pytest.approx(-0.04 * felt)
    assert of(war, "ties", "force", expecting(lobbying=0.5)) == pytest.approx(-(felt + 0.5))
    assert of(war, "ties", "hidden") == pytest.approx(-0.7 * 0.25 * felt)
    # a ceasefire restrains those who strike by all their friendly ties, and only those
    asked = replace(war, restraint=np.float64(2.0))
    friends = 0.5 + 0.4 + 0.3 + 0.5 + 0.7
    assert of(asked, "ties", "force") == pytest.approx(-(felt + 2 * friends))
    assert of(asked, "ties", "arms") == of(war, "ties", "arms")


def test_economy_is_trade_less_sanctions_and_a_windfall_when_the_strait_closes(war):
    trade, sanctions = 4.2 / 84 * 0.1, 0.25 * 0.3
    assert of(war, "economy", "economic") == pytest.approx(trade - sanctions)
    windfall = 0.3 * 7 * 70 * 0.365 / 84 * (0.33 * 20 / 100 / 0.11)
    assert of(war, "economy", "silence", expecting(supply=1.0)) == pytest.approx(windfall)


def test_a_state_without_money_weighs_trade_against_the_least_budget(war):
    poor = replace(war, means=replace(war.means, money=np.zeros(6)))
    trade, sanctions = 4.2 / float(war.oil.least_budget) * 0.1, 0.25 * 0.3
    assert of(poor, "economy", "economic") == pytest.approx(trade - sanctions)


def test_what_costs_more_than_all_free_means_is_closed(war):
    poor = replace(war, systems=np.where(np.arange(6) == RUSSIA, 53.0, war.systems))
    menu = war.ladder.names[RUSSIA]
    open_ = dict(zip(menu, feasible(poor)[RUSSIA], strict=False))
    assert open_["hidden"]
    assert not open_["arms"]
    assert not open_["force"]


def test_in_peace_only_the_challenger_may_open_fire():
    peace = a_world(changes=HAND)
    for state, may in ((RUSSIA, False), (IRAN, False), (ISRAEL, True)):
        ready = replace(peace, onset=np.float64(1.0))
        striking = ready.ladder.strike[state] > 0
        assert (feasible(ready)[state] & striking).any() == may
    closed = replace(peace, onset=np.float64(0.0))
    assert not (feasible(closed)[ISRAEL] & (closed.ladder.strike[ISRAEL] > 0)).any()
    fallen = replace(peace, onset=np.float64(1.0), collapsed=np.True_)
    assert not (feasible(fallen)[ISRAEL] & (fallen.ladder.strike[ISRAEL] > 0)).any()


def test_bases_are_struck_only_where_a_patron_of_the_challenger_strikes_from_there(war):
    menu = war.ladder.names[IRAN]
    place = menu.index("bases")
    assert not feasible(war)[IRAN, place]
    fights = war.choice.copy()
    fights[US] = war.ladder.names[US].index("force")
    assert feasible(replace(war, choice=fights))[IRAN, place]
    fights = war.choice.copy()
    fights[ISRAEL] = war.ladder.names[ISRAEL].index("campaign")
    assert not feasible(replace(war, choice=fights))[IRAN, place]


# ------------------------------------------------------------------ laws for every term


@pytest.mark.parametrize("name", TERMS)
@given(number=numbers(), expected=expectations())
def test_no_run_sees_another(name, number, expected):
    world = reached(number).world
    batch = weighted(world, name, expected)
    for run in range(RUNS):
        assert (weighted(alone(world, run), name, expected) == alone(batch, run)).all()


@pytest.mark.parametrize("name", TERMS)
@given(number=numbers(), expected=expectations())
def test_a_term_is_finite_and_has_a_value_for_each_action(name, number, expected):
    world = reached(number).world
    value = whole(world, TERMS[name].rule(world, expected))
    assert value.shape == (*world.ladder.rung.shape[:2], RUNS)
    assert np.isfinite(value).all()


@pytest.mark.parametrize("name", [name for name, term in TERMS.items() if term.channel])
@given(number=numbers(), expected=expectations())
def test_a_strategic_term_is_affine_in_its_channel_and_reads_no_other(name, number, expected):
    world, declared = reached(number).world, TERMS[name]
    line, gain = affine(world, name)
    found = weighted(world, name, expected)
    x = getattr(expected, declared.channel)
    assert found == pytest.approx(whole(world, line + gain * x), rel=1e-12, abs=1e-12)
    if declared.shared:
        assert np.ptp(whole(world, gain), axis=1) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", [name for name, term in TERMS.items() if not term.channel])
@given(number=numbers(), expected=expectations())
def test_a_term_without_a_channel_expects_nothing(name, number, expected):
    world = reached(number).world
    assert (weighted(world, name, expected) == weighted(world, name, NOTHING)).all()


@given(number=numbers(), expected=expectations())
def test_the_ledger_adds_up_to_the_payoff(number, expected):
    world = reached(number).world
    x = np.array([getattr(expected, channel) for channel in CHANNELS])
    weighing = weighed(world)
    payoff = weighing.base + np.tensordot(x, weighing.slopes, 1)
    entries = ledger(world, expected)
    assert list(entries) == list(TERMS)
    open_ = np.broadcast_to(feasible(world), payoff.shape)
    added = whole(world, sum(entries.values()))
    assert payoff[open_] == pytest.approx(added[open_], rel=1e-12, abs=1e-12)
    assert (payoff[~open_] == -np.inf).all()


@pytest.mark.parametrize("name", [name for name, term in TERMS.items() if term.wartime])
@given(number=numbers(), expected=expectations())
def test_a_wartime_term_is_nothing_in_peace(name, number, expected):
    world = reached(number).world
    peace = replace(world, war=np.zeros_like(world.war))
    assert not weighted(peace, name, expected).any()


def test_where_some_runs_are_at_war_each_weighs_as_it_would_alone():
    world = a_world(6, range(RUNS), preset="twelve-days")
    for war in ([True, False, True], [False, False, True], [False] * 3, [True] * 3):
        mixed = replace(world, war=np.array(war), weeks_at_war=np.array(war) * 2.0)
        weighing = weighed(mixed)
        for run in range(RUNS):
            lone = weighed(alone(mixed, run))
            assert (lone.base == weighing.base[..., run]).all()
            assert (lone.slopes == weighing.slopes[..., run]).all()
            assert (lone.reading == weighing.reading[..., run]).all()
        entries = whole(mixed, sum(ledger(mixed, NOTHING).values()))
        open_ = np.isfinite(weighing.base)
        assert weighing.base[open_] == pytest.approx(entries[open_], abs=1e-12)


@given(number=numbers())
def test_a_weight_of_zero_takes_a_term_out_of_the_payoff(number):
    world = reached(number).world
    for name in TERMS:
        weights = world.weights | {name: np.zeros_like(world.weights[name])}
        assert not weighted(replace(world, weights=weights), name, NOTHING).any()


@given(number=numbers())
def test_costs_are_never_a_gain(number):
    world = reached(number).world
    some = expecting(aid=1.0, force=1.0, lobbying=1.0, supply=1.0)
    for name in ("audience", "resources", "escalation", "ties"):
        assert (TERMS[name].rule(world, some) <= 0).all()
    assert (means_used(world) >= 0).all()


@given(number=numbers())
def test_help_from_others_crowds_out_ones_own(number):
    world = reached(number).world
    patrons = [i for i in range(len(PLAYERS)) if i not in world.principals]
    # one more unit of the others' aid never makes one's own aid worth more in size
    alone_, helped = (
        whole(world, TERMS["stakes"].rule(world, expecting(aid=aid))) for aid in (0.0, 0.01)
    )
    quiet = whole(world, world.ladder.lobby == 0)
    fewer = (np.abs(helped) <= np.abs(alone_) + 1e-12) | ~quiet
    assert fewer[patrons].all()


def test_every_term_declares_its_range_and_source():
    for term in TERMS.values():
        assert term.low <= term.default <= term.high
        assert term.source
        assert term.meaning
        assert term.channel is None or term.channel in CHANNELS


def test_a_cost_that_is_no_number_closes_no_action():
    world = a_world()
    money = np.full_like(world.money, np.nan)
    assert np.isnan(game_of(replace(world, money=money)).base[0, 0])
