"""Ablations: the verdict with and without each mechanism, paired on the same random draws."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.engine import estimates
from experiments.engine.batch import Job, simulate
from experiments.engine.duel import ACTS, TALK, asked_for, proteges, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.progress import counted
from experiments.engine.words import aligned, decimal
from experiments.engine.workers import in_order
from experiments.theory import advantages_figure
from experiments.theory.mechanisms import MECHANISMS, switched_off
from experiments.theory.results import claimed
from model.preset.load import Change, Preset, changed, load
from model.world import Array

PROCESS = ("weeks_at_war", "price_peak", "programme", "survival")
"""What happens, beside the verdict: columns of the runs' table."""

ONLY_TALK = "only talk"
"""Whether a war saw no more of a patron than talk and mediation."""


METHOD = (
    "The same runs, with the same random numbers, are played with all mechanisms and with one of "
    "them switched off; what it adds is the mean difference run by run, with its 95 % interval."
)


@dataclass(frozen=True)
class Ablation:
    """What a mechanism adds to a measure: its mean with it less that without."""

    mechanism: str
    title: str
    patron: str
    measure: str
    estimate: Estimate


def measured(
    preset: Preset, runs: int, seed: int, patrons: Sequence[str]
) -> dict[tuple[str, str], Array]:
    """(patron, measure) to its value run by run; the patron is empty for what just happens."""
    played = simulate(preset, runs, seed=seed)
    values: dict[tuple[str, str], Array] = {("", key): played.table[key] for key in PROCESS}
    actions = (TALK, *ACTS)
    policies = tuple({patron: action} for patron in patrons for action in actions)
    forced = rows_under(Job(preset, seed, policies), runs) if policies else {}
    for place, patron in enumerate(patrons):
        first = place * len(actions)
        rows = forced[f"worth.{patron}"][first : first + len(actions)]
        worths = dict(zip(actions, rows, strict=True))
        values[patron, "worth"] = played.table[f"worth.{patron}"]
        talk = played.table[f"play.{patron}.rhetoric"] + played.table[f"play.{patron}.mediation"]
        values[patron, "talk played"] = talk
        values[patron, ONLY_TALK] = played.table[f"restrained.{patron}"] * 1.0
        for act in ACTS:
            values[patron, f"talk - {act}"] = worths[TALK] - worths[act]
    return values


def ablations(
    preset: str | Preset,
    runs: int = 200,
    *,
    seed: int = 0,
    changes: Mapping[str, Change] | None = None,
    patrons: Sequence[str] | None = None,
    workers: int = 1,
) -> list[Ablation]:
    """Every mechanism's share in every measure, with the mechanism less without it."""
    preset = load(preset, changes)
    chosen = asked_for(patrons, proteges(preset))
    off = [changed(preset, switched_off(preset, each)) for each in MECHANISMS.values()]
    tasks = [(each, runs, seed, chosen) for each in (preset, *off)]
    whole, *others = counted(in_order(measured, tasks, workers), tasks)
    rows = []
    for (name, mechanism), without in zip(MECHANISMS.items(), others, strict=True):
        for (patron, measure), value in whole.items():
            added = estimates.of(value - without[patron, measure])
            rows.append(Ablation(name, mechanism.title, patron, measure, added))
    return rows


def idle(rows: Sequence[Ablation]) -> list[str]:
    """Mechanisms whose ablation settles nothing."""
    moved = {each.mechanism for each in rows if each.estimate.settled}
    return [name for name in MECHANISMS if name not in moved]


def as_json(rows: Sequence[Ablation]) -> str:
    """The ablations as a JSON list."""
    return json.dumps([estimates.columns(each) for each in rows], indent=1)


def in_words(rows: Sequence[Ablation], runs: int, where: str) -> str:
    """For each mechanism what it adds to the duels, and what else it moves."""
    patrons = list(dict.fromkeys(each.patron for each in rows if each.patron))
    lines = [
        f"What each mechanism adds to the advantage of talk: with it less without, {runs} runs on",
        "the same random draws; * where the 95 % interval excludes zero",
        "",
    ]
    heads = [f"{patron[:13]} {act}" for patron in patrons for act in ACTS]
    cells = []
    for name, mechanism in MECHANISMS.items():
        own = {(each.patron, each.measure): each for each in rows if each.mechanism == name}
        gains = [own[patron, f"talk - {act}"].estimate for patron in patrons for act in ACTS]
        told = [decimal(each.mean, 3) + ("*" if each.settled else " ") for each in gains]
        also = [key[1] for key, each in own.items() if not key[0] and each.estimate.settled]
        kept_to = [each for each in patrons if own[each, ONLY_TALK].estimate.settled]
        also += [f"{ONLY_TALK} of {', '.join(kept_to)}"] if kept_to else []
        cells.append((name, mechanism.title, *told, ", ".join(also)))
    columns = ("<5", "<50", *[">21"] * len(heads), "  <")
    lines += aligned(columns, cells, ("", "mechanism", *heads, "and moves"))
    still = idle(rows)
    lines.append("")
    lines.append(f"Change nothing that can be told apart here: {', '.join(still) or 'none'}.")
    if where:
        lines.append(f"Report, table and figure: {where}")
    return "\n".join(lines)


def kept(
    preset: Preset, runs: int, seed: int, workers: int, out: Path | None
) -> tuple[list[Ablation], str]:
    """The ablations, kept with a report; and their folder, which is claimed before."""
    with claimed("ablate", preset, runs, seed, out) as theory:
        rows = ablations(preset, runs, seed=seed, workers=workers)
        table = pd.DataFrame([estimates.columns(each) for each in rows])
        figure = advantages_figure.ablations(table, theory.labels)
        theory.keep(
            "what does the verdict owe to each mechanism?",
            in_words(rows, runs, ""),
            ("ablations", table),
            (figure, "What each mechanism adds to the advantage of talk."),
            METHOD,
        )
    return rows, str(theory.folder.path)
