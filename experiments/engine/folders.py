"""Result folders: which there are, what they say, and how two differ."""

from pathlib import Path
from typing import Any  # a manifest is plain data of mixed type

import numpy as np
import pandas as pd

from experiments.engine.store import Blocks, differences, read_manifest, read_parquet
from experiments.engine.words import aligned
from model.preset.load import ConfigError


def listed(folder: Path) -> str:
    """The result folders inside a folder, a line each."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    found = sorted(path.parent for path in folder.glob("**/manifest.json"))
    rows = [(str(path), *_listed(path)) for path in found]
    return "\n".join(aligned(("<44", " <14", " <"), rows, indent=0)) or f"{folder}: no results yet"


def _listed(folder: Path) -> tuple[str, str]:
    """State and command of a folder, or what is wrong with its manifest."""
    try:
        return state_of(folder), str(read_manifest(folder)["command"])
    except ConfigError as error:
        return "damaged", str(error)


def state_of(folder: Path) -> str:
    """Whether an experiment is complete, or how many of its blocks are there."""
    listed_files = Blocks(folder, "").checksums()
    blocks = sum(name.startswith("blocks/") for name in listed_files)
    known = read_manifest(folder)
    if {"answer.txt", "ablations.parquet"} & set(listed_files):
        return "complete"
    return f"{blocks} blocks" if "block" in known else "begun"


def told(folder: Path) -> str:
    """What a folder's answer says, its command, settings and tables."""
    known: Any = read_manifest(folder)
    lines = [
        f"{folder}: {state_of(folder)}",
        f"command  {known['command']}",
        f"key      {known['key']}",
    ]
    for path in sorted(folder.glob("*.parquet")):
        about = read_parquet(path)
        lines.append(f"table    {path.name}: {about.num_rows} rows, {about.num_columns} columns")
    answer = folder / "answer.txt"
    if answer.exists():
        lines += ["", answer.read_text("utf-8", "replace").rstrip()]
    elif state_of(folder) != "complete":
        again = f"cheaptalk resume {folder}" if "block" in known else known["command"]
        lines += ["", f"Not complete; to go on: {again}"]
    return "\n".join(lines)


def compared(first: Path, second: Path) -> str:
    """Settings that differ between two folders, and by how much the columns of their tables do."""
    known: list[Any] = [read_manifest(each) for each in (first, second)]
    kept = [{k: v for k, v in each.items() if k not in ("key", "command")} for each in known]
    same = known[0]["key"] == known[1]["key"]
    lines = ["The same experiment." if same else "Different experiments."]
    lines += [f"  {each}" for each in differences(kept[0], kept[1])]
    names = [{path.name for path in each.glob("*.parquet")} for each in (first, second)]
    for name in sorted(names[0] ^ names[1]):
        lines.append(f"{name}: only in {first if name in names[0] else second}")
    for name in sorted(names[0] & names[1]):
        tables = [read_parquet(each / name).to_pandas() for each in (first, second)]
        lines += [f"{name}: {each}" for each in table_differences(*tables)] or [f"{name}: equal"]
    return "\n".join(lines)


def table_differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Where two tables differ: their rows, their columns, and by how much each column."""
    if len(one) != len(other):
        return [f"{len(one)} rows there, {len(other)} here"]
    lines = [
        f"column {name} only in one of them"
        for name in one.columns.symmetric_difference(other.columns)
    ]
    for name in (each for each in one if each in other):
        left, right = one[name], other[name]
        if left.equals(right):
            continue
        if pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right):
            apart = np.abs(left.to_numpy(float) - right.to_numpy(float))
            rows = int((apart > 0).sum())
            lines.append(f"{name} differs in {rows} rows, by {np.nanmax(apart):.4g} at most")
        else:
            lines.append(f"{name} differs in {int((left != right).sum())} rows")
    return lines
