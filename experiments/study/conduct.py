"""Conducts an experiment block by block, resumes it after a kill, and writes figures and report.

A kind of experiment is a module with two functions: `waves`, a generator that
yields rows to play and is sent all rows played so far, and `findings`, which draws conclusions.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol  # settings are plain data of mixed type

import numpy as np
import pandas as pd
from pydantic import ValidationError

from experiments.engine.duel import principals_of, proteges, unbound
from experiments.engine.manifest import experiment_key, manifest, result_folder
from experiments.engine.progress import Meter, working
from experiments.engine.provenance import deciding
from experiments.engine.store import (
    Blocks,
    digest,
    read_manifest,
)
from experiments.engine.workers import WorkerDied, each_done, hired
from experiments.study.design import Design, complete, ends, moved, read
from experiments.study.rows import Plan, Played, Row, failed, play, refuse_unknown_measures
from experiments.study.work import Findings, Waves, Work, merged
from model.preset.load import ConfigError, Preset, changed
from model.preset.toml import told as told_value
from model.world import Array


class Kind(Protocol):
    """A kind of experiment."""

    def waves(self, design: Design) -> Waves:
        """The rows to play, wave by wave."""

    def findings(
        self,
        work: Work,
        by_point: pd.DataFrame,
        rows: pd.DataFrame,
        runs: pd.DataFrame | None,
    ) -> Findings:
        """The conclusions from the played points; from each run if the design keeps runs."""


def kind_of(design: Design) -> Kind:
    """The module of a design's kind."""
    from experiments.study.kinds import compare, discover, phase, sensitivity, sweep

    kinds: dict[str, Kind] = {
        "compare": compare,
        "discover": discover,
        "duel": sweep,
        "phase": phase,
        "sensitivity": sensitivity,
        "sweep": sweep,
    }
    return kinds[design.kind]


# ------------------------------------------------------------------- what to play


def prepared(design: Design, preset: Preset, out: Path | None, command: Sequence[str]) -> Work:
    """The work for a design, its folder claimed or checked. Raises ConfigError."""
    settings = {
        "design": design.model_dump(mode="json", exclude={"block"}),
        "seed": design.seed,
        **deciding(design.kind),
    }
    sides = [str(each) for side in (design.first, design.second) for each in side.get("with", [])]
    for file in [*sides, *([design.sampling.file] if design.sampling.file else [])]:
        settings[file] = digest(Path(file).read_bytes())
    key = experiment_key(preset, settings)
    folder = result_folder(design.kind, design.title, design.seed, key, out)
    protege, adversary = principals_of(preset, proteges(preset)[design.patron])
    plan = Plan(
        preset=preset,
        patron=design.patron,
        protege=protege,
        adversary=adversary,
        policies=design.policies,
        seed=design.seed,
        measures=tuple(design.measures),
        keep_runs=design.keep == "runs",
    )
    refuse_unknown_measures(plan)
    next(kind_of(design).waves(design))  # a wrong table or a missing extra is told before it begins
    whole = manifest(preset, settings, command) | {"kind": design.kind, "block": design.block}
    work = Work(design, plan, folder, settings)
    with folder.locked():
        folder.claim(whole)
    design.block = int(str(read_manifest(folder.path)["block"]))
    return work


def resumed(path: Path) -> Work:
    """The work of a folder that was begun before. Raises ConfigError if code or inputs differ."""
    known: Any = read_manifest(path)
    stored = known["settings"].get("design")
    if not isinstance(stored, dict) or not isinstance(known.get("block"), int):
        raise ConfigError(
            f"{path}: holds no experiment that can be resumed; valid: a folder of cheaptalk "
            f"experiment, duel, phase and the like. It was written by: {known['command']}"
        )
    try:
        design = Design.model_validate(dated(stored))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        found = told_value(first["input"])
        raise ConfigError(
            f"{path / 'manifest.json'}: settings.design.{where}: found {found}; "
            f"valid: {first['msg'].lower()}"
        ) from error
    design.block = known["block"]
    return prepared(*complete(design), path, known["command"].split())


DAYS = ("start", "attack_day", "signed", "in_force", "denounced", "day")
"""Keys whose values are days."""


def dated(value: Any, key: str = "") -> Any:
    """Plain data with declared days turned back from strings into dates.

    >>> dated({"title": "2025-06-13", "set": {"attack_day": "2025-06-13"}})
    {'title': '2025-06-13', 'set': {'attack_day': datetime.date(2025, 6, 13)}}
    """
    if isinstance(value, dict):
        return {name: dated(each, name.rpartition(".")[2]) for name, each in value.items()}
    if isinstance(value, list):
        return [dated(each, key) for each in value]
    if key in DAYS and isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    return value


# ------------------------------------------------------------------- playing


def conduct(
    work: Work, *, executor: str = "local", workers: int = 1, quiet: bool = False
) -> Findings:
    """Play the missing blocks, then write tables, figures and the report."""
    with work.folder.locked(), hired(executor, workers) as by:
        with Meter(len(work.plan.policies), quiet=quiet) as meter:
            rows, blocks_played = played_waves(work, by, meter)
        refuse_failed(rows)
        with working("findings, figures and report", quiet=quiet):
            return finished(work, rows, blocks_played)


def played_waves(work: Work, by: Any, meter: Meter) -> tuple[pd.DataFrame, int]:
    """All rows, played wave by wave until the kind asks for no more, and the number of blocks."""
    waves, blocks_played = kind_of(work.design).waves(work.design), 0
    wave = next(waves)
    while True:
        parts = list(blocks_of(wave, work.design.block))
        play_blocks(work, parts, blocks_played, by, meter)
        blocks_played += len(parts)
        rows = stored(work.folder, blocks_played)
        try:
            wave = waves.send(rows)
        except StopIteration:
            return rows, blocks_played


def refuse_failed(rows: pd.DataFrame) -> None:
    """Raise ConfigError, with the first reason, if every row failed."""
    if len(rows) and rows["error"].ne("").all():
        raise ConfigError(f"all {len(rows)} rows failed; the first: {rows['error'].iloc[0]}")


def blocks_of(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    """Groups of consecutive rows with at least this many runs together."""
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if sum(len(each.runs) for each in part) >= size:
            yield part
            part = []
    if part:
        yield part


def play_blocks(
    work: Work,
    parts: Sequence[list[Row]],
    first: int,
    by: Any,
    meter: Meter,
) -> None:
    """Play the blocks that are missing from the folder, and store each when it is done."""
    missing = {
        number: part
        for number, part in enumerate(parts, first)
        if work.folder.block(number) is None
        or (work.plan.keep_runs and work.folder.block(number, "runs") is None)
    }
    runs = sum(runs_in(part) for part in parts)
    meter.expect(runs, known=runs - sum(runs_in(part) for part in missing.values()))
    tasks = [(number, (work.plan, part)) for number, part in missing.items()]
    for number, made in each_done(played, tasks, by):
        if isinstance(made, WorkerDied):
            lost = [failed(row, f"WorkerDied: {made}") for row in missing[number]]
            made = joined(lost)
        tables = {"rows": made.rows} | ({"runs": made.runs or {}} if work.plan.keep_runs else {})
        work.folder.add(number, tables)
        meter.block(runs_in(missing[number]))


def played(task: tuple[Plan, list[Row]]) -> Played:
    """A block after it was played; workers call this."""
    return play(*task)


def joined(parts: Sequence[Played]) -> Played:
    """Several blocks of rows joined into one table."""
    names = parts[0].rows
    return Played({n: np.concatenate([each.rows[n] for each in parts]) for n in names}, None)


def stored(folder: Blocks, count: int, kind: str = "rows") -> pd.DataFrame:
    """The tables of the first blocks, joined in order."""
    found = [folder.block(number, kind) for number in range(count)]
    return pd.concat([pd.DataFrame(each) for each in found if each], ignore_index=True)


def runs_in(part: Sequence[Row]) -> int:
    """The number of runs in some rows."""
    return sum(len(row.runs) for row in part)


# ------------------------------------------------------------------- what it says


def finished(work: Work, rows: pd.DataFrame, blocks_played: int) -> Findings:
    """Write and list the tables of all blocks, the findings, the figures and the report."""
    from experiments.figures.style import save
    from experiments.study.html_report import dossier

    kind, folder = kind_of(work.design), work.folder
    by_point = merged(rows)
    by_run = stored(folder, blocks_played, "runs") if work.plan.keep_runs else None
    found = kind.findings(work, by_point, rows, by_run)
    tables = {"rows": rows, "points": found.tables.pop("points", by_point), **found.tables}
    if by_run is not None:
        tables["runs"] = by_run
    written = [folder.write_table(f"{n}.parquet", columns_of(t), folder.key)
               for n, t in tables.items()]  # fmt: skip
    for name, (figure, _) in found.figures.items():
        written += save(figure, folder.path, name)
    found.caveats += [*unbound(work.preset).values(), *turned(work)]
    patron, protege = (work.preset.profiles[e].label for e in (work.plan.patron, work.plan.protege))
    found.verdict = [f"{patron} is on the side of {protege}.", *found.verdict]
    errors = rows["error"].ne("")
    if errors.any():
        found.caveats.append(
            f"{int(errors.sum())} of {len(rows)} rows failed and are left out; the first: "
            + str(rows.loc[errors, "error"].iloc[0])
        )
    words = "\n".join([work.design.title, "", *found.verdict, *told_caveats(found)])
    written.append(folder.write("answer.txt", (words + "\n").encode()))
    written.append(folder.write("report.html", dossier(work, found).encode()))
    folder.list_files([path.name for path in written])
    return found


def turned(work: Work) -> list[str]:
    """Warnings for factors along which the patron changes sides, because its ties change."""
    design, lines = work.design, []
    for name, factor in design.factors.items():
        keys = factor.keys or [name]
        for end in ends(factor) if any(".ties." in key for key in keys) else []:
            side = proteges(changed(work.preset, moved(name, factor, end)))
            if (other := side.get(design.patron)) != work.plan.protege:
                lines.append(
                    f"At {design.label(name)} {end:g} {design.patron} sides with {other}: there "
                    f"its acts are not for {work.plan.protege}."
                )
    return lines


def told_caveats(found: Findings) -> list[str]:
    """The caveats as lines."""
    return ["", *(f"Beware: {each}" for each in found.caveats)] if found.caveats else []


def columns_of(table: pd.DataFrame) -> Mapping[str, Array]:
    """A frame's columns as arrays."""
    return {str(name): column.to_numpy() for name, column in table.items()}


# ------------------------------------------------------------------- from the command line


def experiment(
    name: str,
    overrides: Mapping[str, Any],
    *,
    out: Path | None,
    executor: str,
    workers: int,
    quiet: bool,
    command: Sequence[str],
) -> tuple[Findings, Work]:
    """Conduct the experiment of a file."""
    work = prepared(*read(name, overrides), out, command)
    return conduct(work, executor=executor, workers=workers, quiet=quiet), work


def as_json(found: Findings, work: Work) -> str:
    """Findings as one JSON object."""
    tables = {name: json.loads(t.to_json(orient="records")) for name, t in found.tables.items()}
    return json.dumps(
        {
            "title": work.design.title,
            "kind": work.design.kind,
            "verdict": found.verdict,
            "caveats": found.caveats,
            "tables": tables,
            "results": str(work.folder.path),
        },
        indent=1,
    )


def in_words(found: Findings, work: Work) -> str:
    """Findings for reading."""
    lines = [work.design.title, "", *found.verdict, *told_caveats(found)]
    return "\n".join([*lines, "", f"Report, tables, figures: {work.folder.path}"])
