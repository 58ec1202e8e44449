r"""The principal branch of logit equilibria, followed where several cannot be ruled out.

From the share of precision up to which one equilibrium is proven, precision is raised in steps;
where play jumps, the curve is followed through its turning points by arc length.
"""

import numpy as np

from model.exponents import Exponents, paired
from model.iteration import iterated
from model.responses import quantal_response, uniform
from model.stage_game import StageGame
from model.world import Array, PerRun, Play, total

STEPS = 16
"""Steps in which precision is raised from 0 to all of it."""
JUMP = 0.2
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
    lost = residual > ON_THE_WAY
    while (share < 1).any():
        runs = paired(np.flatnonzero(share < 1))
        share[runs] = np.minimum(share[runs] + 1 / STEPS, 1.0)
        some, before = game.part(runs).at_share(share[runs]), play.take(runs, -1)
        after, residual = iterated(some, some.expectations(before), ON_THE_WAY)
        lost[runs] |= (residual > ON_THE_WAY) | (np.abs(after - before).max((0, 1)) > JUMP)
        play[..., runs] = after
    return play, lost


def followed_branch(game: StageGame, step: float = 0.05) -> Play:
    r"""The equilibrium of one run's game on the branch from precision 0, by arc length.

    Solves $H(x, s) = x - E(x; s \lambda) = 0$ in the expectations x along the curve from
    s = 0 to s = 1, through turning points (Turocy 2005; Allgower & Georg 1990).
    """
    size = game.slopes.shape[0] * game.slopes.shape[1]
    point = np.append(game.expectations(uniform(game)).ravel(), 0.0)
    heading = np.append(np.zeros(size), 1.0)
    for _ in range(20_000):
        direction = _tangent(game, point, heading)
        trial = _corrected(game, point + step * direction, direction)
        if trial is None or np.abs(trial - point).max() > 4 * step:
            step /= 2
            if step < 1e-9:
                break
            continue
        if trial[-1] >= 1:
            between = (1 - point[-1]) / max(trial[-1] - point[-1], 1e-12)
            start = point + between * (trial - point)
            start[-1] = 1.0
            end = _corrected(game, start, np.append(np.zeros(size), 1.0))
            if end is not None and np.abs(end - start).max() <= 4 * step:
                return _play_at(game, end)[0]
            step /= 2
            continue
        heading, point, step = direction, trial, min(step * 1.3, 0.2)
    raise NoEquilibrium("the principal branch was lost at precision share " + f"{point[-1]:.3f}")


def _play_at(game: StageGame, point: Array) -> tuple[Play, Play]:
    """Play and payoffs where the expectations and the share of precision are `point`."""
    payoffs = game.payoffs(point[:-1].reshape(game.slopes.shape[:2]))
    if point[-1] <= 0:
        return uniform(game), payoffs
    return quantal_response(payoffs, point[-1] * game.precision), payoffs


def _linearised(game: StageGame, point: Array) -> tuple[Array, Array]:
    """H and its Jacobian (n, n + 1): covariances under play of effects, slopes and payoffs."""
    play, payoffs = _play_at(game, point)
    feasible = game.base > -np.inf
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


def _tangent(game: StageGame, point: Array, heading: Array) -> Array:
    """Unit tangent of the curve, in the direction it was heading."""
    _, jacobian = _linearised(game, point)
    direction = np.linalg.svd(jacobian)[2][-1]
    return direction if direction @ heading >= 0 else -direction


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
