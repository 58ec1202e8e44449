"""What was observed beside a preset: dated acts, and the price of Brent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from experiments.engine.tables import missing, read_table
from model.parameters import RUNGS
from model.preset.load import Preset

BELLIGERENT = {"strike": 5, "retaliation": 4, "threat": 1}
"""Rungs of the acts that a timeline marks X, by their class."""


@dataclass(frozen=True)
class Act:
    """A dated act: who acted, the rung (None where it is on none), and what was done.

    `marked` are the acts of the war itself, to which the timeline gives an X for a level.
    """

    day: date
    actor: str
    rung: int | None
    marked: bool
    what: str


def acts_of(preset: Preset) -> list[Act]:
    """The dated acts of a preset's timeline, none where it has no timeline. Raises ConfigError."""
    name = preset.file.observed.timeline
    return [] if name is None else timeline(preset.beside("observed.timeline", name))


def timeline(path: Path) -> list[Act]:
    """The dated acts of a CSV file: date, actor, action_class, ladder_level. Raises ConfigError.

    A level is a rung from 0 to 5, or X or a missing code where the class alone says what it was.
    A column `what`, if there is one, says in words what was done.
    """
    table = read_table(path, ("date", "actor", "action_class", "ladder_level"))
    acts = []
    for row in table.rows:
        level, kind = row.cells["ladder_level"], row.cells["action_class"]
        rung, marked = BELLIGERENT.get(kind), level.upper() == "X"
        if rung is None and not (marked or missing(level)):
            rung = table.whole(row, "ladder_level", RUNGS[0], RUNGS[-1])
        day, what = table.day(row, "date"), row.cells.get("what", "")
        acts.append(Act(day, row.cells["actor"], rung, marked, what))
    table.refuse()
    return acts


def between(acts: Iterable[Act], since: date, until: date) -> list[Act]:
    """The acts from one day until before another, those of the war itself and high rungs first."""
    return sorted(
        (act for act in acts if since <= act.day < until),
        key=lambda act: (act.marked, -1 if act.rung is None else act.rung),
        reverse=True,
    )


def on_ladder(preset: Preset, acts: Iterable[Act]) -> pd.DataFrame:
    """The acts of a preset's states on the ladder: columns day, state, rung."""
    names = {name: [each.label, *each.aliases] for name, each in preset.profiles.items()}
    rows = [
        (act.day, name, act.rung)
        for act in acts
        if act.rung is not None
        for name, known in names.items()
        if any(each in act.actor for each in known)
    ]
    return pd.DataFrame(rows, columns=["day", "state", "rung"])


def observed_rungs(preset: Preset) -> pd.DataFrame | None:
    """The acts of a preset's timeline on the ladder; None where it has no timeline."""
    return None if preset.file.observed.timeline is None else on_ladder(preset, acts_of(preset))


def brent(preset: Preset) -> dict[date, float]:
    """Brent as it was observed, USD/bbl by day."""
    return {date.fromisoformat(day): price for day, price in preset.file.observed.brent.items()}
