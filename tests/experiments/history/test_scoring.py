"""Scores with known answers."""

import numpy as np
import pytest

from experiments.history import scoring

SURE = np.eye(6)


def test_a_sure_and_right_forecast_loses_nothing():
    rungs = np.arange(6)
    found = scoring.summary(SURE, rungs)
    assert found == {"exact": 1, "within1": 1, "rps": 0, "log": 0, "brier4": 0, "n": 6}


def test_ranked_probability_grows_with_the_distance():
    said = np.tile(SURE[0], (6, 1))
    assert scoring.ranked_probability(said, np.arange(6)).tolist() == pytest.approx(
        [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    )


def test_with_two_classes_the_ranked_probability_score_is_the_brier_score():
    said = np.array([[0.3, 0.7], [0.9, 0.1]])
    happened = np.array([1, 1])
    rps = scoring.ranked_probability(said, happened)
    assert rps == pytest.approx(scoring.brier(said, happened, 1))


def test_an_impossible_event_costs_a_finite_log_score():
    assert scoring.logarithmic(SURE[:1], np.array([3]))[0] == pytest.approx(np.log(1e6))


def test_intervals_hold_the_mean_and_narrow_with_more_cases():
    few = scoring.interval(np.arange(20) / 20)
    many = scoring.interval(np.tile(np.arange(20) / 20, 20))
    assert few.low < few.mean < few.high
    assert few.high - few.low > 3 * (many.high - many.low)
    assert few.mean == pytest.approx(0.475)
    # the standard error of the mean of 20 uniform steps is 0.288 / sqrt(20)
    assert few.high - few.low == pytest.approx(2 * 1.96 * 0.2883 / 20**0.5, rel=0.1)


def test_rows_of_one_cluster_count_as_one():
    scores = np.tile([0.0, 1.0, 2.0], 30)
    clustered = scoring.interval(scores, np.tile([0, 1, 2], 30))
    alone = scoring.interval(scores)
    assert clustered.high - clustered.low > 3 * (alone.high - alone.low)


def test_calibration_counts_every_event_once():
    said = np.full((10, 6), 1 / 6)
    table = scoring.calibration(said, np.repeat([0, 5], 5))
    assert sum(row["events"] for row in table) == 10 * 5
    assert all(row["happened"] == pytest.approx(0.5) for row in table)
