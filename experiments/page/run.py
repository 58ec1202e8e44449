"""The run that a visitor watches: it records every turn, and survives errors."""

import traceback
from dataclasses import dataclass, replace

import numpy as np

from experiments.page.address import Plan, Value
from experiments.page.snapshot import Moment, measured
from experiments.why.explain import nudged, with_
from model.alliance_model import AllianceModel
from model.world import World


@dataclass(frozen=True, eq=False)
class Record:
    """The turns played so far, and the drawn series from the first world on."""

    first: World
    moments: tuple[Moment, ...]
    lines: dict[str, tuple[float, ...]]

    @property
    def turn(self) -> int:
        """The number of turns played."""
        return len(self.moments)

    def world(self, turn: int) -> World:
        """The world after this many turns."""
        return self.moments[turn - 1].after if turn else self.first


class WatchedModel(AllianceModel):
    """One run that keeps what the page draws: the record of its turns, and the last error.

    The record is replaced, never changed in place, so that a page that draws in another
    thread always sees whole turns.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__(plan.crisis, rng=plan.seed, runs=plan.run, changes=plan.given)
        self.chosen = plan.chosen
        begun: dict[str, tuple[float, ...]] = {
            name: (float(value),) for name, value in measured(self.world).items()
        }
        self.record = Record(self.world, (), begun)
        self.error = ""
        self.waiting: list[tuple[str, Value]] = []
        self.applied = self.plan.later
        self.left = False

    @property
    def begun(self) -> Plan:
        """The plan of the run as it stands: with what was changed in the middle of it."""
        now = self.world.turn
        due = tuple((now, key, value) for key, value in self.waiting)
        return replace(self.plan, later=(*self.applied, *due), waiting=(), chosen=self.chosen)

    def step(self) -> None:
        """Play one turn and record it; an error stops the run and is kept as a message."""
        if self.over or self.left or self.waits:
            self.running = not self.over and not self.left
            return
        try:
            self._apply()
            super().step()
        except Exception as error:
            # whatever a rule does wrong is shown to the visitor; the server goes on
            traceback.print_exc()
            self.error = f"{type(error).__name__}: {error}"
            self.running = False

    @property
    def waits(self) -> bool:
        """Whether the turn waits for what the visitor, who has a seat, chooses."""
        return bool(self.plan.seat) and self.world.turn >= len(self.chosen)

    def choose(self, action: str) -> None:
        """Play the next turn with an action of the visitor's seat."""
        self.chosen = (*self.chosen[: self.world.turn], action)
        self.step()

    def act(self) -> None:
        """Each state's action is drawn, but that of the visitor's seat.

        The others play the equilibrium as ever: they know as little of the choice as of the
        model's.
        """
        own = self.solution
        assert own is not None
        if self.plan.seat:
            state = self.world.names.index(self.plan.seat)
            place = self.world.ladder.names[state].index(self.chosen[self.world.turn])
            if own.game.base[state, place] != -np.inf:  # else it has no choice, and does as it must
                play = own.play.copy()
                play[state] = np.arange(play.shape[1]) == place
                self.solution = replace(own, play=play)
        super().act()
        self.solution = own

    def leave(self) -> None:
        """Play no further turns, as another run is watched; a Play that still goes on ends."""
        self.left = True

    def judge(self) -> None:
        """Audiences judge; then the turn is recorded."""
        super().judge()
        assert self.game is not None and self.solution is not None
        moment = Moment(self.weighed, self.game, self.solution, self.world)
        values = measured(self.world)
        record = self.record
        lines = {name: (*line, float(values[name])) for name, line in record.lines.items()}
        self.record = replace(record, moments=(*record.moments, moment), lines=lines)

    def weigh(self) -> None:
        """Each state weighs its menu; the world they see is kept."""
        self.weighed = self.world
        super().weigh()

    def _apply(self) -> None:
        """Make the changes that are due now: those of the plan, then those just made."""
        turn = self.world.turn
        due = [(key, value) for after, key, value in self.plan.later if after == turn]
        fresh, self.waiting = self.waiting, []
        for key, value in (*due, *fresh):
            self.world = changed_world(self.world, key, value)
        self.applied = (*self.applied, *((turn, key, value) for key, value in fresh))


def changed_world(world: World, key: str, value: Value) -> World:
    """The world with one figure changed from now on, and everything else unchanged."""
    name, *rest = key.split(".")
    if rest == ["rule"]:
        state = world.names.index(name)
        rules = tuple(str(value) if k == state else rule for k, rule in enumerate(world.rules))
        return replace(world, rules=rules)
    if rest == ["precision"]:
        precision = world.precision.copy()
        precision[world.names.index(name)] = float(value)
        return with_(world, "precision", precision)
    return nudged(world, key, float(value))


def replayed(plan: Plan, turn: int) -> WatchedModel:
    """The run of a plan after this many turns, or after its last one."""
    model = WatchedModel(plan)
    while model.world.turn < turn and not (model.over or model.error or model.waits):
        model.step()
    return model
