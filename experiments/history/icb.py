"""Reads potential patrons in the International Crisis Behavior data, and backtests on them.

Reads the project's own actor-level file (ICB2, version 13 or later), or a table of potential
patrons made from it and joined with other sources. See Brecher & Wilkenfeld 2000.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from experiments.engine import words
from experiments.engine.tables import Table, as_number, missing, read_table
from experiments.history.baselines import fit_conditional
from experiments.history.cases import RUNGS, Cases, games_of, world_of
from experiments.history.likelihood import Record, fitted, forecast
from experiments.history.scoring import LEAST, interval
from model.preset.load import ConfigError, suggestion
from model.world import Array

SUPERPOWERS = {"us": 2, "su": 365}
"""Prefix of the columns on each superpower's activity, and its number."""

ORIGINAL = (
    *("crisno", "cracno", "cracid", "yrtrig", "southv", "trigent", "gravty", "southpow"),
    *("allycap", "powsta", "nuclear", "usinv", "usfavr", "suinv", "sufavr"),
)
CONDUCT = ("triggr", "majres")
"""What began a crisis for an actor, and its major response: not among what the backtest reads."""
TABLE = ("crisno", "cracno", "year", "actor", "adversary", "patron", "icb_inv", "icb_favr")

ACTIVITY_CLASSES = {1: 0, 2: 0, 3: 1, 4: 2, 5: 1, 6: 3, 7: 3, 8: 4}
"""Class of each ICB activity: none 0, verbal 1, economic 2, covert or semi-military 3, direct 4."""

FAVOURED = 1
"""The crisis actor found that the activity favoured it."""

CLASS_OF_ACTION = {
    "silence": "none",
    "rhetoric": "verbal",
    "mediation": "verbal",
    "economic": "economic",
    "arms": "semi-military",
    "force": "direct",
}
"""The class of each action of the patron; ICB counts mediation as political activity."""

NAMES = tuple(dict.fromkeys(CLASS_OF_ACTION.values()))
"""The classes, by their numbers."""

CLASSES = np.array([[CLASS_OF_ACTION[action] == name for action in RUNGS] for name in NAMES], float)
"""Which class each action of the patron is: (classes, actions)."""

NEVER = frozenset(
    (
        *("icb_inv", "icb_favr", "icb_inv_label", "icb_favr_label", "ladder", "support", "stance"),
        *("inactive_resented", "icb_majres", "icb_sevvio", "icb_viol", "icb_crismg", "icb_outcom"),
        *("icb_trgterra", "other_sp_inv", "other_sp_favr", "patron_in_crisis", "term_date"),
        *("patron_other_war", "usinv", "usfavr", "suinv", "sufavr", "majres", "sevvio", "viol"),
        *("crismg", "outcom", "trgterra"),
    )
)
"""Known only afterwards: never features."""

FEATURES = (
    *("icb_gravty", "icb_southpow", "icb_allycap", "icb_powsta", "icb_nuclear", "last", "met"),
    *("atop_defense", "atop_consul", "atop_any_adv", "rival_ally_of_adv", "rival_is_adv"),
    *("rival_ally_of_actor", "ideal_tilt", "mindist_patron_actor_km", "contig_patron_actor"),
    *("trade_share_patron", "patron_other_war_lag", "nuke_adv", "major_adv"),
)
"""The logit's features, if the file has them."""

FOLDS = 5
"""Parts of the crises from which salience is estimated for one another."""


# ------------------------------------------------------------------- reading


def read_patrons(path: Path) -> pd.DataFrame:
    """The potential patrons of a file: one row a crisis actor and superpower, `support` known.

    Not counted: actors that are superpowers, and a superpower that is the adversary or
    the trigger. `support` is the class of an act in support, 0 where inactive; acts that the
    protege did not find favourable are left out.
    """
    table = read_pairs(path)
    inactive = table["icb_inv"].map(ACTIVITY_CLASSES) == 0
    favoured = table["icb_favr"] == FAVOURED
    table["support"] = table["icb_inv"].map(ACTIVITY_CLASSES).where(inactive | favoured)
    superpowers = list(SUPERPOWERS.values())
    trigger = table["patron_is_trigger"] if "patron_is_trigger" in table else table["patron"] < 0
    kept = table["patron"].isin(superpowers) & ~table["actor"].isin(superpowers)
    kept &= (table["adversary"] != table["patron"]) & (trigger == 0) & (table["year"] >= 1946)
    kept &= table["support"].notna()
    found = table[kept].sort_values(["year", "crisno", "cracno"], kind="stable")
    if len(found) == 0:
        raise ConfigError(f"{path}: no potential patron found; valid: ICB crises since 1946")
    found = found.reset_index(drop=True)
    rows = found.groupby(["crisno", "patron"])["crisno"].transform("size")
    return found.assign(row_weight=1 / rows, **_history(found))


def read_pairs(path: Path) -> pd.DataFrame:
    """Every crisis actor of a file with each superpower, one row each."""
    table = numeric(read_table(path, (), "latin-1"))
    if "usinv" in table.columns:
        table = _from_original(path, table)
    _required(path, table, TABLE)
    return table


def numeric(table: Table) -> pd.DataFrame:
    """A table by its columns in small letters, numbers where a column has nothing else.

    The columns that the backtest reads must be numbers or missing; -9 stays, as it may be valid.
    Raises ConfigError.
    """
    names = [each.lower() for each in table.head]
    twice = [each for each in names if names.count(each) > 1]
    if twice:
        raise ConfigError(f"{table.path}:1: column '{twice[0]}' stands twice; valid: once")
    needed = ORIGINAL if "usinv" in names else TABLE
    _required(table.path, pd.DataFrame(columns=names), needed)
    joined = {*TABLE, *FEATURES, "patron_is_trigger"}
    numbers = set(ORIGINAL) if "usinv" in names else joined
    for own, name in zip(table.head, names, strict=True):
        for row in table.rows if name in numbers else ():
            if np.isnan(as_number(row.cells[own])) and not missing(row.cells[own]):
                table.wrong(row, own, "; valid: a number, or empty")
    table.refuse()
    cells = pd.DataFrame([tuple(row.cells.values()) for row in table.rows], columns=names)
    for name in names:
        found = pd.to_numeric(cells[name], errors="coerce")
        if name in numbers or found.notna().sum() == (~cells[name].map(missing)).sum():
            cells[name] = found.where(np.isfinite(found))
    return cells


def _required(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [each for each in columns if each not in table.columns]
    if missing:
        known = [str(each) for each in table.columns]
        raise ConfigError(
            "\n".join(
                f"{path}:1: column '{each}' is missing{suggestion(each, known)}" for each in missing
            )
        )


def _from_original(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """One row a crisis actor and superpower, from the actor-level file of ICB."""
    _required(path, table, ORIGINAL)
    attributes = ["gravty", "southpow", "allycap", "powsta", "nuclear"]
    attributes += [each for each in CONDUCT if each in table]
    parts = []
    for prefix, number in SUPERPOWERS.items():
        part = pd.DataFrame({f"icb_{each}": _number(table[each]) for each in attributes})
        part["patron"] = number
        part["actor"] = _number(table["cracid"])
        part["adversary"] = _number(table["southv"])
        part["year"] = _number(table["yrtrig"])
        part["icb_inv"] = _number(table[f"{prefix}inv"])
        part["icb_favr"] = _number(table[f"{prefix}favr"])
        part["patron_is_trigger"] = (_number(table["trigent"]) == number).astype(int)
        part[["crisno", "cracno"]] = table[["crisno", "cracno"]].apply(_number)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _number(column: "pd.Series[float]") -> "pd.Series[float]":
    return pd.to_numeric(column, errors="coerce")


def _history(table: pd.DataFrame) -> dict[str, Array]:
    """Each patron's last class of act for the same actor (-1: none yet), and how often they met."""
    last, met = np.full(len(table), -1.0), np.zeros(len(table))
    seen: dict[tuple[int, int], list[tuple[int, float]]] = {}
    columns = (table["actor"], table["patron"], table["crisno"], table["support"])
    for place, (actor, patron, crisis, support) in enumerate(zip(*columns, strict=True)):
        known = seen.setdefault((actor, patron), [])
        before = [each for number, each in known if number != crisis]
        if before:
            last[place], met[place] = before[-1], len(before)
        known.append((crisis, support))
    return {"last": last, "met": met}


# ------------------------------------------------------------------- the game of a row


CAUTION = 0.5
"""How far a coding departs from the middle: these are crude proxies (best within 1946-61)."""


def salience(train: pd.DataFrame, table: pd.DataFrame, features: Sequence[str]) -> Array:
    """How much a crisis matters to the patron: the logit's chance of any support, from train.

    ICB codes no salience, so it is estimated from what was known before.
    """
    return np.asarray(logit(train, table, features)[:, 1:].sum(1))


def salience_within(train: pd.DataFrame, features: Sequence[str]) -> Array:
    """The salience of the rows of train themselves, each fifth of the crises from the others."""
    fold, found = np.asarray(train["crisno"], int) % FOLDS, np.zeros(len(train))
    for each in np.unique(fold):
        found[fold == each] = salience(train[fold != each], train[fold == each], features)
    return found


def coded(table: pd.DataFrame, salient: Array) -> Cases:
    """The rows coded as cases from what was known before; unknown is the middle of a scale."""

    def figure(name: str, otherwise: float = 0.0) -> Array:
        if name not in table:
            return np.full(len(table), otherwise)
        return np.asarray(table[name].fillna(otherwise), float)

    tilt, kept_faith = figure("ideal_tilt"), np.maximum(figure("last"), 0) / 4
    threat = np.isin(figure("icb_gravty"), (5, 6))
    rival = np.maximum(figure("rival_ally_of_adv"), figure("rival_is_adv"))
    shared = {
        "slack": 0.7 - 0.3 * figure("patron_other_war_lag"),
        "proximity": 1 - figure("mindist_patron_actor_km", 6000) / 12000,
        "adv_strength": np.array([0.1, 0.4, 0.7, 0.95])[
            np.clip(figure("icb_southpow", 2), 1, 4).astype(int) - 1
        ],
        "stakes": 0.2 + 0.1 * tilt + 0.2 * threat + 0.2 * rival + 0.2 * kept_faith,
        "competing_ties": 0.5 - 0.1 * tilt + 0.3 * figure("atop_any_adv") - 0.2 * rival,
        "econ_exposure": 5 * figure("trade_share_patron"),
    }
    proxies = {n: 0.5 + CAUTION * (np.clip(each, 0.05, 0.95) - 0.5) for n, each in shared.items()}
    pact = figure("atop_defense")
    treaty = np.where(pact > 0, "defence", np.where(figure("atop_consul") > 0, "consultation", ""))
    return Cases(
        tuple(str(each) for each in range(len(table))),
        np.asarray(table["year"], int),
        tuple(str(each) for each in table["patron"]),
        tuple(str(each) for each in treaty),
        proxies | {"reputation": salient},
        np.asarray(table["support"], int),
    )


# ------------------------------------------------------------------- forecasts

Forecaster = Callable[[pd.DataFrame, pd.DataFrame, Sequence[str]], Array]


def strategic(train: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> Array:
    """The model's chance of each class, weights and precision fitted to train."""
    cases = coded(train, salience_within(train, features))
    weight = np.asarray(train["row_weight"], float)
    record = Record(cases, games_of(world_of(cases)), cases.outcome, CLASSES, weight, tastes=True)
    asked = coded(test, salience(train, test, features))
    return forecast(asked, fitted(record).logs, CLASSES)


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


FORECASTERS: dict[str, Forecaster] = {
    "model": strategic,
    "base_rate": base_rate,
    "logit": logit,
    "last_behaviour": last_behaviour,
}


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


def event_losses(question: Question, forecast: Array, outcome: Array) -> tuple[Array, Array, Array]:
    """Logarithmic and Brier losses of the rows a question asks about, and which rows these are."""
    asked = outcome >= question.given
    among = np.maximum(forecast[:, question.given :].sum(1), LEAST)
    chance = np.clip(forecast[:, question.least :].sum(1) / among, LEAST, 1 - LEAST)[asked]
    happened = (outcome >= question.least)[asked]
    return -np.log(np.where(happened, chance, 1 - chance)), (chance - happened) ** 2, asked


def backtest(path: Path, split: int, chosen: str | None) -> dict[str, object]:
    """Scores of each question by each forecaster, trained before a year and tested from it on."""
    table = read_patrons(path)
    features = feature_names(path, table, chosen)
    train, test = table[table["year"] < split], table[table["year"] >= split]
    years = f"{table['year'].min():.0f} to {table['year'].max():.0f}"
    if len(train) < 30 or len(test) < 5:
        raise ConfigError(
            f"--train-before: found {split}, {len(train)} rows before and {len(test)} after; "
            f"valid: a year in {years} with 30 rows before it and 5 after"
        )
    outcome = np.asarray(test["support"], int)
    forecasts = {name: each(train, test, features) for name, each in FORECASTERS.items()}
    weight = np.asarray(test["row_weight"], float)
    crises = np.asarray(test["crisno"])
    found: dict[str, object] = {
        "train": len(train),
        "test": len(test),
        "train_before": split,
        "features": list(features),
    }
    for key, question in QUESTIONS.items():
        losses = {n: event_losses(question, each, outcome) for n, each in forecasts.items()}
        asked = losses["model"][2]
        scale = weight[asked] / weight[asked].mean()
        found[key] = {
            name: {
                "log": float((log * scale).mean()),
                "brier": float((brier * scale).mean()),
                "n": int(asked.sum()),
                "model_less_this": asdict(
                    interval((losses["model"][0] - log) * scale, crises[asked])
                ),
            }
            for name, (log, brier, _) in losses.items()
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
    lines = [
        f"{found['train']} rows before {found['train_before']}, {found['test']} from then on; "
        "weighted so that each crisis and patron counts once."
    ]
    for key, question in QUESTIONS.items():
        rows = found[key]
        assert isinstance(rows, dict)
        lines += ["", f"{question.words} ({rows['model']['n']} rows)"]
        told = []
        for name, each in rows.items():
            gap = each["model_less_this"]
            ends = words.interval(gap["low"], gap["high"], 3)
            paired = f"{words.decimal(gap['mean'], 3)}  {ends}"
            own = "" if name == "model" else paired
            told.append((name.replace("_", " "), each["log"], each["brier"], own))
        heads = ("", "log loss", "Brier", "model less this, log loss")
        lines += words.aligned(("<16", ">9.3f", ">8.3f", "   <"), told, heads)
    return "\n".join(lines)
