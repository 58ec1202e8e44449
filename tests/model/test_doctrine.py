"""Doctrines: policies that all know from the first day, and policies that nobody knows before."""

import numpy as np
import pytest

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


def test_a_doctrine_binds_in_war_alone():
    policy = {"russia": "arms"}
    model = AllianceModel("twelve-days", runs=range(20), policy=policy, doctrine=True)
    arms = model.world.ladder.names[RUSSIA].index("arms")
    in_peace = 0
    while not model.over:
        war = np.broadcast_to(model.world.war, 20)
        model.step()
        acted = model.world.choice[RUSSIA]
        assert (acted[war] == arms).all()
        in_peace += (acted[~war] != arms).sum()
    assert in_peace > 20


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
