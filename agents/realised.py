"""What a turn's acts tell and give: readings, and realised value kept by payoff term."""

from dataclasses import replace

import numpy as np

from agents.outcome import result_of, sprinted
from agents.weighing import Weighing
from model.game.stage_game import CHANNELS, StageGame, force_used
from model.rules import turn
from model.world import Array, PerState, Realised, World, played, total


def told(world: World, weighing: Weighing) -> World:
    """The world in which all know what the acts played tell, seen and as seen by others."""
    acts = (world.choice, world.seen)
    reading = [[played(each, choice) for choice in acts] for each in weighing.reading]
    return replace(world, reading=np.array(reading))


def resolved(world: World, game: StageGame, weighing: Weighing, draws: Array) -> World:
    """The world after a turn's acts were counted by what they gave, and had their effects."""
    before = valued(world, game, weighing)
    return fallen(before, turn.resolved(before, draws))


def gained(world: World, game: StageGame, weighing: Weighing) -> Realised:
    r"""What the actions played by all gave each state in a week, by term: (terms, states, *runs).

    Terms in the order of `World.weights`, each as it was weighed, at the actions played. The
    stakes count by what all did, not by each state's own share; what is realised at the end
    (reputation) or in what others did (sway, prospect) is 0.
    """
    names, rows = list(world.weights), []
    for name in names:
        if name == "stakes":
            rows.append(world.weights[name] * outcome_of_turn(world))
        elif name in weighing.lines and world.terms[name].realised:
            rows.append(as_weighed(world, game, weighing, name))
        else:
            rows.append(np.zeros(()))
    shape = (world.state_count, *np.shape(world.weeks_at_war))
    table = np.stack([np.broadcast_to(row, shape) for row in rows])
    return np.where(world.collapsed, 0.0, table)


def as_weighed(world: World, game: StageGame, weighing: Weighing, name: str) -> PerState:
    """A weighted term at the actions that all played, a week: (states, *runs)."""
    level, slope = (np.broadcast_to(each, game.base.shape) for each in weighing.lines[name])
    value = played(level, world.choice)
    channel = world.terms[name].channel
    if channel is None:
        return value
    place = CHANNELS.index(channel)
    sent = played(game.effects[place], world.choice)
    if channel == "force":  # words harm nobody
        strike = world.ladder.played(world.ladder.strike, world.choice)
        sent = force_used(world, strike[:, None])[:, 0]
    return value + played(slope, world.choice) * total(game.relations[place] * sent[None], 1)


def outcome_of_turn(world: World) -> PerState:
    """What all that was done in a turn changes in the outcome, a week: (states, *runs)."""
    ladder, choice = world.ladder, world.choice
    strike, delivery = ladder.played(ladder.strike, choice), ladder.played(ladder.delivery, choice)
    aid = ladder.played(ladder.aid, choice) * world.power
    result = result_of(world, strike, delivery, aid, world.weeks) / world.weeks
    return result + played(sprinted(world), choice)


def valued(world: World, game: StageGame, weighing: Weighing) -> World:
    r"""The world with this turn's realised value added for each state, by term.

    $V_{ki} \mathrel{+}= e^{-discount \cdot t}\,weeks \cdot term_{ki}$ at the actions played.
    """
    weight = np.exp(-world.value.discount * world.weeks * world.turn) * world.weeks
    return replace(world, realised=world.realised + weight * gained(world, game, weighing))


def fallen(before: World, after: World) -> World:
    r"""The world with what the fall of the regime costs: survival lost for the horizon (S19)."""
    falls = after.collapsed & ~before.collapsed
    if not np.any(falls):
        return after
    weight = np.exp(-before.value.discount * before.weeks * before.turn)
    lost = before.weights["stakes"] * before.interest * before.unaided * before.value.horizon
    realised = np.array(after.realised)
    realised[list(before.weights).index("stakes")] -= weight * np.where(falls, lost, 0.0)
    return replace(after, realised=realised)
