"""What was observed beside a preset: dated acts, and the price of Brent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from model.parameters import RUNGS
from model.preset.load import Preset
from model.preset.tables import missing, read_table

BELLIGERENT = {"strike": 5, "retaliation": 5, "threat": 1}
"""Rungs of the acts that a timeline marks X, by their class.

Fire between the principals, first or in return, is a campaign unless a number says that it was a
limited strike.
"""

AT_HOSTS = 4
"""The rung of a principal's strike at a third state, as at bases there."""


@dataclass(frozen=True)
class Act:
    """A dated act: who acted, the rung (None where it is on none), what was done, of which class.

    `marked` are the acts of the war itself, to which the timeline gives an X for a level.
    """

    day: date
    actor: str
    rung: int | None
    marked: bool
    what: str
    target: str = ""
    kind: str = ""


def acts_of(preset: Preset) -> list[Act]:
    """The dated acts of a preset's timeline, none where it has no timeline. Raises ConfigError."""
    name = preset.file.observed.timeline
    return [] if name is None else timeline(preset.beside("observed.timeline", name))


def timeline(path: Path) -> list[Act]:
    """The dated acts of a CSV file: date, actor, action_class, ladder_level. Raises ConfigError.

    A level is a rung from 0 to 5, or X or a missing code where the class alone says what it was.
    Columns `what` and `target`, if there are any, say what was done and to whom.
    """
    table = read_table(path, ("date", "actor", "action_class", "ladder_level"))
    acts = []
    for row in table.rows:
        level, kind = row.cells["ladder_level"], row.cells["action_class"]
        rung, marked = BELLIGERENT.get(kind), level.upper() == "X"
        if not (marked or missing(level)):
            rung = table.whole(row, "ladder_level", RUNGS[0], RUNGS[-1])
        day, cells = table.day(row, "date"), row.cells
        what, target = cells.get("what", ""), cells.get("target", "")
        acts.append(Act(day, cells["actor"], rung, marked, what, target, kind))
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
    rows = [
        (act.day, name, rung_of(preset, name, act))
        for act in acts
        if act.rung is not None
        for name in preset.profiles
        if names_one(preset, [name], act.actor)
    ]
    return pd.DataFrame(rows, columns=["day", "state", "rung"])


def names_one(preset: Preset, states: Iterable[str], words: str) -> bool:
    """Whether some words name one of these states, by its label or an alias."""
    profiles = [preset.profiles[name] for name in states]
    return any(known in words for each in profiles for known in (each.label, *each.aliases))


def rung_of(preset: Preset, state: str, act: Act) -> int | None:
    """The rung of a state's act: a principal's strike that is aimed at neither is one at hosts."""
    principals = (preset.file.target, preset.file.challenger)
    aside = act.target and not names_one(preset, principals, act.target)
    if act.rung is not None and act.marked and state in principals and aside:
        return min(act.rung, AT_HOSTS)
    return act.rung


def observed_rungs(preset: Preset) -> pd.DataFrame | None:
    """The acts of a preset's timeline on the ladder; None where it has no timeline."""
    return None if preset.file.observed.timeline is None else on_ladder(preset, acts_of(preset))


def brent(preset: Preset) -> dict[date, float]:
    """Brent as it was observed, USD/bbl by day."""
    return {date.fromisoformat(day): price for day, price in preset.file.observed.brent.items()}
