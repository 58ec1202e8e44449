"""The rules of one turn in their order: act, resolve, judge (shocks come from the preset)."""

from dataclasses import replace

import numpy as np

from model.rules import beliefs, conflict, means
from model.rules import oil as market
from model.world import SMALLEST, Array, Choice, Flag, Play, World, total


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


def starting(world: World) -> Flag:
    """Where a crisis begins: the first turn in which there is war."""
    return world.war & (world.weeks_at_war <= world.weeks)


def fighting(world: World) -> Flag:
    """Where there is war and a principal struck last turn: policies bind, as nothing is settled."""
    strike = world.ladder.played(world.ladder.strike, world.choice)
    return world.war & ((strike[world.target] > 0) | (strike[world.challenger] > 0))


def renewed(world: World, draw: Array) -> Array:
    """Whose private reasons are drawn anew while war goes on, at `conflict.renewal`: (states,)."""
    ongoing = world.war & ~starting(world)
    return ongoing & (draw < conflict.chance(world.conflict.renewal, world.weeks))


def acted(world: World, play: Play, draws: Array) -> World:
    r"""The world in which each state has chosen its action.

    In peace an action is drawn from the mixed strategy p each turn. In war a state keeps the
    private reasons it has: it plays $\arg\max_a \lambda u(a) + \varepsilon(a)$ with $\varepsilon$
    standard Gumbel, which is $\arg\max_a p(a)\,e^{\varepsilon(a)}$, so that over reasons the chance
    of each action is p (McKelvey & Palfrey 1995; Harsanyi 1973). Ties go to the lower action.
    """
    fresh = drawn(onset_play(world, play), draws[0])
    kept = (play * world.reasons).argmax(1)
    choice = np.where(world.war, kept, fresh)
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
