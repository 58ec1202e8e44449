"""Draws the points of a design by which policy is better, with the box that was found."""

from collections.abc import Mapping, Sequence
from typing import Any  # limits are numbers or words

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from experiments.figures.style import ACT, INK, NOTE, TALK, WIDTH, styled
from experiments.study.design import Design
from model.world import Array


@styled
def boxes(
    design: Design,
    cases: pd.DataFrame,
    talk: Array,
    limits: Mapping[str, Sequence[Any]],
    act: str,
) -> Figure:
    """A panel for each pair of the first three limited factors; the box as a frame."""
    limited = [name for name in limits if not any(isinstance(e, str) for e in limits[name])]
    numeric = [str(name) for name in cases if pd.api.types.is_numeric_dtype(cases[name])]
    names = [*limited, *(name for name in numeric if name not in limited)]
    names = names[: max(2, min(len(limited), 3))]
    pairs = [(x, y) for k, x in enumerate(names) for y in names[k + 1 :]] or [(names[0], "")]
    height = 0.85 + WIDTH * 0.8 / max(len(pairs), 2)
    width = WIDTH * (0.75 if len(pairs) == 1 else 1.0)
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.4 / height, 1, 1 - 0.4 / height))  # type: ignore[union-attr,call-arg]  # the constrained engine has a rect
    panels = figure.subplots(1, len(pairs), squeeze=False)[0]
    for axes, (x, y) in zip(panels, pairs, strict=True):
        draw(axes, cases, talk, x, y, limits)
        axes.set_xlabel(design.label(x))
        axes.set_ylabel(design.label(y) if y else "")
    panels[0].set_title(f"{design.talk} against {act}")
    note = (
        f"Filled blue: {design.talk} is better; open red: the act is. {len(cases)} points, "
        f"{design.runs} paired runs each, preset {design.preset}, seed {design.seed}.\n"
        + ("Frame: limits of the first PRIM box in the two factors." if limits else "No box found.")
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def draw(
    axes: Axes, cases: pd.DataFrame, talk: Array, x: str, y: str, limits: Mapping[str, Any]
) -> None:
    """The points over two factors, and the box."""
    across = cases[x].to_numpy(float)
    upward = cases[y].to_numpy(float) if y else np.arange(len(cases), dtype=float)
    axes.scatter(across[~talk], upward[~talk], s=9, facecolors="none", edgecolors=ACT,
                 linewidths=0.7)  # fmt: skip
    axes.scatter(across[talk], upward[talk], s=9, color=TALK, linewidths=0)
    ends = []
    for name, values in ((x, across), (y, upward)):
        low, high = limits.get(name, (None, None))
        ends.append((values.min() if low is None else low, values.max() if high is None else high))
    (left, right), (bottom, top) = ends
    if x in limits or y in limits:
        axes.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=INK,
                      linewidth=1.4)
        )  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
