"""Draws the phase diagram: a heat map for each act with the contour, its band and open cells."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import SymLogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from experiments.engine.estimates import OPEN, verdicts
from experiments.figures.style import FAINT, INK, NOTE, WIDTH, styled
from experiments.study.design import Design, grid_values
from model.world import Array

COLOURS = "RdBu"


@styled
def phase(design: Design, mean: Array, low: Array, high: Array, label: str) -> Figure:
    """A panel for each act; one scale of colours for all."""
    across, upward = (np.array(grid_values(each), float) for each in design.factors.values())
    count = len(design.acts)
    height = 0.97 + 0.88 * WIDTH / max(count, 2)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.62 / height, 1, 1 - 0.62 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    panels = figure.subplots(1, count, squeeze=False, sharey=True)[0]
    norm = scale(mean)
    for place, (axes, act) in enumerate(zip(panels, design.acts, strict=True)):
        draw(axes, across, upward, (mean[place], low[place], high[place]), norm)
        axes.set_title(f"{design.talk} against {act}")
        axes.xaxis.set_major_locator(MaxNLocator(5))
    figure.supxlabel(design.label(design.names[0]), fontsize=8, y=0.42 / height, va="bottom")
    panels[0].set_ylabel(design.label(design.names[1]))
    colours = ScalarMappable(norm, COLOURS)
    bar = figure.colorbar(colours, ax=list(panels), shrink=0.9, pad=0.02, format="{x:g}")
    bar.set_label(f"advantage of {design.talk} for {label}, units of payoff")
    bar.outline.set_visible(False)
    note = (
        f"Blue: {design.talk} is better; red: the act is. Black line: no difference; dashed: its "
        f"95 % band. Hatched: the sign is not settled at 95 %{covering(design)}.\n"
        f"Up to {design.runs} paired runs a cell, preset {design.preset}, seed {design.seed}."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def covering(design: Design) -> str:
    """What an interval covers besides sampling."""
    drawn = design.posterior
    return f", of sampling or over {drawn} draws of the weights" if drawn else " of sampling"


def scale(mean: Array) -> SymLogNorm:
    """Colours symmetric about zero, linear for the usual size and logarithmic beyond."""
    largest = float(np.nanmax(np.abs(mean))) or 1.0
    usual = float(np.nanmedian(np.abs(mean))) or largest
    unit = float(10.0 ** np.floor(np.log10(max(usual, largest / 50))))
    return SymLogNorm(linthresh=unit, linscale=1.0, vmin=-largest, vmax=largest)


def draw(
    axes: Axes, across: Array, upward: Array, surface: tuple[Array, Array, Array], norm: SymLogNorm
) -> None:
    """Heat map, hatches, contour and band of one act."""
    mean, low, high = surface
    axes.pcolormesh(across, upward, mean, cmap=COLOURS, norm=norm, shading="nearest")
    half_x, half_y = (np.diff(each)[0] / 2 for each in (across, upward))
    hatched = [
        Rectangle((across[column] - half_x, upward[row] - half_y), 2 * half_x, 2 * half_y)
        for row, column in np.argwhere(verdicts(low, high) == OPEN)
    ]
    axes.add_collection(
        PatchCollection(hatched, facecolor="none", edgecolor=FAINT, hatch="/////", linewidth=0.0)
    )
    for values, style, width in ((mean, "solid", 1.6), (low, "dashed", 0.9), (high, "dashed", 0.9)):
        if np.nanmin(values) < 0 < np.nanmax(values):
            axes.contour(
                across, upward, values, levels=[0.0], colors=INK, linestyles=style, linewidths=width
            )
    axes.tick_params(length=2)
