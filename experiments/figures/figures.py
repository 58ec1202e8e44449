"""Figures: what states do, how they are seen, the price of oil, and talk against acts.

Every function takes plain tables and returns a figure; the same table gives the
same bytes. Turns are drawn over the days that they last, quantities after a turn
at the turn's last day, and observations at midday.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any  # a row of a table has values of any type

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle, StepPatch
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation
from scipy.optimize import isotonic_regression

from experiments.engine.numerals import decimal, interval
from experiments.engine.store import Folder
from model.world import Array

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

Menus = Mapping[str, Sequence[tuple[str, int]]]
Swatches = dict[str, tuple[int, int]]  # action: its rung, and its variant among those on the rung

INK, FAINT, GRID = "#222222", "#666666", "#dddddd"
RUNGS = ("#ececea", "#fbd68a", "#f79c5b", "#dd5462", "#92327e", "#321056")  # light to dark
HATCHES = ("", "/////", ".....", "xxxxx", "-----")
SIMULATED, TALK, ACT = "#2166ac", "#2166ac", "#b35806"
WIDTH = 8.0  # inches; 1200 pixels
END_SIZE = 7.5  # points, of labels at the ends of lines
END_GAP = 0.17  # inches between an axes and the labels at the ends of its lines
COLUMNS = (1.436, 1.638, 1.83)  # right edges of the columns beside the duels, in widths of the axes
DUELS_NOTE = (
    "Dots: mean over runs of the difference, talk and act played on the same luck; bars: its 95 % "
    "interval.  Hollow: the interval holds 0."
)
DAGGER_NOTE = (
    "\n† Means did not allow the act in most war turns; the most that they allowed was done."
)
STYLE: "dict[RcKeyType, Any]" = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # else each title looks for ticks above the axes
    "axes.labelsize": 8.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.7,
    "figure.dpi": 150.0,
    "savefig.dpi": 150.0,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
    "svg.hashsalt": "cheaptalk",
    "svg.fonttype": "path",
}
NOTE: dict[str, Any] = {"fontsize": 7.0, "color": FAINT, "ha": "left", "linespacing": 1.4}
styled = matplotlib.rc_context(STYLE)  # as a decorator; the global settings stay as they were


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
        "facecolor": RUNGS[rung],
        "hatch": HATCHES[variant % len(HATCHES)],
        "edgecolor": ink_on(rung),
        "linewidth": 0.0,
    }


def ink_on(rung: int) -> str:
    """White or dark, whichever is legible on the rung's colour."""
    red, green, blue = to_rgb(RUNGS[rung])
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
    axes.set(ylim=(-1, 6))
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False)
    acts = observed[observed["state"] == state]
    days = day_numbers(acts["day"]) + 0.5
    seen = (days >= edges[0]) & (days < edges[-1])
    rung = acts["rung"].to_numpy(int)[seen]
    axes.set(yticks=(0, 5), ylabel="observed\nrung")
    axes.grid(axis="y", color=GRID, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.scatter(
        days[seen], rung, s=15, c=[RUNGS[each] for each in rung], edgecolors=INK,
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


# ------------------------------------------------------------------- talk against acts


@styled
def duels(differences: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Talk against intervention: paired differences of realised value with 95 % intervals.

    A row for each duel: patron, protege, talk, act, difference, low, high, and
    talk_better, the share of runs in which talk is worth more; where there is a
    column same, the share of runs in which nothing differs is shown beside it, and
    where there is forced_down, the share of war turns in which means did not allow
    the act, acts that were mostly out of reach are marked.
    """
    groups = differences.groupby(["patron", "protege", "talk"], sort=False)
    lines = len(differences) + len(groups)
    height = 1.44 + 0.19 * lines
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.125, 0.9 / height, 0.47, (height - 1.3) / height))
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
    note = DUELS_NOTE + (DAGGER_NOTE if marked else "")
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
    low, high, difference = float(row["low"]), float(row["high"]), float(row["difference"])
    colour = verdict_colour(low, high)
    fill = "white" if colour == FAINT else colour
    axes.axhline(place, color=GRID, linewidth=0.5, zorder=0)
    axes.plot((low, high), (place, place), color=colour, linewidth=2.0, solid_capstyle="butt")
    axes.plot(difference, place, "o", color=colour, markersize=5, markerfacecolor=fill)
    figures = f"{decimal(difference, decimals)}  {interval(low, high, decimals, sign='-')}"
    for across, text, ink in (
        (-0.02, f"{row['act']} †" if beyond_means(row) else str(row["act"]), INK),
        (COLUMNS[0], minus(figures), colour),
        (COLUMNS[1], f"{100 * row['talk_better']:.0f} %", INK),
        (COLUMNS[2], f"{100 * row['same']:.0f} %" if "same" in row else "", INK),
    ):
        axes.text(
            across, place, text, color=ink, transform=axes.get_yaxis_transform(), ha="right",
            va="center",
        )  # fmt: skip


def beyond_means(row: Mapping[Hashable, Any]) -> bool:
    """Whether means did not allow the act in most war turns, as far as the row tells."""
    return float(row.get("forced_down", 0.0)) > 0.5


def verdict_colour(low: float, high: float) -> str:
    """Blue where talk is settled to be better, brown where the act is, grey where it is open.

    >>> verdict_colour(-0.1, 0.2) == FAINT
    True
    """
    return TALK if low > 0 else ACT if high < 0 else FAINT


def scale_differences(axes: Axes, differences: pd.DataFrame) -> None:
    """A linear axis, or a logarithmic one beyond the usual size where a few dwarf the rest."""
    usual = usual_size(differences["difference"])
    unit = float(10.0 ** np.round(np.log10(usual)))
    low = min(1.25 * float(differences["low"].to_numpy().min()), -0.4 * usual)
    high = max(1.25 * float(differences["high"].to_numpy().max()), 0.4 * usual)
    label = "realised value of talk minus that of the act, units of payoff"
    if max(-low, high) > 8 * max(usual, unit / 2):
        axes.set_xscale("symlog", linthresh=unit)
        axes.set_xticks(marks_beyond(unit, low, high))
        label += f"\n(logarithmic beyond ±{unit:g})"
    axes.set_xlim(low, high)
    axes.xaxis.set_major_formatter(FuncFormatter(signed))
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


def marks_beyond(unit: float, low: float, high: float) -> Array:
    """Ticks for an axis that is linear within a unit: 0, halves, and 1-2-5 or decades beyond.

    >>> marks_beyond(1.0, -11.0, 3.0)
    array([-10. ,  -5. ,  -2. ,  -1. ,  -0.5,   0. ,   0.5,   1. ,   2. ])
    """
    decades = 10.0 ** np.arange(np.ceil(np.log10(max(-low, high) / unit)) + 1)
    steps = (1.0, 2.0, 5.0) if len(decades) <= 3 else (1.0,)
    beyond = unit * np.concatenate(([0.5], np.outer(decades, steps).ravel()))
    marks = np.concatenate((-beyond[::-1], [0.0], beyond))
    return np.asarray(marks[(marks >= low) & (marks <= high)])


def head_duels(axes: Axes, *, ties: bool) -> None:
    """Which side is which, and the heads of the columns."""
    for across, text, side, colour in (
        (0.0, "\N{LEFTWARDS ARROW} intervention better", "left", ACT),
        (1.0, "talk better \N{RIGHTWARDS ARROW}", "right", TALK),
        (COLUMNS[0], "difference  [95 %]", "right", FAINT),
        (COLUMNS[1], "runs: talk\nis better", "right", FAINT),
        (COLUMNS[2], "runs: no\ndifference" if ties else "", "right", FAINT),
    ):
        axes.annotate(
            text, (across, 1.0), xytext=(0, 5), xycoords="axes fraction",
            textcoords="offset points", ha=side, color=colour,
        )  # fmt: skip


def signed(value: float, _: int | None = None) -> str:
    """A number with its sign; 0 has none.

    >>> signed(0.5), signed(0.0)
    ('+0.5', '0')
    """
    return minus(f"{value:+g}") if value else "0"


def minus(text: str) -> str:
    """The text with true minus signs.

    >>> minus("-1") == "\N{MINUS SIGN}1"
    True
    """
    return text.replace("-", "\N{MINUS SIGN}")


# ------------------------------------------------------------------- parts of figures


def series(trajectory: pd.DataFrame, measure: str, state: str = "") -> pd.DataFrame:
    """A measure's mean, low and high by turn, for a state or for the world."""
    rows = trajectory[(trajectory["measure"] == measure) & (trajectory["state"] == state)]
    return rows.sort_values("turn")


def turn_edges(trajectory: pd.DataFrame) -> Array:
    """Day numbers at which the turns begin, and at which the last one ends."""
    days = trajectory.drop_duplicates("turn").sort_values("turn")["day"]
    first, last = day_numbers([days.iloc[0], days.iloc[-1]])
    length = (last - first) / max(len(days) - 1, 1) or 1.0
    return np.asarray(first + length * np.arange(len(days) + 1))


def day_numbers(days: Iterable[date]) -> Array:
    """Days as matplotlib counts them, at midnight."""
    return np.asarray(date2num(list(days)), float)  # type: ignore[no-untyped-call]  # has no types


def calendar_day(number: float) -> date:
    """The day of a day number."""
    day: date = num2date(number)  # type: ignore[no-untyped-call]  # matplotlib.dates has no types
    return day


@cache
def day_marks(first: float, last: float) -> dict[float, str]:
    """Marks within the days shown, and their names: days, months or years."""
    span = last - first
    if span <= 60:
        found, pattern = MaxNLocator(4, integer=True).tick_values(first, last), "{0.day} {0:%b}"
    else:
        locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]  # has no types
        found = locator.tick_values(calendar_day(first), calendar_day(last))  # type: ignore[no-untyped-call]  # has no types
        pattern = "{0:%Y}" if span > 1200 else "{0:%b}"
    late = last - 0.05 * span  # a name nearer to the edge would run into the next panel
    return {
        float(day): pattern.format(calendar_day(day)) if day < late else ""
        for day in found
        if first <= day <= last
    }


def ends_of_turns(edges: Array) -> Array:
    """Midday of each turn's last day."""
    return np.asarray(edges[1:] - np.minimum(np.diff(edges), 1.0) / 2)


def draw_band(axes: Axes, edges: Array, rows: pd.DataFrame, colour: str) -> None:
    """The mean as a line and its interval as a band; bar and dot where there is one turn."""
    days = ends_of_turns(edges)
    low, mean, high = (rows[column].to_numpy(float) for column in ("low", "mean", "high"))
    if len(days) == 1:
        axes.vlines(days, low, high, color=colour, alpha=0.3, linewidth=4)
    axes.fill_between(days, low, high, color=colour, alpha=0.14, linewidth=0)
    axes.plot(days, mean, color=colour, marker="o" if len(days) == 1 else "")


def show_days(axes: Axes, edges: Array, *, named: bool = True) -> None:
    """The days of all turns on the horizontal axis; their names where wanted."""
    marks = day_marks(float(edges[0]), float(edges[-1]))
    years = dict.fromkeys(calendar_day(edge).year for edge in (edges[0], edges[-1] - 0.01))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks([*marks], marks.values())
    axes.tick_params(axis="x", labelbottom=named)
    axes.set_xlabel("day, " + "–".join(str(year) for year in years) if named else "")
    axes.xaxis.set_label_coords(0.5, 0, axes.transAxes + inches(axes.figure, 0, -0.24))


def add_panel(
    figure: Figure, box: tuple[float, float, float, float], sharey: Axes | None = None
) -> Axes:
    """Axes at a place in inches: left, bottom, width and height."""
    wide, high = figure.get_size_inches()
    left, bottom, width, height = box
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high), sharey=sharey)


def inches(figure: Figure | SubFigure, right: float, up: float) -> ScaledTranslation:
    """A move by inches, whatever the size of figure and axes."""
    return ScaledTranslation(right, up, figure.dpi_scale_trans)


def end_width(texts: Iterable[str]) -> float:
    """Inches that labels at the ends of lines need beside an axes."""
    widest = max(TextPath((0, 0), each, size=END_SIZE).get_extents().width for each in texts)
    return END_GAP + widest / 72 + 0.1


def label_ends(axes: Axes, day: float, ends: Sequence[tuple[str, float, str]]) -> None:
    """Labels to the right of the axes, apart from one another: text, value and colour of each.

    The limits of the axes must be settled.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    extent, dpi = axes.get_window_extent(), axes.figure.dpi
    wide, tall = extent.width / dpi, extent.height / dpi
    gap = 1.3 * END_SIZE * (high - low) / (72 * tall)
    places = parted(np.array([value for _, value, _ in ends]), gap, low, high)
    start, end = (day - left) / (right - left), 1 + END_GAP / wide
    across = axes.get_yaxis_transform()
    for (text, value, colour), place in zip(ends, places, strict=True):
        line = Line2D((start, end - 0.02 / wide), (value, place), transform=across, color=colour)
        axes.add_artist(line).set(linewidth=0.6, clip_on=False)
        axes.text(end, place, text, transform=across, color=colour, va="center",
                  fontsize=END_SIZE, gid="end")  # fmt: skip


def parted(values: Array, gap: float, low: float, high: float) -> Array:
    """Places at least a gap apart within bounds, in order and nearest to the values.

    Least squares under the gaps is isotonic regression of the values less their
    ranks' gaps. The gap narrows where not all fit.

    >>> parted(np.array([1.0, 1.0, 5.0]), 1.0, 0.0, 9.0)
    array([0.5, 1.5, 5. ])
    """
    order = np.argsort(values, kind="stable")
    gap = min(gap, (high - low) / max(len(values) - 1, 1))
    steps = gap * np.arange(len(values))
    fitted = isotonic_regression(values[order] - steps).x
    places = np.empty(len(values))
    places[order] = np.clip(fitted, low, max(high - steps[-1], low)) + steps
    return places


# ------------------------------------------------------------------- files


@styled
def ablations(table: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """What each mechanism adds to the advantage of talk over arms and force, by patron.

    A row for each mechanism, patron and measure: mechanism, title, patron, measure,
    difference, low, high. A panel for each patron; hollow where the interval holds 0.
    """
    rows = table[table["measure"].str.startswith("talk - ")]
    patrons, names = rows["patron"].unique(), rows[["mechanism", "title"]].drop_duplicates()
    height = 0.95 + 0.19 * len(names)
    figure = Figure(figsize=(WIDTH, height))
    width = 0.66 / len(patrons)
    for column, patron in enumerate(patrons):
        box = (0.32 + column * width, 0.62 / height, 0.86 * width, (height - 1.0) / height)
        axes = figure.add_axes(box)
        axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
        axes.set_title(labels.get(str(patron), str(patron)))
        for act, offset, colour in (("arms", -0.16, TALK), ("force", 0.16, ACT)):
            own = rows[(rows["patron"] == patron) & (rows["measure"] == f"talk - {act}")]
            draw_ablations(axes, own, offset, colour)
        axes.set(ylim=(len(names) - 0.4, -0.6), yticks=range(len(names)))
        axes.set_yticklabels(
            [f"{title}  {name}" for name, title in names.itertuples(index=False)]
            if column == 0
            else []
        )
        axes.tick_params(left=False)
        axes.set_xscale("symlog", linthresh=0.1)
        axes.xaxis.set_major_locator(FixedLocator([-10, -1, 0, 1, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(signed))
        axes.grid(axis="y", color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
    note = (
        "Advantage of talk with the mechanism less without it, units of payoff (linear within 0.1, "
        "then logarithmic).\nBlue: against arms; brown: against force; bars: 95 % intervals; "
        "hollow: the interval holds 0."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure


def draw_ablations(axes: Axes, rows: pd.DataFrame, offset: float, colour: str) -> None:
    """A dot and its interval for each mechanism."""
    for place, row in enumerate(rows.to_dict("records")):
        low, high = float(row["low"]), float(row["high"])
        axes.plot([low, high], [place + offset] * 2, color=colour, linewidth=1.4)
        face = colour if low > 0 or high < 0 else "white"
        axes.plot(
            float(row["difference"]), place + offset, "o", color=colour, mfc=face, markersize=3.4
        )


@styled
def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write the figure as PNG and SVG, each whole or not at all and with the same bytes again."""
    written = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
        drawn = BytesIO()
        figure.savefig(drawn, format=kind, metadata=metadata)
        written.append(Folder(folder).write(f"{name}.{kind}", drawn.getvalue()))
    return written
