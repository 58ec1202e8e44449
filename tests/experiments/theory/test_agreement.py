"""Choice and value: gaps of payoff and of realised value on the same draws."""

import numpy as np
import pytest

from experiments.engine.duel import ACTS, BASELINES
from experiments.engine.posterior import drawn_weights
from experiments.theory.agreement import Agreement, agreement
from model.alliance_model import AllianceModel
from model.preset.load import load

PAIRS = [("russia", "arms"), ("russia", "silence")]


def test_signs_and_ranks_are_of_the_gaps_that_are_known():
    found = Agreement(
        PAIRS, np.array([[1.0, -2.0, np.nan], [3.0, 4.0, 5.0]]),
        np.array([[10.0, 5.0, -1.0], [20.0, 30.0, -1.0]]),
    )  # fmt: skip
    signs, ranks = found.figures(acts=True)
    assert signs == 0.5 and ranks == pytest.approx(1.0)
    signs, _ = found.figures(acts=False)
    assert signs == 3 / 5


def test_every_patron_and_policy_has_a_gap_for_each_draw():
    found = agreement(drawn_weights(load("twelve-days"), 3, 2), draws=3, copies=2)
    assert {act for _, act in found.pairs} == {*ACTS, *BASELINES}
    assert found.payoff.shape == found.value.shape == (len(found.pairs), 3)
    assert np.isfinite(found.value).all()


def test_the_payoff_gap_is_the_mean_over_war_turns_at_the_play_of_all():
    preset = load("twelve-days", {"turns": 4})
    found = agreement({"turns": 4}, draws=1, copies=2)
    model, gaps = AllianceModel(preset, runs=range(2)), []
    while not model.over:
        war = model.world.war.all()
        model.step()
        if war:
            payoffs = model.game.payoffs(model.solution.expectations)[0].mean(-1)
            menu = model.world.ladder.names[0]
            gaps.append(payoffs[menu.index("rhetoric")] - payoffs[menu.index("arms")])
    assert len(gaps) == 2
    place = found.pairs.index(("russia", "arms"))
    assert found.payoff[place, 0] == pytest.approx(np.mean(gaps))


def test_a_term_that_is_weighed_and_not_realised_parts_choice_from_value():
    """Sway alone: words are weighed, and nothing is realised."""
    none = {
        f"russia.weights.{name}": 0.0
        for name in ("commitment", "audience", "reputation", "resources", "stakes", "escalation",
                     "ties", "economy")
    }  # fmt: skip
    found = agreement(none, draws=1, copies=2)
    place = found.pairs.index(("russia", "silence"))
    assert found.payoff[place, 0] > 0 == found.value[place, 0]
