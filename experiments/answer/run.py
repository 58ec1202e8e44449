"""One command from preset to answer: play, duel, explain, store."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from experiments.answer.acts import brent, observed_rungs
from experiments.answer.report import record, trajectory, verdict
from experiments.engine.batch import Block, Ensemble, Job, all_workers, blocks, gathered
from experiments.engine.duel import Duel, contest, joined, over_posterior
from experiments.engine.posterior import DRAWS
from experiments.engine.progress import Meter
from experiments.engine.provenance import deciding
from experiments.engine.store import Folder, Rows, manifest, result_folder
from experiments.figures.crisis import oil, reputations, rungs
from experiments.figures.duels import duels
from experiments.figures.style import save
from model.preset.load import (
    Change,
    Preset,
    ladder_entries,
    load,
    menu,
)
from model.world import Array

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
    preset: str | Preset,
    changes: Mapping[str, Change] | None = None,
    *,
    runs: int | None = None,
    seed: int = 0,
    out: Path | None = None,
    workers: int | None = None,
    draws: int = DRAWS,
    quiet: bool = False,
    command: Sequence[str] = (),
) -> Answer:
    """Play a preset with its duels and write tables, figures and manifest.

    The duels are also played over so many `draws` of weights and precision from the posterior.
    """
    preset = load(preset, changes)
    observed = observed_rungs(preset)  # what cannot be read stops before anything is played
    count = runs or preset.file.runs
    workers = workers or (all_workers() if count >= CREW_RUNS else 1)
    settings = {"seed": seed, "runs": count, "turns": preset.file.turns, "draws": draws}
    settings |= deciding("run")
    folder = result_folder(preset, settings, out)
    with folder.locked():
        folder.claim(manifest(preset, settings, command))
        rows = Rows(folder, "runs.parquet")
        ensemble, fought, values = played(
            Job(preset, seed), count, workers, rows.append, quiet=quiet, draws=draws
        )
        written = [
            rows.close(),
            *write(folder, preset, ensemble, fought, values, observed),
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
    draws: int,
) -> tuple[Ensemble, list[Duel], dict[str, Array]]:
    """The ensemble, and its duels with the values behind them; and over draws of the posterior.

    All from one pass: the first runs are also played under the duels' policies.
    """
    found = contest(job.preset)
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
    fought, values = found.fought(table)
    if draws and fought:
        fought = over_posterior(found, fought, job, draws, workers)
    return ensemble, fought, values


def write(
    folder: Folder,
    preset: Preset,
    ensemble: Ensemble,
    fought: Sequence[Duel],
    values: Mapping[str, Array],
    observed: pd.DataFrame | None,
) -> list[Path]:
    """Write tables and figures."""
    path = trajectory(preset, ensemble)
    written = [
        folder.write_table("duels.parquet", values),
        folder.write_table(
            "trajectory.parquet", {str(name): column.to_numpy() for name, column in path.items()}
        ),
    ]
    return written + draw(folder, preset, path, fought, observed)


def draw(
    folder: Folder,
    preset: Preset,
    path: pd.DataFrame,
    fought: Sequence[Duel],
    observed: pd.DataFrame | None,
) -> list[Path]:
    """Draw the figures of a run as PNG and SVG, with the observed acts by day, state and rung."""
    labels = {name: each.label for name, each in preset.profiles.items()}
    colours = {name: each.colour for name, each in preset.profiles.items()}
    entries = ladder_entries()
    menus = {
        name: [(action, int(entries[action].rung)) for action in menu(preset, name)]
        for name in preset.profiles
    }
    drawn = {
        "rungs": rungs(path, labels, menus, observed),
        "reputations": reputations(path, labels, colours),
        "oil": oil(path, brent(preset)),
    }
    if fought:
        table = pd.DataFrame([each.record() for each in fought])
        drawn["duels"] = duels(table, labels)
    return [file for name, figure in drawn.items() for file in save(figure, folder.path, name)]


def as_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    return json.dumps(answer.data, indent=1)
