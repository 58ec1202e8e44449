"""The stage game of a world: what is open to each state, and what each weighs.

Payoffs are the weighted sum of the world's terms, against no one and by each channel.
"""

from dataclasses import dataclass

import numpy as np

from model.game.stage_game import (
    CHANNELS,
    NOTHING,
    Affine,
    Expected,
    Payoff,
    StageGame,
    effects,
    relations,
)
from model.world import LEAST, Array, Flag, Play, World, once, total


@once
def means_used(world: World) -> Play:
    """Largest share of free money, forces and systems that each action takes."""
    ladder = world.ladder
    used = np.maximum(
        ladder.money * (1 / world.free_money)[:, None],
        ladder.forces * (1 / world.free_forces)[:, None],
    )
    used = np.maximum(used, ladder.systems * (1 / world.free_systems)[:, None])
    return used + ladder.share * (1 / np.maximum(world.readiness, LEAST))[:, None]


@once
def feasible(world: World) -> Array:
    """Which actions are open: on the menu, within free means, and fighting only where there is war.

    In peace only the challenger may open fire, and no patron can fight; none may once the regime
    has fallen. Bases in host countries are struck only where a patron strikes from there. Shape
    (states, actions, *runs).
    """
    open_ = world.ladder.on_menu & ~(means_used(world) > 1)  # NaN stays, and is not solved
    challenger = np.arange(world.state_count) == world.challenger
    may_start = challenger.reshape(-1, *(1,) * np.ndim(world.onset)) & (world.onset > 0)
    may_start = may_start & ~world.collapsed
    hosted = bases_used(world)
    open_ = open_ & ((world.ladder.at_hosts == 0) | hosted)
    return open_ & ((world.ladder.strike == 0) | (world.war | may_start)[:, None])


def bases_used(world: World) -> Flag:
    """Whether a patron of the challenger strikes, as last seen: from bases in host countries."""
    strike = world.ladder.played(world.ladder.strike, world.choice)
    from_bases = (strike > 0) & (world.side < 0)
    from_bases[world.challenger] = False
    return np.asarray(from_bases.any(0))


def weighted(world: World, name: str, expected: Expected) -> Payoff:
    """A term times each state's weight for it."""
    return world.weights[name][:, None] * world.terms[name].rule(world, expected)


@once
def affine(world: World, name: str) -> tuple[Play, Array]:
    """A weighted term against no one, and how it grows with its channel; 0 where it has none."""
    channel = world.terms[name].channel
    found = weighted(world, name, Expected.unknown(channel) if channel else NOTHING)
    if isinstance(found, Affine):
        return np.asarray(found.level), np.asarray(found.slope)
    return found, np.zeros(())


LOYAL = ("commitment", "audience")
"""The terms by which a state minds its treaties, and its words."""

CERTAIN = 30.0
"""No act is told to be likelier than this, as a logarithm, from a state that minds its word."""


@once
def readings(world: World) -> Array:
    r"""How much likelier each act is from a state that minds its word: (2, states, actions, *runs).

    1 in peace, where no word is tested.

    $p_L(a) / p_O(a)$ for a state that minds its treaties (first) or its words (second), where
    $p_O$ is the logit play of one whose payoff has neither commitment, audience cost nor
    reputation, against nobody's play. With $c$ the term that is minded,
    $p_L(a) / p_O(a) = e^{\lambda c(a)} / \sum_b p_O(b)\,e^{\lambda c(b)}$.
    """
    sharp = world.precision[:, None]
    lines = {name: affine(world, name)[0] for name in world.weights if name != "reputation"}
    plain = sum((line for name, line in lines.items() if name not in LOYAL), np.zeros(()))
    base = np.where(feasible(world), sharp * plain, -np.inf)
    chance = np.exp(base - base.max(1)[:, None])
    chance = chance / total(chance, 1)[:, None]
    ratios = []
    for name in LOYAL:
        minded = sharp * lines[name]
        minded = np.exp(np.maximum(minded - minded.max(1)[:, None], -CERTAIN))
        ratios.append(minded / total(chance * minded, 1)[:, None])
    return np.where(world.war, np.stack(ratios), 1.0)


@dataclass(frozen=True)
class Weighing:
    """What the states weigh: payoffs against no one, slopes by channel, and their parts.

    Shapes (states, actions, *runs), (channels, states, actions, *runs); infeasible actions have
    payoff -inf. `lines` has each term's level and slope, `reading` how much likelier each act is
    from a state that minds its word (`readings`).
    """

    base: Play
    slopes: Array
    lines: dict[str, tuple[Array, Array]]
    reading: Array


def weighed(world: World) -> Weighing:
    """The weighing of all states in a world."""
    shape = (*world.ladder.on_menu.shape[:2], *np.shape(world.weeks_at_war))
    base = np.zeros(shape)
    slopes = np.zeros((len(CHANNELS), *shape))
    reading = np.ones((2, *shape))
    lines: dict[str, tuple[Array, Array]] = {}
    for name in world.weights:
        declared = world.terms[name]
        those = world.at_war if declared.wartime else (slice(None), world)
        if those is None:
            continue
        runs, some = those
        level, slope = affine(some, name)
        if not isinstance(runs, slice):
            level = _spread(level, runs, shape)
        base += level
        lines[name] = level, slope
        if declared.channel is not None:
            slopes[CHANNELS.index(declared.channel)] += slope
    if world.at_war:
        runs, some = world.at_war
        reading[..., runs] = readings(some)
    np.copyto(base, -np.inf, where=~feasible(world))
    return Weighing(base, slopes, lines, reading)


def _spread(entry: Array, runs: Array, shape: tuple[int, ...]) -> Array:
    """A table of some of the runs among all, 0 in the others."""
    whole = np.zeros(shape)
    whole[..., runs] = entry
    return whole


def stage_game(world: World, weighing: Weighing) -> StageGame:
    """The stage game that the states' weighings make together."""
    return StageGame(
        base=weighing.base,
        slopes=weighing.slopes,
        effects=effects(world),
        relations=relations(world),
        precision=world.precision,
        decisive=decisive_channels(world),
    )


def decisive_channels(world: World) -> int:
    """How many leading channels move a choice: up to the last that some term does not share."""
    moving = [each.channel for each in world.terms.values() if each.channel and not each.shared]
    return max((1 + CHANNELS.index(channel) for channel in moving), default=0)


def game_of(world: World) -> StageGame:
    """The stage game of a world in which every state weighs its whole menu."""
    return stage_game(world, weighed(world))


def ledger(world: World, expected: Expected) -> dict[str, Play]:
    """Each term times its weight, (states, actions, *runs); they add up to the payoff."""
    return {name: weighted(world, name, expected) for name in world.weights}
