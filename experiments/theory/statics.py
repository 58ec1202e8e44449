"""Comparative statics: which way each parameter moves what theory says it moves."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from experiments.engine import estimates
from experiments.engine.batch import Job
from experiments.engine.duel import TALK, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.words import aligned, decimal, interval
from experiments.theory.expectations import EXPECTATIONS, OUTCOMES, Expectation
from model.preset.load import Change, Preset, load
from model.preset.preset import open_actions
from model.world import Array

FITS, WRONG, FLAT = "", "wrong", "flat"

RUNS = 600

POLICIES: tuple[Mapping[str, str], ...] = (
    {},
    {"russia": TALK},
    {"russia": open_actions("patron", 5)[0]},
)
"""The states' own choice, and what Russia's duel of talk against force compares."""


@dataclass(frozen=True)
class Static:
    """An expectation and what was found: the outcome at high less that at low (99 %)."""

    expected: Expectation
    at_low: float
    estimate: Estimate

    @property
    def mark(self) -> str:
        """Wrong if the interval lies on the other side of 0, flat if it does not leave 0."""
        if not self.estimate.settled:
            return FLAT
        return FITS if self.estimate.mean * self.expected.direction > 0 else WRONG

    def record(self) -> dict[str, object]:
        """The row as plain data."""
        estimate = {f"difference{end}": value for end, value in (
            ("", self.estimate.mean), ("_low", self.estimate.low), ("_high", self.estimate.high)
        )}  # fmt: skip
        return {**vars(self.expected), "at_low": self.at_low, **estimate, "mark": self.mark}


def turns_on(state: str, *actions: str) -> Callable[[Mapping[str, Array]], Array]:
    """The share of turns, of the own choice, in which a state plays one of these actions."""
    return lambda table: sum(
        (table[f"play.{state}.{action}"][0] for action in actions),
        0 * table["war_turns"][0],
    )


HELP = ("hidden", "arms", "force")
HEARD = ("rhetoric", "mediation", "economic", "arms", "force")

MEASURED: dict[str, Callable[[Mapping[str, Array]], Array]] = {
    "attack": lambda table: table["fought"][0] * 1.0,
    "war": lambda table: table["weeks_at_war"][0],
    "programme": lambda table: table["programme"][0],
    "price": lambda table: table["price_peak"][0],
    "russia helps": turns_on("russia", *HELP),
    "russia speaks": turns_on("russia", *HEARD),
    "china helps": turns_on("china", *HELP),
    "china trades": turns_on("china", "economic"),
    "gulf speaks": turns_on("gulf", *HEARD),
    "us strikes": turns_on("united_states", "force"),
    "iran strikes": lambda table: table["fought.iran"][0] / table["war_turns"][0].clip(1),
    "talk": lambda table: table["worth.russia"][1] - table["worth.russia"][2],
}
"""How each outcome is read from a table of runs, (policies, runs) a column."""


def outcome_at(presets: Mapping[str, Preset], each: Expectation, value: float, runs: int) -> Array:
    """The outcome run by run with the parameter at a value."""
    changes: dict[str, Change] = {each.key: value}
    if each.key == "restraint":
        changes["events"] = []  # which set it themselves
    preset = load(presets[OUTCOMES[each.outcome][0]], changes)
    policies = POLICIES if each.outcome == "talk" else POLICIES[:1]
    return MEASURED[each.outcome](rows_under(Job(preset, 0, policies), runs))


def statics(runs: int = RUNS, expectations: tuple[Expectation, ...] = EXPECTATIONS) -> list[Static]:
    """What is found of each expectation, low and high on the same random draws."""
    presets = {name: load(name) for name in {preset for preset, _ in OUTCOMES.values()}}
    found = []
    for each in expectations:
        low, high = (outcome_at(presets, each, value, runs) for value in (each.low, each.high))
        estimate = estimates.of(high - low, estimates.STRICT)
        found.append(Static(each, float(low.mean()), estimate))
    return found


def as_json(found: list[Static]) -> str:
    """The rows as a JSON list."""
    return json.dumps([each.record() for each in found], indent=1)


def in_words(found: list[Static]) -> str:
    """The rows as a table, and how many fit."""
    rows = [
        (
            each.expected.key,
            f"{each.expected.low:g} to {each.expected.high:g}",
            OUTCOMES[each.expected.outcome][1],
            "up" if each.expected.direction > 0 else "down",
            decimal(each.estimate.mean, 3),
            interval(each.estimate.low, each.estimate.high, 3),
            each.mark,
            each.expected.reason,
        )
        for each in found
    ]
    heads = ("parameter", "from, to", "outcome", "theory", "found", "99 %", "", "why")
    columns = ("<", "  <", "  <", "  <", "  >", " <", "  <5", "  <")
    fits = sum(each.mark == FITS for each in found)
    told = [f"{mark}: {sum(each.mark == mark for each in found)}" for mark in (WRONG, FLAT)]
    return "\n".join(
        [
            *aligned(columns, rows, heads, indent=0),
            f"{fits} of {len(found)} as theory expects; {', '.join(told)}.",
        ]
    )
