"""The work that a kind of experiment is given, and the rows and findings that it returns."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any  # settings are plain data of mixed type

import numpy as np
import pandas as pd

from experiments.engine.estimates import ends
from experiments.engine.posterior import COPIES, LEVELS
from experiments.engine.store import Blocks, read_manifest
from experiments.study.design import Design
from experiments.study.rows import Plan, Row
from experiments.study.sampling import Point, points
from model.preset.load import Preset
from model.world import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH = 1000
"""The most runs in a row of figures; a point with more has several rows."""


Waves = Generator[list[Row], pd.DataFrame, None]


@dataclass
class Findings:
    """The findings of an experiment: its verdict in words, tables, figures, and caveats."""

    verdict: list[str]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: "dict[str, tuple[Figure, str]]" = field(default_factory=dict)
    caveats: list[str] = field(default_factory=list)
    method: str = ""


@dataclass(frozen=True)
class Work:
    """A design that is ready to be played: its plan with the checked preset, and its folder."""

    design: Design
    plan: Plan
    folder: Blocks
    settings: dict[str, Any]

    @property
    def preset(self) -> Preset:
        """The preset that is played, read before anything was."""
        return self.plan.preset

    @property
    def command(self) -> str:
        """The command that makes these results again."""
        return str(read_manifest(self.folder.path)["command"])


def rows_of(design: Design, chosen: Sequence[Point], first_point: int = 0) -> list[Row]:
    """The rows of some points, with runs that follow one another or are the same for all."""
    rows, start = [], first_point * design.runs
    for number, point in enumerate(chosen, first_point):
        start = 0 if design.draws == "same" else start
        changes = design.changes(point)
        own = {k: v for k, v in changes.items() if k not in design.set or design.set[k] != v}
        for runs in batches(range(start, start + design.runs)):
            rows.append(Row(number, runs, own))
        start += design.runs
    return rows


def drawn_rows(design: Design, point: int, values: Point) -> list[Row]:
    """The rows of a point over the design's draws of the posterior, each on runs of its own."""
    changes = design.changes(values)
    own = {k: v for k, v in changes.items() if k not in design.set or design.set[k] != v}
    return [
        Row(point, range(draw * COPIES, (draw + 1) * COPIES), own, draw)
        for draw in range(design.posterior)
    ]


def batches(runs: range, most: int = BATCH) -> Iterator[range]:
    """Runs cut into parts of at most this many.

    >>> list(batches(range(5, 10), 3))
    [range(5, 8), range(8, 10)]
    """
    for first in range(runs.start, runs.stop, most):
        yield range(first, min(first + most, runs.stop))


def static(design: Design) -> Waves:
    """All points of the design at once."""
    chosen = points(design)
    drawn = [row for number, each in enumerate(chosen) for row in drawn_rows(design, number, each)]
    yield rows_of(design, chosen) + drawn


def merged(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each point as one: means weighted by runs, pooled variances, 95 % intervals.

    Rows over the posterior are left out: see `over_draws`.
    """
    rows = rows[rows["draw"] < 0]
    point, known = rows["point"].to_numpy(), rows["error"].eq("").to_numpy()
    count = int(point.max()) + 1
    runs = rows["runs"].to_numpy(float) * known

    def summed(values: Array) -> Array:
        return np.bincount(point, np.where(known, values, 0.0), count)

    whole = summed(runs)
    table: dict[str, Array] = {"point": np.arange(count), "runs": whole.astype(np.int64)}
    errors = rows[~known].groupby("point")["error"].first()
    table["error"] = pd.Series("", index=range(count)).mask(errors.reindex(range(count)).notna(),
                               errors.reindex(range(count))).to_numpy(object)  # fmt: skip
    kept = [n for n in rows if n not in ("point", "first_run", "runs", "draw", "error")]
    with np.errstate(invalid="ignore", divide="ignore"):
        for name in (str(each) for each in kept if not str(each).endswith(".variance")):
            values = rows[name].to_numpy(float)
            table[name] = mean = summed(runs * values) / whole
            if f"{name}.variance" not in kept:
                continue
            spread = rows[f"{name}.variance"].to_numpy(float) + (values - mean[point]) ** 2
            table[f"{name}.variance"] = summed(runs * spread) / whole
            if name.startswith("gain."):
                error = np.sqrt(table[f"{name}.variance"] / np.maximum(whole - 1, 1))
                table[f"{name}.low"], table[f"{name}.high"] = ends(mean, error)
    return pd.DataFrame(table)


def over_draws(rows: pd.DataFrame, act: str) -> pd.DataFrame:
    """What history leaves open of talk less an act at each point: low, high, better, draws."""
    drawn = rows[(rows["draw"] >= 0) & rows["error"].eq("")]
    gain = drawn.groupby("point")[f"gain.{act}"]
    low, high = (gain.quantile(level) for level in LEVELS)
    better = gain.agg(lambda each: float((each > 0).mean()))
    return pd.DataFrame({"low": low, "high": high, "better": better, "draws": gain.size()})


def with_factors(design: Design, table: pd.DataFrame, chosen: Sequence[Point]) -> pd.DataFrame:
    """The points' table with a column for each factor in front."""
    columns = {name: [each[k] for each in chosen] for k, name in enumerate(design.names)}
    front = pd.DataFrame(columns, index=table.index)
    return pd.concat([table[["point"]], front, table.drop(columns="point")], axis=1)
