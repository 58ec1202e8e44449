"""One command from preset to answer: play, duel, explain, store."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from experiments.answer.report import record, trajectory, verdict
from experiments.engine.batch import Block, Ensemble, Job, all_workers, blocks, gathered
from experiments.engine.duel import Duel, contest, joined
from experiments.engine.progress import Meter
from experiments.engine.provenance import deciding
from experiments.engine.store import Folder, Rows, manifest, result_folder
from experiments.engine.tables import missing, read_table
from experiments.figures.crisis import oil, reputations, rungs
from experiments.figures.duels import duels
from experiments.figures.style import save
from model.parameters import RUNGS
from model.preset.load import (
    Change,
    Preset,
    ladder_entries,
    load,
    menu,
)
from model.world import Array

BELLIGERENT = {"strike": 5, "retaliation": 4, "threat": 1}
"""Rungs of the acts that a timeline marks X, by their class."""

CREW_RUNS = 5000
"""From so many runs on, starting worker processes is worth their second or two."""

DUEL_RUNS = 2000
"""Runs of each duel at most: by then the paired interval is narrow."""


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
    settings = {"seed": seed, "runs": count, "turns": preset.file.turns, **deciding("run")}
    folder = result_folder(preset, settings, out)
    with folder.locked():
        folder.claim(manifest(preset, settings, command))
        rows = Rows(folder, "runs.parquet")
        ensemble, fought, values = played(
            Job(name, seed, dict(changes)), count, workers, rows.append, quiet=quiet
        )
        written = [
            rows.close(),
            *write(folder, preset, ensemble, fought, values),
        ]
        where = str(folder.path)
        data = record(preset, seed, ensemble, fought, where)
        words = verdict(preset, seed, ensemble, fought, where)
        answer = (words.replace(where, folder.path.name) + "\n").encode()
        written.append(folder.write_json("answer.json", data | {"results": folder.path.name}))
        written.append(folder.write("answer.txt", answer))
        folder.list_files([path.name for path in written])
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
) -> tuple[Ensemble, list[Duel], dict[str, Array]]:
    """The ensemble, and its duels with the values behind them.

    All from one pass: the first runs are also played under the duels' policies.
    """
    found = contest(job.preset, job.changes)
    tables: list[dict[str, Array]] = []
    dueling = replace(job, policies=({}, *found.policies))
    paired = min(count, DUEL_RUNS)

    def coming(meter: Meter) -> Iterator[Block]:
        for each in blocks(dueling, range(paired), workers=workers):
            tables.append(each.table)
            meter.block(len(each.runs))
            yield each
        for each in blocks(job, range(paired, count), workers=workers):
            meter.block(len(each.runs))
            yield each

    with Meter(quiet=quiet) as meter:
        meter.expect(count)
        ensemble = gathered(coming(meter), keep)
    table = {key: rows[1:] for key, rows in joined(tables, len(dueling.policies)).items()}
    return ensemble, *found.fought(table)


def write(
    folder: Folder,
    preset: Preset,
    ensemble: Ensemble,
    fought: Sequence[Duel],
    values: Mapping[str, Array],
) -> list[Path]:
    """Write tables and figures."""
    path = trajectory(preset, ensemble)
    written = [
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
        "rungs": rungs(path, labels, menus, observed_rungs(preset)),
        "reputations": reputations(path, labels, colours),
        "oil": oil(path, brent),
    }
    if fought:
        table = pd.DataFrame([each.record() for each in fought])
        drawn["duels"] = duels(table, labels)
    return [file for name, figure in drawn.items() for file in save(figure, folder.path, name)]


def observed_rungs(preset: Preset) -> pd.DataFrame | None:
    """The dated acts of the preset's timeline on the ladder: columns day, state, rung."""
    if preset.file.observed.timeline is None:
        return None
    acts = timeline(preset.beside("observed.timeline", preset.file.observed.timeline))
    return on_ladder(preset, acts)


@dataclass(frozen=True)
class Act:
    """A dated act: who acted, and the rung; None where the table marks the act X and no class."""

    day: date
    actor: str
    rung: int | None


def on_ladder(preset: Preset, acts: Sequence[Act]) -> pd.DataFrame:
    """Dated acts of a preset's states on the ladder: columns day, state, rung."""
    names = {name: [each.label, *each.aliases] for name, each in preset.profiles.items()}
    rows = [
        (act.day, name, act.rung)
        for act in acts
        if act.rung is not None
        for name, known in names.items()
        if any(each in act.actor for each in known)
    ]
    return pd.DataFrame(rows, columns=["day", "state", "rung"])


def timeline(path: Path) -> list[Act]:
    """The dated acts of a CSV file: date, actor, action_class, ladder_level. Raises ConfigError.

    A level is a rung from 0 to 5, or X or a missing code where the class alone says what it was.
    """
    table = read_table(path, ("date", "actor", "action_class", "ladder_level"))
    found = []
    for row in table.rows:
        level, kind = row.cells["ladder_level"], row.cells["action_class"]
        rung = BELLIGERENT.get(kind)
        if rung is None and not (missing(level) or level.upper() == "X"):
            rung = table.whole(row, "ladder_level", RUNGS[0], RUNGS[-1])
        found.append(Act(table.day(row, "date"), row.cells["actor"], rung))
    table.refuse()
    return found


def as_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    return json.dumps(answer.data, indent=1)
