"""What history leaves open: draws of the weights, and what they say of a difference."""

import numpy as np
import pandas as pd
import pytest

from experiments.engine.batch import Job
from experiments.engine.duel import contest, over_posterior, rows_under
from experiments.engine.posterior import (
    MOST_DRAWS,
    coded_anew,
    drawn_weights,
    draws,
    left_open,
)
from experiments.study.design import Design, complete
from experiments.study.rows import Plan, Row, play
from experiments.study.work import drawn_rows, over_draws
from model.preset.load import load

SHORT = load("twelve-days", {"turns": 4})


def test_a_difference_made_of_one_weight_is_undecided_by_it():
    stakes = draws()["stakes"][:50]
    gap = np.repeat(stakes - np.median(stakes), 4)
    found = left_open(gap, 50)
    assert (found.undecided, found.follows, found.draws) == ("stakes", 1.0, 50)
    assert found.better == 0.5 and found.noise == 0.0
    low, high = np.quantile(gap[::4], [0.025, 0.975])
    assert (found.estimate.low, found.estimate.high) == (low, high)


def test_luck_within_draws_alone_is_all_noise():
    draw = np.random.default_rng(3).normal(size=(200, 20))
    assert left_open(draw.ravel(), 200).noise == pytest.approx(1.0, abs=0.2)


def test_a_draw_is_every_states_weights_times_the_same_ratios():
    found = drawn_weights(SHORT, 3, 2)
    ratio = draws()["ties"][:3]
    for state in SHORT.profiles:
        weights = found[f"{state}.weights.ties"]
        assert weights == pytest.approx(np.repeat(SHORT.figure(f"{state}.weights.ties") * ratio, 2))
    assert len(draws()["ties"]) == MOST_DRAWS


def test_an_experiment_and_a_run_play_the_same_draws():
    found = contest(SHORT, patrons=["russia"], acts=["arms"])
    fought, _ = found.fought(rows_under(Job(SHORT, 0, tuple(found.policies)), 10))
    (run,) = over_posterior(found, fought, Job(SHORT), 6)
    design, _ = complete(
        Design(title="", kind="duel", preset="twelve-days", set={"turns": 4}, patron="russia",
               acts=["arms"], posterior=6, runs=10, draws="same")
    )  # fmt: skip
    rows = [Row(0, range(10), {}), *drawn_rows(design, 0, ())]
    plan = Plan(SHORT, "russia", "iran", "israel", ("rhetoric", "arms"))
    left = over_draws(pd.DataFrame(play(plan, rows).rows), "arms").loc[0]
    assert left["draws"] == 6 and left["better"] == run.history.better
    assert left["low"] == pytest.approx(run.history.estimate.low, abs=1e-12)
    assert left["high"] == pytest.approx(run.history.estimate.high, abs=1e-12)


def test_the_weights_as_they_are_leave_the_difference_as_it_is():
    same = {name: np.ones(3) for name in draws()}
    found = contest(SHORT, patrons=["russia"], acts=["force"])
    fought, _ = found.fought(rows_under(Job(SHORT, 0, tuple(found.policies)), 60))
    (duel,) = over_posterior(found, fought, Job(SHORT), 3, drawn=same)
    assert duel.history.estimate.mean == pytest.approx(duel.estimate.mean, abs=1e-9)


def test_another_coder_puts_stakes_ties_and_access_within_a_quarter_and_their_ranges():
    found = coded_anew(SHORT, 40, 2)
    assert {"russia.stakes.iran", "russia.ties.israel", "iran.posture.access"} <= set(found)
    assert not any(".means." in key or ".weights." in key for key in found)
    for key, values in found.items():
        present, (low, high, _) = SHORT.figure(key), SHORT.range(key)
        assert (values[::2] == values[1::2]).all() and len(np.unique(values)) > 5
        assert (np.abs(values - present) <= 0.25 * abs(present) + 1e-12).all()
        assert low <= values.min() and values.max() <= high


def test_other_codings_widen_what_is_open():
    found = contest(SHORT, patrons=["russia"], acts=["force"])
    job = Job(SHORT, 0)
    fought, _ = found.fought(rows_under(Job(SHORT, 0, tuple(found.policies)), 10))
    alone, both = (
        over_posterior(found, fought, job, 40, codings=codings)[0].history
        for codings in (False, True)
    )
    assert both.codings and not alone.codings
    widths = [each.estimate.high - each.estimate.low for each in (alone, both)]
    assert widths[1] > widths[0]
