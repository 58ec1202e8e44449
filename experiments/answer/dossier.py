"""The report of a run: its answer, figures, duels, and what was played."""

from pathlib import Path

import pandas as pd

from experiments.answer.verdict import Verdict
from experiments.engine.duel import METHOD
from experiments.figures.report import JUDGEMENTS, OF_SAMPLING, Report, page

CAPTIONS = {
    "rungs": "What each state does, turn by turn: shares of the runs by rung, and what happened.",
    "reputations": "Reliability and honesty of the states: mean, and where 80 % of the runs lie.",
    "oil": "The price of oil: mean, and where 80 % of the runs lie.",
    "duels": "Words against each other policy, on the same random draws.",
    "why": "The difference between words and intervention, payoff term by payoff term.",
}
SHOWN = (
    "patron", "protege", "talk", "act", "headline", "difference", "low", "high", "history_low",
    "history_high", "better", "worse", "same", "moved", "runs",
)  # fmt: skip
"""Columns of the duels that the report shows; `answer.json` has all."""


def dossier(found: Verdict, answer: str, figures: list[str], folder: Path, draws: int) -> str:
    """The report of a run as HTML, with the figures of its folder."""
    file = found.preset.file
    duels = pd.DataFrame([each.row() for each in found.fought])
    report = Report(
        title=file.title,
        question=file.question,
        answer=answer,
        figures={name: CAPTIONS[name] for name in figures},
        tables={"duels": duels[[each for each in SHOWN if each in duels]]} if len(duels) else {},
        method=METHOD,
        rows=[
            ("kind", "run"),
            ("preset", found.preset.name),
            ("seed", found.seed),
            ("runs", found.ensemble.runs),
            ("turns", f"{file.turns} of {file.turn_days:g} days from {file.start}"),
            ("draws of the weights", draws),
            *((key, f"set to {value}") for key, value in found.preset.changes.items()),
        ],
        caveats=[JUDGEMENTS, _doubt(draws)],
    )
    return page(report, folder)


def _doubt(draws: int) -> str:
    """What the intervals cover."""
    if draws:
        return (
            "A headline follows the wider of two intervals: of sampling, and over what history "
            "leaves open of the weights. Neither covers doubt about the model itself."
        )
    return OF_SAMPLING
