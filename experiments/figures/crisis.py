"""Figures of a crisis: what states do, how they are seen, and the price of oil.

Every function takes plain tables and returns a figure; the same table gives the
same bytes. Turns are drawn over the days that they last, quantities after a turn
at the turn's last day, and observations at midday.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # settings of matplotlib have values of any type

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.ticker import MaxNLocator

from experiments.figures.parts import (
    add_panel,
    day_numbers,
    draw_band,
    end_width,
    ends_of_turns,
    inches,
    label_ends,
    series,
    show_days,
    turn_edges,
)
from experiments.figures.style import FAINT, GRID, INK, NOTE, SIMULATED, WIDTH, styled
from model.parameters import RUNGS
from model.world import Array

Menus = Mapping[str, Sequence[tuple[str, int]]]
Swatches = dict[str, tuple[int, int]]  # action: its rung, and its variant among those on the rung

SHADES = colormaps["magma_r"](np.linspace(0.0, 0.9, len(RUNGS)))  # light to dark
COLOURS = dict(zip(RUNGS, map(to_hex, SHADES), strict=True))
HATCHES = ("", "/////", ".....", "xxxxx", "-----")


# ------------------------------------------------------------------- what states do


@styled
def rungs(
    trajectory: pd.DataFrame,
    labels: Mapping[str, str],
    menus: Menus,
    observed: pd.DataFrame | None = None,
) -> Figure:
    """What each state does: the share of runs by action, over the days, beside what was observed.

    `menus` gives each state's actions and their rungs; `observed` has a row for
    each act: day, state, rung.
    """
    columns = min(3, len(menus))
    rows = -(-len(menus) // columns)
    swatches = swatches_of(menus)
    foot = 1.06 + 0.15 * max(Counter(swatches.values()).values())
    height = foot + 0.3 + 2.4 * rows
    figure = Figure(figsize=(WIDTH, height))
    cells = figure.add_gridspec(
        rows, columns, left=0.1, right=0.985, wspace=0.12, hspace=0.32,
        top=1 - 0.25 / height, bottom=foot / height,
    )  # fmt: skip
    heights = (0.3, 1.0, 0.17) if observed is not None else (1.0, 0.17)
    for number, (state, menu) in enumerate(menus.items()):
        inner = cells[number].subgridspec(len(heights), 1, height_ratios=heights, hspace=0.22)
        panel = [figure.add_subplot(inner[place]) for place in range(len(heights))]
        panel[0].set_title(labels[state])
        if observed is not None:
            draw_observed(panel[0], trajectory, observed, state)
        draw_shares(panel[-2], trajectory, state, menu, swatches)
        draw_war(panel[-1], trajectory)
        tidy_panel(panel, left=number % columns == 0)
        if number + columns < len(menus):
            panel[-1].set_xlabel("")
    draw_key(figure.add_axes((0.1, (foot - 0.84) / height, 0.885, 0.34 / height)), swatches)
    figure.text(0.012, 0.07 / height, rungs_note(trajectory, observed), **NOTE)
    return figure


def tidy_panel(panel: Sequence[Axes], *, left: bool) -> None:
    """Labels of the vertical axes at fixed distances, and only in the panels on the left."""
    for axes, distance in zip(panel[::-1], (0.36, 0.5, 0.22), strict=False):
        axes.tick_params(axis="y", labelleft=left)
        to_left = axes.transAxes + inches(axes.figure, -distance, 0)
        axes.yaxis.set_label_coords(0, 0.5, to_left)
        if axes is not panel[-2]:
            axes.yaxis.label.set(rotation=0, ha="right", va="center", fontsize=7)
        if not left:
            axes.set_ylabel("")


def rungs_note(trajectory: pd.DataFrame, observed: pd.DataFrame | None) -> str:
    """How to read the figure, and how far its shares may be off."""
    play = trajectory[trajectory["measure"] == "play"]
    widest = 100 * float((play["high"] - play["low"]).max()) / 2
    circles = "  Circles: observed acts, by rung." if observed is not None else ""
    return (
        f"Areas: share of runs that play each action in a turn, ±{widest:.1f} points at most "
        f"(95 % Wilson interval).\nGrey: share of runs at war after the turn.{circles}"
    )


def swatches_of(menus: Menus) -> Swatches:
    """Each action's rung and variant: actions of one menu on one rung differ in variant.

    >>> swatches_of({"a": [("economic", 3), ("lobby", 3)], "b": [("blockade", 3)]})
    {'economic': (3, 0), 'lobby': (3, 1), 'blockade': (3, 0)}
    """
    entries = dict.fromkeys(entry for menu in menus.values() for entry in menu)
    swatches: Swatches = {}
    for action, rung in sorted(entries, key=lambda entry: entry[1]):
        rivals = {other for menu in menus.values() if (action, rung) in menu for other, _ in menu}
        taken = {swatches[other] for other in rivals & swatches.keys()}
        variants = ((rung, variant) for variant in range(len(taken) + 1))
        swatches[action] = next(each for each in variants if each not in taken)
    return swatches


def look(swatch: tuple[int, int]) -> dict[str, Any]:
    """Fill and hatch of a rung's variant."""
    rung, variant = swatch
    return {
        "facecolor": COLOURS[rung],
        "hatch": HATCHES[variant % len(HATCHES)],
        "edgecolor": ink_on(rung),
        "linewidth": 0.0,
    }


def ink_on(rung: int) -> str:
    """White or dark, whichever is legible on the rung's colour."""
    red, green, blue = to_rgb(COLOURS[rung])
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.55 else INK


def draw_shares(
    axes: Axes,
    trajectory: pd.DataFrame,
    state: str,
    menu: Sequence[tuple[str, int]],
    swatches: Swatches,
) -> None:
    """Stacked areas of the share of runs by action, lowest rung at the bottom."""
    edges = turn_edges(trajectory)
    play = trajectory[(trajectory["measure"] == "play") & (trajectory["state"] == state)]
    shares = play.pivot(index="action", columns="turn", values="mean")
    below = np.zeros(len(edges) - 1)
    for action, _ in sorted(menu, key=lambda entry: swatches[entry[0]]):
        above = below + 100 * shares.loc[action].to_numpy(float)
        draw_steps(axes, above, edges, baseline=below, **look(swatches[action]))
        below = above
    show_days(axes, edges, named=False)
    axes.set(ylim=(0, 100), yticks=(0, 50, 100), ylabel="share of runs, %")


def draw_steps(axes: Axes, above: Array, edges: Array, **how: Any) -> None:
    """A filled area of steps; the limits of the axes are not searched for but set."""
    axes.add_artist(StepPatch(above, edges, fill=True, **how))


def draw_observed(axes: Axes, trajectory: pd.DataFrame, observed: pd.DataFrame, state: str) -> None:
    """A circle for each observed act, at its rung and in its colour."""
    edges = turn_edges(trajectory)
    show_days(axes, edges, named=False)
    axes.set(ylim=(RUNGS[0] - 1, RUNGS[-1] + 1))
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False)
    acts = observed[observed["state"] == state]
    days = day_numbers(acts["day"]) + 0.5
    seen = (days >= edges[0]) & (days < edges[-1])
    rung = acts["rung"].to_numpy(int)[seen]
    axes.set(yticks=(RUNGS[0], RUNGS[-1]), ylabel="observed\nrung")
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.scatter(
        days[seen], rung, s=15, c=[COLOURS[each] for each in rung], edgecolors=INK,
        linewidths=0.6, clip_on=False, label="observed", gid="observed",
    )  # fmt: skip
    if not seen.any():
        axes.text(
            0.5, 0.5, "no act recorded", transform=axes.transAxes, ha="center", va="center",
            color=FAINT, fontsize=7, backgroundcolor="white",
        )  # fmt: skip


def draw_war(axes: Axes, trajectory: pd.DataFrame) -> None:
    """A strip whose filled height is the share of runs at war, with the days below."""
    edges = turn_edges(trajectory)
    war = 100 * series(trajectory, "war")["mean"].to_numpy(float)
    draw_steps(axes, war, edges, facecolor="#555555", linewidth=0.0)
    show_days(axes, edges)
    axes.set(ylim=(0, 100), yticks=(0, 100), ylabel="at war,\n%")


def draw_key(axes: Axes, swatches: Swatches) -> None:
    """The ladder as a row of swatches, with the actions that each stands for."""
    places = sorted(set(swatches.values()))
    axes.set(xlim=(0, len(places)), ylim=(0, 1))
    axes.axis("off")
    for left, swatch in enumerate(places):
        rung, variant = swatch
        names = [action for action, place in swatches.items() if place == swatch]
        axes.add_patch(Rectangle((left + 0.04, 0.42), 0.92, 0.58, **look(swatch)))
        axes.text(
            left + 0.5, 0.71, str(rung), ha="center", va="center", fontsize=8, fontweight="bold",
            color=ink_on(rung) if not variant else INK,
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1.2} if variant else None,
        )  # fmt: skip
        axes.text(left + 0.5, 0.32, "\n".join(names), ha="center", va="top", fontsize=7)
    axes.text(-0.06, 0.71, "rung", ha="right", va="center")


# ------------------------------------------------------------------- how states are seen


@styled
def reputations(
    trajectory: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str]
) -> Figure:
    """How each state is seen: reliability and honesty over the days, mean and 10-90 % of runs."""
    height = max(3.7, 1.0 + 0.15 * len(labels))
    figure = Figure(figsize=(WIDTH, height))
    means = {"reliability": "obligations kept", "honesty": "words matched by deeds"}
    rows = {(each, state): series(trajectory, each, state) for each in means for state in labels}
    last = {key: float(each["mean"].iloc[-1]) for key, each in rows.items()}
    names = {key: f"{labels[key[1]]} {value:.2f}" for key, value in last.items()}
    across = (WIDTH - 0.58) / 2  # of a panel with its labels
    width = max(across - end_width(names.values()), 0.5)
    edges, shared = turn_edges(trajectory), None
    for place, (measure, meaning) in enumerate(means.items()):
        box = (0.58 + place * across, 0.68, width, height - 0.93)
        axes = shared = add_panel(figure, box, sharey=shared)
        axes.tick_params(axis="y", labelleft=place == 0)
        for state in labels:
            draw_band(axes, edges, rows[measure, state], colours[state])
        axes.set_title(f"{measure.capitalize()}: {meaning}")
        show_days(axes, edges)
    for axes, measure in zip(figure.axes, means, strict=True):
        ends = [(names[measure, each], last[measure, each], colours[each]) for each in labels]
        label_ends(axes, ends_of_turns(edges)[-1], ends)
    figure.axes[0].set_ylabel("reputation, mean over audiences (share, 0 to 1)")
    note = "Lines: mean of all runs; bands: 10–90 % of runs; figures: mean after the last turn."
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


# ------------------------------------------------------------------- oil


@styled
def oil(trajectory: pd.DataFrame, observed: Mapping[date, float]) -> Figure:
    """The price of oil, simulated and observed, above the share of runs at war."""
    edges, rows, height = turn_edges(trajectory), series(trajectory, "price"), 3.9
    last = {name: float(rows[column].iloc[-1])
            for name, column in (("90 %", "high"), ("mean", "mean"), ("10 %", "low"))}  # fmt: skip
    ends = [(f"{name}: {value:.0f}", value, SIMULATED) for name, value in last.items()]
    width = WIDTH - 0.68 - end_width(text for text, _, _ in ends)
    figure = Figure(figsize=(WIDTH, height))
    axes = add_panel(figure, (0.68, 1.2, width, 2.6))
    draw_band(axes, edges, rows, SIMULATED)
    show_days(axes, edges, named=False)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    draw_brent(axes, edges, observed)
    label_ends(axes, ends_of_turns(edges)[-1], ends)
    strip = add_panel(figure, (0.68, 0.68, width, 0.38))
    draw_war(strip, trajectory)
    for each, name in ((axes, "Brent, USD/bbl"), (strip, "runs at\nwar, %")):
        each.set_ylabel(name)
        each.yaxis.set_label_coords(0, 0.5, each.transAxes + inches(figure, -0.36, 0))
    note = (
        "Blue: simulated, mean and 10–90 % of runs after each turn.  "
        "Black: observed Brent spot price.  Grey: share of runs at war."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def draw_brent(axes: Axes, edges: Array, observed: Mapping[date, float]) -> None:
    """Observed prices as a black line with dots, named at their peak."""
    days = day_numbers(sorted(observed)) + 0.5
    prices = np.array([observed[day] for day in sorted(observed)])
    seen = (days >= edges[0]) & (days <= edges[-1])
    if not seen.any():
        return
    axes.plot(days[seen], prices[seen], "o-", color="black", linewidth=1.2, markersize=3.5,
              label="observed", gid="observed", clip_on=False)  # fmt: skip
    peak = int(np.argmax(prices[seen]))
    late = days[seen][peak] > edges.mean()
    axes.annotate(
        "observed", (days[seen][peak], prices[seen][peak]), xytext=(-5 if late else 5, 4),
        textcoords="offset points", ha="right" if late else "left", fontweight="bold",
    )  # fmt: skip
