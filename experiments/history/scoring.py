"""Scores of probability forecasts, their intervals, and calibration.

A forecast is a row of probabilities over ordered classes (for cases the six rungs), an
outcome the number of a class. All scores but the shares `exact` and `within1` are losses.
"""

import numpy as np

from experiments.engine.estimates import Estimate
from model.draws import uniforms
from model.world import Array

ARMS = 4
"""The rung from which support is intervention."""

LEAST = 1e-6
"""The least probability that the logarithmic score counts."""


def ranked_probability(forecast: Array, outcome: Array) -> Array:
    r"""Ranked probability score of each row, $\frac{1}{K-1}\sum_k (F_k - 1[y \le k])^2$.

    Reference: Epstein 1969; Murphy 1971.

    >>> ranked_probability(np.array([[0.5, 0.5, 0.0]]), np.array([2])).tolist()
    [0.625]
    """
    below = forecast.cumsum(1)[:, :-1]
    happened = outcome[:, None] <= np.arange(below.shape[1])
    return np.asarray(((below - happened) ** 2).mean(1))


def logarithmic(forecast: Array, outcome: Array) -> Array:
    r"""Logarithmic score of each row, $-\log p_y$, p at least 1e-6.

    >>> logarithmic(np.array([[0.25, 0.75]]), np.array([1])).round(3).tolist()
    [0.288]
    """
    return np.asarray(-np.log(np.maximum(forecast[np.arange(len(outcome)), outcome], LEAST)))


def brier(forecast: Array, outcome: Array, least: int = ARMS) -> Array:
    r"""Brier score of the event that the outcome is at least a class, $(P - 1[y \ge r])^2$.

    >>> brier(np.array([[0.5, 0.5]]), np.array([1]), 1).tolist()
    [0.25]
    """
    return np.asarray((forecast[:, least:].sum(1) - (outcome >= least)) ** 2)


def likeliest(forecast: Array) -> Array:
    """The likeliest class of each row."""
    return np.asarray(forecast.argmax(1))


def summary(forecast: Array, outcome: Array) -> dict[str, float]:
    """The scores of a backtest: exact, within1, rps, log, brier4 and n."""
    off = np.abs(likeliest(forecast) - outcome)
    return {
        "exact": float((off == 0).mean()),
        "within1": float((off <= 1).mean()),
        "rps": float(ranked_probability(forecast, outcome).mean()),
        "log": float(logarithmic(forecast, outcome).mean()),
        "brier4": float(brier(forecast, outcome).mean()),
        "n": len(outcome),
    }


def interval(scores: Array, clusters: Array | None = None, resamples: int = 2000) -> Estimate:
    """The mean of scores and its percentile bootstrap interval, with whole clusters drawn.

    For a paired interval give the difference of two forecasts' scores.
    """
    groups, member = np.unique(
        np.arange(len(scores)) if clusters is None else clusters, return_inverse=True
    )
    count = len(groups)
    sums, sizes = np.bincount(member, scores), np.bincount(member).astype(float)
    drawn = uniforms(0, "bootstrap", 0, range(resamples * count // 4 + 1)).ravel()
    picked = (drawn[: resamples * count].reshape(resamples, count) * count).astype(int)
    means = sums[picked].sum(1) / sizes[picked].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(scores.mean()), float(low), float(high))


def calibration(forecast: Array, outcome: Array, bins: int = 5) -> list[dict[str, float]]:
    """Calibration of all events 'at least rung r', by the probability that was forecast.

    Rows with the ends of the bin, how many events, mean probability and observed share.
    """
    said = forecast[:, ::-1].cumsum(1)[:, ::-1][:, 1:]
    happened = outcome[:, None] >= np.arange(1, forecast.shape[1])
    place = np.minimum((said * bins).astype(int), bins - 1)
    return [
        {
            "from": each / bins,
            "to": (each + 1) / bins,
            "events": int((place == each).sum()),
            "said": float(said[place == each].mean()),
            "happened": float(happened[place == each].mean()),
        }
        for each in range(bins)
        if (place == each).any()
    ]
