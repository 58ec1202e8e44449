"""Ensembles: blocks of runs played by workers, reduced exactly, whatever the blocks.

Counts and sums are integers (sums in fixed point), so the result does not depend on
how runs were grouped or in which order blocks finished.
"""

import ctypes
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from experiments.engine.record import BINS, FIXED, RECORDER, Record, series
from experiments.engine.workers import in_order
from model.alliance_model import MOST_RUN, AllianceModel, checked_runs
from model.compiled.by_numpy import Played
from model.compiled.engine import checked, compiled, playing, preferred
from model.compiled.strips import Unsound
from model.measures import MEASURES, credibility, standing, worth_by_term
from model.preset.load import Change, Preset, ladder_entries, load
from model.preset.toml import whole_number
from model.world import Array, taken, total

BLOCK = 2000
"""Runs played together at most: enough to outweigh the calls, few enough for the cache."""

BUFFER = 512
"""Entries of numpy's buffers: fewer than a block has runs."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # names of mallopt(3)

RHETORIC, MEDIATION = 1, 2
"""The highest rungs that are no more than talk: strictly, words alone; leniently, mediation too."""


@dataclass(frozen=True)
class Job:
    """What to play: a preset, the seed, and the policies to play each run under."""

    preset: Preset
    seed: int = 0
    policies: tuple[Mapping[str, str], ...] = ({},)
    doctrine: bool = False
    engine: str = field(default_factory=preferred)
    """Who plays: `numpy`, `compiled`, or `auto`. Both give the same bits."""
    runs: int = 0
    """How many runs belong together, of which this is a part; by these `auto` decides."""


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
    def empty(cls, turns: int, states: int, actions: int, names: tuple[str, ...]) -> "Tally":
        """Nothing counted yet."""
        plays, at_war, seen = np.zeros((3, turns, states, actions), np.int64)
        kinds = len(series(names))
        histograms = np.zeros((turns, kinds, BINS), np.int64)
        return cls(plays, at_war, seen, histograms, np.zeros((turns, kinds), np.int64))

    def count(self, turn: int, table: Array, sums: Array) -> None:
        """Count a turn of some runs, as `record.counted` lays the table out."""
        states, actions = self.plays.shape[1:]
        whole = states * actions
        peace, war, seen = table[: 3 * whole].reshape(3, states, actions)
        self.plays[turn] += peace + war
        self.plays_at_war[turn] += war
        self.seen_at_war[turn] += seen
        self.histograms[turn] += table[3 * whole + 1 :].reshape(-1, BINS)
        self.sums[turn] += sums

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
    try:
        return _played_block(job, runs, trajectories)
    except Unsound:  # numpy says where
        return _played_block(replace(job, engine="numpy"), runs, trajectories)


def _model(job: Job, runs: range) -> AllianceModel:
    return AllianceModel(
        job.preset, rng=job.seed, runs=runs, policy=job.policies, doctrine=job.doctrine
    )


def _played_block(job: Job, runs: range, trajectories: bool) -> Block:
    model = _model(job, runs)
    turns = model.preset.file.turns
    states, actions = model.world.ladder.on_menu.shape[:2]
    tally = Tally.empty(turns if trajectories else 0, states, actions, model.world.names)
    tally.runs = len(runs)
    standing_at_first = credibility(taken(model.world, model.columns))
    engine = playing(model, RECORDER, job.engine, max(job.runs, len(runs)))
    for turn in range(turns):
        counts, sums = engine.step()
        if trajectories:
            tally.count(turn, counts, sums)
    last = engine.by_row()
    table = _row_by_row(last, runs, turns)
    gained = credibility(last.world) - standing_at_first
    for state, name in enumerate(last.world.names):
        table |= {f"credibility.{name}": gained[state], **_conduct(last.record, state, name)}
    rows = len(runs) * len(job.policies)
    table = {key: np.broadcast_to(column, rows).copy() for key, column in table.items()}
    model.__dict__.clear()  # agents and model refer to one another: else garbage is waited for
    return Block(runs, table, tally, last.residual, last.followed / turns)


def _row_by_row(last: Played, runs: range, turns: int) -> dict[str, Array]:
    """The table of a block: one row a run and policy."""
    world, record = last.world, last.record
    terms = worth_by_term(world)
    value = total(terms)
    times = len(last.forced_down) // len(runs)
    fought = record.war_turns > 0
    columns: dict[str, Array] = {
        "run": np.tile(np.arange(runs.start, runs.stop), times),
        "wars": world.wars,
        "fought": world.wars > 0,
        "collapsed": world.collapsed,
        "bomb": world.bomb,
        "survival": MEASURES["survival"].rule(world),
        "programme": MEASURES["programme"].rule(world),
    }
    for state in range(world.state_count):
        columns |= _columns_of(last, state, value[state], turns)
    if times > 1:
        for row, term in zip(terms, world.weights, strict=True):
            columns |= {f"value.{name}.{term}": row[k] for k, name in enumerate(world.names)}
        columns["policy"] = np.repeat(np.arange(times), len(runs))
    columns |= {"price_peak": record.peak, "peak_in_war": np.where(world.wars > 0, record.peak, 0)}
    columns |= {"weeks_at_war": record.weeks, "war_turns": record.war_turns, "at_war": fought}
    columns["forced_down"] = last.forced_down
    return columns


def _columns_of(last: Played, state: int, value: Array, turns: int) -> dict[str, Array]:
    """What the table says of one state's worth, standing and actions."""
    world, name = last.world, last.world.names[state]
    columns = {f"worth.{name}": value, f"income.{name}": world.income[state]}
    for kind, beta in (("reliability", world.reliability), ("honesty", world.honesty)):
        columns[f"{kind}.{name}"] = standing(beta.mean)[state]
    for place, action in enumerate(world.ladder.names[state]):
        columns[f"play.{name}.{action}"] = last.record.played[state, place] / turns
    return columns


def _conduct(record: Record, state: int, name: str) -> dict[str, Array]:
    """What the table says of one state's conduct in war, done and seen."""
    highest, seen = record.highest[state], record.highest_seen[state]
    at_war = record.war_turns > 0
    return {
        f"turned.{name}": record.turned[state],
        f"fought.{name}": record.fought[state],
        f"highest.{name}": highest,
        f"highest_seen.{name}": seen,
        f"restrained.{name}": at_war & (highest <= MEDIATION),
        f"restrained_seen.{name}": at_war & (seen <= MEDIATION),
    }


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
    job = replace(job, runs=max(job.runs, len(runs)))
    if len(parts) > 1 and workers > 1:  # once for all workers
        compiled(_model(job, parts[0]), RECORDER, job.engine, job.runs)
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
    engine: str | None = None,
    rows: Callable[[Mapping[str, Array]], object] | None = None,
) -> Ensemble:
    """Play an ensemble and keep a row a run, or hand the rows of each block to `rows`.

    Same preset, changes, policy and seed: the same bits for any block, workers and engine (`numpy`,
    `compiled`, or `auto`: the compiled turn where its extra is installed and the job large).
    Raises ConfigError and NoEquilibrium as AllianceModel does.
    """
    engine = preferred() if engine is None else checked(engine)
    job = Job(load(preset, changes), seed, (policy or {},), engine=engine)
    return gathered(blocks(job, runs, block=block, workers=workers), rows)


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
