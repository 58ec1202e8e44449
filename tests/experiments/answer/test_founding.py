"""The founding pattern: how far each patron went, as it was and as it was seen."""

import numpy as np
import pytest

from experiments.answer import founding
from experiments.engine.batch import simulate
from experiments.history.cases import RUNGS
from model.preset.load import load


@pytest.fixture(scope="module")
def played():
    preset = load("iran-2025", {"turns": 40})
    return preset, simulate(preset, 60)


def test_shares_are_those_of_the_runs_with_war(played):
    preset, ensemble = played
    found = founding.patterns(preset, ensemble.highest)
    war = ensemble.table["at_war"]
    assert 0 < war.sum() < len(war)
    for name, each in found.items():
        assert each.wars == war.sum()
        for view, column in ((each.true, "highest"), (each.seen, "highest_seen")):
            highest = ensemble.table[f"{column}.{name}"][war]
            assert list(view.values()) == [np.mean(highest == rung) for rung in range(6)]


def test_only_talk_is_strict_of_the_truth_and_lenient_of_what_was_seen(played):
    preset, ensemble = played
    war = ensemble.table["at_war"]
    for name, each in founding.patterns(preset, ensemble.highest).items():
        truth, seen = (
            ensemble.table[f"{each}.{name}"][war] for each in ("highest", "highest_seen")
        )
        assert each.strict == pytest.approx(np.mean(truth <= 1))
        assert each.lenient == pytest.approx(np.mean(seen <= 2))
        assert each.strict <= each.lenient


def test_what_happened_is_the_highest_act_since_the_attack():
    found = founding.happened(load("twelve-days"))
    assert found["russia"] == found["china"] == "mediation"
    assert found["united_states"] == "force"
    assert set(found.values()) <= set(RUNGS)


def test_without_war_nobody_is_known(played):
    preset, _ = played
    peace = {f"{kind}.{name}": np.zeros(6, int) for kind in ("highest", "highest_seen")
             for name in preset.profiles}  # fmt: skip
    found = founding.patterns(preset, peace)
    assert founding.in_words(found, {}) == ["No run saw war, so nobody's conduct in it is known."]
