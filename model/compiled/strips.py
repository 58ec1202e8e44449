"""Runs in strips of eight: their rows, a turn of all of them, and the games handed to numpy."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any  # records of arrays

import numpy as np

from model.alliance_model import AllianceModel
from model.compiled.by_numpy import Played
from model.compiled.emitting import LANES
from model.compiled.machine import Machine
from model.compiled.records import changed_leaves, leaves
from model.compiled.tracing import Recorder, Rows
from model.world import Array, World


class Unsound(ArithmeticError):
    """A figure of some run is not finite: numpy plays the block, and says where."""


@dataclass(frozen=True)
class Layout:
    """Where everything lies that a compiled turn reads and writes.

    The number of a run is a whole number in the row behind all others.
    """

    rows: tuple[Rows, ...]
    calendar: tuple[tuple[str, ...], ...]
    sums: int
    """How many sums a turn adds to."""

    @property
    def number_row(self) -> int:
        """The row of the runs' numbers."""
        return sum(each.count for each in self.rows)


class Strips:
    """Runs of a model that a compiled turn plays, each under one of the model's policies.

    `lanes` of them are in use: `rows` has the row of the model that each plays, `columns` the lane
    of each row. As in the model, the policies of a run are one lane until war comes to it.
    """

    def __init__(
        self, layout: Layout, machine: Machine, model: AllianceModel, recorder: Recorder
    ) -> None:
        self.layout, self.machine, self.model, self.recorder = layout, machine, model, recorder
        self.record = recorder.begun(model.world)
        self.count, self.lanes = model.count, len(model.rows)
        self.rows, self.columns = model.rows.copy(), model.columns.copy()
        self.parted = np.full(self.count, len(model.policies) == 1 or self.lanes > self.count)
        strips = -(-len(self.columns) // LANES)
        self.runs = np.zeros((strips, layout.number_row + 1, LANES))
        self.live = np.zeros(strips * LANES, np.int64)
        self.flags = np.zeros((strips, 2), np.uint8)
        self.places = {each.path: each for each in layout.rows}
        self.turn = model.world.turn
        self.residual, self.followed = 0.0, 0.0
        self._begin()

    def _begin(self) -> None:
        """The first world in the rows of each lane."""
        first = {
            **leaves(self.model.world, "world"),
            **leaves(self.record, "record"),
            "forced_down": self.model.forced_down,
        }
        for path, array in first.items():
            if path in self.places:
                self.put(self.places[path], array, np.arange(self.lanes))
        numbers = np.asarray(self.model.runs.start + self.rows % self.count, np.int64)  # type: ignore[union-attr]  # it is a range
        self._number(np.arange(self.lanes), numbers)
        self._order(np.arange(self.lanes))
        self.live[: self.lanes] = self.rows < self.count
        self._pad()

    # ------------------------------------------------------------------ rows

    def put(self, rows: Rows, array: Array, lanes: Array) -> None:
        """Put an array (*shape, lanes) in the rows of some lanes."""
        table = np.broadcast_to(array, (*rows.shape, len(lanes))).reshape(rows.count, len(lanes))
        strip, lane = lanes // LANES, lanes % LANES
        self.runs[strip, rows.first : rows.first + rows.count, lane] = table.T

    def get(self, rows: Rows, lanes: Array | None = None) -> Array:
        """The array in some rows, of some lanes or all: (*shape, lanes)."""
        part = self.runs[:, rows.first : rows.first + rows.count]
        if lanes is None:
            whole = part.transpose(1, 0, 2).reshape(rows.count, -1)[:, : self.lanes]
        else:
            whole = part[lanes // LANES, :, lanes % LANES].T
        whole = np.ascontiguousarray(whole).reshape(*rows.shape, whole.shape[-1])
        return whole.astype({"b": bool, "i": int}.get(rows.kind, float), copy=False)

    def _number(self, lanes: Array, numbers: Array) -> None:
        self.runs.view(np.int64)[lanes // LANES, self.layout.number_row, lanes % LANES] = numbers

    def _order(self, lanes: Array) -> None:
        """Which orders bind the policy of each of some lanes."""
        model = self._at(lanes)
        for rows in self.layout.rows:
            if rows.path.startswith("order."):
                self.put(rows, model.bound_by(*rows.path.split(".")[1:]), lanes)

    def _pad(self) -> None:
        """Let the lanes of the last strip that are not in use play what the last one plays."""
        strip, lane = divmod(self.lanes - 1, LANES)
        self.runs[strip, :, lane + 1 :] = self.runs[strip, :, lane, None]

    def with_figures(self, thing: Any, name: str, lanes: Array) -> Any:
        """A record with the figures of some lanes in the place of what their rows hold."""

        def own(path: str, array: Array) -> Array:
            return self.get(self.places[path], lanes) if path in self.places else array

        return changed_leaves(thing, own, name)

    def world(self, lanes: Array) -> World:
        """The world of some lanes."""
        world: World = self.with_figures(self.model.world, "world", lanes)
        return replace(world, turn=self.turn)

    # ------------------------------------------------------------------ a turn

    def step(self) -> tuple[Array, Array]:
        """Play a turn; what it adds to the counts and sums of the runs under the first policy.

        Raises Unsound where a figure is not finite, NoEquilibrium as the model does.
        """
        self._part()
        self._sort()
        strips = -(-self.lanes // LANES)
        table = np.zeros(self.recorder.places(self.model.world), np.int64)
        sums = np.zeros(self.layout.sums, np.int64)
        calendar = np.array(list(self._dates()))
        arrays = (self.runs, calendar, self.live, table, sums, self.flags)
        self.machine.turn(*(each.ctypes.data for each in arrays), strips, self.model.seed)
        flags = self.flags[:strips]
        if flags.any():
            if flags[:, 1].any():
                raise Unsound(f"in turn {self.turn}: a figure is not finite")
            handed = self._hand_over(np.flatnonzero(flags[:, 0]))
            table, sums = table + handed[0], sums + handed[1]
        self.turn += 1
        residual = self.runs[:strips, self.places["residual"].first].ravel()
        counting = self.live[: len(residual)] > 0
        self.residual = max(self.residual, float(residual[counting].max()))
        return table, sums

    def _sort(self) -> None:
        """Let the lanes at war come first, so that most strips are all at war or all at peace."""
        war = self.runs[:, self.places["world.war"].first].ravel()[: self.lanes] != 0
        many = np.count_nonzero(war)
        late, early = np.flatnonzero(~war[:many]), many + np.flatnonzero(war[many:])
        if len(late):
            figures = [self.runs[each // LANES, :, each % LANES] for each in (late, early)]
            for lanes, own in zip((early, late), figures, strict=True):
                self.runs[lanes // LANES, :, lanes % LANES] = own
            self.rows[late], self.rows[early] = self.rows[early], self.rows[late]
            self._place()
            self._pad()

    def _place(self) -> None:
        """Note where the rows lie, and which lanes count: those under the first policy."""
        own = np.zeros(len(self.columns), bool)
        own[self.rows], self.columns[self.rows] = True, np.arange(self.lanes)
        shared = np.flatnonzero(~own)
        self.columns[shared] = self.columns[shared % self.count]
        self.live[: self.lanes] = self.rows < self.count

    def _dates(self) -> Iterable[float]:
        """The figures of the calendar in this turn."""
        world = replace(self.model.world, turn=self.turn)
        for what, *more in self.layout.calendar:
            if what == "turn":
                yield float(self.turn)
            elif what == "first":
                yield float(self.turn == 0)
            elif what == "treaty":
                treaty, mark = world.treaties[int(more[0])], np.array(0.5)
                force = treaty.force(world.day, mark)
                yield float(force is mark) if more[1] == "part" else float(force == 1.0)
            else:
                none = np.array(np.nan)
                value = self.model.preset.event_value(more[0], world.day, none)
                given = value is not none
                yield float(given) if more[1] == "given" else float(value) if given else 0.0

    def _part(self) -> None:
        """Give each policy of a run to which war has come a lane of its own."""
        if self.parted.all():
            return
        war = self.get(self.places["world.war"], self.columns[: self.count])
        fresh = np.flatnonzero(war & ~self.parted)
        if not len(fresh):
            return
        others = np.arange(1, len(self.model.policies))
        rows = (fresh + self.count * others[:, None]).ravel()
        source = np.tile(self.columns[fresh], len(others))
        lanes = np.arange(self.lanes, self.lanes + len(rows))
        figures = self.runs[source // LANES, :, source % LANES]
        self.runs[lanes // LANES, :, lanes % LANES] = figures
        self.parted[fresh] = True
        self.lanes += len(rows)
        self.rows = np.append(self.rows, rows)
        self._place()
        self._order(lanes)
        self._pad()

    def by_row(self) -> Played:
        """The runs under each policy after what was played."""
        world, record = (
            self.world(self.columns),
            self.with_figures(self.record, "record", self.columns),
        )
        play, down = (self.get(self.places[n], self.columns) for n in ("play", "forced_down"))
        return Played(world, record, play, down, self.residual, self.followed)

    # ------------------------------------------------------------------ what numpy plays

    def _at(self, lanes: Array) -> AllianceModel:
        """The model with the rows that some lanes play."""
        model = copy.copy(self.model)
        model.rows = self.rows[lanes]
        model.columns = np.arange(len(lanes))
        return model

    def _hand_over(self, strips: Array) -> tuple[Array, Array]:
        """Let numpy play this turn of some strips, whose games may have several equilibria.

        Gives what they add to the counts and sums.
        """
        lanes = (strips[:, None] * LANES + np.arange(LANES)).ravel()
        lanes = lanes[lanes < self.lanes]
        model = self._at(lanes)
        model.world = self.world(lanes)
        model.forced_down = self.get(self.places["forced_down"], lanes)
        model.solution = None
        model.before = self.get(self.places["play"], lanes) if self.turn else None
        record = self.with_figures(self.record, "record", lanes)
        war = model.world.war
        for move in (model.shock, model.weigh, model.solve, model.act, model.resolve, model.judge):
            move()
        record = self.recorder.noted(record, war, model.world)
        solution = model.solution
        assert solution is not None
        after = {**leaves(model.world, "world"), **leaves(record, "record")}
        after |= {"play": solution.play, "residual": solution.residual}
        after["forced_down"] = model.forced_down
        for rows in self.layout.rows:
            if rows.changes:
                self.put(rows, after[rows.path], lanes)
        counting = self.live[lanes] > 0
        followed = np.broadcast_to(solution.followed, len(lanes))
        self.followed += float(np.sum(followed[counting]))
        self._pad()
        found = self.recorder.counted(war, model.world)
        places, sums = (each[:, counting] for each in found)
        return self.recorder.counts(places, sums, model.world)
