"""Reads presets and profiles once, checks them, and reports all mistakes together.

A preset names who plays, when, and what happens on known dates; each state's figures come
from its profile. Later layers win over earlier ones: declared defaults, the file that a profile
extends, the profile, the preset's `[states]`, `--with` files, and `--set` options.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any  # a parsed TOML document has values of any type

import numpy as np

from agents.payoffs import Term
from model.preset.catalogue import varies_by_run
from model.preset.colours import colours
from model.preset.consistency import Found, of_a_menu, of_a_profile, of_the_crisis
from model.preset.files import Files, Reading, without
from model.preset.first_world import first_world
from model.preset.layers import Origin
from model.preset.messages import checked, keys
from model.preset.own_terms import own_terms, probed
from model.preset.preset import LADDER, Preset, ladder_entries, menu, seat_actions
from model.preset.schemas import BUILT_IN, Norm, PresetFile, Profile, profile_schema
from model.preset.toml import (
    ROOT,
    ConfigError,
    Location,
    document,
    is_there,
    named_file,
    names,
    shown,
    suggestion,
    told,
)
from model.world import Array

__all__ = [
    "LADDER", "PRESETS", "PROFILES", "ROOT", "Change", "ConfigError", "Norm", "Preset",
    "PresetFile", "Profile", "changed", "document", "first_world", "ladder_entries", "load",
    "menu",
    "shown", "suggestion",
]  # fmt: skip

PROFILES = ROOT / "agents" / "profiles"
PRESETS = ROOT / "experiments" / "presets"
Change = float | int | str | bool | date | Array | list[Any] | dict[str, Any]


def load(preset: str | Preset, changes: Mapping[str, Change] | None = None) -> Preset:
    """The checked preset of this name or path, with changes laid over it.

    The key of a change is, for example, `russia.weights.audience`, `oil.elasticity` or
    `turn_days`; its value may be an array with one number for each run. The key `with` lists
    files of changes, over which the others are laid. A preset that is already loaded is changed
    as by `changed`. Raises ConfigError, with a line for each mistake.
    """
    if isinstance(preset, Preset):
        return changed(preset, changes)
    return _laid(named_file([PRESETS], preset, "preset"), dict(changes or {}), Files())


def changed(preset: Preset, changes: Mapping[str, Change] | None = None) -> Preset:
    """The checked preset with further changes laid over those with which it was loaded.

    Files that were read for it before are not read again. Raises ConfigError.
    """
    if not changes:
        return preset
    laid = {**preset.changes, **changes}
    if "with" in changes:
        over = [*_listed(preset.changes.get("with")), *_listed(changes["with"])]
        laid["with"] = list(dict.fromkeys(over))
    return _laid(preset.path, laid, preset.files)


def _laid(path: Path, changes: dict[str, Change], files: Files) -> Preset:
    """The preset at a path with changes laid over it."""
    own = {key: each for key, each in changes.items() if key != "with"}
    arrays = {key: _row(key, each) for key, each in own.items() if isinstance(each, np.ndarray)}
    over = _listed(changes.get("with"))
    plain = {
        key: float(arrays[key][0]) if key in arrays else _plain(key, value)
        for key, value in own.items()
    }
    preset = _Loading(path, over, files).preset(plain)
    preset = replace(preset, arrays=arrays, changes=changes)
    for key, row in arrays.items():
        if not varies_by_run(key):
            raise ConfigError(f"--set {key}: found a value for each run; valid: one number")
        wrong = _wrong_run(preset, key, row)
        if wrong is not None:  # the run's own figures give the message
            figures = {each: float(arrays[each][wrong]) for each in arrays}
            _Loading(path, over, files).preset(plain | figures)
    return preset


def _listed(files: object) -> list[str]:
    """The files of changes that `with` names, whether it is one or a list."""
    named = [files] if isinstance(files, str) else files
    return [str(each) for each in named] if isinstance(named, list) else []


def _wrong_run(preset: Preset, key: str, row: Array) -> int | None:
    """The first run whose value is out of range, or ties down more than the state has."""
    limits = preset.range(key)
    low, high = limits[:2] if limits is not None else (-np.inf, np.inf)
    wrong = ~((row >= low) & (row <= high))
    whole, _, part = key.rpartition("_")
    if part == "tied":
        most = np.asarray(preset.figure(whole))
        wrong |= row > (most[: len(row)] if most.ndim else most)
    elif f"{key}_tied" in preset.arrays or preset.declared(f"{key}_tied") is not None:
        tied = np.asarray(preset.figure(f"{key}_tied"))
        wrong |= row < (tied[: len(row)] if tied.ndim else tied)
    return int(np.flatnonzero(wrong)[0]) if wrong.any() else None


def _plain(key: str, value: Change) -> Change:
    """A change as a plain Python value; 2.0 becomes 2 where a whole number is required."""
    plain: Change = value.item() if isinstance(value, np.generic) else value
    declared = PresetFile.model_fields.get(key)
    if declared is not None and declared.annotation is int and isinstance(plain, float):
        return int(plain) if plain.is_integer() else plain
    return plain


def _row(key: str, value: Array) -> Array:
    """A change with one value for each run, as a row of numbers."""
    if value.ndim != 1 or value.size == 0 or value.dtype.kind not in "biuf":
        raise ConfigError(
            f"--set {key}: found an array of shape {value.shape} and type {value.dtype}; "
            "valid: one number a run"
        )
    return np.asarray(value, float)


def feasible_end(preset: Preset, key: str, present: float, end: float) -> float:
    """The value nearest to an end of the range that contradicts no other one."""

    def feasible(value: float) -> bool:
        try:
            changed(preset, {key: value})
        except ConfigError:
            return False
        return True

    if feasible(end):
        return end
    inside, outside = present, end
    for _ in range(24):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if feasible(middle) else (inside, middle)
    return inside


class _Loading(Reading):
    """Reads a preset's layers once and checks the result."""

    def __init__(self, path: Path, over: list[str], files: Files) -> None:
        super().__init__(path, [PROFILES], files)
        self.over = over

    def preset(self, changes: Mapping[str, Change]) -> Preset:
        """The checked preset. Raises ConfigError with all mistakes."""
        family = self.family(self.path, [PRESETS], "preset")
        over = [self.read(Path(each)) for each in self.over]
        players = self.players([*family, *over], changes)
        for each in family:
            general = without(each.values, "extends", "states", *players)
            self.layers.lay(general, Origin(each))
        for player in players:
            self.lay_profile(player)
        for each in family:
            own = {key: each.values[key] for key in ("states", *players) if key in each.values}
            self.lay_rooted(own, Origin(each), players)
        for each in over:
            self.lay_file(each, players)
        for key, value in changes.items():
            self.lay_change(key, value, players)
        return self.check(players)

    def check(self, players: list[str]) -> Preset:
        """The checked preset from the layers as they stand."""
        terms = self.terms()
        general = without(self.layers.values, *players)
        whole, place = self.path not in self.broken, shown(self.path)
        schema = profile_schema(tuple(terms.values()))
        meant = [*players, *(f"{player}.{key}" for player in players[:1] for key in keys(schema))]
        file, wrong = checked(
            PresetFile, general, self.layers, (), place, self.mistakes, meant, whole
        )
        if file is not None:
            self.tell((), of_the_crisis(file) + self.missing_files(file), wrong | self.absent)
        profiles = {player: self.profile(player, schema, file, players) for player in players}
        self.refuse()
        ladder = self.files.once(document, LADDER)
        painted = colours({player: each.colour for player, each in profiles.items()})
        preset = Preset(
            name=self.path.stem,
            path=self.path,
            file=file,
            profiles={
                player: each.model_copy(update={"colour": painted[player]})
                for player, each in profiles.items()
            },
            arrays={},
            inputs={self.path: self.inputs[self.path], LADDER: ladder.digest, **self.inputs},
            terms=terms,
            layers=self.layers,
            files=self.files,
        )
        self.mistakes += probed(preset)
        self.refuse()
        return preset

    def profile(self, player: str, schema: Any, file: Any, players: list[str]) -> Any:
        """A state's checked profile; its mistakes are collected."""
        values, whole = self.layers.values.get(player, {}), player not in self.partial
        if not isinstance(values, dict):
            where = self.layers.where((player,), player)
            self.mistakes.append(f"{where}: found {told(values)}; valid: a table")
            return None
        profile, wrong = checked(
            schema, values, self.layers, (player,), player, self.mistakes, (), whole
        )
        if profile is None:
            return None
        found = of_a_profile(player, profile, players, self.states)
        if file is not None:
            seat = seat_actions(file, player, profile)
            attacks = file.attack == "scripted" and player == file.challenger
            found += of_a_menu(profile.menu, seat, sorted(ladder_entries()), attacks)
        self.tell((player,), found, wrong)
        return profile

    @cached_property
    def states(self) -> list[str]:
        """Every state that has a profile."""
        return self.files.once(names, tuple(self.folders))

    def tell(self, at: Location, found: Found, wrong: set[str]) -> None:
        """Collect contradictions, except those that follow from a mistake in the same table."""
        for location, what in found:
            if location[0] not in wrong:
                where = self.layers.where((*at, *location), at[0] if at else shown(self.path))
                self.mistakes.append(f"{where}: {what}")

    def terms(self) -> dict[str, Term]:
        """The built-in payoff terms and the user's own."""
        found = dict(BUILT_IN)
        files, origin = self.layers.values.get("terms"), self.layers.origin(("terms",))
        if isinstance(files, list) and origin is not None:
            names = [each for each in files if isinstance(each, str)]
            own = own_terms(names, origin[0], self.mistakes, self.files)
            self.inputs |= {each.file: each.digest for each in own.values()}
            found |= own
        return found

    def missing_files(self, file: Any) -> Found:
        """Files that the preset names but that do not exist."""
        location, name = ("observed", "timeline"), file.observed.timeline
        origin = self.layers.origin(location)
        if name is None or origin is None:
            return []
        if self.files.once(is_there, origin[0].folder / name):
            return []
        return [(location, f"found {told(name)}; valid: a file, beside the one that names it")]

    def refuse(self) -> None:
        """Raise ConfigError with all mistakes so far, if there are any."""
        if self.mistakes:
            raise ConfigError("\n".join(dict.fromkeys(self.mistakes)))
