"""A mean, its interval and its verdict: against scipy's, and no verdict on what is no number."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from experiments.engine import estimates
from experiments.engine.estimates import Estimate


def test_the_widths_are_those_of_the_normal_distribution():
    assert norm.ppf([0.975, 0.995]) == pytest.approx([estimates.NORMAL, estimates.STRICT], abs=1e-6)


@pytest.mark.parametrize("width", [estimates.NORMAL, estimates.STRICT])
def test_the_interval_of_a_mean_is_the_normal_one(width):
    values = np.random.default_rng(1).normal(0.3, 2.0, 400)
    mean, half = values.mean(), width * values.std() / np.sqrt(399)
    assert vars(estimates.of(values, width)) == pytest.approx(
        {"mean": mean, "low": mean - half, "high": mean + half}, abs=1e-6
    )


@given(st.permutations([0.1, -2.0, 1e6, 1e-9, 0.3]))
def test_the_order_of_values_leaves_no_trace(values):
    assert estimates.of(np.array(values)) == estimates.of(np.array([0.1, -2.0, 1e6, 1e-9, 0.3]))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_that_of_scipy(happened):
    count, runs = happened
    known = binomtest(count, runs).proportion_ci(method="wilson")
    found = estimates.of_share(count / runs, runs)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-6)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "settled"),
    [
        (0.1, 0.2, "words", True),
        (-0.2, -0.1, "intervention", True),
        (0.0, 0.1, "open", False),
        (-0.1, 0.0, "open", False),
        (np.nan, np.nan, "undefined", False),
        (np.nan, -0.1, "undefined", False),
        (0.1, np.nan, "undefined", False),
    ],
)
def test_a_verdict_needs_an_interval_of_numbers_that_excludes_zero(low, high, verdict, settled):
    found = Estimate(0.0, low, high)
    assert (found.verdict, found.settled) == (verdict, settled)


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf, 0.0]])
def test_what_is_no_number_has_no_mean(values):
    with pytest.raises(ArithmeticError, match="not all finite"):
        estimates.of(np.array(values))


def test_an_estimate_is_three_columns_in_its_place():
    @dataclass(frozen=True)
    class Gain:
        state: str
        estimate: Estimate
        runs: int

    found = estimates.columns(Gain("russia", Estimate(0.2, 0.1, 0.3), 9), "gain")
    assert list(found.items()) == [
        ("state", "russia"), ("gain", 0.2), ("low", 0.1), ("high", 0.3), ("runs", 9)
    ]  # fmt: skip
