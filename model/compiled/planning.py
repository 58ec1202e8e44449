"""The order of a turn's work: which segment works out what, and what is done only where asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from model.compiled.demand import PEACE, WAR, demands, phases
from model.compiled.emitting import Segment, needed
from model.compiled.solver import Solver
from model.compiled.symbols import INPUT, Figure, Node, NotTraceable, either, opposite
from model.compiled.tracing import Draws, Trace

Place = tuple[str, int]


@dataclass
class Guarded:
    """Work that is done for a strip only where its figure holds in some run of it."""

    guard: Figure
    draws: list[Draws] = field(default_factory=list)


@dataclass
class Plan:
    """A turn as segments in their order, each with the number of its guard or None.

    `solves` says before which segment a game is solved: (place, guard). Work rows hold what later
    segments need (`slots`); those of the guards have one behind them for what must be finite.
    """

    places: dict[Node, Place]
    segments: list[tuple[Segment, int | None]] = field(default_factory=list)
    solves: list[tuple[int, int | None]] = field(default_factory=list)
    guards: list[Guarded] = field(default_factory=list)
    slots: dict[Node, int] = field(default_factory=dict)
    draws: list[Draws] = field(default_factory=list)
    """The draws that every strip makes."""


class Planner:
    """Puts the nodes of a trace into segments."""

    def __init__(self, trace: Trace, solver: Solver) -> None:
        self.trace, self.solver = trace, solver
        self.plan = Plan({node: self._place(*place) for node, place in trace.places.items()})
        self.known: set[Node] = set()

    def _place(self, buffer: str, row: int) -> Place:
        if buffer.startswith("solved"):
            return "table", self.solver.solution + row
        return buffer, row

    def made(self) -> Plan:
        """The plan: shared work, the games one after another, fresh draws, and the rest."""
        war = next(n for n in self.trace.places if n.operands[0] == "world.war[0]")
        self.modes = {
            mode: self._guard(Guarded(guard))
            for mode, guard in ((WAR, war), (PEACE, opposite(war)))
        }
        fresh = fresh_draws(self.trace)
        guards = [guarded.guard for guarded, _ in fresh]
        self.demand = demands(self.trace, self.solver, war, guards)
        self._segment("begin", [], None, [], (self.modes[WAR], self.modes[PEACE]))
        last = len(self.trace.solves) - 1
        for number, solve in enumerate(self.trace.solves):
            if isinstance(solve.guard, Node):
                if number == last:
                    raise NotTraceable("the turn ends with a game that is not always solved")
                self._guarded_game(number)
            else:
                self._segment(f"game_{number}", self._table(number), None)
                self.plan.solves.append((len(self.plan.segments), None))
        for guarded, exits in fresh:
            self._fresh(guarded, exits)
        later = {id(each) for guarded, _ in fresh for each in guarded.draws}
        self.plan.draws = [each for each in self.trace.draws if id(each) not in later]
        self._final()
        self._give_slots()
        return self.plan

    def _table(self, number: int) -> list[tuple[str, int, Figure]]:
        filled = self.solver.filled(self.trace.solves[number])
        return [("table", row, each) for row, each in filled]

    def _guarded_game(self, number: int) -> None:
        """A game that is solved where its guard holds: shared work first, the rest where asked."""
        solve = self.trace.solves[number]
        guard = self._guard(Guarded(solve.guard))
        stages = stages_of(self.trace)
        always = needed((each for *_, each in self._table(len(self.trace.solves) - 1)), self.known)
        shared: list[Figure] = [
            node for node in always if stages[node] <= number and node.op != INPUT
        ]
        self._segment(f"shared_{number}", [], None, [*shared, solve.guard], (guard,))
        own = self._segment(f"game_{number}", self._table(number), guard)
        self.plan.solves.append((len(self.plan.segments), guard))
        exit_ = self.trace.exits[number]
        self._segment(f"worth_{number}", [], guard, [exit_], known=own)

    def _guard(self, guarded: Guarded) -> int:
        self.plan.guards.append(guarded)
        return len(self.plan.guards) - 1

    def _fresh(self, guarded: Guarded, exits: list[Figure]) -> None:
        """Draws that are made where they are asked for."""
        guard = self._guard(guarded)
        self._segment(f"asked_{guard}", [], None, [guarded.guard], (guard,))
        self._segment(f"fresh_{guard}", [], guard, exits)

    def _final(self) -> None:
        trace = self.trace
        inputs = {row: node for node, (buffer, row) in trace.places.items() if buffer == "runs"}
        stores = [("runs", row, e) for row, e in trace.after.items() if inputs[row] is not e]
        checked: list[Figure] = [
            each
            for _, _, each in stores
            if isinstance(each, Node) and not (each.logical or each.infinite)
        ]
        stores += [("counted", row, each) for row, each in enumerate(trace.counted)]
        self._segment("final", stores, None)
        segment = self.plan.segments[-1][0]
        segment.checked, segment.sound_row = checked, len(self.plan.guards)

    def _segment(
        self,
        name: str,
        stores: list[tuple[str, int, Figure]],
        guard: int | None,
        roots: Iterable[Figure] = (),
        tells: tuple[int, ...] = (),
        known: frozenset[Node] = frozenset(),
    ) -> frozenset[Node]:
        """Append a segment; gives its nodes. Guarded ones leave only their roots known.

        What is asked for only at war, or only in peace, is a segment of its own before it.
        """
        stores = stores + [("guards", each, self.plan.guards[each].guard) for each in tells]
        wanted = [*(each for *_, each in stores), *roots]
        nodes = needed(wanted, self.known | known)
        own = frozenset(node for node in nodes if node.op != INPUT)
        self.known |= own if guard is None else own & {e for e in roots if isinstance(e, Node)}
        if guard is None:
            parts = phases(nodes, self.demand)
            for number, (mode, part) in enumerate(parts[:-1]):
                self.plan.segments.append((Segment(f"{name}_{number}", part), self.modes.get(mode)))
            nodes = parts[-1][1]
        self.plan.segments.append((Segment(name, nodes, stores), guard))
        return own

    def _give_slots(self) -> None:
        """A work row for each node that a later segment uses, stored where it is worked out."""
        plan, stored = self.plan, set[tuple[int, Node]]()
        owners: dict[Node, list[int]] = {}
        for number, (segment, _) in enumerate(plan.segments):
            for node in segment.nodes:
                owners.setdefault(node, []).append(number)
        for number, (segment, _) in enumerate(plan.segments):
            for node in sorted(segment.uses, key=lambda each: each.number):
                maker = max(each for each in owners[node] if each < number)
                stored.add((maker, node))
                plan.slots.setdefault(node, len(plan.slots))
        for maker, node in sorted(stored, key=lambda each: (each[0], each[1].number)):
            plan.segments[maker][0].stores.append(("work", plan.slots[node], node))


def stages_of(trace: Trace) -> dict[Node, int]:
    """After how many games each node of a trace can be worked out."""
    stages: dict[Node, int] = {}
    for node in trace.graph.nodes:
        buffer = trace.places[node][0] if node.op == INPUT else ""
        own = int(buffer.split()[1]) + 1 if buffer.startswith("solved") else 0
        operands = [stages[each] for each in node.figures if isinstance(each, Node)]
        stages[node] = max([own, *operands])
    return stages


def fresh_draws(trace: Trace) -> list[tuple[Guarded, list[Figure]]]:
    """Draws that only the first sides of choices use, by who asks; and what is chosen there."""
    users: dict[Node, list[Node]] = {}
    for node in trace.graph.nodes:
        for each in node.figures:
            if isinstance(each, Node):
                users.setdefault(each, []).append(node)
    kept = {e for e in (*trace.after.values(), *trace.counted) if isinstance(e, Node)}
    found: dict[frozenset[Node], tuple[Guarded, list[Figure]]] = {}
    for draws in trace.draws:
        asked = _choices(trace, draws, users, kept)
        if asked:
            conditions = sorted((node.figures[0] for node in asked), key=_number)
            guard: Figure = False
            for each in conditions:
                guard = either(guard, each)
            key = frozenset(e for e in conditions if isinstance(e, Node))
            guarded, exits = found.setdefault(key, (Guarded(guard), []))
            guarded.draws.append(draws)
            exits += [node.figures[1] for node in asked]
    return list(found.values())


def _number(figure: Figure) -> int:
    return figure.number if isinstance(figure, Node) else -1


def _choices(
    trace: Trace, draws: Draws, users: dict[Node, list[Node]], kept: set[Node]
) -> list[Node] | None:
    """The choices behind which draws are used; None where they are used without one."""
    rows = range(draws.first, draws.first + 4 * max(draws.states, 1))
    waiting = [n for n, (buffer, row) in trace.places.items() if buffer == "draws" and row in rows]
    seen, choices = set(waiting), dict[Node, None]()
    while waiting:
        node = waiting.pop()
        if node in kept:
            return None
        for user in users.get(node, []):
            if (
                user.op == "where"
                and user.figures[1] is node
                and node not in (user.figures[0], user.figures[2])
            ):
                choices[user] = None
            elif user not in seen:
                seen.add(user)
                waiting.append(user)
    return list(choices)
