"""One command from preset to answer: play, duel, explain, store."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from experiments.answer import reasons
from experiments.answer.acts import brent, observed_rungs
from experiments.answer.decisions import oil_tells
from experiments.answer.doctrine import Doctrine, doctrines
from experiments.answer.dossier import dossier
from experiments.answer.report import in_words, record, trajectory
from experiments.answer.turning import Search, turns_first
from experiments.answer.verdict import Verdict
from experiments.engine.batch import Block, Ensemble, Job, all_workers, blocks, gathered
from experiments.engine.duel import Duel, contest, joined, over_posterior
from experiments.engine.manifest import experiment_key, manifest, result_folder
from experiments.engine.posterior import COPIES
from experiments.engine.progress import Meter, working
from experiments.engine.provenance import deciding
from experiments.engine.store import Folder, Rows
from experiments.figures.crisis import oil, reputations, rungs
from experiments.figures.duels import duels
from experiments.figures.style import save
from experiments.figures.waterfall import waterfall
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

DRAWS = 40
"""Draws of the posterior by default, so that a first answer takes less than a minute."""

DOCTRINE_RUNS = 200
"""Runs of each doctrine at most."""


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
    codings: bool = False,
    quiet: bool = False,
    command: Sequence[str] = (),
) -> Answer:
    """Play a preset with its duels and write tables, figures and manifest.

    The duels are also played over so many `draws` of weights and precision from the posterior;
    with none of them, what would turn the verdict is not looked for either. With `codings` each
    draw also has stakes, ties and access as another coder might put them.
    """
    preset = load(preset, changes)
    observed = observed_rungs(preset)  # what cannot be read stops before anything is played
    count = runs or preset.file.runs
    much = count + draws * COPIES * len(preset.profiles) >= CREW_RUNS
    workers = workers or (all_workers() if much else 1)
    settings = {"seed": seed, "runs": count, "turns": preset.file.turns, "draws": draws}
    settings |= {"codings": True} if codings else {}
    settings |= deciding("run")
    key = experiment_key(preset, settings)
    folder = result_folder("run", preset.name, seed, key, out)
    with folder.locked():
        folder.claim(manifest(preset, settings, command))
        rows = Rows(folder, "runs.parquet")
        found, values = judged(
            Job(preset, seed), count, workers, rows.append, quiet, (draws, codings)
        )
        with working("tables and figures", quiet=quiet):
            written = [rows.close(), *write(folder, found, values, observed)]
        where = str(folder.path)
        data = record(found, where)
        words = in_words(found, where)
        answer = (words.replace(where, folder.path.name) + "\n").encode()
        written.append(folder.write_json("answer.json", data | {"results": folder.path.name}))
        written.append(folder.write("answer.txt", answer))
        names = [path.stem for path in written if path.suffix == ".svg"]
        report = dossier(found, answer.decode(), names, folder.path, draws)
        written.append(folder.write("report.html", report.encode()))
        folder.list_files([path.name for path in written])
    if not quiet:
        print(f"{len(written)} files in {where}", file=sys.stderr)
    return Answer(data, words, folder.path)


def judged(
    job: Job,
    count: int,
    workers: int,
    keep: Callable[[Mapping[str, Array]], object],
    quiet: bool,
    history: tuple[int, bool],
) -> tuple[Verdict, dict[str, Array]]:
    """The verdict, and the values behind its duels; `history` is draws, and whether of codings."""
    with Meter(quiet=quiet) as meter:
        ensemble, fought, values = played(job, count, workers, keep, meter, history)
        if not fought:
            return Verdict(job.preset, job.seed, ensemble, fought), values
        meter.say("doctrines, and what would turn it")
        found = Verdict(
            job.preset, job.seed, ensemble, fought, known_before(job, fought, count, workers)
        )
        if not (history[0] and found.first):
            return found, values
        signs = {each.act: each.estimate.mean for each in found.first if each.estimate.mean}
        turned = turns_first(Search(job.preset, found.first[0].patron, signs, job.seed, workers))
    return replace(found, turned=turned, searched=True), values


def known_before(job: Job, fought: Sequence[Duel], count: int, workers: int) -> list[Doctrine]:
    """The first patron's doctrines, where the attack is the challenger's own decision."""
    if job.preset.file.attack == "scripted":
        return []
    runs = min(count, DOCTRINE_RUNS)
    return doctrines(job.preset, fought[0].patron, runs, seed=job.seed, workers=workers)


def played(
    job: Job,
    count: int,
    workers: int,
    keep: Callable[[Mapping[str, Array]], object],
    meter: Meter,
    history: tuple[int, bool],
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

    meter.expect(count)
    ensemble = gathered(coming(meter), keep)
    table = {key: rows[1:] for key, rows in joined(tables, len(dueling.policies)).items()}
    fought, values = found.fought(table)
    draws, codings = history
    if draws and fought:
        meter.say(f"{draws} draws of the weights")
        fought = over_posterior(found, fought, job, draws, workers, codings=codings)
    return ensemble, fought, values


def write(
    folder: Folder,
    found: Verdict,
    values: Mapping[str, Array],
    observed: pd.DataFrame | None,
) -> list[Path]:
    """Write tables and figures."""
    path = trajectory(found.preset, found.ensemble)
    written = [
        folder.write_table("duels.parquet", values),
        folder.write_table(
            "trajectory.parquet", {str(name): column.to_numpy() for name, column in path.items()}
        ),
    ]
    return written + draw(folder, found, path, observed)


def draw(
    folder: Folder, found: Verdict, path: pd.DataFrame, observed: pd.DataFrame | None
) -> list[Path]:
    """Draw the figures of a run as PNG and SVG, with the observed acts by day, state and rung."""
    preset, labels = found.preset, found.label
    colours = {name: each.colour for name, each in preset.profiles.items()}
    entries = ladder_entries()
    menus = {
        name: [(action, int(entries[action].rung)) for action in menu(preset, name)]
        for name in preset.profiles
    }
    drawn = {
        "rungs": rungs(path, labels, menus, observed),
        "reputations": reputations(path, labels, colours),
    }
    if oil_tells(preset):
        drawn["oil"] = oil(path, brent(preset))
    if found.fought:
        drawn["duels"] = duels(pd.DataFrame([each.row() for each in found.fought]), labels)
    if found.first:
        steps = {each.act: reasons.parts(each, preset) for each in found.first}
        drawn["why"] = waterfall(
            {act: [(part.about, part.value) for part in each] for act, each in steps.items()},
            labels[found.first[0].patron],
        )
    return [file for name, figure in drawn.items() for file in save(figure, folder.path, name)]


def as_json(answer: Answer) -> str:
    """The answer as one JSON object."""
    return json.dumps(answer.data, indent=1)
