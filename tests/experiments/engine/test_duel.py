"""The duel: paired on the same luck, and open in both directions."""

import numpy as np
import pytest

from experiments.engine.duel import duels, paired, proteges

CHANGES = {"turns": 8}


def test_paired_interval_is_the_normal_one():
    values = np.random.default_rng(1).normal(0.3, 2.0, 400)
    mean, low, high = paired(values)
    half = 1.959964 * values.std() / np.sqrt(399)
    assert mean == pytest.approx(values.mean(), abs=1e-8)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=1e-6)


def test_a_policy_against_itself_makes_no_difference():
    found, _ = duels("twelve-days", 20, patrons=["russia"], acts=["rhetoric"], changes=CHANGES)
    assert (found[0].difference, found[0].same, found[0].verdict) == (0.0, 1.0, "open")


def test_patrons_side_with_their_proteges():
    found = proteges("twelve-days")
    assert found["russia"] == found["china"] == "iran"
    assert found["united_states"] == "israel"


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["twelve-days", "iran-2025"])
def test_the_question_is_open_by_construction(preset):
    found, _ = duels(preset, 600, patrons=["russia", "china", "united_states"])
    verdicts = {(each.patron, each.act): each.verdict for each in found}
    assert verdicts["russia", "arms"] == "talk"
    assert verdicts["china", "arms"] == verdicts["china", "force"] == "talk"
    assert verdicts["united_states", "force"] == "intervention"


def test_the_same_luck_saves_variance():
    _, values = duels("twelve-days", 150, patrons=["russia"], acts=["arms"], changes=CHANGES)
    talk, arms = values["russia.rhetoric.russia"], values["russia.arms.russia"]
    assert (talk - arms).var() < 0.7 * (talk.var() + arms.var())
