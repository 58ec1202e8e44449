"""Learns from case to case in time order: weights and reputations are carried forward.

The posterior of the weights after some cases is the prior of the next; as the likelihood is a
product, its mode is the fit to all cases so far. A patron's reputation at a case is what
its own earlier conduct left of it, by the model's own rules of judging.
"""

from dataclasses import replace

import numpy as np

from experiments.history.backtest import FEWEST, Backtest
from experiments.history.cases import DEPTH, RUNGS, Cases, attribute
from experiments.history.likelihood import fitted, forecast, record_of
from model.parameters import Beliefs, Reputation
from model.preset.load import ConfigError
from model.treaties import REQUIRED
from model.world import Array

WEEKS = 365.25 / 7
"""Weeks of a year."""


def conduct(cases: Cases) -> dict[str, Array]:
    """The cases kept, failed, matched and unmatched that each case adds to the patron's record.

    An obligation is kept by min(1, answer / required) of its depth; words are matched by
    min(1, answer / pledge) of the pledge, as in model/rules/beliefs.py.
    """
    answer, pledge = attribute("answer")[cases.outcome], cases.covariates["reputation"]
    depth, kept = np.zeros(len(cases)), np.zeros(len(cases))
    for clause, share in DEPTH.items():
        bound = share * cases.has(clause)
        depth = depth + bound
        kept = kept + bound * np.minimum(1, answer / max(REQUIRED[clause], 1e-9))
    matched = np.minimum(answer, pledge)
    return {"kept": kept, "failed": depth - kept, "matched": matched, "unmatched": pledge - matched}


def remembered(cases: Cases) -> Cases:
    """The cases, each with its patron's reputation from its own cases of earlier years.

    Conduct fades at `beliefs.memory` a week; what there is to begin with is the default.
    """
    added, start, fading = conduct(cases), Reputation(), Beliefs().memory
    age = (cases.year[:, None] - cases.year[None]) * WEEKS
    same = cases.state[:, None] == cases.state[None]
    left = np.where(same & (age > 0), np.exp(-fading * np.maximum(age, 0)), 0.0)
    figures = {
        f"patron.reputation.{name}": np.minimum(getattr(start, name) + left @ each, 50.0)
        for name, each in added.items()
    }
    return replace(cases, figures=figures)


def sequential(cases: Cases) -> Backtest:
    """Each case forecast from all earlier years, compared with forecasters that do not learn.

    `static`: weights fitted once, to the first cases; `weights`: fitted anew to all earlier
    cases; `model`: these, and reputations carried too.
    """
    order = np.argsort(cases.year, kind="stable")
    cases = cases[order]
    first = int(np.searchsorted(cases.year, cases.year[FEWEST - 1], "right"))
    if first >= len(cases):
        raise ConfigError(f"--cases: found {len(cases)} cases; valid: more than {first} in time")
    known = remembered(cases)
    outcome = cases.outcome[first:]
    rows = {name: np.zeros((len(cases), len(RUNGS))) for name in ("model", "weights", "static")}
    fixed = fitted(record_of(cases[np.arange(first)])).logs
    starts = {"model": [fixed], "weights": [fixed]}
    for year in np.unique(cases.year[first:]):
        now, before = cases.year == year, cases.year < year
        for name, history in (("model", known), ("weights", cases)):
            logs = fitted(record_of(history[before]), starts[name]).logs
            starts[name] = [logs]
            rows[name][now] = forecast(history[now], logs)
        rows["static"][now] = forecast(cases[now], fixed)
    forecasts = {name: each[first:] for name, each in rows.items()}
    years = f"from {cases.year[first]} on, trained on earlier years"
    return Backtest(f"sequential, {years}", outcome, forecasts)
