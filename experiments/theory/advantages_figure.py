"""The figures of ablations and of decision rules: the advantage of talk, line by line."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from experiments.engine.duel import ACTS
from experiments.engine.estimates import Estimate
from experiments.figures.style import ACT, GRID, INK, NOTE, TALK, WIDTH, styled


@styled
def ablations(table: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """What each mechanism adds to the advantage of talk over arms and force, by patron.

    A row for each mechanism, patron and measure: mechanism, title, patron, measure,
    difference, low, high.
    """
    rows = table[table["measure"].str.startswith("talk - ")]
    note = "Advantage of talk with the mechanism less without it"
    named = rows["title"] + "  " + rows["mechanism"]
    acts = rows["measure"].str.removeprefix("talk - ")
    return advantages(rows.assign(of=named, act=acts), labels, note)


@styled
def advantages(rows: pd.DataFrame, labels: Mapping[str, str], what: str) -> Figure:
    """Differences for talk against arms and force: of, patron, act, difference, low, high.

    A panel for each patron, a line for each `of`; hollow where the interval holds 0.
    """
    patrons, names = rows["patron"].unique(), list(rows["of"].unique())
    height = 0.95 + 0.19 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    width = 0.66 / len(patrons)
    for column, patron in enumerate(patrons):
        box = (0.32 + column * width, 0.62 / height, 0.86 * width, (height - 1.0) / height)
        axes = figure.add_axes(box)
        axes.set_xscale("symlog", linthresh=0.1)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
        axes.set_title(labels.get(str(patron), str(patron)))
        for act, offset, colour in zip(ACTS, (-0.16, 0.16), (TALK, ACT), strict=True):
            own = rows[(rows["patron"] == patron) & (rows["act"] == act)]
            places = [names.index(each) + offset for each in own["of"]]
            draw_advantages(axes, own, places, colour)
        axes.set(ylim=(len(names) - 0.4, -0.6), yticks=range(len(names)))
        axes.set_yticklabels(names if column == 0 else [])
        axes.tick_params(left=False)
        axes.tick_params(axis="x", labelsize=6.0)
        wide = np.abs(axes.get_xlim()).max() > 1
        axes.xaxis.set_major_locator(FixedLocator([-10, -1, 0, 1, 10] if wide else [-0.1, 0, 0.1]))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(axis="y", color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
    note = (
        f"{what}, units of payoff (linear within 0.1, then logarithmic).\n"
        "Blue: against arms; red: against force; bars: 95 % intervals; hollow: the interval "
        "holds 0."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def draw_advantages(axes: Axes, rows: pd.DataFrame, places: Sequence[float], colour: str) -> None:
    """A dot and its interval for each row, at its place."""
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        found = Estimate(float(row["difference"]), float(row["low"]), float(row["high"]))
        axes.errorbar(
            found.mean, place, xerr=[[found.mean - found.low], [found.high - found.mean]],
            fmt="o", color=colour, elinewidth=1.4, markersize=3.4,
            markerfacecolor=colour if found.settled else "white",
        )  # fmt: skip
