"""Calibration: fits the shared payoff weights and the precision to coded cases.

It also recovers weights from simulated history, samples the posterior, and writes the result.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import norm

from experiments.engine.store import digest, write_files
from experiments.engine.words import aligned
from experiments.history.cases import Cases, read_cases
from experiments.history.likelihood import (
    DEFAULTS,
    NAMES,
    PRIOR,
    SPREAD,
    Fit,
    Record,
    bounds,
    fitted,
    forecast,
    probabilities,
    record_of,
    starting_points,
)
from model.draws import uniforms
from model.game.equilibrium import nearby
from model.game.quantal_response import uniform
from model.preset.load import PROFILES, ConfigError
from model.preset.toml import names_given
from model.world import Array


@dataclass(frozen=True)
class Recovered:
    """One figure in parameter recovery: true logarithm, mean estimate, its error, coverage."""

    name: str
    true: float
    mean: float
    spread: float
    covered: float


def recovery(record: Record, logs: Array, times: int, copies: int = 4) -> list[Recovered]:
    """Parameter recovery: outcomes are simulated at known weights and fitted again.

    Each simulated history has `copies` times the recorded cases; `covered` is the share of
    90 % intervals that contain the truth (Signorino 1999 on why to simulate).
    """
    likely = np.tile(probabilities(record.games, logs, record.classes), (copies, 1))
    many = record.part(np.tile(np.arange(len(record.outcome)), copies))
    found, covered = [], []
    for time in range(times):
        uniform = uniforms(0, "recovery of weights", time, range(len(likely)))[0]
        drawn = (uniform[:, None] >= likely.cumsum(1)[:, :-1]).sum(1)
        fit = fitted(replace(many, outcome=drawn))
        found.append(fit.logs)
        half = norm.ppf(0.95) * np.sqrt(np.diag(fit.covariance))
        covered.append(np.abs(fit.logs - logs) <= half)
    rows = zip(NAMES, logs, np.mean(found, 0), np.std(found, 0), np.mean(covered, 0), strict=True)
    return [Recovered(row[0], *(float(each) for each in row[1:])) for row in rows]


def posterior(record: Record, fit: Fit, steps: int, walkers: int = 32) -> Array:
    """Draws of the logarithms from the posterior by emcee: (draws, logs); half is burn-in."""
    try:
        import emcee
    except ModuleNotFoundError as error:
        raise ConfigError(
            "--posterior: emcee is not installed; valid: pip install 'cheaptalk[history]'"
        ) from error
    low, high = np.array(bounds()).T

    def log_posterior(rows: Array) -> Array:
        """All walkers at once on the run axis."""
        cases = len(record.outcome)
        many = record.part(np.tile(np.arange(cases), len(rows)))
        logs = np.repeat(np.clip(rows, low, high), cases, axis=0).T
        game = many.games.game(np.exp(logs[:-1]), np.exp(logs[-1]))
        play = nearby(game, uniform(game))[0, : record.classes.shape[1]]
        likely = (record.classes[many.outcome].T * play).sum(0)
        told = (many.weight * np.log(np.maximum(likely, 1e-300))).reshape(len(rows), cases)
        away = (rows - np.log(PRIOR)) / SPREAD
        inside = ((rows >= low) & (rows <= high)).all(1)
        return np.where(inside, told.sum(1) - 0.5 * (away * away).sum(1), -np.inf)

    draws = [uniforms(0, "walkers", 0, range(walkers), each) for each in range(len(NAMES))]
    spread = 0.1 * norm.ppf(np.stack([each[0] for each in draws], 1))
    sampler = emcee.EnsembleSampler(walkers, len(NAMES), log_posterior, vectorize=True)
    seeds = (uniforms(0, "sampler", 0, range(156)).ravel() * 2**32).astype(np.uint32)
    sampler.random_state = ("MT19937", seeds, len(seeds), 0, 0.0)
    sampler.run_mcmc(np.clip(fit.logs + spread, low, high), steps)
    return np.asarray(sampler.get_chain(discard=steps // 2, flat=True))


# ------------------------------------------------------------------- the command


@dataclass(frozen=True)
class Calibration:
    """A calibration with its recovery and posterior, which show how far to trust it."""

    source: Path
    cases: int
    fit: Fit
    default_likelihood: float
    prior_likelihood: float
    recovered: list[Recovered]
    draws: Array | None


def counting(cases: Cases, horizon: float) -> Cases:
    """The cases with so many weeks for which their payoffs count a shift."""
    weeks = np.full(len(cases), float(horizon))
    return replace(cases, figures={**cases.figures, "value.horizon": weeks})


def calibrated(
    path: Path, starts: int, recover: int = 0, steps: int = 0, horizon: float | None = None
) -> Calibration:
    """The fit to a file of coded cases, with recovery and posterior if requested.

    `horizon` is counted in the cases' payoffs in place of the default of `value.horizon`.
    """
    cases = read_cases(path)
    if horizon is not None:
        cases = counting(cases, horizon)
    record = record_of(cases)
    fit = fitted(record, starting_points(starts))
    record = record.read_by(fit.logs)

    def likelihood(values: Array) -> float:
        rows = forecast(cases, np.log(values))
        return float(np.log(rows[np.arange(len(cases)), cases.outcome]).sum())

    return Calibration(
        source=path,
        cases=len(cases),
        fit=fit,
        default_likelihood=likelihood(DEFAULTS),
        prior_likelihood=likelihood(PRIOR),
        recovered=recovery(record, fit.logs, recover) if recover else [],
        draws=posterior(record, fit, steps) if steps else None,
    )


def fragment(found: Calibration, states: Sequence[str]) -> str:
    """The fit as TOML tables of the states, with its origin."""
    fit = found.fit
    lines = [
        f"# Weights and precision fitted to {found.cases} coded cases: {found.source.name},",
        f"# SHA-256 {digest(found.source.read_bytes())}.",
        f"# Log likelihood {fit.likelihood:.2f}, at the defaults {found.default_likelihood:.2f}, "
        f"at the prior's centre {found.prior_likelihood:.2f}.",
        f"# Prior: each logarithm normal around its assumed median, standard deviation {SPREAD:g}.",
        f"# Made by: cheaptalk calibrate --cases {found.source.name}",
    ]
    for state in states:
        lines += ["", f"[{state}]", f"precision = {fit.values['precision']:.4g}"]
        lines += ["", f"[{state}.weights]"]
        lines += [
            f"{name} = {fit.values[name]:.4g}  # relative error {fit.errors[name]:.2f}"
            for name in NAMES[:-1]
        ]
    return "\n".join(lines) + "\n"


def table_of_draws(found: Calibration, count: int = 200) -> str:
    """Draws of weights and precision from the posterior as CSV, evenly spaced in its chain."""
    assert found.draws is not None
    places = np.linspace(0, len(found.draws) - 1, count).round().astype(int)
    lines = [",".join(f"{value:.4g}" for value in row) for row in np.exp(found.draws[places])]
    return "\n".join([",".join(NAMES), *lines]) + "\n"


def states_named(states: str | None) -> list[str]:
    """The states of an option a,b,c, or all that have a profile."""
    known = sorted(path.stem for path in PROFILES.glob("*.toml"))
    return names_given("--states", states, known) if states else known


def write_fragment(found: Calibration, out: Path, states: Sequence[str]) -> None:
    """Write the profile fragment for some states."""
    write_files({out: fragment(found, states).encode()})


def as_json(found: Calibration) -> str:
    """The calibration as one JSON object."""
    fit = found.fit
    record: dict[str, object] = {
        "cases": found.cases,
        "weights": {name: fit.values[name] for name in NAMES[:-1]},
        "precision": fit.values["precision"],
        "relative_error": fit.errors,
        "log_likelihood": fit.likelihood,
        "log_likelihood_at_defaults": found.default_likelihood,
        "log_likelihood_at_prior": found.prior_likelihood,
        "losses_of_starts": fit.losses,
        "prior": {"median": dict(zip(NAMES, PRIOR.tolist(), strict=True)), "spread": SPREAD},
        "recovery": [asdict(each) for each in found.recovered],
    }
    if found.draws is not None:
        quantiles = np.exp(np.quantile(found.draws, [0.05, 0.5, 0.95], axis=0)).T.tolist()
        record["posterior"] = dict(zip(NAMES, quantiles, strict=True))
    return json.dumps(record, indent=1)


def in_words(found: Calibration) -> str:
    """The calibration as a table: prior, fit, error, and posterior if there is one."""
    fit = found.fit
    low, high = np.exp(fit.logs + np.outer([-1.645, 1.645], list(fit.errors.values())))
    lines = [
        f"{found.cases} cases of {found.source.name}: log likelihood {fit.likelihood:.2f}, "
        f"at the defaults {found.default_likelihood:.2f}, "
        f"at the prior's centre {found.prior_likelihood:.2f}.",
        f"{len(fit.losses)} starts ended at losses {min(fit.losses):.4f} to {max(fit.losses):.4f}.",
        "",
    ]
    rows = []
    for place, name in enumerate(NAMES):
        posterior = ""
        if found.draws is not None:
            five, half, most = np.exp(np.quantile(found.draws[:, place], [0.05, 0.5, 0.95]))
            posterior = f"{half:.3g} [{five:.2g}, {most:.2g}]"
        ends = f"[{low[place]:.2g}, {high[place]:.2g}]"
        rows.append((name, PRIOR[place], DEFAULTS[place], fit.values[name], ends, posterior))
    heads = ["", "prior", "default", "fitted", "90 % interval"]
    heads.append("posterior median and 90 %" if found.draws is not None else "")
    lines += aligned(("<12", ">8.3g", ">8.3g", ">8.3g", "   <15", "  <"), rows, heads)
    lines.append("A value's prior is log-normal around its median; an error near 1 is the prior's.")
    if found.recovered:
        lines += ["", "  recovery on simulated histories (logarithms)"]
        heads = ["", "true", "mean", "spread", "share of 90 % intervals with the truth"]
        told = [
            (each.name, each.true, each.mean, each.spread, f"{each.covered:.0%}")
            for each in found.recovered
        ]
        lines += aligned(("<12", ">7.2f", ">7.2f", ">8.2f", "  <"), told, heads)
    return "\n".join(lines)
