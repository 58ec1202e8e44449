"""Ensembles: blocks of runs played by workers, reduced exactly, whatever the blocks.

Counts and sums are integers (sums in fixed point), so the result does not depend on
how runs were grouped or in which order blocks finished.
"""

import ctypes
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from experiments.engine.workers import in_order
from model.alliance_model import MOST_RUN, AllianceModel, checked_runs
from model.measures import MEASURES, credibility, standing, worth_by_term
from model.preset.load import Change, Preset, ladder_entries, load
from model.preset.toml import whole_number
from model.world import Array, World, taken, total

BLOCK = 2000
"""Runs played together at most: enough to outweigh the calls, few enough for the cache."""

BUFFER = 512
"""Entries of numpy's buffers: fewer than a block has runs."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # names of mallopt(3)

BINS = 1000
FIXED = 2.0**32
RHETORIC, MEDIATION = 1, 2
"""The highest rungs that are no more than talk: strictly, words alone; leniently, mediation too."""

STANDINGS = ("reliability", "honesty")


@dataclass(frozen=True)
class Job:
    """What to play: a preset, the seed, and the policies to play each run under."""

    preset: Preset
    seed: int = 0
    policies: tuple[Mapping[str, str], ...] = ({},)
    doctrine: bool = False


@dataclass
class Tally:
    """Exact counts by turn: actions played, and histograms of the measures.

    `plays` (turns, states, actions); `histograms` (turns, series, bins).
    """

    plays: Array
    plays_at_war: Array
    seen_at_war: Array
    histograms: Array
    sums: Array
    runs: int = 0

    @classmethod
    def empty(cls, turns: int, states: int, actions: int, names: Sequence[str]) -> "Tally":
        """Nothing counted yet."""
        plays, at_war, seen = np.zeros((3, turns, states, actions), np.int64)
        kinds = len(series(names))
        histograms = np.zeros((turns, kinds, BINS), np.int64)
        return cls(plays, at_war, seen, histograms, np.zeros((turns, kinds), np.int64))

    def add(self, other: "Tally") -> None:
        """Count another block's runs as well."""
        self.plays += other.plays
        self.plays_at_war += other.plays_at_war
        self.seen_at_war += other.seen_at_war
        self.histograms += other.histograms
        self.sums += other.sums
        self.runs += other.runs


@dataclass
class Block:
    """What a block of runs gave: the table has a row a run and policy, one policy after the other.

    The tally is of the first policy, and so is how well the games were solved.
    """

    runs: range
    table: dict[str, Array]
    tally: Tally
    residual: float
    followed: float

    @property
    def under_first(self) -> dict[str, Array]:
        """The rows under the first policy."""
        rows = {key: column[: len(self.runs)] for key, column in self.table.items()}
        rows.pop("policy", None)
        return rows


def series(names: Sequence[str]) -> list[tuple[str, str]]:
    """The measured series, (measure, state): every measure, and the standings of each state."""
    return [(name, "") for name in MEASURES] + [
        (standing_, name) for standing_ in STANDINGS for name in names
    ]


def series_values(world: World) -> Array:
    """The values of each of `series`: (series, runs)."""
    shape = np.shape(world.weeks_at_war)
    measured = [np.broadcast_to(each.rule(world), shape) for each in MEASURES.values()]
    return np.concatenate(
        [measured, standing(world.reliability.mean), standing(world.honesty.mean)]
    )


def series_range(names: Sequence[str]) -> tuple[Array, Array]:
    """Lower and upper end of the bins of each of `series`."""
    ends = [(each.low, each.high) for each in MEASURES.values()]
    low, high = np.array(ends + [(0.0, 1.0)] * len(STANDINGS) * len(names)).T
    return low, high


@cache
def keep_memory() -> None:
    """Tell the C library to keep freed memory for the next turn's arrays.

    Else glibc gives large arrays back to the system and each turn faults them in anew.
    """
    try:
        library = ctypes.CDLL(None)
    except (TypeError, OSError):  # as on Windows
        return
    if hasattr(library, "mallopt"):
        for parameter, size in ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 256 << 20)):
            library.mallopt(parameter, size)


@contextmanager
def small_buffers() -> Iterator[None]:
    """Keep numpy from copying what is broadcast into its buffers, as where a row of runs fits."""
    usual = np.setbufsize(BUFFER)
    try:
        yield
    finally:
        np.setbufsize(usual)


@small_buffers()
def play_block(job: Job, runs: range, trajectories: bool = True) -> Block:
    """Play a block of runs to the preset's last turn, under each policy.

    Without `trajectories` nothing is counted by turn.
    """
    keep_memory()
    model = AllianceModel(
        job.preset, rng=job.seed, runs=runs, policy=job.policies, doctrine=job.doctrine
    )
    turns, rows = model.preset.file.turns, len(runs) * len(job.policies)
    states, actions = model.world.ladder.on_menu.shape[:2]
    tally = Tally.empty(turns if trajectories else 0, states, actions, model.world.names)
    tally.runs = len(runs)
    played = np.zeros(states * actions * rows, np.int32)
    places = np.arange(states)[:, None] * actions * rows + np.arange(rows)
    peak, weeks, war_turns = np.zeros((3, rows))
    highest, highest_seen, fought = np.zeros((3, states, rows))
    residual, followed = 0.0, 0.0
    standing_at_first = credibility(taken(model.world, model.columns))
    side_at_first = model.by_row(model.world.side)
    turned = np.zeros(side_at_first.shape, bool)
    for turn in range(turns):
        war = model.by_row(model.world.war)
        model.step()
        world, solution = model.world, model.under_first(model.solution)
        assert solution is not None
        residual = max(residual, float(np.max(solution.residual)))
        followed += float(np.sum(np.broadcast_to(solution.followed, len(runs))))
        played[places + model.by_row(world.choice) * rows] += 1
        peak = np.maximum(peak, model.by_row(world.price))
        turned |= model.by_row(world.side) != side_at_first
        weeks, war_turns = weeks + model.by_row(world.war) * world.weeks, war_turns + war
        ladder = world.ladder
        for acts, choice in ((highest, world.choice), (highest_seen, world.seen)):
            np.maximum(acts, war * model.by_row(ladder.played(ladder.rung, choice)), out=acts)
        fought += war * model.by_row(ladder.played(ladder.strike, world.choice))
        if trajectories:
            _count(tally, turn, model.under_first(world), war[: len(runs)])
    last = taken(model.world, model.columns)
    table = _row_by_row(last, runs, played.reshape(states, actions, rows), turns)
    table |= {"price_peak": peak, "peak_in_war": np.where(table["wars"] > 0, peak, 0.0)}
    table |= {"weeks_at_war": weeks, "war_turns": war_turns, "at_war": war_turns > 0}
    table["forced_down"] = model.by_row(model.forced_down) + 0 * peak
    gained = credibility(last) - standing_at_first
    for state, name in enumerate(last.names):
        table[f"credibility.{name}"] = np.broadcast_to(gained[state], rows).copy()
        table[f"turned.{name}"] = turned[state]
        table[f"fought.{name}"] = fought[state]
        table |= {f"highest.{name}": highest[state], f"highest_seen.{name}": highest_seen[state]}
        table[f"restrained.{name}"] = (war_turns > 0) & (highest[state] <= MEDIATION)
        table[f"restrained_seen.{name}"] = (war_turns > 0) & (highest_seen[state] <= MEDIATION)
    model.__dict__.clear()  # agents and model refer to one another: else garbage is waited for
    return Block(runs, table, tally, residual, followed / turns)


def _count(tally: Tally, turn: int, world: World, war: Array) -> None:
    """Count the actions of one turn and bin its measured series."""
    states, actions = tally.plays.shape[1:]
    first = np.arange(states)[:, None] * actions
    for counts, choice, weight in (
        (tally.plays, world.choice, np.ones_like(war)),
        (tally.plays_at_war, world.choice, war),
        (tally.seen_at_war, world.seen, war),
    ):
        weights = np.broadcast_to(weight, choice.shape).ravel()
        found = np.bincount((first + choice).ravel(), weights, states * actions)
        counts[turn] = np.rint(found).reshape(states, actions)
    values = series_values(world)
    low, high = (end[:, None] for end in series_range(world.names))
    bins = np.clip((values - low) / (high - low) * BINS, 0, BINS - 1).astype(np.int64)
    bins += BINS * np.arange(len(bins))[:, None]
    found = np.bincount(bins.ravel(), minlength=BINS * len(bins))
    tally.histograms[turn] = found.reshape(len(bins), BINS)
    tally.sums[turn] = np.rint(values * FIXED / 1024).astype(np.int64).sum(1)


def _row_by_row(world: World, runs: range, played: Array, turns: int) -> dict[str, Array]:
    """The table of a block: one row a run."""
    terms = worth_by_term(world)
    value = total(terms)
    reliability, honesty = standing(world.reliability.mean), standing(world.honesty.mean)
    rows, times = played.shape[-1], played.shape[-1] // len(runs)
    columns: dict[str, Array] = {
        "run": np.tile(np.arange(runs.start, runs.stop), times),
        "wars": world.wars,
        "fought": world.wars > 0,
        "collapsed": world.collapsed,
        "bomb": world.bomb,
        "survival": MEASURES["survival"].rule(world),
        "programme": MEASURES["programme"].rule(world),
    }
    for state, name in enumerate(world.names):
        columns[f"worth.{name}"] = value[state]
        columns[f"income.{name}"] = world.income[state]
        columns[f"reliability.{name}"] = reliability[state]
        columns[f"honesty.{name}"] = honesty[state]
        for column, action in enumerate(world.ladder.names[state]):
            columns[f"play.{name}.{action}"] = played[state, column] / turns
    if times > 1:
        for row, term in zip(terms, world.weights, strict=True):
            columns |= {f"value.{name}.{term}": row[k] for k, name in enumerate(world.names)}
        columns["policy"] = np.repeat(np.arange(times), len(runs))
    return {key: np.broadcast_to(column, rows).copy() for key, column in columns.items()}


def blocks(
    job: Job, runs: int | range, *, block: int = BLOCK, workers: int = 1, trajectories: bool = True
) -> Iterator[Block]:
    """The blocks of an ensemble in the order of their runs, played by some workers."""
    runs = runs if isinstance(runs, range) else range(whole_number(runs, "runs", 1, MOST_RUN))
    if runs:
        checked_runs(runs)
    block = whole_number(block, "block", 1, MOST_RUN)
    workers = whole_number(workers, "workers", 1, MOST_RUN)
    count = max(round(len(runs) * len(job.policies) / block), workers)
    block = max(-(-len(runs) // count), 1)
    parts = [
        range(first, min(first + block, runs.stop)) for first in range(runs.start, runs.stop, block)
    ]
    tasks = ((job, part, trajectories) for part in parts)
    yield from in_order(play_block, tasks, workers if len(parts) > 1 else 1)


def all_workers() -> int:
    """How many workers this machine has room for."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Ensemble:
    """A played ensemble: exact sums and counts by turn, and how well the games were solved.

    `table` has a row a run, or nothing where the rows went elsewhere. `highest` counts, for each
    column `highest.*` and `highest_seen.*` of it, in how many wars each rung was the highest.
    """

    names: tuple[str, ...]
    sums: dict[str, int]
    tally: Tally
    residual: float
    followed: float
    table: dict[str, Array]
    highest: dict[str, Array] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """How many runs were played."""
        return self.tally.runs

    def mean(self, column: str) -> float:
        """Mean over the runs of a column of the table, from its exact sum."""
        return self.sums[column] / FIXED / self.runs


def simulate(
    preset: str | Preset,
    runs: int | range,
    *,
    seed: int = 0,
    block: int = BLOCK,
    workers: int = 1,
    changes: Mapping[str, Change] | None = None,
    policy: Mapping[str, str] | None = None,
) -> Ensemble:
    """Play an ensemble and keep a row a run.

    Same preset, changes, policy and seed: the same bits for any block and workers.
    Raises ConfigError and NoEquilibrium as AllianceModel does.
    """
    job = Job(load(preset, changes), seed, (policy or {},))
    return gathered(blocks(job, runs, block=block, workers=workers))


def gathered(
    played: Iterator[Block], rows: Callable[[Mapping[str, Array]], object] | None = None
) -> Ensemble:
    """The ensemble that blocks make together under their first policy.

    Its rows are kept, or handed to `rows`.
    """
    tables: list[dict[str, Array]] = []
    highest: dict[str, Array] = {}
    rungs = 1 + max(int(each.rung) for each in ladder_entries().values())
    followed, residual, sums, tally = 0.0, 0.0, Counter[str](), None
    for each in played:
        table = each.under_first
        if rows is None:
            tables.append(table)
        else:
            rows(table)
        sums.update({key: exact_sum(column) for key, column in table.items()})
        residual, followed = max(residual, each.residual), followed + each.followed
        for key in (key for key in table if key.startswith("highest")):
            counted = np.bincount(table[key][table["at_war"]].astype(int), minlength=rungs)
            highest[key] = counted + highest.get(key, 0)
        if tally is None:
            tally = each.tally
        else:
            tally.add(each.tally)
    assert tally is not None
    names = tuple(key.removeprefix("worth.") for key in sums if key.startswith("worth."))
    kept = {key: np.concatenate([each[key] for each in tables]) for key in sums if tables}
    return Ensemble(names, dict(sums), tally, residual, followed / tally.runs, kept, highest)


def exact_sum(column: Array) -> int:
    """Sum of a column in units of 2^-32, the same in any order."""
    return int(np.rint(np.asarray(column, float) * FIXED).astype(np.int64).sum())
