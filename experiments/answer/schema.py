"""JSON Schemas made from the declarations, by which editors complete and check the files."""

import json
from pathlib import Path
from typing import Any  # a schema is plain data of mixed type

from agents.strategies import STRATEGIES
from experiments.engine.store import Folder, refuse_unwritable
from model.preset.load import ROOT, Preset, PresetFile, ladder_entries
from model.preset.schemas import BUILT_IN, ActionEntry, profile_schema

PLACES = {
    "profile.schema.json": "agents",
    "preset.schema.json": "experiments",
    "actions.schema.json": "agents",
}
"""Where each schema lies in the project; the files' first lines point there."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXTENDS = {"type": "string", "description": "name or path of a file whose values this one changes"}


def schemas(preset: Preset | None = None) -> dict[str, Any]:
    """File name to JSON Schema; with a preset's own payoff terms where one is given."""
    terms = preset.terms if preset else BUILT_IN
    profile = profile_schema(tuple(terms.values())).model_json_schema()
    profile["properties"]["rule"]["enum"] = sorted(STRATEGIES)
    menu = {"type": "array", "items": {"enum": sorted(ladder_entries())}}
    profile["properties"]["menu"] |= {"anyOf": [menu]}
    described = PresetFile.model_json_schema()
    described["properties"]["states"] = {
        "type": "object",
        "description": "changes to profiles, by state",
        "additionalProperties": {"type": "object"},
    }
    # a table of a state's changes may also stand under the state's own name
    described["additionalProperties"] = {"type": "object"}
    actions = {
        "title": "Actions",
        "type": "object",
        "description": "The ladder: every action that a menu can draw on.",
        "additionalProperties": ActionEntry.model_json_schema(),
    }
    return {
        "profile.schema.json": _extending(profile),
        "preset.schema.json": _extending(described),
        "actions.schema.json": {"$schema": DIALECT, **actions},
    }


def _extending(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a file that gives all that is required, or extends one that does."""
    required = schema.pop("required", [])
    schema["properties"] = {"extends": EXTENDS, **schema["properties"]}
    return {
        "$schema": DIALECT,
        **schema,
        "anyOf": [{"required": required}, {"required": ["extends"]}],
    }


def write(preset: Preset | None = None, out: Path | None = None) -> list[Path]:
    """Write the schemas to a folder, or to their places in the project; returns the files.

    Those of a preset with payoff terms of the user's own go beside it; outside of a
    checkout all go to the working directory.
    """
    own = preset is not None and set(preset.terms) > set(BUILT_IN)
    checkout = (ROOT / "pyproject.toml").exists()
    written = []
    for name, schema in schemas(preset).items():
        place = ROOT / PLACES[name] if checkout else Path()
        folder = out or (preset.path.parent if preset is not None and own else place)
        refuse_unwritable(folder / name)
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        written.append(Folder(folder).write(name, text.encode()))
    return written
