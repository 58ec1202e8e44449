"""Two configurations on the same random draws: what changes, and in which runs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from experiments.engine import estimates
from experiments.engine.duel import NOTHING, OWN
from experiments.study.design import Design
from experiments.study.kinds import compare_figure
from experiments.study.rows import Row
from experiments.study.work import Findings, Waves, Work, batches

METHOD = (
    "Both configurations are played with the same random numbers run by run, so that a run "
    "differs only by what the changes cause. Differences are second less first, with 95 % "
    "intervals of the mean paired difference."
)


def waves(design: Design) -> Waves:
    """The first configuration, then the second, on the same runs."""
    yield [
        Row(side, runs, changes)
        for side, changes in enumerate((design.first, design.second))
        for runs in batches(range(design.runs))
    ]


def findings(
    work: Work, by_point: pd.DataFrame, rows: pd.DataFrame, runs: pd.DataFrame | None
) -> Findings:
    """The changes in words, tables and a figure."""
    assert runs is not None
    design = work.design
    changed = differences(design, runs)
    figure = compare_figure.changes(design, changed)
    return Findings(
        list(changed_words(design, changed)),
        {"changes": changed},
        {"changes": (figure, "What changes from the first configuration to the second.")},
        [],
        METHOD,
    )


def differences(design: Design, runs: pd.DataFrame) -> pd.DataFrame:
    """A row for each quantity: means, paired difference, and the runs in which it differs.

    `size` is the difference in standard deviations of both configurations together.
    """
    sides = [
        runs[runs["point"] == side].sort_values("run").reset_index(drop=True) for side in (0, 1)
    ]
    shared = set(sides[0]["run"]) & set(sides[1]["run"])
    sides = [each[each["run"].isin(shared)].reset_index(drop=True) for each in sides]
    wanted = [f"worth.{OWN}", f"protege.{OWN}", *(f"{name}.{OWN}" for name in design.measures)]
    wanted += [f"gain.{rival}" for rival in (*design.acts, OWN)]
    records = []
    for name in wanted:
        first, second = (each[name].to_numpy(float) for each in sides)
        gap = estimates.of(second - first)
        moved = np.abs(second - first)
        spread = float(np.concatenate((first, second)).std())
        records.append(
            {
                "quantity": name,
                "first": float(first.mean()),
                "second": float(second.mean()),
                "difference": gap.mean,
                "low": gap.low,
                "high": gap.high,
                "size": gap.mean / spread if spread > 0 else 0.0,
                "size_half": (gap.high - gap.low) / 2 / spread if spread > 0 else 0.0,
                "runs_changed": float((moved > NOTHING).mean()),
                "most_changed_run": int(sides[0]["run"].iloc[int(moved.argmax())]),
            }
        )
    return pd.DataFrame(records)


def changed_words(design: Design, changed: pd.DataFrame) -> Iterator[str]:
    """The quantities that change and the run to look at; then those that do not."""
    same = []
    for row in changed.to_dict("records"):
        name = compare_figure.named(row["quantity"], design)
        if row["low"] <= 0 <= row["high"]:
            same.append(name)
            continue
        yield (
            f"{name}: {row['first']:.3g} to {row['second']:.3g}, {row['difference']:+.3g} "
            f"[{row['low']:+.3g}, {row['high']:+.3g}]; differs in {row['runs_changed']:.0%} of "
            f"runs, most in run {row['most_changed_run']}."
        )
    if same:
        yield f"Not told apart: {', '.join(same)}."
