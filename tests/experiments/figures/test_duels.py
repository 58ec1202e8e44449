"""The figure of duels on small made-up tables: signs, marks, and a scale that fits."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.figures.duels import duels
from experiments.figures.style import ACT, FAINT, TALK
from tests.experiments.figures.made_up import STATES, boxes, differences, labels, overlaps, words


@cache
def drawn() -> Figure:
    return duels(differences(), labels())


def test_units_and_intervals_are_named() -> None:
    text = words(drawn())
    units = ["units of payoff", "95 %", "the act better", "talk better"]
    assert [each for each in units if each not in text] == []


def test_a_sign_is_open_where_the_interval_holds_zero() -> None:
    dots = [line for line in drawn().axes[0].lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dots] == [TALK, FAINT, ACT]
    assert [line.get_markerfacecolor() == "white" for line in dots] == [False, True, False]


def test_runs_in_which_nothing_differs_are_shown_where_known() -> None:
    text = words(duels(differences().assign(same=0.37), labels()))
    assert text.count("37 %") == 3
    assert "no\ndifference" in text
    assert "no\ndifference" not in words(drawn())


def test_no_figure_is_minus_nought() -> None:
    text = words(duels(differences((0.9, -0.001, -0.4), half=0.0), labels()))
    assert "0.00  [0.00, 0.00]" in text
    assert "\N{MINUS SIGN}0.00" not in text and "\N{MINUS SIGN}0.40" in text


def test_acts_beyond_means_are_marked() -> None:
    text = words(duels(differences().assign(forced_down=[0.0, 0.4, 1.0]), labels()))
    assert "act 2 †" in text
    assert "act 1 †" not in text
    assert "† Means did not allow" in text
    assert "†" not in words(drawn())


@pytest.mark.parametrize(
    ("values", "scale"), [((0.9, 0.5, -0.4), "linear"), ((0.9, 0.5, 0.4, -11.0), "symlog")]
)
def test_far_out_differences_make_the_axis_logarithmic_and_it_says_so(values, scale) -> None:
    figure = duels(differences(values), labels())
    axes = figure.axes[0]
    assert axes.get_xscale() == scale
    assert ("logarithmic beyond" in axes.get_xlabel()) == (scale == "symlog")
    figure.draw_without_rendering()
    ticks = [each for each in axes.get_xticklabels() if each.get_text()]
    assert overlaps(boxes(ticks)) == []


def test_an_interval_of_few_draws_that_does_not_hold_the_mean_is_drawn_as_it_is() -> None:
    left_open = {"history_low": [1.0, 1.0, 1.0], "history_high": [2.0, 4.0, 9.0]}
    (bar, *_) = duels(differences().assign(**left_open), labels()).axes[0].collections
    assert bar.get_segments()[0][:, 0].tolist() == [1.0, 2.0]


def test_a_single_duel_can_be_drawn() -> None:
    figure = duels(differences([0.0], half=0.0), labels())
    figure.draw_without_rendering()
    assert np.isfinite(figure.axes[0].get_xlim()).all()


@pytest.mark.slow
def test_ninety_duels_can_be_drawn_with_their_acts_apart() -> None:
    states = [f"state {number}" for number in range(30)]
    many = pd.concat([differences().assign(patron=state) for state in states])
    figure = duels(many, labels([*states, *STATES]))
    figure.draw_without_rendering()
    acts = [each for each in figure.axes[0].texts if each.get_text().startswith("act ")]
    assert len(acts) == 90
    assert overlaps(boxes(acts)) == []
