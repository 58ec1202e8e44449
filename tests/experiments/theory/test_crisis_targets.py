"""Targets of deterrence and of a crisis' course: what each looks at, and that each can fail."""

import numpy as np
import pytest

from experiments.engine.estimates import Estimate
from experiments.theory import crisis_targets, deterrence_targets
from experiments.theory.crisis_targets import (
    LEVELS,
    course,
    drift,
    misfit,
    peace,
    t14,
    t17,
    wars_after_the_fall,
)
from experiments.theory.deterrence_targets import CLEARLY, DETERRENTS, attacked, boldness, deters
from experiments.theory.treaty_targets import coefficient
from model.alliance_model import AllianceModel

NEAR = "Russia free and near"


def test_what_raises_the_chance_of_an_attack_does_not_deter():
    assert deters("Iran nuclear", Estimate(0.0, -0.01, 0.01))
    assert not deters("Iran nuclear", Estimate(0.02, 0.01, 0.03))


def test_a_free_and_near_patron_must_deter_clearly():
    assert deters(NEAR, Estimate(-0.3, -0.4, -CLEARLY - 0.01))
    assert not deters(NEAR, Estimate(-0.05, -0.06, -0.04))


def test_every_deterrent_can_be_played():
    for each in DETERRENTS.values():
        assert attacked({**each.changes, "turns": 2}, each.doctrine, runs=2).shape == (2,)


def test_without_the_united_states_the_others_keep_their_random_draws():
    for absent in (False, True):
        changes = {"players": deterrence_targets.PLAYERS}
        if absent:
            changes = dict(DETERRENTS["United States absent"].changes)
        model = AllianceModel("iran-2025", runs=range(2), changes=changes)
        draws = model.draws_of("act", 3, by_state=True)[:, :5]
        before = draws if not absent else before
    assert (draws == before).all()


def test_boldness_is_expected_force_a_turn_of_war():
    bold = boldness({"iran.menu": ["hold", "campaign"], "turns": 5}, "silence", runs=2)
    meek = boldness({"iran.menu": ["hold"], "turns": 5}, "silence", runs=2)
    assert (bold > 0.999).all() and (bold < 1).all() and (meek == 0).all()


def test_small_cells_are_put_together():
    square, freedom = misfit(np.array([50.0, 46, 3, 1]), np.array([50.0, 40, 4, 6]))
    assert square == pytest.approx(36 / 40 + 25 / 6) and freedom == 2
    square, freedom = misfit(np.array([50.0, 46, 3, 1]), np.array([52.0, 40, 4, 4]))
    assert square == pytest.approx(4 / 52 + 36 / 40 + 16 / 8) and freedom == 2


def test_choice_that_is_not_the_logit_play_breaks_the_target(monkeypatch):
    """Reasons without noise: the likeliest action is taken in every run."""
    held = crisis_targets.war_play
    monkeypatch.setattr(AllianceModel, "drawn_reasons", lambda self, purpose, number: np.ones(()))
    monkeypatch.setattr(
        crisis_targets, "war_play", lambda runs: held(runs, {"turns": 5})
    )  # a few turns tell it
    assert not t14(200).holds


def test_a_silent_patron_loses_tie_and_dependence_and_arms_keep_both():
    silent, armed = course("silence", runs=8), course("arms", runs=8)
    assert (silent.tie < 0).all() and (silent.dependence < 0).all()
    assert armed.tie.mean() > 0 < armed.dependence.mean()


def test_half_a_year_of_peace_moves_nothing():
    drifts, _ = peace(runs=3, turns=26)
    assert set(drifts) == set(LEVELS) and max(drifts.values()) < 1e-9


def test_drift_is_the_largest_change_of_a_mean():
    before, after = np.zeros((2, 1)), np.array([[0.1, 0.3], [-0.5, -0.3]])
    assert drift(before, after) == pytest.approx(0.4)


@pytest.mark.slow
def test_no_war_begins_after_the_regime_fell():
    fallen, later = wars_after_the_fall(40)
    assert fallen > 20 and later == 0


def test_a_drift_breaks_the_target(monkeypatch):
    monkeypatch.setattr(crisis_targets, "peace", lambda: ({"balance": 0.02}, 0.0))
    monkeypatch.setattr(crisis_targets, "wars_after_the_fall", lambda: (9, 0))
    assert not t17().holds


def test_a_war_after_the_fall_breaks_the_target(monkeypatch):
    monkeypatch.setattr(crisis_targets, "peace", lambda: ({"balance": 0.0}, 0.0))
    for later, holds in ((0, True), (1, False)):
        monkeypatch.setattr(crisis_targets, "wars_after_the_fall", lambda later=later: (9, later))
        assert t17().holds is holds


def test_a_clause_has_the_coefficient_by_which_it_moves_every_case():
    covariate = np.array([[-1.0, 0.0, 1.0, 2.0]])
    without = 1 / (1 + np.exp(1 - covariate[0]))
    with_ = 1 / (1 + np.exp(1 - 0.35 - covariate[0]))
    assert coefficient(covariate, without, with_) == pytest.approx(0.35, abs=1e-4)
