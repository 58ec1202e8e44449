"""Reads potential patrons in the International Crisis Behavior data.

Reads the project's own actor-level file (ICB2, version 13 or later), or a table of potential
patrons made from it and joined with other sources. See Brecher & Wilkenfeld 2000.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.history.cases import RUNGS
from experiments.history.memory import expectations, shown_by
from model.preset.load import ConfigError, suggestion
from model.preset.tables import Table, as_number, missing, read_table
from model.world import Array

SUPERPOWERS = {"us": 2, "su": 365}
"""Prefix of the columns on each superpower's activity, and its number."""

GREAT_POWERS = (2, 200, 220, 255, 325, 365, 740)
"""Whoever may be a patron before 1946: besides the two the United Kingdom, France, Germany, Italy
and Japan, where a file has them."""

SUPERPOWERS_SINCE = 1946
"""From this year on the two superpowers alone are counted as patrons, and never as proteges."""

EARLIEST = 1918
"""The year of the first crisis in the data."""

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

OTHERS = ("rivalry_patron_adv", "rivalry_patron_actor", "cinc_patron", "cinc_actor", "cinc_adv")
"""Further columns that figures of the game are coded from."""


# ------------------------------------------------------------------- reading


def read_patrons(path: Path, since: int = SUPERPOWERS_SINCE) -> pd.DataFrame:
    """The potential patrons of a file: one row a great power and crisis actor, `support` known.

    The superpowers alone are patrons from 1946 on. Not counted: actors that are superpowers then, a
    power that is the adversary or the trigger. `support` is the class of an act in support, 0 where
    inactive; acts that the protege did not find favourable are left out.
    """
    table = read_pairs(path)
    inactive = table["icb_inv"].map(ACTIVITY_CLASSES) == 0
    favoured = table["icb_favr"] == FAVOURED
    table["support"] = table["icb_inv"].map(ACTIVITY_CLASSES).where(inactive | favoured)
    superpowers, later = list(SUPERPOWERS.values()), table["year"] >= SUPERPOWERS_SINCE
    trigger = table["patron_is_trigger"] if "patron_is_trigger" in table else table["patron"] < 0
    powers = table["patron"].isin(superpowers) & ~table["actor"].isin(superpowers)
    kept = powers.where(later, table["patron"].isin(GREAT_POWERS))
    kept &= (table["adversary"] != table["patron"]) & (trigger == 0) & (table["year"] >= since)
    kept &= table["support"].notna()
    found = table[kept].sort_values(["year", "crisno", "cracno"], kind="stable")
    if len(found) == 0:
        raise ConfigError(f"{path}: no potential patron found; valid: ICB crises since {since}")
    found = found.reset_index(drop=True)
    rows = found.groupby(["crisno", "patron"])["crisno"].transform("size")
    return found.assign(row_weight=1 / rows, **remembered(found))


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
    joined = {*TABLE, *FEATURES, *OTHERS, "patron_is_trigger"}
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


SHOWN = np.array([max(shown_by(a) for a in RUNGS if CLASS_OF_ACTION[a] == n) for n in NAMES])
"""What an act of each class lets the protege expect: the most that its actions show."""


def remembered(table: pd.DataFrame) -> dict[str, Array]:
    """What each protege expects, the patron's last class of act for it, and how often they met."""
    pairs = list(zip(table["actor"], table["patron"], strict=True))
    event, act = np.asarray(table["crisno"], float), np.asarray(table["support"], int)
    expected, last, met = expectations(pairs, event, act, SHOWN)
    return {"expected": expected, "last": last, "met": met}
