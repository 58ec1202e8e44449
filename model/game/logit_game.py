r"""The stage game in exponents: precision times payoffs, over the channels that move choices.

What the solver works on. It always has a run axis of two columns or more, as numpy adds up a
lone column in another order; a run must come out the same alone and in any batch.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.game.stage_game import StageGame
from model.world import Array, PerRun, Play


@dataclass(frozen=True)
class Exponents:
    r"""Exponents $\lambda u$ of the choice probabilities, affine in the expectations x.

    `base` (states, actions, runs), -inf where infeasible; `slopes` and `effects` (channels,
    states, actions, runs); `relations` (channels, states, states, runs or 1). Slopes are 0 where
    an action is closed, or is the only one that is open: nothing can pull it.
    """

    base: Play
    slopes: Array
    effects: Array
    relations: Array

    @property
    def runs(self) -> int:
        """How many columns there are: at least two."""
        return self.base.shape[-1]

    @cached_property
    def slope_spans(self) -> Array:
        """How far apart an expectation can pull open actions at most: (channels, states, runs)."""
        return self.slopes.max(2) - self.slopes.min(2)

    @cached_property
    def effect_range(self) -> tuple[Array, Array]:
        """Least and largest effect of an open action, or 0: (channels, states, runs) each.

        Where one action is open it is the effect of that.
        """
        open_ = (self.base != -np.inf) * 1.0
        effects = self.effects * open_
        least, top = effects.min(2), effects.max(2)
        lone = open_.sum(1) == 1
        if lone.any():
            only = least + top
            least, top = np.where(lone, only, least), np.where(lone, only, top)
        return least, top

    @property
    def uniform(self) -> Play:
        """Uniform play over the open actions: the equilibrium at precision 0."""
        open_ = (self.base != -np.inf) * 1.0
        return open_ / open_.sum(1)[:, None]

    def felt(self, means: Array) -> Array:
        """What each state expects when the others' mean effects are these."""
        return np.einsum("kijr,kjr->kir", self.relations, means)

    def expectations(self, play: Play) -> Array:
        """What each state expects of the others' play: (channels, states, runs)."""
        return self.felt(np.einsum("kiar,iar->kir", self.effects, play))

    def reply(self, x: Array) -> tuple[Play, Array, Array]:
        """Odds of the best reply to expectations, their sums, and the expectations of it."""
        odds = np.einsum("kiar,kir->iar", self.slopes, x)
        odds += self.base
        odds -= odds.max(1)[:, None]
        np.exp(odds, out=odds)
        sums = odds.sum(1)
        means = np.einsum("kiar,iar->kir", self.effects, odds)
        means /= sums
        return odds, sums, self.felt(means)

    def residual_bound(self, step: Array) -> PerRun:
        r"""Bound on the residual of a reply whose expectations are off by `step`, by run.

        No probability moves by more than a quarter of the span of what its exponents move by.
        """
        return np.einsum("kir,kir->ir", self.slope_spans, np.abs(step)).max(0) / 4

    def part(self, runs: Array) -> "Exponents":
        """The games of some of the runs, two or more."""
        if np.array_equal(runs, np.arange(self.runs)):
            return self
        few = Exponents(*(_columns(each, runs) for each in self._arrays))
        if "slope_spans" in self.__dict__:
            few.__dict__["slope_spans"] = _columns(self.slope_spans, runs)
        return few

    def at_share(self, share: PerRun) -> "Exponents":
        """The games at a share of their precision, one a run."""
        with np.errstate(invalid="ignore"):
            base = np.where(self.base != -np.inf, share * self.base, -np.inf)
        return Exponents(base, share * self.slopes, self.effects, self.relations)

    @property
    def _arrays(self) -> tuple[Array, Array, Array, Array]:
        return self.base, self.slopes, self.effects, self.relations


def paired(runs: Array) -> Array:
    """The numbers of some runs, a lone one twice.

    >>> paired(np.array([3])).tolist()
    [3, 3]
    """
    return np.resize(runs, max(len(runs), 2))


def _columns(array: Array, runs: Array) -> Array:
    """Some runs of an array whose run axis may be a constant's, of length one."""
    return array if array.shape[-1] == 1 else array.take(runs, -1)


def exponents(game: StageGame, runs: slice, count: int) -> Exponents:
    """The exponents of some of a game's runs, `count` of them; a lone one twice."""
    count = max(count, 2)

    def columns(array: Array, axes: int) -> Array:
        array = array[..., None] if array.ndim == axes else array
        return array[..., runs] if array.shape[-1] > 1 else array

    def whole(array: Array) -> Array:
        return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:-1], count)))

    slopes, effects, relations = (columns(each, 3) for each in game.decisive_parts)
    base, precision = columns(game.base, 2), columns(game.precision, 1)[:, None]
    feasible = base != -np.inf
    sharp = np.where(feasible, precision * np.where(feasible, base, 0.0), -np.inf)
    pulled = np.where(feasible & (feasible.sum(1) > 1)[:, None], precision, 0.0)
    return Exponents(
        whole(sharp), whole(pulled * slopes), whole(effects), np.ascontiguousarray(relations)
    )
