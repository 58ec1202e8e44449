r"""Proofs that a stage game has one logit equilibrium only.

The best-reply map is a contraction, and the equilibrium unique, where no difference in what
the states expect comes back larger. Let C_ij bound how much a difference in j's exponents, in some
seminorm, moves i's through j's play; where the spectral radius of C is below 1 the map contracts.
The bounds hold at every share of the precision too, so the branch from precision 0 has no
turning point and ends at the one equilibrium.
"""

from itertools import permutations

import numpy as np

from model.game.logit_game import Exponents, paired
from model.world import Array, PerRun, Play

POWER_STEPS = 4
SHIFT = 0.5
SLACK = 1e-6
FARTHEST = 600.0
LEAST_CHANCE = 1e-290
DIFFUSE = 4.0
ROUNDS = 5


def spectral_bound(stretch: Array) -> PerRun:
    r"""Upper bound on the spectral radius of nonnegative matrices (states, states, *runs).

    Collatz-Wielandt: $\max_i (Cw)_i / w_i$ for a positive w, here after some steps of power
    iteration with C + I/2, so that cycles settle too.

    >>> round(float(spectral_bound(np.array([[0.0, 0.5], [0.5, 0.0]]))), 6)
    0.5
    """
    weight = np.ones_like(stretch[0])
    for _ in range(POWER_STEPS):
        image = np.einsum("ij...,j...->i...", stretch, weight) + SHIFT * weight
        bound = (image / weight).max(0) - SHIFT
        weight = image
    return bound


def stretch_by_channel(game: Exponents, slopes: Array, effects: Array) -> PerRun:
    r"""Spectral bound from the largest standard deviations of slopes and effects.

    A difference in j's exponents with standard deviation v under j's play moves i's by at most
    $\sum_k sd_i(slope_{ki}) R_{kij} sd_j(effect_{kj})\,v$.
    """
    return spectral_bound(np.einsum("kir,kijr,kjr->ijr", slopes, np.abs(game.relations), effects))


def bound_by_spans(game: Exponents) -> PerRun:
    """The bound whatever is played: no standard deviation exceeds half the span."""
    least, top = game.effect_range
    return stretch_by_channel(game, game.slope_spans / 2, (top - least) / 2)


def bound_by_replies(game: Exponents, play: Play, rounds: int = 1) -> PerRun:
    """The bound by what can be played at all: by any best reply, or reply to replies ....

    Plays are bounded around one of them, `play`; spreads are taken around its means.
    """
    slopes, effects = _centred(game.slopes, play), _centred(game.effects, play)
    most = _highest_play(game, play, slopes, rounds)
    least, top = game.effect_range
    return stretch_by_channel(
        game,
        np.minimum(_spread(slopes, most), game.slope_spans / 2),
        np.minimum(_spread(effects, most), (top - least) / 2),
    )


def _centred(array: Array, play: Play) -> Array:
    """An attribute of actions less its mean under play."""
    return array - np.einsum("kiar,iar->kir", array, play)[:, :, None]


def _spread(centred: Array, most: Play) -> Array:
    """Largest standard deviation under plays nowhere above `most`; around any mean it is less."""
    return np.sqrt(np.einsum("kiar,iar->kir", centred * centred, most))


def _highest_play(game: Exponents, play: Play, slopes: Array, rounds: int) -> Play:
    r"""The highest probability that any best reply (to any best reply ...) gives each action.

    Expectations lie in a box around those of `play`, which moves the exponents by up to `rise`
    and no less than `fall`: $p_a e^{rise_a} / (p_a e^{rise_a} + \sum_{b \ne a} p_b e^{fall_b})$.
    The play so bounded narrows the box.
    """
    least, high = game.effect_range
    means = np.einsum("kiar,iar->kir", game.effects, play)
    possible = np.maximum(play, LEAST_CHANCE)
    steep, above = np.abs(slopes), game.effects - least[:, :, None]
    most = (game.base != -np.inf) * 1.0
    for _ in range(rounds):
        middle = game.felt((high + least) / 2 - means)
        reach = np.einsum("kijr,kjr->kir", np.abs(game.relations), (high - least) / 2)
        moved = np.einsum("kiar,kir->iar", slopes, middle)
        either = np.einsum("kiar,kir->iar", steep, reach) * (1 + SLACK) + SLACK
        rise = moved + either
        hopes = possible * np.exp(np.minimum(rise, FARTHEST))
        fears = play * np.exp(np.minimum(moved - either, FARTHEST))
        others = np.maximum(fears.sum(1)[:, None] - fears, 0.0)
        bound = np.where(rise > FARTHEST, 1.0, hopes / (hopes + others))
        most = np.minimum(most, bound)
        high = np.minimum(high, least + np.einsum("kiar,iar->kir", above, most))
    return most


def bound_by_pairs(game: Exponents) -> PerRun:
    r"""The bound from pairs of actions of each two states, whatever is played.

    Where j's exponents differ by span v, at most a mass of v/4 of its play moves from some actions
    to others, and i's by span $D_{ij}\,v/4$, D the largest double difference
    $|M(a,b) - M(a',b) - M(a,b') + M(a',b')|$ of i's actions with j's,
    $M(a,b) = \sum_k slope_{ki}(a)\,R_{kij}\,effect_{kj}(b)$.
    """
    states, actions = game.base.shape[:2]
    slopes, effects = _of_open(game, game.slopes), _of_open(game, game.effects)
    stretch = np.zeros((states, states, game.runs))
    for i, j in permutations(range(states), 2):
        moved = game.relations[:, i, j, None] * effects[:, j]
        table = np.einsum("kar,kbr->abr", slopes[:, i], moved)
        for gap in range(1, actions):
            apart = table[gap:] - table[:-gap]
            widest = (apart.max(1) - apart.min(1)).max(0)
            np.maximum(stretch[i, j], widest / 4, out=stretch[i, j])
    return spectral_bound(stretch)


def _of_open(game: Exponents, array: Array) -> Array:
    """An attribute with closed actions made copies of the first open one."""
    feasible = game.base != -np.inf
    if feasible.all():
        return array
    first = np.broadcast_to(feasible.argmax(1)[:, None], (len(array), *feasible[:, :1].shape))
    return np.where(feasible, array, np.take_along_axis(array, first, 2))


def proven_share(game: Exponents, play: Play) -> PerRun:
    """Share of the precision up to which one equilibrium is proven to be the only one, by run.

    1 where it is at all, judged around a solution `play`. The cheapest bound comes first, the
    others only where in doubt; where all exponents can move far, plays are hardly bounded, and
    pairs of actions are tried before.
    """
    share = _share(bound_by_spans(game))
    least, top = game.effect_range
    moved = np.einsum("kir,kir->ir", game.slope_spans, game.felt(top - least))
    diffuse = moved.min(0) > DIFFUSE
    for where, proof in (
        (diffuse, lambda some, _: _share(bound_by_pairs(some))),
        (True, lambda some, own: bound_by_replies(some, own) < 1),
        (True, lambda some, own: bound_by_replies(some, own, ROUNDS) < 1),
        (~diffuse, lambda some, _: _share(bound_by_pairs(some))),
    ):
        runs = np.flatnonzero((share < 1) & where)
        if len(runs):
            columns = paired(runs)
            found = proof(game.part(columns), play.take(columns, -1))
            share[runs] = np.maximum(share[runs], found[: len(runs)])
    return share


def _share(bound: PerRun) -> PerRun:
    """The share of precision at which a bound that grows in proportion to it stays below 1."""
    return np.where(bound < 1, 1.0, (1 - SLACK) / np.maximum(bound, 1.0))
