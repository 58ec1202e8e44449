"""A mean with its interval, and the verdict that it allows: words, intervention, or open."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from model.world import Array

Real = TypeVar("Real", float, Array)

NORMAL = 1.959964
"""Standard errors from a mean to either end of its 95 % interval."""

STRICT = 2.575829
"""Standard errors from a mean to either end of its 99 % interval."""

WORDS, INTERVENTION, OPEN, UNDEFINED = "words", "intervention", "open", "undefined"
"""The verdicts on a difference, words less intervention."""

FRACTION = 2.0**32
"""Sums are exact: values are counted in this fraction of a unit."""


@dataclass(frozen=True)
class Estimate:
    """A mean and the ends of its interval.

    >>> Estimate(0.2, 0.1, 0.3).verdict, Estimate(0.1, -0.1, 0.3).verdict
    ('words', 'open')
    """

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Which policy is better by a difference, words less intervention."""
        return str(verdicts(self.low, self.high))

    @property
    def settled(self) -> bool:
        """Whether the interval excludes zero."""
        return self.verdict in (WORDS, INTERVENTION)


def wider(one: Estimate, other: Estimate | None) -> Estimate:
    """The estimate of the wider interval; the first where there is no other, or they are equal.

    >>> wider(Estimate(0.2, 0.1, 0.3), Estimate(0.2, -0.1, 0.5))
    Estimate(mean=0.2, low=-0.1, high=0.5)
    """
    return max(filter(None, (one, other)), key=lambda each: each.high - each.low)


def verdicts(low: ArrayLike, high: ArrayLike) -> Array:
    """The verdict of each interval; where an end is no number nothing can be said.

    >>> verdicts(np.array([0.1, -0.3, -0.1, np.nan]), np.array([0.3, -0.1, 0.3, 0.3])).tolist()
    ['words', 'intervention', 'open', 'undefined']
    """
    low, high = np.asarray(low), np.asarray(high)
    known = ~(np.isnan(low) | np.isnan(high))
    return np.select([~known, low > 0, high < 0], [UNDEFINED, WORDS, INTERVENTION], OPEN)


def of(values: Array, width: float = NORMAL) -> Estimate:
    """The mean of values with its normal interval. Raises ArithmeticError where one is no number.

    The sums are exact, so the order of the values leaves no trace.

    >>> of(np.array([1.0, 2.0, 3.0]))
    Estimate(mean=2.000, low=0.868, high=3.132)
    """
    if not (len(values) and np.isfinite(values).all()):
        raise ArithmeticError(f"{len(values)} values, not all finite, have no mean")
    exact = [int(each) for each in np.rint(values * FRACTION)]
    return of_moments(sum(exact), sum(each * each for each in exact), len(exact), width)


def of_moments(total: int, squares: int, count: int, width: float = NORMAL) -> Estimate:
    """The mean of a count of values with its normal interval, by their exact sums."""
    mean = total / count / FRACTION
    spread = max(squares / count / FRACTION**2 - mean * mean, 0.0) ** 0.5
    half = width * spread / max(count - 1, 1) ** 0.5
    return Estimate(mean, mean - half, mean + half)


def around(mean: float, error: float) -> Estimate:
    """A mean with the 95 % interval that its standard error gives."""
    return Estimate(mean, *ends(mean, error))


def ends(mean: Real, error: Real) -> tuple[Real, Real]:
    """The ends of the 95 % intervals around means with these standard errors."""
    return mean - NORMAL * error, mean + NORMAL * error


def of_share(share: float, count: int) -> Estimate:
    """A share of a count of runs with its 95 % interval (Wilson 1927).

    Written out, as scipy's takes one share a call and half a second to import.

    >>> of_share(0.5, 100)
    Estimate(mean=0.500, low=0.404, high=0.596)
    """
    centre = share + NORMAL**2 / (2 * count)
    spread = NORMAL * float(np.sqrt(share * (1 - share) / count + NORMAL**2 / (4 * count**2)))
    scale = 1 + NORMAL**2 / count
    return Estimate(share, max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0))


def columns(record: object, name: str = "difference") -> dict[str, object]:
    """The fields of a record, its estimate as the three columns `name`, low and high."""
    plain: dict[str, object] = {}
    for field, value in vars(record).items():
        if isinstance(value, Estimate):
            plain |= {name: value.mean, "low": value.low, "high": value.high}
        else:
            plain[field] = value
    return plain
