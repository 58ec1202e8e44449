"""Results on disk: a folder with a manifest, tidy tables and figures.

Long work is a folder to which blocks are only added: each is written aside, flushed
and renamed, then its checksum is listed. What is not listed does not count, so a
killed run loses only the blocks that were being played.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # a manifest is plain data of mixed type

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from model.preset.load import ConfigError, shown
from model.preset.toml import NO_CONTROLS, contents, decoded, told, with_controls, word
from model.world import Array

LARGEST = 64_000_000
"""Bytes of a JSON file at most."""
GROUP = 10_000
"""Rows of a table that are written together."""


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def beside(target: Path) -> Path:
    """Where a file is written before it gets its name."""
    return target.with_name(f".{target.name}.aside")


def placed(aside: Path, target: Path) -> Path:
    """Give a file that was written aside its name, once its bytes are on the disk."""
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    aside.replace(target)
    return target


@contextmanager
def alone(path: Path, what: Path) -> Iterator[None]:
    """Hold a lock file while something is written; the lock does not outlive its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ConfigError(
            f"{what}: another run writes here; valid: wait for it, or another --out"
        ) from error
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Folder:
    """A result folder; every file is written aside and then renamed."""

    path: Path

    def write(self, name: str, data: bytes) -> Path:
        """Write a file whole or not at all."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = beside(target)
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        return target

    def write_json(self, name: str, data: object) -> Path:
        """Write plain data as JSON."""
        return self.write(name, (json.dumps(data, indent=1, default=str) + "\n").encode())

    def write_table(self, name: str, columns: Mapping[str, Array], key: str = "") -> Path:
        """Write columns as Parquet with page checksums, whole or not at all."""
        sink = pa.BufferOutputStream()
        table = pa.table({key: _column(each) for key, each in columns.items()})
        if key:
            table = table.replace_schema_metadata({"experiment": key})
        pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
        return self.write(name, sink.getvalue().to_pybytes())


class Rows:
    """A table that grows on disk by rows and appears whole when it is complete.

    Rows are written in groups of a fixed size, so the file does not depend on how they came.
    """

    def __init__(self, folder: Folder, name: str) -> None:
        folder.path.mkdir(parents=True, exist_ok=True)
        self.target = folder.path / name
        self.aside = beside(self.target)
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
        return placed(self.aside, self.target)


@dataclass(frozen=True)
class Blocks(Folder):
    """A folder of an experiment: its manifest, the blocks played so far, and what they make.

    `blocks/00007.rows.parquet` is the eighth block's table; `checksums.json` lists the
    SHA-256 of each file, `manifest.json` what is played. The experiment's key is in
    the manifest and in every table.
    """

    key: str

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone; an interruption says what the folder keeps, as its note."""
        with alone(self.path / ".lock", self.path):
            try:
                yield
            except KeyboardInterrupt as stop:
                with suppress(ConfigError):  # before there is a manifest nothing is kept
                    stop.add_note(self.kept())
                raise

    def kept(self) -> str:
        """What is kept of results that are not complete, and how to go on."""
        if "block" in read_manifest(self.path):
            return f"What was played is safe; to go on:\n  cheaptalk resume {self.path}"
        again = "the same command begins again and fills it"
        return f"{self.path} holds a manifest and nothing half-written; {again}."

    def claim(self, manifest: Mapping[str, object]) -> None:
        """Begin what is written here, or go on with it; refuse a folder of something else.

        What a killed process left aside is removed: nobody else writes while the lock is held.
        """
        path = self.path / "manifest.json"
        if path.exists():
            known = read_manifest(self.path)
            listed = self.checksums().get("manifest.json", "")
            if listed and listed != digest(path.read_bytes()):
                raise ConfigError(
                    f"{path}: its bytes are not those that were written; valid: the file as it "
                    "was, or another --out"
                )
            if known["key"] != self.key:
                raise ConfigError(_other(self.path, known, manifest))
        else:
            self._refuse_strangers()
            self.write_json("manifest.json", manifest)
            listed = ""
        if not listed:
            self.list_files(["manifest.json"])
        for aside in self.path.rglob(".*.aside"):
            aside.unlink()

    def _refuse_strangers(self) -> None:
        """Raise ConfigError for a folder that holds anything but what a killed claim leaves."""
        own = {".lock", beside(Path("manifest.json")).name}
        strangers = sorted(each.name for each in self.path.iterdir() if each.name not in own)
        if strangers:
            raise ConfigError(
                f"{self.path}: found {strangers[0]} and no manifest; valid: an empty folder, "
                "or one of the same experiment"
            )

    def checksums(self) -> dict[str, str]:
        """The listed files and their checksums; none where the list is missing or damaged."""
        path = self.path / "checksums.json"
        try:
            found = read_json(path, "a list of checksums") if path.exists() else {}
        except ConfigError:
            return {}  # what is not listed is played again, and verify tells it
        return {str(name): str(each) for name, each in found.items()}

    def list_files(self, names: Sequence[str]) -> None:
        """Add files, or their new contents, to the list."""
        listed = self.checksums() | {n: digest((self.path / n).read_bytes()) for n in names}
        self.write_json("checksums.json", dict(sorted(listed.items())))

    def add(self, number: int, tables: Mapping[str, Mapping[str, Array]]) -> None:
        """Add a block's tables; only then do they count."""
        names = [block_name(number, kind) for kind in tables]
        for name, columns in zip(names, tables.values(), strict=True):
            self.write_table(name, columns, self.key)
        self.list_files(names)

    def block(self, number: int, kind: str = "rows") -> dict[str, Array] | None:
        """A block's table; None where it is missing or not what was listed."""
        name = block_name(number, kind)
        listed, path = self.checksums().get(name), self.path / name
        if listed is None or not path.exists():
            return None
        data = path.read_bytes()
        return table_of(data) if digest(data) == listed else None


def block_name(number: int, kind: str) -> str:
    """The file of a block's table within the folder."""
    return f"blocks/{number:05d}.{kind}.parquet"


def table_of(data: bytes) -> dict[str, Array]:
    """The columns of a Parquet file's bytes."""
    table = pq.read_table(io.BytesIO(data), page_checksum_verification=True)
    return {name: table[name].to_numpy() for name in table.column_names}


def read_manifest(path: Path) -> dict[str, object]:
    """A result folder's manifest. Raises ConfigError where there is none, or it is damaged."""
    if not (path / "manifest.json").is_file():
        raise ConfigError(f"{path}: found no manifest.json; valid: a folder that a command wrote")
    found = read_json(path / "manifest.json", "a manifest that a command wrote")
    for key, kind in (("key", str), ("command", str), ("settings", dict)):
        if not isinstance(found.get(key), kind):
            what = told(found.get(key))
            raise ConfigError(f"{path / 'manifest.json'}: {key}: found {what}; valid: as written")
    return found


def read_parquet(path: Path) -> pa.Table:
    """The table of a Parquet file. Raises ConfigError where it is damaged."""
    try:
        return pq.read_table(path, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        raise ConfigError(f"{path}: not readable as Parquet: it is damaged") from error


def read_json(path: Path, valid: str) -> dict[str, Any]:
    """The object of a JSON file. Raises ConfigError, by its line where it is no JSON."""
    text = decoded(path, contents(path, LARGEST, valid))
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        strange = next(with_controls(found), None)
    except (ValueError, RecursionError) as error:
        at = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        why = f" ({error})" if isinstance(error, ConfigError) else ""
        raise ConfigError(
            f"{shown(path)}{at}: not readable as JSON{why}; valid: {valid}"
        ) from error
    if strange is not None:
        where = f"{shown(path)}: {word('.'.join(strange[0]))}"
        raise ConfigError(f"{where}: found {told(strange[1])}; {NO_CONTROLS}")
    if not isinstance(found, dict):
        raise ConfigError(f"{shown(path)}: found {told(found)}; valid: {valid}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys and values; refuses a key that is given twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ConfigError(f"{told(twice)} stands twice")
    return found


def _no_number(name: str) -> float:
    """Refuses NaN and Infinity, which are no JSON."""
    raise ConfigError(f"{name} is no number")


def verified(path: Path) -> list[str]:
    """What is wrong with a folder's files, a line each; nothing where all is as it was written."""
    if (path / "checksums.json").exists():
        read_json(path / "checksums.json", "a list of checksums")
    listed, mistakes, key = Blocks(path, "").checksums(), list[str](), None
    try:
        key = read_manifest(path)["key"]
    except ConfigError:  # what is damaged there is told as of any other file
        if "manifest.json" not in listed:
            raise
    for name, checksum in listed.items():
        if not (path / name).exists():
            mistakes.append(f"{name}: missing")
        elif digest((path / name).read_bytes()) != checksum:
            mistakes.append(f"{name}: its bytes are not those that were written")
        elif name.endswith(".parquet"):
            made_for = (read_parquet(path / name).schema.metadata or {}).get(b"experiment")
            if key and made_for and made_for.decode() != key:
                mistakes.append(f"{name}: of another experiment")
    nothing = "checksums.json: missing or empty; nothing can be verified"
    return mistakes if listed else [nothing]


def differences(
    before: Mapping[str, object], after: Mapping[str, object], prefix: str = ""
) -> list[str]:
    """Where two manifests differ: key and both values, a line each."""
    lines: list[str] = []
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            lines += differences(one, other, f"{prefix}{key}.")
        elif json.dumps(one, default=str) != json.dumps(other, default=str):
            lines.append(f"{prefix}{key}: {_short(one)} there, {_short(other)} here")
    return lines


def _short(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _other(path: Path, known: Mapping[str, object], wanted: Mapping[str, object]) -> str:
    """Why a folder is not this experiment's."""
    plain = json.loads(json.dumps(wanted, default=str))
    ours = {"key", "command", "processor", "versions"}
    lines = differences(
        {key: value for key, value in known.items() if key not in ours},
        {key: value for key, value in plain.items() if key not in ours},
    )
    return "\n".join(
        [f"{path}: holds another experiment; valid: the same one, or another --out. Differs:"]
        + [f"  {line}" for line in lines]
    )


def _column(values: Array) -> pa.Array:
    """A column in its narrowest type that loses nothing."""
    values = np.asarray(values)
    if values.dtype.kind in "OUM":
        return pa.array(values.tolist())
    return pa.array(values)


def refuse_unwritable(path: Path) -> None:
    """Raise ConfigError for a file that cannot be written, before there is anything to write."""
    around = next(each for each in (path.parent, *path.parent.parents) if each.exists())
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder; valid: a file to write")
    if not around.is_dir() or not os.access(around, os.W_OK) or path.is_symlink():
        raise ConfigError(f"{path}: cannot be written; valid: a file in a folder of yours")
    for folder in (path.parent, path.parent.parent):
        if (folder / "manifest.json").exists():
            raise ConfigError(f"{path}: {folder} holds results; valid: a file in another folder")


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together, each whole or not at all.

    A file that is there already is never replaced by another: that raises ConfigError before
    anything is written. So the same command can finish what a killed one began.
    """
    first = next(iter(contents))
    lock = first.with_name(f".{first.name}.lock")
    with alone(lock, first):
        try:
            for path, data in contents.items():
                _refuse_other(path, data)
            for path, data in contents.items():
                if not path.exists():
                    Folder(path.parent).write(path.name, data)
        finally:
            with suppress(PermissionError):  # Windows removes no file that is open
                lock.unlink()


def _refuse_other(path: Path, data: bytes) -> None:
    """Raise ConfigError where other bytes are there already, or none can be written."""
    refuse_unwritable(path)
    if path.exists() and path.read_bytes() != data:
        raise ConfigError(
            f"{path}: is there already and says something else; valid: another --out, or remove "
            "it first"
        )
