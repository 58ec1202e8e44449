"""What history leaves open: draws of the payoff weights and the precision from their posterior."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.payoffs import TERMS
from experiments.engine import estimates
from experiments.engine.estimates import Estimate
from model.draws import uniforms
from model.preset.load import ROOT, Change, Preset, Profile
from model.preset.preset import every_value
from model.world import Array

TABLE = ROOT / "experiments" / "history" / "posterior.csv"
"""The draws, a row each: made by `cheaptalk calibrate --draws`."""

MOST_DRAWS = 200
"""How many draws are kept with the project."""

DRAWS, COPIES = 100, 20
"""How many draws are played, and how many runs of each."""

CODED = 0.25
"""How far another coder's index may lie from ours, as a share of its value."""

LEVELS = (0.025, 0.975)
"""The quantiles of the draws between which a difference is said to lie."""


@dataclass(frozen=True)
class History:
    """What a century of crises leaves open of a difference: its mean draw by draw.

    The estimate's ends are 2.5 and 97.5 % of the draws; `better` is the share of draws in which
    words are worth more, `noise` the share of the variance over draws that is sampling within a
    draw. `undecided` is the weight (or the precision) whose draws go most with the difference, by
    the rank correlation `follows`. With `codings` each draw also has stakes, ties and access as
    another coder might have put them.
    """

    estimate: Estimate
    better: float
    draws: int
    noise: float
    undecided: str
    follows: float
    codings: bool = False

    def record(self) -> dict[str, object]:
        """As plain data."""
        return estimates.columns(self, "mean")


def left_open(gap: Array, count: int, drawn: Mapping[str, Array] | None = None) -> History:
    """What the draws say of a difference, run by run in the order of `drawn_weights`: (runs,)."""
    by_run = gap.reshape(count, -1)
    means = by_draw(gap, by_run.shape[1])
    low, high = np.quantile(means, LEVELS)
    spread = float(means.var(ddof=1)) if count > 1 else 0.0
    within = float(by_run.var(1, ddof=1).mean()) / by_run.shape[1]
    known = {name: each[:count] for name, each in (draws() if drawn is None else drawn).items()}
    follows = {name: ranked_together(each, means) for name, each in known.items()}
    undecided = max(follows, key=lambda name: abs(follows[name]))
    return History(
        estimate=Estimate(float(means.mean()), float(low), float(high)),
        better=float((means > 0).mean()),
        draws=count,
        noise=min(within / spread, 1.0) if spread else 0.0,
        undecided=undecided,
        follows=follows[undecided],
    )


def coded_anew(preset: Preset, count: int, copies: int) -> dict[str, Change]:
    """Stakes, ties and access of every state as other coders might put them, by run.

    Each index is drawn evenly within `CODED` of its value, a draw for so many runs, and kept within
    its declared range; what has no range, or is given by run, stays.
    """
    changes: dict[str, Change] = {}
    for key, value in every_value(preset):
        limits = preset.range(key)
        coded = key.split(".")[1:2] in (["stakes"], ["ties"]) or key.endswith(".posture.access")
        if coded and limits and isinstance(value, float) and value and key not in preset.arrays:
            share = 2 * uniforms(0, f"coding of {key}", 0, range(count))[0] - 1
            values = np.clip(value * (1 + CODED * share), *limits[:2])
            changes[key] = np.repeat(values, copies)
    return changes


def ranked_together(one: Array, other: Array) -> float:
    """The rank correlation of two series, ties by order; 0 for fewer than three.

    >>> ranked_together(np.array([1.0, 2.0, 9.0]), np.array([3.0, 5.0, 6.0]))
    1.0
    """
    if len(one) < 3:
        return 0.0
    first, second = (each.argsort(kind="stable").argsort() for each in (one, other))
    return round(float(np.corrcoef(first, second)[0, 1]), 12)


@cache
def draws() -> dict[str, Array]:
    """Draws of each figure as multiples of its default: (draws,) by term, and of the precision."""
    with TABLE.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    defaults = {name: term.default for name, term in TERMS.items()}
    defaults["precision"] = float(Profile.model_fields["precision"].default)
    return {name: np.array([float(row[name]) for row in rows]) / defaults[name] for name in rows[0]}


def drawn_weights(
    preset: Preset, count: int, copies: int, drawn: Mapping[str, Array] | None = None
) -> dict[str, Change]:
    """Changes by run: every state's weights and precision times the same draw, each so many runs.

    A state's own weights are kept as multiples of the defaults. What a change gives by run stays.
    `drawn` are other draws than those of `draws`.
    """
    return weights_at(preset, np.repeat(np.arange(count), copies), drawn)


def weights_at(
    preset: Preset, numbers: Array, drawn: Mapping[str, Array] | None = None
) -> dict[str, Change]:
    """Every state's weights and precision by the number of the draw of each run: (runs,)."""
    changes: dict[str, Change] = {}
    for state in preset.profiles:
        for name, ratio in (draws() if drawn is None else drawn).items():
            key = f"{state}.precision" if name == "precision" else f"{state}.weights.{name}"
            if key in preset.arrays:
                continue
            _, high, _ = preset.range(key) or (0.0, np.inf, "")
            changes[key] = np.minimum(preset.figure(key) * ratio[numbers], high)
    return changes


def by_draw(values: Array, copies: int) -> Array:
    """The mean over the runs of each draw."""
    return values.reshape(-1, copies).mean(1)
