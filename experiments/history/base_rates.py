"""How often great powers helped, and the attacked struck back, in the ICB data: counts by class.

The table of counts is kept with the project; the data are not. See Brecher & Wilkenfeld 2000.
"""

import csv
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.answer.rates import GROUPS, BaseRate
from experiments.engine.store import write_files
from experiments.history.icb import NAMES, SUPERPOWERS, read_pairs, read_patrons
from model.preset.load import ConfigError
from model.world import Array

VIOLENCE = 9
"""The trigger of a crisis, as ICB numbers them, that is a violent act."""

RESPONSES = {1: 0, 2: 1, 3: 1, 4: 2, 5: 3, 6: 3, 7: 3, 8: 4, 9: 4}
"""Class of each major response: none 0, verbal or political 1, economic 2, other without violence
(shows of force) 3, violent 4."""


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


def as_json(rates: list[BaseRate]) -> str:
    """The base rates as a JSON list."""
    return json.dumps([asdict(each) for each in rates], indent=1)


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
