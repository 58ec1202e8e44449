"""Doctrines: what a patron's policy does when all know it from the first day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.engine import estimates
from experiments.engine.batch import Job
from experiments.engine.duel import ACTS, BASELINES, OWN, TALK, proteges, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.words import aligned, estimated
from model.preset.load import ConfigError, Preset, menu
from model.world import Array


@dataclass(frozen=True)
class Doctrine:
    """What follows from one policy of a patron that is known from the first day.

    `attacked` is the share of runs in which the protege's side comes to war, `weeks_at_war` the
    mean over all runs, `boldness` the protege's mean force in its war turns, and the last two the
    paired differences of realised value from the patron's own choice, which nobody knows before.
    """

    patron: str
    protege: str
    policy: str
    attacked: Estimate
    weeks_at_war: Estimate
    boldness: Estimate
    patron_value: Estimate
    protege_value: Estimate

    def record(self) -> dict[str, object]:
        """The doctrine as plain data: means, and their intervals."""
        told = {
            "attacked": self.attacked,
            "weeks": self.weeks_at_war,
            "value": self.patron_value,
            "protege": self.protege_value,
            "boldness": self.boldness,
        }
        plain: dict[str, object] = {name: each.mean for name, each in told.items()}
        return plain | {"intervals": {name: [each.low, each.high] for name, each in told.items()}}


def doctrines(
    preset: Preset, patron: str, runs: int, *, seed: int = 0, workers: int = 1
) -> list[Doctrine]:
    """Every policy of a patron as a doctrine, and its own choice first.

    Raises ConfigError where the state is no patron of the preset.
    """
    sided = proteges(preset)
    if patron not in sided:
        raise ConfigError(f"--patron: found '{patron}'; valid: {', '.join(sided)}")
    policies = [each for each in (*BASELINES, TALK, *ACTS) if each in menu(preset, patron)]
    forced = ({}, *({patron: each} for each in policies))
    table = rows_under(Job(preset, seed, forced, doctrine=True), runs, workers)
    protege = sided[patron]
    return [
        outcome_of(table, row, patron, protege, policy)
        for row, policy in enumerate((OWN, *policies))
    ]


def outcome_of(
    table: Mapping[str, Array], row: int, patron: str, protege: str, policy: str
) -> Doctrine:
    """The figures of one doctrine, of a table (policies, runs) a column."""
    turns = table["war_turns"][row]
    force = table[f"fought.{protege}"][row][turns > 0] / turns[turns > 0]
    worth = {each: table[f"worth.{each}"] for each in (patron, protege)}
    return Doctrine(
        patron=patron,
        protege=protege,
        policy=policy,
        attacked=estimates.of_share(float(table["fought"][row].mean()), len(turns)),
        weeks_at_war=estimates.of(table["weeks_at_war"][row]),
        boldness=estimates.of(force) if len(force) > 1 else Estimate(np.nan, np.nan, np.nan),
        patron_value=estimates.of(worth[patron][row] - worth[patron][0]),
        protege_value=estimates.of(worth[protege][row] - worth[protege][0]),
    )


def as_json(found: list[Doctrine]) -> str:
    """The doctrines as one JSON object, each under its policy."""
    return json.dumps({each.policy: each.record() for each in found}, indent=1)


def in_words(found: list[Doctrine], label: Mapping[str, str]) -> str:
    """The doctrines as a table."""
    first = found[0]
    patron, protege = label[first.patron], label[first.protege]
    heads = ("doctrine", "attacked", "weeks of war", f"force of {protege}", f"value to {patron}",
             f"value to {protege}")  # fmt: skip
    rows = []
    for each in found:
        values = (each.patron_value, each.protege_value)
        told = (estimated(value.mean, value.low, value.high) for value in values)
        means = (each.attacked.mean, each.weeks_at_war.mean, each.boldness.mean)
        rows.append((each.policy, *means, *told))
    return "\n".join(
        [
            f"What {patron} would do in war, known to all from the first day",
            *aligned(("<12", ">9.0%", ">14.2f", ">20.3f", ">26", ">26"), rows, heads),
            "Values are less those of its own choice, which nobody knows before (95 %).",
        ]
    )
