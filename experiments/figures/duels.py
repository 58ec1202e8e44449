"""The figure of duels: what talk gains over each act, with its interval."""

from collections.abc import Hashable, Mapping
from typing import Any  # a row of a table has values of any type

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from experiments.engine import estimates
from experiments.engine.estimates import Estimate
from experiments.engine.words import decimal, interval
from experiments.figures.style import (
    ACT,
    FAINT,
    GRID,
    INK,
    NOTE,
    TALK,
    WIDTH,
    styled,
)

VERDICT_COLOURS = {estimates.WORDS: TALK, estimates.INTERVENTION: ACT}
"""Grey where neither is settled to be better."""

COLUMNS = (1.436, 1.638, 1.83)  # right edges of the columns beside the duels, in widths of the axes
DUELS_NOTE = (
    "Dots: mean over runs of the difference, talk and act played on the same random draws; bars: "
    "its 95 % interval.  Hollow: the interval holds 0."
)
OPEN_NOTE = (
    "Dots: mean over runs of the difference, talk and act played on the same random draws; bars: "
    "the wider of its 95 % intervals,\nof sampling and over what history leaves open of the "
    "weights.  Hollow: the interval holds 0."
)
DAGGER_NOTE = (
    "\n† Means did not allow the act in most war turns; the most that they allowed was done."
)


@styled
def duels(differences: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Talk against intervention: paired differences of realised value with 95 % intervals.

    A row for each duel: patron, protege, talk, act, difference, low, high, and
    better, the share of runs in which talk is worth more; where there are
    history_low and history_high the wider interval is drawn; where there is a
    column same, the share of runs in which nothing differs is shown beside it, and
    where there is forced_down, the share of war turns in which means did not allow
    the act, acts that were mostly out of reach are marked.
    """
    groups = differences.groupby(["patron", "protege", "talk"], sort=False)
    lines = len(differences) + len(groups)
    height = 1.56 + 0.19 * lines
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.125, 1.02 / height, 0.47, (height - 1.42) / height))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    decimals = decimals_of(differences["difference"])
    place = 0
    for _, rows in groups:
        records = rows.to_dict("records")
        head_group(axes, place, records[0], labels)
        for offset, record in enumerate(records, start=1):
            draw_duel(axes, place + offset, record, decimals)
        place += len(records) + 1
    axes.set(ylim=(lines - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)
    scale_differences(axes, differences)
    head_duels(axes, ties="same" in differences)
    marked = any(beyond_means(row) for row in differences.to_dict("records"))
    note = OPEN_NOTE if "history_low" in differences else DUELS_NOTE
    note += DAGGER_NOTE if marked else ""
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def head_group(
    axes: Axes, place: float, row: Mapping[Hashable, Any], labels: Mapping[str, str]
) -> None:
    """The line above a patron's duels: who, for whom, and the talk that is compared."""
    headline = f"{labels[row['patron']]} for {labels[row['protege']]}: {row['talk']} against"
    axes.text(
        -0.24, place, headline, transform=axes.get_yaxis_transform(), va="center",
        fontweight="bold", bbox={"facecolor": "white", "linewidth": 0, "pad": 1},
    )  # fmt: skip


def draw_duel(axes: Axes, place: float, row: Mapping[Hashable, Any], decimals: int) -> None:
    """One line: the act, dot and interval, the figures, and how often talk is better."""
    drawn = widest(row)
    difference, low, high = drawn.mean, drawn.low, drawn.high
    colour = VERDICT_COLOURS.get(drawn.verdict, FAINT)
    fill = "white" if colour == FAINT else colour
    axes.axhline(place, color=GRID, linewidth=0.5, zorder=0)
    axes.hlines(place, low, high, color=colour, linewidth=2.0)  # few draws may not hold the mean
    axes.plot(difference, place, "o", color=colour, markersize=5, markerfacecolor=fill)
    figures = f"{decimal(difference, decimals)}  {interval(low, high, decimals, sign='-')}"
    for across, text, ink in (
        (-0.02, f"{row['act']} †" if beyond_means(row) else str(row["act"]), INK),
        (COLUMNS[0], Formatter.fix_minus(figures), colour),
        (COLUMNS[1], f"{100 * row['better']:.0f} %", INK),
        (COLUMNS[2], f"{100 * row['same']:.0f} %" if "same" in row else "", INK),
    ):
        axes.text(
            across, place, text, color=ink, transform=axes.get_yaxis_transform(), ha="right",
            va="center",
        )  # fmt: skip


def widest(row: Mapping[Hashable, Any]) -> Estimate:
    """The wider of a duel's estimates: of sampling, and over the posterior where it was played."""
    sampled = Estimate(*(float(row[each]) for each in ("difference", "low", "high")))
    if pd.isna(row.get("history_low")):
        return sampled
    ends = float(row["history_low"]), float(row["history_high"])
    return estimates.wider(sampled, Estimate(sampled.mean, *ends))


def beyond_means(row: Mapping[Hashable, Any]) -> bool:
    """Whether means did not allow the act in most war turns, as far as the row tells."""
    return float(row.get("forced_down", 0.0)) > 0.5


def scale_differences(axes: Axes, differences: pd.DataFrame) -> None:
    """A linear axis, or a logarithmic one beyond the usual size where a few dwarf the rest."""
    usual = usual_size(differences["difference"])
    unit = float(10.0 ** np.round(np.log10(usual)))
    drawn = [widest(row) for row in differences.to_dict("records")]
    low = min(1.25 * min(each.low for each in drawn), -0.4 * usual)
    high = max(1.25 * max(each.high for each in drawn), 0.4 * usual)
    label = "realised value of talk minus that of the act, units of payoff"
    if max(-low, high) > 8 * max(usual, unit / 2):
        axes.set_xscale("symlog", linthresh=unit)
        axes.xaxis.set_major_formatter("{x:g}")
        label += f"\n(logarithmic beyond ±{unit:g})"
    axes.set_xlim(low, high)
    axes.set_xlabel(label)


def usual_size(sizes: pd.Series) -> float:
    """The median size of the differences that are not 0; 1 where there is none."""
    known = np.abs(sizes.to_numpy(float))
    return float(np.median(known[known > 0])) if (known > 0).any() else 1.0


def decimals_of(sizes: pd.Series) -> int:
    """Decimals that show two digits of a difference of the usual size.

    >>> decimals_of(pd.Series([0.84, -0.5, 12.0]))
    2
    """
    return int(np.clip(1 - np.floor(np.log10(usual_size(sizes))), 0, 6))


def head_duels(axes: Axes, *, ties: bool) -> None:
    """Which side is which, and the heads of the columns."""
    for across, text, side, colour in (
        (0.0, "\N{LEFTWARDS ARROW} the act better", "left", ACT),
        (1.0, "talk better \N{RIGHTWARDS ARROW}", "right", TALK),
        (COLUMNS[0], "difference  [95 %]", "right", FAINT),
        (COLUMNS[1], "runs: talk\nis better", "right", FAINT),
        (COLUMNS[2], "runs: no\ndifference" if ties else "", "right", FAINT),
    ):
        axes.annotate(
            text, (across, 1.0), xytext=(0, 5), xycoords="axes fraction",
            textcoords="offset points", ha=side, color=colour,
        )  # fmt: skip
