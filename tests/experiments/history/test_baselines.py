"""Baselines against what can be worked out by hand."""

import numpy as np
import pytest

from experiments.history import baselines, cases

FILE = cases.FOLDER / "cases_1904_2013.csv"


@pytest.fixture(scope="module")
def known():
    return cases.read_cases(FILE)


def test_every_baseline_gives_probabilities(known):
    for forecaster in baselines.BASELINES.values():
        rows = forecaster(known[known.year < 1975], known[known.year >= 1975])
        assert rows.shape == ((known.year >= 1975).sum(), 6)
        np.testing.assert_allclose(rows.sum(1), 1, atol=1e-9)
        assert (rows > 0).all()


def test_a_conditional_logit_with_constants_alone_gives_the_shares():
    outcome = np.array([0] * 6 + [1] * 3 + [2])
    features = baselines.with_constants(np.zeros((10, 3, 0)))
    beta = baselines.fit_conditional(features, outcome, 0.0)
    assert np.exp(beta) == pytest.approx([3 / 6, 1 / 6], rel=1e-3)


def test_an_ordinal_logit_without_covariates_gives_the_shares():
    outcome = np.array([0] * 6 + [1] * 3 + [2])
    fitted = baselines.fit_ordinal(np.zeros((10, 1)), outcome, 3, 1.0)
    shares = baselines.ordinal_probabilities(fitted, np.zeros((1, 1)))[0]
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=1e-3)


def test_an_ordinal_logit_of_two_classes_is_the_logit():
    x = np.array([0, 0, 0, 0, 1, 1, 1, 1.0])[:, None]
    y = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    fitted = baselines.fit_ordinal(x, y, 2, 0.0)
    # the odds ratio of the table 3:1 and 1:3 is 9
    assert fitted[0] == pytest.approx(np.log(9), abs=1e-3)


def test_last_behaviour_looks_at_earlier_years_only(known):
    test = known[np.array([22])]  # the United States in 1950
    train = known[np.arange(71) != 22]
    with_berlin = baselines.last_behaviour(train, test)[0]
    assert with_berlin[4] > baselines.climatology(train, test)[0][4]  # 1948: arms
    first = baselines.last_behaviour(train[train.year > 1950], test)[0]
    np.testing.assert_allclose(
        first, baselines.climatology(train[train.year > 1950], test)[0], atol=1e-12
    )
