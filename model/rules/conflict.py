"""Fighting: damage to the programme, defences, means and the balance; how wars begin and end."""

from dataclasses import replace

import numpy as np

from model.world import LEAST, Array, PerRun, PerState, World, total


def chance(rate: PerRun, weeks: float) -> PerRun:
    r"""Chance that an event of this weekly rate happens, $1 - e^{-rate \cdot weeks}$.

    >>> round(float(chance(1.0, 0.5)), 4)
    0.3935
    """
    return 1 - np.exp(-rate * weeks)


def pressure(world: World) -> tuple[PerRun, PerRun]:
    """Force used by the target's and the challenger's side, over the principals' strength."""
    ladder = world.ladder
    force = ladder.played(ladder.strike, world.choice) * world.power * world.arsenal
    scale = world.strengths[0] + world.strengths[1]
    by_target = total(np.where(world.side > 0, force, 0.0))
    return by_target / scale, (total(force) - by_target) / scale


def committed(world: World) -> PerState:
    """Scarce systems that each state has in the fight."""
    ladder = world.ladder
    share = ladder.played(ladder.share, world.choice)
    return ladder.played(ladder.systems, world.choice) + share * world.systems


def fought(world: World) -> World:
    r"""The world after a turn's fighting.

    Strikes wear down programme, hardened sites (by the striker's reach), air
    defence, proxies, regime and launchers as $e^{-destruction \cdot effort \cdot weeks}$ (the last
    three by their share); the balance (log strength
    ratio) shifts by lethality times the difference in effort.
    """
    ladder, conflict = world.ladder, world.conflict
    strike = ladder.played(ladder.strike, world.choice)
    ours, theirs = strike[world.target], strike[world.challenger]
    joined = np.where(world.side < 0, strike, 0.0)
    effort = np.minimum(total(joined), conflict.saturation)
    effort = effort * (1 - conflict.shield * world.air_defence)
    reaching = total(joined * world.posture.reach)
    wear = conflict.destruction * world.weeks
    by_target, by_challenger = pressure(world)
    shift = conflict.lethality * world.weeks * (by_target - by_challenger)
    rebuilt = 1 - np.exp(-conflict.repair * world.weeks)
    used = conflict.expenditure * world.weeks * strike * committed(world)
    lost = used / np.maximum(world.systems, LEAST)
    lost[world.target] = lost[world.target] + conflict.counterforce * wear * effort
    programme = world.programme * np.exp(-wear * effort)
    hardened = world.hardened * np.exp(-wear * reaching)
    whole = world.aims.programme * (1 - world.aims.hardened)
    deep = world.aims.programme * world.aims.hardened
    fighting = np.maximum(ours, theirs) > 0
    return replace(
        world,
        programme=programme + np.maximum(whole - programme, 0.0) * rebuilt,
        hardened=hardened + np.maximum(deep - hardened, 0.0) * rebuilt,
        air_defence=world.air_defence * np.exp(-wear * effort),
        proxies=world.proxies * np.exp(-conflict.decimation * wear * effort),
        regime=world.regime * np.exp(-conflict.unrest * wear * effort),
        balance=np.clip(
            world.balance + np.where(world.war, shift, 0.0), -conflict.rout, conflict.rout
        ),
        systems=world.systems * np.exp(-lost),
        war=world.war | fighting,
        wars=world.wars + (fighting & ~world.war),
    )


def ended(world: World, draw: Array) -> World:
    r"""The world after the chance of a settlement, of a bomb and of the regime's fall.

    A war ends at the rate $settlement\,(1 + mediation \cdot m)$ where no principal strikes, and at
    $lull\,(1 - f_T)(1 - f_C)$ of it where they do, m the accepted mediation.
    """
    ladder, conflict, aims = world.ladder, world.conflict, world.aims
    strike = ladder.played(ladder.strike, world.choice)
    quiet = (strike[world.target] <= 0) & (strike[world.challenger] <= 0)
    calm = (1 - strike[world.target]) * (1 - strike[world.challenger])
    rate = conflict.settlement * np.where(quiet, 1.0, conflict.lull * calm)
    rate = rate * (1 + conflict.mediation * accepted_mediation(world))
    settled = world.war & (draw[1] < chance(rate, world.weeks))
    sprint = ladder.played(ladder.sprint, world.choice)[world.target]
    made = conflict.sprint / aims.breakout_weeks * sprint * (world.programme + world.hardened)
    falls = conflict.collapse * (1 - world.regime) * np.where(world.war, 1.0, conflict.simmering)
    collapsed = world.collapsed | (draw[3] < chance(falls, world.weeks))
    loose = np.where(collapsed & ~world.collapsed, conflict.proliferation, 0.0)
    spread = np.minimum(loose * (world.programme + world.hardened), 1.0)
    bomb = world.bomb | (draw[2] < np.maximum(chance(made, world.weeks), spread))
    war = world.war & ~settled & ~collapsed
    return replace(
        world,
        war=war,
        weeks_at_war=np.where(war, world.weeks_at_war + world.weeks, 0.0),
        bomb=bomb,
        collapsed=collapsed,
    )


def accepted_mediation(world: World) -> PerRun:
    """Good offices accepted, by trust less the mediator's own part; 1 if both negotiate (S2)."""
    ladder = world.ladder
    offer = ladder.played(ladder.mediation, world.choice)
    both = offer[world.target] * offer[world.challenger]
    offer[list(world.principals)] = 0.0
    partial = np.abs(world.opposition)
    return both + total(offer * np.maximum(world.beliefs.trust - partial, 0.0))
