"""One command from preset to answer: play, duel, explain, store."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path

import pandas as pd

from experiments import figures
from experiments.batch import Block, Ensemble, Job, all_workers, blocks, gathered, play_block
from experiments.duel import Duel, contest, joined
from experiments.explain import Deciding
from experiments.progress import told
from experiments.report import record, trajectory, verdict
from experiments.store import Folder, Rows, manifest, result_folder
from model.preset import (
    Change,
    ConfigError,
    Preset,
    ladder_entries,
    load,
    menu,
    shown,
    suggestion,
)
from model.world import Array

BELLIGERENT = {"strike": 5, "retaliation": 4, "threat": 1}
"""Rungs of the acts that a timeline marks X, by their class."""

CREW_RUNS = 5000
"""From so many runs on, starting worker processes is worth their second or two."""

DUEL_RUNS = 2000
"""Runs of each duel at most: by then the paired interval is narrow."""

REASONS_RUNS = 200
"""Runs over which the payoff terms that decide are averaged, at most."""


@dataclass(frozen=True)
class Answer:
    """The answer to a preset's question: as data, in words, and where its files are."""

    data: dict[str, object]
    words: str
    folder: Path


def run(
    name: str,
    changes: Mapping[str, Change],
    *,
    runs: int | None = None,
    seed: int = 0,
    out: Path | None = None,
    workers: int | None = None,
    quiet: bool = False,
    command: Sequence[str] = (),
) -> Answer:
    """Play a preset with its duels and write tables, figures and manifest."""
    preset = load(name, changes)
    observed_rungs(preset)  # a timeline that cannot be read stops before anything is played
    count = runs or preset.file.runs
    workers = workers or (all_workers() if count >= CREW_RUNS else 1)
    settings = {"seed": seed, "runs": count, "turns": preset.file.turns}
    folder = result_folder(preset, settings, out)
    rows = Rows(folder, "runs.parquet")
    ensemble, fought, values, reasons = played(
        Job(name, seed, dict(changes)), count, workers, rows.append, quiet=quiet
    )
    rows.close()
    written = write(folder, preset, settings, command, ensemble, fought, values)
    where = str(folder.path)
    data = record(preset, seed, ensemble, fought, reasons, where)
    folder.write_json("answer.json", data | {"results": folder.path.name})
    words = verdict(preset, seed, ensemble, fought, reasons, where)
    folder.write("answer.txt", (words.replace(where, folder.path.name) + "\n").encode())
    if not quiet:
        print(f"{len(written)} files in {where}", file=sys.stderr)
    return Answer(data, words, folder.path)


def played(
    job: Job,
    count: int,
    workers: int,
    keep: Callable[[Mapping[str, Array]], object],
    *,
    quiet: bool,
) -> tuple[Ensemble, list[Duel], dict[str, Array], dict[str, list[tuple[str, float]]]]:
    """The ensemble, its duels with the values behind them, and the terms that decide each.

    All from one pass: the first runs are also played under the duels' policies, and the very
    first ones are watched for their payoff terms.
    """
    found = contest(job.preset, job.changes)
    deciding, tables = Deciding(found.pairs), []
    dueling = replace(job, policies=({}, *found.policies))
    watched, paired = min(count, REASONS_RUNS), min(count, DUEL_RUNS)

    def coming() -> Iterator[Block]:
        first = play_block(dueling, range(watched), watch=deciding.see)
        for each in chain([first], blocks(dueling, range(watched, paired), workers=workers)):
            tables.append(each.table)
            yield each
        yield from blocks(job, range(paired, count), workers=workers)

    ensemble = gathered(coming() if quiet else told(coming(), count), keep)
    table = {key: rows[1:] for key, rows in joined(tables, len(dueling.policies)).items()}
    fought, values = found.fought(table)
    reasons = {f"{patron}.{act}": each for (patron, act), each in deciding.terms.items()}
    return ensemble, fought, values, reasons


def write(
    folder: Folder,
    preset: Preset,
    settings: Mapping[str, object],
    command: Sequence[str],
    ensemble: Ensemble,
    fought: Sequence[Duel],
    values: Mapping[str, Array],
) -> list[Path]:
    """Write tables, figures and manifest."""
    path = trajectory(preset, ensemble)
    written = [
        folder.write_json("manifest.json", manifest(preset, settings, command)),
        folder.write_table("duels.parquet", values),
        folder.write_table(
            "trajectory.parquet", {str(name): column.to_numpy() for name, column in path.items()}
        ),
    ]
    return written + draw(folder, preset, path, fought)


def draw(folder: Folder, preset: Preset, path: pd.DataFrame, fought: Sequence[Duel]) -> list[Path]:
    """Draw the figures of a run as PNG and SVG."""
    labels = {name: each.label for name, each in preset.profiles.items()}
    colours = {name: each.colour for name, each in preset.profiles.items()}
    entries = ladder_entries()
    menus = {
        name: [(action, int(entries[action].rung)) for action in menu(preset, name)]
        for name in preset.profiles
    }
    brent = {date.fromisoformat(day): v for day, v in preset.file.observed.brent.items()}
    drawn = {
        "rungs": figures.rungs(path, labels, menus, observed_rungs(preset)),
        "reputations": figures.reputations(path, labels, colours),
        "oil": figures.oil(path, brent),
    }
    if fought:
        table = pd.DataFrame([each.record() for each in fought])
        drawn["duels"] = figures.duels(table, labels)
    return [
        file for name, figure in drawn.items() for file in figures.save(figure, folder.path, name)
    ]


def observed_rungs(preset: Preset) -> pd.DataFrame | None:
    """The dated acts of the preset's timeline on the ladder: columns day, state, rung."""
    if preset.file.observed.timeline is None:
        return None
    acts = timeline(preset.beside("observed.timeline", preset.file.observed.timeline))
    return on_ladder(preset, acts)


def on_ladder(preset: Preset, acts: pd.DataFrame) -> pd.DataFrame:
    """Dated acts of a preset's states on the ladder: columns day, state, rung."""
    names = {name: [each.label, *each.aliases] for name, each in preset.profiles.items()}
    columns = (acts["date"], acts["actor"], acts["action_class"], acts["ladder_level"])
    rows = [
        (date.fromisoformat(day), name, rung)
        for day, actor, kind, level in zip(*columns, strict=True)
        if (rung := BELLIGERENT.get(kind, int(level) if level in tuple("012345") else None))
        is not None
        for name, known in names.items()
        if any(each in actor for each in known)
    ]
    return pd.DataFrame(rows, columns=["day", "state", "rung"])


def timeline(path: Path) -> pd.DataFrame:
    """A CSV of dated acts, all as words. Raises ConfigError."""
    needed = ("date", "actor", "action_class", "ladder_level")
    try:
        acts = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{shown(path)}: cannot be read as CSV: {error}") from error
    for column in needed:
        if column not in acts:
            near = suggestion(column, [str(each) for each in acts])
            raise ConfigError(f"{shown(path)}:1: the column '{column}' is missing{near}")
    for row, day in enumerate(acts["date"], 2):
        try:
            date.fromisoformat(day)
        except ValueError as error:
            found = f"{shown(path)}:{row}: date: found '{day}'"
            raise ConfigError(f"{found}; valid: a date, as 2025-06-13") from error
    return acts


def as_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    return json.dumps(answer.data, indent=1)
