"""Indifference: the value of one figure at which talk and intervention change places.

The paired difference of realised value, talk less act, is measured on the same random draws at
every value. Its sign is looked for over the whole range, then its root by Brent's method;
the interval around the root holds the values at which the difference is not told from 0.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from scipy.optimize import brentq

from experiments.engine import estimates
from experiments.engine.batch import Job
from experiments.engine.duel import ACTS, BASELINES, NOTHING, TALK, proteges, rows_under, winner
from experiments.engine.estimates import Estimate
from experiments.engine.posterior import COPIES, drawn_weights, left_open
from experiments.engine.words import aligned, decimal, interval
from model.preset.load import (
    Change,
    ConfigError,
    Preset,
    changed,
    feasible_end,
    load,
    menu,
    suggestion,
)
from model.preset.preset import every_value
from model.world import Array

POINTS = 9
"""Values spread over the range; others lie around the present one."""
AROUND = (0.5, 0.8, 1.0, 1.25, 2.0)
"""The present value times these is tried too."""
FINE = 1 / 400
"""The root is found to this share of the range."""
HALVINGS = 4
"""How often each end of the interval is halved toward the root."""


@dataclass(frozen=True)
class Measured:
    """The difference at one value; what history leaves open of it, where that was played.

    `better` and `same` are the shares of runs in which talk was worth more, and in which nothing
    differed.
    """

    value: float
    estimate: Estimate
    better: float
    same: float
    history: Estimate | None = None

    @property
    def headline(self) -> str:
        """The verdict by the wider interval."""
        return estimates.wider(self.estimate, self.history).verdict


@dataclass(frozen=True)
class Root:
    """A value at which the mean difference is 0, and the values not told from it."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Indifference:
    """Where talk and one kind of intervention change places, if anywhere in the range."""

    state: str
    act: str
    key: str
    unit: str
    present: float
    low: float
    high: float
    roots: list[Root]
    measured: list[Measured]
    runs: int


@dataclass
class Differences:
    """Talk less act by value of the figure, each value played once under every policy."""

    preset: Preset
    state: str
    key: str
    acts: Sequence[str]
    runs: int
    seed: int
    draws: int = 0
    worths: dict[float, dict[str, Array]] = field(default_factory=dict)
    drawn: dict[float, dict[str, Array]] = field(default_factory=dict)

    def worth(self, value: float) -> dict[str, Array]:
        """The state's realised value, run by run, under do(talk) and do(act) for each act."""
        if value not in self.worths:
            preset = changed(self.preset, {self.key: value})
            self.worths[value] = self.played(preset, self.runs)
        return self.worths[value]

    def played(self, preset: Preset, runs: int) -> dict[str, Array]:
        """The state's realised value in a preset under each policy."""
        policies = tuple({self.state: action} for action in (TALK, *self.acts))
        rows = rows_under(Job(preset, self.seed, policies), runs)[f"worth.{self.state}"]
        return dict(zip((TALK, *self.acts), rows, strict=True))

    def at(self, act: str, value: float) -> Measured:
        """The paired difference at a value."""
        worth = self.worth(value)
        gap = worth[TALK] - worth[act]
        better, same = float((gap > NOTHING).mean()), float((np.abs(gap) <= NOTHING).mean())
        return Measured(value, estimates.of(gap), better, same)

    def open_at(self, act: str, value: float) -> Estimate | None:
        """What history leaves open of the difference at a value; None without draws."""
        if not self.draws:
            return None
        if value not in self.drawn:
            preset = changed(self.preset, {self.key: value})
            preset = changed(preset, drawn_weights(preset, self.draws, COPIES))
            self.drawn[value] = self.played(preset, self.draws * COPIES)
        worth = self.drawn[value]
        return left_open(worth[TALK] - worth[act], self.draws).estimate


def flips(
    preset: str | Preset,
    state: str,
    key: str,
    changes: Mapping[str, Change] | None = None,
    *,
    runs: int = 100,
    seed: int = 0,
    draws: int = 0,
) -> list[Indifference]:
    """For each other policy on the state's menu, where it and talk change places.

    The differences are also played over so many draws of the posterior, at each value that is
    told; the roots are those of the differences with the weights as they are. Raises ConfigError.
    """
    preset = load(preset, changes)
    patrons = list(proteges(preset))
    if state not in patrons:
        raise ConfigError(f"--state: found '{state}'{suggestion(state, patrons)}")
    present, limits = _figure(preset, key), preset.range(key)
    assert limits is not None
    ends = [feasible_end(preset, key, present, end) for end in limits[:2]]
    acts = [act for act in (*BASELINES, *ACTS) if {act, TALK} <= set(menu(preset, state))]
    differences = Differences(preset, state, key, acts, runs, seed, draws)
    return [_indifference(differences, act, present, (ends[0], ends[1]), limits[2]) for act in acts]


def _figure(preset: Preset, key: str) -> float:
    """The present value of a figure that can be varied. Raises ConfigError."""
    if preset.range(key) is not None and isinstance(present := preset.figure(key), float):
        return present
    known = [name for name, value in every_value(preset) if isinstance(value, float)]
    near = suggestion(key, known)
    near = near if "did you mean" in near else "; valid: a figure of cheaptalk show"
    raise ConfigError(f"--key: found '{key}'{near}")


def _indifference(
    differences: Differences, act: str, present: float, ends: tuple[float, float], unit: str
) -> Indifference:
    """Every change of sign between neighbouring values that were tried, and its root."""
    low, high = ends
    spread = np.linspace(low, high, POINTS)
    around = [each * present for each in AROUND if low <= each * present <= high]
    found = [differences.at(act, float(each)) for each in sorted({*map(float, spread), *around})]
    roots = [
        _root(differences, act, found, place, (high - low) * FINE)
        for place in range(len(found) - 1)
        if (found[place].estimate.mean > 0) != (found[place + 1].estimate.mean > 0)
    ]
    found = [replace(each, history=differences.open_at(act, each.value)) for each in found]
    return Indifference(
        differences.state, act, differences.key, unit, present, low, high,
        roots, found, differences.runs,
    )  # fmt: skip


def _root(
    differences: Differences, act: str, found: list[Measured], place: int, fine: float
) -> Root:
    """The root between a value and the next one, with the values not told from it."""
    left, right = found[place], found[place + 1]
    value = brentq(
        lambda each: differences.at(act, float(each)).estimate.mean,
        left.value, right.value, xtol=fine, rtol=1e-6, maxiter=30,
    )  # fmt: skip
    below = [each for each in found[: place + 1] if each.estimate.settled]
    above = [each for each in found[place + 1 :] if each.estimate.settled]
    return Root(
        float(value),
        _settled(differences, act, below[-1].value, float(value)) if below else None,
        _settled(differences, act, above[0].value, float(value)) if above else None,
    )


def _settled(differences: Differences, act: str, settled: float, root: float) -> float:
    """The value nearest to a root at which the difference is still told from 0, by halving."""
    unsettled = root
    for _ in range(HALVINGS):
        middle = 0.5 * (settled + unsettled)
        if differences.at(act, middle).estimate.settled:
            settled = middle
        else:
            unsettled = middle
    return settled


# ------------------------------------------------------------------- in words


def as_json(found: list[Indifference]) -> str:
    """The indifferences as a JSON list."""
    plain = [
        asdict(each) | {"measured": [as_columns(point) for point in each.measured]}
        for each in found
    ]
    return json.dumps(plain, indent=1)


def as_columns(point: Measured) -> dict[str, object]:
    """A measured difference as plain data."""
    left = point.history
    plain = estimates.columns(replace(point, history=None)) | {"headline": point.headline}
    return plain | {"history": None if left is None else {"low": left.low, "high": left.high}}


def in_words(found: list[Indifference]) -> str:
    """For each policy a sentence, and the differences that were measured."""
    return "\n\n".join(_told(each) for each in found) or "It has nothing but talk."


def _told(found: Indifference) -> str:
    span = f"{found.low:.4g} to {found.high:.4g} {found.unit}".rstrip()
    lines = [
        f"Talk or {found.act} for {found.state}, by {found.key} (now {found.present:.4g}; {span}), "
        f"{found.runs} runs each"
    ]
    for root in found.roots:
        low = f"{root.low:.4g}" if root.low is not None else f"the lower end, {found.low:.4g},"
        high = f"{root.high:.4g}" if root.high is not None else f"the upper end, {found.high:.4g}"
        lines.append(
            f"  They change places at {root.value:.4g} {found.unit}".rstrip()
            + f"; from {low} to {high} the difference is not told from 0 (95 %)."
        )
    if not found.roots:
        better = "talk" if found.measured[0].estimate.mean > 0 else found.act
        if not any(each.estimate.mean for each in found.measured):
            better = "neither"
        closest = min(found.measured, key=lambda each: abs(each.estimate.mean))
        lines.append(
            f"  No value in this range flips it: {better} is worth more at all "
            f"{len(found.measured)} values tried, least at {closest.value:.4g} "
            f"({decimal(closest.estimate.mean)})."
        )
    rows = []
    for each in found.measured:
        spread = [interval(told.low, told.high) for told in (each.estimate, each.history) if told]
        often = (each.better, 1 - each.better - each.same, each.same)
        rows.append(
            (
                each.value,
                decimal(each.estimate.mean),
                *spread,
                *often,
                winner(each.headline, found.act),
            )
        )
    opened = found.measured[0].history is not None
    heads = ("at", "talk less", "sampling", *["left open"] * opened, "better", "worse", "same",
             "verdict")  # fmt: skip
    columns = (">9.4g", "  >9", *["  <16"] * (1 + opened), *[">7.0%"] * 3, "  <")
    lines += aligned(columns, rows, heads, indent=4)
    return "\n".join(lines)
