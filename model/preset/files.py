"""Reads the files of a preset, lays them over one another and collects their mistakes."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar  # a parsed TOML document has values of any type

from model.preset.layers import Layers, Origin
from model.preset.messages import member
from model.preset.schemas import PresetFile
from model.preset.state_table import document_of
from model.preset.toml import (
    NO_CONTROLS,
    ConfigError,
    Document,
    Location,
    is_folder,
    named_file,
    shown,
    suggestion,
    told,
    with_controls,
    word,
)

PERSONAL = ("label", "colour", "aliases")
"""Keys that a profile does not inherit from another state's profile that it extends."""
RESERVED = {*PresetFile.model_fields, "states", "extends", "with"}
A_NAME = "a name of small letters, digits and _, as united_states, that is no key of a preset"


Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(eq=False)
class Files:
    """The answers of the file system while a preset was read; each question is asked once.

    A preset keeps these answers, so its variants use the files as they were then, even if
    they have changed since.
    """

    answers: dict[tuple[Hashable, ...], Any] = field(default_factory=dict)

    def once(
        self, question: Callable[Asked, Answer], *asked: Asked.args, **named: Asked.kwargs
    ) -> Answer:
        """The answer to a question about files, asked once and then remembered."""
        key = (question, *asked, *named.items())
        if key not in self.answers:
            self.answers[key] = question(*asked, **named)
        answer: Answer = self.answers[key]
        return answer


class Reading:
    """The files of a preset: who plays, and every value in its layer.

    `profiles` are the folders in which profiles are looked for, the first one first. `inputs`
    maps every file that was read to the SHA-256 of its bytes.
    """

    def __init__(self, path: Path, profiles: list[Path], files: Files) -> None:
        self.path = path
        self.files = files
        self.layers = Layers()
        self.mistakes: list[str] = []
        self.inputs: dict[Path, str] = {}
        self.folders = profiles
        self.broken: set[Path] = set()
        self.partial: set[str] = set()
        self.absent: set[str] = set()  # what cannot be told where a profile is missing
        self.named_in = f"{shown(self.path)}: players"

    # --- reading ---
    def read(self, path: Path) -> Document:
        """The contents of a file; its syntax errors are collected."""
        try:
            found = self.files.once(document_of, path)
        except ConfigError as error:
            self.mistakes.append(str(error))
            found = Document(path, {}, {})
            self.broken.add(path)
        if found.faults:
            self.mistakes += found.faults
            self.broken.add(path)
        elif path not in self.broken:
            self.inputs[path] = found.digest
        return found

    def family(self, path: Path, folders: list[Path], kind: str) -> list[Document]:
        """A file and those that it extends, the most basic first.

        A file may extend one of the same name in a later folder.
        """
        found = [self.read(path)]
        while (base := found[0].values.get("extends")) is not None:
            where = f"{Origin(found[0], ('extends',)).where()}: extends"
            here = found[0].path
            later = [each for each in folders if base != here.stem or each != here.parent]
            try:
                if not isinstance(base, str):
                    raise ConfigError(f"found {told(base)}; valid: a name in quotes")
                further = self.files.once(named_file, tuple(later), base, kind, here.parent)
                if any(self.files.once(_same_file, further, each.path) for each in found):
                    raise ConfigError(f"found {told(base)}, which extends this file itself")
            except ConfigError as error:
                self.mistakes.append(f"{where}: {error}")
                self.broken.add(path)
                break
            found.insert(0, self.read(further))
        return found

    def players(self, documents: list[Document], changes: Mapping[str, Any]) -> list[str]:
        """The players that the last layer names; also finds the folders of their profiles."""
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
        """Search a folder of the user's own before the others."""
        if isinstance(name, str) and self.files.once(is_folder, origin.folder / name):
            self.folders.insert(0, origin.folder / name)
        elif isinstance(name, str):
            place = origin.described()
            valid = "valid: a folder, beside the file that names it"
            self.mistakes.append(f"{place}: found {told(name)}; {valid}")

    # --- laying ---
    def lay_profile(self, player: str) -> None:
        """Lay a state's profile over the profiles that it extends."""
        try:
            path = self.files.once(named_file, tuple(self.folders), player, "profile")
        except ConfigError as error:
            self.mistakes.append(f"{self.named_in}: {error}")
            self.partial.add(player)
            self.absent = {"target", "challenger", "fronts"}
            return
        *basis, own = self.family(path, self.folders, "profile")
        for each in basis:
            kept = () if each.path.stem == player else PERSONAL
            self.layers.put((player,), without(each.values, "extends", *kept), Origin(each))
        self.layers.put((player,), without(own.values, "extends"), Origin(own))
        if self.broken & {own.path, *(each.path for each in basis)}:
            self.partial.add(player)

    def lay_file(self, found: Document, players: list[str]) -> None:
        """Lay a `--with` file, which either extends a state or lists changes by key."""
        values, base = without(found.values, "extends"), found.values.get("extends")
        if base is None or base == self.path.stem:
            self.lay_rooted(values, Origin(found), players)
        elif base in players:
            self.layers.put((str(base),), values, Origin(found))
        else:
            where = Origin(found, ("extends",)).where()
            near = suggestion(told(base), players)
            self.mistakes.append(f"{where}: extends: found {told(base)}{near}")

    def lay_rooted(self, values: Mapping[str, Any], origin: Origin, players: list[str]) -> None:
        """Lay values whose first key is of the preset or names a state; `states.x` means `x`."""
        self.layers.lay(without(values, "states"), origin)
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
        """Lay the value of one `--set` option."""
        for _, text in with_controls([key, value]):
            self.mistakes.append(f"--set {word(key)}: found {told(text)}; {NO_CONTROLS}")
            return
        parts = tuple(key.split("."))
        parts = parts[1:] if parts[0] == "states" and len(parts) > 1 else parts
        if len(parts) == 4 and parts[1] == "treaties":
            parts, value = parts[:2], self.promised(parts, value)
        for length in range(1, len(parts)):
            if self.is_value(parts[:length]):
                wrong = f"'{word(parts[length - 1])}' holds a value, not a table"
                self.mistakes.append(f"--set {word(key)}: {wrong}")
                return
        self.layers.put(parts, value, Origin(f"--set {word(key)}"))

    def promised(self, parts: Location, depth: Any) -> list[Any]:
        """A state's treaties with the depth of `state.treaties.partner.clause` changed.

        A treaty that did not exist is added, in force from the start.
        """
        start = self.layers.at(("start",))
        pact = {"partner": parts[2], "clause": parts[3]}
        present = self.layers.at(parts[:2]) or []
        treaties = [dict(each) if isinstance(each, dict) else each for each in present]
        own = [each for each in treaties if isinstance(each, dict) and pact.items() <= each.items()]
        if not own:
            own = [pact | {"signed": start, "in_force": start}]
            treaties += own
        for each in own:
            each["depth"] = depth
        return treaties

    def is_value(self, location: Location) -> bool:
        """Whether a location holds, or is declared to hold, a value rather than a table."""
        laid = self.layers.at(location)
        kind, _ = member(PresetFile, location)
        declared = kind is not None and not hasattr(kind, "model_fields")
        return (laid is not None and not isinstance(laid, dict)) or (laid is None and declared)


def without(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """A copy of a table without some of its keys."""
    return {key: each for key, each in values.items() if key not in keys}


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other
