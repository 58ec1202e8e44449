r"""The logit quantal response equilibrium of the stage game.

$p_i(a) \propto \exp(\lambda_i u_i(a; p_{-i}))$ [McKelvey1995]_. Meant is the equilibrium on the
principal branch: the one reached from uniform play as precision grows from 0.
Where the best-reply map is a contraction there is only one, and iteration finds
it from any start; elsewhere the branch is followed.
"""

from dataclasses import dataclass

import numpy as np

from model.stage_game import StageGame
from model.world import Array, PerRun, PerState, Play, total

RESIDUAL = 1e-8
SWEEPS = 200
STEPS = 16
JUMP = 0.2
ON_THE_WAY = 1e-5
POWER_STEPS = 5
SHIFT = 0.5
LEAST_EXPONENT = -600.0
SLACK = 1e-6
ROUNDS = 5


class NoEquilibrium(ArithmeticError):
    """No equilibrium was found to the stated residual; names the turn and the run."""


@dataclass(frozen=True)
class Solution:
    """Mixed strategies, expectations, the residual, and where the branch was followed."""

    play: Play
    expectations: Array
    residual: PerRun
    followed: PerRun


def quantal_response(payoffs: Play, precision: PerState) -> Play:
    r"""Logit choice probabilities $e^{\lambda u(a)} / \sum_b e^{\lambda u(b)}$ over axis 1.

    Infeasible actions have payoff -inf and probability 0.

    >>> quantal_response(np.array([[0.0, np.log(3.0)]]), np.array([1.0])).round(2).tolist()
    [[0.25, 0.75]]
    """
    with np.errstate(invalid="ignore"):
        exponent = np.where(payoffs == -np.inf, -np.inf, precision[:, None] * payoffs)
    odds = np.exp(exponent - exponent.max(1, keepdims=True))
    return odds / total(odds, 1)[:, None]


def contraction_bound(game: StageGame, play: Play | None = None, rounds: int = 0) -> PerRun:
    r"""Upper bound on how far the best-reply map can stretch a difference in expectations.

    Let v_i be the standard deviation, under i's play, of a change of i's payoffs. A best
    reply turns it into at most $\sum_j C_{ij} v_j$,
    $C_{ij} = \lambda_j \sum_k sd_i(slope_{ki}) R_{kij}\,sd_j(effect_{kj})$. The
    spectral radius of C, bounded by Collatz-Wielandt quotients of C + I/2, below 1 makes the map a
    contraction and the equilibrium unique. Each standard deviation is at most
    half the span. It is narrowed by what any best reply can play at all: as far as it can be
    from `play`, a best reply to something, or by `rounds` of replies to replies.
    """
    slopes, effects, relations = game.decisive_parts
    feasible = game.base > -np.inf
    least, top = _span(effects, feasible)
    lowest, highest = _span(slopes, feasible)
    spread_effects, spread_slopes = (top - least) / 2, (highest - lowest) / 2
    most = None
    if play is not None:
        most = _nearby_play(game, play, least, top, highest - lowest)
    if rounds:
        most = _highest_play(game, feasible, least, top, rounds)
    if most is not None:
        centre = most / total(most, 1)[:, None] if play is None else play
        spread_effects = np.minimum(spread_effects, _deviation(effects, most, centre))
        spread_slopes = np.minimum(spread_slopes, _deviation(slopes, most, centre))
    felt = game.precision * spread_effects
    stretch = total(relations * (spread_slopes[:, :, None] * felt[:, None]))
    weight = np.ones_like(stretch[0])
    for _ in range(POWER_STEPS):
        image = total(stretch * weight, 1) + SHIFT * weight
        bound = (image / weight).max(0) - SHIFT
        weight = image
    return bound


def _nearby_play(game: StageGame, play: Play, least: Array, top: Array, spans: Array) -> Play:
    """Highest probability of each action in any best reply, by its distance from one of them.

    Expectations lie in a box as wide as all effects, which moves log-odds by so much at most;
    then in the box as wide as that play.
    """
    _, effects, relations = game.decisive_parts
    above = (effects - least[:, :, None]) * (game.base > -np.inf)
    width, most = top - least, play
    for _ in range(2):
        reach = total(relations * width[:, None], 2)
        most = _play_within(play, game.precision * total(spans * reach))
        width = np.minimum(width, total(most * above, 2))
    return most


def _play_within(play: Play, shift: PerState) -> Play:
    r"""Highest probability of each action where log-odds are at most `shift` from those of play.

    $p_a e^D / (1 + p_a (e^D - 1))$.
    """
    grown = np.exp(np.minimum(shift * (1 + SLACK) + SLACK, -LEAST_EXPONENT))[:, None]
    return play * grown / (1 + play * (grown - 1))


def _span(array: Array, feasible: Array) -> tuple[Array, Array]:
    """Least and highest entry over the feasible actions: (channels, states, *runs) each."""
    barred = _barred(feasible)
    return (array + barred).min(2), (array - barred).max(2)


def _barred(feasible: Array) -> Play:
    """Infinity where an action is closed, else 0."""
    return np.where(feasible, 0.0, np.inf)


def _deviation(array: Array, most: Play, centre: Play) -> Array:
    """Largest standard deviation of an attribute under plays that are nowhere above `most`.

    Around its mean under `centre`; around any other value it could only be larger.
    """
    away = array - total(centre * array, 2)[:, :, None]
    return np.sqrt(total(most * (away * away), 2))


def _highest_play(game: StageGame, feasible: Array, least: Array, top: Array, rounds: int) -> Play:
    """The highest probability that any best reply to any best reply ... gives each action.

    Expectations lie in a box around a middle; payoffs over the box bound the play; the play
    bounds the box.
    """
    slopes, effects, relations = game.decisive_parts
    open_, barred = feasible * 1.0, _barred(feasible)
    slopes = (slopes - total(uniform(game) * slopes, 2)[:, :, None]) * open_
    above = (effects - least[:, :, None]) * open_
    base = np.where(feasible, game.base, 0.0)
    sharp = game.precision[:, None]
    below = total(relations * least[:, None], 2)
    most = open_
    for _ in range(rounds):
        high = np.minimum(top, least + total(most * above, 2))
        reach = (total(relations * high[:, None], 2) - below) / 2
        middle = base + total(slopes * (below + reach)[:, :, None])
        either = total(np.abs(slopes) * reach[:, :, None])
        best, worst = sharp * (middle + either), sharp * (middle - either)
        scale = (best - barred).max(1)[:, None]
        hopes = open_ * np.exp(np.clip(best - scale, LEAST_EXPONENT, 0.0))
        fears = open_ * np.exp(np.clip(worst - scale, LEAST_EXPONENT, 0.0))
        others = total(fears, 1)[:, None] - fears
        most = np.minimum(most, hopes / np.maximum(hopes + others, 1e-300))
    return most


def ambiguous(game: StageGame, play: Play) -> Array:
    """In which runs more than one equilibrium cannot be ruled out by the contraction bound.

    First around a solution `play`; what is left in doubt is bounded by rounds of replies.
    """
    doubt = np.atleast_1d(contraction_bound(game, play) >= 1)
    for rounds in (1, ROUNDS):
        runs = np.flatnonzero(doubt)
        if len(runs):
            doubt[runs] = contraction_bound(game.part(runs), rounds=rounds) >= 1
    return doubt


def logit_equilibrium(
    game: StageGame,
    guess: Play | None = None,
    where: str = "",
    tolerance: float = RESIDUAL,
    first_run: int = 0,
) -> Solution:
    """The logit equilibrium on the principal branch, solved to a residual of 1e-8 or as asked.

    The residual is the largest |p - quantal_response(u(p))|. Raises NoEquilibrium
    with the turn and the runs that did not converge.
    """
    play, residual = _iterated(game, uniform(game) if guess is None else guess, tolerance=tolerance)
    several = np.broadcast_to(ambiguous(game, play), np.atleast_1d(residual).shape)
    if several.any():
        runs = np.flatnonzero(several)
        some = game.part(runs)
        found, error = _continued(some)
        for place in np.flatnonzero(error > RESIDUAL):
            found[..., place] = followed_branch(some.run(int(place)))
        found, error = _iterated(some, found, tolerance=tolerance)
        play.reshape(*play.shape[:2], -1)[..., runs] = found
        residual = np.asarray(residual)
        residual.reshape(-1)[runs] = error
    failed = np.flatnonzero(np.atleast_1d(residual > RESIDUAL))
    if failed.size:
        worst = float(np.max(residual))
        raise NoEquilibrium(
            f"no equilibrium {where}, run {first_run + failed[0]}: residual {worst:.1e}"
        )
    return Solution(play, game.expectations(play), residual, several)


def nearby(game: StageGame, guess: Play) -> Play:
    """Play by iteration from a guess alone: quick, for a search that is verified afterwards."""
    return _iterated(game, guess)[0]


def uniform(game: StageGame) -> Play:
    """Uniform play over the feasible actions: the equilibrium at precision 0."""
    feasible = game.base > -np.inf
    return feasible / total(feasible * 1.0, 1)[:, None]


def residual_of(game: StageGame, play: Play, share: float = 1.0) -> PerRun:
    """Largest distance of play from the quantal response to it, by run."""
    payoffs = game.payoffs(game.expectations(play))
    reply = quantal_response(payoffs, share * game.precision)
    return np.abs(reply - play).max((0, 1))


@dataclass
class _Sharpened:
    """A stage game in exponents, precision times payoffs, over the decisive channels.

    `gains` (channels, states, *runs) bound how far an expectation can move any probability:
    half the largest slope.
    """

    base: Play
    slopes: Array
    effects: Array
    relations: Array
    gains: Array

    @property
    def runs(self) -> int:
        """How many runs there are: the longest run axis of any part."""
        return max(
            each.shape[-1] for each in (self.base, self.slopes, self.effects, self.relations)
        )

    def reply(self, x: Array) -> tuple[Play, Array, Array]:
        """Odds of the best reply to expectations, their sums, and the expectations of it."""
        exponent = self.base + self.slopes[0] * x[0][:, None]
        for slope, expected in zip(self.slopes[1:], x[1:], strict=True):
            exponent += slope * expected[:, None]
        exponent -= exponent.max(1)[:, None]
        odds = np.exp(exponent, out=exponent)
        sums = total(odds, 1)
        means = np.stack([total(effect * odds, 1) for effect in self.effects]) / sums
        return odds, sums, total(self.relations * means[:, None], 2)

    def part(self, going: Array) -> "_Sharpened":
        """The games of some of the runs."""
        arrays = (self.base, self.slopes, self.effects, self.relations, self.gains)
        return _Sharpened(*(_columns(each, going) for each in arrays))


def _columns(array: Array, going: Array) -> Array:
    """Some runs of an array whose run axis may be a constant's, of length one."""
    return array if array.shape[-1] == 1 else array.take(going, -1)


def _sharpened(game: StageGame, share: float) -> _Sharpened:
    slopes, effects, relations = game.decisive_parts
    precision = share * game.precision
    feasible = game.base > -np.inf
    base = precision[:, None] * np.where(feasible, game.base, 0.0) - _barred(feasible)
    slopes = precision[:, None] * slopes
    if base.ndim == 2:
        base, slopes, effects, relations = (
            each[..., None] for each in (base, slopes, effects, relations)
        )
    return _Sharpened(base, slopes, effects, relations, np.abs(slopes).max(2))


def _iterated(
    game: StageGame, play: Play, share: float = 1.0, tolerance: float = RESIDUAL
) -> tuple[Play, PerRun]:
    """Iterate the quantal response until each run's residual is small, or SWEEPS times.

    Works on the expectations x = E(x) and speeds up by the secant through the last two steps
    (Anderson mixing of depth one). Every run stops on its own residual, of which
    $\\max_i \\sum_k \\max_a |\\lambda\\,slope_{ki}(a)|\\,|E(x) - x|_{ki}$ is a bound; the
    others go on without it.
    """
    sharp = _sharpened(game, share)
    states, actions = game.base.shape[:2]
    x = game.expectations(play)[: game.decisive].reshape(game.decisive, states, -1)
    x = np.broadcast_to(x, (*x.shape[:2], max(x.shape[-1], sharp.runs)))
    found = np.empty((states, actions, x.shape[-1]))
    residual = np.full(x.shape[-1], np.inf)
    left, going = np.arange(x.shape[-1]), np.ones(x.shape[-1], bool)
    change, image = None, x
    for _ in range(SWEEPS):
        before = image
        odds, sums, image = sharp.reply(x)
        step = image - x
        error = total(sharp.gains * np.abs(step)).max(0)
        ended = np.flatnonzero(going & (error <= tolerance))
        if len(ended):
            found[..., left[ended]] = (odds / sums[:, None]).take(ended, -1)
            residual[left[ended]] = error[ended]
            going[ended] = False
            if not going.any():
                break
        x = image if change is None else image - _slant(step, change) * (image - before)
        if 3 * going.sum() < 2 * len(going):
            still = np.flatnonzero(going)
            left, going, sharp = left[still], going[still], sharp.part(still)
            step, image, x = (each.take(still, -1) for each in (step, image, x))
        change = step
    else:
        still = np.flatnonzero(going)
        found[..., left[still]] = (odds / sums[:, None]).take(still, -1)
        residual[left[still]] = error[still]
    if game.base.ndim == 2:
        return found[..., 0], residual[0]
    return found, residual


def _slant(step: Array, change: Array) -> PerRun:
    """The secant's share of the last step to take back, from the last two steps of each run."""
    bend = step - change
    bent = total(total(bend * bend))
    slant = total(total(bend * step)) / np.maximum(bent, 1e-300)
    return np.where(bent > 0, np.clip(slant, -2.0, 0.9), 0.0)


def _continued(game: StageGame) -> tuple[Play, PerRun]:
    """Play followed from precision 0 in equal steps of precision, and its residual.

    Where the iteration converges at every step and play moves little between steps,
    the branch has no turning point; elsewhere the residual is set to infinity.
    """
    play, lost = uniform(game), np.zeros(game.base.shape[2:], bool)
    for share in np.linspace(0, 1, STEPS + 1)[1:]:
        before = play
        play, residual = _iterated(game, before, share, ON_THE_WAY if share < 1 else RESIDUAL)
        lost |= (residual > ON_THE_WAY) | (np.abs(play - before).max((0, 1)) > JUMP)
    return play, np.where(lost, np.inf, residual)


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
