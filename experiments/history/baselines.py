"""Baseline forecasts: climatology, treaty, ordinal logit, conditional logit, last behaviour.

Each is fitted to known cases and forecasts others: (train, test) to (cases, rungs).
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax

from experiments.history.cases import RUNGS, Cases, attribute
from model.treaties import REQUIRED
from model.world import Array

Forecaster = Callable[[Cases, Cases], Array]

PRIOR_CASES = 5.0
"""Cases of climatology that a table of few cases is mixed with."""

PENALTY = 10.0
"""Ridge of the ordinal logit on standardised covariates: of 0.1, 1, 3 and 10 the best for it."""

RIDGE = 0.1
"""Ridge of the conditional logit on its features and constants."""


def climatology(train: Cases, test: Cases) -> Array:
    """The frequency of each rung, with half a case of each added."""
    return np.tile(_shares(train.outcome), (len(test), 1))


def treaty_only(train: Cases, test: Cases) -> Array:
    """The frequency of each rung under the same type of treaty."""
    return np.stack([_mixed(train, [each == t for t in train.treaty]) for each in test.treaty])


def last_behaviour(train: Cases, test: Cases) -> Array:
    """The patron's act in its last case of an earlier year, mixed with climatology."""
    rows = []
    for state, year in zip(test.state, test.year, strict=True):
        earlier = (train.state == state) & (train.year < year)
        last = earlier & (train.year == np.max(train.year[earlier], initial=-1))
        rows.append(_mixed(train, list(last), 2.0))
    return np.stack(rows)


def _shares(outcome: Array, weight: float = 0.5) -> Array:
    counts = np.bincount(outcome, minlength=len(RUNGS)) + weight
    return np.asarray(counts / counts.sum())


def _mixed(train: Cases, chosen: list[bool], prior: float = PRIOR_CASES) -> Array:
    """Shares among the chosen cases, mixed with some cases of climatology."""
    counts = np.bincount(train.outcome[np.array(chosen, bool)], minlength=len(RUNGS))
    mixed = counts + prior * _shares(train.outcome)
    return np.asarray(mixed / mixed.sum())


# ------------------------------------------------------------------- ordinal logit


def _table(cases: Cases) -> Array:
    """Covariates and a mark for each type of treaty: (cases, columns)."""
    return np.stack([*cases.covariates.values(), *(cases.has(each) for each in REQUIRED)], 1)


def ordinal_logit(train: Cases, test: Cases) -> Array:
    """Proportional odds on the covariates and the type of treaty."""
    table = _table(train)
    mean, spread = table.mean(0), np.maximum(table.std(0), 0.05)
    fitted = fit_ordinal((table - mean) / spread, train.outcome, len(RUNGS), PENALTY)
    return ordinal_probabilities(fitted, (_table(test) - mean) / spread)


def ordinal_probabilities(fitted: Array, table: Array) -> Array:
    r"""$P(y \le k) = \Lambda(c_k - x \beta)$, by row and class (McCullagh 1980)."""
    columns = table.shape[1]
    steps = np.concatenate([fitted[columns : columns + 1], np.exp(fitted[columns + 1 :])])
    below = expit(steps.cumsum()[None] - (table @ fitted[:columns])[:, None])
    edges = [np.zeros((len(table), 1)), below, np.ones((len(table), 1))]
    return np.asarray(np.maximum(np.diff(np.hstack(edges), axis=1), 1e-12))


def fit_ordinal(table: Array, outcome: Array, classes: int, ridge: float) -> Array:
    """Slopes, the first cut and the logarithms of the steps between cuts, by ridge."""
    rows, columns = np.arange(len(outcome)), table.shape[1]

    def loss(fitted: Array) -> float:
        likely = ordinal_probabilities(fitted, table)[rows, outcome]
        return float(-np.log(likely).sum() + ridge / 2 * (fitted[:columns] ** 2).sum())

    start = np.concatenate([np.zeros(columns), [-2.0], np.full(classes - 2, -0.3)])
    return np.asarray(minimize(loss, start, method="L-BFGS-B").x)


# ------------------------------------------------------------------- conditional logit

ANSWER, VOICE = attribute("answer"), attribute("voice")
AFFRONT, EXPOSURE = attribute("affront"), attribute("exposure")
AID = attribute("aid") + attribute("delivery")
COST = np.array([0, 0, 0.01, 0.2, 0.4, 1])


def payoff_features(cases: Cases) -> Array:
    """Twelve features with the shape of payoff terms: (cases, rungs, features).

    Attributes of the rungs times single covariates; no game, no contest, no expectations.
    """
    case = {name: column[:, None] for name, column in cases.covariates.items()}
    defence, consultation = cases.has("defence")[:, None], cases.has("consultation")[:, None]
    features = [
        defence * np.minimum(1, ANSWER),
        consultation * np.minimum(1, ANSWER / 0.25),
        -np.maximum(0, case["reputation"] - ANSWER),
        case["reputation"] * ANSWER,
        COST * (1 - case["slack"]),
        AID * case["stakes"],
        AID * case["proximity"],
        AID * case["adv_strength"],
        VOICE * case["stakes"],
        EXPOSURE * case["adv_strength"],
        AFFRONT * case["competing_ties"],
        AFFRONT * case["econ_exposure"],
    ]
    return np.stack([np.broadcast_to(each, (len(cases), len(RUNGS))) for each in features], 2)


def with_constants(features: Array) -> Array:
    """Features with a constant for each class but the first: (cases, classes, features)."""
    cases, classes, _ = features.shape
    constants = np.broadcast_to(np.eye(classes)[:, 1:], (cases, classes, classes - 1))
    return np.concatenate([features, constants], 2)


def fit_conditional(
    features: Array, outcome: Array, ridge: float | Array, weight: Array | float = 1.0
) -> Array:
    r"""Weights of $p(a) \propto e^{x_a \beta}$ by penalised likelihood (McFadden 1974)."""
    rows = np.arange(len(outcome))
    weights = np.broadcast_to(weight, len(outcome))

    def loss(beta: Array) -> tuple[float, Array]:
        likely = softmax(features @ beta, axis=1)
        missed = likely.copy()
        missed[rows, outcome] -= 1
        missed *= weights[:, None]
        value = -(weights * np.log(np.maximum(likely[rows, outcome], 1e-300))).sum()
        gradient = np.einsum("ca,cak->k", missed, features) + ridge * beta
        return float(value + (ridge * beta * beta).sum() / 2), gradient

    found = minimize(loss, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x)


def conditional_logit(train: Cases, test: Cases) -> Array:
    """Conditional logit on twelve features shaped like payoff terms and constants of the rungs."""
    beta = fit_conditional(with_constants(payoff_features(train)), train.outcome, RIDGE)
    return np.asarray(softmax(with_constants(payoff_features(test)) @ beta, axis=1))


BASELINES: dict[str, Forecaster] = {
    each.__name__: each
    for each in (climatology, treaty_only, last_behaviour, ordinal_logit, conditional_logit)
}
