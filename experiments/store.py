"""Results on disk: a folder with a manifest, tidy tables and figures."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model.preset import ROOT, Preset, shown
from model.world import Array

GROUP = 10_000
"""Rows of a table that are written together."""

PACKAGES = ("cheaptalk", "mesa", "numpy", "scipy", "pyarrow", "pandas", "matplotlib", "pydantic")


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def resolved(preset: Preset) -> dict[str, object]:
    """The checked configuration as plain data: the preset's file, the profiles, and what varies."""
    return {
        "preset": preset.name,
        "file": preset.file.model_dump(mode="json"),
        "profiles": {name: each.model_dump(mode="json") for name, each in preset.profiles.items()},
        "by_run": {key: digest(array.tobytes()) for key, array in sorted(preset.arrays.items())},
    }


def experiment_key(preset: Preset, settings: Mapping[str, object]) -> str:
    """The key of an experiment: a hash of its whole configuration, ladder and settings."""
    inputs = {shown(path): digest(path.read_bytes()) for path in preset.inputs[1:2]}
    parts = {"config": resolved(preset), "ladder": inputs, "settings": dict(settings)}
    return digest(json.dumps(parts, sort_keys=True).encode())


def manifest(
    preset: Preset, settings: Mapping[str, object], command: Sequence[str]
) -> dict[str, object]:
    """What was run: every input with its hash, the seed and settings, versions and processor."""
    return {
        "command": " ".join(command),
        "settings": dict(settings),
        "key": experiment_key(preset, settings),
        "config": resolved(preset),
        "inputs": {shown(path): digest(path.read_bytes()) for path in preset.inputs},
        "versions": {"python": platform.python_version()} | _versions(),
        "processor": {"machine": platform.machine(), "features": _features()},
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except ModuleNotFoundError:
            found[name] = "not installed"
    return found


def _features() -> list[str]:
    """The processor features that numpy uses; results are byte-identical for the same ones."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return sorted({*simd["baseline"], *simd["found"]})


@dataclass(frozen=True)
class Folder:
    """A result folder; every file is written aside and then renamed."""

    path: Path

    def write(self, name: str, data: bytes) -> Path:
        """Write a file whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        aside = self.path / f".{name}.{os.getpid()}"
        aside.write_bytes(data)
        target = self.path / name
        aside.replace(target)
        return target

    def write_json(self, name: str, data: object) -> Path:
        """Write plain data as JSON."""
        return self.write(name, (json.dumps(data, indent=1, default=str) + "\n").encode())

    def write_table(self, name: str, columns: Mapping[str, Array]) -> Path:
        """Write columns as Parquet with page checksums, whole or not at all."""
        sink = pa.BufferOutputStream()
        table = pa.table({key: _column(each) for key, each in columns.items()})
        pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
        return self.write(name, sink.getvalue().to_pybytes())


class Rows:
    """A table that grows on disk by rows and appears whole when it is complete.

    Rows are written in groups of a fixed size, so the file does not depend on how they came.
    """

    def __init__(self, folder: Folder, name: str) -> None:
        folder.path.mkdir(parents=True, exist_ok=True)
        self.target = folder.path / name
        self.aside = folder.path / f".{name}.{os.getpid()}"
        self.waiting: list[pa.Table] = []
        self.writer: pq.ParquetWriter | None = None

    def append(self, columns: Mapping[str, Array]) -> None:
        """Add rows; full groups go to disk."""
        self.waiting.append(pa.table({key: _column(each) for key, each in columns.items()}))
        self._flush(GROUP)

    def _flush(self, least: int) -> None:
        waiting = pa.concat_tables(self.waiting)
        if self.writer is None:
            self.writer = pq.ParquetWriter(
                self.aside, waiting.schema, compression="zstd", write_page_checksum=True
            )
        while len(waiting) >= least and len(waiting):
            self.writer.write_table(waiting.slice(0, GROUP), row_group_size=GROUP)
            waiting = waiting.slice(GROUP)
        self.waiting = [waiting]

    def close(self) -> Path:
        """Write what is left and give the file its name."""
        self._flush(1)
        assert self.writer is not None
        self.writer.close()
        self.aside.replace(self.target)
        return self.target


def _column(values: Array) -> pa.Array:
    """A column in its narrowest type that loses nothing."""
    values = np.asarray(values)
    if values.dtype.kind in "OUM":
        return pa.array(values.tolist())
    return pa.array(values)


def result_folder(preset: Preset, settings: Mapping[str, object], out: Path | None) -> Folder:
    """`results/<preset>-<seed>-<short hash>`, or the folder asked for."""
    if out is not None:
        return Folder(out)
    key = experiment_key(preset, settings)
    base = ROOT / "results" if (ROOT / "pyproject.toml").exists() else Path("results")
    return Folder(base / f"{preset.name}-{settings['seed']}-{key[:8]}")
