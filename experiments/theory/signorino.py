"""Strategic misspecification: a plain logit against the strategic fit, on simulated games (T10).

A challenger attacks or not, a defender resists or not; both play the agent logit
quantal response with payoffs linear in covariates (Signorino 1999).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from model.draws import uniforms
from model.world import Array

TRUE = np.array([-1.5, 1.0, 1.2])
"""Challenger's worth of war by a constant, its own and the defender's strength; then of success."""

SUCCESS, CONSTANT, STRENGTH = 1.5, 0.2, 1.5
"""Challenger's worth if the defender yields; the defender's of resisting, by its strength."""


@dataclass(frozen=True)
class Games:
    """Simulated games: covariates, whether the challenger attacked, whether it was resisted."""

    own: Array
    theirs: Array
    attacked: Array
    resisted: Array


def resistance(theirs: Array) -> Array:
    r"""Chance that the defender resists, $\Lambda(c + s\,x_D)$."""
    return np.asarray(expit(CONSTANT + STRENGTH * theirs))


def gain(weights: Array, own: Array, theirs: Array) -> Array:
    r"""Challenger's payoff of attack, $p_R\,(b_0 + b_1 x_C - b_2 x_D) + (1 - p_R)\,s$."""
    resist = resistance(theirs)
    war = weights[0] + weights[1] * own - weights[2] * theirs
    return np.asarray(resist * war + (1 - resist) * SUCCESS)


def games(count: int, seed: int = 0) -> Games:
    """Games played by the strategic model with the true weights."""
    draws = uniforms(seed, "recovery", 0, range(count))
    own, theirs = 4 * draws[0] - 2, 4 * draws[1] - 2
    attacked = draws[2] < expit(gain(TRUE, own, theirs))
    resisted = draws[3] < resistance(theirs)
    return Games(own, theirs, attacked, resisted & attacked)


def fitted(loss: object, start: Array) -> tuple[Array, Array]:
    """Maximum likelihood estimates and standard errors from the inverse Hessian."""
    assert callable(loss)
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-6})
    return found.x, np.sqrt(np.diag(np.asarray(found.hess_inv)))


def strategic(played: Games) -> tuple[Array, Array]:
    """Weights and standard errors of the strategic fit."""

    def loss(weights: Array) -> float:
        return _surprise(gain(weights, played.own, played.theirs), played.attacked)

    return fitted(loss, np.zeros(3))


def plain(played: Games) -> tuple[Array, Array]:
    """Weights and standard errors of a logit of attack on the same covariates."""

    def loss(weights: Array) -> float:
        index = weights[0] + weights[1] * played.own - weights[2] * played.theirs
        return _surprise(index, played.attacked)

    return fitted(loss, np.zeros(3))


def _surprise(index: Array, happened: Array) -> float:
    """Negative log likelihood of events with log-odds `index`."""
    return float(np.logaddexp(0, np.where(happened, -index, index)).sum())
