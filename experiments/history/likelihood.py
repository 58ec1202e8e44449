"""The likelihood of coded history: payoff weights and precision, and their derivative.

Maximum likelihood with stated priors; the choice probabilities are those of the logit
equilibrium, and their derivatives follow from it by the implicit function theorem.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm

from experiments.history.cases import RUNGS, WEIGHED, Cases, Games, games_of, world_of
from model.draws import uniforms
from model.game.equilibrium import Solution, logit_equilibrium, nearby
from model.game.quantal_response import uniform
from model.game.stage_game import StageGame
from model.preset.load import Profile
from model.world import Array, Play

NAMES = (*(term.name for term in WEIGHED), "precision")
"""The fitted figures in order: the weight of each term, and the precision."""

PRECISION = 5.0
"""The precision assumed before history was consulted."""

PRIOR = np.array([*(term.prior for term in WEIGHED), PRECISION])
"""The prior median of each: the assumption before history was consulted."""

DEFAULTS = np.array(
    [*(term.default for term in WEIGHED), Profile.model_fields["precision"].default]
)
"""What the states' profiles start from: the fit to the project's own coded cases, rounded."""

SPREAD = 1.0
"""Prior standard deviation of the logarithm: two thirds of it within a factor e of the median."""

LEAST, MOST = 0.01, 30.0
"""Bounds of the fit; a weight's own declared bounds are narrower above."""

RUNG_CLASSES = np.eye(len(RUNGS))
"""Which class of outcome each action is: (classes, actions); for coded cases its rung."""


def bounds(size: int = len(NAMES)) -> list[tuple[float, float]]:
    """Bounds of the logarithms, from the declared ranges, and of tastes."""
    highs = [term.high for term in WEIGHED] + [MOST]
    found = [(float(np.log(LEAST)), float(np.log(high))) for high in highs]
    return found + [(-5.0, 5.0)] * (size - len(found))


TASTE = 0.5
"""Prior standard deviation of a taste, around 0, in units of payoff."""


@dataclass(frozen=True)
class Record:
    """Observations: games, the class of the patron's act in each, and the rows' weights.

    `classes` (classes, actions) says which class of outcome each action of the patron is.
    With `tastes` each class but the first has a baseline worth of its own, besides the terms
    and after them in what is fitted; without, as for coded cases, it is 0.
    """

    cases: Cases
    games: Games
    outcome: Array
    classes: Array
    weight: Array
    tastes: bool = False

    def part(self, rows: Array) -> "Record":
        """The record of some cases."""
        return replace(
            self,
            cases=self.cases[rows],
            games=self.games.part(rows),
            outcome=self.outcome[rows],
            weight=self.weight[rows],
        )

    def read_by(self, logs: Array) -> "Record":
        """The record with games in which audiences read acts by these weights and precision."""
        return replace(self, games=games_read_by(self.cases, logs))

    @property
    def centre(self) -> Array:
        """The prior's centre: logarithms of the medians, and tastes of 0."""
        return np.append(np.log(PRIOR), np.zeros(self.tastes * (len(self.classes) - 1)))

    @property
    def spread(self) -> Array:
        """The prior's standard deviations."""
        return np.where(np.arange(len(self.centre)) < len(PRIOR), SPREAD, TASTE)


def record_of(cases: Cases) -> Record:
    """The record of coded cases."""
    return Record(
        cases, games_of(world_of(cases)), cases.outcome, RUNG_CLASSES, np.ones(len(cases))
    )


def games_read_by(cases: Cases, logs: Array) -> Games:
    """The games of coded cases in which audiences read acts by these weights and precision."""
    return games_of(world_of(cases, dict(zip(NAMES, np.exp(logs).tolist(), strict=False))))


@dataclass(frozen=True)
class Fit:
    """Fitted weights and precision: logarithms, their covariance, and the losses of all starts."""

    logs: Array
    covariance: Array
    likelihood: float
    losses: tuple[float, ...]

    @cached_property
    def values(self) -> dict[str, float]:
        """The fitted weight of each term and the precision."""
        return dict(zip(NAMES, np.exp(self.logs).tolist(), strict=False))

    @cached_property
    def errors(self) -> dict[str, float]:
        """The standard error of each logarithm: about the relative error of the value."""
        return dict(zip(NAMES, np.sqrt(np.diag(self.covariance)).tolist(), strict=False))


# ------------------------------------------------------------------- the likelihood


def game_at(games: Games, logs: Array, classes: Array) -> StageGame:
    """The stage games under weights and precision given by their logarithms, and tastes."""
    terms = len(WEIGHED)
    game = games.game(np.exp(logs[:terms]), np.exp(logs[terms]))
    tastes = logs[terms + 1 :]
    if not tastes.size:
        return game
    base = game.base.copy()
    base[0, : classes.shape[1]] += (tastes @ classes[1:])[:, None]
    return replace(game, base=base)


def derivative(games: Games, logs: Array, classes: Array, game: StageGame, play: Play) -> Array:
    r"""Derivative of the patron's equilibrium play in the logarithms: (logs, actions, cases).

    At the equilibrium $x = F(x, \theta)$, so $dx/d\theta = (I - F_x)^{-1} F_\theta$ for the
    expectations x, and play is the quantal response to payoffs that are affine in x.
    """
    x, terms = game.expectations(play), len(WEIGHED)
    sharp = np.exp(logs[terms])
    moved = games.terms + np.einsum("tksan,ksn->tsan", games.slopes, x)
    moved = moved * np.exp(logs[:terms])[:, None, None, None]
    own = np.zeros((len(logs) - terms - 1, *play.shape))
    own[:, 0, : classes.shape[1]] = classes[1 : len(own) + 1, :, None]
    payoffs = moved.sum(0) + (logs[terms + 1 :, None, None, None] * own).sum(0)
    moved = np.concatenate([moved, payoffs[None], own])
    direct = sharp * play * (moved - (play * moved).sum(2)[:, :, None])
    centred = game.slopes - (play * game.slopes).sum(2)[:, :, None]
    by_others = sharp * play * centred
    felt = np.einsum("ksjn,kjan->ksjan", game.relations, game.effects)
    pushed = np.einsum("ksjan,pjan->nksp", felt, direct)
    passed = np.einsum("ksjan,ljan->nkslj", felt, by_others)
    runs, size = len(pushed), pushed.shape[1] * pushed.shape[2]
    square = np.eye(size) - passed.reshape(runs, size, size)
    shifts = np.linalg.solve(square, pushed.reshape(runs, size, -1)).reshape(pushed.shape)
    return direct[:, 0] + np.einsum("kan,nkp->pan", by_others[:, 0], shifts[:, :, 0])


def penalised(record: Record, logs: Array, guess: Play | None = None) -> tuple[float, Array, Play]:
    """Negative log posterior, its gradient, and the play found by iteration from a guess."""
    game = game_at(record.games, logs, record.classes)
    play = nearby(game, uniform(game) if guess is None else guess)
    slope = derivative(record.games, logs, record.classes, game, play)
    actions = record.classes.shape[1]
    mine = record.classes[record.outcome].T
    likely = np.maximum((mine * play[0, :actions]).sum(0), 1e-300)
    rise = (mine * slope[:, :actions]).sum(1) / likely
    away = (logs - record.centre) / record.spread
    loss = -(record.weight * np.log(likely)).sum() + 0.5 * (away * away).sum()
    return float(loss), -(rise * record.weight).sum(1) + away / record.spread, play


def minimum(record: Record, start: Array) -> tuple[Array, float]:
    """The logarithms of least loss found from a start, and the loss."""
    held: dict[str, Play] = {}

    def loss(logs: Array) -> tuple[float, Array]:
        value, gradient, play = penalised(record, logs, held.get("play"))
        held["play"] = play
        return value, gradient

    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds(len(start)),
        options={"maxiter": 200, "ftol": 1e-9, "gtol": 1e-4},
    )
    return np.asarray(found.x), float(found.fun)


def starting_points(count: int) -> list[Array]:
    """The prior's centre, and points drawn from half its spread around it."""
    draws = [uniforms(0, "start", 0, number) for number in range(3 * count)]
    spread = np.concatenate(draws).reshape(-1, 12)[:, : len(NAMES)] if draws else np.zeros((0, 1))
    around = [np.log(PRIOR) + 0.5 * SPREAD * norm.ppf(row) for row in spread[: count - 1]]
    low, high = np.array(bounds()).T
    return [np.log(PRIOR), *(np.clip(each, low, high) for each in around)]


ROUNDS = 3
"""How often the games are made again at the last fit: what an act tells depends on the weights."""


def fitted(record: Record, starts: Sequence[Array] | None = None) -> Fit:
    """The best fit over several starts, verified on the principal branch.

    By nested pseudo-likelihood (Aguirregabiria & Mira 2002): audiences read acts by the weights
    of the fit before, the defaults' at first, and the fit is made again from there.
    """
    ends = [minimum(record, start) for start in starts or [record.centre]]
    logs, _ = min(ends, key=lambda each: each[1])
    for _ in range(ROUNDS - 1):
        record = record.read_by(logs)
        logs, _ = minimum(record, logs)
    record = record.read_by(logs)
    likely = probabilities(record.games, logs, record.classes)
    chosen = likely[np.arange(len(likely)), record.outcome]
    likelihood = float((record.weight * np.log(np.maximum(chosen, 1e-300))).sum())
    return Fit(logs, covariance(record, logs), likelihood, tuple(loss for _, loss in ends))


def bending(gradient: Callable[[Array], Array], at: Array, step: float) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of a Hessian, from central differences of its gradient."""
    rows = [
        (gradient(at + each) - gradient(at - each)) / (2 * step) for each in np.eye(len(at)) * step
    ]
    hessian = np.stack(rows)
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    return values, vectors


def covariance(record: Record, logs: Array, step: float = 1e-3) -> Array:
    """Inverse of the Hessian of the negative log posterior, from differences of its gradient."""
    values, vectors = bending(lambda at: penalised(record, at)[1], logs, step)
    least = 0.1 / SPREAD**2  # a fit at a bound may bend the wrong way there
    return np.asarray((vectors / np.maximum(values, least)) @ vectors.T)


def solved(games: Games, logs: Array, classes: Array = RUNG_CLASSES) -> Solution:
    """The equilibria on the principal branch."""
    return logit_equilibrium(game_at(games, logs, classes), where="of the coded cases")


def forecast(cases: Cases, logs: Array, classes: Array = RUNG_CLASSES) -> Array:
    """The patron's chance of each class of outcome in coded cases: (cases, classes)."""
    return probabilities(games_read_by(cases, logs), logs, classes)


def probabilities(games: Games, logs: Array, classes: Array = RUNG_CLASSES) -> Array:
    """The patron's chance of each class of outcome: (cases, classes)."""
    play = solved(games, logs, classes).play[0, : classes.shape[1]]
    return np.asarray((classes @ play).T)
