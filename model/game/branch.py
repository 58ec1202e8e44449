r"""The principal branch of logit equilibria, followed where several cannot be ruled out.

From the share of precision up to which one equilibrium is proven, precision is raised in steps;
where play jumps, the curve is followed through its turning points by arc length.
"""

from dataclasses import replace

import numpy as np

from model.game.iteration import iterated
from model.game.logit_game import Exponents, paired
from model.game.quantal_response import quantal_response, uniform
from model.game.stage_game import StageGame
from model.world import Array, PerRun, Play, total

STEPS = 16
"""Steps in which precision is raised from 0 to all of it."""
JUMP = 0.2
"""How far play may move between two steps of precision."""
STRIDE, LONGEST, LEAST = 0.05, 0.2, 1e-9
"""Arc length of the first step, of the longest, and of one too short to go on."""
BEND = 0.5
"""Least cosine of the angle between the tangents before and after a step."""
CLOSE = 1e-6
"""A step this short tells curves apart that do not cross."""
ON_THE_WAY = 1e-5


class NoEquilibrium(ArithmeticError):
    """No equilibrium was found to the stated residual; names the turn and the run."""


def continued(game: Exponents, share: PerRun) -> tuple[Play, Array]:
    """Play at all of the precision, followed from a share of it, and where the branch was lost.

    Where the iteration converges at every step and play moves little between steps, the branch
    has no turning point.
    """
    share = share.copy()
    start = game.at_share(share)
    play, residual = iterated(start, start.expectations(start.uniform), ON_THE_WAY)
    lost = ~(residual <= ON_THE_WAY)
    while (share < 1).any():
        runs = paired(np.flatnonzero(share < 1))
        share[runs] = np.minimum(share[runs] + 1 / STEPS, 1.0)
        some, before = game.part(runs).at_share(share[runs]), play.take(runs, -1)
        after, residual = iterated(some, some.expectations(before), ON_THE_WAY)
        lost[runs] |= ~((residual <= ON_THE_WAY) & (np.abs(after - before).max((0, 1)) <= JUMP))
        play[..., runs] = after
    return play, lost


def followed_branch(game: StageGame, step: float = STRIDE) -> Play:
    r"""The equilibrium of one run's game on the branch from precision 0, by arc length.

    Solves $H(x, s) = x - E(x; s \lambda) = 0$ in the expectations x along the curve from
    s = 0 to s = 1, through turning points (Turocy 2005; Allgower & Georg 1990). Where a symmetry
    is all but kept another curve runs close by; a step onto it turns the sign of the determinant
    of H's Jacobian and the tangent, and is halved. Where the sign turns however short the step,
    the curves cross, and the branch goes straight on.
    """
    game = in_units(game)
    size = game.slopes.shape[0] * game.slopes.shape[1]
    point = np.append(game.expectations(uniform(game)).ravel(), 0.0)
    direction, sign = _tangent(game, point, np.append(np.zeros(size), 1.0))
    crossing = False
    for _ in range(20_000):
        trial = _ahead(game, point, direction, step)
        if trial is not None:
            onward, turned = _tangent(game, trial, direction)
            if (turned == sign or crossing) and onward @ direction > BEND:
                if trial[-1] == 1.0:
                    return _play_at(game, trial)[0]
                point, direction, sign = trial, onward, turned
                step, crossing = min(step * 1.3, LONGEST), False
                continue
            if turned != sign and step < CLOSE:
                step, crossing = STRIDE, True
                continue
        step /= 2
        if step < LEAST:
            break
    raise NoEquilibrium("the principal branch was lost at precision share " + f"{point[-1]:.3f}")


def in_units(game: StageGame) -> StageGame:
    """The same game with expectations in units of each channel's largest effect, powers of two.

    Relative to principals without strength an effect may be 100,000, and a step along the curve
    is as long in the precision as in the expectations.
    """
    largest = np.abs(game.effects).max((1, 2))
    unit = np.exp2(np.ceil(np.log2(np.where(largest > 0, largest, 1.0))))[:, None, None]
    return replace(game, effects=game.effects / unit, slopes=game.slopes * unit)


def _ahead(game: StageGame, point: Array, direction: Array, step: float) -> Array | None:
    """A point of the curve one step ahead, at the most where all of precision is reached."""
    trial = _corrected(game, point + step * direction, direction)
    if trial is None or not np.abs(trial - point).max() <= 4 * step:
        return None
    if trial[-1] < 1:
        return trial
    start = point + (1 - point[-1]) / max(trial[-1] - point[-1], 1e-12) * (trial - point)
    start[-1] = 1.0
    end = _corrected(game, start, np.append(np.zeros(len(point) - 1), 1.0))
    if end is None or not np.abs(end - start).max() <= 4 * step:
        return None
    end[-1] = 1.0
    return end


def _play_at(game: StageGame, point: Array) -> tuple[Play, Play]:
    """Play and payoffs where the expectations and the share of precision are `point`."""
    payoffs = game.payoffs(point[:-1].reshape(game.slopes.shape[:2]))
    if point[-1] <= 0:
        return uniform(game), payoffs
    return quantal_response(payoffs, point[-1] * game.precision), payoffs


def _linearised(game: StageGame, point: Array) -> tuple[Array, Array]:
    """H and its Jacobian (n, n + 1): covariances under play of effects, slopes and payoffs."""
    play, payoffs = _play_at(game, point)
    feasible = game.base != -np.inf
    payoffs = np.where(feasible, payoffs, 0.0)
    channels, states = game.slopes.shape[:2]

    def centred(array: Array) -> Array:
        return array - total(play * array, array.ndim - 1)[..., None]

    weighted_effects = play * centred(game.effects)
    by_slopes = np.einsum("lja,kja->lkj", weighted_effects, game.slopes) * game.precision
    by_share = np.einsum("lja,ja->lj", weighted_effects, payoffs) * game.precision
    inner = point[-1] * np.einsum("lij,lkj->likj", game.relations, by_slopes)
    outer = np.einsum("lij,lj->li", game.relations, by_share)
    size = channels * states
    jacobian = np.empty((size, size + 1))
    jacobian[:, :-1] = np.eye(size) - inner.reshape(size, size)
    jacobian[:, -1] = -outer.ravel()
    return point[:-1] - game.expectations(play).ravel(), jacobian


def _tangent(game: StageGame, point: Array, heading: Array) -> tuple[Array, float]:
    """Unit tangent of the curve in the direction it was heading, and the determinant's sign."""
    _, jacobian = _linearised(game, point)
    direction = np.linalg.svd(jacobian)[2][-1]
    direction = direction if direction @ heading >= 0 else -direction
    return direction, np.linalg.slogdet(np.vstack([jacobian, direction]))[0]


def _corrected(game: StageGame, point: Array, direction: Array) -> Array | None:
    """The point brought back to the curve by Newton steps across it, or None."""
    start = point
    for _ in range(8):
        value, jacobian = _linearised(game, point)
        across = np.append(value, direction @ (point - start))
        try:
            change = np.linalg.solve(np.vstack([jacobian, direction]), across)
        except np.linalg.LinAlgError:
            return None
        point = point - change
        if np.abs(change).max() < 1e-12:
            return point
    return None
