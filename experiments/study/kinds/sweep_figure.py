"""Draws the advantage of talk along factors as lines with 95 % bands."""

from typing import Any  # a factor's values may be words

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.engine.duel import OWN
from experiments.engine.estimates import INTERVENTION, WORDS, verdicts
from experiments.figures.style import GRID, INK, NOTE, WIDTH, styled
from experiments.study.design import Design

COLOURS = [to_hex(colour) for colour in colormaps["Dark2"](range(8))]
"""Colours that colour-blind readers can tell apart; lines also differ in their dashes."""

DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))


@styled
def sweep(design: Design, table: pd.DataFrame, label: str) -> Figure:
    """A panel for each factor, a line for each act; or for each act, lines by a second factor."""
    panels = panels_of(design, table)
    columns = min(len(panels), 2)
    rows = -(-len(panels) // columns)
    height = 0.9 + 2.5 * rows
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.36 / height, 1, 1 - 0.36 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (title, lines) in zip(places, panels, strict=False):
        for number, (name, factor, own, rival) in enumerate(lines):
            draw_line(axes, own[factor].tolist(), own, rival, number, name)
            axes.set_xlabel(design.label(factor))
        axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
        axes.set_title(title)
        axes.grid(axis="y", color=GRID, linewidth=0.5)
        axes.legend(frameon=False, fontsize=7)
    for axes in places[len(panels) :]:
        axes.remove()
    for axes in places[::columns]:
        axes.set_ylabel("realised value of talk less that of the other,\nunits of payoff")
    note = (
        f"{label}: {design.talk} against each policy, {design.runs} runs a point on the same "
        "random draws. Lines: mean paired difference;\nbands: 95 % interval. Above 0 talk is "
        "better. Filled dots: settled; hollow: the interval holds 0."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


Line = tuple[str, str, pd.DataFrame, str]


def panels_of(design: Design, table: pd.DataFrame) -> list[tuple[str, list[Line]]]:
    """Titles and lines: name, factor along it, points and rival."""
    rivals = [each for each in design.policies if each != design.talk]
    against = {each: "its own choice" if each == OWN else each for each in rivals}
    first, *others = design.names
    if design.sampling.method == "each" or not others:
        return [
            (
                "against " + ", ".join(against.values()) if len(design.names) == 1 else name,
                [(against[r], name, table[table[name].notna()], r) for r in rivals],
            )
            for name in design.names
        ]
    values = list(dict.fromkeys(table[others[0]]))
    label = design.factors[others[0]].label or others[0]
    return [
        (
            f"against {against[rival]}",
            [(f"{label} {v:g}" if isinstance(v, float) else f"{label} {v}", first,
              table[table[others[0]] == v], rival) for v in values],
        )
        for rival in rivals
    ]  # fmt: skip


def draw_line(
    axes: Axes, values: list[Any], rows: pd.DataFrame, rival: str, number: int, name: str
) -> None:
    """Draw a line with its band; words are spaced evenly along the axis."""
    words = any(isinstance(each, str | bool) for each in values)
    across = np.arange(len(values)) if words else np.array(values, float)
    colour = COLOURS[number % len(COLOURS)]
    mean, low, high = (rows[f"gain.{rival}{end}"].to_numpy(float) for end in ("", ".low", ".high"))
    axes.fill_between(across, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(across, mean, color=colour, linestyle=DASHES[number % len(DASHES)], label=name)
    settled = np.isin(verdicts(low, high), (WORDS, INTERVENTION))
    axes.scatter(across[settled], mean[settled], s=12, color=colour, zorder=3)
    axes.scatter(across[~settled], mean[~settled], s=12, edgecolors=colour, facecolors="white",
                 linewidths=0.9, zorder=3)  # fmt: skip
    if words:
        axes.set_xticks(across, [str(each) for each in values])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6))
