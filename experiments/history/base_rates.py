"""How often great powers helped, and the attacked struck back, in the ICB data: counts by class.

The table of counts is kept with the project; the data are not. See Brecher & Wilkenfeld 2000.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.engine import estimates
from experiments.engine.estimates import Estimate
from experiments.engine.store import write_files
from experiments.engine.tables import read_table
from experiments.history.icb import NAMES, SUPERPOWERS, read_pairs, read_patrons
from model.preset.load import ROOT, ConfigError
from model.world import Array

TABLE = ROOT / "experiments" / "history" / "base_rates.csv"
"""The counts, a row a group: made by `cheaptalk icb FILE --base-rates OUT`."""

VIOLENCE = 9
"""The trigger of a crisis, as ICB numbers them, that is a violent act."""

RESPONSES = {1: 0, 2: 1, 3: 1, 4: 2, 5: 3, 6: 3, 7: 3, 8: 4, 9: 4}
"""Class of each major response: none 0, verbal or political 1, economic 2, other without violence
(shows of force) 3, violent 4."""

GROUPS = {
    "great_powers": "the United States and the USSR in crises of others, 1946-90; once a crisis "
    "and power, by its highest act in support",
    "proteges_attacked": "of those, the actor's crisis began with violence and the power had "
    "supported it in the crisis before",
    "attacked": "crisis actors but the superpowers, 1946-90, whose crisis began with violence; by "
    "their major response",
}
"""Whom each row counts, and how."""


@dataclass(frozen=True)
class BaseRate:
    """How many cases of a group were of each class, as `NAMES` of ICB's classes orders them."""

    group: str
    counts: tuple[int, ...]

    @property
    def shares(self) -> list[Estimate]:
        """The share of each class with its Wilson interval."""
        count = sum(self.counts)
        return [estimates.of_share(each / count, count) for each in self.counts]


def counted(path: Path) -> list[BaseRate]:
    """The base rates in an actor-level file of ICB. Raises ConfigError."""
    pairs = read_pairs(path)
    for column in ("icb_triggr", "icb_majres"):
        if column not in pairs:
            raise ConfigError(f"{path}:1: column '{column.removeprefix('icb_')}' is missing")
    patrons = read_patrons(path)
    begun = patrons["icb_triggr"] == VIOLENCE
    actors = pairs[pairs["year"] >= 1946].drop_duplicates("cracno")
    attacked = actors[
        (actors["icb_triggr"] == VIOLENCE) & ~actors["actor"].isin(list(SUPERPOWERS.values()))
    ]
    rows = {
        "great_powers": by_crisis(patrons),
        "proteges_attacked": by_crisis(patrons[begun & (patrons["last"] > 0)]),
        "attacked": np.asarray(attacked["icb_majres"].map(RESPONSES).dropna(), int),
    }
    for group, row in rows.items():
        if len(row) == 0:
            raise ConfigError(f"{path}: no case of '{group}'; valid: {GROUPS[group]}")
    return [
        BaseRate(group, tuple(np.bincount(row, minlength=len(NAMES)).tolist()))
        for group, row in rows.items()
    ]


def by_crisis(patrons: pd.DataFrame) -> Array:
    """The highest class of support in each crisis by each power."""
    return np.asarray(patrons.groupby(["crisno", "patron"])["support"].max(), int)


def write(rates: list[BaseRate], out: Path) -> None:
    """Write the counts as CSV."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["group", *NAMES, "counted"])
    for rate in rates:
        table.writerow([rate.group, *rate.counts, GROUPS[rate.group]])
    write_files({out: text.getvalue().encode()})


def known(path: Path = TABLE) -> dict[str, BaseRate]:
    """The base rates that are kept with the project, by group."""
    table = read_table(path, ("group", *NAMES))
    table.unique("group")
    rates = [
        BaseRate(
            table.one_of(row, "group", list(GROUPS)),
            tuple(table.whole(row, name, 0, 10**6) for name in NAMES),
        )
        for row in table.rows
    ]
    table.refuse()
    return {rate.group: rate for rate in rates}


def in_words(rates: list[BaseRate]) -> str:
    """Each group with its shares and their intervals."""
    lines = []
    for rate in rates:
        lines.append(f"{rate.group} ({sum(rate.counts)}): {GROUPS[rate.group]}")
        lines += [
            f"  {name:<14}{share.mean:>6.1%}  [{share.low:.1%}, {share.high:.1%}]"
            for name, share in zip(NAMES, rate.shares, strict=True)
        ]
    return "\n".join(lines)
