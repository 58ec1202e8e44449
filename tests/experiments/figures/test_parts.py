"""Places of labels at the ends of lines, and the days that turns last."""

import numpy as np
import pytest
from matplotlib.dates import date2num

from experiments.figures.parts import parted, turn_edges
from tests.experiments.figures.made_up import START, trajectory


def test_labels_keep_their_order_their_distance_and_their_bounds() -> None:
    values = np.array([0.5, 0.9, 0.5, 0.1, 0.95])
    places = parted(values, 0.2, 0.0, 1.0)
    order = np.argsort(values, kind="stable")
    assert (np.diff(places[order]) >= 0.2 - 1e-12).all()
    assert places.min() >= 0.0
    assert places.max() <= 1.0


def test_labels_that_are_apart_stay_where_they_are() -> None:
    values = np.array([0.8, 0.1, 0.4])
    np.testing.assert_allclose(parted(values, 0.2, 0.0, 1.0), values, rtol=1e-12)


def test_more_labels_than_room_share_the_room() -> None:
    places = parted(np.full(11, 0.5), 1.0, 0.0, 1.0)
    np.testing.assert_allclose(places, np.linspace(0, 1, 11), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("turns", "expected"), [(1, [0.0, 1.0]), (3, [0.0, 1.0, 2.0, 3.0])])
def test_turns_last_until_the_next_and_a_single_one_a_day(turns, expected) -> None:
    edges = turn_edges(trajectory(turns=turns))
    assert (edges - date2num(START)).tolist() == expected
