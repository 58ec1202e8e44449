"""Backtests the game of each row on ICB, beside baselines that know the same rows."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from experiments.history import icb_coding
from experiments.history.baselines import fit_conditional
from experiments.history.coding import column
from experiments.history.fitting import Estimated, Rows, chances, estimated, known_before
from experiments.history.icb import (
    CLASSES,
    EARLIEST,
    FEATURES,
    NAMES,
    NEVER,
    SUPERPOWERS_SINCE,
    read_patrons,
)
from experiments.history.judging import Event, judged
from experiments.history.judging import in_words as scores_in_words
from experiments.history.scoring import LEAST, logarithmic, ranked_probability
from model.preset.load import ConfigError, suggestion
from model.world import Array

FEWEST_TRAINED, FEWEST_TESTED = 30, 5
"""The fewest rows to fit to, and to score."""

PACT = ("atop_defense", "atop_consul", "atop_any_adv")
"""What a forecast by treaties alone reads."""

Forecaster = Callable[[pd.DataFrame, pd.DataFrame, Sequence[str]], Array]


def rows_of(train: pd.DataFrame, year: int) -> Rows:
    """The rows of a table as the fit reads them; the prior is of coded cases before a year."""
    outcome, weight = np.asarray(train["support"], int), np.asarray(train["row_weight"], float)
    centre = np.array(known_before(year))
    return Rows(icb_coding.coded(train), outcome, CLASSES, weight, centre)


def fit(train: pd.DataFrame, year: int) -> Estimated:
    """Weights, precision, tastes and coefficients, fitted to the rows of a table."""
    return estimated(rows_of(train, year))


# ------------------------------------------------------------------- forecasts


def strategic(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """The game's chance of each class, fitted to train and to coded cases of earlier years."""
    found = fit(train, int(train["year"].max()) + 1)
    return chances(icb_coding.coded(test), CLASSES, found)


def base_rate(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """The frequency of each class."""
    return np.tile(_shares(train), (len(test), 1))


def last_behaviour(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """The frequency of each class by the patron's last act for the actor: four cells."""
    cells = [np.minimum(table["last"], 2) for table in (train, test)]
    prior = 5 * _shares(train)
    rows = {each: prior + _counts(train[cells[0] == each]) for each in (-1, 0, 1, 2)}
    return np.stack([rows[int(each)] / rows[int(each)].sum() for each in cells[1]])


def _counts(table: pd.DataFrame) -> Array:
    classes = np.asarray(table["support"], int)
    return np.bincount(classes, np.asarray(table["row_weight"], float), len(NAMES))


def _shares(table: pd.DataFrame) -> Array:
    counts = _counts(table) + 0.5
    return np.asarray(counts / counts.sum())


def logit(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """Multinomial logit of the class on the features, standardised, ridge 10."""
    middle = train[list(features)].astype(float).median()
    known, asked = (table[list(features)].astype(float).fillna(middle) for table in (train, test))
    mean, spread = known.mean(), known.std().clip(lower=1e-6)
    count = len(NAMES)

    def design(table: pd.DataFrame) -> Array:
        """A slope of each feature and a constant for every class but the first."""
        rows = np.column_stack([np.ones(len(table)), (table - mean) / spread])
        return np.stack([np.kron(np.eye(count)[each, 1:], rows) for each in range(count)], 1)

    ridge = np.tile([0.1] + [10.0] * len(features), count - 1)
    weight = np.asarray(train["row_weight"], float)
    beta = fit_conditional(design(known), np.asarray(train["support"], int), ridge, weight)
    return np.asarray(softmax(design(asked) @ beta, axis=1))


def pact_only(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """A multinomial logit that knows treaties alone; the base rate where the file has none."""
    known = [each for each in PACT if each in train and train[each].nunique() > 1]
    return logit(train, test, known) if known else base_rate(train, test, features)


def by_expected_gain(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    r"""A logit on the expected gain of helping, $(U_{protege} - U_{adversary})\,\Delta p$.

    Utilities by nearness in UN votes, $\Delta p$ by what the patron adds to the protege's share of
    capabilities, discounted with distance (Bueno de Mesquita 1981; Altfeld & Bueno de Mesquita
    1979).
    """
    known, asked = (each.assign(gain=expected_gain(each)) for each in (train, test))
    return logit(known, asked, ["gain"])


def expected_gain(table: pd.DataFrame) -> Array:
    """The expected gain of helping the protege, on an arbitrary scale."""
    patron, protege, adversary = (
        column(f"cinc_{who}", 0.02)(table) for who in ("patron", "actor", "adv")
    )
    lent = patron / (1 + column("mindist_patron_actor_km", 3000.0)(table) / 3000)
    before = protege / np.maximum(protege + adversary, 1e-6)
    after = (protege + lent) / np.maximum(protege + lent + adversary, 1e-6)
    return np.asarray((column("ideal_tilt")(table) + 0.5) * (after - before))


FORECASTERS: dict[str, Forecaster] = {
    "model": strategic,
    "base_rate": base_rate,
    "last_behaviour": last_behaviour,
    "pact_only": pact_only,
    "expected_gain": by_expected_gain,
    "logit": logit,
}
"""The forecasters that are compared, the model first."""


# ------------------------------------------------------------------- questions


@dataclass(frozen=True)
class Question:
    """An event to be forecast: the classes that count as yes, among those that are asked about."""

    words: str
    least: int
    given: int


QUESTIONS = {
    "beyond_rhetoric": Question("given support, beyond rhetoric", 2, 1),
    "any_support": Question("any support", 1, 0),
    "material": Question("material support or more", 2, 0),
}

MERGED = np.array([0, 1, 2, 2, 3])
"""Four classes: economic help with covert and semi-military."""


def asked_of(question: Question, forecast: Array, outcome: Array) -> tuple[Array, Array, Array]:
    """The chance of a question's event, whether it happened, and which rows it asks about."""
    asked = outcome >= question.given
    among = np.maximum(forecast[:, question.given :].sum(1), LEAST)
    chance = np.clip(forecast[:, question.least :].sum(1) / among, LEAST, 1 - LEAST)
    return chance[asked], (outcome >= question.least)[asked], asked


def four_classes(forecast: Array, outcome: Array, weight: Array) -> dict[str, float]:
    """Logarithmic and ranked probability score of none, verbal, material and direct."""
    merged = np.stack([forecast[:, each == MERGED].sum(1) for each in range(4)], 1)
    scores = {"log": logarithmic, "rps": ranked_probability}
    return {
        name: float(np.average(rule(merged, MERGED[outcome]), weights=weight))
        for name, rule in scores.items()
    }


def divided(path: Path, split: int, until: int | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows before a year and those from it on, until another; of the superpowers' era alone
    where that has enough rows before the year. Raises ConfigError."""
    table = read_patrons(path, EARLIEST)
    since = SUPERPOWERS_SINCE if (table["year"] >= SUPERPOWERS_SINCE).any() else EARLIEST
    before = table["year"] < split
    same_era = before & (table["year"] >= since)
    train = table[same_era if same_era.sum() >= FEWEST_TRAINED else before]
    test = table[~before & (table["year"] < (until or np.inf))]
    if len(train) < FEWEST_TRAINED or len(test) < FEWEST_TESTED:
        years = f"{table['year'].min():.0f} to {table['year'].max():.0f}"
        raise ConfigError(
            f"--train-before: found {split}, {len(train)} rows before and {len(test)} after; "
            f"valid: a year in {years} with {FEWEST_TRAINED} rows before it and "
            f"{FEWEST_TESTED} after"
        )
    return train, test


def backtest(
    path: Path, split: int, chosen: str | None, until: int | None = None
) -> dict[str, object]:
    """Scores of each question by each forecaster, trained before a year and tested from it on."""
    train, test = divided(path, split, until)
    features = feature_names(path, train, chosen)
    outcome = np.asarray(test["support"], int)
    forecasts = {name: each(train, test, features) for name, each in FORECASTERS.items()}
    weight, crises = np.asarray(test["row_weight"], float), np.asarray(test["crisno"])
    found: dict[str, object] = {
        "train": len(train),
        "test": len(test),
        "train_before": split,
        "test_before": until,
        "features": list(features),
    }
    for key, question in QUESTIONS.items():
        parts = {n: asked_of(question, each, outcome) for n, each in forecasts.items()}
        _, happened, asked = parts["model"]
        event = Event(happened, weight[asked], crises[asked])
        found[key] = judged(event, {name: part[0] for name, part in parts.items()})
    found["four_classes"] = {
        name: four_classes(each, outcome, weight) for name, each in forecasts.items()
    }
    return found


def feature_names(path: Path, table: pd.DataFrame, chosen: str | None) -> list[str]:
    """The logit's features: the requested ones, or all known ones of the file that vary."""
    if chosen is None:
        return [each for each in FEATURES if each in table and table[each].nunique() > 1]
    names = [each.strip() for each in chosen.split(",") if each.strip()]
    for each in names:
        if each in NEVER:
            raise ConfigError(
                f"--features: found '{each}', known only after the crisis; valid: what was known "
                f"before, {', '.join(name for name in FEATURES if name in table)}"
            )
        if each not in table.columns:
            raise ConfigError(
                f"--features: found '{each}'{suggestion(each, [str(c) for c in table.columns])}"
            )
    return names


# ------------------------------------------------------------------- in words


def as_json(found: Mapping[str, object]) -> str:
    """The backtest as one JSON object."""
    return json.dumps(found, indent=1)


def in_words(found: Mapping[str, object]) -> str:
    """Each question as a table of losses, with the paired interval by crisis."""
    until = f" and before {found['test_before']}" if found["test_before"] else ""
    lines = [
        f"{found['train']} rows before {found['train_before']}, "
        f"{found['test']} from then on{until}; weighted so that each crisis and patron counts once."
    ]
    for key, question in QUESTIONS.items():
        rows = found[key]
        assert isinstance(rows, dict)
        lines += ["", f"{question.words} ({rows['model']['n']} rows)", *scores_in_words(rows)]
    rows = found["four_classes"]
    assert isinstance(rows, dict)
    told = "; ".join(
        f"{name.replace('_', ' ')} {each['log']:.3f} / {each['rps']:.3f}"
        for name, each in rows.items()
    )
    return "\n".join([*lines, "", f"none, verbal, material, direct; log loss / RPS: {told}"])
