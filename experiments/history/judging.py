"""Judges forecasts of yes-or-no events: losses, ranks, a calibration curve, and by conflict.

Scores are means over rows by weight; intervals draw whole conflicts (cluster bootstrap).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from scipy.stats import rankdata

from experiments.engine import words
from experiments.history.scoring import LEAST, interval
from model.world import Array


@dataclass(frozen=True)
class Event:
    """What happened in the rows asked about, their weights, and the conflicts they belong to."""

    happened: Array
    weight: Array
    cluster: Array

    @property
    def scale(self) -> Array:
        """The weights, of mean 1."""
        return np.asarray(self.weight / self.weight.mean())


def losses(event: Event, chance: Array) -> tuple[Array, Array]:
    """Logarithmic and Brier loss of each row; no chance is nearer to 0 or 1 than 1e-6."""
    kept = np.clip(chance, LEAST, 1 - LEAST)
    log = -np.log(np.where(event.happened, kept, 1 - kept))
    return log, (kept - event.happened) ** 2


def area(chance: Array, happened: Array) -> float:
    """Area under the ROC curve: how often an event was given a higher chance than a non-event.

    Ties count half (Hanley & McNeil 1982). NaN where all rows agree.

    >>> area(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]))
    0.75
    """
    yes = happened.astype(bool)
    count, others = int(yes.sum()), int((~yes).sum())
    if not count or not others:
        return float("nan")
    ranks = rankdata(chance)
    return float((ranks[yes].sum() - count * (count + 1) / 2) / (count * others))


def curve(event: Event, chance: Array, bins: int = 5) -> list[dict[str, float]]:
    """The calibration curve: rows by fifths of their chance, the mean said and what happened."""
    places = np.array_split(np.argsort(chance, kind="stable"), bins)
    return [
        {
            "rows": len(rows),
            "said": float(np.average(chance[rows], weights=event.weight[rows])),
            "happened": float(np.average(event.happened[rows], weights=event.weight[rows])),
        }
        for rows in places
        if len(rows)
    ]


def judged(event: Event, chances: Mapping[str, Array]) -> dict[str, dict[str, object]]:
    """The scores of each forecaster, the first of them less each other by conflict."""
    first = losses(event, next(iter(chances.values())))
    found: dict[str, dict[str, object]] = {}
    for name, chance in chances.items():
        log, brier = losses(event, chance)
        gap = interval((first[0] - log) * event.scale, event.cluster)
        found[name] = {
            "log": float((log * event.scale).mean()),
            "brier": float((brier * event.scale).mean()),
            "auc": area(chance, event.happened),
            "n": len(chance),
            "model_less_this": asdict(gap),
        }
    found["model"]["curve"] = curve(event, chances["model"])
    return found


def in_words(rows: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Scores as a table, with the paired interval by conflict and the calibration curve."""
    told = []
    for name, each in rows.items():
        gap = each["model_less_this"]
        assert isinstance(gap, dict)
        ends = words.interval(gap["low"], gap["high"], 4)
        paired = f"{words.decimal(gap['mean'], 4)}  {ends}"
        scores = (each["log"], each["brier"], each["auc"])
        told.append((name.replace("_", " "), *scores, "" if name == "model" else paired))
    heads = ("", "log loss", "Brier", "AUC", "model less this, log loss")
    lines = words.aligned(("<18", ">9.4f", ">8.4f", ">7.3f", "   <"), told, heads)
    bins = rows["model"]["curve"]
    assert isinstance(bins, list)
    pairs = ", ".join(f"{each['said']:.2f} {each['happened']:.2f}" for each in bins)
    return [*lines, f"  said and happened, by fifths of the model's chance: {pairs}"]
