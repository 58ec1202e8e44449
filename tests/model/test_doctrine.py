"""Doctrines: policies that all know from the first day, and policies that nobody knows before."""

from datetime import date

import numpy as np
import pytest

from agents.payoffs import shelter
from model.alliance_model import AllianceModel

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
NEAR = {f"russia.means.{kind}_tied": 0.0 for kind in ("money", "forces", "systems")} | {
    "russia.posture.access": 0.6,
    "russia.stakes.iran": 0.15,
}
"""Russia is free and near, and has little at stake."""

POLICIES = ({}, {"russia": "silence"}, {"russia": "force"})
RUNS = 3


def played(turns: int, *, doctrine: bool, policies=POLICIES) -> AllianceModel:
    model = AllianceModel(
        "iran-2025", runs=range(RUNS), changes=NEAR, policy=policies, doctrine=doctrine
    )
    for _ in range(turns):
        model.step()
    return model


def attack(model: AllianceModel) -> np.ndarray:
    """Israel's chance of deciding for war in the turn just played, column by column."""
    strike = model.world.ladder.strike[ISRAEL, :, 0] > 0
    return model.solution.play[ISRAEL, strike].sum(0)


def test_as_doctrines_the_policies_part_on_the_first_day_and_else_with_the_war():
    known, unknown = (played(0, doctrine=each) for each in (True, False))
    assert known.rows.tolist() == list(range(3 * RUNS))
    assert unknown.rows.tolist() == list(range(RUNS))
    force = known.world.ladder.names[RUSSIA].index("force")
    assert known.world.doctrine[RUSSIA].tolist() == [-1] * RUNS + [0] * RUNS + [force] * RUNS
    assert (np.delete(known.world.doctrine, RUSSIA, 0) == -1).all()
    assert (unknown.world.doctrine == -1).all()


def test_a_doctrine_of_force_lowers_the_chance_of_attack_and_one_of_silence_raises_it():
    own, silence, force = attack(played(1, doctrine=True)).reshape(3, RUNS)
    assert (force < 0.5 * own).all()
    assert (silence > 1.05 * own).all()


def test_a_policy_that_nobody_knows_leaves_peace_as_it_was():
    model, free = (
        AllianceModel("iran-2025", runs=range(RUNS), changes=NEAR, policy=each)
        for each in ({"russia": "silence"}, {})
    )
    until_war = 0
    while not model.world.war.any() and not model.over:
        for each in (model, free):
            each.step()
        assert (attack(model) == attack(free)).all()
        assert (model.world.choice == free.world.choice).all()
        until_war += 1
    assert until_war and not model.over
    for each in (model, free):
        each.step()
    assert (model.world.choice != free.world.choice).any()


def struck(world) -> np.ndarray:
    """Whether a principal struck when it last acted, run by run."""
    strike = world.ladder.played(world.ladder.strike, world.choice)
    return (strike[IRAN] > 0) | (strike[ISRAEL] > 0)


@pytest.mark.parametrize("doctrine", [False, True])
def test_a_policy_binds_where_the_principals_fight_and_rests_when_a_ceasefire_is_asked_for(
    doctrine,
):
    policy = {"russia": "arms"}
    model = AllianceModel("twelve-days", runs=range(40), policy=policy, doctrine=doctrine)
    arms = model.world.ladder.names[RUSSIA].index("arms")
    others = {"peace": 0, "asked": 0, "kept": 0}
    while not model.over:
        before, runs = model.world, (40,)
        war, fight = (np.broadcast_to(each, runs) for each in (before.war, struck(before)))
        model.step()
        asked = bool((model.world.restraint > before.restraint).any())
        acted = model.world.choice[RUSSIA]
        if not asked:
            assert (acted[war & fight] == arms).all()
        for name, where in (("peace", ~war), ("asked", war & asked), ("kept", war & ~fight)):
            others[name] += int((acted[where] != arms).sum())
    assert min(others.values()) > 5


def test_what_a_patron_is_known_to_do_stands_in_place_of_its_treaties_in_what_a_protege_counts_on():
    long_ago = date(2020, 1, 1)
    treaty = {"partner": "iran", "clause": "defence", "depth": 0.5}
    treaty |= {"signed": long_ago, "in_force": long_ago}
    changes = NEAR | {"russia.treaties": [treaty]}
    policies = [{}, *({"russia": each} for each in ("silence", "rhetoric", "force"))]
    model = AllianceModel(
        "iran-2025", runs=range(1), changes=changes, policy=policies, doctrine=True
    )
    world = model.world
    share = world.power[RUSSIA] / (world.strengths[0] + world.strengths[1])
    held = world.reliability.mean[RUSSIA, IRAN] * 0.5
    expected = [held.item(), 0.0, 0.12, 1.0] * np.broadcast_to(share, 4)
    assert shelter(world)[IRAN] == pytest.approx(expected, rel=1e-12)
    assert not shelter(world)[[RUSSIA, US, CHINA, GULF]].any()


def test_one_run_under_several_policies_is_each_policys_own_run():
    model = AllianceModel("twelve-days", runs=range(1), policy=POLICIES)
    alone = [AllianceModel("twelve-days", runs=range(1), policy=each) for each in POLICIES]
    for each in (model, *alone):
        while not each.over:
            each.step()
    realised = [each.world.realised[..., 0] for each in alone]
    assert model.by_row(model.world.realised) == pytest.approx(np.stack(realised, -1), abs=1e-12)


def test_one_run_can_have_a_doctrine():
    model = AllianceModel("iran-2025", runs=1, policy={"russia": "force"}, doctrine=True)
    assert model.world.doctrine.tolist()[RUSSIA] == model.world.ladder.names[RUSSIA].index("force")
    model.step()
    batch = AllianceModel("iran-2025", runs=range(3), policy={"russia": "force"}, doctrine=True)
    batch.step()
    assert model.solution.play == pytest.approx(batch.solution.play[..., 1], abs=1e-12)


def test_a_doctrine_of_who_cannot_get_there_deters_nobody():
    far = dict(NEAR) | {"russia.posture.access": 0.0}
    model = AllianceModel("iran-2025", runs=range(1), changes=far, policy=POLICIES, doctrine=True)
    model.step()
    assert attack(model) == pytest.approx(attack(model)[0], abs=0.01)
