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

import numpy as np

from model.world import Array, PerRun, PerState, Play, World, once, total

CHANNELS = ("aid", "force", "lobbying", "supply")


@dataclass(frozen=True)
class Expected:
    """What the states expect of the others' play: (states, 1, *runs) by channel, or a number."""

    aid: PerRun
    force: PerRun
    lobbying: PerRun
    supply: PerRun

    @classmethod
    def of(cls, expectations: Array) -> "Expected":
        """The expectations of a solution, (channels, states, *runs), ready for the terms."""
        return cls(*(each[:, None] for each in expectations))


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
    aid = world.help * scale[:, None]
    words = ladder.voice * (scale * (1 + world.nuclear) * believed)[:, None]
    force = np.maximum(force_used(world, ladder.strike), words)
    parts = np.broadcast_arrays(aid, force, ladder.lobby, ladder.supply)
    return np.stack(parts)


def force_used(world: World, strike: Play) -> Play:
    """Force of each strike over the principals' strength, doubled for a nuclear power's."""
    scale = world.power * world.arsenal / (world.strengths[0] + world.strengths[1])
    return strike * (scale * (1 + world.nuclear))[:, None]


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
    others = 1 - np.eye(world.state_count).reshape(
        world.state_count, world.state_count, *(1,) * (same.ndim - 2)
    )
    parts = np.broadcast_arrays(
        (same > 0) * others, (same < 0) * others, world.friction, np.ones_like(same) * others
    )
    return np.stack(parts)
