"""Draws the changes between two configurations, quantity by quantity."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.engine.duel import OWN
from experiments.figures.parts import rows_of
from experiments.figures.style import FAINT, INK, NOTE, WIDTH, styled
from experiments.study.design import Design


@styled
def changes(design: Design, changed: pd.DataFrame) -> Figure:
    """Differences in standard deviations with 95 % bars."""
    names = [named(each, design) for each in changed["quantity"]]
    height = 1.2 + 0.2 * max(len(names), 4)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.4 / height, 1, 1 - 0.4 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    axes = figure.subplots()
    size, half = changed["size"].to_numpy(float), changed["size_half"].to_numpy(float)
    settled = np.abs(size) > half
    for place in range(len(names)):
        colour = INK if settled[place] else FAINT
        axes.errorbar(
            size[place], place, xerr=half[place], fmt="o", color=colour, markersize=4,
            markerfacecolor=colour if settled[place] else "white",
        )  # fmt: skip
    rows_of(axes, names)
    axes.set_title("What changes")
    axes.set_xlabel("second less first, standard deviations")
    note = (
        f"{design.runs} runs on the same random draws, preset {design.preset}, seed {design.seed}. "
        "Bars: 95 % intervals; hollow: the interval holds 0."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def named(quantity: str, design: Design) -> str:
    """A quantity's name as readers see it."""
    what, _, policy = quantity.rpartition(".")
    if what == "gain":
        return f"advantage of {design.talk} over {'own choice' if policy == OWN else policy}"
    known = {"worth": f"value for {design.patron}", "protege": "value for the protege"}
    return known.get(what, what.replace("_", " "))
