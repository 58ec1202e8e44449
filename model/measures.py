"""What is measured: quantities of a world for tables, figures and the data collector."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.world import PerPair, PerRun, PerState, Realised, World, total

Rule = Callable[[World], PerRun]


@dataclass(frozen=True)
class Measure:
    """A declared measure of the world, its unit and the range in which it is binned."""

    rule: Rule
    unit: str
    low: float
    high: float


MEASURES: dict[str, Measure] = {}


def measure(unit: str, low: float, high: float) -> Callable[[Rule], Rule]:
    """Declare a measure of the world under its function's name."""

    def declare(rule: Rule) -> Rule:
        MEASURES[rule.__name__] = Measure(rule, unit, low, high)
        return rule

    return declare


@measure("USD/bbl", 0, 500)
def price(world: World) -> PerRun:
    """Brent, USD/bbl."""
    return world.price


@measure("share", 0, 1)
def war(world: World) -> PerRun:
    """1 while there is war, else 0."""
    return world.war * 1.0


@measure("share", 0, 1)
def survival(world: World) -> PerRun:
    """Chance that the target holds out, by the aid last given."""
    return np.where(world.collapsed, 0.0, world.survival(*world.aid_given))


@measure("index", 0, 2)
def programme(world: World) -> PerRun:
    """The target's programme, hardened part included; 1 = June 2025."""
    return world.programme + world.hardened


@measure("log ratio", -8, 8)
def balance(world: World) -> PerRun:
    """Log strength ratio of target to challenger by losses and deliveries so far."""
    own = np.maximum(world.power, world.conflict.remnant)
    return world.balance + np.log(own[world.target] / own[world.challenger])


@measure("index", 0, 1)
def regime(world: World) -> PerRun:
    """Stability of the target's regime, 0 to 1."""
    return world.regime


def standing(mean: PerPair) -> PerState:
    """Each state's reputation averaged over its audiences: (states, *runs)."""
    states = len(mean)
    others = mean[~np.eye(states, dtype=bool)].reshape(states, states - 1, *mean.shape[2:])
    return total(others, 1) / (states - 1)


def credibility(world: World) -> PerState:
    r"""What standing is worth: $w\,shadow \sum_j value\,(reliability + honesty)$ of each state."""
    discount = world.reputation.discount
    shadow = discount / (1 - discount) * world.reputation.value
    both = world.reliability.mean + world.honesty.mean
    own = np.stack([both[state, state] for state in range(world.state_count)])
    return world.weights["reputation"] * shadow * (total(both, 1) - own)


def worth_by_term(world: World) -> Realised:
    r"""Realised value by term, (terms, states, *runs), in the order of `World.weights`.

    Reputation counts at the end, as future proteges value it:
    $e^{-discount \cdot T}\,w\,shadow \sum_j value\,(reliability_{ij} + honesty_{ij})$.
    """
    lasting = np.exp(-world.value.discount * world.weeks * world.turn)
    standing_at_end = lasting * credibility(world)
    shape = np.broadcast_shapes(world.realised.shape[1:], standing_at_end.shape)
    rows = np.array(np.broadcast_to(world.realised, (len(world.realised), *shape)))
    rows[list(world.weights).index("reputation")] += standing_at_end
    return rows


def worth(world: World) -> PerState:
    """Realised value: the sum of its terms, (states, *runs)."""
    return total(worth_by_term(world))
