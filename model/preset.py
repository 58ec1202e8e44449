"""Presets and profiles: TOML files read once, checked at the door, with every mistake at once.

A preset names who plays, when, and what happens on known dates; each state's figures
come from its profile. Laid over one another, the last wins: declared defaults, what a file
extends, the file, the preset's `[states]`, files given `--with`, and options `--set`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any  # a parsed TOML document has values of any type

import numpy as np

from agents.payoffs import Term
from model.colours import colours
from model.configuration import LADDER, Preset, ladder_entries, menu, seat_actions
from model.contradictions import Found, of_a_menu, of_a_profile, of_the_crisis
from model.documents import (
    ROOT,
    ConfigError,
    Document,
    Location,
    document,
    is_folder,
    is_there,
    named_file,
    names,
    shown,
    suggestion,
    told,
    word,
)
from model.first_world import first_world
from model.layers import Layers, Origin
from model.own_terms import own_terms, probed
from model.schemas import BUILT_IN, Norm, PresetFile, Profile, checked, keys, member, profile_schema
from model.world import Array

__all__ = [
    "LADDER", "PRESETS", "PROFILES", "ROOT", "Change", "ConfigError", "Norm", "Preset",
    "PresetFile", "Profile", "document", "first_world", "ladder_entries", "load", "menu",
    "shown", "suggestion",
]  # fmt: skip

PROFILES = ROOT / "agents" / "profiles"
PRESETS = ROOT / "experiments" / "presets"
PERSONAL = ("label", "colour", "aliases")
"""What does not pass on from a profile to another state's that extends it."""
RESERVED = {*PresetFile.model_fields, "states", "extends", "with"}
A_NAME = "a name of small letters, digits and _, as united_states, that is no key of a preset"

Change = float | int | str | bool | date | Array | list[Any] | dict[str, Any]


def load(name: str, changes: Mapping[str, Change] | None = None) -> Preset:
    """The preset of this name, or at this path, with changes laid over it, checked.

    A change's key reads like `russia.weights.audience`, `oil.elasticity` or `turn_days`; its
    value may be an array with one number a run. The key `with` lists files of changes, over
    which the others are laid. Raises ConfigError with a line for each mistake.
    """
    changes = dict(changes or {})
    files = changes.pop("with", [])
    files = [files] if isinstance(files, str) else files
    arrays = {key: _row(key, each) for key, each in changes.items() if isinstance(each, np.ndarray)}
    loading = _Loading(name, [str(each) for each in files] if isinstance(files, list) else [])
    plain = {k: float(arrays[k].min()) if k in arrays else v for k, v in changes.items()}
    preset = replace(loading.preset(plain), arrays=arrays)
    for key, row in arrays.items():
        if key.endswith((".decision.depth", ".decision.samples")):
            raise ConfigError(f"--set {key}: found a value for each run; valid: one number")
        if row.max() > row.min():
            _Loading(name, loading.files).preset(plain | {key: float(row.max())})
    return preset


def _row(key: str, value: Array) -> Array:
    """A change by run as a row of numbers."""
    if value.ndim != 1 or value.size == 0 or value.dtype.kind not in "biuf":
        raise ConfigError(
            f"--set {key}: found an array of shape {value.shape} and type {value.dtype}; "
            "valid: one number a run"
        )
    return np.asarray(value, float)


class _Loading:
    """One reading of a preset with its layers; mistakes are gathered, and told together."""

    def __init__(self, name: str, files: list[str]) -> None:
        self.files = files
        self.path = named_file([PRESETS], name, "preset")
        self.layers = Layers()
        self.mistakes: list[str] = []
        self.inputs: list[Path] = [self.path, LADDER]
        self.folders = [PROFILES]
        self.broken: set[Path] = set()
        self.partial: set[str] = set()
        self.absent: set[str] = set()  # what cannot be told where a profile is missing
        self.named_in = f"{shown(self.path)}: players"

    def preset(self, changes: Mapping[str, Change]) -> Preset:
        """The checked preset; raises ConfigError with all mistakes."""
        family = self.family(self.path, [PRESETS], "preset")
        over = [self.read(Path(each)) for each in self.files]
        players = self.players([*family, *over], changes)
        for each in family:
            general = _without(each.values, "extends", "states", *players)
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

    # --- reading ---
    def read(self, path: Path) -> Document:
        """A file; its mistakes of syntax are gathered."""
        try:
            found = document(path)
        except ConfigError as error:
            self.mistakes.append(str(error))
            found = Document(path, {}, {})
            self.broken.add(path)
        if found.faults:
            self.mistakes += found.faults
            self.broken.add(path)
        elif path not in self.inputs and path not in self.broken:
            self.inputs.append(path)
        return found

    def family(self, path: Path, folders: list[Path], kind: str) -> list[Document]:
        """A file and those that it extends, the most basic first.

        A file may extend one of its own name in a folder that comes later.
        """
        found = [self.read(path)]
        while (base := found[0].values.get("extends")) is not None:
            where = f"{Origin(found[0], ('extends',)).where()}: extends"
            here = found[0].path
            later = [each for each in folders if base != here.stem or each != here.parent]
            try:
                if not isinstance(base, str):
                    raise ConfigError(f"found {told(base)}; valid: a name in quotes")
                further = named_file(later, base, kind, here.parent)
                if any(_same_file(further, each.path) for each in found):
                    raise ConfigError(f"found {told(base)}, which extends this file itself")
            except ConfigError as error:
                self.mistakes.append(f"{where}: {error}")
                self.broken.add(path)
                break
            found.insert(0, self.read(further))
        return found

    def players(self, documents: list[Document], changes: Mapping[str, Change]) -> list[str]:
        """Who plays, by the last layer that says so; finds the folders of their profiles too."""
        given: Any = []
        for each in documents:
            if "players" in each.values:
                given = each.values["players"]
                self.named_in = f"{Origin(each, ('players',)).where()}: players"
            if "profiles" in each.values:
                self.add_folder(each.values["profiles"], Origin(each, ("profiles",)))
        if "players" in changes:
            given, self.named_in = changes["players"], "--set players"
        if "profiles" in changes:
            self.add_folder(changes["profiles"], Origin("--set profiles"))
        named = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
        if len(named) > len(set(named)):
            self.mistakes.append(f"{self.named_in}: a state is named twice")
        found = []
        for name in list(dict.fromkeys(named))[:40]:
            if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) and name not in RESERVED:
                found.append(name)
            else:
                self.mistakes.append(f"{self.named_in}: found {told(name)}; valid: {A_NAME}")
        return found

    def add_folder(self, name: object, origin: Origin) -> None:
        """Look for profiles in a folder of the user's own first."""
        if isinstance(name, str) and is_folder(origin.folder / name):
            self.folders.insert(0, origin.folder / name)
        elif isinstance(name, str):
            place = origin.described()
            valid = "valid: a folder, beside the file that names it"
            self.mistakes.append(f"{place}: found {told(name)}; {valid}")

    # --- laying ---
    def lay_profile(self, player: str) -> None:
        """Lay a state's profile, over what it extends."""
        try:
            path = named_file(self.folders, player, "profile")
        except ConfigError as error:
            self.mistakes.append(f"{self.named_in}: {error}")
            self.partial.add(player)
            self.absent = {"target", "challenger", "fronts"}
            return
        *basis, own = self.family(path, self.folders, "profile")
        for each in basis:
            kept = () if each.path.stem == player else PERSONAL
            self.layers.put((player,), _without(each.values, "extends", *kept), Origin(each))
        self.layers.put((player,), _without(own.values, "extends"), Origin(own))
        if self.broken & {own.path, *(each.path for each in basis)}:
            self.partial.add(player)

    def lay_file(self, found: Document, players: list[str]) -> None:
        """Lay a file given `--with`: one that extends a state, or changes by key."""
        values, base = _without(found.values, "extends"), found.values.get("extends")
        if base is None or base == self.path.stem:
            self.lay_rooted(values, Origin(found), players)
        elif base in players:
            self.layers.put((str(base),), values, Origin(found))
        else:
            where = Origin(found, ("extends",)).where()
            near = suggestion(told(base), players)
            self.mistakes.append(f"{where}: extends: found {told(base)}{near}")

    def lay_rooted(self, values: Mapping[str, Any], origin: Origin, players: list[str]) -> None:
        """Lay values whose first key is the preset's or a state; `states.x` means `x`."""
        self.layers.lay(_without(values, "states"), origin)
        states = values.get("states", {})
        for player, each in states.items() if isinstance(states, dict) else [("", states)]:
            inside = Origin(origin.source, ("states", player) if player else ("states",))
            if player not in players:
                near = suggestion(player, players)
                place = inside.described()
                self.mistakes.append(f"{place}: does not play{near}")
                continue
            self.layers.put((player,), each, inside)

    def lay_change(self, key: str, value: Any, players: list[str]) -> None:
        """Lay one `--set`."""
        parts = tuple(key.split("."))
        parts = parts[1:] if parts[0] == "states" and len(parts) > 1 else parts
        for length in range(1, len(parts)):
            if self.is_value(parts[:length]):
                wrong = f"'{word(parts[length - 1])}' holds a value, not a table"
                self.mistakes.append(f"--set {word(key)}: {wrong}")
                return
        self.layers.put(parts, value, Origin(f"--set {word(key)}"))

    def is_value(self, location: Location) -> bool:
        """Whether a value that is no table is declared, or was laid, at a location."""
        laid = self.layers.at(location)
        kind, _ = member(PresetFile, location)
        declared = kind is not None and not hasattr(kind, "model_fields")
        return (laid is not None and not isinstance(laid, dict)) or (laid is None and declared)

    # --- checking ---
    def check(self, players: list[str]) -> Preset:
        """The checked preset of the layers as they lie."""
        terms = self.terms()
        general = _without(self.layers.values, *players)
        whole, place = self.path not in self.broken, shown(self.path)
        schema = profile_schema(tuple(each for each, _ in terms.values()))
        meant = [*players, *(f"{player}.{key}" for player in players[:1] for key in keys(schema))]
        file, wrong = checked(
            PresetFile, general, self.layers, (), place, self.mistakes, meant, whole
        )
        if file is not None:
            self.tell((), of_the_crisis(file) + self.missing_files(file), wrong | self.absent)
        profiles = {player: self.profile(player, schema, file, players) for player in players}
        self.refuse()
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
            inputs=tuple(self.inputs),
            terms={name: each for name, (each, _) in terms.items()},
            layers=self.layers,
        )
        self.mistakes += probed(preset, {k: v for k, v in terms.items() if k not in BUILT_IN})
        self.refuse()
        return preset

    def profile(self, player: str, schema: Any, file: Any, players: list[str]) -> Any:
        """A state's checked profile; its mistakes are gathered."""
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
        return names(self.folders)

    def tell(self, at: Location, found: Found, wrong: set[str]) -> None:
        """Gather contradictions, but for those that follow from a mistake in the same table."""
        for location, what in found:
            if location[0] not in wrong:
                where = self.layers.where((*at, *location), at[0] if at else shown(self.path))
                self.mistakes.append(f"{where}: {what}")

    def terms(self) -> dict[str, tuple[Term, Path]]:
        """The built-in payoff terms and the user's own."""
        found = {name: (each, Path()) for name, each in BUILT_IN.items()}
        files, origin = self.layers.values.get("terms"), self.layers.origin(("terms",))
        if isinstance(files, list) and origin is not None:
            names = [each for each in files if isinstance(each, str)]
            own = own_terms(names, origin[0], self.mistakes)
            self.inputs += list(dict.fromkeys(path for _, path in own.values()))
            found |= own
        return found

    def missing_files(self, file: Any) -> Found:
        """Files that the preset names and that are not there."""
        location, name = ("observed", "timeline"), file.observed.timeline
        origin = self.layers.origin(location)
        if name is None or origin is None or is_there(origin[0].folder / name):
            return []
        return [(location, f"found {told(name)}; valid: a file, beside the one that names it")]

    def refuse(self) -> None:
        """Raise all mistakes found so far."""
        if self.mistakes:
            raise ConfigError("\n".join(dict.fromkeys(self.mistakes)))


def _without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: each for key, each in values.items() if key not in keys}


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other
