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


def pushed(world: World, strike: Array) -> Array:
    r"""Shift of the balance in a week toward one's side by strikes: (states, ..., *runs).

    $lethality \cdot strike \cdot q_i \cdot arsenal_i / q$, q the whole power of the principal that
    is struck. Losses go with the force met and with what is left to hit, so that the logarithm of
    strength falls at the same rate however worn it is (the linear law of Lanchester 1916).
    """
    conflict, whole = world.conflict, np.maximum(world.power, world.conflict.remnant)
    struck = np.where(world.side > 0, whole[world.challenger], whole[world.target])
    each = conflict.lethality * world.power * world.arsenal / struck
    return strike * (each if strike.ndim == each.ndim else each[:, None])


def shift_of(world: World, push: PerState) -> PerRun:
    """Shift of the balance toward the target by what each state pushes toward its side."""
    return total(np.where(world.side > 0, push, -push))


def setback(world: World, strike: PerState) -> tuple[PerRun, PerRun]:
    """Strikes that wear down the target: on what lies open, and on what is hardened.

    The most that find targets at once is `conflict.saturation`, and an air defence stops a
    share; hardened sites give way by each striker's reach.
    """
    conflict, joined = world.conflict, np.where(world.side < 0, strike, 0.0)
    effort = np.minimum(total(joined), conflict.saturation)
    effort = effort * (1 - conflict.shield * world.air_defence)
    return effort, total(joined * world.posture.reach)


def committed(world: World) -> PerState:
    """Scarce systems that each state has in the fight."""
    ladder = world.ladder
    share = ladder.played(ladder.share, world.choice)
    return ladder.played(ladder.systems, world.choice) + share * world.systems


def fought(world: World) -> World:
    r"""The world after a turn's fighting.

    Strikes wear down programme, hardened sites (by the striker's reach), air
    defence, proxies, regime and launchers as $e^{-destruction \cdot effort \cdot weeks}$ (the last
    three by their share); the balance (log strength ratio) shifts by what each side pushes. In
    peace the balance returns to parity and the regime to its level at `conflict.recovery`.
    """
    ladder, conflict = world.ladder, world.conflict
    strike = ladder.played(ladder.strike, world.choice)
    ours, theirs = strike[world.target], strike[world.challenger]
    effort, reaching = setback(world, strike)
    wear = conflict.destruction * world.weeks
    shift = world.weeks * shift_of(world, pushed(world, strike))
    lasting = np.exp(-conflict.recovery * world.weeks)
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
        regime=np.where(
            world.war | fighting | world.collapsed,
            world.regime * np.exp(-conflict.unrest * wear * effort),
            world.aims.regime + (world.regime - world.aims.regime) * lasting,
        ),
        balance=np.where(
            world.war | fighting,
            np.clip(world.balance + shift, -conflict.rout, conflict.rout),
            world.balance * lasting,
        ),
        systems=world.systems * np.exp(-lost),
        war=world.war | fighting,
        wars=world.wars + (fighting & ~world.war),
    )


def ended(world: World, draw: Array) -> World:
    r"""The world after the chance of a settlement, of a bomb and of the regime's fall.

    A war ends at the rate $settlement\,(1 + mediation \cdot m)$ where nobody strikes, and at
    $lull\,\prod_j (1 - f_j)$ of it where some do, m the accepted mediation. A regime falls at the
    rate $collapse\,(1 - regime)$ in war, and in peace at `simmering` times what it has lost.
    """
    ladder, conflict, aims = world.ladder, world.conflict, world.aims
    strike = ladder.played(ladder.strike, world.choice)
    calm = np.prod(1 - strike, 0)
    rate = settlement_rate(world, np.prod(strike <= 0, 0) * 1.0, calm)
    rate = rate * (1 + conflict.mediation * accepted_mediation(world))
    settled = draw[1] < chance(rate, world.weeks)
    sprint = ladder.played(ladder.sprint, world.choice)[world.target]
    made = sprint * breakout(world)
    shaken = np.maximum(aims.regime - world.regime, 0.0) * conflict.simmering
    falls = conflict.collapse * np.where(world.war, 1 - world.regime, shaken)
    collapsed = world.collapsed | (draw[3] < chance(falls, world.weeks))
    loose = np.where(collapsed & ~world.collapsed, conflict.proliferation, 0.0)
    spread = loose * (world.programme + world.hardened)
    bomb = world.bomb | (draw[2] < np.maximum(chance(made, world.weeks), spread))
    war = world.war & ~settled & ~collapsed
    return replace(
        world,
        war=war,
        weeks_at_war=np.where(war, world.weeks_at_war + world.weeks, 0.0),
        bomb=bomb,
        collapsed=collapsed,
    )


def breakout(world: World) -> PerRun:
    """Weekly rate at which a whole sprint makes a bomb of what is left of the programme (S18)."""
    return world.conflict.sprint / world.aims.breakout_weeks * (world.programme + world.hardened)


def settlement_rate(world: World, quiet: PerRun, calm: PerRun) -> PerRun:
    r"""Weekly rate at which a war ends without mediation, $s\,(quiet + lull\,(calm - quiet))$.

    `quiet` is the chance that nobody strikes, `calm` the expected $\prod_j (1 - strike_j)$.
    """
    conflict = world.conflict
    return conflict.settlement * (quiet + conflict.lull * (calm - quiet))


def accepted_mediation(world: World) -> PerRun:
    """Good offices accepted, by trust less the mediator's own part; 1 if both negotiate (S2)."""
    ladder = world.ladder
    offer = ladder.played(ladder.mediation, world.choice)
    both = offer[world.target] * offer[world.challenger]
    offer[list(world.principals)] = 0.0
    partial = np.abs(world.opposition)
    return both + total(offer * np.maximum(world.beliefs.trust - partial, 0.0))
