"""Third parties in civil conflicts: who helps a government, by the game of each pair.

Reads UCDP External Support joined with treaties, capabilities, distances and UN votes: a row a
conflict start and every other state. No words are coded, so words count as nothing here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from experiments.history.baselines import fit_conditional
from experiments.history.cases import RUNGS
from experiments.history.coding import Coding, Covariate, Figure, coding, column, treaties
from experiments.history.fitting import Estimated, Rows, chances, estimated, known_before
from experiments.history.judging import Event, judged
from experiments.history.judging import in_words as scores_in_words
from experiments.history.memory import expectations, logit_of, shown_by
from model.preset.load import ConfigError
from model.preset.tables import as_number, missing, read_table
from model.world import Array

COLUMNS = (
    *("conflict", "year", "protege", "patron", "support_government", "contiguity", "distance_km"),
    *("atop_defense", "atop_nonagg", "atop_consul", "major_patron", "cinc_patron"),
    *("cinc_protege", "log_gdp_patron", "trade_patron_protege_musd", "vote_agreement", "rivalry"),
    *("patron_other_war_lag", "nuclear_patron", "ideal_distance"),
)
"""What is read; other columns may be there. The first five are needed in every row."""

KEYS = 5

LEVELS = (0, 1, 2, 3)
"""Support to the government: none, territory only, material, troops."""

CLASS_OF_LEVEL = np.array([0, 0, 1, 2])
"""None (with mere use of territory), material, troops."""

CLASS_OF_ACTION = {"arms": 1, "force": 2}
"""Words, mediation and economic help are not coded: with them a row counts as none."""

CLASSES = np.array(
    [[CLASS_OF_ACTION.get(action, 0) == each for action in RUNGS] for each in range(3)], float
)
"""Which class each action of the patron is: (classes, actions)."""

SHOWN = np.array([0.0, shown_by("arms"), shown_by("force")])

QUIET = 8
"""Of rows without support one in so many is fitted to, counted so often (Manski & Lerman 1977)."""

FEWEST_TRAINED = 30


def _capability(name: str) -> Callable[[pd.DataFrame], Array]:
    """A state's share of the world's capabilities as a logarithm, 0 for one in a thousand."""
    share = column(name, 0.001)
    return lambda table: np.log(np.maximum(share(table), 1e-5) / 0.001) / 3


COVARIATES = {
    "war elsewhere": Covariate(
        column("patron_other_war_lag"), "at war elsewhere in the year before", "COW"
    ),
    "neighbour": Covariate(
        lambda table: (column("contiguity")(table) > 0).astype(float), "contiguous", "COW"
    ),
    "distance": Covariate(
        lambda table: np.log((1 + column("distance_km", 6000.0)(table) / 1000) / 6),
        "logarithm of the distance",
        "Boulding 1962; CShapes",
    ),
    "capability": Covariate(_capability("cinc_patron"), "the patron's capabilities", "COW NMC"),
    "wealth": Covariate(
        lambda table: (column("log_gdp_patron", 24.0)(table) - 24) / 3,
        "GDP, a logarithm",
        "Gleditsch",
    ),
    "major power": Covariate(column("major_patron"), "the patron is a major power", "COW"),
    "protege's capability": Covariate(_capability("cinc_protege"), "the protege's own", "COW NMC"),
    "votes agree": Covariate(
        lambda table: (column("vote_agreement", 0.15)(table) - 0.15) / 0.2,
        "agreement in UN votes, kappa",
        "Bailey et al. 2017",
    ),
    "far apart": Covariate(
        lambda table: column("ideal_distance", 0.8)(table) - 0.8,
        "distance of ideal points",
        "Bailey et al. 2017",
    ),
    "rivals": Covariate(column("rivalry"), "patron and protege are rivals", "Thompson 2001"),
    "trade": Covariate(
        lambda table: np.log1p(column("trade_patron_protege_musd")(table)) / 4,
        "trade with the protege, a logarithm",
        "COW Trade",
    ),
    "defence pact": Covariate(column("atop_defense"), "a defence clause", "Leeds et al. 2002"),
    "peace pact": Covariate(column("atop_nonagg"), "a non-aggression clause", "Leeds et al. 2002"),
    "expected": Covariate(
        lambda table: logit_of(np.asarray(table["expected"], float)),
        "what earlier acts let the protege expect, as a logit",
        "docs/MODEL.md, 7.3",
    ),
}
"""What is read of a row: of the year before, or slower."""

WIDE = 0.4
"""Prior standard deviation of a coefficient: states differ more here than great powers do."""

FIGURES = (
    Figure("slack", "share", 0.3, {"war elsewhere": -0.15, "wealth": 0.2}, WIDE),
    Figure(
        "proximity",
        "share",
        -1.0,
        {"neighbour": 0.5, "distance": -0.5, "capability": 0.5, "major power": 0.3},
        WIDE,
    ),
    Figure("adv_strength", "share", -1.0, {"protege's capability": 0.1}, WIDE),
    Figure(
        "stakes",
        "share",
        -0.5,
        {"neighbour": 0.3, "trade": 0.2, "votes agree": 0.2, "rivals": -0.3, "major power": 0.2},
        WIDE,
    ),
    Figure("competing_ties", "share", 0.0, {"far apart": 0.2, "rivals": 0.2}, WIDE),
    Figure(
        "patron.pledges.protege",
        "share",
        -1.75,
        {"expected": 0.5, "defence pact": 0.3, "peace pact": 0.1},
        WIDE,
    ),
)


# ------------------------------------------------------------------- reading


def read_pairs(path: Path) -> pd.DataFrame:
    """The pairs of a file in order of time, with what each protege expects. Raises ConfigError."""
    table = read_table(path, COLUMNS)
    keys, low = COLUMNS[:KEYS], {"year": 1, "support_government": 0}
    high = {"year": 9999, "support_government": LEVELS[-1]}
    for row in table.rows:
        for name in keys:
            table.whole(row, name, low.get(name, 1), high.get(name, 10**9))
        for name in COLUMNS[KEYS:]:
            if np.isnan(as_number(row.cells[name])) and not missing(row.cells[name]):
                table.wrong(row, name, "; valid: a number, or empty")
    table.unique("conflict", "year", "protege", "patron")
    table.refuse()
    if not table.rows:
        raise ConfigError(f"{path}: no row found; valid: one a conflict start and third party")
    found = pd.DataFrame(
        {name: [as_number(row.cells[name]) for row in table.rows] for name in COLUMNS}
    )
    found = found.sort_values(["year", "conflict"], kind="stable").reset_index(drop=True)
    found["outcome"] = CLASS_OF_LEVEL[np.asarray(found["support_government"], int)]
    pairs = list(zip(found["protege"], found["patron"], strict=True))
    event, act = np.asarray(found["conflict"] * 1e4 + found["year"]), np.asarray(found["outcome"])
    expected, last, _ = expectations(pairs, event, act, SHOWN)
    return found.assign(expected=expected, last=last, event=event)


def coded(table: pd.DataFrame) -> Coding:
    """The pairs, coded from what was known before."""
    return coding(table, FIGURES, COVARIATES, treaties(table))


def sampled(table: pd.DataFrame) -> tuple[pd.DataFrame, Array]:
    """All rows with support and one in eight without, and how often each counts."""
    helped = np.asarray(table["outcome"]) > 0
    order = np.cumsum(~helped)
    kept = helped | (order % QUIET == 0)
    return table[kept], np.where(helped[kept], 1.0, float(QUIET))


def rows_of(train: pd.DataFrame, year: int) -> Rows:
    """The sampled rows as the fit reads them; the prior is of coded cases before a year."""
    some, weight = sampled(train)
    outcome = np.asarray(some["outcome"], int)
    return Rows(coded(some), outcome, CLASSES, weight, np.array(known_before(year)))


def fit(train: pd.DataFrame, year: int) -> Estimated:
    """Weights, precision, tastes and coefficients, fitted to the sampled rows."""
    return estimated(rows_of(train, year))


# ------------------------------------------------------------------- forecasts

Forecaster = Callable[[pd.DataFrame, pd.DataFrame], Array]


def strategic(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """The game's chance of each class."""
    return chances(coded(test), CLASSES, fit(train, int(train["year"].max()) + 1))


def _counts(table: pd.DataFrame) -> Array:
    return np.bincount(np.asarray(table["outcome"], int), minlength=3) + 0.5


def base_rate(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """The frequency of each class."""
    counts = _counts(train)
    return np.tile(counts / counts.sum(), (len(test), 1))


def last_behaviour(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """The frequency of each class by the patron's last act for the protege, mixed with the base."""
    prior = _counts(train)
    cells = {
        each: _counts(train[train["last"] == each]) + 20 * prior / prior.sum()
        for each in (-1, 0, 1, 2)
    }
    return np.stack([cells[int(each)] / cells[int(each)].sum() for each in test["last"]])


def _logit(train: pd.DataFrame, test: pd.DataFrame, names: list[str]) -> Array:
    """Multinomial logit on named covariates, standardised, ridge 1."""
    known, asked = (
        np.column_stack([COVARIATES[name].rule(table) for name in names]) for table in (train, test)
    )
    mean, spread = known.mean(0), np.maximum(known.std(0), 1e-6)

    def design(columns: Array) -> Array:
        rows = np.column_stack([np.ones(len(columns)), (columns - mean) / spread])
        return np.stack([np.kron(np.eye(3)[each, 1:], rows) for each in range(3)], 1)

    ridge = np.tile([0.01] + [1.0] * len(names), 2)
    beta = fit_conditional(design(known), np.asarray(train["outcome"], int), ridge)
    return np.asarray(softmax(design(asked) @ beta, axis=1))


def logit(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """A multinomial logit on all that the game's figures read."""
    return _logit(train, test, list(COVARIATES))


def pact_only(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """A multinomial logit that knows treaties alone."""
    return _logit(train, test, ["defence pact", "peace pact"])


def by_expected_gain(train: pd.DataFrame, test: pd.DataFrame) -> Array:
    """A logit on nearness in UN votes times what the patron can bring to bear.

    Reference: Altfeld & Bueno de Mesquita 1979.
    """
    known, asked = (each.assign(gain=expected_gain(each)) for each in (train, test))
    mean, spread = known["gain"].mean(), known["gain"].std()
    tables = [each.assign(vote_agreement=0.15 + (each["gain"] - mean) / spread / 5)
              for each in (known, asked)]  # fmt: skip
    return _logit(tables[0], tables[1], ["votes agree"])


def expected_gain(table: pd.DataFrame) -> Array:
    """Nearness in UN votes times the patron's part of both states' capabilities, by distance."""
    lent = column("cinc_patron", 0.001)(table) / (1 + column("distance_km", 6000.0)(table) / 3000)
    own = column("cinc_protege", 0.001)(table)
    near = 1 + column("vote_agreement", 0.15)(table)
    return np.asarray(near * lent / np.maximum(lent + own, 1e-9))


FORECASTERS: dict[str, Forecaster] = {
    "model": strategic,
    "base_rate": base_rate,
    "last_behaviour": last_behaviour,
    "pact_only": pact_only,
    "expected_gain": by_expected_gain,
    "logit": logit,
}


@dataclass(frozen=True)
class Question:
    """An event to be forecast, the least class that counts, and whether coalitions count once."""

    words: str
    least: int
    alike: bool = False


QUESTIONS = {
    "any_support": Question("any support of the government", 1),
    "troops": Question("troops", 2),
    "coalitions_once": Question("any support, a coalition counted once", 1, True),
}


def once_an_event(table: pd.DataFrame) -> Array:
    """Weights by which all helpers of one conflict start, a coalition, count as one row."""
    helped = table["outcome"] > 0
    size = helped.groupby(table["event"]).transform("sum")
    return np.asarray(np.where(helped, 1 / np.maximum(size, 1), 1.0))


def backtest(path: Path, split: int, until: int | None = None) -> dict[str, object]:
    """Scores of each question by each forecaster, trained before a year and tested from it on."""
    table = read_pairs(path)
    train = table[table["year"] < split]
    test = table[(table["year"] >= split) & (table["year"] < (until or np.inf))]
    if (train["outcome"] > 0).sum() < FEWEST_TRAINED or not len(test):
        first, last = table["year"].min(), table["year"].max()
        raise ConfigError(
            f"--train-before: found {split}, {(train['outcome'] > 0).sum()} rows with support "
            f"before it and {len(test)} rows from it on; valid: a year in {first:.0f} to "
            f"{last:.0f} with {FEWEST_TRAINED} before it and one from it on"
        )
    forecasts = {name: each(train, test) for name, each in FORECASTERS.items()}
    outcome, cluster = np.asarray(test["outcome"], int), np.asarray(test["conflict"])
    found: dict[str, object] = {
        "train": len(train),
        "test": len(test),
        "train_before": split,
        "test_before": until,
    }
    for key, question in QUESTIONS.items():
        weight = once_an_event(test) if question.alike else np.ones(len(test))
        event = Event(outcome >= question.least, weight, cluster)
        said = {name: each[:, question.least :].sum(1) for name, each in forecasts.items()}
        found[key] = judged(event, said)
    return found


def as_json(found: Mapping[str, object]) -> str:
    """The backtest as one JSON object."""
    return json.dumps(found, indent=1)


def in_words(found: Mapping[str, object]) -> str:
    """Each question as a table of scores, with the paired interval by conflict."""
    lines = [f"{found['train']} pairs before {found['train_before']}, {found['test']} tested."]
    for key, question in QUESTIONS.items():
        rows = found[key]
        assert isinstance(rows, dict)
        lines += ["", f"{question.words}", *scores_in_words(rows)]
    return "\n".join(lines)
