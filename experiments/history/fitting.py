"""Fits payoff weights and the coefficients of codings together, through the game of each row.

The gradient is by the adjoint of the equilibrium: one small linear system a row, whatever the
number of parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import minimize

from experiments.history.cases import FOLDER, WEIGHED, Games, games_of, read_cases, world_of
from experiments.history.coding import Coding
from experiments.history.likelihood import (
    LEAST,
    MOST,
    NAMES,
    PRIOR,
    fitted,
    game_at,
    record_of,
)
from model.game.equilibrium import logit_equilibrium, nearby
from model.game.quantal_response import uniform
from model.game.stage_game import StageGame
from model.world import Array, Play

BETWEEN = 0.15
"""Prior standard deviation of a logarithm of a weight between the coded cases and a source."""

TASTE = 1.0
"""Prior standard deviation of the baseline worth of a class of outcome, in units of payoff."""

STEP = 1e-4
"""Step in a figure's sum by which its effect on payoffs is measured."""

CODED = FOLDER / "cases_1904_2013.csv"
FEWEST = 10
"""The fewest coded cases that are fitted; with fewer the assumed weights are the prior's centre."""


@dataclass(frozen=True)
class Rows:
    """Rows of a source: their coding, the class of each outcome, weights of rows, and the prior.

    `classes` (classes, actions) says which class each action of the patron is; `centre` are
    the prior's means of the logarithms of weights and precision.
    """

    coding: Coding
    outcome: Array
    classes: Array
    weight: Array
    centre: Array

    @property
    def means(self) -> Array:
        """Prior means: logarithms of weights and precision, tastes, coefficients."""
        tastes = np.zeros(len(self.classes) - 1)
        return np.concatenate([self.centre, tastes, self.coding.centre])

    @property
    def spreads(self) -> Array:
        """Prior standard deviations, in the same order."""
        tastes = np.full(len(self.classes) - 1, TASTE)
        weights = np.full(len(self.centre), BETWEEN)
        return np.concatenate([weights, tastes, self.coding.spread])

    @property
    def logs(self) -> slice:
        """Where the logarithms and the tastes are."""
        return slice(0, len(self.centre) + len(self.classes) - 1)

    def bounds(self) -> list[tuple[float, float]]:
        """Bounds of all parameters."""
        highs = [term.high for term in WEIGHED] + [MOST]
        weights = [(float(np.log(LEAST)), float(np.log(high))) for high in highs]
        return weights + [(-8.0, 8.0)] * (len(self.means) - len(weights))


@dataclass(frozen=True)
class Response:
    """How the log likelihood answers to payoffs and to what is expected, row by row.

    `payoffs` (states, actions, rows), `channels` (rows, channels, states).
    """

    likely: Array
    play: Play
    expected: Array
    payoffs: Array
    channels: Array


def response(game: StageGame, sharp: Array, mine: Array, weight: Array, play: Play) -> Response:
    r"""The adjoint of the equilibrium $x = F(x, u)$ for the chance of each row's outcome.

    With $\ell$ the log likelihood, $d\ell/du = \partial\ell/\partial u + \lambda F_u$ where
    $(I - F_x)^T \lambda = \partial\ell/\partial x$. `mine` (actions, rows) marks the actions of
    each row's outcome, `sharp` is the precision, or one a row.
    """
    x, actions = game.expectations(play), len(mine)
    likely = np.maximum((mine * play[0, :actions]).sum(0), 1e-300)
    direct = np.zeros(play.shape)
    direct[0, :actions] = (mine / likely - 1) * play[0, :actions] * sharp * weight
    centred = game.slopes - (play * game.slopes).sum(2)[:, :, None]
    felt = np.einsum("ksjn,kjan->ksjan", game.relations, game.effects)
    passed = np.einsum("ksjan,ljan->nkslj", felt, sharp * play * centred)
    rows, channels, states = passed.shape[:3]
    square = np.eye(channels * states) - passed.reshape(rows, channels * states, -1)
    moved = np.zeros((rows, channels, states))
    moved[:, :, 0] = np.einsum("an,kan->nk", direct[0], game.slopes[:, 0])
    adjoint = np.linalg.solve(square.swapaxes(1, 2), moved.reshape(rows, -1, 1))
    adjoint = adjoint.reshape(moved.shape)
    back = np.einsum("nks,ksjan->jan", adjoint, felt)
    by_others = sharp * play * (back - (play * back).sum(1)[:, None])
    return Response(likely, play, x, direct + by_others, adjoint)


def payoffs_of(games: Games, expected: Array) -> Array:
    """Each term by unit of its weight at what is expected: (terms, states, actions, rows)."""
    return np.asarray(games.terms + np.einsum("tksan,ksn->tsan", games.slopes, expected))


def games_by(coding: Coding, sums: list[Array], read: Array) -> Games:
    """The games of rows in which audiences read acts by weights and precision (logarithms)."""
    weights = dict(zip(NAMES, np.exp(read).tolist(), strict=False))
    return games_of(world_of(coding.cases(sums), weights))


def penalised(
    rows: Rows, point: Array, read: Array, guess: Play | None
) -> tuple[float, Array, Play]:
    """Negative log posterior at a point, its gradient, and the play found from a guess."""
    logs, terms = point[rows.logs], len(WEIGHED)
    sums = rows.coding.sums(point[rows.logs.stop :])
    games = games_by(rows.coding, sums, read)
    game = game_at(games, logs, rows.classes)
    play = nearby(game, uniform(game) if guess is None else guess)
    mine = rows.classes[rows.outcome].T
    found = response(game, np.exp(logs[terms]), mine, rows.weight, play)
    weights = np.exp(logs[:terms])
    moved = payoffs_of(games, found.expected) * weights[:, None, None, None]
    level, actions = moved.sum(0), rows.classes.shape[1]
    worth = level.copy()
    worth[0, :actions] += (logs[terms + 1 :] @ rows.classes[1:])[:, None]
    rise = [
        np.einsum("tsan,san->t", moved, found.payoffs),
        [(worth * found.payoffs).sum()],
        np.einsum("ca,an->c", rows.classes[1:], found.payoffs[0, :actions]),
    ]
    for place, design in enumerate(rows.coding.designs):
        shifted = [each + STEP * (other == place) for other, each in enumerate(sums)]
        near = games_by(rows.coding, shifted, read)
        risen = np.einsum("tsan,t->san", payoffs_of(near, found.expected), weights) - level
        heard = game_at(near, logs, rows.classes).expectations(play) - found.expected
        slope = (risen * found.payoffs).sum((0, 1))
        slope = slope + np.einsum("nks,ksn->n", found.channels, heard)
        rise.append(slope / STEP @ design)
    away = (point - rows.means) / rows.spreads
    loss = -(rows.weight * np.log(found.likely)).sum() + 0.5 * (away @ away)
    return float(loss), away / rows.spreads - np.concatenate(rise), play


@dataclass(frozen=True)
class Estimated:
    """The fitted point, the logarithms by which audiences read acts, and the loss."""

    point: Array
    read: Array
    loss: float

    def named(self, rows: Rows) -> dict[str, float]:
        """Every fitted figure by its name."""
        terms = len(NAMES)
        names = [f"taste of class {each + 1}" for each in range(len(rows.classes) - 1)]
        names += [
            f"{figure.key}: {each}" for figure in rows.coding.figures for each in figure.names
        ]
        values = [*np.exp(self.point[:terms]), *self.point[terms:]]
        return dict(zip([*NAMES, *names], map(float, values), strict=True))


def estimated(rows: Rows, rounds: int = 2, iterations: int = 60) -> Estimated:
    """The maximum of the posterior; audiences read acts by the weights of the round before."""
    point, read = rows.means, rows.centre
    loss = np.inf
    for _ in range(rounds):
        held: dict[str, Play] = {}

        def objective(
            at: Array, by: Array = read, held: dict[str, Play] = held
        ) -> tuple[float, Array]:
            value, slope, held["play"] = penalised(rows, at, by, held.get("play"))
            return value, slope

        found = minimize(
            objective,
            point,
            jac=True,
            method="L-BFGS-B",
            bounds=rows.bounds(),
            options={"maxiter": iterations, "ftol": 1e-8, "gtol": 1e-3},
        )
        before, point, loss = read, np.asarray(found.x), float(found.fun)
        read = point[: len(rows.centre)]
    return Estimated(point, before, loss)


def chances(coding: Coding, classes: Array, fit: Estimated) -> Array:
    """The patron's chance of each class in rows of a table: (rows, classes)."""
    size = len(NAMES) + len(classes) - 1
    games = games_by(coding, coding.sums(fit.point[size:]), fit.read)
    game = game_at(games, fit.point[:size], classes)
    play = logit_equilibrium(game, where="of the coded rows").play[0, : classes.shape[1]]
    return np.asarray((classes @ play).T)


@cache
def known_before(year: int) -> tuple[float, ...]:
    """Logarithms of the weights that the project's coded cases of earlier years give.

    The prior's centre of a source; the assumed medians where fewer than ten cases are earlier.
    """
    cases = read_cases(CODED)
    earlier = cases[cases.year < year]
    if len(earlier) < FEWEST:
        return tuple(np.log(PRIOR).tolist())
    return tuple(fitted(record_of(earlier)).logs.tolist())


def told(names: Mapping[str, float]) -> str:
    """Fitted figures in words, a line each."""
    return "\n".join(f"  {name:<52}{value:>8.3f}" for name, value in names.items())
