"""The verdict at several horizons of value, the weights fitted to history anew at each.

No source says for how many weeks a shift of the balance counts. A longer horizon is met by a
smaller fitted weight of stakes, so a verdict that hangs on the horizon alone would turn here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import norm

from experiments.engine.batch import Job
from experiments.engine.duel import (
    ACTS,
    Contest,
    Duel,
    contest,
    over_posterior,
    proteges,
    rows_under,
)
from experiments.engine.estimates import OPEN
from experiments.engine.posterior import drawn_weights
from experiments.engine.words import aligned, decimal, interval
from experiments.history.backtest import left_out, patron_out, strategic
from experiments.history.calibrate import calibrated, counting
from experiments.history.cases import FOLDER, Cases, read_cases
from experiments.history.likelihood import DEFAULTS, NAMES, Fit, bounds
from experiments.history.scoring import ranked_probability
from model.draws import uniforms
from model.preset.load import ConfigError, Preset, changed
from model.world import Array

CASES = FOLDER / "cases_1904_2013.csv"
"""The coded cases to which the weights are fitted."""

WEEKS = (4.0, 13.0, 26.0, 52.0)
"""The horizons that are compared."""

DRAWS = 60
"""Draws from the normal approximation of each fit."""


@dataclass(frozen=True)
class AtHorizon:
    """The fit at a horizon and a patron's duels under it; `rps` is of cases of other patrons."""

    weeks: float
    stakes: float
    likelihood: float
    rps: float | None
    duels: list[Duel]


def horizons(
    preset: Preset,
    *,
    patron: str | None = None,
    weeks: Sequence[float] = WEEKS,
    runs: int = 200,
    draws: int = DRAWS,
    seed: int = 0,
    workers: int = 1,
    cases: Path = CASES,
    left_out: bool = False,
) -> list[AtHorizon]:
    """A patron's verdict on arms and force at each horizon, the first patron's by default.

    `left_out` has the fit scored on each patron's cases from those of the others.
    """
    known, chosen = read_cases(cases), patron or next(iter(proteges(preset)), "")
    wanted = contest(preset, patrons=[chosen], acts=ACTS)
    if not wanted.policies:
        raise ConfigError(f"--patron: found '{chosen}', who cannot both talk and intervene")
    found = []
    for each in weeks:
        fit = calibrated(cases, 1, horizon=each).fit
        at = changed(preset, {"value.horizon": each})
        duels = dueled(at, wanted, fit, runs, draws, seed, workers)
        rps = left_out_score(counting(known, each)) if left_out else None
        found.append(AtHorizon(each, fit.values["stakes"], fit.likelihood, rps, duels))
    return found


def dueled(
    preset: Preset, wanted: Contest, fit: Fit, runs: int, draws: int, seed: int, workers: int
) -> list[Duel]:
    """The duels of a patron under a fit, with the interval over the fit's approximation."""
    fitted = changed(preset, drawn_weights(preset, 1, runs, multiples(fit.logs[None])))
    policies = tuple(wanted.policies)
    duels, _ = wanted.fought(rows_under(Job(fitted, seed, policies), runs, workers))
    drawn = multiples(normal(fit, draws))
    return over_posterior(wanted, duels, Job(preset, seed, policies), draws, workers, drawn)


def normal(fit: Fit, count: int) -> Array:
    """Draws of the logarithms from the normal approximation of a fit: (draws, logs)."""
    columns = [uniforms(0, "fit", place, range(count))[0] for place in range(len(NAMES))]
    drawn = fit.logs + norm.ppf(np.stack(columns, 1)) @ np.linalg.cholesky(fit.covariance).T
    low, high = np.array(bounds()).T
    return np.asarray(np.clip(drawn, low, high))


def multiples(logs: Array) -> dict[str, Array]:
    """Weights and precision of rows of logarithms as multiples of their defaults."""
    return dict(zip(NAMES, (np.exp(logs) / DEFAULTS).T, strict=True))


def left_out_score(cases: Cases) -> float:
    """Ranked probability score of each patron's cases, forecast from those of the others."""
    forecast = left_out(strategic, cases, patron_out(cases))
    return float(ranked_probability(forecast, cases.outcome).mean())


def settled(found: Sequence[AtHorizon], act: str) -> str:
    """Whether the verdicts against an act agree over the horizons: one sign, open, or it turns."""
    verdicts = {duel.headline for each in found for duel in each.duels if duel.act == act}
    signs = verdicts - {OPEN}
    if len(signs) > 1:
        return "it turns with the horizon"
    if not signs:
        return "open at all horizons"
    return f"one sign, {signs.pop()}" + (", or open" if OPEN in verdicts else "")


def as_json(found: Sequence[AtHorizon]) -> str:
    """The horizons as one JSON object."""
    rows = [{**vars(each), "duels": [duel.record() for duel in each.duels]} for each in found]
    acts = [duel.act for duel in found[0].duels]
    record = {"horizons": rows, "verdict": {act: settled(found, act) for act in acts}}
    return json.dumps(record, indent=1)


def in_words(preset: Preset, found: Sequence[AtHorizon]) -> str:
    """A line for each horizon and act, then whether the verdicts agree."""
    patron = preset.profiles[found[0].duels[0].patron].label
    rows = []
    for each in found:
        rps = "" if each.rps is None else f"{each.rps:.4f}"
        for duel in each.duels:
            assert duel.history is not None
            mean, left = duel.estimate, duel.history.estimate
            intervals = (interval(mean.low, mean.high), interval(left.low, left.high))
            told = (duel.act, decimal(mean.mean), *intervals, duel.headline)
            rows.append((each.weeks, each.stakes, each.likelihood, rps, *told))
    heads = ("weeks", "stakes", "log likelihood", "RPS", "against", "difference", "sampling",
             "left open", "verdict")  # fmt: skip
    columns = (">5.0f", ">8.2f", ">16.2f", ">8", "  <8", ">11", "  <16", "  <16", "  <")
    lines = [
        f"{patron} in {preset.name}: value of talk less that of the act, by the weeks for which a",
        "shift counts, the weights fitted to the coded cases at each. What is left open is by that",
        "fit's normal approximation.",
        *aligned(columns, rows, heads),
    ]
    acts = [duel.act for duel in found[0].duels]
    return "\n".join([*lines, *(f"Against {act}: {settled(found, act)}." for act in acts)])
