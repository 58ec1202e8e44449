"""Means: what actions draw down and what comes back, orders of arms, and the other front."""

from dataclasses import replace

import numpy as np

from model.world import BILLIONS, LEAST, Play, World, total

WEEK = 7 / 365
"""A week as share of a year."""


def used(world: World) -> World:
    """The world after this turn's actions drew on stocks, and rebuilding, income and sanctions.

    Systems given away leave over `conflict.shipment`; missing ones are rebuilt at
    `means.replenishment`. Money is the budget with the oil windfall, less sanctions.
    """
    ladder, means, oil = world.ladder, world.means, world.oil
    handed_over = ladder.systems * (ladder.strike == 0)
    given = ladder.played(handed_over, world.choice) * world.weeks / world.conflict.shipment
    left = np.maximum(world.systems - np.where(world.war, given, 0.0), 0.0)
    rebuilt = 1 - np.exp(-means.replenishment * world.weeks)
    systems = left + np.maximum(means.systems - left, 0.0) * rebuilt
    rise = oil.price * (np.exp(world.premium) - 1)
    windfall = oil.windfall * world.economy.oil_exports * rise * BILLIONS
    imposed = 1 - world.conflict.bite * (world.sanctions - world.economy.sanctions)
    money = np.maximum((means.money + windfall) * imposed, LEAST)
    income = world.income + windfall * world.weeks * WEEK
    return replace(world, systems=systems, money=money, income=income)


def ordered(world: World) -> Play:
    """Power that each action orders in a week, over `conflict.shipment`: (states, actions)."""
    return world.ladder.delivery * (world.power / world.conflict.shipment)[:, None]


def delivered(world: World) -> World:
    """The world after arms ordered earlier arrived, and new ones were ordered (S4).

    Orders arrive at the rate 1 / `posture.delivery_weeks`; friends' lobbying cancels a
    share of what is on order (S6). Peacetime supply upholds the levels as they are: only what is
    ordered in war, and arrives in it, shifts the balance.
    """
    ladder = world.ladder
    arrived = world.ordered * (1 - np.exp(-world.weeks / world.posture.delivery_weeks))
    lobby = ladder.played(ladder.lobby, world.choice)
    others = 1 - np.eye(world.state_count).reshape(
        *world.affinity.shape[:2], *(1,) * (lobby.ndim - 1)
    )
    opposed = np.maximum(world.opposition[None] * world.side[:, None], 0.0) * others
    pressed = total(np.maximum(world.affinity, 0.0) * opposed * lobby[None], 1)
    waiting = (world.ordered - arrived) * np.exp(-pressed * world.weeks)
    new = np.where(world.war, ladder.played(ordered(world), world.choice) * world.weeks, 0.0)
    for_target, for_challenger = world.by_side(arrived)
    target, challenger = world.strengths
    shift = np.log1p(for_target / target) - np.log1p(for_challenger / challenger)
    rout = world.conflict.rout
    balance = np.clip(world.balance + np.where(world.war, shift, 0.0), -rout, rout)
    return replace(world, ordered=waiting + new, balance=balance)


def front_fed(world: World) -> World:
    """The world after the other front's needs adjusted (S3, S13, S20).

    Needs rise with the backer's aid to the enemy and with drones that no longer
    come; a backer that fights elsewhere sends less. They are never less than nothing.
    """
    fighting, backer, supplier = world.fronts
    if fighting is None:
        return world
    front, ladder = world.front, world.ladder
    strike = ladder.played(ladder.strike, world.choice)
    engaged = strike[backer] if backer is not None else 0.0
    struck = strike[world.challenger] if supplier is not None else 0.0
    aid = -front.aid_response * front.aid * front.distraction * engaged
    drones = front.drone_response * world.aims.drones * front.disruption * struck
    goal = np.maximum(1 + aid + drones, 0.0)
    lasting = np.exp(-front.adjustment * world.weeks)
    return replace(world, intensity=goal + (world.intensity - goal) * lasting)


def sanctioned(world: World) -> World:
    """The world after visible affronts in war brought down sanctions held back (S5)."""
    ladder = world.ladder
    affront = ladder.played(ladder.affront * (1 - ladder.hidden), world.choice)
    provoked = world.war & (affront >= world.conflict.red_line)
    rate = world.economy.threatened * np.where(provoked, affront, 0.0)
    most = 1.0 + world.economy.sanctions
    sanctions = most + (world.sanctions - most) * np.exp(-rate * world.weeks)
    return replace(world, sanctions=sanctions)
