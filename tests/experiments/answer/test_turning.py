"""What would turn a verdict: ways over declared ranges, and the value where a sign turns."""

import numpy as np
import pytest

from experiments.answer.turning import (
    OF_RULES,
    OF_STATE,
    Search,
    Way,
    in_words,
    turns_first,
    ways_of,
)
from experiments.engine.duel import duels
from model.preset.load import changed, load

PRESET = load("twelve-days", {"turns": 6})


def test_ways_lead_to_both_ends_of_every_figure_as_far_as_others_allow():
    ways = ways_of(PRESET, "russia")
    ends = {}
    for way in ways:
        ends.setdefault(way.key, []).append(way.end)
        assert way.present == PRESET.figure(way.key) and way.end != way.present
        if way.key.startswith("russia"):
            changed(PRESET, {way.key: way.end})
    assert {key.split(".")[0] for key in ends} == {"russia", *OF_RULES}
    assert {key.split(".")[1] for key in ends if key.startswith("russia")} == set(OF_STATE)
    low, high, _ = PRESET.range("russia.posture.access")
    assert sorted(ends["russia.posture.access"]) == [low, high]
    tied = PRESET.figure("russia.means.money_tied")
    assert min(ends["russia.means.money"]) == pytest.approx(tied, rel=1e-4)


def test_all_values_are_rows_of_one_ensemble_each_alone_moved():
    search = Search(PRESET, "russia", {"force": 1.0})
    ways = [Way("russia.means.money", 84.0, 500.0, 2000.0), Way("conflict.lethality", 0.25, 0.5, 1)]
    told = search.differences(ways, [0.5, 1.0], 5)
    assert told.shape == (1, 2, 2, 5)
    found = []
    for place, changes in enumerate(
        [{"russia.means.money": 292.0}, {"russia.means.money": 500.0},
         {"conflict.lethality": 0.375}, {"conflict.lethality": 0.5}]
    ):  # fmt: skip
        _, values = duels(changed(PRESET, changes), 20, patrons=["russia"], acts=["force"])
        gap = values["russia.rhetoric.russia"] - values["russia.force.russia"]
        found.append(gap[5 * place : 5 * place + 5])
    assert told.reshape(4, 5) == pytest.approx(np.array(found), abs=1e-12)


@pytest.mark.slow
def test_what_turns_first_turns_the_sign_there_and_not_where_it_is():
    (before,), _ = duels(PRESET, 200, patrons=["russia"], acts=["force"])
    found = turns_first(Search(PRESET, "russia", {"force": before.estimate.mean}))
    assert found is not None and found.low <= found.value <= found.high
    (after,), _ = duels(
        PRESET, 200, patrons=["russia"], acts=["force"], changes={found.key: found.value}
    )
    assert before.estimate.mean * after.estimate.mean < 0
    assert found.way == pytest.approx(abs(found.value - found.present) / (found.high - found.low))
    assert found.key in in_words(found)


def test_where_nothing_turns_it_that_is_said():
    assert in_words(None).startswith("No figure of its own or of the rules does")
