"""Behaviour bands: the highest rung that each state reaches in a war, beside history's base rates.

A base rate says how states of a kind behaved, not what these states do here: a share outside its
interval is a gap to be explained, published beside the figures.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from experiments.answer.rates import BaseRate, known
from experiments.engine import estimates
from experiments.engine.batch import Job
from experiments.engine.duel import proteges, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.words import aligned
from experiments.history.cases import RUNGS
from experiments.history.icb import CLASSES, NAMES
from model.preset.load import ConfigError, Preset
from model.world import Array

RESPONSE = np.array([0, 1, 1, 2, 4, 4])
"""Class of the target's highest rung as a response to attack: from a limited strike on, force."""


@dataclass(frozen=True)
class Band:
    """A state's share of the wars in which its highest rung was each one.

    In truth and as it was seen; `strikes` is the share in which it fired on the other side.
    """

    state: str
    label: str
    wars: int
    rungs: tuple[float, ...]
    seen: tuple[float, ...]
    strikes: float


@dataclass(frozen=True)
class Gap:
    """A state's share of a class of conduct beside the base rate of a group."""

    state: str
    label: str
    group: str
    conduct: str
    share: Estimate
    base: Estimate

    @property
    def outside(self) -> bool:
        """Whether the share lies outside the base rate's interval."""
        return not self.base.low <= self.share.mean <= self.base.high


@dataclass(frozen=True)
class Bands:
    """Every state's band, and how each class of conduct compares with the base rates."""

    bands: list[Band]
    compared: list[Gap]


def bands(preset: Preset, runs: int, *, seed: int = 0, workers: int = 1) -> Bands:
    """The behaviour bands of a preset. Raises ConfigError where no run sees war."""
    played = rows_under(Job(preset, seed), runs, workers)
    table = {key: column[0] for key, column in played.items()}
    war = table["at_war"] > 0
    if not war.any():
        raise ConfigError(f"bands: no war in {runs} runs of {preset.name}; valid: more runs")
    found = [
        Band(
            name,
            profile.label,
            int(war.sum()),
            shares_of(table[f"highest.{name}"][war]),
            shares_of(table[f"highest_seen.{name}"][war]),
            float((table[f"fought.{name}"][war] > 0).mean()),
        )
        for name, profile in preset.profiles.items()
    ]
    return Bands(found, compared(preset, found, known()))


def shares_of(highest: Array) -> tuple[float, ...]:
    """The share of each rung among wars.

    >>> shares_of(np.array([0, 1, 1, 5]))
    (0.25, 0.5, 0.0, 0.0, 0.0, 0.25)
    """
    counts = np.bincount(np.asarray(highest, int), minlength=len(RUNGS))
    return tuple((counts / len(highest)).tolist())


def compared(preset: Preset, found: list[Band], rates: Mapping[str, BaseRate]) -> list[Gap]:
    """The patrons beside great powers as patrons, and the target beside those attacked."""
    patrons, gaps = proteges(preset), list[Gap]()
    for band in found:
        groups, classes = list[str](), CLASSES @ np.array(band.rungs)
        if band.state in patrons:
            groups = ["great_powers", "proteges_attacked"]
        elif band.state == preset.file.target:
            groups, classes = ["attacked"], np.bincount(RESPONSE, band.rungs, len(NAMES))
        for group in groups:
            for conduct, each, base in zip(NAMES, classes, rates[group].shares, strict=True):
                share = estimates.of_share(min(float(each), 1.0), band.wars)
                gaps.append(Gap(band.state, band.label, group, conduct, share, base))
    return gaps


def as_json(found: Bands) -> str:
    """The bands and comparisons as one JSON object."""
    gaps = [asdict(each) | {"outside": each.outside} for each in found.compared]
    record = {"bands": [asdict(each) for each in found.bands], "base_rates": gaps}
    return json.dumps(record, indent=1)


def in_words(found: Bands) -> str:
    """The bands as a table, then each class of conduct beside its base rates; * is outside."""
    heads = ("", "silence", "words", "mediation", "economic", "arms", "force", "strikes")
    rows = [
        (
            each.label,
            *(f"{t:.0%} ({s:.0%})" for t, s in zip(each.rungs, each.seen, strict=True)),
            f"{each.strikes:.0%}",
        )
        for each in found.bands
    ]
    lines = [
        f"Highest rung of each state in {found.bands[0].wars} runs in which war outlasted the turn",
        "that began it, in truth (and as seen); `strikes` is the share in which it fired. Of the",
        "principals: hold, threaten, negotiate, blockade, limited strike, campaign or sprint.",
        *aligned(("<14", *[">12"] * 7), rows, heads),
        "",
        "True shares beside the 95 % intervals of ICB's base rates, 1946-90 (Wilson); * marks what",
        "lies outside. Words and mediation are one class there, arms with all short of fighting.",
        *_beside(found.compared),
    ]
    outside = sum(each.outside for each in found.compared)
    lines.append(f"{outside} of {len(found.compared)} shares lie outside.")
    return "\n".join(lines)


def _beside(gaps: list[Gap]) -> list[str]:
    """A line for each state and group: its shares by class, each with the base rate's interval."""
    by_row: dict[tuple[str, str], list[Gap]] = {}
    for each in gaps:
        by_row.setdefault((each.label, each.group), []).append(each)
    rows = [
        (label, group.replace("_", " "), *map(_told, row)) for (label, group), row in by_row.items()
    ]
    return aligned(("<14", "<17", *[">20"] * len(NAMES)), rows, ("", "base rate of", *NAMES))


def _told(gap: Gap) -> str:
    """A share with the base rate's interval."""
    mark = "*" if gap.outside else " "
    return f"{gap.share.mean:.0%}{mark} [{gap.base.low:.0%}, {gap.base.high:.0%}]"
