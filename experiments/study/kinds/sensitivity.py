"""Ranks parameters by their effect on the advantage of talk: Morris over all, Sobol over the top.

The method of Morris 1991 changes one parameter at a time along trajectories: mu* is the mean
size of the effect over a parameter's range. Sobol indices (Saltelli et al. 2010) are shares of the
variance: first order by a parameter alone, total with all it interacts with, second by pairs.
"""

import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any  # SALib ships no types

import numpy as np
import pandas as pd

from experiments.engine.duel import METHOD
from experiments.study.design import Design
from experiments.study.kinds import sensitivity_figure
from experiments.study.sampling import Point
from experiments.study.work import Findings, Waves, Work, merged, rows_of
from model.preset.load import ConfigError
from model.world import Array

METHOD_HERE = (
    "Morris: trajectories on a grid of levels over every factor's range. Sobol: Saltelli's scheme "
    "over the factors with the largest mu*, others as in the preset. Intervals: 95 %. "
    "Both are SALib's. The output is the mean paired difference of a point's runs."
)


def library(name: str) -> ModuleType:
    """A module of SALib. Raises ConfigError if it is not installed."""
    try:
        return import_module(f"SALib.{name}")
    except ImportError as error:
        raise ConfigError(
            "sensitivity: needs SALib; pip install 'cheaptalk[sensitivity]'"
        ) from error


def problem(design: Design, names: Sequence[str]) -> dict[str, Any]:
    """Factors and their ranges as SALib expects them."""
    bounds = [(design.factors[name].low, design.factors[name].high) for name in names]
    return {"num_vars": len(names), "names": list(names), "bounds": bounds}


# ------------------------------------------------------------------- samples and indices


def morris_sample(setting: dict[str, Any], trajectories: int, levels: int, seed: int) -> Array:
    """Points (trajectories x (factors + 1), factors)."""
    sample = library("sample.morris").sample
    return np.asarray(sample(setting, trajectories, num_levels=levels, seed=seed))


def morris_indices(
    setting: dict[str, Any], points: Array, values: Array, levels: int, resamples: int, seed: int
) -> pd.DataFrame:
    """A row for each factor: mu, mu*, its 95 % half-width, sigma."""
    found = library("analyze.morris").analyze(
        setting, points, values, num_levels=levels, num_resamples=resamples, seed=seed
    )
    return pd.DataFrame(
        {
            "factor": setting["names"],
            "mu": np.asarray(found["mu"], float),
            "mu_star": np.asarray(found["mu_star"], float),
            "mu_star_half": np.asarray(found["mu_star_conf"], float),
            "sigma": np.asarray(found["sigma"], float),
        }
    )


def sobol_sample(setting: dict[str, Any], base: int, seed: int) -> Array:
    """Points (base x (2 factors + 2), factors)."""
    return np.asarray(library("sample.sobol").sample(setting, base, seed=seed))


def sobol_indices(
    setting: dict[str, Any], values: Array, resamples: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row for each factor: first and total order; and for each pair: second order."""
    names = setting["names"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a variance of zero, which gives gaps
        found = library("analyze.sobol").analyze(
            setting, values, num_resamples=resamples, seed=seed + 1
        )  # SALib takes a seed of 0 for none
    single = pd.DataFrame(
        {
            "factor": names,
            "first": np.asarray(found["S1"], float),
            "first_half": np.asarray(found["S1_conf"], float),
            "total": np.asarray(found["ST"], float),
            "total_half": np.asarray(found["ST_conf"], float),
        }
    )
    pairs = [
        (names[i], names[j], float(found["S2"][i, j]), float(found["S2_conf"][i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    return single, pd.DataFrame(pairs, columns=["factor", "with", "second", "second_half"])


# ------------------------------------------------------------------- as an experiment


def samples(design: Design, names: Sequence[str], method: str) -> tuple[dict[str, Any], Array]:
    """The problem over some factors, and its sample."""
    setting, options = problem(design, names), design.sensitivity
    if method == "morris":
        return setting, morris_sample(setting, options.trajectories, options.levels, design.seed)
    return setting, sobol_sample(setting, options.base, design.seed)


def as_points(design: Design, names: Sequence[str], sample: Array) -> list[Point]:
    """The sample as points of the design; factors outside it keep the preset's values."""
    places = {name: place for place, name in enumerate(names)}
    return [
        tuple(float(row[places[name]]) if name in places else None for name in design.names)
        for row in sample
    ]


def waves(design: Design) -> Waves:
    """The points of Morris over all factors, then those of Sobol over the highest ranked."""
    library("analyze.sobol")
    _, sample = samples(design, design.names, "morris")
    rows = yield rows_of(design, as_points(design, design.names, sample))
    names = foremost(design, morris_table(design, merged(rows)))
    _, second = samples(design, names, "sobol")
    yield rows_of(design, as_points(design, names, second), first_point=len(sample))


def values_of(points: pd.DataFrame, act: str) -> tuple[Array, int]:
    """The output at each point, with the mean in place of failures, and the number of failures."""
    values = points[f"gain.{act}"].to_numpy(float)
    failed = np.isnan(values)
    return np.where(failed, values[~failed].mean() if not failed.all() else 0.0, values), int(
        failed.sum()
    )


def morris_table(design: Design, points: pd.DataFrame) -> pd.DataFrame:
    """Morris' measures of every factor on the advantage over each act."""
    setting, sample = samples(design, design.names, "morris")
    options, frames = design.sensitivity, []
    for act in design.acts:
        values, _ = values_of(points.iloc[: len(sample)], act)
        table = morris_indices(
            setting, sample, values, options.levels, options.resamples, design.seed
        )
        frames.append(table.assign(act=act))
    return pd.concat(frames, ignore_index=True)


def foremost(design: Design, morris: pd.DataFrame) -> list[str]:
    """The factors for Sobol: those of largest mu*, relative to the largest for the same act."""
    if not design.sensitivity.top:
        return design.names
    largest = morris.groupby("act")["mu_star"].transform("max").replace(0.0, 1.0)
    best = (morris["mu_star"] / largest).groupby(morris["factor"]).max()
    order = best.reindex(design.names).sort_values(ascending=False, kind="stable")
    return [str(name) for name in order.index[: max(design.sensitivity.top, 2)]]


def findings(
    work: Work, by_point: pd.DataFrame, rows: pd.DataFrame, runs: pd.DataFrame | None
) -> Findings:
    """The ranking in words, tables and a figure."""
    design = work.design
    morris = morris_table(design, by_point)
    names = foremost(design, morris)
    first = len(samples(design, design.names, "morris")[1])
    setting, options = problem(design, names), design.sensitivity
    singles, pairs, caveats = [], [], []
    for act in design.acts:
        part = by_point.iloc[first:]
        values, failed = values_of(part, act)
        single, pair = sobol_indices(setting, values, options.resamples, design.seed)
        singles.append(single.assign(act=act))
        pairs.append(pair.assign(act=act))
        noise = float(
            (part[f"gain.{act}.variance"] / part["runs"]).mean() / max(values.var(), 1e-300)
        )
        caveats.append(
            f"Against {act}, {min(noise, 1):.0%} of the variance between the points of Sobol is "
            f"sampling noise of {design.runs} runs a point, which no parameter explains."
        )
        if failed:
            caveats.append(f"Against {act}, {failed} points failed and were given the mean.")
    sobol = pd.concat(singles, ignore_index=True)
    label = work.preset.profiles[design.patron].label
    figure = sensitivity_figure.ranking(design, morris, sobol, label)
    return Findings(
        list(ranking_words(design, morris, sobol, len(design.names))),
        {"morris": morris, "sobol": sobol, "pairs": pd.concat(pairs, ignore_index=True)},
        {"ranking": (figure, "Morris' mu* and Sobol's indices; bars: 95 % bootstrap intervals.")},
        caveats,
        f"{METHOD} {METHOD_HERE}",
    )


def ranking_words(
    design: Design, morris: pd.DataFrame, sobol: pd.DataFrame, count: int
) -> Iterator[str]:
    """The highest ranked parameters against each act, in words."""
    for act in design.acts:
        own = morris[morris["act"] == act].sort_values("mu_star", ascending=False, kind="stable")
        told = ", ".join(f"{row.factor} ({effect(row)})" for row in own.head(5).itertuples())
        yield (
            f"Against {act}, of {count} parameters those that move the advantage of "
            f"{design.talk} most over their range, by the size of their effect (mu*), are {told}."
        )
        yield order_words(own["mu_star"].to_numpy(), own["mu_star_half"].to_numpy())
        rank = sobol[sobol["act"] == act].sort_values("total", ascending=False, kind="stable")
        settled = rank[rank["total"] - rank["total_half"] > 0]
        told = ", ".join(
            f"{row.factor} {row.total:.2f} ± {row.total_half:.2f} (alone {row.first:.2f})"
            for row in settled.head(5).itertuples()
        )
        yield f"  Shares of its variance (Sobol, total): {told or 'none is told apart from 0'}."
        if len(settled) > 1:
            yield order_words(settled["total"].to_numpy(), settled["total_half"].to_numpy())


def effect(row: Any) -> str:
    """The size of an effect with its interval, and its direction if it has one."""
    return f"{row.mu_star:.2f} ± {row.mu_star_half:.2f}, {'+' if row.mu > 0 else '-'}"


def order_words(values: Array, halves: Array) -> str:
    """A sentence on whether the intervals of the first two separate them.

    >>> order_words(np.array([3.0, 1.0]), np.array([0.5, 0.5]))
    '  The first is told apart from the second.'
    """
    apart = len(values) > 1 and values[0] - halves[0] > values[1] + halves[1]
    if apart:
        return "  The first is told apart from the second."
    return "  Their order is not settled: the intervals of the first two overlap."
