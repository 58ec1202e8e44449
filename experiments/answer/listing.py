"""What there is: presets, states, payoff terms and every parameter as declared."""

import json
from collections.abc import Mapping
from typing import Any  # the listing is plain data of mixed type

from model.parameters import SECTIONS, STATE_SECTIONS, declarations
from model.preset.load import PRESETS, PROFILES, Change, document, load


def parameters(name: str, changes: Mapping[str, Change] | None = None) -> list[dict[str, Any]]:
    """Every parameter of a preset: key, value, unit, range, default, source, meaning."""
    preset = load(name, changes)
    rows = []
    for section, kind in SECTIONS.items():
        for field, each in declarations(kind).items():
            rows.append(
                {"key": f"{section}.{field}", "value": preset.figure(f"{section}.{field}"), **each}
            )
    for player, profile in preset.profiles.items():
        for section, kind in STATE_SECTIONS.items():
            if section == "target" and player != preset.file.target:
                continue
            for field, each in declarations(kind).items():
                key = f"{section}.{field}"
                source = profile.sources.get(key, each["source"])
                value = preset.figure(f"{player}.{key}")
                rows.append({"key": f"{player}.{key}", "value": value, **each, "source": source})
        for term in preset.terms.values():
            rows.append(
                {
                    "key": f"{player}.weights.{term.name}",
                    "value": preset.figure(f"{player}.weights.{term.name}"),
                    "unit": "weight",
                    "low": term.low,
                    "high": term.high,
                    "default": term.default,
                    "source": profile.sources.get(f"weights.{term.name}", term.source),
                    "meaning": term.meaning,
                }
            )
        for section in ("ties", "stakes", "pledges"):
            for other, value in getattr(profile, section).items():
                source = profile.sources.get(f"{section}.{other}", "own coding")
                low = 0.0 if section == "pledges" else -1.0
                rows.append(
                    {
                        "key": f"{player}.{section}.{other}",
                        "value": value,
                        "unit": "index",
                        "low": low,
                        "high": 1.0,
                        "default": 0.0,
                        "source": source,
                        "meaning": f"{section} of {player} toward {other}",
                    }
                )
    return rows


def listing(name: str, changes: Mapping[str, Change] | None = None) -> dict[str, Any]:
    """Presets, states and parameters as plain data."""
    presets = {path.stem: document(path).values["title"] for path in sorted(PRESETS.glob("*.toml"))}
    states = {path.stem: document(path).values["label"] for path in sorted(PROFILES.glob("*.toml"))}
    return {
        "presets": presets,
        "states": states,
        "preset": name,
        "parameters": parameters(name, changes),
    }


def as_json(name: str, changes: Mapping[str, Change] | None = None) -> str:
    """The listing as one JSON object."""
    return json.dumps(listing(name, changes), indent=1)


def in_words(name: str, changes: Mapping[str, Change] | None = None) -> str:
    """The listing for reading."""
    found = listing(name, changes)
    lines = ["Presets", *(f"  {key:<16}{title}" for key, title in found["presets"].items()), ""]
    lines += ["States", *(f"  {key:<16}{label}" for key, label in found["states"].items()), ""]
    lines.append(f"Parameters of {name}: value, default, range, unit; meaning; source")
    for each in found["parameters"]:
        lines.append(
            f"  {each['key']:<36}{each['value']:>9.4g}  ({each['default']:g}; {each['low']:g} to "
            f"{each['high']:g} {each['unit']})  {each['meaning']}; {each['source']}"
        )
    return "\n".join(lines)
