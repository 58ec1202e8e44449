"""What a backtest leaves: scores, differences and calibration as tables, a figure and a report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any  # options are of mixed type

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.engine.manifest import key_of, result_folder, words_of_call, written_by
from experiments.engine.provenance import deciding, digest_of_room
from experiments.engine.store import Blocks, digest
from experiments.figures.report import Report, keep
from experiments.figures.style import ACT, FAINT, GRID, INK, NOTE, TALK, WIDTH, styled
from experiments.history.backtest import Backtest, backtests, in_words
from experiments.history.cases import Cases
from experiments.history.scoring import calibration
from experiments.history.sequential import sequential
from model.preset.load import shown

METHOD = (
    "Each forecaster is fitted to the cases that are not held out and gives the chance of each "
    "rung in those that are. Scores are losses (RPS: ranked probability score), but for the shares "
    "of exact rungs and of rungs within one; differences are paired case by case, with bootstrap "
    "intervals of 95 %."
)
CAVEATS = (
    "The cases were coded by hand, and which of them were coded is a choice.",
    "Intervals resample the cases as if they were independent of one another.",
)


def kept(
    known: Cases, path: Path, asked: Mapping[str, Any], out: Path | None
) -> tuple[list[Backtest], str]:
    """The backtests of the cases of a file, kept with a report; and their folder.

    `asked` are the options of the command: `train_before`, `without`, `sequential`.
    """
    settings = {"kind": "backtest", "seed": 0, **asked, **deciding("backtest")}
    settings["history"] = digest_of_room("experiments/history")
    inputs = {shown(path): digest(path.read_bytes())}
    key = key_of({"settings": settings, "inputs": list(inputs.values())})
    folder = result_folder("backtest", path.stem, 0, key, out)
    with folder.locked():
        folder.claim(written_by(words_of_call(), settings, key, inputs))
        found = (
            [sequential(known)] if asked["sequential"] else backtests(known, asked["train_before"])
        )
        write(folder, found, path)
    return found, str(folder.path)


def write(folder: Blocks, tests: Sequence[Backtest], cases: Path) -> None:
    """Write tables, figure and report of some backtests into their folder."""
    scored, gaps, reliable = (
        pd.DataFrame(rows(tests)) for rows in (scores, differences, calibrations)
    )
    figures = {"backtest": "Scores of the forecasters, and what the model said beside what was."}
    report = Report(
        title=f"{cases.stem}: does the model forecast what it was not fitted to?",
        question="How well are the rungs of support in crises forecast that were held out?",
        answer=in_words(tests),
        figures=figures,
        tables={"scores": scored, "differences": gaps, "calibration": reliable},
        method=METHOD,
        rows=[("kind", "backtest"), ("cases", shown(cases)),
              *((each.design, f"{len(each.outcome)} cases") for each in tests)],
        caveats=CAVEATS,
    )  # fmt: skip
    keep(folder, report, {"backtest": drawn(scored, reliable)})


def scores(tests: Sequence[Backtest]) -> Iterator[dict[str, object]]:
    """A row for each design and forecaster: its scores, and the interval of its RPS."""
    for test in tests:
        for name, each in test.scores().items():
            level = test.level(name)
            ends = {"rps_low": level.low, "rps_high": level.high}
            yield {"design": test.design, "forecaster": name, **each, **ends}


def differences(tests: Sequence[Backtest]) -> Iterator[dict[str, object]]:
    """A row for each design, baseline and score: the model's less the baseline's."""
    for test in tests:
        for name in (each for each in test.forecasts if each != "model"):
            for score in ("rps", "log"):
                found = asdict(test.against(name, score))
                head = {"design": test.design, "forecaster": name, "measure": score}
                yield head | {"difference": found["mean"], "low": found["low"],
                              "high": found["high"]}  # fmt: skip


def calibrations(tests: Sequence[Backtest]) -> Iterator[dict[str, object]]:
    """A row for each design and bin of chances: how often what the model said was."""
    for test in tests:
        for row in calibration(test.forecasts["model"], test.outcome):
            yield {"design": test.design, **row}


@styled
def drawn(scored: pd.DataFrame, reliable: pd.DataFrame) -> Figure:
    """The forecasters' RPS with intervals, and the model's calibration, in the first design."""
    design = scored["design"].iloc[0]
    rows = scored[scored["design"] == design].to_dict("records")
    height = 2.4 + 0.15 * len(rows)
    figure = Figure(figsize=(WIDTH, height))
    levels = figure.add_axes((0.19, 0.8 / height, 0.36, (height - 1.25) / height))
    for place, row in enumerate(rows):
        colour = ACT if row["forecaster"] == "model" else FAINT
        ends = [[row["rps"] - row["rps_low"]], [row["rps_high"] - row["rps"]]]
        levels.errorbar(row["rps"], place, xerr=ends, fmt="o", color=colour, markersize=3.4)
    levels.set(ylim=(len(rows) - 0.4, -0.6), yticks=range(len(rows)), xlim=(0, None))
    levels.set_yticklabels([row["forecaster"].replace("_", " ") for row in rows])
    levels.set(title=f"{design}: loss (RPS)", xlabel="ranked probability score, less is better")
    levels.xaxis.set_major_locator(MaxNLocator(5))
    levels.grid(axis="x", color=GRID, linewidth=0.5)
    said = figure.add_axes((0.66, 0.8 / height, 0.31, (height - 1.25) / height))
    said.plot((0, 1), (0, 1), color=INK, linewidth=0.8)
    own = reliable[reliable["design"] == design]
    said.scatter(own["said"], own["happened"], s=4 + own["events"] / 2, color=TALK, clip_on=False)
    said.set(title="The model's calibration", xlabel="said", ylabel="happened")
    said.set(xlim=(0, 1), ylim=(0, 1))
    note = (
        "Bars: 95 % intervals over the cases. Dots on the right: events 'at least rung r' by the "
        "chance that was said, larger where there are more of them."
    )
    figure.text(0.012, 0.07 / height, note, **NOTE)
    return figure
