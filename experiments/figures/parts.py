"""Parts of figures: days on an axis, bands, panels at a place, labels at the ends of lines."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.transforms import ScaledTranslation
from scipy.optimize import isotonic_regression

from experiments.figures.style import GRID, INK
from model.world import Array

END_SIZE = 7.5  # points, of labels at the ends of lines
END_GAP = 0.17  # inches between an axes and the labels at the ends of its lines


def series(trajectory: pd.DataFrame, measure: str, state: str = "") -> pd.DataFrame:
    """A measure's mean, low and high by turn, for a state or for the world."""
    rows = trajectory[(trajectory["measure"] == measure) & (trajectory["state"] == state)]
    return rows.sort_values("turn")


def turn_edges(trajectory: pd.DataFrame) -> Array:
    """Day numbers at which the turns begin, and at which the last one ends."""
    days = trajectory.drop_duplicates("turn").sort_values("turn")["day"]
    first, last = day_numbers([days.iloc[0], days.iloc[-1]])
    length = (last - first) / max(len(days) - 1, 1) or 1.0
    return np.asarray(first + length * np.arange(len(days) + 1))


def day_numbers(days: Iterable[date]) -> Array:
    """Days as matplotlib counts them, at midnight."""
    return np.asarray(date2num(list(days)), float)  # type: ignore[no-untyped-call]  # has no types


def ends_of_turns(edges: Array) -> Array:
    """Midday of each turn's last day."""
    return np.asarray(edges[1:] - np.minimum(np.diff(edges), 1.0) / 2)


def draw_band(axes: Axes, edges: Array, rows: pd.DataFrame, colour: str) -> None:
    """The mean as a line and its interval as a band; bar and dot where there is one turn."""
    days = ends_of_turns(edges)
    low, mean, high = (rows[column].to_numpy(float) for column in ("low", "mean", "high"))
    if len(days) == 1:
        axes.vlines(days, low, high, color=colour, alpha=0.3, linewidth=4)
    axes.fill_between(days, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(days, mean, color=colour, marker="o" if len(days) == 1 else "")


def show_days(axes: Axes, edges: Array, *, named: bool = True) -> None:
    """The days of all turns on the horizontal axis; their names where wanted."""
    days = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]  # has no types
    names = ConciseDateFormatter(days, show_offset=named)  # type: ignore[no-untyped-call]  # has no types
    axes.set_xlim(edges[0], edges[-1])
    axes.xaxis.set_major_locator(days)
    axes.xaxis.set_major_formatter(names)
    axes.tick_params(axis="x", labelbottom=named)
    axes.set_xlabel("day" if named else "")
    axes.xaxis.set_label_coords(0.5, 0, axes.transAxes + inches(axes.figure, 0, -0.24))


def add_panel(
    figure: Figure, box: tuple[float, float, float, float], sharey: Axes | None = None
) -> Axes:
    """Axes at a place in inches: left, bottom, width and height."""
    wide, high = figure.get_size_inches()
    left, bottom, width, height = box
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high), sharey=sharey)


def inches(figure: Figure | SubFigure, right: float, up: float) -> ScaledTranslation:
    """A move by inches, whatever the size of figure and axes."""
    return ScaledTranslation(right, up, figure.dpi_scale_trans)


def end_width(texts: Iterable[str]) -> float:
    """Inches that labels at the ends of lines need beside an axes."""
    widest = max(TextPath((0, 0), each, size=END_SIZE).get_extents().width for each in texts)
    return END_GAP + widest / 72 + 0.1


def label_ends(axes: Axes, day: float, ends: Sequence[tuple[str, float, str]]) -> None:
    """Labels to the right of the axes, apart from one another: text, value and colour of each.

    The limits of the axes must be settled.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    extent, dpi = axes.get_window_extent(), axes.figure.dpi
    wide, tall = extent.width / dpi, extent.height / dpi
    gap = 1.3 * END_SIZE * (high - low) / (72 * tall)
    places = parted(np.array([value for _, value, _ in ends]), gap, low, high)
    start, end = (day - left) / (right - left), 1 + END_GAP / wide
    across = axes.get_yaxis_transform()
    for (text, value, colour), place in zip(ends, places, strict=True):
        line = Line2D((start, end - 0.02 / wide), (value, place), transform=across, color=colour)
        axes.add_artist(line).set(linewidth=0.6, clip_on=False)
        axes.text(end, place, text, transform=across, color=colour, va="center",
                  fontsize=END_SIZE, gid="end")  # fmt: skip


def parted(values: Array, gap: float, low: float, high: float) -> Array:
    """Places at least a gap apart within bounds, in order and nearest to the values.

    Least squares under the gaps is isotonic regression of the values less their
    ranks' gaps. The gap narrows where not all fit.

    >>> parted(np.array([1.0, 1.0, 5.0]), 1.0, 0.0, 9.0)
    array([0.5, 1.5, 5. ])
    """
    order = np.argsort(values, kind="stable")
    gap = min(gap, (high - low) / max(len(values) - 1, 1))
    steps = gap * np.arange(len(values))
    fitted = isotonic_regression(values[order] - steps).x
    places = np.empty(len(values))
    places[order] = np.clip(fitted, low, max(high - steps[-1], low)) + steps
    return places


def rows_of(axes: Axes, names: Sequence[str]) -> None:
    """A row of the axes for each name, the first on top, with a line at 0."""
    axes.set(ylim=(len(names) - 0.4, -0.6), yticks=range(len(names)))
    axes.set_yticklabels(names)
    axes.tick_params(left=False)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
