"""Weights and coefficients fitted together: the gradient, and that what was put in comes back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.history import fitting, icb_coding, memory
from experiments.history.icb import CLASSES
from experiments.history.likelihood import PRIOR


def made_up(rows: int) -> pd.DataFrame:
    """Rows with covariates that vary; what they say of history is nothing."""
    place = np.arange(rows)
    return pd.DataFrame(
        {
            "year": 1950 + place // 3,
            "patron": np.where(place % 2, 2, 365),
            "patron_other_war_lag": place % 2,
            "mindist_patron_actor_km": 500.0 * (place % 17),
            "icb_southpow": 1 + place % 4,
            "icb_gravty": place % 7,
            "icb_allycap": 1 + place % 3,
            "ideal_tilt": np.sin(place),
            "nuke_adv": place % 5 == 0,
            "atop_any_adv": place % 3 == 0,
            "rival_is_adv": place % 7 == 0,
            "rivalry_patron_adv": place % 4 == 0,
            "rival_ally_of_actor": place % 6 == 0,
            "atop_defense": place % 3 == 1,
            "expected": 0.1 + 0.8 * (place % 5) / 5,
        }
    ).astype(float)


@pytest.fixture
def rows():
    table = made_up(40)
    outcome = np.arange(40) % 5
    weight = np.linspace(0.5, 1, 40)
    return fitting.Rows(icb_coding.coded(table), outcome, CLASSES, weight, np.log(PRIOR))


@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_that_of_differences_in_any_direction(rows, seed):
    point = rows.means + 0.1 * np.sin(np.arange(len(rows.means)))
    _, slope, _ = fitting.penalised(rows, point, rows.centre, None)
    way = np.random.default_rng(seed).standard_normal(len(point))
    above, below = (
        fitting.penalised(rows, point + step * way, rows.centre, None)[0] for step in (1e-4, -1e-4)
    )
    assert slope @ way == pytest.approx((above - below) / 2e-4, rel=2e-3)


def test_without_rows_the_fit_stays_at_the_priors_centre(rows):
    nothing = replace(rows, weight=np.zeros(40))
    found = fitting.estimated(nothing, rounds=1)
    np.testing.assert_allclose(found.point, rows.means, atol=1e-8)


def test_a_row_alone_is_given_the_chances_it_has_among_others(rows):
    fit = fitting.Estimated(rows.means, rows.centre, 0.0)
    together = fitting.chances(rows.coding, CLASSES, fit)
    alone = fitting.chances(icb_coding.coded(made_up(40).iloc[[7]]), CLASSES, fit)
    np.testing.assert_allclose(alone[0], together[7], atol=1e-7)


def test_a_client_expects_more_after_arms_than_after_words_and_least_after_silence():
    shown = np.array([0.0, 0.5, 0.5, 0.7, 1.0])
    pair, event = [(1.0, 2.0)] * 2, np.array([1.0, 2.0])
    after = [memory.expectations(pair, event, np.array([act, 0]), shown)[0][1] for act in range(5)]
    assert after[0] < memory.BASIS < after[1] < after[3] < after[4]


def test_rows_of_one_event_do_not_know_each_other():
    shown = np.array([0.0, 1.0])
    pair = [(1.0, 2.0), (1.0, 2.0), (1.0, 2.0)]
    expected, last, met = memory.expectations(
        pair, np.array([1.0, 1.0, 2.0]), np.array([1, 0, 0]), shown
    )
    assert expected[:2].tolist() == [memory.BASIS] * 2
    assert last.tolist() == [-1, -1, 0] and met.tolist() == [0, 0, 2]
