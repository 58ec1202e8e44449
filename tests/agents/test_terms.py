"""Each payoff term against its formula, for every state and action of arbitrary worlds."""

from dataclasses import replace
from datetime import date
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.outcome import contest_around, set_back, sprinted
from agents.payoffs import FITTED, TERMS, promised_force, shelter
from agents.weighing import means_used, readings
from model.game.stage_game import NOTHING, Expected, credit
from model.rules.beliefs import honesty_gain, obligations, reliability_gain
from model.rules.conflict import pushed
from model.treaties import Treaty
from model.world import BILLIONS, World
from tests.worlds import PLAYERS, expectations, seeds, stirred

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)


def table(world: World, name: str, expected: Expected = NOTHING) -> np.ndarray:
    """A term for each state and action, on the menu or not."""
    return np.broadcast_to(TERMS[name].rule(world, expected), world.ladder.aid.shape)


def cases(world: World):
    """Each state and action, with the principal of the state's side and that of the other."""
    for i, a in np.ndindex(world.ladder.aid.shape):
        own, rival = (IRAN, ISRAEL) if world.side[i] > 0 else (ISRAEL, IRAN)
        yield i, a, own, rival


@given(seeds())
def test_commitment_audience_reputation_and_resources(seed):
    world = stirred(seed)
    ladder, used = world.ladder, means_used(world)
    depth, _, shown = obligations(world)
    gains = sum(
        gain(world, each)
        for gain, each in zip((reliability_gain, honesty_gain), readings(world), strict=True)
    )
    growth = min(1 + world.beliefs.growth * world.weeks_at_war, world.beliefs.ceiling)
    found = {
        name: table(world, name) for name in ("commitment", "audience", "reputation", "resources")
    }
    for i, a, own, _ in cases(world):
        assert found["commitment"][i, a] == pytest.approx(depth[i] * shown[i, a])
        pledge = world.pledge[i, own]
        gap = max(pledge - ladder.answer[i, a], 0)
        if ladder.hidden[i, a]:  # what is not seen is no answer
            gap = world.beliefs.visibility * gap + (1 - world.beliefs.visibility) * pledge
        cost = world.posture.sensitivity[i] * growth * world.war
        assert found["audience"][i, a] == pytest.approx(-gap * cost)
        left = world.reputation.discount[i]
        worth = left / (1 - left) * world.reputation.value[i] * gains[i, a]
        assert found["reputation"][i, a] == pytest.approx(worth)
        assert found["resources"][i, a] == pytest.approx(-used[i, a] * (1 + used[i, a]))


@given(seeds(), expectations())
def test_stakes_are_what_own_aid_and_a_lasting_shift_change_by_interest(seed, expected):
    world = stirred(seed)
    ladder, horizon = world.ladder, world.value.horizon
    ours, theirs, friends = contest_around(world)
    push, found = pushed(world, ladder.strike), table(world, "stakes", expected)
    strikes, sprints = set_back(world), sprinted(world)
    for i, a, _, _ in cases(world):
        worth, aid = world.interest[i] * world.side[i], ladder.aid[i, a] * world.power[i]
        share = expected.aid * sum(world.strengths) / friends[i]  # of all that friends could send
        gains = [
            (both + aid) / (both + aid + theirs[i]) - both / (both + theirs[i])
            for both in (ours[i], ours[i] + friends[i])
        ]
        chance, wait = ours[i] / (ours[i] + theirs[i]), world.posture.delivery_weeks[i]
        order = ladder.delivery[i, a] * world.power[i] / world.conflict.shipment
        order /= world.strengths[0 if world.side[i] > 0 else 1]
        late = 1 - wait / horizon * (1 - exp(-horizon / wait))
        odds = chance / (1 - chance) * exp(push[i, a] + order * late * world.war)
        lasting = horizon * (odds / (1 + odds) - chance)
        direct = worth * (gains[0] + share * (gains[1] - gains[0]) + lasting)
        counted = direct + strikes[i, a] if world.war or not ladder.strike[i, a] else 0.0
        pressed = ladder.lobby[i, a] * abs(world.interest[i]) * world.conflict.leverage
        whole = counted + sprints[i, a] + pressed
        if friends[i] > 1e-6:  # without any, the chord is a difference of equal figures
            assert found[i, a] == pytest.approx(whole, abs=1e-9)


@given(seeds(), expectations())
def test_sway_escalation_ties_and_economy(seed, expected):
    world = replace(stirred(seed), restraint=np.float64(0.3 + seed % 5))
    ladder, economy, oil = world.ladder, world.economy, world.oil
    strength = sum(world.strengths)
    nuclear = world.posture.nuclear.copy()
    known = {
        name: table(world, name, expected) for name in ("sway", "escalation", "ties", "economy")
    }
    sheltered, believed = shelter(world), credit(world)
    for i, a, _, rival in cases(world):
        voice = ladder.voice[i, a] * world.interest[i] * world.side[i] * believed[i]
        near = world.power[i] / (world.power[i] + strength)
        assert known["sway"][i, a] == pytest.approx(voice * world.conflict.deterrence * near)
        fear = world.posture.vulnerability[i] / (1 + sheltered[i]) * ladder.exposure[i, a]
        force = expected.force + world.conflict.dread * nuclear[rival]
        assert known["escalation"][i, a] == pytest.approx(-fear * force)
        seen = world.beliefs.visibility if ladder.hidden[i, a] else 1.0
        affront = ladder.affront[i, a] * seen
        friends = [(j, max(world.affinity[i, j], 0)) for j in range(6) if j != i]
        opposed = sum(tie * max(world.side[i] * world.opposition[j], 0) for j, tie in friends)
        asked = world.restraint * sum(tie for _, tie in friends) * (ladder.strike[i, a] > 0)
        harm = affront * (opposed + expected.lobbying + asked)
        assert known["ties"][i, a] == pytest.approx(-harm)
        budget = max(world.means.money[i], oil.least_budget)
        income = economy.oil_exports[i] * oil.price * BILLIONS * oil.windfall / budget
        dearer = oil.closure * oil.strait / oil.world_supply / oil.elasticity
        closed = income * ladder.supply[i, a] * (dearer - economy.hormuz[i])
        closed += income * expected.supply * (dearer - economy.hormuz[i] * oil.closure)
        part = world.dependence[i] / world.courted[i] if world.courted[i] else 0.0
        trade = economy.trade[i] / budget * part * ladder.commerce[i, a]
        if world.courted[i] or not trade:
            owed = closed + trade - economy.threatened[i] * affront
            assert known["economy"][i, a] == pytest.approx(owed, abs=1e-12)


@given(seeds(), st.sampled_from((IRAN, ISRAEL)), st.sampled_from(((), ("israel",), ("iran",))))
def test_what_is_promised_to_a_principal_is_by_treaty_or_by_the_doctrine_that_is_known(
    seed, partner, against
):
    random, signed = np.random.default_rng(seed), date(2018, 1, 1)
    world = stirred(seed)
    pacts = tuple(
        Treaty(holder, PLAYERS[friend], clause, float(depth), signed, force, against=against)
        for holder, depth in zip(PLAYERS, random.uniform(0.2, 1, 6), strict=True)
        for friend in (IRAN, ISRAEL)
        for clause, force in (("defence", None), ("neutrality", signed))
        if holder != PLAYERS[friend]
    )
    doctrine = np.where(random.random(6) < 0.5, -1, world.choice)
    world = replace(world, treaties=pacts, doctrine=doctrine)
    strength, promised = sum(world.strengths), 0.0
    enemy = "israel" if partner == IRAN else "iran"
    for i in (each for each in range(6) if each != partner):
        if doctrine[i] >= 0:
            beside = world.side[i] == world.side[partner]
            promised += beside * world.ladder.answer[i, doctrine[i]] * world.power[i] / strength
        elif not against or enemy in against:
            pact = next(p for p in pacts if (p.holder, p.partner) == (PLAYERS[i], PLAYERS[partner]))
            depth = pact.depth * world.beliefs.provisional * world.reliability.mean[i, partner]
            promised += depth * world.power[i] / strength
    assert promised_force(world, partner) == pytest.approx(promised)
    assert shelter(world)[partner] == pytest.approx(promised)
    assert not shelter(world)[[RUSSIA, US, CHINA, GULF]].any()


def test_a_terms_source_says_where_its_weight_was_fitted_to_history():
    assert TERMS["stakes"].source.startswith(TERMS["stakes"].theory)
    assert TERMS["stakes"].source.endswith(FITTED)
    assert TERMS["prospect"].source == TERMS["prospect"].theory
