"""The figure of reasons: how a difference adds up, term by term."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from experiments.engine.words import decimal
from experiments.figures.style import ACT, FAINT, GRID, INK, NOTE, TALK, WIDTH, styled

Step = tuple[str, float]

WATERFALL_NOTE = (
    "Each bar is a payoff term's part of realised value, words less the act, mean over runs on the "
    "same random draws; they add up to the last bar."
)
LINE = 0.2
"""Inches a bar takes."""


@styled
def waterfall(steps: Mapping[str, Sequence[Step]], patron: str) -> Figure:
    """How words less each act adds up: act to its parts, (what it is about, value) each.

    Bars to the right, in blue, are what words save; to the left, in red, what they cost.
    """
    count = max(len(each) for each in steps.values()) + 1
    height = 1.12 + LINE * count
    figure = Figure(figsize=(WIDTH, height))
    width = 0.97 / len(steps)
    for place, (act, parts) in enumerate(steps.items()):
        within = (0.012 + width * place + 0.19, 0.78 / height, width - 0.23, LINE * count / height)
        axes = figure.add_axes(within)
        add_up(axes, parts)
        axes.set(ylim=(count - 0.5, -0.5), yticks=[])
        axes.set_title(f"{patron}: words less {act}", x=-0.19 / (width - 0.23))
        axes.set_xlabel("units of payoff")
        axes.spines["left"].set_visible(False)
    figure.text(0.012, 0.07 / height, WATERFALL_NOTE, **NOTE)
    return figure


def add_up(axes: Axes, parts: Sequence[Step]) -> None:
    """Each part as a bar from where the last one ended, and their sum."""
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    reached, ends = 0.0, [0.0]
    for place, (about, value) in enumerate(parts):
        bar(axes, place, about, reached, value, TALK if value > 0 else ACT)
        axes.plot([reached + value] * 2, [place, place + 1], color=FAINT, linewidth=0.6, zorder=0)
        reached += value
        ends.append(reached)
    bar(axes, len(parts), "together", 0.0, reached, INK)
    low, high = min(ends), max(ends)
    room = 0.22 * ((high - low) or 1.0)
    axes.set_xlim(low - 0.3 * room, high + room)


def bar(axes: Axes, place: int, about: str, start: float, value: float, colour: str) -> None:
    """One bar with what it is about on the left and its value at its right end."""
    axes.barh(place, value, left=start, height=0.62, color=colour, zorder=2)
    axes.axhline(place, color=GRID, linewidth=0.5, zorder=0)
    axes.text(
        -0.03, place, about, transform=axes.get_yaxis_transform(), ha="right", va="center",
        fontweight="bold" if about == "together" else "normal",
    )  # fmt: skip
    axes.annotate(
        Formatter.fix_minus(decimal(value)), (max(start, start + value), place), xytext=(3, 0),
        textcoords="offset points", va="center", color=colour,
    )  # fmt: skip
