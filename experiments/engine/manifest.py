"""What a result folder says of itself: what was played, with what, and under which name."""

import json
import platform
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from experiments.engine.store import Blocks, digest
from model.preset.load import LADDER, ROOT, Preset, shown

PACKAGES = ("cheaptalk", "mesa", "numpy", "scipy", "pyarrow", "pandas", "matplotlib", "pydantic")

RESULTS = Path("results")
"""Where results go and are looked for: within the current folder."""

LONGEST = 48
"""The most characters of a title in a folder's name."""


def words_of_call() -> list[str]:
    """The command as it was given, less what leaves no trace in the results."""
    words, given = ["cheaptalk"], iter(sys.argv[1:])
    for word in given:
        option, _, value = word.partition("=")
        if option in ("--out", "--workers", "--executor", "--block", "--allow-code"):
            if not value:
                next(given, None)
        elif word not in ("--quiet", "--json"):
            words.append(shlex.quote(word))
    return words


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
    inputs = {
        shown(path): read
        for path, read in preset.inputs.items()
        if path == LADDER or path.suffix == ".py"
    }
    parts = {"config": resolved(preset), "ladder": inputs, "settings": dict(settings)}
    return key_of(parts)


def key_of(parts: Mapping[str, object]) -> str:
    """A hash of plain data."""
    return digest(json.dumps(parts, sort_keys=True).encode())


def manifest(
    preset: Preset, settings: Mapping[str, object], command: Sequence[str]
) -> dict[str, object]:
    """What was run: every input with its hash, the seed and settings, versions and processor."""
    inputs = {shown(path): read for path, read in preset.inputs.items()}
    return written_by(command, settings, experiment_key(preset, settings), inputs) | {
        "config": resolved(preset)
    }


def written_by(
    command: Sequence[str], settings: Mapping[str, object], key: str, inputs: Mapping[str, str]
) -> dict[str, object]:
    """The manifest of results, whether or not a preset was played for them."""
    return {
        "command": " ".join(command),
        "settings": dict(settings),
        "key": key,
        "config": {},
        "inputs": dict(inputs),
        "commit": commit(),
        "versions": {"python": platform.python_version()} | _versions(),
        "processor": {"machine": platform.machine(), "features": features()},
    }


def commit(root: Path = ROOT) -> str:
    """The commit of the checkout, with `-dirty` where a file differs; empty without a checkout."""
    if not (root / ".git").exists():
        return ""
    git = ["git", "--no-optional-locks", "-C", str(root)]  # nothing is written to the checkout
    words = [*git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        told = subprocess.run(
            words, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, timeout=5
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def features() -> list[str]:
    """The processor features that numpy uses; results are byte-identical for the same ones."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return sorted({*simd["baseline"], *simd["found"]})


def result_folder(kind: str, title: str, seed: object, key: str, out: Path | None) -> Blocks:
    """`results/<kind>-<title>-<seed>-<short hash>` where one works, or the folder asked for."""
    parts = [kind, plain_words(title), str(seed), key[:8]]
    return Blocks(out or RESULTS / "-".join(filter(None, parts)), key)


def plain_words(title: str) -> str:
    """A title as a part of a file's name: its first words, in small letters and without accents.

    >>> plain_words("Slack and ties: où l'on parle, in 2025?")
    'slack-and-ties-ou-l-on-parle-in-2025'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words, told = re.findall("[a-z0-9]+", plain), ""
    for word in words:
        longer = f"{told}-{word}".lstrip("-")
        if len(longer) > LONGEST:
            break
        told = longer
    return told or "".join(words)[:LONGEST]
