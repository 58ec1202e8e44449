"""How often states of a kind behaved in each way: the counts that are kept with the project.

They are made of the ICB data by `cheaptalk icb FILE --base-rates OUT` (Brecher & Wilkenfeld 2000).
"""

from dataclasses import dataclass
from pathlib import Path

from experiments.engine import estimates
from experiments.engine.estimates import Estimate
from model.preset.load import ROOT
from model.preset.tables import read_table

TABLE = ROOT / "experiments" / "history" / "base_rates.csv"
"""The counts, a row a group, a column a class of conduct from none to direct help."""

CLASSES = ("none", "verbal", "economic", "semi-military", "direct")
"""The classes of conduct, as ICB counts activity; mediation is verbal."""

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
    """How many cases of a group were of each class, in the order of `CLASSES`."""

    group: str
    counts: tuple[int, ...]

    @property
    def shares(self) -> list[Estimate]:
        """The share of each class with its Wilson interval."""
        count = sum(self.counts)
        return [estimates.of_share(each / count, count) for each in self.counts]


def known(path: Path = TABLE) -> dict[str, BaseRate]:
    """The base rates that are kept with the project, by group."""
    table = read_table(path, ("group", *CLASSES))
    table.unique("group")
    rates = [
        BaseRate(
            table.one_of(row, "group", list(GROUPS)),
            tuple(table.whole(row, name, 0, 10**6) for name in CLASSES),
        )
        for row in table.rows
    ]
    table.refuse()
    return {rate.group: rate for rate in rates}
