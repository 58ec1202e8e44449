"""Result folders: which there are, and what they say."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any  # a manifest is plain data of mixed type

from experiments.engine.store import Blocks, read_manifest, read_parquet
from experiments.engine.words import aligned
from model.preset.load import ConfigError

LAST = ("answer.txt", "ablations.parquet")
"""What is listed only when all is written; the second in folders without an answer in words."""


def found_in(folder: Path) -> list[dict[str, str]]:
    """The result folders inside a folder: path, state and command. Raises ConfigError."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    found = sorted(path.parent for path in folder.glob("**/manifest.json"))
    return [{"folder": str(path), **_listed(path)} for path in found]


def _listed(folder: Path) -> dict[str, str]:
    """State and command of a folder, or what is wrong with its manifest."""
    try:
        return {"state": state_of(folder), "command": str(read_manifest(folder)["command"])}
    except ConfigError as error:
        return {"state": "damaged", "command": str(error)}


def listed(folder: Path) -> str:
    """The result folders inside a folder, a line each."""
    rows = [tuple(each.values()) for each in found_in(folder)]
    return "\n".join(aligned(("<44", " <14", " <"), rows, indent=0)) or f"{folder}: no results yet"


def state_of(folder: Path) -> str:
    """Whether an experiment is complete, or how many of its blocks are there."""
    listed_files = Blocks(folder, "").checksums()
    blocks = sum(name.startswith("blocks/") for name in listed_files)
    known = read_manifest(folder)
    if set(LAST) & set(listed_files):
        return "complete"
    return f"{blocks} blocks" if "block" in known else "begun"


def contents_of(folder: Path) -> dict[str, Any]:
    """A folder's state, command, key, tables with rows and columns, and answer in words."""
    known: Any = read_manifest(folder)
    tables = {}
    for path in sorted(folder.glob("*.parquet")):
        about = read_parquet(path)
        tables[path.name] = {"rows": about.num_rows, "columns": about.num_columns}
    answer = folder / "answer.txt"
    return {
        "folder": str(folder),
        "state": state_of(folder),
        "command": known["command"],
        "key": known["key"],
        "resumable": "block" in known,
        "tables": tables,
        "answer": answer.read_text("utf-8", "replace").rstrip() if answer.exists() else None,
    }


def told(found: Mapping[str, Any]) -> str:
    """What `contents_of` found, in words."""
    lines = [
        f"{found['folder']}: {found['state']}",
        f"command  {found['command']}",
        f"key      {found['key']}",
    ]
    for name, size in found["tables"].items():
        lines.append(f"table    {name}: {size['rows']} rows, {size['columns']} columns")
    if found["answer"] is not None:
        lines += ["", found["answer"]]
    elif found["state"] != "complete":
        again = f"cheaptalk resume {found['folder']}" if found["resumable"] else found["command"]
        lines += ["", f"Not complete; to go on: {again}"]
    return "\n".join(lines)


def as_json(found: Mapping[str, Any] | Sequence[Any]) -> str:
    """What was found, as JSON."""
    return json.dumps(found, indent=1)
