r"""Quantal responses: logit choice from payoffs, and how far play is from answering itself."""

import numpy as np

from model.game.stage_game import StageGame
from model.world import PerRun, PerState, Play, total


def quantal_response(payoffs: Play, precision: PerState) -> Play:
    r"""Logit choice probabilities $e^{\lambda u(a)} / \sum_b e^{\lambda u(b)}$ over axis 1.

    Infeasible actions have payoff -inf and probability 0.

    >>> quantal_response(np.array([[0.0, np.log(3.0)]]), np.array([1.0])).round(2).tolist()
    [[0.25, 0.75]]
    """
    with np.errstate(invalid="ignore"):
        exponent = np.where(payoffs == -np.inf, -np.inf, precision[:, None] * payoffs)
    odds = np.exp(exponent - exponent.max(1, keepdims=True))
    return odds / total(odds, 1)[:, None]


def uniform(game: StageGame) -> Play:
    """Uniform play over the feasible actions: the equilibrium at precision 0."""
    feasible = game.base != -np.inf
    return feasible / total(feasible * 1.0, 1)[:, None]


def residual_of(game: StageGame, play: Play, share: float = 1.0) -> PerRun:
    """Largest distance of play from the quantal response to it, by run."""
    payoffs = game.payoffs(game.expectations(play))
    reply = quantal_response(payoffs, share * game.precision)
    return np.abs(reply - play).max((0, 1))
