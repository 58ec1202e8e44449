"""What acts change in the outcome: survival, balance, and what is feared of the target."""

import numpy as np

from model.rules.conflict import breakout, pushed, setback, shift_of
from model.world import TINY, Array, PerState, Play, World, total


def contest_around(world: World) -> tuple[PerState, PerState, PerState]:
    """Strength of one's side without aid, of the other with its last aid, and all others' aid."""
    on_target, (target, challenger) = world.side > 0, world.strengths
    aid_target, aid_challenger = world.aid_given
    ours = np.where(on_target, target, challenger)
    theirs = np.where(on_target, challenger + aid_challenger, target + aid_target)
    full = world.own_help.max(1)
    for_target = np.where(on_target, full, 0.0)
    same = np.where(on_target, total(for_target), total(full - for_target))
    return ours, theirs, np.maximum(same - full, TINY)


def shifted(survival: Array, shift: Array) -> Array:
    r"""A chance of survival $\pi$ after the balance moves by b: $\pi e^b / (1 - \pi + \pi e^b)$.

    >>> shifted(np.array(0.5), np.log(3.0)).round(3).item()
    0.75
    """
    least = np.exp(-np.abs(shift))
    up, down = np.where(shift > 0, 1.0, least), np.where(shift > 0, least, 1.0)
    return survival * up / (survival * up + (1 - survival) * down)


def feared(world: World) -> PerState:
    r"""What a unit of threat costs those who fear the target: $menace\,\max(-s_i, 0)\,\pi$."""
    hostile = np.maximum(-world.stakes[:, world.target], 0.0)
    return world.conflict.menace * hostile * world.unaided


def threat_left(world: World, effort: Array, reaching: Array, weeks: Array | float) -> Array:
    """What is left of the threat within each state's reach after weeks of such strikes."""
    wear = world.conflict.destruction * weeks
    reach = world.posture.reach
    if np.ndim(effort) > reach.ndim:  # a table by action
        reach = reach[:, None]
    lasting, deep = np.exp(-wear * effort), np.exp(-wear * reaching)
    return world.programme * lasting + reach * world.hardened * deep


def armed(world: World, delivery: Array) -> Array:
    r"""Weekly shift of the balance by arms ordered in war, as they count within the horizon.

    $order / s \cdot (1 - (d / H)\,(1 - e^{-H/d}))$ with d the weeks of delivery and s the
    strength of one's side: what arrives after t weeks counts for H - t.
    """
    wait, most = world.posture.delivery_weeks, world.value.horizon
    counted = 1 - wait / most * (1 - np.exp(-most / wait))
    strength = np.where(world.side > 0, world.strengths[0], world.strengths[1])
    share = np.where(world.war, counted, 0.0) * world.power / world.conflict.shipment / strength
    return delivery * (share if delivery.ndim == share.ndim else share[:, None])


def set_back(world: World) -> Play:
    """Worth of a strike's setback to what is feared of the target, for the horizon."""
    strike, near = world.ladder.strike, world.side < 0
    effort = strike * (1 - world.conflict.shield * world.air_defence)
    left = threat_left(world, effort, strike * world.posture.reach[:, None], 1.0)
    worth = np.where(near, feared(world) * world.value.horizon, 0.0)
    return worth[:, None] * (world.threat[:, None] - left)


def sprinted(world: World) -> Play:
    """Worth of the chance of a bomb that a sprint brings in a week."""
    ours, theirs, _ = contest_around(world)
    lost = world.interest * world.side * theirs / (ours + theirs)
    return world.ladder.sprint * (breakout(world) * lost)[:, None]


def result_of(
    world: World, strike: PerState, delivery: PerState, aid: PerState, weeks: float
) -> PerState:
    r"""What some weeks of all states' strikes, orders and aid are worth to each: (states, *runs).

    $interest\,(t\,(\pi(aid) - \pi(0)) + H\,(\pi(b + \Delta b) - \pi(b)))$ for t weeks, and what
    strikes set back in the threat for those who fear it, for H weeks.
    """
    lives = world.unaided
    helped = world.survival(*world.by_side(aid)) - lives
    shift = weeks * shift_of(world, pushed(world, strike) + armed(world, delivery))
    held = world.interest * (weeks * helped + world.value.horizon * (shifted(lives, shift) - lives))
    worn = world.threat - threat_left(world, *setback(world, strike), weeks)
    return held + feared(world) * world.value.horizon * worn
