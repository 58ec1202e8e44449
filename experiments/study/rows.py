"""Points of a design played: each policy on the same random draws, reduced to a row of figures.

What a row holds depends on its point, seed and run numbers alone: not on the rows it
was played with, nor on who played it. A row that fails is recorded with its error.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any  # a change may be any value of a file

import numpy as np

from experiments.engine.batch import Job
from experiments.engine.duel import ACTS, NOTHING, OWN, TALK, principals_of, proteges, rows_under
from experiments.engine.posterior import weights_at
from model.draws import MOST_SEED
from model.preset.catalogue import varies_by_run
from model.preset.load import Change, ConfigError, Preset, changed, load, suggestion
from model.preset.toml import whole_number
from model.world import Array, total

MOST_RUNS = 10**9
"""The largest number of runs of a point."""

Columns = dict[str, Array]


@dataclass(frozen=True)
class Plan:
    """What is the same at all points: the preset, the seed, whose policies are compared."""

    preset: Preset
    patron: str
    protege: str
    adversary: str
    policies: tuple[str, ...]
    seed: int = 0
    measures: tuple[str, ...] = ()
    keep_runs: bool = False


@dataclass(frozen=True)
class Row:
    """Some runs at a point: their numbers, and the parameters that the point changes.

    `draw` is the number of a draw of weights and precision from the posterior, if not the defaults
    are played.
    """

    point: int
    runs: range
    changes: Mapping[str, Any]
    draw: int | None = None


@dataclass(frozen=True)
class Played:
    """A row of figures for each row, and the values run by run where they are kept."""

    rows: Columns
    runs: Columns | None


def play(plan: Plan, rows: Sequence[Row]) -> Played:
    """Play rows under every policy; those that fail are recorded and do not stop the rest."""
    done = [each for group in groups(rows) for each in attempted(plan, group)]
    names = list(dict.fromkeys(name for each in done for name in each.rows))
    table = {name: np.concatenate([filled(each.rows, name) for each in done]) for name in names}
    kept = [each.runs for each in done if each.runs]
    runs = {name: np.concatenate([each[name] for each in kept]) for name in kept[0]} if kept else {}
    return Played(table, runs if plan.keep_runs else None)


def filled(columns: Columns, name: str) -> Array:
    """A column, or as many gaps where the rows failed before they had it."""
    return columns.get(name, np.full(len(columns["point"]), np.nan))


def groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that the engine can play at once.

    Their runs follow one another, are equally many, and they differ in parameters by run alone.
    """
    start = 0
    for place, (before, after) in enumerate(pairwise(rows), 1):
        together = (
            after.runs.start == before.runs.stop
            and len(after.runs) == len(before.runs)
            and (after.draw is None) == (before.draw is None)
            and fixed(after) == fixed(before)
        )
        if not together:
            yield list(rows[start:place])
            start = place
    if rows:
        yield list(rows[start:])


def fixed(row: Row) -> dict[str, Any]:
    """The names of the changes by run, and the values of all others."""
    return {key: None if by_run(key, value) else value for key, value in row.changes.items()}


def by_run(key: str, value: Any) -> bool:
    """Whether a change is one number for each run."""
    return varies_by_run(key) and isinstance(value, int | float) and not isinstance(value, bool)


def attempted(plan: Plan, rows: list[Row]) -> Iterator[Played]:
    """Rows played together; halved where that fails, until the rows that fail stand alone."""
    try:
        yield reduced(plan, rows, outcomes(plan, rows, plan.policies))
    except (ValueError, ArithmeticError) as error:
        if len(rows) > 1:
            yield from attempted(plan, rows[: len(rows) // 2])
            yield from attempted(plan, rows[len(rows) // 2 :])
        else:
            yield failed(rows[0], f"{type(error).__name__}: {error}")


def failed(row: Row, error: str) -> Played:
    """The record of a row that could not be played."""
    return Played(identity([row]) | {"error": np.array([error], object)}, None)


def identity(rows: Sequence[Row]) -> Columns:
    """Which point each row is of, and its runs."""
    return {
        "point": np.array([row.point for row in rows], np.int64),
        "first_run": np.array([row.runs.start for row in rows], np.int64),
        "runs": np.array([len(row.runs) for row in rows], np.int64),
        "draw": np.array([-1 if row.draw is None else row.draw for row in rows], np.int64),
    }


def outcomes(plan: Plan, rows: Sequence[Row], policies: Sequence[str]) -> list[Columns]:
    """Columns run by run under each policy. The one place that calls the engine."""
    runs = range(rows[0].runs.start, rows[-1].runs.stop)
    changes: dict[str, Change] = {}
    for key, value in rows[0].changes.items():
        changes[key] = value
        if by_run(key, value):
            values = np.repeat([float(row.changes[key]) for row in rows], len(rows[0].runs))
            changes[key] = np.concatenate([np.full(runs.start, values[0]), values])
    forced = tuple({} if each == OWN else {plan.patron: each} for each in policies)
    preset = changed(plan.preset, changes)
    if rows[0].draw is not None:
        numbers = np.repeat([row.draw or 0 for row in rows], len(rows[0].runs))
        by_run_number = np.concatenate([np.zeros(runs.start, int), numbers])
        preset = changed(preset, weights_at(preset, by_run_number))
    table = rows_under(Job(preset, plan.seed, forced), runs)
    names = wanted(plan, list(table))
    return [
        {name: table[name][place] for name in names}
        | {"weeks_short": table["forced_down"][place] * preset.weeks}
        for place in range(len(policies))
    ]


def refuse_unknown_measures(plan: Plan) -> None:
    """Raise ConfigError for a measure that the engine's table does not have."""
    if plan.measures:
        turn = replace(plan, preset=changed(plan.preset, {"turns": 1}))
        outcomes(turn, [Row(0, range(1), {})], (OWN,))


def wanted(plan: Plan, known: list[str]) -> list[str]:
    """The columns of the engine's table that are kept. Raises ConfigError for an unknown one."""
    for each in plan.measures:
        if each not in known:
            raise ConfigError(f"measures: found '{each}'{suggestion(each, known)}")
    worths = [f"worth.{each}" for each in (plan.patron, plan.protege, plan.adversary)]
    return list(dict.fromkeys([*worths, "weeks_at_war", *plan.measures]))


def reduced(plan: Plan, rows: Sequence[Row], found: Sequence[Columns]) -> Played:
    """Means over each row's runs, variances of what is compared, and paired differences."""
    count = len(rows[0].runs)
    quantities = by_policy(plan, found)
    stacked = np.stack([value.reshape(-1, count).T for value in quantities.values()], 1)
    means = total(stacked) / count
    variances = total((stacked - means) ** 2) / count
    table = identity(rows) | {"error": np.full(len(rows), "", object)}
    for place, name in enumerate(quantities):
        table[name] = means[place]
        if name.startswith(("worth.", "gain.")):
            table[f"{name}.variance"] = variances[place]
    if not plan.keep_runs or rows[0].draw is not None:
        return Played(table, None)
    point = np.repeat(table["point"], count)
    numbers = np.concatenate([np.arange(row.runs.start, row.runs.stop) for row in rows])
    return Played(table, {"point": point, "run": numbers} | quantities)


def by_policy(plan: Plan, found: Sequence[Columns]) -> Columns:
    """Quantities run by run, named `what.policy`.

    worth, protege, adversary: realised value of the patron and of these; gain: the patron's worth
    under talk less that under the policy; better, same: whether talk is worth more, or
    no less and no more; war, short: weeks at war, and those in which means did not allow it.
    """
    values: Columns = {}
    for policy, columns in zip(plan.policies, found, strict=True):
        values[f"worth.{policy}"] = columns[f"worth.{plan.patron}"]
        values[f"protege.{policy}"] = columns[f"worth.{plan.protege}"]
        values[f"adversary.{policy}"] = columns[f"worth.{plan.adversary}"]
        values[f"war.{policy}"] = columns["weeks_at_war"]
        values[f"short.{policy}"] = columns["weeks_short"]
        for name in plan.measures:
            values[f"{name}.{policy}"] = columns[name]
    talk, *others = plan.policies
    for policy in others if talk != OWN else []:
        gain = values[f"worth.{talk}"] - values[f"worth.{policy}"]
        values[f"gain.{policy}"] = gain
        values[f"better.{policy}"] = gain > NOTHING
        values[f"same.{policy}"] = np.abs(gain) <= NOTHING
        for other in ("protege", "adversary"):
            theirs = values[f"{other}.{talk}"] - values[f"{other}.{policy}"]
            values[f"{other}_gain.{policy}"] = theirs
    return {name: np.asarray(value, float) for name, value in values.items()}


def simulate_point(
    preset: str | Preset = "iran-2025",
    changes: Mapping[str, Any] | None = None,
    seed: int = 0,
    *,
    runs: int = 100,
    patron: str | None = None,
    talk: str = TALK,
    acts: Sequence[str] = ACTS,
    measures: Sequence[str] = (),
    **parameters: Any,
) -> dict[str, float]:
    """The figures of one point, as other tools call it: parameters in, numbers out.

    `changes` maps keys such as `russia.ties.israel` to values; keywords do as well, with
    two underscores for each dot. Without `patron` it is the preset's first.
    Raises ConfigError for a wrong argument, NoEquilibrium where a game is not solved.
    """
    seed = whole_number(seed, "seed", 0, MOST_SEED)
    count = whole_number(runs, "runs", 1, MOST_RUNS)
    given = dict(changes or {}) | {k.replace("__", "."): v for k, v in parameters.items()}
    plain = {key: each.item() if hasattr(each, "item") else each for key, each in given.items()}
    preset = load(preset, plain)
    sides = proteges(preset)
    patron = patron or next(iter(sides))
    if patron not in sides:
        raise ConfigError(f"patron: found '{patron}'{suggestion(patron, list(sides))}")
    protege, adversary = principals_of(preset, sides[patron])
    policies = (talk, *acts)
    plan = Plan(preset, patron, protege, adversary, policies, seed, tuple(measures))
    row = Row(0, range(count), {})
    table = reduced(plan, [row], outcomes(plan, [row], plan.policies)).rows
    return {name: float(each[0]) for name, each in table.items() if each.dtype == float}
