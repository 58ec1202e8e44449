"""The duel: paired on the same random draws, and open in both directions."""

import pytest

from experiments.engine.duel import duels, proteges
from experiments.engine.estimates import Estimate
from experiments.theory.ablate import ablations
from experiments.theory.robustness import robustness
from model.preset.load import ConfigError, load

CHANGES = {"turns": 8}


def test_a_policy_against_itself_makes_no_difference():
    found, _ = duels("twelve-days", 20, patrons=["russia"], acts=["rhetoric"], changes=CHANGES)
    assert (found[0].estimate, found[0].same) == (Estimate(0.0, 0.0, 0.0), 1.0)
    assert found[0].estimate.verdict == "open"


def test_patrons_side_with_their_proteges():
    found = proteges(load("twelve-days"))
    assert found["russia"] == found["china"] == "iran"
    assert found["united_states"] == "israel"


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["twelve-days", "iran-2025"])
def test_the_question_is_open_by_construction(preset):
    found, _ = duels(preset, 600, patrons=["russia", "china", "united_states"])
    verdicts = {(each.patron, each.act): each.estimate.verdict for each in found}
    assert verdicts["russia", "arms"] == "words"
    assert verdicts["china", "arms"] == verdicts["china", "force"] == "words"
    assert verdicts["united_states", "arms"] == "intervention"


def test_the_same_random_draws_save_variance():
    _, values = duels("twelve-days", 150, patrons=["russia"], acts=["arms"], changes=CHANGES)
    talk, arms = values["russia.rhetoric.russia"], values["russia.arms.russia"]
    assert (talk - arms).var() < 0.7 * (talk.var() + arms.var())


@pytest.mark.parametrize("play", [duels, ablations, robustness])
def test_who_is_no_patron_is_refused_before_anything_is_played(play):
    with pytest.raises(ConfigError, match="--patron: found 'iran'; valid: russia, united"):
        play("twelve-days", 10, patrons=["iran"])
