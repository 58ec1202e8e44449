"""What if: the ensemble behind a watched run, the verdict before and after, a small phase grid.

Each piece is one call of a function at the top level, so that a worker process can play it
while the page goes on.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any  # whatever a piece of work gives

import contourpy
import numpy as np
from scipy.ndimage import label

from experiments.answer.turning import FEW, Search, Turning, Way, turns_first, ways_of
from experiments.answer.verdict import Verdict
from experiments.engine import estimates
from experiments.engine.batch import Block, Ensemble, Job, all_workers, blocks
from experiments.engine.batch import gathered as of_blocks
from experiments.engine.duel import TALK, Duel, contest, joined, rows_under
from experiments.engine.posterior import COPIES, drawn_weights, left_open
from experiments.engine.record import RECORDER
from experiments.engine.workers import crew
from experiments.page.address import Plan, Value, read
from experiments.page.snapshot import measured
from model.alliance_model import AllianceModel
from model.compiled.engine import playing, preferred
from model.measures import worth
from model.preset.load import Change, ConfigError, Preset, changed
from model.world import Array, PerRun, World

BAND_RUNS = 100
BAND_PIECE = 50
VERDICT_RUNS = 200
VERDICT_DRAWS, DRAWS_PIECE = 40, 10
"""Draws of what history leaves open that the verdict plays, and so many in a piece of work."""
GRID = 9
"""Cells of the phase grid along each side."""
CELL_RUNS = 24
TRIED = 6
"""Figures of which pairs are tried for a plane with a boundary."""

Piece = tuple[Callable[..., Any], tuple[Hashable, ...]]
PLAYED: dict[Piece, Future[Any]] = {}
Changes = tuple[tuple[str, Value | tuple[float, ...]], ...]
KEPT = 200
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
    crisis = plan.crisis
    return [
        (played_lines, (crisis, plan.seed, plan.changes, first, min(first + BAND_PIECE, runs)))
        for first in range(0, runs, BAND_PIECE)
    ]


def played_lines(
    preset: Preset, seed: int, changes: Changes, first: int, last: int
) -> dict[str, Array]:
    """The drawn series of some runs: key to (turns + 1, runs)."""
    runs = range(first, last)
    kept = [measured(world) for world in worlds(changed(preset, by_run(changes)), seed, runs)]
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


# ------------------------------------------------------------------------ the verdict


@dataclass(frozen=True)
class Contested:
    """A patron's duels by chance alone, the runs behind them, and its own choice's ensemble.

    `gaps` has what words are worth less each other policy, run by run.
    """

    preset: Preset
    ensemble: Ensemble
    fought: list[Duel]
    gaps: dict[str, Array]


def contested(preset: Preset, seed: int, changes: Changes, patron: str, runs: int) -> Contested:
    """A patron's duels, and an ensemble of its own choice, from one pass."""
    crisis = changed(preset, by_run(changes))
    found = contest(crisis, patrons=[patron])
    job = Job(crisis, seed, ({}, *found.policies), runs=runs)
    tables: list[dict[str, Array]] = []

    def coming() -> Iterator[Block]:
        for each in blocks(job, runs, trajectories=False):
            tables.append(each.table)
            yield each

    ensemble = of_blocks(coming(), lambda rows: None)
    table = {key: rows[1:] for key, rows in joined(tables, len(job.policies)).items()}
    fought, _ = found.fought(table)
    gaps = {act: found.gap(table, patron, act) for act in found.acts.get(patron, [])}
    return Contested(crisis, ensemble, fought, gaps)


def drawn_gaps(
    preset: Preset, seed: int, changes: Changes, patron: str, draws: tuple[int, int]
) -> dict[str, Array]:
    """What words are worth less each other policy over some draws of what history leaves open."""
    crisis = changed(preset, by_run(changes))
    found = contest(crisis, patrons=[patron])
    laid = changed(crisis, drawn_weights(crisis, VERDICT_DRAWS, COPIES))
    runs = range(draws[0] * COPIES, draws[1] * COPIES)
    table = rows_under(Job(laid, seed, tuple(found.policies), runs=VERDICT_DRAWS * COPIES), runs)
    return {act: found.gap(table, patron, act) for act in found.acts.get(patron, [])}


def contest_pieces(plan: Plan, patron: str, *, given: bool) -> list[Piece]:
    """The pieces of work for a patron's verdict, of the preset or with what the visitor changed."""
    crisis = plan.crisis if given else read(plan.preset)
    asked = (crisis, plan.seed, plan.changes if given else (), patron)
    draws = range(0, VERDICT_DRAWS, DRAWS_PIECE)
    parts = [(first, min(first + DRAWS_PIECE, VERDICT_DRAWS)) for first in draws]
    return [
        (contested, (*asked, VERDICT_RUNS)),
        *((drawn_gaps, (*asked, part)) for part in parts),
    ]


def judged(values: Sequence[Any], seed: int) -> Verdict:
    """The verdict from the results of `contest_pieces`, as many draws as there are."""
    first, drawn = values[0], values[1:]
    fought = first.fought
    if drawn:
        count = sum(len(next(iter(each.values()))) for each in drawn) // COPIES
        fought = [
            replace(
                duel, history=left_open(np.concatenate([each[duel.act] for each in drawn]), count)
            )
            for duel in fought
        ]
    return Verdict(first.preset, seed, first.ensemble, fought)


def turning_piece(plan: Plan, found: Verdict, *, given: bool) -> Piece:
    """The piece of work that looks for what would turn a verdict."""
    signs = tuple((each.act, each.estimate.mean) for each in found.first if each.estimate.mean)
    crisis = plan.crisis if given else read(plan.preset)
    return turned, (crisis, plan.seed, plan.changes if given else (), found.first[0].patron, signs)


def turned(
    preset: Preset, seed: int, changes: Changes, patron: str, signs: tuple[tuple[str, float], ...]
) -> Turning | None:
    """What would turn the signs of a patron's differences first."""
    return turns_first(Search(changed(preset, by_run(changes)), patron, dict(signs), seed))


# -------------------------------------------------------------------------- where


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
) -> Array:
    """The patron's realised value under do(action), run by run; tuples vary by run."""
    policy = {patron: action}
    model = SideBySide(preset, rng=seed, runs=range(runs), changes=by_run(changes), policy=policy)
    while not model.over:
        model.step()
    state = model.world.names.index(patron)
    return np.broadcast_to(worth(model.world)[state], runs).copy()


def by_run(changes: Changes) -> dict[str, Change]:
    """Changes as the model takes them; a tuple has one value a run."""
    return {key: np.array(value) if isinstance(value, tuple) else value for key, value in changes}


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
            played = (plan.crisis, plan.seed, changes, patron, action, GRID * CELL_RUNS)
            pieces.append((realised, played))
    return pieces


@dataclass(frozen=True)
class Row:
    """A row of a phase diagram: the difference in each cell with its interval, by chance alone."""

    means: list[float]
    low: list[float]
    high: list[float]

    @property
    def words(self) -> list[str]:
        """The verdict of each cell: words, intervention or open."""
        return [str(each) for each in estimates.verdicts(self.low, self.high)]


def grid_row(talk: Array, act: Array) -> Row:
    """The mean advantage of talk in each cell of a row, with its interval."""
    cells = [estimates.of(each) for each in (talk - act).reshape(GRID, CELL_RUNS)]
    return Row([e.mean for e in cells], [e.low for e in cells], [e.high for e in cells])


def regions(words: Sequence[Sequence[str]]) -> list[tuple[str, int, int]]:
    """Where to write each verdict on a plane: in its largest region, at the cell most in its midst.

    >>> regions([["words", "words", "open"]] * 3)
    [('words', 1, 0), ('open', 1, 2)]
    """
    found = []
    plane = np.array(words)
    for word in dict.fromkeys(plane.ravel().tolist()):
        parts, count = label(plane == word)
        largest = max(range(1, count + 1), key=lambda part: int((parts == part).sum()))
        cells = np.argwhere(parts == largest)
        away = ((cells - cells.mean(0)) ** 2).sum(1)
        row, column = cells[int(np.argmin(away))]
        found.append((word, int(row), int(column)))
    return found


Corner = tuple[tuple[str, float], tuple[str, float]]
"""Two figures, each with a value: the corner of a plane that lies away from the crisis's own."""


def together(crisis: Preset, ways: Sequence[Way]) -> bool:
    """Whether figures can each be as they are or at the end of their way, whatever the others."""
    try:
        changed(crisis, {way.key: np.array([way.present, way.end]) for way in ways})
    except ConfigError:
        return False
    return True


def turning_corners(
    preset: Preset, seed: int, changes: Changes, patron: str, act: str
) -> list[Corner]:
    """Pairs of figures that turn the sign of words less an act together: the corners where.

    Tried are the figures that alone bring it nearest to the other sign, at their ranges' ends.
    """
    crisis = changed(preset, by_run(changes))
    talk, other = rows_under(Job(crisis, seed, ({patron: TALK}, {patron: act})), VERDICT_RUNS)[
        f"worth.{patron}"
    ]
    search = Search(crisis, patron, {act: float((talk - other).mean())}, seed)
    ways = ways_of(crisis, patron)
    means = np.sign(search.signs[act]) * search.differences(ways, (1.0,), FEW)[0, :, 0].mean(-1)
    nearest = {ways[place].key: ways[place] for place in np.argsort(-means)}  # the last one stays
    tried: list[Way] = []
    for way in sorted(nearest.values(), key=lambda way: float(means[ways.index(way)])):
        if len(tried) < TRIED and together(crisis, [*tried, way]):
            tried.append(way)
    pairs = list(combinations(tried, 2))
    laid = {
        way.key: np.repeat([way.end if way in pair else way.present for pair in pairs], FEW)
        for way in tried
    }
    job = Job(changed(crisis, laid), seed, ({patron: TALK}, {patron: act}))
    talk, other = rows_under(job, len(pairs) * FEW)[f"worth.{patron}"]
    gaps = np.asarray(talk - other).reshape(1, len(pairs), 1, FEW)
    turned = search.turned(gaps)[0, :, 0]
    return [
        ((one.key, one.end), (other.key, other.end))
        for (one, other), hit in zip(pairs, turned, strict=True)
        if hit
    ]


def zero_line(grid: Sequence[Sequence[float]]) -> list[list[list[float]]]:
    """The lines along which talk and the act are worth the same, in cells from the lower left."""
    if len(grid) < 2:
        return []
    lines = contourpy.contour_generator(z=np.asarray(grid, float)).lines(0.0)
    return [np.round(line, 3).tolist() for line in lines]
