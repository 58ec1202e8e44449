"""The stage game of one turn: payoffs that depend on others through a few expectations.

State i's payoff of action a is affine in what it expects of the others' play,

    u_i(a) = base_i(a) + sum_k slope_ki(a) x_ki,   x_ki = sum_j R_kij E[effect_kj],

one expectation for each channel k: aid to one's side, force of the other side,
lobbying by friends, and oil supply lost. So the expected payoff against mixed
strategies needs only these expectations, and the game is an ordinary
strategic-form game whose logit equilibria any solver can check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any  # operands of numpy's operations are of any type

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from model.world import Array, PerRun, PerState, Play, World, once, total

CHANNELS = ("aid", "force", "lobbying", "supply")


class Affine(NDArrayOperatorsMixin):
    """A figure that is affine in one expectation x, `level + slope * x`, and stays so.

    Sums with arrays, and products with them, are affine again; all else is refused.

    >>> x = Affine(0.0, 1.0)
    >>> found = np.array([2.0]) * (x + 3.0)
    >>> found.level, found.slope
    (array([6.]), array([2.]))
    """

    def __init__(self, level: Array | float, slope: Array | float) -> None:
        self.level, self.slope = level, slope

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """The operation on level and slope."""
        if method != "__call__" or options:
            return NotImplemented
        if ufunc is np.negative:
            return Affine(-self.level, -self.slope)
        figures = [each for each in inputs if not isinstance(each, Affine)]
        if ufunc is np.add:
            one, other = (
                each if isinstance(each, Affine) else Affine(each, 0.0) for each in inputs
            )
            return Affine(one.level + other.level, _plus(one.slope, other.slope))
        if ufunc is np.subtract:
            return inputs[0] + -inputs[1]
        if ufunc is np.multiply and figures:
            return Affine(_times(figures[0], self.level), _times(figures[0], self.slope))
        if ufunc is np.true_divide and inputs[0] is self and figures:
            return self * (1 / figures[0])
        return NotImplemented


def _plus(one: Array | float, other: Array | float) -> Array | float:
    """The sum of two slopes, of which a plain figure has none."""
    if isinstance(other, float) and other == 0:
        return one
    return other if isinstance(one, float) and one == 0 else one + other


def _times(factor: Array | float, figure: Array | float) -> Array | float:
    """The product, without a pass over the factor where the figure is plain 0 or 1."""
    if isinstance(figure, float) and figure in (0.0, 1.0):
        return factor if figure else 0.0
    return factor * figure


if TYPE_CHECKING:  # in a rule, what is expected behaves as an array
    Expectation = np.ndarray
    Payoff = np.ndarray
else:
    Expectation = PerRun | Affine
    Payoff = Play | Affine


@dataclass(frozen=True)
class Expected:
    """What the states expect of the others' play: (states, 1, *runs) by channel, or a number.

    A channel may stay open, as an `Affine` figure.
    """

    aid: Expectation
    force: Expectation
    lobbying: Expectation
    supply: Expectation

    @classmethod
    def of(cls, expectations: Array) -> "Expected":
        """The expectations of a solution, (channels, states, *runs), ready for the terms."""
        return cls(*(each[:, None] for each in expectations))

    @classmethod
    def unknown(cls, channel: str) -> "Expected":
        """Nothing, but in one channel x."""
        values: dict[str, Any] = dict.fromkeys(CHANNELS, np.zeros(()))
        return cls(**(values | {channel: Affine(0.0, 1.0)}))


NOTHING = Expected(*(np.zeros(()) for _ in CHANNELS))


@dataclass(frozen=True)
class StageGame:
    """The stage game: payoffs `base` (states, actions, *runs), -inf where infeasible.

    `slopes` (channels, states, actions, *runs); `effects` of each action on each channel,
    same shape; `relations` (channels, states, states, *runs): how i feels j's effect.
    Only the first `decisive` channels move choices: the others move all actions' payoffs alike.
    """

    base: Play
    slopes: Array
    effects: Array
    relations: Array
    precision: PerState
    decisive: int = len(CHANNELS)

    @property
    def runs(self) -> int:
        """How many runs there are: the longest run axis of any part, 1 where there is none."""
        axes = ((self.base, 2), (self.slopes, 3), (self.effects, 3), (self.relations, 3))
        every = (*axes, (self.precision, 1))
        return max(each.shape[-1] if each.ndim > axes else 1 for each, axes in every)

    @property
    def decisive_parts(self) -> tuple[Array, Array, Array]:
        """Slopes, effects and relations of the channels that can move a choice."""
        return (
            self.slopes[: self.decisive],
            self.effects[: self.decisive],
            self.relations[: self.decisive],
        )

    def expectations(self, play: Play) -> Array:
        """What each state expects of the others, x_ki: (channels, states, *runs)."""
        means = total(self.effects * play, 2)
        return total(self.relations * means[:, None], 2)

    def payoffs(self, expectations: Array) -> Play:
        """Payoff of each action given the expectations: (states, actions, *runs)."""
        payoffs = self.base + self.slopes[0] * expectations[0][:, None]
        for slope, expected in zip(self.slopes[1:], expectations[1:], strict=True):
            payoffs += slope * expected[:, None]
        return payoffs

    def part(self, runs: Array) -> "StageGame":
        """The stage games of some runs, with a run axis even where this one has none."""
        return self._each(
            lambda array, axes: (
                array[..., None]
                if array.ndim == axes
                else array.take(runs if array.shape[-1] > 1 else np.zeros_like(runs), -1)
            )
        )

    def run(self, number: int) -> "StageGame":
        """The stage game of one run of a batch, without a run axis."""
        return self._each(
            lambda array, axes: (
                array
                if array.ndim == axes
                else np.ascontiguousarray(array[..., number if array.shape[-1] > 1 else 0])
            )
        )

    def _each(self, pick: Callable[[Array, int], Array]) -> "StageGame":
        return StageGame(
            base=pick(self.base, 2),
            slopes=pick(self.slopes, 3),
            effects=pick(self.effects, 3),
            relations=pick(self.relations, 3),
            precision=pick(self.precision, 1),
            decisive=self.decisive,
        )


def effects(world: World) -> Array:
    """What each action does through each channel: (channels, states, actions, *runs).

    Aid and force are relative to the strength of the two principals. Words count as
    force as far as the adversary believes them (`conflict.deterrence` times honesty).
    """
    ladder = world.ladder
    scale = world.power / (world.strengths[0] + world.strengths[1])
    believed = world.conflict.deterrence * credit(world)
    aid = ladder.aid * scale[:, None]
    words = ladder.voice * (scale * believed)[:, None]
    force = np.maximum(force_used(world, ladder.strike), words)
    return _by_channel(aid, force, ladder.lobby, ladder.supply)


def _by_channel(*parts: Array) -> Array:
    """A table for each channel, in one array."""
    whole = np.empty((len(parts), *np.broadcast_shapes(*(each.shape for each in parts))))
    for channel, part in enumerate(parts):
        whole[channel] = part
    return whole


def force_used(world: World, strike: Play) -> Play:
    """Force of each strike over the principals' strength: (states, actions, *runs)."""
    scale = world.power * world.arsenal / (world.strengths[0] + world.strengths[1])
    return strike * scale[:, None]


@once
def credit(world: World) -> PerState:
    r"""How far the principal of the other side believes each state's words.

    Mean honesty times what the record weighs against ignorance, $m\,(1 - 2/n)$ with n the
    cases of a Beta(1, 1) prior and all that is remembered: without memory words are cheap.
    """
    cases = world.honesty.kept + world.honesty.failed
    believed = world.honesty.mean * (1 - 2 / cases)
    return np.where(world.side > 0, believed[:, world.challenger], believed[:, world.target])


def relations(world: World) -> Array:
    """How each state feels the others' effects: (channels, states, states, *runs).

    Aid counts from one's own side, force from the other, lobbying by the tie to
    a friend times how much that friend opposes one's side, supply from all.
    """
    same = world.side[:, None] * world.side[None]
    runs = (1,) * (same.ndim - 2)
    others = ~np.eye(world.state_count, dtype=bool).reshape(*same.shape[:2], *runs)
    return _by_channel((same > 0) & others, same < 0, world.friction, others)
