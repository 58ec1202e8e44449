"""Samples the hierarchical posterior, and checks the sampler by simulation-based calibration.

The sampler is mici's dynamic Hamiltonian Monte Carlo (Betancourt 2017; Hoffman & Gelman 2014).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import chisquare, norm

from experiments.engine.workers import in_order
from experiments.history.hierarchy import SIZE, Hierarchy, chances, curvature, maximum, penalised
from experiments.history.likelihood import NAMES
from model.draws import generator, uniforms
from model.preset.load import ConfigError
from model.world import Array, Play

DEEPEST = 5
"""A trajectory has at most two to this power steps."""

KEPT = 24
"""Draws that are kept of a simulated history's posterior: its ranks are 0 to this number."""

BINS = 5
"""Of ranks, in the chi-square."""


def sampled(hierarchy: Hierarchy, start: Array, warm: int, draws: int, chain: int = 0) -> Array:
    """Draws of points from the posterior by one chain: (draws, parameters).

    Raises ConfigError where mici is not installed.
    """
    try:
        from mici import adapters, integrators, samplers, systems
    except ModuleNotFoundError as error:
        raise ConfigError(
            "--draws: mici is not installed; valid: pip install 'cheaptalk[history]'"
        ) from error
    held: dict[str, Play] = {}

    def slope_of(point: Array) -> tuple[Array, float]:
        value, slope, held["play"] = penalised(hierarchy, point, held.get("play"))
        return slope, value

    def loss(point: Array) -> float:
        return slope_of(point)[1]

    system = systems.EuclideanMetricSystem(
        neg_log_dens=loss, grad_neg_log_dens=slope_of, metric=curvature(hierarchy, start)
    )
    rng = generator(0, "sampler of the hierarchy", chain)
    sampler = samplers.DynamicMultinomialHMC(
        system, integrators.LeapfrogIntegrator(system), rng, max_tree_depth=DEEPEST
    )
    found = sampler.sample_chains(
        warm,
        draws,
        [start + 0.1 * rng.standard_normal(len(start))],
        adapters=[adapters.DualAveragingStepSizeAdapter(0.8)],
        trace_funcs=[lambda state: {"point": state.pos}],
        display_progress=False,
    )
    return np.asarray(found.traces["point"][0])


def chains(hierarchy: Hierarchy, start: Array, warm: int, draws: int, workers: int) -> list[Array]:
    """Draws of two chains, each from near a start."""
    tasks = [(hierarchy, start, warm, draws, chain) for chain in range(2)]
    return list(in_order(sampled, tasks, min(workers, 2)))


def mixing(found: list[Array]) -> Array:
    r"""Split $\hat R$ of each parameter: near 1 where chains agree (Gelman et al. 2013)."""
    halves = np.stack([half for each in found for half in np.array_split(each, 2)][:4])
    length = min(len(each) for each in halves)
    halves = halves[:, :length]
    within = halves.var(1, ddof=1).mean(0)
    between = halves.mean(1).var(0, ddof=1)
    return np.asarray(np.sqrt((length - 1) / length + between / within))


# ------------------------------------------------------------------- simulated histories


def simulated(hierarchy: Hierarchy, number: int) -> tuple[Hierarchy, Array]:
    """A history drawn from the prior, and the point it was drawn at."""
    draws = [
        uniforms(0, "point of a simulated history", each, number)
        for each in range(-(-hierarchy.size // 4))
    ]
    point = norm.ppf(np.clip(np.concatenate(draws)[: hierarchy.size], 1e-12, 1 - 1e-12))
    likely = chances(hierarchy, point)
    uniform = uniforms(0, "simulated history", number, range(len(likely)))[0]
    outcome, start = [], 0
    for each in hierarchy.sources:
        rows = slice(start, start + len(each.outcome))
        classes = likely[rows] @ each.classes.T
        below = classes.cumsum(1)[:, :-1] / classes.sum(1)[:, None]
        outcome.append((uniform[rows][:, None] >= below).sum(1))
        start = rows.stop
    return hierarchy.with_outcomes(np.concatenate(outcome)), np.asarray(point)


def rank_of(hierarchy: Hierarchy, number: int, warm: int, thin: int) -> Array:
    """The ranks of the true point among draws from its own history's posterior, by parameter."""
    history, point = simulated(hierarchy, number)
    start, _ = maximum(history)
    draws = sampled(history, start, warm, KEPT * thin, number)[thin - 1 :: thin]
    return np.asarray((draws < point).sum(0))


@dataclass(frozen=True)
class Ranks:
    """How often each fifth of ranks was met, and the chance of less even ranks, by parameter."""

    name: str
    counts: tuple[int, ...]
    chi_square: float
    chance: float


def _even(name: str, ranks: Array) -> Ranks:
    edges = np.linspace(0, KEPT + 1, BINS + 1)
    counts = np.histogram(ranks, edges)[0]
    found = chisquare(counts)
    return Ranks(name, tuple(counts.tolist()), float(found.statistic), float(found.pvalue))


def ranks(
    hierarchy: Hierarchy, times: int, warm: int = 80, thin: int = 2, workers: int = 1
) -> list[Ranks]:
    """Simulation-based calibration: ranks of the shared figures and spreads, and of all together.

    With a sampler and a likelihood that are right, ranks are uniform (Talts et al. 2018). The
    ranks of all parameters together are no independent draws; their chance is a guide.
    """
    tasks = ((hierarchy, number, warm, thin) for number in range(times))
    rows: Iterator[Array] = in_order(rank_of, tasks, workers)
    table = np.stack(list(rows))
    named = [*((name, table[:, place]) for place, name in enumerate(NAMES[:SIZE]))]
    named += [
        ("spread between sources", table[:, -2]),
        ("spread between patrons", table[:, -1]),
        ("all of these", np.concatenate([table[:, :SIZE], table[:, -2:]], 1).ravel()),
    ]
    return [_even(name, each) for name, each in named]
