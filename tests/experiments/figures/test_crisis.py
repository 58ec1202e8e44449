"""Figures of a crisis on small made-up tables: units, labels apart, observations shown."""

from datetime import timedelta
from functools import cache

import matplotlib
import numpy as np
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from experiments.figures import crisis
from tests.experiments.figures.made_up import (
    MENU,
    OBSERVED,
    START,
    boxes,
    colours,
    end_labels,
    labels,
    menus,
    overlaps,
    trajectory,
    words,
)


@cache
def rungs() -> Figure:
    return crisis.rungs(trajectory(), labels(), menus(), OBSERVED)


@cache
def reputations() -> Figure:
    return crisis.reputations(trajectory(), labels(), colours())


@cache
def oil() -> Figure:
    return crisis.oil(trajectory(), {START: 70.84, START + timedelta(1): 76.0})


@pytest.mark.parametrize(
    ("draw", "units"),
    [
        (rungs, ["share of runs, %", "at war,\n%", "observed\nrung", "day", "Wilson"]),
        (reputations, ["share, 0 to 1", "day", "10–90 % of runs"]),
        (oil, ["USD/bbl", "war, %", "day", "10–90 % of runs", "observed"]),
    ],
)
def test_units_and_intervals_are_named(draw, units: list[str]) -> None:
    text = words(draw())
    assert [each for each in units if each not in text] == []


def test_observed_acts_stand_at_midday_and_rung_within_the_days_shown() -> None:
    circles = [
        each for axes in rungs().axes for each in axes.collections if each.get_gid() == "observed"
    ]
    shown = [np.asarray(each.get_offsets()).tolist() for each in circles]
    first = float(date2num(START)) + 0.5
    assert shown == [[[first, 1.0], [first + 1, 5.0]], []]


def test_a_state_without_observed_acts_says_so() -> None:
    assert words(rungs()).count("no act recorded") == 1


def test_without_observations_there_is_no_strip_for_them() -> None:
    figure = crisis.rungs(trajectory(), labels(), menus())
    assert "observed" not in words(figure).lower()


def test_shares_stack_to_the_whole() -> None:
    shares = rungs().axes[1]
    areas = [each for each in shares.patches if isinstance(each, StepPatch)]
    assert len(areas) == len(MENU)
    np.testing.assert_allclose(areas[-1].get_data().values, 100.0, rtol=1e-12)


def test_actions_on_one_rung_are_told_apart_whatever_the_menus() -> None:
    swatches = crisis.swatches_of(
        {"a": [("lobby", 3)], "b": [("economic", 3), ("lobby", 3)], "c": [("blockade", 3)]}
    )
    assert swatches["lobby"] != swatches["economic"]
    assert swatches["blockade"] in (swatches["lobby"], swatches["economic"])


def test_colours_of_rungs_darken_step_by_step() -> None:
    colours = map(matplotlib.colors.to_rgb, crisis.COLOURS.values())
    luminance = [np.dot((0.3, 0.59, 0.11), each) for each in colours]
    assert (np.diff(luminance) < -0.05).all()


def test_labels_of_equal_ends_do_not_overlap() -> None:
    found = boxes(end_labels(reputations()))
    assert len(found) == 2
    assert overlaps(found) == []


def test_labels_stay_inside_the_picture() -> None:
    for draw in (reputations, oil):
        figure = draw()
        right = max(each.x1 for each in boxes(end_labels(figure, 0)))
        assert right <= figure.bbox.x1


def test_one_state_and_one_turn_can_be_drawn() -> None:
    table = trajectory(["north"], turns=1)
    for figure in (
        crisis.rungs(table, labels(), menus(["north"]), OBSERVED),
        crisis.reputations(table, labels(["north"]), colours()),
        crisis.oil(table, {}),
    ):
        figure.draw_without_rendering()
        assert all(np.isfinite(axes.get_xlim()).all() for axes in figure.axes)


@pytest.mark.slow
def test_thirty_states_can_be_drawn_with_their_labels_apart() -> None:
    states = [f"state {number}" for number in range(30)]
    table = trajectory(states, turns=2)
    crisis.rungs(table, labels(states), menus(states), OBSERVED).draw_without_rendering()
    found = boxes(end_labels(crisis.reputations(table, labels(states), colours(states))))
    assert len(found) == 30
    assert overlaps(found) == []
