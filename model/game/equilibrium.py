r"""The logit quantal response equilibrium of the stage game.

$p_i(a) \propto \exp(\lambda_i u_i(a; p_{-i}))$ (McKelvey & Palfrey 1995). Meant is the
equilibrium on the principal branch: the one reached from uniform play as precision grows from 0.
Where it is proven to be the only one (uniqueness.py), iteration finds it from any start;
elsewhere the branch is followed (branch.py).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.game.branch import JUMP, NoEquilibrium, continued, followed_branch
from model.game.iteration import RESIDUAL, iterated
from model.game.logit_game import Exponents, exponents, paired
from model.game.quantal_response import residual_of
from model.game.stage_game import StageGame
from model.game.uniqueness import proven_share
from model.world import Array, PerRun, Play

TOGETHER = 2000
"""Runs solved together at most: enough to outweigh the calls, few enough for the cache."""


@dataclass(frozen=True)
class Solution:
    """Mixed strategies of a game, the residual, and where the branch was followed."""

    game: StageGame
    play: Play
    residual: PerRun
    followed: PerRun

    @cached_property
    def expectations(self) -> Array:
        """What each state expects of the others: (channels, states, *runs)."""
        return self.game.expectations(self.play)


def logit_equilibrium(
    game: StageGame,
    guess: Play | None = None,
    where: str = "",
    tolerance: float = RESIDUAL,
    numbers: Array | None = None,
) -> Solution:
    """The logit equilibrium on the principal branch, solved to a residual of 1e-8 or as asked.

    The residual is the largest |p - quantal_response(u(p))|. Raises NoEquilibrium
    with the turn and the first run that did not converge, by its number.
    """
    runs = max(game.runs, 1 if guess is None or guess.ndim == 2 else guess.shape[-1])
    play = np.empty((*game.base.shape[:2], runs))
    residual, several = np.empty(runs), np.empty(runs, bool)
    for first in range(0, runs, TOGETHER):
        part = slice(first, min(first + TOGETHER, runs))
        count = part.stop - first
        sharp = exponents(game, part, count)
        found, error = iterated(sharp, starting_point(sharp, guess, part), tolerance)
        _check(np.where(np.isnan(error), error, 0.0)[:count], first, where, numbers)
        share = np.where(error <= RESIDUAL, proven_share(sharp, found), 0.0)[:count]
        doubtful = np.flatnonzero(share < 1)
        if len(doubtful):
            some = sharp.part(paired(doubtful))
            ends, lost = continued(some, np.resize(share[doubtful], some.runs))
            for place in np.flatnonzero(lost[: len(doubtful)]):
                ends[..., place] = followed_branch(game.run(int(first + doubtful[place])))
            branch = ends
            ends, off = iterated(some, some.expectations(branch), tolerance)
            strayed = ~((off <= RESIDUAL) & (np.abs(ends - branch).max((0, 1)) <= JUMP))
            for place in np.flatnonzero(strayed[: len(doubtful)]):
                one = game.run(int(first + doubtful[place]))
                ends[..., place] = branch[..., place] if lost[place] else followed_branch(one)
                off[place] = residual_of(one, ends[..., place])
            found[..., doubtful] = ends[..., : len(doubtful)]
            error[doubtful] = off[: len(doubtful)]
        play[..., part], residual[part] = found[..., :count], error[:count]
        several[part] = share < 1
    _check(residual, 0, where, numbers)
    if game.base.ndim == 2:
        return Solution(game, play[..., 0], residual[0], several)
    return Solution(game, play, residual, several)


def _check(residual: Array, first: int, where: str, numbers: Array | None) -> None:
    """Raise NoEquilibrium for the first run whose residual is not small, or not a number."""
    failed = np.flatnonzero(~(residual <= RESIDUAL))
    if failed.size:
        number = first + failed[0] if numbers is None else numbers[first + failed[0]]
        raise NoEquilibrium(
            f"no equilibrium {where}, run {number}: residual {residual[failed[0]]:.1e}"
        )


def nearby(game: StageGame, guess: Play) -> Play:
    """Play by iteration from a guess alone: quick, for a search that is verified afterwards."""
    runs = max(game.runs, 1 if guess.ndim == 2 else guess.shape[-1])
    sharp = exponents(game, slice(None), runs)
    play = iterated(sharp, starting_point(sharp, guess, slice(None)))[0]
    return play[..., 0] if game.base.ndim == 2 else play[..., :runs]


def starting_point(game: Exponents, guess: Play | None, part: slice) -> Array:
    """Expectations to start from: of a part of the guess, or of uniform play."""
    if guess is None:
        return game.expectations(game.uniform)
    own = guess[..., None] if guess.ndim == 2 else guess
    own = own[..., part] if own.shape[-1] > 1 else own
    return game.expectations(np.ascontiguousarray(np.broadcast_to(own, game.base.shape)))
