"""A block of runs played turn by turn, with its record."""

from dataclasses import dataclass

import numpy as np

from experiments.engine.record import Record, begun, noted
from model.alliance_model import AllianceModel
from model.world import Array, World, taken


@dataclass(frozen=True)
class Played:
    """A block after its last turn: a row a run and policy, one policy after the other.

    `residual` is the largest and `followed` the sum over turns of those that were followed, of
    the games under the first policy.
    """

    world: World
    record: Record
    forced_down: Array
    residual: float
    followed: float


class ByNumpy:
    """A model's runs, played by numpy."""

    def __init__(self, model: AllianceModel) -> None:
        self.model, self.record = model, begun(model.world)
        self.residual, self.followed = 0.0, 0.0

    def step(self) -> tuple[Array, World]:
        """Play a turn: whether there was war before it, and the world after it."""
        model, war, columns = self.model, self.model.world.war, self.model.columns
        model.step()
        before = columns[model.rows]  # a run's policies part in the turn in which war has come
        if len(before) != len(self.record.peak):
            war, self.record = taken((war, self.record), before)
        self.record = noted(self.record, war, model.world)
        solution = model.under_first(model.solution)
        assert solution is not None
        self.residual = max(self.residual, float(np.max(solution.residual)))
        self.followed += float(np.sum(np.broadcast_to(solution.followed, model.count)))
        return war, model.world

    def by_row(self) -> Played:
        """The runs under each policy after what was played."""
        model = self.model
        world, record = taken((model.world, self.record), model.columns)
        down = np.array(model.by_row(model.forced_down))
        return Played(world, record, down, self.residual, self.followed)
