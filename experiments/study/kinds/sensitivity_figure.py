"""Draws the ranking of parameters: Morris on the left, Sobol on the right."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.figures.parts import rows_of
from experiments.figures.style import NOTE, WIDTH, styled
from experiments.study.design import Design

MOST = 15
"""The most factors that are shown."""

COLOURS = [to_hex(colour) for colour in colormaps["Dark2"](range(8))]
MARKS = ("o", "s", "^")


@styled
def ranking(design: Design, morris: pd.DataFrame, sobol: pd.DataFrame, label: str) -> Figure:
    """Dots with 95 % bars: effects of all factors that rank high, and shares of variance."""
    by_effect = order(morris, "mu_star")[:MOST]
    by_share = order(sobol, "total")[:MOST]
    height = 1.7 + 0.2 * max(len(by_effect), len(by_share), 4)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.7 / height, 1, 1 - 0.7 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    left, right = figure.subplots(1, 2)
    for place, act in enumerate(design.acts):
        shift = 0.18 * (place - (len(design.acts) - 1) / 2)
        own = morris[morris["act"] == act].set_index("factor").reindex(by_effect)
        dots(left, own["mu_star"], own["mu_star_half"], shift, place)
        own = sobol[sobol["act"] == act].set_index("factor").reindex(by_share)
        dots(right, own["total"], own["total_half"], shift, place, f"mu* or total, against {act}")
        first = f"first order, against {act}"
        dots(right, own["first"], own["first_half"], shift, place, first, False)
    for axes, names in ((left, by_effect), (right, by_share)):
        rows_of(axes, names)
    figure.legend(
        loc="lower center", bbox_to_anchor=(0.5, 0.36 / height), ncols=len(design.acts),
        frameon=False, fontsize=6,
    )  # fmt: skip
    left.set_title("Morris: mean size of effect")
    left.set_xlabel("mu*, units of payoff over the range")
    right.set_title("Sobol: shares of variance")
    right.set_xlabel("share of variance")
    note = (
        f"Output: advantage of {design.talk} for {label}. Bars: 95 % bootstrap intervals. "
        f"{design.sensitivity.trajectories} trajectories; base sample {design.sensitivity.base}; "
        f"{design.runs} runs a point;\npreset {design.preset}, seed {design.seed}."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def order(table: pd.DataFrame, column: str) -> list[str]:
    """Factors in descending order of their largest value over acts."""
    return list(table.groupby("factor")[column].max().sort_values(ascending=False).index)


def dots(
    axes: Axes,
    values: pd.Series,
    halves: pd.Series,
    shift: float,
    place: int,
    name: str = "",
    whole: bool = True,
) -> None:
    """Draw dots with their intervals a little above or below each factor's line."""
    where = np.arange(len(values)) + shift + (0.0 if whole else 0.09)
    colour = COLOURS[place % len(COLOURS)]
    axes.errorbar(
        values.to_numpy(float), where, xerr=halves.to_numpy(float), fmt=MARKS[place % len(MARKS)],
        color=colour, markerfacecolor=colour if whole else "white", markersize=3.8,
        elinewidth=1.0, label=name,
    )  # fmt: skip
