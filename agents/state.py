"""A state as a Mesa agent: its quantities, and the ledger that explains its actions."""

from collections.abc import Sequence

import mesa
import numpy as np

from agents.weighing import ledger
from model.game.stage_game import Expected
from model.measures import standing
from model.world import PerAction, PerRun, World


class StateAgent(mesa.Agent):
    """One state of the crisis; its quantities are read from the model's world."""

    def __init__(self, model: mesa.Model, name: str, state: int) -> None:
        """Take the seat with this index."""
        super().__init__(model)
        self.name = name
        self.state = state

    @property
    def world(self) -> World:
        """The world of its model as it is now."""
        world: World = self.model.world
        return world

    @property
    def actions(self) -> tuple[str, ...]:
        """The names on its menu, in the order of the ladder."""
        return self.world.ladder.names[self.state]

    @property
    def action(self) -> str | None:
        """The action last played; None where there is a run axis."""
        choice = self.world.choice[self.state]
        return self.actions[int(choice)] if np.ndim(choice) == 0 else None

    @property
    def reliability(self) -> PerRun:
        """Mean over the others of its reliability."""
        return standing(self.world.reliability.mean)[self.state]

    @property
    def honesty(self) -> PerRun:
        """Mean over the others of its honesty."""
        return standing(self.world.honesty.mean)[self.state]

    @property
    def money(self) -> PerRun:
        """Free money, USD bn/year."""
        return self.world.free_money[self.state]

    def ledger(self, expected: Expected) -> dict[str, PerAction]:
        """Each term times its weight, (actions, *runs); they add up to the payoff."""
        shape = self.world.ladder.aid.shape
        entries = ledger(self.world, expected)
        return {
            name: np.broadcast_to(v, np.broadcast_shapes(v.shape, shape))[self.state]
            for name, v in entries.items()
        }


def seated(model: mesa.Model, names: Sequence[str]) -> list[StateAgent]:
    """Each state as an agent of the model, in this order.

    Mesa 3.3 counts agents in a table that holds every model for good. As no agent comes later,
    the count is dropped, and a model that is done can be freed.

    >>> from model.alliance_model import AllianceModel
    >>> AllianceModel("twelve-days").states[1].name
    'iran'
    """
    states = [StateAgent(model, name, state) for state, name in enumerate(names)]
    counts = getattr(StateAgent, "_ids", None)
    if isinstance(counts, dict):
        counts.pop(model, None)
    return states
