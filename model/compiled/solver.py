"""The solver of stage games, traced once for all the games that a turn solves.

An entry that is the same constant in all of them is that constant; any other lies in a row of a
table that the turn fills before it calls the solver.
"""

from dataclasses import dataclass, field

import numpy as np

from model.compiled.arrays import Traced, plain_of, traced
from model.compiled.symbols import Figure, Graph, Node, compared, figure, may_be_infinite
from model.compiled.tracing import Solve, unchecked
from model.game.iteration import onward
from model.game.logit_game import Exponents
from model.game.uniqueness import bound_by_replies, bound_by_spans


@dataclass
class Solver:
    """The graph of a solver: where its inputs lie, and what comes of a sweep.

    A table has rows for the entries, the `start`, the `play` and its residual; expectations, those
    of the sweep before and the last step lie in `loop` rows behind one another.
    """

    graph: Graph = field(default_factory=Graph)
    places: dict[Node, tuple[str, int]] = field(default_factory=dict)
    entries: list[int] = field(default_factory=list)
    """Which entries of the exponents, one array after the other, lie in the table."""
    expectations: int = 0
    """How many expectations there are."""
    odds: list[Figure] = field(default_factory=list)
    play: list[Figure] = field(default_factory=list)
    image: list[Figure] = field(default_factory=list)
    step: list[Figure] = field(default_factory=list)
    after: list[Figure] = field(default_factory=list)
    error: Figure = 0.0
    proven: Figure = False
    """Whether the equilibrium is the only one by the spans of slopes and effects."""
    proven_near: Figure = False
    """Whether it is by what can be replied to it: the dearer proof, asked for where in doubt."""

    @property
    def start(self) -> int:
        """The first row of the expectations from which a game is solved."""
        return len(self.entries)

    @property
    def solution(self) -> int:
        """The first row of the play, one row a state and action; the residual's is behind them."""
        return self.start + self.expectations

    @property
    def rows(self) -> int:
        """How many rows a table has."""
        return self.solution + len(self.play) + 1

    def filled(self, solve: Solve) -> list[tuple[int, Figure]]:
        """What a turn puts in the table for a game: the row and the figure of each."""
        every, start = _entries(solve.game), [figure(e) for e in plain_of(traced(solve.start)).flat]
        rows = [(row, every[place]) for row, place in enumerate(self.entries)]
        return rows + [(self.start + k, each) for k, each in enumerate(start)]

    def inputs(self, name: str, shape: tuple[int, ...], first: int, buffer: str = "loop") -> Traced:
        """Symbols of an array in the rows of the loop, or of the table: (*shape, 1)."""
        nodes = [self.graph.input(f"{name}[{k}]") for k in range(int(np.prod(shape)))]
        self.places |= {node: (buffer, first + k) for k, node in enumerate(nodes)}
        whole = np.empty(len(nodes), object)
        whole[:] = nodes
        return traced(whole.reshape(*shape, 1))


def _parts(game: Exponents) -> tuple[np.ndarray, ...]:
    return game.base, game.slopes, game.effects, game.relations


def _entries(game: Exponents) -> list[Figure]:
    """All figures of a game, one array after the other."""
    return [figure(each) for part in _parts(game) for each in plain_of(traced(part)).flat]


def traced_solver(solves: list[Solve]) -> Solver:
    """The solver of these games: of one shape, as those of one world are."""
    solver = Solver()
    columns = list(zip(*(_entries(each.game) for each in solves), strict=True))
    table: list[Figure] = []
    for place, figures in enumerate(columns):
        first = figures[0]
        if not isinstance(first, Node) and all(each == first for each in figures):
            table.append(first)
            continue
        infinite = any(may_be_infinite(each) for each in figures)
        node = solver.graph.input(f"entry[{place}]", infinite=infinite)
        solver.places[node] = ("table", len(solver.entries))
        solver.entries.append(place)
        table.append(node)
    parts, first_entry = [], 0
    for part in _parts(solves[0].game):
        entries = np.empty(part.size, object)
        entries[:] = table[first_entry : first_entry + part.size]
        parts.append(traced(entries.reshape(part.shape)))
        first_entry += part.size
    with unchecked():
        _sweep(solver, Exponents(*parts), solves[0].start.shape[:2])
    return solver


def _sweep(solver: Solver, game: Exponents, shape: tuple[int, ...]) -> None:
    """Trace one sweep, what follows of it, and the proof that the equilibrium is the only one."""
    count = solver.expectations = int(np.prod(shape))
    x, before, change = (
        solver.inputs(name, shape, k * count) for k, name in enumerate(("x", "before", "change"))
    )
    odds, sums, image = game.reply(x)
    step = image - x
    known = np.asarray(plain_of(odds), object)
    kept = solver.inputs("odds", known.shape[:-1], 3 * count)
    closed = np.frompyfunc(lambda each: not isinstance(each, Node), 1, 1)(known).astype(bool)
    plain_of(kept)[closed] = known[closed]
    totals = solver.inputs("sums", sums.shape[:-1], 3 * count + known.size)

    def flat(values: object) -> list[Figure]:
        return [figure(each) for each in plain_of(traced(values)).flat]

    solver.odds, solver.play = flat(odds) + flat(sums), flat(kept / totals[:, None])
    solver.image, solver.step = flat(image), flat(step)
    solver.after = flat(onward(image, before, step, change))
    (solver.error,) = flat(game.residual_bound(step))
    solver.proven = compared("lt", flat(bound_by_spans(game))[0], 1.0)
    play = solver.inputs("play", known.shape[:-1], solver.solution, "table")
    plain_of(play)[closed] = 0.0
    solver.proven_near = compared("lt", flat(bound_by_replies(game, play))[0], 1.0)
