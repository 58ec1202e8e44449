"""Machine code that is kept: a file for each turn that was compiled, by what it depends on."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any  # a world's fields are arrays, records and words

import numpy as np

from model.alliance_model import AllianceModel
from model.compiled.machine import processor
from model.compiled.strips import Layout
from model.compiled.tracing import Recorder, Rows, changes_in_a_turn
from model.preset.toml import ROOT

KEPT = 64
"""Files that are kept; the oldest go."""


def folder() -> Path:
    """Where compiled turns are kept: CHEAPTALK_CACHE, or `cheaptalk` in the user's cache."""
    own, given = os.environ.get("CHEAPTALK_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if own:
        return Path(own)
    return (Path(given) if given else Path.home() / ".cache") / "cheaptalk"


def key(model: AllianceModel, recorder: Recorder) -> str:
    """The name of a compiled turn: a hash of the rules, their constants and this machine.

    Of what a run has for itself only the shape counts, so values by run and states of play do not.
    """
    found = hashlib.sha256(_rules(Path(recorder.noted.__code__.co_filename)).encode())
    lanes = np.shape(model.world.weeks_at_war)[0]
    orders = dict.fromkeys(item for policy in model.policies for item in policy.items())
    figures = (processor(), list(orders), model.preset.attack_turn())
    own = {path: said for path, said in model.preset.inputs.items() if path.suffix == ".py"}
    for told in (*figures, sorted(own.values()), *_said(model.world, "world", model, lanes)):
        found.update(repr(told).encode() if not isinstance(told, bytes) else told)
    return found.hexdigest()


@cache
def _rules(recorder: Path) -> str:
    """A hash of the sources and libraries that say what a turn does."""
    sources = [*sorted((ROOT / "model").rglob("*.py")), *sorted((ROOT / "agents").rglob("*.py"))]
    found = hashlib.sha256()
    for path in (*sources, recorder):
        found.update(path.read_bytes())
    for name in ("numpy", "scipy"):
        found.update(version(name).encode())
    return found.hexdigest()


def _said(thing: Any, path: str, model: AllianceModel, lanes: int) -> Iterator[object]:
    """All that a world says and that is baked into the code of a turn."""
    if isinstance(thing, np.ndarray):
        by_run = thing.ndim > 0 and thing.shape[-1] == lanes
        changes = path.count(".") and changes_in_a_turn(path, model.world.rules)
        shape = (path, thing.shape[:-1], thing.dtype.kind)
        yield shape if by_run or changes else (*shape, thing.tobytes())
    elif is_dataclass(thing) and not isinstance(thing, type):
        for each in fields(thing):
            yield from _said(getattr(thing, each.name), f"{path}.{each.name}", model, lanes)
    elif isinstance(thing, dict):
        for name, each in thing.items():
            yield from _said(each, f"{path}.{name}", model, lanes)
    elif isinstance(thing, tuple):
        for number, each in enumerate(thing):
            yield from _said(each, f"{path}.{number}", model, lanes)
    elif callable(thing):
        yield path, thing.__module__, thing.__qualname__
    elif path != "world.turn":
        yield path, thing


def stored(name: str) -> tuple[Layout, bytes] | None:
    """What is kept under a name; None where there is nothing, or it is not whole."""
    try:
        head, code = (folder() / name).read_bytes().split(b"\n", 1)
        said = json.loads(head)
        if said["sha256"] != hashlib.sha256(code).hexdigest():
            return None
        rows = tuple(Rows(**{**each, "shape": tuple(each["shape"])}) for each in said["rows"])
        calendar = tuple(tuple(each) for each in said["calendar"])
        return Layout(rows, calendar, said["sums"]), code
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(name: str, layout: Layout, code: bytes) -> None:
    """Keep a compiled turn, where the cache can be written; written aside and renamed."""
    said = {"rows": [asdict(each) for each in layout.rows], "calendar": layout.calendar,
            "sums": layout.sums, "sha256": hashlib.sha256(code).hexdigest()}  # fmt: skip
    place = folder()
    aside = place / f".{name}.{os.getpid()}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.write_bytes(json.dumps(said).encode() + b"\n" + code)
        aside.replace(place / name)
        files = [each for each in place.iterdir() if not each.name.startswith(".")]
        for old in sorted(files, key=lambda each: each.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:  # without a cache the next process compiles again
        return
