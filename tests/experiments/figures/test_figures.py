"""Figures on small made-up tables: units, labels apart, observations shown, the same bytes."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from experiments.figures import figures
from experiments.study.design import Design
from experiments.study.kinds.sensitivity_figure import ranking

START = date(2025, 6, 12)
STATES = ("north", "south")
MENU = [("silence", 0), ("economic", 3), ("lobby", 3), ("force", 5)]
OBSERVED = pd.DataFrame(
    [(START, "north", 1), (START + timedelta(1), "north", 5), (date(2024, 1, 1), "south", 2)],
    columns=["day", "state", "rung"],
)


def trajectory(
    states: Iterable[str] = STATES, turns: int = 3, menu: Sequence[tuple[str, int]] = MENU
) -> pd.DataFrame:
    rows = []
    for turn in range(1, turns + 1):
        day = START + timedelta(turn - 1)
        share = 1 / len(menu)
        for number, state in enumerate(states):
            rows += [(turn, day, "play", state, action, share, 0.1, 0.2) for action, _ in menu]
            for measure in ("reliability", "honesty"):
                mean = 0.5 + 0.001 * number
                rows.append((turn, day, measure, state, "", mean, mean - 0.1, mean + 0.1))
        rows.append((turn, day, "price", "", "", 70.0 + turn, 65.0, 80.0))
        rows.append((turn, day, "war", "", "", 0.25, 0.0, 1.0))
    names = ["turn", "day", "measure", "state", "action", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def differences(values: Sequence[float] = (0.9, 0.02, -0.4), half: float = 0.1) -> pd.DataFrame:
    rows = [
        ("north", "south", "rhetoric", f"act {number}", each, each - half, each + half, 0.6)
        for number, each in enumerate(values)
    ]
    names = ["patron", "protege", "talk", "act", "difference", "low", "high", "talk_better"]
    return pd.DataFrame(rows, columns=names)


def labels(states: Iterable[str] = STATES) -> dict[str, str]:
    return {state: state.capitalize() for state in states}


def colours(states: Iterable[str] = STATES) -> dict[str, str]:
    return dict.fromkeys(states, "#3b6fb6")


def menus(states: Iterable[str] = STATES) -> dict[str, list[tuple[str, int]]]:
    return dict.fromkeys(states, MENU)


@cache
def rungs() -> Figure:
    return figures.rungs(trajectory(), labels(), menus(), OBSERVED)


@cache
def reputations() -> Figure:
    return figures.reputations(trajectory(), labels(), colours())


@cache
def oil() -> Figure:
    return figures.oil(trajectory(), {START: 70.84, START + timedelta(1): 76.0})


@cache
def duels() -> Figure:
    return figures.duels(differences(), labels())


def boxes(texts: Iterable[Text]) -> list[Bbox]:
    return [Text.get_window_extent(each) for each in texts]


def overlaps(found: Sequence[Bbox]) -> list[tuple[Bbox, Bbox]]:
    return [(a, b) for k, a in enumerate(found) for b in found[:k] if a.overlaps(b)]


def end_labels(figure: Figure, panel: int = 0) -> list[Text]:
    figure.draw_without_rendering()
    return [each for each in figure.axes[panel].texts if each.get_gid() == "end"]


def words(figure: Figure) -> str:
    return "\n".join(each.get_text() for each in figure.findobj(Text) if isinstance(each, Text))


# ------------------------------------------------------------------- files


@pytest.mark.parametrize(
    "draw", [duels, *(pytest.param(each, marks=pytest.mark.slow) for each in (rungs, reputations))]
)
def test_the_same_table_gives_the_same_bytes(draw, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in figures.save(draw.__wrapped__(), tmp_path, "first")]
    second = [
        path.read_bytes() for path in figures.save(draw.__wrapped__(), tmp_path / "new", "second")
    ]
    assert first == second
    assert b"<dc:date>" not in first[1]


def test_nothing_but_the_two_files_is_left_behind(tmp_path: Path) -> None:
    paths = figures.save(Figure(figsize=(1, 1)), tmp_path, "empty")
    assert [path.name for path in paths] == ["empty.png", "empty.svg"]
    assert sorted(tmp_path.iterdir()) == paths


def test_a_figure_that_cannot_be_drawn_leaves_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "kept.png").write_bytes(b"old")
    broken = Figure(figsize=(1, 1))
    broken.text(0.5, 0.5, "$\\nonsense$")
    with pytest.raises(ValueError, match="nonsense"):
        figures.save(broken, tmp_path, "kept")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_global_settings_stay_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    duels.__wrapped__()
    assert dict(matplotlib.rcParams) == before


# ------------------------------------------------------------------- what a reader sees


@pytest.mark.parametrize(
    ("draw", "units"),
    [
        (rungs, ["share of runs, %", "at war,\n%", "observed\nrung", "day, 2025", "Wilson"]),
        (reputations, ["share, 0 to 1", "day, 2025", "10–90 % of runs"]),
        (oil, ["USD/bbl", "war, %", "day, 2025", "10–90 % of runs", "observed"]),
        (duels, ["units of payoff", "95 %", "intervention better", "talk better"]),
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
    figure = figures.rungs(trajectory(), labels(), menus())
    assert "observed" not in words(figure).lower()


def test_shares_stack_to_the_whole() -> None:
    shares = rungs().axes[1]
    areas = [each for each in shares.patches if isinstance(each, StepPatch)]
    assert len(areas) == len(MENU)
    np.testing.assert_allclose(areas[-1].get_data().values, 100.0, rtol=1e-12)


def test_actions_on_one_rung_are_told_apart_whatever_the_menus() -> None:
    swatches = figures.swatches_of(
        {"a": [("lobby", 3)], "b": [("economic", 3), ("lobby", 3)], "c": [("blockade", 3)]}
    )
    assert swatches["lobby"] != swatches["economic"]
    assert swatches["blockade"] in (swatches["lobby"], swatches["economic"])


def test_colours_of_rungs_darken_step_by_step() -> None:
    luminance = [
        np.dot((0.3, 0.59, 0.11), matplotlib.colors.to_rgb(each)) for each in figures.RUNGS
    ]
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


def test_a_sign_is_open_where_the_interval_holds_zero() -> None:
    dots = [line for line in duels().axes[0].lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dots] == [figures.TALK, figures.FAINT, figures.ACT]
    assert [line.get_markerfacecolor() == "white" for line in dots] == [False, True, False]


def test_runs_in_which_nothing_differs_are_shown_where_known() -> None:
    text = words(figures.duels(differences().assign(same=0.37), labels()))
    assert text.count("37 %") == 3
    assert "no\ndifference" in text
    assert "no\ndifference" not in words(duels())


def test_no_figure_is_minus_nought() -> None:
    text = words(figures.duels(differences((0.9, -0.001, -0.4), half=0.0), labels()))
    assert "0.00  [0.00, 0.00]" in text
    assert "\N{MINUS SIGN}0.00" not in text and "\N{MINUS SIGN}0.40" in text


def test_acts_beyond_means_are_marked() -> None:
    text = words(figures.duels(differences().assign(forced_down=[0.0, 0.4, 1.0]), labels()))
    assert "act 2 †" in text
    assert "act 1 †" not in text
    assert "† Means did not allow" in text
    assert "†" not in words(duels())


@pytest.mark.parametrize(
    ("values", "scale"), [((0.9, 0.5, -0.4), "linear"), ((0.9, 0.5, 0.4, -11.0), "symlog")]
)
def test_far_out_differences_make_the_axis_logarithmic_and_it_says_so(values, scale) -> None:
    figure = figures.duels(differences(values), labels())
    axes = figure.axes[0]
    assert axes.get_xscale() == scale
    assert ("logarithmic beyond" in axes.get_xlabel()) == (scale == "symlog")
    figure.draw_without_rendering()
    ticks = [each for each in axes.get_xticklabels() if each.get_text()]
    assert overlaps(boxes(ticks)) == []


# ------------------------------------------------------------------- places and days


def test_labels_keep_their_order_their_distance_and_their_bounds() -> None:
    values = np.array([0.5, 0.9, 0.5, 0.1, 0.95])
    places = figures.parted(values, 0.2, 0.0, 1.0)
    order = np.argsort(values, kind="stable")
    assert (np.diff(places[order]) >= 0.2 - 1e-12).all()
    assert places.min() >= 0.0
    assert places.max() <= 1.0


def test_labels_that_are_apart_stay_where_they_are() -> None:
    values = np.array([0.8, 0.1, 0.4])
    np.testing.assert_allclose(figures.parted(values, 0.2, 0.0, 1.0), values, rtol=1e-12)


def test_more_labels_than_room_share_the_room() -> None:
    places = figures.parted(np.full(11, 0.5), 1.0, 0.0, 1.0)
    np.testing.assert_allclose(places, np.linspace(0, 1, 11), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("turns", "expected"), [(1, [0.0, 1.0]), (3, [0.0, 1.0, 2.0, 3.0])])
def test_turns_last_until_the_next_and_a_single_one_a_day(turns, expected) -> None:
    edges = figures.turn_edges(trajectory(turns=turns))
    assert (edges - date2num(START)).tolist() == expected


# ------------------------------------------------------------------- any size


def test_one_state_and_one_turn_can_be_drawn() -> None:
    table = trajectory(["north"], turns=1)
    for figure in (
        figures.rungs(table, labels(), menus(["north"]), OBSERVED),
        figures.reputations(table, labels(["north"]), colours()),
        figures.oil(table, {}),
        figures.duels(differences([0.0], half=0.0), labels()),
    ):
        figure.draw_without_rendering()
        assert all(np.isfinite(axes.get_xlim()).all() for axes in figure.axes)


@pytest.mark.slow
def test_thirty_states_can_be_drawn_with_their_labels_apart() -> None:
    states = [f"state {number}" for number in range(30)]
    table = trajectory(states, turns=2)
    figures.rungs(table, labels(states), menus(states), OBSERVED).draw_without_rendering()
    found = boxes(end_labels(figures.reputations(table, labels(states), colours(states))))
    assert len(found) == 30
    assert overlaps(found) == []
    many = pd.concat([differences().assign(patron=state) for state in states])
    figures.duels(many, labels([*states, *STATES])).draw_without_rendering()


# ------------------------------------------------------------------- the ranking of parameters


@pytest.mark.parametrize("factors", [1, 12])
def test_the_legend_of_the_ranking_stands_clear_of_both_panels(factors) -> None:
    design = Design(title="which", kind="sensitivity", acts=["arms", "force"])
    names = [f"state.section.figure {number}" for number in range(factors)]
    rows = [(name, act, 1.0, 0.5, 0.3, 0.2, 0.1, 0.2) for name in names for act in design.acts]
    halves = [f"{each}{half}" for each in ("mu_star", "total", "first") for half in ("", "_half")]
    table = pd.DataFrame(rows, columns=["factor", "act", *halves])
    figure = ranking(design, table, table, "North")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    told = [each.get_text() for each in legend.get_texts()]
    assert told == [
        f"{what}, against {act}" for act in design.acts for what in ("mu* or total", "first order")
    ]
    others = [each.get_tightbbox() for each in figure.axes] + boxes(figure.texts)
    assert not any(legend.get_window_extent().overlaps(each) for each in others if each)
