"""Iteration of the quantal response, every run until its own residual is small."""

import numpy as np

from model.game.logit_game import Exponents, paired
from model.world import Array, PerRun, Play

RESIDUAL = 1e-8
SWEEPS = 200
FEWER = 2 / 3
"""The iteration goes on without the runs that ended, once no more than this share is left."""


def iterated(game: Exponents, x: Array, tolerance: float = RESIDUAL) -> tuple[Play, PerRun]:
    r"""Best replies from expectations x on until each run's residual is small, or SWEEPS times.

    Speeds up $x \leftarrow E(x)$ by the secant through the last two steps (Anderson mixing of depth
    one). A run stops on its own residual, of which a bound is known without another sweep;
    the others go on without it. Gives the play and its residual.
    """
    found, residual = np.empty_like(game.base), np.full(game.runs, np.inf)
    left, going = np.arange(game.runs), np.ones(game.runs, bool)
    change, image = None, x
    for sweep in range(SWEEPS):
        before = image
        odds, sums, image = game.reply(x)
        step = image - x
        error = game.residual_bound(step)
        ended = np.flatnonzero(going & ((error <= tolerance) | (sweep == SWEEPS - 1)))
        if len(ended):
            found[..., left[ended]] = odds.take(ended, -1) / sums.take(ended, -1)[:, None]
            residual[left[ended]] = error[ended]
            going[ended] = False
            if not going.any():
                break
        x = image if change is None else onward(image, before, step, change)
        if going.sum() < FEWER * len(going) and len(going) > 2:
            still = paired(np.flatnonzero(going))
            left, going, game = left[still], going[still], game.part(still)
            step, image, x = (each.take(still, -1) for each in (step, image, x))
        change = step
    return found, residual


def onward(image: Array, before: Array, step: Array, change: Array) -> Array:
    """The next expectations: the last reply's, less what the secant takes back of its change."""
    return image - _slant(step, change) * (image - before)


def _slant(step: Array, change: Array) -> PerRun:
    """The secant's share of the last step to take back, from the last two steps of each run."""
    bend = step - change
    bent = np.einsum("kir,kir->r", bend, bend)
    slant = np.einsum("kir,kir->r", bend, step) / np.maximum(bent, 1e-300)
    return np.where(bent > 0, np.clip(slant, -2.0, 0.9), 0.0)
