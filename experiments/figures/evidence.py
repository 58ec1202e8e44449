"""The figure of what each source of history says about each weight."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure

from experiments.figures.style import FAINT, GRID, INK, NOTE, TALK, WIDTH, styled
from model.world import Array

NOTE_OF_SOURCES = (
    "Dots: median; bars: 90 % of the posterior, or the maximum alone where nothing was sampled.\n"
    "Blue: what all sources share.  Grey line: the default weight; dotted: the prior's median."
)

WIDEST = 15.0
"""How many times the prior's median, and which part of it, a panel shows."""

TICKS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@styled
def weights_by_source(
    rows: Mapping[str, Array], names: Sequence[str], default: Array, prior: Array
) -> bytes:
    """A panel for each weight, a row in it for each source and what they share; as PNG.

    `rows` are logarithms by source (draws, weights), in the order of the names.
    """
    columns = 5
    height = -(-len(names) // columns)
    figure = Figure(figsize=(WIDTH, 1.1 + 1.5 * height))
    panels = figure.subplots(height, columns, sharey=True, squeeze=False)
    labels = list(rows)
    for place, name in enumerate(names):
        axes = panels[place // columns, place % columns]
        axes.axvline(default[place], color=GRID, linewidth=2.0)
        axes.axvline(prior[place], color=FAINT, linewidth=0.8, linestyle=":")
        for row, (label, logs) in enumerate(rows.items()):
            colour = TALK if label == "shared" else INK
            low, half, high = np.exp(np.quantile(logs[:, place], [0.05, 0.5, 0.95]))
            axes.plot([low, high], [row, row], color=colour, linewidth=1.4)
            axes.plot([half], [row], color=colour, marker="o", markersize=3.5)
        axes.set_title(name)
        axes.set_xscale("log")
        axes.set_xlim(prior[place] / WIDEST, prior[place] * WIDEST)
        ticks = [each for each in TICKS if abs(np.log(each / prior[place])) < np.log(WIDEST)]
        axes.set_xticks(ticks, [f"{each:g}" for each in ticks], minor=False)
        axes.minorticks_off()
    first = panels[0, 0]
    first.set_yticks(range(len(labels)), labels)
    first.set_ylim(len(labels) - 0.5, -0.5)
    figure.subplots_adjust(left=0.19, right=0.98, top=0.93, bottom=0.16, wspace=0.15, hspace=0.5)
    figure.text(0.02, 0.02, NOTE_OF_SOURCES, **NOTE)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
