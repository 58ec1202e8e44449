r"""One fit over all sources: weights shared, with spread between sources and between patrons.

The logarithms of weights and precision of a row of source s and patron p are
$\mu + \tau_s z_s + \tau_p z_p$. Priors: $\mu$ normal around the assumed medians with standard
deviation 1, all z standard normal, $\log \tau$ normal around `SOURCES` and `PATRONS` with standard
deviation 0.5, tastes of classes normal (Gelman & Hill 2007). Codings are kept at each source's own
fit, so what they leave open is not in these intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from experiments.history.cases import RUNGS, WEIGHED, Games
from experiments.history.fitting import TASTE, payoffs_of, response
from experiments.history.likelihood import NAMES, PRIOR, SPREAD, bending
from model.game.equilibrium import nearby
from model.game.quantal_response import uniform
from model.game.stage_game import StageGame
from model.world import Array, Play

BETWEEN_SOURCES, BETWEEN_PATRONS = 0.3, 0.2
"""Prior medians of the spread of logarithms between sources, and between patrons."""

SPREAD_OF_SPREAD = 0.5
"""Prior standard deviation of the logarithm of either."""

FURTHEST = 15.0
"""No logarithm is taken to be further from 0, so that a sampler's first steps overflow nothing."""

SIZE = len(NAMES)
OTHER = "others"


@dataclass(frozen=True)
class Source:
    """A source's rows: their games, the patron's class of act in each, weights, and patrons."""

    name: str
    games: Games
    classes: Array
    outcome: Array
    weight: Array
    patron: Array
    tastes: bool

    def part(self, rows: Array) -> "Source":
        """Some of the rows."""
        return replace(
            self,
            games=self.games.part(rows),
            outcome=self.outcome[rows],
            weight=self.weight[rows],
            patron=self.patron[rows],
        )


def joined(games: Sequence[Games]) -> Games:
    """Games of several sources as one batch."""

    def along(name: str) -> Array:
        return np.concatenate([getattr(each, name) for each in games], axis=-1)

    names = ("terms", "slopes", "feasible", "effects", "relations")
    terms, slopes, feasible, effects, relations = (along(name) for name in names)
    decisive = max(each.decisive for each in games)
    return Games(terms, slopes, feasible, effects, relations, decisive)


@dataclass(frozen=True)
class Hierarchy:
    """All rows, which source and patron each is of, and where parameters stand in a point.

    A point is standard normal a priori: shared, of each source, of each patron, tastes, spreads.
    """

    sources: tuple[Source, ...]
    patrons: tuple[str, ...]

    def __post_init__(self) -> None:
        starts = np.cumsum([0, *(len(each.outcome) for each in self.sources)])
        held = {
            "games": joined([each.games for each in self.sources]),
            "weight": np.concatenate([each.weight for each in self.sources]),
            "source": np.repeat(np.arange(len(self.sources)), np.diff(starts)),
            "patron": np.array(
                [self.patrons.index(who) for each in self.sources for who in each.patron]
            ),
        }
        for name, value in held.items():
            object.__setattr__(self, f"_{name}", value)

    @property
    def games(self) -> Games:
        """The games of all rows."""
        return self._games  # type: ignore[attr-defined]  # worked out once

    @property
    def taste_sizes(self) -> list[int]:
        """How many tastes each source has."""
        return [each.tastes * (len(each.classes) - 1) for each in self.sources]

    @property
    def size(self) -> int:
        """How many parameters a point has."""
        groups = 1 + len(self.sources) + len(self.patrons)
        return SIZE * groups + sum(self.taste_sizes) + 2

    def parts(self, point: Array) -> tuple[Array, Array, Array, list[Array], Array]:
        """Shared, by source, by patron, tastes of each source, and the two spreads, unscaled."""
        sources, patrons = len(self.sources), len(self.patrons)
        ends = np.cumsum([SIZE, SIZE * sources, SIZE * patrons, sum(self.taste_sizes)])
        shared, by_source, by_patron, tastes, spreads = np.split(point, ends)
        cuts = np.cumsum(self.taste_sizes)[:-1]
        return (
            shared,
            by_source.reshape(sources, SIZE),
            by_patron.reshape(patrons, SIZE),
            np.split(tastes, cuts),
            spreads,
        )

    def shared(self, point: Array) -> Array:
        """The shared logarithms of a point, or of rows of points."""
        return np.asarray(np.log(PRIOR) + SPREAD * point[..., :SIZE])

    def spreads(self, point: Array) -> Array:
        """The spread between sources, and between patrons."""
        medians = np.log([BETWEEN_SOURCES, BETWEEN_PATRONS])
        return np.asarray(np.exp(medians + SPREAD_OF_SPREAD * point[..., -2:]))

    def of_source(self, point: Array, number: int) -> Array:
        """The logarithms of a source, for a patron like all others."""
        start = SIZE * (1 + number)
        between = self.spreads(point)[..., :1]
        return np.asarray(self.shared(point) + between * point[..., start : start + SIZE])

    def game(self, point: Array) -> tuple[StageGame, Array, Array]:
        """The games of all rows at a point, their logarithms (logs, rows) and tastes."""
        shared, by_source, by_patron, tastes, _ = self.parts(point)
        between, among = self.spreads(point)
        logs = np.log(PRIOR) + SPREAD * shared + between * by_source[self.source_of]
        logs = np.clip(logs + among * by_patron[self.patron_of], -FURTHEST, FURTHEST).T
        game = self.games.game(np.exp(logs[:-1]), np.exp(logs[-1]))
        worth = np.concatenate(
            [
                np.repeat((TASTE * taste @ each.classes[1:])[:, None], len(each.outcome), 1)
                if each.tastes
                else np.zeros((len(RUNGS), len(each.outcome)))
                for each, taste in zip(self.sources, tastes, strict=True)
            ],
            axis=1,
        )
        base = game.base.copy()
        base[0, : len(RUNGS)] += worth
        return replace(game, base=base), logs, worth

    @property
    def source_of(self) -> Array:
        """The number of each row's source."""
        return self._source  # type: ignore[attr-defined]  # worked out once

    @property
    def patron_of(self) -> Array:
        """The number of each row's patron."""
        return self._patron  # type: ignore[attr-defined]  # worked out once

    @property
    def weight(self) -> Array:
        """The weight of each row."""
        return self._weight  # type: ignore[attr-defined]  # worked out once

    @property
    def mine(self) -> Array:
        """Which actions each row's outcome is: (actions, rows)."""
        return np.concatenate([each.classes[each.outcome].T for each in self.sources], axis=1)

    def with_outcomes(self, outcome: Array) -> "Hierarchy":
        """The same rows with other outcomes, in order."""
        cuts = np.cumsum([len(each.outcome) for each in self.sources])[:-1]
        parts = np.split(outcome, cuts)
        pairs = zip(self.sources, parts, strict=True)
        return replace(self, sources=tuple(replace(each, outcome=part) for each, part in pairs))


def penalised(
    hierarchy: Hierarchy, point: Array, guess: Play | None = None
) -> tuple[float, Array, Play]:
    """Negative log posterior at a point, its gradient, and the play found from a guess."""
    game, logs, worth = hierarchy.game(point)
    play = nearby(game, uniform(game) if guess is None else guess)
    found = response(game, np.exp(logs[-1]), hierarchy.mine, hierarchy.weight, play)
    moved = payoffs_of(hierarchy.games, found.expected) * np.exp(logs[:-1])[:, None, None]
    level = moved.sum(0)
    level[0, : len(RUNGS)] += worth
    rise = np.concatenate(
        [
            np.einsum("tsan,san->tn", moved, found.payoffs),
            (level * found.payoffs).sum((0, 1))[None],
        ]
    )
    slope = _slope(hierarchy, point, rise, found.payoffs[0, : len(RUNGS)])
    loss = -(hierarchy.weight * np.log(found.likely)).sum() + 0.5 * (point @ point)
    return float(loss), point - slope, play


def _slope(hierarchy: Hierarchy, point: Array, rise: Array, own: Array) -> Array:
    """The log likelihood's gradient in a point, from how it rises with the logarithms of rows."""
    _, by_source, by_patron, _, _ = hierarchy.parts(point)
    between, among = hierarchy.spreads(point)
    source, patron = hierarchy.source_of, hierarchy.patron_of
    in_source = np.stack([rise[:, source == each].sum(1) for each in range(len(by_source))])
    in_patron = np.stack([rise[:, patron == each].sum(1) for each in range(len(by_patron))])
    tastes = [
        TASTE * each.classes[1:] @ own[:, source == number].sum(1)
        for number, each in enumerate(hierarchy.sources)
        if each.tastes
    ]
    spreads = SPREAD_OF_SPREAD * np.array(
        [between * (in_source * by_source).sum(), among * (in_patron * by_patron).sum()]
    )
    parts = [SPREAD * rise.sum(1), between * in_source.ravel(), among * in_patron.ravel()]
    return np.concatenate([*parts, *tastes, spreads])


def maximum(hierarchy: Hierarchy, iterations: int = 150) -> tuple[Array, float]:
    """The point of the highest posterior, and the loss there."""
    held: dict[str, Play] = {}

    def objective(point: Array) -> tuple[float, Array]:
        value, slope, held["play"] = penalised(hierarchy, point, held.get("play"))
        return value, slope

    found = minimize(
        objective,
        np.zeros(hierarchy.size),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-4.0, 4.0)] * hierarchy.size,
        options={"maxiter": iterations, "ftol": 1e-9, "gtol": 1e-3},
    )
    return np.asarray(found.x), float(found.fun)


def curvature(hierarchy: Hierarchy, point: Array, step: float = 1e-3) -> Array:
    """The Hessian of the negative log posterior, no eigenvalue below a half: for a sampler."""
    values, vectors = bending(lambda at: penalised(hierarchy, at)[1], point, step)
    return np.asarray((vectors * np.maximum(values, 0.5)) @ vectors.T)


def chances(hierarchy: Hierarchy, point: Array) -> Array:
    """The patron's chance of each action in all rows at a point: (rows, actions)."""
    game, _, _ = hierarchy.game(point)
    return nearby(game, uniform(game))[0, : len(RUNGS)].T


assert len(WEIGHED) + 1 == SIZE
