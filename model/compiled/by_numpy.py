"""A block of runs played turn by turn by numpy, with its record."""

from dataclasses import dataclass
from typing import Any  # the record is the recorder's own

import numpy as np

from model.alliance_model import AllianceModel
from model.compiled.tracing import Recorder
from model.world import Array, World, taken


@dataclass(frozen=True)
class Played:
    """A block after its last turn: a row a run and policy, one policy after the other.

    `residual` is the largest and `followed` the sum over turns of those that were followed, of
    the games under the first policy.
    """

    world: World
    record: Any
    play: Array
    forced_down: Array
    residual: float
    followed: float


class ByNumpy:
    """A model's runs, played by numpy."""

    def __init__(self, model: AllianceModel, recorder: Recorder) -> None:
        self.model, self.recorder = model, recorder
        self.record = recorder.begun(model.world)
        self.residual, self.followed = 0.0, 0.0

    def step(self) -> tuple[Array, Array]:
        """Play a turn; what it adds to the counts and sums of the runs under the first policy."""
        model, war, columns = self.model, self.model.world.war, self.model.columns
        model.step()
        if len(model.rows) != len(np.unique(columns)):  # policies part where war has come
            war, self.record = taken((war, self.record), columns[model.rows])
        self.record = self.recorder.noted(self.record, war, model.world)
        solution = model.under_first(model.solution)
        assert solution is not None
        self.residual = max(self.residual, float(np.max(solution.residual)))
        self.followed += float(np.sum(np.broadcast_to(solution.followed, model.count)))
        found = self.recorder.counted(*model.under_first((war, model.world)))
        return self.recorder.counts(*found, model.world)

    def by_row(self) -> Played:
        """The runs under each policy after what was played."""
        model = self.model
        world, record = taken((model.world, self.record), model.columns)
        down = np.array(model.by_row(model.forced_down))
        assert model.solution is not None
        play = model.by_row(model.solution.play)
        return Played(world, record, play, down, self.residual, self.followed)
