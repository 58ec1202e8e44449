"""Backtests the calibrated model and the baselines on cases to which they were not fitted."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from experiments.engine import words
from experiments.engine.estimates import Estimate
from experiments.engine.store import refuse_unwritable, write_files
from experiments.history.baselines import BASELINES, Forecaster
from experiments.history.cases import COVARIATES, RUNGS, Cases, read_cases
from experiments.history.likelihood import fitted, forecast, record_of
from experiments.history.scoring import (
    calibration,
    interval,
    logarithmic,
    ranked_probability,
    summary,
)
from model.preset.load import ConfigError, suggestion
from model.world import Array

FEWEST = 10
"""The fewest cases that a fit needs."""


def strategic(train: Cases, test: Cases) -> Array:
    """The model's forecast of test cases, with weights and precision fitted to train."""
    return forecast(test, fitted(record_of(train)).logs)


FORECASTERS: dict[str, Forecaster] = {"model": strategic, **BASELINES}
"""The forecasters that are compared, the model first."""


# ------------------------------------------------------------------- designs


def one_out(cases: Cases) -> list[Array]:
    """One fold for each case: leave-one-out."""
    return [np.arange(len(cases)) == each for each in range(len(cases))]


def patron_out(cases: Cases) -> list[Array]:
    """One fold for each patron's cases: leave-one-patron-out."""
    return [cases.state == each for each in np.unique(cases.state)]


DESIGNS = {"leave-one-patron-out": patron_out, "leave-one-out": one_out}


@dataclass(frozen=True)
class Backtest:
    """Each forecaster's forecasts of held-out cases, and the outcomes."""

    design: str
    outcome: Array
    forecasts: dict[str, Array]

    def scores(self) -> dict[str, dict[str, float]]:
        """The scores of each forecaster."""
        return {name: summary(each, self.outcome) for name, each in self.forecasts.items()}

    def level(self, name: str) -> Estimate:
        """A forecaster's ranked probability score with its 95 % interval."""
        return interval(ranked_probability(self.forecasts[name], self.outcome))

    def against(self, name: str, score: str = "rps") -> Estimate:
        """The model's score less a baseline's, case by case: below zero the model is better."""
        rule = ranked_probability if score == "rps" else logarithmic
        ours, theirs = self.forecasts["model"], self.forecasts[name]
        return interval(rule(ours, self.outcome) - rule(theirs, self.outcome))


def held_out(design: str, cases: Cases, folds: Sequence[Array]) -> Backtest:
    """The backtest that forecasts each fold from all other cases."""
    forecasts = {name: left_out(each, cases, folds) for name, each in FORECASTERS.items()}
    return Backtest(design, cases.outcome, forecasts)


def left_out(forecaster: Forecaster, cases: Cases, folds: Sequence[Array]) -> Array:
    """A forecaster's chances of each rung in each case, fitted to all but the case's fold."""
    rows = np.zeros((len(cases), len(RUNGS)))
    for fold in folds:
        rows[fold] = forecaster(cases[~fold], cases[fold])
    return rows


def by_time(cases: Cases, year: int) -> Backtest:
    """The backtest trained on cases before a year and tested on the later ones."""
    later = cases.year >= year
    if (~later).sum() < FEWEST or not later.any():
        raise ConfigError(
            f"--train-before: found {year}; valid: a year with at least {FEWEST} cases before it "
            f"and one from it on, {np.sort(cases.year)[FEWEST - 1] + 1} to {cases.year.max()}"
        )
    train, test = cases[~later], cases[later]
    forecasts = {name: each(train, test) for name, each in FORECASTERS.items()}
    return Backtest(f"trained before {year}", test.outcome, forecasts)


def backtests(cases: Cases, year: int | None = None) -> list[Backtest]:
    """The backtest by time if a year is given, else those leaving out patrons and single cases."""
    if year is not None:
        return [by_time(cases, year)]
    if len(np.unique(cases.state)) < 2 or len(cases) < FEWEST + 1:
        raise ConfigError(
            f"--cases: found {len(cases)} cases of {len(np.unique(cases.state))} patrons; "
            f"valid: at least {FEWEST + 1} cases of two"
        )
    return [held_out(design, cases, rule(cases)) for design, rule in DESIGNS.items()]


def read_known(path: Path, without: str | None = None) -> Cases:
    """The cases with known outcomes, without the named covariates."""
    cases = read_cases(path)
    names = [each.strip() for each in (without or "").split(",") if each.strip()]
    for each in names:
        if each not in COVARIATES:
            raise ConfigError(f"--without: found '{each}'{suggestion(each, list(COVARIATES))}")
    return cases.without(names)


# ------------------------------------------------------------------- predictions


def predict(cases: Cases, new: Path, out: Path) -> int:
    """Fit on known cases and write p0 to p5 of new ones, whose outcomes are not read."""
    test = read_cases(new, outcomes=False)
    refuse_unwritable(out)
    forecast = strategic(cases, test)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["case_id", *(f"p{rung}" for rung in range(len(RUNGS)))])
    for name, row in zip(test.case_id, forecast, strict=True):
        table.writerow([name, *(f"{each:.6f}" for each in row)])
    write_files({out: text.getvalue().encode()})
    return len(test)


# ------------------------------------------------------------------- in words


def as_json(tests: Sequence[Backtest]) -> str:
    """The first design's scores under `model` and `baselines`, and all designs."""
    head = _plain(tests[0])
    return json.dumps({**head, "designs": {each.design: _plain(each) for each in tests}}, indent=1)


def _plain(test: Backtest) -> dict[str, object]:
    scores = test.scores()
    return {
        "design": test.design,
        "model": scores.pop("model"),
        "baselines": scores,
        "interval": {name: asdict(test.level(name)) for name in test.forecasts},
        "model_less_baseline": {
            name: {score: asdict(test.against(name, score)) for score in ("rps", "log")}
            for name in scores
        },
        "calibration": calibration(test.forecasts["model"], test.outcome),
    }


def in_words(tests: Sequence[Backtest]) -> str:
    """Each design as a table of scores, with paired intervals and the calibration."""
    return "\n\n".join(_told(each) for each in tests)


def _told(test: Backtest) -> str:
    rows = []
    for name, each in test.scores().items():
        level = test.level(name)
        gap = test.against(name)
        paired = f"{words.decimal(gap.mean, 4)}  {words.interval(gap.low, gap.high, 4)}"
        ends = f"[{level.low:.3f}, {level.high:.3f}]"
        scores = (each["exact"], each["within1"], each["rps"], ends, each["log"], each["brier4"])
        rows.append((name.replace("_", " "), *scores, paired if name != "model" else ""))
    columns = ("<18", ">7.2f", ">10.2f", ">7.4f", "  <15", ">7.3f", ">11.3f", "   <")
    heads = ("", "exact", "within 1", "RPS", "95 % interval", "log", "Brier >=4",
             "model less this, RPS")  # fmt: skip
    lines = [f"{test.design}: {len(test.outcome)} cases", *words.aligned(columns, rows, heads)]
    lines.append("  calibration of the model, all events 'at least rung r':")
    for row in calibration(test.forecasts["model"], test.outcome):
        lines.append(
            f"    said {row['from']:.1f} to {row['to']:.1f}: {row['events']:>4} events, "
            f"said {row['said']:.2f}, happened {row['happened']:.2f}"
        )
    return "\n".join(lines)
