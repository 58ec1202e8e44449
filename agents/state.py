"""A state as a Mesa agent: it weighs its actions and explains them by its ledger."""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from agents.payoffs import ledger, weighed
from model.measures import standing
from model.stage_game import Expected
from model.world import Array, PerAction, PerRun

if TYPE_CHECKING:
    from model.alliance_model import AllianceModel


class StateAgent(mesa.Agent):
    """One state of the crisis; its quantities are read from the model's world."""

    model: "AllianceModel"

    def __init__(self, model: "AllianceModel", name: str, state: int) -> None:
        """Take the seat with this index."""
        super().__init__(model)
        self.name = name
        self.state = state

    @property
    def actions(self) -> tuple[str, ...]:
        """The names on its menu, in the order of the ladder."""
        return self.model.world.ladder.names[self.state]

    @property
    def action(self) -> str | None:
        """The action last played; None where there is a run axis."""
        choice = self.model.world.choice[self.state]
        return self.actions[int(choice)] if np.ndim(choice) == 0 else None

    @property
    def reliability(self) -> PerRun:
        """Mean over the others of its reliability."""
        return standing(self.model.world.reliability.mean, self.state)

    @property
    def honesty(self) -> PerRun:
        """Mean over the others of its honesty."""
        return standing(self.model.world.honesty.mean, self.state)

    @property
    def money(self) -> PerRun:
        """Free money, USD bn/year."""
        return self.model.world.free_money[self.state]

    def weigh(self) -> tuple[PerAction, Array, PerAction]:
        """Payoffs against no one, slopes by channel, and the part that counts as realised.

        Shapes (actions, *runs), (channels, actions, *runs), (actions, *runs);
        infeasible actions have payoff -inf.
        """
        return weighed(self.model.world, self.state)

    def ledger(self, expected: Expected) -> dict[str, PerAction]:
        """Each term times its weight, (actions, *runs); they add up to the payoff."""
        return ledger(self.model.world, self.state, expected)
