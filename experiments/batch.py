"""Ensembles: blocks of runs played by workers, reduced exactly, whatever the blocks.

Counts and sums are integers (sums in fixed point), so the result does not depend on
how runs were grouped or in which order blocks finished.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from multiprocessing import get_context

import numpy as np

from model.alliance_model import AllianceModel
from model.measures import MEASURES, credibility, standing, worth
from model.preset import Change
from model.world import Array, World

BLOCK = 250
"""Runs played together; sized to the processor's cache."""

BINS = 1000
FIXED = 2.0**32
STANDINGS = ("reliability", "honesty")


@dataclass(frozen=True)
class Job:
    """What to play: a preset with changes, its luck, and for how many turns."""

    preset: str
    rng: int = 0
    changes: Mapping[str, Change] = field(default_factory=dict)
    policy: Mapping[str, str] = field(default_factory=dict)


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
    """What a block of runs gave: a row a run, the tally, and how well the games were solved."""

    runs: range
    table: dict[str, Array]
    tally: Tally
    residual: float
    followed: float
    forced_down: Array


def series(names: Sequence[str]) -> list[tuple[str, str]]:
    """The measured series, (measure, state): every measure, and the standings of each state."""
    return [(name, "") for name in MEASURES] + [
        (standing_, name) for standing_ in STANDINGS for name in names
    ]


def series_values(world: World) -> list[tuple[Array, float, float]]:
    """Value, lower and upper end of the bins for each of `series`."""
    shape = np.shape(world.war)
    values = [
        (np.broadcast_to(each.rule(world), shape), each.low, each.high)
        for each in MEASURES.values()
    ]
    for mean in (world.reliability.mean, world.honesty.mean):
        for state in range(world.state_count):
            values.append((np.broadcast_to(standing(mean, state), shape), 0.0, 1.0))
    return values


def play_block(job: Job, runs: range, trajectories: bool = True) -> Block:
    """Play a block of runs to the preset's last turn."""
    model = AllianceModel(
        job.preset, rng=job.rng, runs=runs, changes=job.changes, policy=job.policy
    )
    turns, states = model.preset.file.turns, model.world.state_count
    actions = model.world.ladder.on_menu.shape[1]
    kinds = series(model.world.names)
    tally = Tally(
        plays=np.zeros((turns, states, actions), np.int64),
        plays_at_war=np.zeros((turns, states, actions), np.int64),
        seen_at_war=np.zeros((turns, states, actions), np.int64),
        histograms=np.zeros((turns, len(kinds) if trajectories else 0, BINS), np.int64),
        sums=np.zeros((turns, len(kinds)), np.int64),
        runs=len(runs),
    )
    played = np.zeros((states, actions, len(runs)), np.int32)
    peak, residual, followed, weeks = np.zeros(len(runs)), 0.0, 0.0, np.zeros(len(runs))
    standing_at_first = credibility(model.world)
    for turn in range(turns):
        war = np.broadcast_to(model.world.war, len(runs))
        model.step()
        world, solution = model.world, model.solution
        assert solution is not None
        residual = max(residual, float(np.max(solution.residual)))
        followed += float(np.sum(np.broadcast_to(solution.followed, len(runs))))
        chosen = np.arange(actions)[None, :, None] == world.choice[:, None]
        tally.plays[turn] = chosen.sum(2)
        tally.plays_at_war[turn] = (chosen & war).sum(2)
        seen = np.arange(actions)[None, :, None] == world.seen[:, None]
        tally.seen_at_war[turn] = (seen & war).sum(2)
        played += chosen
        peak, weeks = np.maximum(peak, world.price), weeks + world.war * world.weeks
        if trajectories:
            _count(tally, turn, world, len(runs))
    _free(model)
    table = _row_by_row(model, runs, played, turns) | {"price_peak": peak, "weeks_at_war": weeks}
    gained = credibility(model.world) - standing_at_first
    for state, name in enumerate(model.world.names):
        table[f"credibility.{name}"] = np.broadcast_to(gained[state], len(runs)).copy()
    return Block(runs, table, tally, residual, followed / turns, model.forced_down + 0 * peak)


def _count(tally: Tally, turn: int, world: World, runs: int) -> None:
    """Bin the measured series of one turn."""
    for place, (value, low, high) in enumerate(series_values(world)):
        value = np.broadcast_to(value, runs)
        bins = np.clip((value - low) / (high - low) * BINS, 0, BINS - 1).astype(np.int64)
        tally.histograms[turn, place] = np.bincount(bins, minlength=BINS)
        tally.sums[turn, place] = np.rint(value * FIXED / 1024).astype(np.int64).sum()


def _row_by_row(model: AllianceModel, runs: range, played: Array, turns: int) -> dict[str, Array]:
    """The table of a block: one row a run."""
    world = model.world
    value = worth(world)
    columns: dict[str, Array] = {
        "run": np.arange(runs.start, runs.stop),
        "wars": world.wars,
        "collapsed": world.collapsed,
        "bomb": world.bomb,
        "survival": MEASURES["survival"].rule(world),
        "programme": MEASURES["programme"].rule(world),
    }
    for state, name in enumerate(world.names):
        columns[f"worth.{name}"] = value[state]
        columns[f"income.{name}"] = world.income[state]
        columns[f"reliability.{name}"] = standing(world.reliability.mean, state)
        columns[f"honesty.{name}"] = standing(world.honesty.mean, state)
        for column, action in enumerate(world.ladder.names[state]):
            columns[f"play.{name}.{action}"] = played[state, column] / turns
    return {key: np.broadcast_to(column, len(runs)).copy() for key, column in columns.items()}


def _free(model: AllianceModel) -> None:
    """Let Mesa 3.3 forget a model that is done; it keeps an identifier counter for each."""
    identifiers = getattr(type(model.states[0]), "_ids", None)
    if isinstance(identifiers, dict):
        identifiers.pop(model, None)


def blocks(
    job: Job, runs: int | range, *, block: int = BLOCK, workers: int = 1, trajectories: bool = True
) -> Iterator[Block]:
    """The blocks of an ensemble in the order of their runs, played by some workers."""
    runs = range(runs) if isinstance(runs, int) else runs
    parts = [
        range(first, min(first + block, runs.stop)) for first in range(runs.start, runs.stop, block)
    ]
    if workers <= 1 or len(parts) == 1:
        for part in parts:
            yield play_block(job, part, trajectories)
        return
    pool = crew(workers)
    waiting: list[Future[Block]] = []
    coming = iter(parts)
    for part in islice(coming, 2 * workers):
        waiting.append(pool.submit(play_block, job, part, trajectories))
    while waiting:
        yield waiting.pop(0).result()
        for part in islice(coming, 1):
            waiting.append(pool.submit(play_block, job, part, trajectories))


@cache
def crew(workers: int) -> ProcessPoolExecutor:
    """The worker processes of this session: started once, as each must import the model."""
    return ProcessPoolExecutor(workers, get_context("spawn"))


def all_workers() -> int:
    """How many workers this machine has room for."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Ensemble:
    """A played ensemble: a row a run, exact counts by turn, and how well the games were solved."""

    names: tuple[str, ...]
    table: dict[str, Array]
    tally: Tally
    residual: float
    followed: float

    @property
    def runs(self) -> int:
        """How many runs were played."""
        return self.tally.runs


def simulate(
    preset: str,
    runs: int | range,
    *,
    rng: int = 0,
    block: int = BLOCK,
    workers: int = 1,
    changes: Mapping[str, Change] | None = None,
    policy: Mapping[str, str] | None = None,
) -> Ensemble:
    """Play an ensemble and keep a row a run.

    Same preset, changes, policy and rng: the same bits for any block and workers.
    Raises ConfigError and NoEquilibrium as AllianceModel does.
    """
    job = Job(preset, rng, dict(changes or {}), dict(policy or {}))
    return gathered(blocks(job, runs, block=block, workers=workers))


def gathered(played: Iterator[Block]) -> Ensemble:
    """The ensemble that blocks make together."""
    tables, followed, residual, tally = [], 0.0, 0.0, None
    for each in played:
        tables.append(each.table)
        residual, followed = max(residual, each.residual), followed + each.followed
        if tally is None:
            tally = each.tally
        else:
            tally.add(each.tally)
    assert tally is not None
    names = tuple(key.removeprefix("worth.") for key in tables[0] if key.startswith("worth."))
    table = {key: np.concatenate([each[key] for each in tables]) for key in tables[0]}
    return Ensemble(names, table, tally, residual, followed / tally.runs)
