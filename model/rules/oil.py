"""The oil market: log mean reversion to a level set by the supply at risk (S12)."""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from model.world import Array, PerRun, World, total

LEAST_DRAW = 1e-12
"""A draw of the noise counts as no less: the normal distribution has no quantile at 0."""


def level(world: World, closed: PerRun) -> PerRun:
    r"""Log premium at which the market settles, $lost / world supply / elasticity$.

    War puts the target's exports at risk; a blockade stops `oil.closure` of the strait's oil.
    """
    oil = world.oil
    lost = oil.at_risk * np.where(world.war, 1.0, 0.0) + oil.closure * oil.strait * closed
    return lost / oil.world_supply / oil.elasticity


def traded(world: World, draw: Array) -> World:
    r"""The world after the oil price moved for one turn.

    The premium goes to its level at `oil.adjustment`; log noise is an
    Ornstein-Uhlenbeck process, both solved exactly over the turn.
    """
    oil, ladder = world.oil, world.ladder
    closed = np.minimum(total(ladder.played(ladder.supply, world.choice)), 1.0)
    closed = closed * np.where(world.war, 1.0, 0.0)
    goal = level(world, closed)
    premium = goal + (world.premium - goal) * np.exp(-oil.adjustment * world.weeks)
    lasting = np.exp(-oil.reversion * world.weeks)
    spread = oil.volatility * np.sqrt((1 - lasting**2) / (2 * oil.reversion))
    return replace(
        world,
        premium=premium,
        noise=world.noise * lasting + spread * ndtri(np.maximum(draw, LEAST_DRAW)),
        lost_supply=closed * oil.closure * oil.strait,
    )
