"""The resolved configuration: every value, and the file and line, option or default it is from."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any  # a configuration has values of any type

from pydantic import BaseModel

from experiments.engine.words import aligned
from model.preset.layers import Origin
from model.preset.load import Change, ConfigError, Preset, load, suggestion
from model.preset.preset import every_value


@dataclass(frozen=True)
class Row:
    """A value of the configuration: `origin` gave it, over what the `laid_over` had given."""

    key: str
    value: Any
    unit: str
    origin: str
    laid_over: list[str]


def resolved(
    preset: str | Preset, changes: Mapping[str, Change] | None = None, key: str | None = None
) -> list[Row]:
    """The values of a preset with changes, or those at and under a key. Raises ConfigError."""
    preset = load(preset, changes)
    rows = [_row(preset, *each) for each in every_value(preset)]
    if key is None:
        return rows
    found = [each for each in rows if each.key == key or each.key.startswith(f"{key}.")]
    if not found:
        known = {each.key for each in rows} | {each.key.rpartition(".")[0] for each in rows} - {""}
        near = suggestion(key, sorted(known))
        raise ConfigError(f"KEY: found '{key}'{near if 'mean' in near else '; see cheaptalk show'}")
    return found


def _row(preset: Preset, key: str, value: Any) -> Row:
    """A value with its unit and origins."""
    if key in preset.arrays:
        value = preset.arrays[key].tolist()
    limits, first, rest = preset.range(key), *key.partition(".")[::2]
    default = f"default of term {rest[8:]}" if rest.startswith("weights.") else "default"
    layers = [(each.where(), _at(each)) for each in reversed(preset.origins(key))]
    if rest == "colour" and first in preset.profiles and layers[:1] and layers[0][1] != value:
        layers.insert(0, ("default, unlike those of the others", value))
    elif layers or limits is None:
        layers.append((default, preset.default(key)))
    origin, *under = [where for where, _ in layers] or [default]
    before = [_plain(each) for _, each in layers[1:]]
    over = [
        f"{json.dumps(b)} from {w}" for b, w in zip(before, under, strict=True) if b is not None
    ]
    return Row(key, _plain(value), limits[2] if limits else "", origin, over)


def _at(origin: Origin) -> Any:
    """The value that an origin gave; None where it is an option, which shows it itself."""
    if isinstance(origin.source, str):
        return None
    found: Any = origin.source.values
    for part in origin.inside:
        found = found[part]
    return found


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    return value if isinstance(value, str | float | int | bool | None) else str(value)


def as_json(rows: list[Row]) -> str:
    """The rows as a JSON list."""
    return json.dumps([asdict(each) for each in rows], indent=1)


def in_words(rows: list[Row]) -> str:
    """A line a value; for a single one, what it was laid over too."""
    if not rows:
        return "Nothing."
    width = min(max(len(each.key) for each in rows), 40)
    told = []
    for each in rows:
        text = json.dumps(each.value, ensure_ascii=False) if each.value is not None else "-"
        text = text if len(text) <= 44 or len(rows) == 1 else text[:41] + "..."
        told.append((each.key, f"{text} {each.unit}".rstrip(), each.origin))
    lines = aligned((f"<{width}", "  <28", "  <"), told, indent=0)
    if len(rows) == 1:
        before = [("", f"instead of {each}") for each in rows[0].laid_over]
        lines += aligned((f"<{width}", "  <"), before, indent=0)
    return "\n".join(lines)
