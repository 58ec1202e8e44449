"""Points played: each row depends on its own point and runs alone."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.engine.duel import duels, proteges
from experiments.study.rows import Plan, Row, play, simulate_point
from experiments.study.work import batches, merged
from model.preset.load import ConfigError, changed, load

SHORT = load("twelve-days", {"turns": 3})
PLAN = Plan(SHORT, "russia", "iran", "israel", ("rhetoric", "arms"), 3, ("wars",), True)
TIES = (0.0, 0.1, 0.2, 0.3)
ROWS = [Row(k, range(5 * k, 5 * k + 5), {"russia.ties.israel": tie}) for k, tie in enumerate(TIES)]


@pytest.fixture(scope="module")
def together():
    return play(PLAN, ROWS)


def test_a_row_is_the_same_alone_and_in_a_batch(together):
    alone = play(PLAN, ROWS[2:3])
    for name, column in together.rows.items():
        assert column[2] == alone.rows[name][0], name
    for name, column in together.runs.items():
        np.testing.assert_array_equal(column[10:15], alone.runs[name], name)


def test_the_depth_of_a_treaty_may_differ_by_run():
    key = "russia.treaties.iran.defence"
    rows = [Row(k, range(5 * k, 5 * k + 5), {key: depth}) for k, depth in enumerate((0.0, 0.5, 1))]
    table = play(PLAN, rows).rows
    assert not table["error"].any()
    for row in rows:
        fixed = Row(row.point, row.runs, {})
        plan = replace(PLAN, preset=changed(PLAN.preset, row.changes))
        alone = play(plan, [fixed]).rows
        for name, column in table.items():
            assert column[row.point] == alone[name][0], name
    assert len(set(table["worth.rhetoric"])) == 3


def test_a_row_is_the_duel_of_its_runs(together):
    changes = {"turns": 3, "russia.ties.israel": 0.0}
    fought, _ = duels("twelve-days", 5, seed=3, patrons=["russia"], acts=["arms"], changes=changes)
    assert together.rows["gain.arms"][0] == pytest.approx(fought[0].estimate.mean, abs=1e-8)
    assert together.rows["better.arms"][0] == fought[0].better
    assert together.rows["protege_gain.arms"][0] == pytest.approx(fought[0].protege_difference)
    interval = merged(__import__("pandas").DataFrame(play(PLAN, ROWS[:1]).rows))
    assert interval["gain.arms.low"][0] == pytest.approx(fought[0].estimate.low, abs=1e-6)


def test_points_that_fail_are_recorded_and_do_not_stop_the_rest(together):
    wrong = Row(1, ROWS[1].runs, {"russia.ties.israel": 7.0})
    table = play(PLAN, [ROWS[0], wrong, *ROWS[2:]]).rows
    assert [error != "" for error in table["error"]] == [False, True, False, False]
    assert "russia.ties.israel: found 7.0" in table["error"][1]
    assert np.isnan(table["gain.arms"][1])
    for place in (0, 2, 3):
        assert table["gain.arms"][place] == together.rows["gain.arms"][place]


def test_batches_of_a_point_are_merged_into_its_mean_and_variance():
    import pandas as pd

    whole = merged(pd.DataFrame(play(PLAN, [Row(0, range(12), {})]).rows))
    parts = [Row(0, runs, {}) for runs in batches(range(12), 5)]
    joined = merged(pd.DataFrame(play(PLAN, parts).rows))
    assert joined["runs"][0] == 12
    for name in whole.columns.drop("error"):
        assert joined[name][0] == pytest.approx(whole[name][0], rel=1e-10, abs=1e-12), name


def test_simulate_point_takes_keys_and_keywords_and_gives_numbers():
    given = {"turns": 3, "russia.ties.israel": 0.1}
    one = simulate_point("twelve-days", given, 3, runs=5, acts=["arms"])
    other = simulate_point(
        preset="twelve-days", seed=3, runs=5, acts=["arms"], turns=3, russia__ties__israel=0.1
    )
    assert one == other
    assert all(isinstance(value, float) for value in one.values())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"changes": {"russia.tie.israel": 1.0}}, r"russia\.tie"),
        ({"patron": "mars"}, "patron: found 'mars'; valid: russia"),
        ({"seed": -1}, "seed: found -1; valid: a whole number from 0"),
        ({"runs": 0}, "runs: found 0; valid: a whole number from 1"),
        ({"measures": ["war"]}, "measures: found 'war'; did you mean wars"),
    ],
)
def test_simulate_point_refuses_a_wrong_argument(words, message):
    with pytest.raises(ConfigError, match=message):
        simulate_point("twelve-days", **words)


def test_simulate_point_takes_the_presets_first_patron():
    pact = "docs/examples/pact-2025/pact.toml"
    first = next(iter(proteges(load(pact))))
    small = {"turns": 2}
    assert simulate_point(pact, small, runs=2) == simulate_point(pact, small, runs=2, patron=first)


def test_an_unknown_measure_is_told():
    plan = Plan(SHORT, "russia", "iran", "israel", ("own",), 0, ("war",))
    table = play(plan, ROWS[:1])
    assert "measures: found 'war'; did you mean wars?" in table.rows["error"][0]
