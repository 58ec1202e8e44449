"""A checked preset: its figures, its menus, and where each value was given."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any  # files are made from the declarations

import numpy as np
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from agents.payoffs import Term
from model.preset.files import Files
from model.preset.layers import Layers, Origin
from model.preset.messages import bounds, checked, member, unit
from model.preset.schemas import ActionEntry, profile_schema
from model.preset.toml import ROOT, ConfigError, document
from model.quantities import Number
from model.world import Array

LADDER = ROOT / "agents" / "actions.toml"


@dataclass(frozen=True, eq=False)
class Preset:
    """A checked preset: its file's figures, a profile for each player, and what varies by run.

    `terms` are its payoff terms, the user's own after the built-in ones; `layers` has
    every value as it was given, and where. `inputs` maps the files that it was read from to the
    SHA-256 of their bytes; `changes` were laid over them, and `files` keeps what they said.
    """

    name: str
    path: Path
    file: Any  # a PresetFile, made from the declarations
    profiles: dict[str, Any]  # of Profile
    arrays: dict[str, Array]
    inputs: dict[Path, str]
    terms: dict[str, Term]
    layers: Layers
    changes: dict[str, Any] = field(default_factory=dict)
    files: Files = field(default_factory=Files)

    @property
    def weeks(self) -> float:
        """Length of a turn in weeks."""
        return self.file.turn_days / 7

    def figure(self, key: str) -> float | Array:
        """A figure by its key, such as `russia.means.money`: one number or one a run."""
        if key in self.arrays:
            return self.arrays[key]
        first, *rest = key.split(".")
        found = self.profiles[first] if first in self.profiles else getattr(self.file, first)
        for part in rest:
            found = found.get(part, 0.0) if isinstance(found, dict) else getattr(found, part)
        return found

    def declared(self, key: str) -> FieldInfo | None:
        """The declaration of a value; None if there is none."""
        first, *rest = key.split(".")
        if first in self.profiles:
            return member(profile_schema(tuple(self.terms.values())), tuple(rest))[1]
        return member(type(self.file), (first, *rest))[1]

    def range(self, key: str) -> tuple[float, float, str] | None:
        """The lowest and highest valid value of a figure, and its unit; None for other values."""
        declared = self.declared(key)
        limits = bounds(declared) if declared is not None else None
        return None if limits is None or declared is None else (*limits, unit(declared))

    def default(self, key: str) -> Any:
        """The declared default of a value; None if there is none."""
        declared = self.declared(key)
        if declared is None or declared.default is PydanticUndefined:
            return None
        return declared.default

    def origins(self, key: str) -> list[Origin]:
        """All origins of a value, the winning one last; empty if it is the default."""
        return self.layers.origins.get(tuple(key.split(".")), [])

    def beside(self, key: str, name: str) -> Path:
        """The path that a value names, relative to the file that holds the value."""
        given = self.origins(key)
        return (given[-1].folder if given else Path()) / name

    def event_value(self, sets: str, day: date, before: Number) -> Number:
        """The value set by the events up to a day, or the given one if there are none."""
        for event in sorted(self.file.events, key=lambda each: each.day):
            if event.sets == sets and event.day <= day:
                before = np.asarray(event.value)
        return before

    def attack_turn(self) -> int | None:
        """The turn of a scripted attack; None if the attack is endogenous."""
        if self.file.attack != "scripted":
            return None
        days = (self.file.attack_day - self.file.start).days
        return int(days / self.file.turn_days + 1e-9)


@cache
def ladder_entries() -> dict[str, Any]:
    """The catalogue of actions, checked: name to role and attributes."""
    read = document(LADDER)
    mistakes = list(read.faults)
    layers = Layers()
    layers.lay(read.values, Origin(read))
    entries = {
        name: checked(ActionEntry, entry, layers, (name,), str(LADDER), mistakes)[0]
        for name, entry in layers.values.items()
    }
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return entries


def open_actions(role: str, *rungs: int) -> tuple[str, ...]:
    """The open actions of a role between two rungs, in ladder order.

    >>> open_actions("patron", 4, 5)
    ('arms', 'force')
    """
    return tuple(
        name
        for name, entry in ladder_entries().items()
        if entry.role == role and entry.rung in rungs and not entry.hidden
    )


def seat_actions(file: Any, player: str, profile: Any) -> tuple[str, ...]:
    """The actions of a state's seat in ladder order: a principal's or a patron's."""
    principal = player in (file.target, file.challenger)
    role = "principal" if principal else "patron"
    # only the state that has a programme can sprint
    able = not principal or (profile.target.programme > 0 and player == file.target)
    return tuple(
        name
        for name, entry in ladder_entries().items()
        if entry.role == role and (able or name not in ("sprint", "bases"))
    )


def menu(preset: Preset, player: str) -> tuple[str, ...]:
    """The actions open to a state: its own menu, or all of its seat's, in ladder order."""
    profile = preset.profiles[player]
    allowed = seat_actions(preset.file, player, profile)
    return tuple(name for name in allowed if profile.menu is None or name in profile.menu)


def every_value(preset: Preset) -> Iterator[tuple[str, Any]]:
    """Every value by its key: the preset's own, then each state's."""
    yield from _leaves("", preset.file)
    for player, profile in preset.profiles.items():
        yield from _leaves(f"{player}.", profile)


def _leaves(beneath: str, table: Any) -> Iterator[tuple[str, Any]]:
    """The values in a table and its subtables; sources are shown beside their figures instead."""
    items = dict(table) if isinstance(table, BaseModel) else table
    for name, value in items.items():
        if name == "sources" or (
            name == "target" and isinstance(value, BaseModel) and _idle(value)
        ):
            continue
        if isinstance(value, BaseModel | dict):
            yield from _leaves(f"{beneath}{name}.", value)
        else:
            yield f"{beneath}{name}", value


def _idle(target: BaseModel) -> bool:
    """Whether the section that only a target uses was left empty."""
    return not target.model_fields_set
