"""A turn of the model traced once: its own steps, played on a world of symbols."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from threading import Lock
from typing import Any  # a world's fields are arrays, records and words

import jaxtyping
import numpy as np

from model.alliance_model import AllianceModel
from model.compiled import arrays
from model.compiled.arrays import Traced, TracingNumpy, plain_of, traced
from model.compiled.records import changed_leaves, leaves
from model.compiled.symbols import Figure, Graph, Node, NotTraceable, both, figure
from model.game.equilibrium import Solution, logit_equilibrium, starting_point
from model.game.iteration import RESIDUAL
from model.game.logit_game import Exponents, exponents
from model.game.stage_game import StageGame
from model.preset.preset import Preset
from model.treaties import Treaty
from model.world import Array, Flag, PerRun, Play, World, only_where, played

CARRIED = [each.name for each in fields(World)]
CARRIED = CARRIED[CARRIED.index("turn") + 1 :]
"""The fields of a world that a turn may change."""

TRACING = Lock()
"""Held during a trace: what numpy is to the rules changes for its time."""


@dataclass(frozen=True)
class Rows:
    """Where an array of a run lies: its path, its shape without the runs, and its first row."""

    path: str
    shape: tuple[int, ...]
    first: int
    kind: str
    """numpy's letter for what it holds: b, i or f."""
    changes: bool

    @property
    def count(self) -> int:
        """How many rows it takes."""
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Draws:
    """Draws that a turn asks for: their purpose, the number beside it, and their first row."""

    purpose: str
    number: Figure
    states: int
    """How many states draw each for itself; 0 where the draws are of all."""
    first: int


@dataclass(frozen=True)
class Solve:
    """A stage game that is solved in a turn: its table, where from, where so, and what is found."""

    game: Exponents
    start: Array
    guard: Figure
    play: Array
    residual: Node


@dataclass
class Trace:
    """A turn as a graph: its inputs by what they are, and the figures that come of it."""

    graph: Graph = field(default_factory=Graph)
    rows: list[Rows] = field(default_factory=list)
    places: dict[Node, tuple[str, int]] = field(default_factory=dict)
    """The buffer and the row in it of each input."""
    calendar: list[tuple[str, ...]] = field(default_factory=list)
    draws: list[Draws] = field(default_factory=list)
    solves: list[Solve] = field(default_factory=list)
    exits: dict[int, Figure] = field(default_factory=dict)
    """What comes of a game that is solved only somewhere, by its number: nothing else is used."""
    guard: Figure = True
    treaties: tuple[Treaty, ...] = ()
    after: dict[int, Figure] = field(default_factory=dict)
    """What each row of a run holds after the turn."""
    counted: list[Figure] = field(default_factory=list)
    """The places that a run counts, and behind them what it adds to the `sums`."""
    sums: int = 0

    @property
    def row_count(self) -> int:
        """How many rows a run takes."""
        return sum(each.count for each in self.rows)

    def inputs(
        self, name: str, shape: tuple[int, ...], buffer: str, first: int, **kind: bool
    ) -> Any:
        """Symbols of an array that lies in a buffer from a row on: (*shape, 1)."""
        table = np.empty(int(np.prod(shape)), object)
        for place in range(len(table)):
            node = self.graph.input(f"{name}[{place}]", **kind)
            self.places[node] = (buffer, first + place)
            table[place] = node
        return traced(table.reshape(*shape, 1))

    def row(self, path: str, shape: tuple[int, ...], kind: str, *, changes: bool) -> Any:
        """Symbols of what each run has for itself: (*shape, 1)."""
        rows = Rows(path, shape, self.row_count, kind, changes)
        self.rows.append(rows)
        infinite = path == "world.onset"  # on the day of a scripted attack
        return self.inputs(path, shape, "runs", rows.first, logical=kind == "b", infinite=infinite)

    def dated(self, *what: str) -> Node:
        """A figure of the calendar, the same in all runs: what it is of."""
        node = self.graph.input(" ".join(what))
        if node not in self.places:
            self.places[node] = ("calendar", len(self.calendar))
            self.calendar.append(what)
        return node

    def drawn(self, purpose: str, number: Figure, states: int) -> Any:
        """Symbols of uniform draws: (4, 1), or (4, states, 1)."""
        first = sum(4 * max(each.states, 1) for each in self.draws)
        self.draws.append(Draws(purpose, number, states, first))
        shape = (4, states) if states else (4,)
        return self.inputs(f"draw {purpose}", shape, "draws", first)


def changes_in_a_turn(path: str, rules: tuple[str, ...]) -> bool:
    """Whether an array of a world may be another after a turn."""
    name = path.split(".")[1]
    return (
        name in CARRIED and name != "doctrine" and (name != "attraction" or "experience" in rules)
    )


# ------------------------------------------------------------------ the model's steps


class Day:
    """The day of a turn that has no date: it can be handed to treaties, and no more."""

    def _refused(self, *_: object) -> bool:
        raise NotTraceable("looks at the day")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __sub__ = __getattr__ = _refused
    __hash__ = None  # type: ignore[assignment]


class TracedModel(AllianceModel):
    """A model whose world is of symbols: it plays a turn as any, and the trace is left behind."""

    def __init__(self, model: AllianceModel, trace: Trace) -> None:
        self.__dict__.update(model.__dict__)
        self.trace, self.count = trace, 1
        self.runs, self.rows = range(1), np.arange(1)
        self.columns = np.zeros(len(self.policies), int)
        lanes = np.shape(model.world.weeks_at_war)[0]

        def symbolic(path: str, array: Array) -> Any:
            changes = changes_in_a_turn(path, model.world.rules)
            if changes or (array.ndim and array.shape[-1] == lanes):
                return trace.row(path, array.shape[:-1], array.dtype.kind, changes=changes)
            return array

        world = changed_leaves(model.world, symbolic, "world")
        self.world = replace(world, turn=traced([trace.dated("turn")]))
        trace.treaties = self.world.treaties
        states, actions = world.ladder.on_menu.shape[:2]
        self.solution, self.before = None, trace.row("play", (states, actions), "f", changes=True)
        trace.row("residual", (), "f", changes=True)
        self.forced_down = trace.row("forced_down", (), "f", changes=True)

    def part(self) -> None:
        """Nothing: each run is traced under its own policy."""

    def bound_by(self, name: str, action: str) -> Array:
        """Whether the policy of a run forces this action on a state: a row of its own."""
        flag = self.trace.graph.known.get(("input", f"order.{name}.{action}[0]"))
        if flag is not None:
            return traced([flag])
        return self.trace.row(f"order.{name}.{action}", (), "b", changes=False)

    def draws_of(self, purpose: str, turn: Any, *, by_state: bool = False) -> Array:
        """Symbols of the draws."""
        number = figure(plain_of(turn).item())
        return self.trace.drawn(purpose, number, self.world.state_count if by_state else 0)

    def imagine(self, state: int, depth: int, samples: int) -> Array:
        """Refused: coming turns are not traced."""
        raise NotTraceable("imagines coming turns")


def solved(trace: Trace) -> Callable[..., Solution]:
    """`logit_equilibrium` in a trace: the game is noted, and its play is symbols."""

    def noted(
        game: StageGame, guess: Play | None = None, where: str = "", tolerance: float = RESIDUAL,
        numbers: Array | None = None,
    ) -> Solution:  # fmt: skip
        sharp = first_column(exponents(game, slice(None), 1))
        start = starting_point(sharp, None, slice(None))
        if guess is not None:
            later = starting_point(sharp, guess, slice(None))
            start = np.where(traced([trace.dated("first")]) != 0, start, later)
        number, shape = len(trace.solves), sharp.base.shape[:2]
        play = trace.inputs(f"play {number}", shape, f"solved {number}", 0)
        residual = trace.inputs(f"residual {number}", (), f"solved {number}", shape[0] * shape[1])
        closed = np.frompyfunc(lambda base: base == -np.inf, 1, 1)(plain_of(traced(sharp.base)))
        play[closed.astype(bool)] = 0.0
        trace.solves.append(Solve(sharp, start, trace.guard, play, plain_of(residual)[0]))
        return Solution(game, play, residual, np.zeros(1, bool))

    return noted


def first_column(game: Exponents) -> Exponents:
    """A game with one column, as its others are the same."""
    parts = (game.base, game.slopes, game.effects, game.relations)
    return Exponents(*(traced(plain_of(each)[..., :1]) for each in parts))


def guarded(trace: Trace) -> Callable[..., PerRun]:
    """`only_where` in a trace: what is solved within is asked for only there."""

    def chosen(so: Flag, world: World, rule: Callable[[World], PerRun]) -> PerRun:
        here = figure(plain_of(np.broadcast_to(so, (1,)))[0])
        if here is False:
            return traced([0.0])
        before, trace.guard = trace.guard, both(trace.guard, here)
        first = len(trace.solves)
        try:
            value = np.broadcast_to(traced(rule(world)), (1,))
        finally:
            trace.guard = before
        trace.exits |= dict.fromkeys(range(first, len(trace.solves)), figure(plain_of(value)[0]))
        return np.where(traced([here]), value, 0.0)

    return chosen


# ------------------------------------------------------------------ while it lasts

Namespace = dict[str, Any]


def rule_namespaces(model: AllianceModel, recorder: "Recorder") -> list[Namespace]:
    """The global names of the rules: of the model's modules, the user's terms and the recorder."""
    modules = [
        vars(module)
        for name, module in list(sys.modules.items())
        if name.startswith(("model.", "agents.")) and not name.startswith("model.compiled")
    ]
    functions = [term.rule for term in model.world.terms.values()]
    own = [each.__globals__ for each in (*functions, recorder.noted, recorder.counted)]
    return list({id(each): each for each in (*modules, *own)}.values())


def replacements(trace: Trace) -> dict[int, tuple[Any, Any]]:
    """What the rules call instead of some functions, where the arguments are symbols."""

    def by_kind(symbolic: Any, usual: Any, array: Callable[..., Any]) -> Any:
        def called(*given: Any, **options: Any) -> Any:
            own = symbolic if isinstance(array(*given), Traced) else usual
            return own(*given, **options)

        return called

    own = (
        (played, by_kind(arrays.played, played, lambda table, choice: choice)),
        (logit_equilibrium, by_kind(solved(trace), logit_equilibrium, lambda game, *_: game.base)),
        (only_where, by_kind(guarded(trace), only_where, lambda so, world, *_: world.war)),
        (np, TracingNumpy()),
    )
    return {id(usual): (usual, instead) for usual, instead in own}


def methods(trace: Trace) -> list[tuple[type, str, Any]]:
    """What some methods are instead, where the world is of symbols."""
    force, day, at_war = Treaty.force, World.day, World.at_war
    event_value = Preset.event_value

    def in_force(treaty: Treaty, on: Any, provisional: Any) -> Any:
        if not isinstance(on, Day):
            return force(treaty, on, provisional)
        place = str(next(k for k, each in enumerate(trace.treaties) if each is treaty))
        whole, part = (traced([trace.dated("treaty", place, how)]) for how in ("whole", "part"))
        return np.where(whole != 0, 1.0, np.where(part != 0, provisional, 0.0))

    def value(preset: Preset, sets: str, on: Any, before: Any) -> Any:
        if not isinstance(on, Day):
            return event_value(preset, sets, on, before)
        given, value = (traced([trace.dated("event", sets, each)]) for each in ("given", "value"))
        return np.where(given != 0, value, before)

    def today(world: World) -> Any:
        return Day() if isinstance(world.turn, Traced) else day.__get__(world)

    def those_at_war(world: World) -> Any:
        return (world.war, world) if isinstance(world.war, Traced) else at_war.__get__(world)

    return [
        (Treaty, "force", in_force),
        (Preset, "event_value", value),
        (World, "day", property(today)),
        (World, "at_war", property(those_at_war)),
    ]


@contextmanager
def tracing(model: AllianceModel, trace: Trace, recorder: "Recorder") -> Iterator[None]:
    """A while in which the rules make arrays of figures where they are given such."""
    with TRACING, unchecked():
        instead = replacements(trace)
        put = [
            (namespace, name, value)
            for namespace in rule_namespaces(model, recorder)
            for name, value in namespace.items()
            if id(value) in instead
        ]
        own = methods(trace)
        usual = [(kind, name, kind.__dict__[name]) for kind, name, _ in own]
        try:
            for namespace, name, value in put:
                namespace[name] = instead[id(value)][1]
            for kind, name, method in own:
                setattr(kind, name, method)
            yield
        finally:
            for namespace, name, value in put:
                namespace[name] = value
            for kind, name, method in usual:
                setattr(kind, name, method)


@contextmanager
def unchecked() -> Iterator[None]:
    """A while in which arrays are not checked against their annotations, as the tests do."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)


@dataclass(frozen=True)
class Recorder:
    """What is kept of a run beside its world, as pure functions of worlds.

    `begun(world)` is the record before the first turn, `noted(record, war, world)` the record
    after a turn before which there was `war`; `counted(war, world)` the places in a table of so
    many `places` that are counted over runs, and whole numbers that are added up: (rows, runs).
    """

    begun: Callable[[World], Any]
    noted: Callable[[Any, Flag, World], Any]
    counted: Callable[[Flag, World], tuple[Array, Array]]
    places: Callable[[World], int]

    def counts(self, places: Array, sums: Array, world: World) -> tuple[Array, Array]:
        """The table and the sums over some runs."""
        return np.bincount(places.ravel(), minlength=self.places(world)), sums.sum(1)


def traced_turn(model: AllianceModel, recorder: Recorder) -> Trace:
    """A turn of a model with several runs. Raises NotTraceable where a rule cannot be traced."""
    trace = Trace()
    lanes = np.shape(model.world.weeks_at_war)[0]
    record = recorder.begun(replace(model.world, weeks_at_war=np.zeros(lanes)))
    try:
        with tracing(model, trace, recorder), np.errstate(invalid="ignore"):
            own = TracedModel(model, trace)
            record = changed_leaves(
                record,
                lambda path, array: trace.row(
                    path, array.shape[:-1], array.dtype.kind, changes=True
                ),
                "record",
            )
            war = own.world.war
            own.shock()
            own.weigh()
            own.solve()
            own.act()
            own.resolve()
            own.judge()
            record = recorder.noted(record, war, own.world)
            places, sums = map(plain_of, recorder.counted(war, own.world))
            trace.counted, trace.sums = [figure(e) for e in (*places.flat, *sums.flat)], sums.size
    except (TypeError, IndexError, ValueError, AttributeError) as error:
        raise NotTraceable(f"{blamed(error)} {error}") from error
    after = {f"{path}": each for path, each in leaves(own.world, "world").items()}
    after |= leaves(record, "record") | {"forced_down": own.forced_down}
    assert own.solution is not None
    after |= {"play": own.solution.play, "residual": own.solution.residual}
    for rows in trace.rows:
        if rows.changes:
            table = np.broadcast_to(plain_of(after[rows.path]), (*rows.shape, 1))
            trace.after |= {rows.first + k: figure(each) for k, each in enumerate(table.flat)}
    return trace


def blamed(error: BaseException) -> str:
    """The rule at which a trace failed, with its file and line."""
    others = (
        Path(__file__).parent,
        *(Path(each.__file__ or "").parent for each in (np, jaxtyping)),
    )
    frames = [
        each
        for each in traceback.extract_tb(error.__traceback__)
        if not any(Path(each.filename).is_relative_to(other) for other in others)
    ]
    last = frames[-1]
    return f"{last.name} ({last.filename}, line {last.lineno})"
