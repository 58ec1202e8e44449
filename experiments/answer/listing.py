"""What there is: presets, states, payoff terms and every parameter as declared."""

import json
from typing import Any  # the listing is plain data of mixed type

from experiments.engine.words import aligned
from model.parameters import SECTIONS, STATE_SECTIONS
from model.preset.catalogue import Quantity, catalogue
from model.preset.load import PRESETS, PROFILES, Preset, document

OF_A_SECTION = ["key", "value", "default", "unit", "low", "high", "meaning", "source", "initial"]
OF_A_STATE = ["key", "value", "unit", "low", "high", "default", "source", "meaning"]
"""The order in which a parameter is told: of a declared section, and of any other table."""


def parameters(preset: Preset) -> list[dict[str, Any]]:
    """Every parameter of a preset: key, value, unit, range, default, source, meaning."""
    return [plain(each) for each in catalogue(preset) if each.listed]


def plain(each: Quantity) -> dict[str, Any]:
    """A parameter as plain data."""
    declared = each.table in SECTIONS | STATE_SECTIONS
    return {part: getattr(each, part) for part in (OF_A_SECTION if declared else OF_A_STATE)}


def listing(preset: Preset) -> dict[str, Any]:
    """Presets, states and parameters as plain data."""
    presets = {path.stem: document(path).values["title"] for path in sorted(PRESETS.glob("*.toml"))}
    states = {path.stem: document(path).values["label"] for path in sorted(PROFILES.glob("*.toml"))}
    return {
        "presets": presets,
        "states": states,
        "preset": preset.name,
        "parameters": parameters(preset),
    }


def as_json(preset: Preset) -> str:
    """The listing as one JSON object."""
    return json.dumps(listing(preset), indent=1)


def in_words(preset: Preset) -> str:
    """The listing for reading."""
    found = listing(preset)
    lines = ["Presets", *aligned(("<16", "<"), found["presets"].items()), ""]
    lines += ["States", *aligned(("<16", "<"), found["states"].items()), ""]
    lines.append(f"Parameters of {preset.name}: value, default, range, unit; meaning; source")
    rows = [
        (
            each["key"],
            each["value"],
            f"({each['default']:g}; {each['low']:g} to {each['high']:g} {each['unit']})  "
            f"{each['meaning']}; {each['source']}",
        )
        for each in found["parameters"]
    ]
    return "\n".join([*lines, *aligned(("<36", ">9.4g", "  <"), rows)])
