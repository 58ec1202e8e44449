"""What history leaves open: draws of the payoff weights and the precision from their posterior."""

import csv
from collections.abc import Mapping
from functools import cache

import numpy as np

from agents.payoffs import TERMS
from model.preset.load import ROOT, Change, Preset, Profile
from model.world import Array

TABLE = ROOT / "experiments" / "history" / "posterior.csv"
"""The draws, a row each: made by `cheaptalk calibrate --draws`."""

DRAWS, COPIES = 100, 20
"""How many draws are played, and how many runs of each."""


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
    changes: dict[str, Change] = {}
    for state in preset.profiles:
        for name, ratio in (draws() if drawn is None else drawn).items():
            key = f"{state}.precision" if name == "precision" else f"{state}.weights.{name}"
            if key in preset.arrays:
                continue
            _, high, _ = preset.range(key) or (0.0, np.inf, "")
            changes[key] = np.repeat(np.minimum(preset.figure(key) * ratio[:count], high), copies)
    return changes


def by_draw(values: Array, copies: int) -> Array:
    """The mean over the runs of each draw."""
    return values.reshape(-1, copies).mean(1)
