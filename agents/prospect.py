"""What the war that a first strike opens is worth to the challenger (Fearon 1995)."""

from dataclasses import replace

import numpy as np

from agents.outcome import shifted, threat_left
from agents.weighing import Weighing, stage_game, weighed
from model.game.equilibrium import Solution, logit_equilibrium
from model.game.stage_game import Expected
from model.rules.conflict import pushed, setback, settlement_rate, shift_of
from model.world import PerRun, PerState, Play, World, total


def war_worth(world: World) -> PerRun:
    r"""Worth to the challenger of a war that begins now, by the war's own stage game: (*runs).

    $w_{stakes}\,[menace\,|s|\,(\theta - \theta_T\,\pi_T) - s_0\,\pi_T] + (T / H)\,c$ with s its
    stake in the target and $s_0$ in itself, the threat $\theta$ within its reach now and
    $\theta_T$ after the T weeks that the war lasts, $\pi_T$ the chance that the target then holds
    out (it is sure to in peace), and c the challenger's costs a week in the play of all.
    """
    war = replace(world, war=np.ones_like(world.war))
    weighing = weighed(war)
    game = stage_game(war, weighing)
    game = replace(game, base=bound_by_doctrine(war, game.base))
    solution = logit_equilibrium(game, None, "of the war in prospect")
    own, play = war.challenger, solution.play
    strike, aid = total(play * war.ladder.strike, 1), total(play * war.own_help, 1)
    effort, reaching = setback(war, strike)
    weeks = expected_weeks(war, play, strike, effort)
    lives = war.survival(*war.by_side(aid))
    lives = shifted(lives, weeks * shift_of(war, pushed(war, strike)))
    threat = threat_left(war, effort, reaching, weeks)[own]
    fear = war.conflict.menace * np.maximum(-war.stakes[own, war.target], 0.0)
    risk = np.maximum(war.stakes[own, own], 0.0)
    result = fear * (war.threat[own] - threat * lives) - risk * lives
    costs = weekly_costs(war, weighing, solution)[own]
    return war.weights["stakes"][own] * result + weeks / war.value.horizon * costs


def expected_weeks(war: World, play: Play, strike: PerState, effort: PerRun) -> PerRun:
    r"""Expected length of a war in weeks, $T = 1 / (settlement + destruction \cdot effort + 1/H)$.

    It ends by settlement, when there is nothing left to strike, or beyond the horizon.
    """
    fights = total(play * (war.ladder.strike > 0), 1)
    rate = settlement_rate(war, np.prod(1 - fights, 0), np.prod(1 - strike, 0))
    return 1 / (rate + war.conflict.destruction * effort + 1 / war.value.horizon)


def weekly_costs(war: World, weighing: Weighing, solution: Solution) -> PerState:
    """What the terms that are realised week by week are worth to each state in a play of all."""
    expected, play = Expected.of(solution.expectations), solution.play
    costs = np.zeros(())
    for name, (level, slope) in weighing.lines.items():
        if war.terms[name].realised:
            channel = war.terms[name].channel
            entry = level if channel is None else level + slope * getattr(expected, channel)
            costs = costs + total(play * entry, 1)
    return costs


def bound_by_doctrine(world: World, base: Play) -> Play:
    """Payoffs in which those with a known doctrine can only do as it says, where that is open."""
    if np.all(world.doctrine < 0):
        return base
    places = np.arange(base.shape[1]).reshape(1, -1, *(1,) * (base.ndim - 2))
    only = np.where(places == world.doctrine[:, None], base, -np.inf)  # nothing without one: -1
    possible = np.asarray((only > -np.inf).any(1))
    return np.where(possible[:, None], only, base)
