"""Alliances invoked in wars: honoured or not by clause, beside the game's chance of honouring.

Reads wars by alliance (Berkemeier & Fuhrmann 2018; Leeds & Anac 2005). Nothing else is known of
a row, so the game is that of a middling case with the treaty's clauses.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from experiments.history.cases import COVARIATES, DEPTH, RUNGS, UNKNOWN, Cases, games_of, world_of
from experiments.history.judging import Event, judged
from experiments.history.judging import in_words as scores_in_words
from experiments.history.likelihood import DEFAULTS, probabilities
from experiments.history.scoring import interval
from model.preset.load import ConfigError
from model.preset.tables import Row, Table, missing, read_table
from model.treaties import Treaty
from model.world import Array

CLAUSES = ("neutrality", "offensive", "defence", "non-aggression")
"""What is compared, in the order in which honour is expected to fall (Berkemeier & Fuhrmann)."""

MARKS = {
    "neutrality": "neutral",
    "offensive": "offense",
    "defence": "defense",
    "non-aggression": "nonagg",
}
COLUMNS = ("warid", "atopid", "war_start", "invoked", "honored", *MARKS.values())

HELPS = np.array([action in ("arms", "force") for action in RUNGS], float)
"""What honours a clause that demands help, and breaks one that forbids it for the other side."""

FORBIDS = ("neutrality", "non-aggression")
PRIOR_ROWS = 5.0


def read_invoked(path: Path, before: int | None = None) -> tuple[Array, Array, Array, Array]:
    """Clause, whether it was honoured, war and year of each invocation. Raises ConfigError.

    Where an alliance has several clauses the most demanding counts: offensive, then defence, then
    neutrality, then non-aggression.
    """
    table = read_table(path, COLUMNS)
    rows = []
    for row in table.rows:
        if table.whole(row, "invoked", 0, 1) and not missing(row.cells["honored"]):
            clause = _clause(table, row)
            year = table.whole(row, "war_start", 1, 9999)
            kept, war = table.whole(row, "honored", 0, 1), table.whole(row, "warid", 0, 10**9)
            rows.append((clause, kept, war, year))
    table.refuse()
    rows = [each for each in rows if each[0] and each[3] < (before or np.inf)]
    if not rows:
        raise ConfigError(f"{path}: no invocation found; valid: rows with invoked = 1 and a clause")
    columns = [np.array(each) for each in zip(*rows, strict=True)]
    return columns[0], columns[1], columns[2], columns[3]


def _clause(table: Table, row: Row) -> str:
    """The most demanding clause of a row; empty where it has none of these."""
    has = {
        clause: not missing(row.cells[mark]) and table.whole(row, mark, 0, 1) == 1
        for clause, mark in MARKS.items()
    }
    order = ("offensive", "defence", "neutrality", "non-aggression")
    return next((clause for clause in order if has[clause]), "")


def modelled(clauses: Array, logs: Array | None = None) -> Array:
    """The game's chance that each clause is honoured in a middling case.

    A clause that forbids is the one with the adversary: it is broken by arms or force for the
    protege. `logs` are weights and precision, the defaults' where none are given.
    """
    count = len(clauses)
    answers = [str(each) if each not in FORBIDS else "" for each in clauses]
    # attack by the holder's partner binds an offensive clause; the game knows who is attacked
    cases = Cases(
        tuple(str(each) for each in range(count)),
        np.full(count, 2000),
        ("patron",) * count,
        tuple("defence" if each == "offensive" else each for each in answers),
        {name: np.full(count, UNKNOWN) for name in COVARIATES},
        np.full(count, -1),
    )
    world = world_of(cases)
    start = date(2000, 1, 1)
    forbidding = tuple(
        Treaty("patron", "adversary", "non-aggression", DEPTH["neutrality"] * marks, start, start)
        for marks in [np.isin(clauses, FORBIDS).astype(float)]
    )
    games = games_of(replace(world, treaties=(*world.treaties, *forbidding)))
    helped = probabilities(games, np.log(DEFAULTS) if logs is None else logs) @ HELPS
    return np.where(np.isin(clauses, FORBIDS), 1 - helped, helped)


def by_clause(clause: Array, kept: Array) -> Array:
    """The share honoured by clause, each left out of its own, mixed with five rows of the mean."""
    mean = kept.mean()
    said = np.zeros(len(kept))
    for place, each in enumerate(clause):
        others = (clause == each) & (np.arange(len(kept)) != place)
        said[place] = (kept[others].sum() + PRIOR_ROWS * mean) / (others.sum() + PRIOR_ROWS)
    return said


def compared(path: Path, before: int | None = None) -> dict[str, object]:
    """Honour by clause, seen and by the game, the order, and the scores of the forecasts."""
    clause, kept, war, _ = read_invoked(path, before)
    said = modelled(clause)
    table = {}
    for each in CLAUSES:
        chosen = clause == each
        if not chosen.any():
            continue
        seen = interval(kept[chosen].astype(float), war[chosen])
        table[each] = {
            "rows": int(chosen.sum()),
            "honoured": seen.mean,
            "low": seen.low,
            "high": seen.high,
            "model": float(said[chosen].mean()),
        }
    event = Event(kept == 1, np.ones(len(kept)), war)
    chances = {
        "model": said,
        "base_rate": np.full(len(kept), kept.mean()),
        "clause_only": by_clause(clause, kept),
    }
    return {"clauses": table, "scores": judged(event, chances)}


def as_json(found: Mapping[str, object]) -> str:
    """The comparison as one JSON object."""
    return json.dumps(found, indent=1)


def in_words(found: Mapping[str, object]) -> str:
    """Honour by clause, and the scores."""
    rows, scores = found["clauses"], found["scores"]
    assert isinstance(rows, dict) and isinstance(scores, dict)
    lines = [
        f"{name:<16}{each['rows']:>4} invoked, honoured {each['honoured']:.2f} "
        f"[{each['low']:.2f}, {each['high']:.2f}], by the game {each['model']:.2f}"
        for name, each in rows.items()
    ]
    return "\n".join([*lines, "", *scores_in_words(scores)])
