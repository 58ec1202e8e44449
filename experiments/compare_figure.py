"""What changes between two configurations: quantities on the left, payoff terms on the right."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.design import Design
from experiments.figures import ACT, FAINT, GRID, INK, NOTE, TALK, WIDTH, signed, styled


@styled
def changes(design: Design, changed: pd.DataFrame, terms: pd.DataFrame) -> Figure:
    """Differences in standard deviations with 95 % bars; changes of the terms' gaps by act."""
    from experiments.compare import named

    names = [named(each, design) for each in changed["quantity"]]
    order = list(dict.fromkeys(terms["term"]))
    height = 1.2 + 0.2 * max(len(names), len(order), 4)
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.4 / height, 1, 1 - 0.4 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    left, right = figure.subplots(1, 2)
    size, half = changed["size"].to_numpy(float), changed["size_half"].to_numpy(float)
    settled = np.abs(size) > half
    for place in range(len(names)):
        colour = INK if settled[place] else FAINT
        left.plot([size[place] - half[place], size[place] + half[place]], [place, place],
                  color=colour)  # fmt: skip
        left.plot(size[place], place, "o", color=colour, markersize=4,
                  markerfacecolor=colour if settled[place] else "white")  # fmt: skip
    width = 0.8 / max(len(design.acts), 1)
    for number, (act, colour) in enumerate(zip(design.acts, (ACT, TALK, "#1b7837"), strict=False)):
        own = terms[terms["act"] == act].set_index("term")["change"].reindex(order)
        where = np.arange(len(order)) + width * (number - (len(design.acts) - 1) / 2)
        right.barh(where, own.to_numpy(float), width, color=colour, label=f"against {act}",
                   hatch="" if number == 0 else "///", edgecolor="white", linewidth=0)  # fmt: skip
    for axes, words in ((left, names), (right, order)):
        axes.set(ylim=(len(words) - 0.4, -0.6), yticks=range(len(words)))
        axes.set_yticklabels(words)
        axes.tick_params(left=False)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.grid(axis="y", color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_formatter(FuncFormatter(signed))
    right.legend(frameon=False, fontsize=7)
    left.set_title("What changes")
    left.set_xlabel("second less first, standard deviations")
    right.set_title("By which term")
    right.set_xlabel(f"change of the gap, {design.talk} less act, in war")
    note = (
        f"{design.runs} runs on the same luck, preset {design.preset}, seed {design.seed}. "
        "Bars on the left: 95 % intervals; hollow: the interval holds 0."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure
