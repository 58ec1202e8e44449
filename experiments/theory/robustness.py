"""Whether the verdict survives the choice of decision rule."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from agents.strategies import STRATEGIES
from experiments.engine.duel import Duel, asked_for, duels, proteges
from experiments.engine.progress import counted
from experiments.engine.words import aligned, decimal
from experiments.engine.workers import in_order
from experiments.theory import advantages_figure
from experiments.theory.results import claimed
from model.preset.load import Change, Preset, changed, load

FIXED = ("always_talk", "always_arm", "always_fight", "repay_in_kind")
"""Rules that only patrons follow here; the principals keep playing the equilibrium."""

SLOW = {"look_ahead": 0.1}
"""Share of the runs that a slow rule gets."""


def played_by(preset: Preset, rule: str) -> Preset:
    """The preset in which states decide by a rule: patrons by a fixed one, else everyone."""
    patrons = list(proteges(preset))
    names = patrons if rule in FIXED else preset.file.players
    if rule in SLOW:
        names = [name for name in names if name not in patrons]
    chosen: dict[str, Change] = {f"{name}.rule": rule for name in names}
    if rule in SLOW:
        chosen |= {f"{name}.decision.depth": 1.0 for name in names}
        chosen |= {f"{name}.decision.samples": 2.0 for name in names}
    return changed(preset, chosen)


def duels_by_rule(
    preset: Preset, rule: str, runs: int, seed: int, patrons: Sequence[str]
) -> list[Duel]:
    """The duels where states decide by a rule."""
    count = max(int(runs * SLOW.get(rule, 1.0)), 10)
    return duels(played_by(preset, rule), count, seed=seed, patrons=patrons)[0]


def robustness(
    preset: str | Preset,
    runs: int = 200,
    *,
    seed: int = 0,
    changes: Mapping[str, Change] | None = None,
    patrons: Sequence[str] | None = None,
    workers: int = 1,
) -> dict[str, list[Duel]]:
    """Rule to the duels under it; look_ahead for the principals, one turn deep, on fewer runs."""
    preset = load(preset, changes)
    chosen = asked_for(patrons, proteges(preset))
    tasks = [(preset, rule, runs, seed, chosen) for rule in STRATEGIES]
    found = counted(in_order(duels_by_rule, tasks, workers), tasks)
    return dict(zip(STRATEGIES, found, strict=True))


def survives(found: Mapping[str, Sequence[Duel]]) -> dict[str, bool]:
    """Whether each duel's verdict under the equilibrium is that under every rule."""
    keys = [(each.patron, each.act) for each in found["logit"]]
    return {
        f"{patron} {act}": len(
            {
                e.estimate.verdict
                for rows in found.values()
                for e in rows
                if (e.patron, e.act) == (patron, act)
            }
        )
        == 1
        for patron, act in keys
    }


def as_json(found: Mapping[str, Sequence[Duel]]) -> str:
    """Rules, duels and whether verdicts survive, as one JSON object."""
    rows = {
        rule: [each.record() | {"verdict": each.estimate.verdict} for each in duels_]
        for rule, duels_ in found.items()
    }
    return json.dumps({"rules": rows, "survives": survives(found)}, indent=1)


def in_words(found: Mapping[str, Sequence[Duel]], where: str = "") -> str:
    """The advantage of talk by rule and duel."""
    heads = [f"{each.patron[:13]} {each.act}" for each in found["logit"]]
    lines = [
        "Realised value of talk less that of the act, by decision rule; * where settled at 95 %",
        "",
    ]
    cells = []
    for rule, rows in found.items():
        gains = [each.estimate for each in rows]
        told = [decimal(each.mean) + ("*" if each.settled else " ") for each in gains]
        cells.append((rule, *told, rows[0].runs))
    columns = ("<15", *[">21"] * len(heads), ">7")
    lines += aligned(columns, cells, ("rule", *heads, "runs"))
    kept = survives(found)
    lost = [key for key, same in kept.items() if not same]
    lines.append("")
    if lost:
        lines.append(f"The verdict does not survive every rule for: {', '.join(lost)}.")
    else:
        lines.append("Every verdict survives every rule.")
    if where:
        lines.append(f"Report, table and figure: {where}")
    return "\n".join(lines)


# ------------------------------------------------------------------- what is kept

METHOD = (
    "Every state, or every patron under a rule that is only a patron's, decides by the rule; then "
    "talk and each act are played as in a duel, on the same random numbers. A verdict survives if "
    "it is the same under every rule."
)


def kept(
    preset: Preset, runs: int, seed: int, workers: int, out: Path | None
) -> tuple[dict[str, list[Duel]], str]:
    """The duels under each rule, kept with a report; and their folder, which is claimed before."""
    with claimed("robustness", preset, runs, seed, out) as theory:
        found = robustness(preset, runs, seed=seed, workers=workers)
        rows = ({"rule": rule} | each.row() for rule, own in found.items() for each in own)
        table = pd.DataFrame(rows).drop(columns="history")
        figure = advantages_figure.advantages(
            table.assign(of=table["rule"]), theory.labels, "Talk less act under each decision rule"
        )
        caption = "The advantage of talk under each decision rule."
        asked = "does the verdict survive the decision rule?"
        theory.keep(asked, in_words(found), ("rules", table), (figure, caption), METHOD)
    return found, str(theory.folder.path)
