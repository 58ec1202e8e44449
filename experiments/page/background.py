"""What if: the ensemble behind a watched run, the verdict before and after, a small phase grid.

Each piece is one call of a function at the top level, so that a worker process can play it
while the page goes on.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any  # whatever a piece of work gives

import contourpy
import numpy as np

from experiments.engine import estimates
from experiments.engine.batch import Job, all_workers
from experiments.engine.duel import TALK, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.record import RECORDER
from experiments.engine.workers import crew
from experiments.page.address import Plan, Value, read
from experiments.page.snapshot import measured
from model.alliance_model import AllianceModel
from model.compiled.engine import playing, preferred
from model.measures import worth
from model.preset.load import Change, Preset, changed
from model.world import Array, PerRun, World

BAND_RUNS = 100
BAND_PIECE = 50
VERDICT_RUNS = 100
GRID = 9
"""Cells of the phase grid along each side."""
CELL_RUNS = 24

Piece = tuple[Callable[..., Any], tuple[Hashable, ...]]
PLAYED: dict[Piece, Future[Any]] = {}
Changes = tuple[tuple[str, Value | tuple[float, ...]], ...]
KEPT = 40
"""The most results of pieces that are kept."""
HANDS = crew(max(1, all_workers() - 1))
"""The workers of the page; one processor is left to the page itself."""


async def gathered(pieces: Sequence[Piece], told: Callable[[float], None]) -> list[Any]:
    """What pieces of work give, played one after the other by the crew; tells the share done.

    One piece at a time: visitors take turns, and work that is cancelled ends with its piece.
    A piece that was played before, or is being played, for any visitor, is not played again.
    """
    found = []
    for done, (function, arguments) in enumerate(pieces):
        told(done / len(pieces))
        piece = (function, arguments)
        if piece not in PLAYED or failed(PLAYED[piece]):
            PLAYED[piece] = HANDS.submit(function, *arguments)
            while len(PLAYED) > KEPT:
                PLAYED.pop(next(iter(PLAYED)), None)
        found.append(await asyncio.shield(asyncio.wrap_future(PLAYED[piece])))
    told(1.0)
    return found


def failed(work: Future[Any]) -> bool:
    """Whether a piece of work ended without a result."""
    return work.cancelled() or (work.done() and work.exception() is not None)


async def played(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a piece of work gives that is of use to one visitor alone."""
    return await asyncio.wrap_future(HANDS.submit(function, *arguments))


# ------------------------------------------------------------------------ the ensemble


def band_pieces(plan: Plan, runs: int = BAND_RUNS) -> list[Piece]:
    """The pieces of work for the band behind a plan's run."""
    crisis = read(plan.preset)
    return [
        (played_lines, (crisis, plan.seed, plan.changes, first, min(first + BAND_PIECE, runs)))
        for first in range(0, runs, BAND_PIECE)
    ]


def played_lines(
    preset: Preset, seed: int, changes: Changes, first: int, last: int
) -> dict[str, Array]:
    """The drawn series of some runs: key to (turns + 1, runs)."""
    runs = range(first, last)
    kept = [measured(world) for world in worlds(changed(preset, _by_run(changes)), seed, runs)]
    return {
        key: np.stack([np.broadcast_to(each[key], len(runs)) for each in kept]).astype(np.float32)
        for key in kept[0]
    }


def worlds(preset: Preset, seed: int, runs: range) -> Iterator[World]:
    """The worlds of some runs from the first to the last turn, by the engine that fits the band."""
    model = AllianceModel(preset, rng=seed, runs=runs)
    yield model.world
    engine = playing(model, RECORDER, preferred(), BAND_RUNS)
    for _ in range(preset.file.turns):
        engine.step()
        yield engine.by_row().world


def bands(played: Sequence[Mapping[str, Array]]) -> dict[str, tuple[Array, Array]]:
    """The 10 % and 90 % quantiles of each series by turn."""
    found = {}
    for key in played[0]:
        runs = np.concatenate([each[key] for each in played], 1)
        low, high = np.quantile(runs, (0.1, 0.9), axis=1)
        found[key] = (low, high)
    return found


# ---------------------------------------------------------------- the verdict, twice


@dataclass(frozen=True)
class Verdict:
    """Talk less an act in realised value of a patron, before and after the changes.

    `change` is the paired difference of the two, run by run on the same random draws.
    """

    patron: str
    act: str
    before: Estimate
    after: Estimate
    change: Estimate
    runs: int


def verdict_pieces(plan: Plan, patron: str, act: str, runs: int = VERDICT_RUNS) -> list[Piece]:
    """The pieces of work for the verdicts of a preset with and without a plan's changes."""
    kinds: list[Changes] = [(), plan.changes] if plan.changes else [()]
    return [
        (realised, (read(plan.preset), plan.seed, changes, patron, action, runs))
        for changes in kinds
        for action in (TALK, act)
    ]


class SideBySide(AllianceModel):
    """Cells played as one batch: the runs of each have the draws of runs 0 to CELL_RUNS."""

    def draws_of(self, purpose: str, turn: PerRun | int, *, by_state: bool = False) -> Array:
        """The draws of one cell's runs, the same for every cell."""
        drawn = super().draws_of(purpose, turn, by_state=by_state)
        cells = drawn.shape[-1] // CELL_RUNS
        return np.concatenate([drawn[..., :CELL_RUNS]] * cells, -1)


def realised(
    preset: Preset,
    seed: int,
    changes: Changes,
    patron: str,
    action: str,
    runs: int,
    kind: type[AllianceModel] = AllianceModel,
) -> Array:
    """The patron's realised value under do(action), run by run; tuples vary by run."""
    policy = {patron: action}
    if kind is AllianceModel:
        job = Job(changed(preset, _by_run(changes)), seed, (policy,), runs=2 * VERDICT_RUNS)
        return rows_under(job, runs)[f"worth.{patron}"][0]
    model = kind(preset, rng=seed, runs=range(runs), changes=_by_run(changes), policy=policy)
    while not model.over:
        model.step()
    state = model.world.names.index(patron)
    return np.broadcast_to(worth(model.world)[state], runs).copy()


def _by_run(changes: Changes) -> dict[str, Change]:
    """Changes as the model takes them; a tuple has one value a run."""
    return {key: np.array(value) if isinstance(value, tuple) else value for key, value in changes}


def verdict(patron: str, act: str, values: Sequence[Array]) -> Verdict:
    """The verdict from the results of `verdict_pieces`."""
    before = values[0] - values[1]
    after = values[2] - values[3] if len(values) > 2 else before
    return Verdict(
        patron,
        act,
        estimates.of(before),
        estimates.of(after),
        estimates.of(after - before),
        len(before),
    )


# -------------------------------------------------------------------------- where


@dataclass(frozen=True)
class Axis:
    """A parameter of a phase diagram and the values it takes."""

    key: str
    low: float
    high: float

    @property
    def values(self) -> Array:
        """The values at the middle of the cells."""
        return np.linspace(self.low, self.high, GRID)


def grid_pieces(plan: Plan, across: Axis, up: Axis, patron: str, act: str) -> list[Piece]:
    """The pieces of work for a phase grid, two for each of its rows.

    The cells of a row are played as one batch, as a parameter may be one value a run, and all
    cells on the same random draws, so that neighbours differ by their figures alone.
    """
    pieces: list[Piece] = []
    for height in up.values:
        row = {across.key: tuple(np.repeat(across.values, CELL_RUNS)), up.key: float(height)}
        changes = tuple({**plan.given, **row}.items())
        for action in (TALK, act):
            played = (read(plan.preset), plan.seed, changes, patron, action, GRID * CELL_RUNS)
            pieces.append((realised, (*played, SideBySide)))
    return pieces


def grid_row(talk: Array, act: Array) -> tuple[list[float], list[bool]]:
    """The mean advantage of talk in each cell of a row, and whether its sign is settled."""
    cells = [estimates.of(each) for each in (talk - act).reshape(GRID, CELL_RUNS)]
    return [each.mean for each in cells], [each.settled for each in cells]


def zero_line(grid: Sequence[Sequence[float]]) -> list[list[list[float]]]:
    """The lines along which talk and the act are worth the same, in cells from the lower left."""
    if len(grid) < 2:
        return []
    lines = contourpy.contour_generator(z=np.asarray(grid, float)).lines(0.0)
    return [np.round(line, 3).tolist() for line in lines]
