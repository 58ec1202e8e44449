"""A second coder's sheet, and how far two codings of the same cases agree.

The sheet is blind: it names the case and nothing that the first coder found.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from experiments.engine.store import write_files
from experiments.engine.words import aligned
from experiments.history.backtest import patron_out, strategic
from experiments.history.cases import COLUMNS, COVARIATES, RUNGS, Cases, read_cases
from experiments.history.scoring import interval, ranked_probability
from model.preset.load import ConfigError
from model.preset.tables import read_table
from model.world import Array

CODE_BOOK = {
    "treaty": "clause in force between patron and protege: none, defence, offensive, "
    "consultation, neutrality, non-aggression; several joined by +",
    "outcome": "highest rung of incremental help in the window: "
    + ", ".join(f"{rung} {action}" for rung, action in enumerate(RUNGS))
    + " (fighting, or deployed ready to fight)",
    "slack": "0 tied down elsewhere, 1 free",
    "proximity": "0 out of reach, 1 immediate access",
    "adv_strength": "0 weak, 1 nuclear peer or crushing",
    "stakes": "what the protege's survival is worth to the patron: 0 nothing, 1 the most",
    "competing_ties": "ties of the patron to the adversary: 0 none, 1 the most",
    "reputation": "how visibly the patron's word stands on it: 0 not at all, 1 the most",
    "econ_exposure": "losses that siding would bring: 0 none, 1 the most",
}
"""What a coder fills in, and how."""

HOW = (
    "Code each case from your own sources, without the file of the first coder. Shares are from 0\n"
    "to 1; leave one empty if you cannot tell. Outcomes are judged last, and every row needs one."
)
"""What a second coder is told first."""

NAMED = ("case_id", "year", "window", "patron", "protege", "adversary")
"""What a blind sheet tells of a case."""

Level = Literal["nominal", "ordinal", "interval"]

LEVELS: dict[str, Level] = {"treaty": "nominal", "outcome": "ordinal"}
"""Level of measurement of a column; the shares are intervals."""


def blank(path: Path, out: Path) -> tuple[int, Path]:
    """Write the blind sheet of a file of cases, and the code book beside it.

    Gives how many cases there are and where the code book is. The filled sheet is a file of cases.
    """
    table = read_table(path, COLUMNS)
    named = [each for each in NAMED if each in table.head]
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow([*named, *CODE_BOOK])
    for row in table.rows:
        sheet.writerow([*(row.cells[each] for each in named), *("" for _ in CODE_BOOK)])
    book = out.with_name(f"{out.stem}_code_book.txt")
    lines = [HOW, "", *(f"{name}: {meaning}" for name, meaning in CODE_BOOK.items())]
    write_files({out: text.getvalue().encode(), book: ("\n".join(lines) + "\n").encode()})
    return len(table.rows), book


def with_alternatives(path: Path) -> tuple[Cases, Cases]:
    """The cases of a file, and the same with `outcome_alt` where it is given."""
    cases = read_cases(path)
    table = read_table(path, (*COLUMNS, "outcome", "outcome_alt"))
    other = [
        table.whole(row, "outcome_alt", 0, len(RUNGS) - 1) if row.cells["outcome_alt"] else first
        for row, first in zip(table.rows, cases.outcome, strict=True)
    ]
    table.refuse()
    return cases, replace(cases, outcome=np.array(other, int))


def both(first: Path, second: Path) -> tuple[Cases, Cases]:
    """The cases that two files have in common, in the order of the first. Raises ConfigError."""
    ours, theirs = read_cases(first), read_cases(second)
    common = [each for each in ours.case_id if each in set(theirs.case_id)]
    if not common:
        raise ConfigError(f"{second}: no case_id of {first}; valid: a second coding of its cases")
    places = {each: place for place, each in enumerate(theirs.case_id)}
    mine = {each: place for place, each in enumerate(ours.case_id)}
    return (
        ours[np.array([mine[each] for each in common])],
        theirs[np.array([places[each] for each in common])],
    )


# ------------------------------------------------------------------- agreement


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha of a column, the share of equal codings, and how many were compared."""

    column: str
    alpha: float
    equal: float
    count: int


def alpha(one: Array, other: Array, level: Level) -> float:
    """Krippendorff's alpha of two codings, 1 where they agree in all (Krippendorff 2019)."""
    try:
        import krippendorff
    except ModuleNotFoundError as error:
        raise ConfigError(
            "cases: krippendorff is not installed; valid: pip install 'cheaptalk[history]'"
        ) from error
    table = np.stack([one, other]).astype(float)
    if (table == table[0, 0]).all():
        return 1.0
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


def agreement(one: Cases, other: Cases) -> list[Agreement]:
    """How far two codings agree, column by column."""
    words = sorted({*one.treaty, *other.treaty})
    columns = {
        "outcome": (one.outcome, other.outcome),
        "treaty": tuple(np.array([words.index(t) for t in each.treaty]) for each in (one, other)),
        **{name: (one.covariates[name], other.covariates[name]) for name in COVARIATES},
    }
    return [
        Agreement(
            name,
            alpha(ours, theirs, LEVELS.get(name, "interval")),
            float((ours == theirs).mean()),
            len(ours),
        )
        for name, (ours, theirs) in columns.items()
    ]


def scored(one: Cases, other: Cases) -> dict[str, dict[str, float]]:
    """Leave-one-patron-out RPS fitted to and scored on each coding, and across them."""
    forecasts = {}
    for name, cases in (("first", one), ("second", other)):
        rows = np.zeros((len(cases), len(RUNGS)))
        for fold in patron_out(cases):
            rows[fold] = strategic(cases[~fold], cases[fold])
        forecasts[name] = rows
    found = {}
    for name, rows in forecasts.items():
        scores = {}
        for on, cases in (("first", one), ("second", other)):
            scores[on] = interval(ranked_probability(rows, cases.outcome)).mean
        found[name] = scores
    return found


def compared(one: Cases, other: Cases) -> dict[str, object]:
    """Agreement and scores of two codings."""
    return {
        "agreement": [vars(each) for each in agreement(one, other)],
        "rps": scored(one, other),
    }


def as_json(found: Mapping[str, object]) -> str:
    """The comparison as one JSON object."""
    return json.dumps(found, indent=1)


def in_words(found: Mapping[str, object]) -> str:
    """Agreement column by column, and the scores with either coding."""
    rows, scores = found["agreement"], found["rps"]
    assert isinstance(rows, list) and isinstance(scores, dict)
    told = [(each["column"], each["alpha"], each["equal"], each["count"]) for each in rows]
    heads = ("", "alpha", "equal", "cases")
    lines = aligned(("<16", ">7.3f", ">7.2f", ">7"), told, heads)
    lines += ["", "leave-one-patron-out RPS of the game, fitted to a coding and scored on one"]
    for name, each in scores.items():
        lines.append(
            f"  fitted to the {name:<7} on the first {each['first']:.4f}, "
            f"on the second {each['second']:.4f}"
        )
    return "\n".join(lines)
