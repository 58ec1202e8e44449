"""The rules of one turn in their order: act, resolve, judge (shocks come from the preset)."""

from dataclasses import replace

import numpy as np

from model.game.stage_game import CHANNELS, StageGame, force_used
from model.measures import survival
from model.rules import beliefs, conflict, means
from model.rules import oil as market
from model.world import SMALLEST, Array, Choice, Play, World, played, total


def onset_play(world: World, play: Play) -> Play:
    r"""Play with the challenger's chance of opening fire made a hazard.

    In peace the challenger strikes in a turn with probability
    $1 - e^{-onset \cdot p \cdot weeks}$, p its mixed strategy's weight on striking (surely on
    the day of a scripted attack), so that
    the rate of war does not depend on the length of a turn.
    """
    striking = world.ladder.strike[world.challenger] > 0
    own = play[world.challenger]
    wanted = total(np.where(striking, own, 0.0))
    happens = conflict.chance(world.onset * np.maximum(wanted, SMALLEST), world.weeks)
    happens = np.where(wanted > 0, happens, 0.0)  # an attack by script that means do not allow
    scale = np.where(
        striking,
        happens / np.maximum(wanted, SMALLEST),
        (1 - happens) / np.maximum(1 - wanted, SMALLEST),
    )
    adjusted = play.copy()
    adjusted[world.challenger] = np.where(world.war, own, own * scale)
    return adjusted


def drawn(play: Play, draw: Array) -> Choice:
    """The actions that uniform draws pick from mixed strategies: (states, *runs).

    >>> drawn(np.array([[0.2, 0.8]]), np.array([0.5]))
    array([1])
    """
    reached, choice = np.zeros(()), np.zeros(draw.shape, int)
    for chance in np.moveaxis(play[:, :-1], 1, 0):
        reached = reached + chance
        choice += draw >= reached
    return choice


def acted(world: World, play: Play, draws: Array) -> World:
    """The world in which each state has drawn its action.

    A state reviews its action at the rate `conflict.revision` and else repeats
    it where that is still open; in peace and when war begins, everyone reviews.
    """
    effective = onset_play(world, play)
    fresh = drawn(effective, draws[0])
    review = draws[1] < conflict.chance(world.conflict.revision, world.weeks)
    starting = np.where(world.war, world.weeks_at_war <= world.weeks, True)
    last = np.broadcast_to(world.choice, fresh.shape)
    open_ = np.take_along_axis(play, last[:, None], 1)[:, 0] > 0
    choice = np.where(review | starting | ~open_, fresh, last)
    with np.errstate(divide="ignore"):  # of what is always seen
        leak = 1 - np.exp(np.log1p(-world.beliefs.visibility) * world.weeks)
    return replace(world, choice=choice, leaked=(draws[2] < leak) * 1.0)


def resolved(world: World, draws: Array) -> World:
    """The world after fighting, damage, deliveries, means, oil and hazards."""
    world = conflict.fought(world)
    world = means.delivered(world)
    world = means.used(world)
    world = means.sanctioned(world)
    world = means.front_fed(world)
    world = market.traded(world, draws[0])
    return conflict.ended(world, draws)


def judged(world: World) -> World:
    """The world after the audiences updated what they believe, at the turn's end."""
    return replace(beliefs.judged(world), turn=world.turn + 1)


def valued(world: World, game: StageGame, flows: Play) -> World:
    r"""The world with this turn's realised value added for each state.

    $V_i \mathrel{+}= e^{-discount \cdot t}\,weeks\,(w_{stakes}\,interest_i\,\pi +
    \sum_k term_{ik})$, the realised terms at the actions that all played; units of the payoffs.
    """
    gained = played(flows, world.choice)
    for channel, name in enumerate(CHANNELS):
        if name == "aid":
            continue
        if name == "force":  # words harm nobody
            strike = played(world.ladder.strike, world.choice)
            sent = force_used(world, strike[:, None])[:, 0]
        else:
            sent = played(game.effects[channel], world.choice)
        felt = total(game.relations[channel] * sent[None], 1)
        gained = gained + played(game.slopes[channel], world.choice) * felt
    held = world.weights["stakes"] * world.interest * survival(world)
    weight = np.exp(-world.value.discount * world.weeks * world.turn) * world.weeks
    return replace(world, realised=world.realised + weight * (held + gained))
