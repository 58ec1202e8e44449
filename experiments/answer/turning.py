"""What would turn a verdict: the figure whose change within its own range does so first.

Every figure of the patron and of the rules is tried at both ends of its range and halfway there,
on a few runs each; what turns a sign is then followed inward. The nearest in shares of its range
is told; `cheaptalk flip` finds the place to the digit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.engine.batch import Job
from experiments.engine.duel import TALK, rows_under
from model.preset.load import Change, Preset, changed, feasible_end
from model.preset.preset import every_value
from model.world import Array, Flag

FEW, MANY = 12, 48
"""Runs of each value: at first, and where a sign is followed inward."""

STEPS = (0.5, 1.0)
"""The shares of the way to an end of the range at which a figure is tried first."""

INWARD = 6
"""Into how many parts a stretch in which a sign turns is cut."""

NEAREST = 4
"""How many figures are followed inward: those that turn a sign on the shortest way."""

SETTLED = 2.0
"""A turned sign counts from so many standard errors on."""

OF_RULES = ("conflict", "beliefs", "oil")
"""The sections of rules whose figures are tried; with another horizon the weights are refitted."""

OF_STATE = ("means", "posture", "reputation", "economy", "ties", "stakes", "pledges")
"""The sections of a profile whose figures are tried; history has a say in weights and precision."""


@dataclass(frozen=True)
class Turning:
    """A figure that turns the sign of words less an act: as it is, and from which value on.

    `way` is how far that is, as a share of the figure's range; `difference` is the mean there.
    """

    patron: str
    act: str
    key: str
    present: float
    value: float
    unit: str
    low: float
    high: float
    way: float
    difference: float

    def record(self) -> dict[str, object]:
        """As plain data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Way:
    """The way from a figure's present value to an end of its range, of that width."""

    key: str
    present: float
    end: float
    width: float

    def at(self, share: float) -> float:
        """The value so far on the way; the end is met exactly."""
        return self.end if share == 1 else self.present + share * (self.end - self.present)

    def length(self, share: float) -> float:
        """How far that is, as a share of the figure's range."""
        return share * abs(self.end - self.present) / self.width


@dataclass(frozen=True)
class Search:
    """The differences, words less each act, whose signs are to be turned."""

    preset: Preset
    patron: str
    signs: Mapping[str, float]
    seed: int = 0
    workers: int = 1

    def differences(self, ways: Sequence[Way], shares: Sequence[float], runs: int) -> Array:
        """Words less each act on each way at each share of it: (acts, ways, shares, runs).

        All values are rows of one ensemble: a figure is as it is in the runs of the others.
        """
        count = len(ways) * len(shares) * runs
        columns: dict[str, Array] = {}
        for place, way in enumerate(ways):
            column = columns.setdefault(way.key, np.full(count, way.present))
            for step, share in enumerate(shares):
                first = (place * len(shares) + step) * runs
                column[first : first + runs] = way.at(share)
        laid: dict[str, Change] = dict(columns)
        policies = tuple({self.patron: action} for action in (TALK, *self.signs))
        job = Job(changed(self.preset, laid), self.seed, policies)
        worth = rows_under(job, count, self.workers)[f"worth.{self.patron}"]
        return np.asarray((worth[0] - worth[1:]).reshape(-1, len(ways), len(shares), runs))

    def turned(self, told: Array) -> Flag:
        """Where a mean has the other sign by more than noise: (acts, ways, shares)."""
        error = told.std(-1, ddof=1) / told.shape[-1] ** 0.5
        signs = np.sign(list(self.signs.values()))[:, None, None]
        return np.asarray(signs * told.mean(-1) < -SETTLED * error, bool)

    def inward(self, way: Way, share: float) -> list[Turning]:
        """Where on the way up to a share of it each act's sign turns first."""
        shares = [share * step / INWARD for step in range(1, INWARD + 1)]
        told = self.differences([way], shares, MANY)
        hits, means, found = self.turned(told), told.mean(-1), []
        for place, act in enumerate(self.signs):
            if hits[place].any():
                step = int(np.argmax(hits[place, 0]))
                found.append(self.turning(act, way, shares[step], float(means[place, 0, step])))
        return found

    def turning(self, act: str, way: Way, share: float, mean: float) -> Turning:
        """What is told of a value that turns a sign."""
        low, high, unit = self.preset.range(way.key) or (np.nan, np.nan, "")
        value, length = way.at(share), way.length(share)
        return Turning(self.patron, act, way.key, way.present, value, unit, low, high, length, mean)


def turns_first(search: Search) -> Turning | None:
    """The figure that turns a sign first; None where none does alone within its range."""
    ways = ways_of(search.preset, search.patron)
    hits = np.asarray(search.turned(search.differences(ways, STEPS, FEW)).any(0))
    near = sorted(
        (way.length(STEPS[int(np.argmax(each))]), place)
        for place, (way, each) in enumerate(zip(ways, hits, strict=True))
        if each.any()
    )
    found = [
        turning
        for _, place in near[:NEAREST]
        for turning in search.inward(ways[place], STEPS[int(np.argmax(hits[place]))])
    ]
    return min(found, key=lambda each: each.way, default=None)


def ways_of(preset: Preset, patron: str) -> list[Way]:
    """The ways to both ends of every figure that is tried, as far as it contradicts no other."""
    found = []
    for key, present in every_value(preset):
        owner, _, rest = key.partition(".")
        section = rest.partition(".")[0] if owner == patron else owner
        limits = preset.range(key)
        if section not in (OF_STATE if owner == patron else OF_RULES):
            continue
        if limits is None or not isinstance(present, float):
            continue
        ends = [float(feasible_end(preset, key, present, end)) for end in limits[:2]]
        width = limits[1] - limits[0]
        found += [
            Way(key, present, end, width) for end in ends if np.isfinite(end) and end != present
        ]
    return found


def in_words(found: Turning | None) -> str:
    """What turns a verdict first, in a sentence."""
    if found is None:
        return "No figure of its own or of the rules does, moved alone within its range."
    unit = f" {found.unit}".rstrip()
    better, other = (found.act, "words") if found.difference < 0 else ("words", found.act)
    return (
        f"{found.key} at {found.value:.3g}{unit} (now {found.present:.3g}; {found.low:g} to "
        f"{found.high:g}): {better} would be worth more than {other}."
    )
