"""Layers of a configuration: which value wins, and where each value was given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # a configuration has values of any type

from model.preset.toml import Document, Location, shown, word


@dataclass(frozen=True)
class Origin:
    """Where a value was given: at a place in a file, or by an option."""

    source: Document | str
    inside: Location = ()

    def where(self, further: Location = ()) -> str:
        """The option, or the file and line, of a value or of a part of it."""
        if isinstance(self.source, str):
            return self.source
        line = self.source.line((*self.inside, *further))
        return f"{shown(self.source.path)}:{line}" if line else shown(self.source.path)

    def described(self, further: Location = ()) -> str:
        """The option, or file, line and key, as messages show it."""
        if isinstance(self.source, str):
            return ": ".join([self.source, *([word(".".join(further), 120)] if further else [])])
        return f"{self.where(further)}: {word('.'.join((*self.inside, *further)), 120)}"

    @property
    def folder(self) -> Path:
        """The folder to which paths in this value are relative."""
        return Path() if isinstance(self.source, str) else self.source.path.parent


@dataclass
class Layers:
    """A configuration as nested tables, in which the value laid last wins.

    `origins` lists every origin of a value or table, the winning one last.
    """

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Location, list[Origin]] = field(default_factory=dict)

    def lay(self, values: Mapping[str, Any], origin: Origin, at: Location = ()) -> None:
        """Lay a table over the present one: tables merge, everything else is replaced."""
        for key, value in values.items():
            inside = (*origin.inside, key)
            self.put((*at, key), value, Origin(origin.source, inside))

    def put(self, location: Location, value: Any, origin: Origin) -> None:
        """Lay one value or table at a location."""
        table = self._walk(location[:-1], origin)
        present = table.get(location[-1])
        if isinstance(value, dict):
            if not isinstance(present, dict):
                table[location[-1]] = {}
            self.origins.setdefault(location, []).append(origin)
            self.lay(value, origin, location)
            return
        if isinstance(present, dict):
            self._forget(location)
        table[location[-1]] = value
        self.origins.setdefault(location, []).append(origin)

    def _walk(self, location: Location, origin: Origin) -> dict[str, Any]:
        """The table at a location, created if missing."""
        table = self.values
        for length, part in enumerate(location, 1):
            if not isinstance(table.get(part), dict):
                table[part] = {}
                self.origins.setdefault(location[:length], []).append(origin)
            table = table[part]
        return table

    def _forget(self, location: Location) -> None:
        """Forget the origins of a table's parts."""
        for each in [k for k in self.origins if k[: len(location)] == location]:
            del self.origins[each]

    def at(self, location: Location) -> Any:
        """The value or table at a location; None if there is none."""
        found: Any = self.values
        for part in location:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def origin(self, location: Location) -> tuple[Origin, Location] | None:
        """The winning origin of a value or its nearest enclosing table, and the rest of the key."""
        for length in range(len(location), 0, -1):
            if found := self.origins.get(location[:length]):
                return found[-1], location[length:]
        return None

    def where(self, location: Location, otherwise: str) -> str:
        """Where a value was given, as messages show it: the option, or file, line and key."""
        found = self.origin(location)
        if found is None:
            return f"{otherwise}: {word('.'.join(location), 120)}"
        return found[0].described(found[1])
