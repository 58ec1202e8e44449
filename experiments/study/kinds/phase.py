"""Phase diagrams: where talk beats intervention over two parameters, and where it is open.

Runs are spent where the sign is open. The plane is cut into coarse cells; corners are played
in batches until their sign is settled or all runs are spent; only cells that the contour
crosses are cut further. Elsewhere the surface is interpolated between the corners.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.engine.duel import METHOD
from experiments.engine.estimates import INTERVENTION, OPEN, WORDS, ends, verdicts
from experiments.study.design import Design, grid_values
from experiments.study.kinds import phase_figure
from experiments.study.rows import Row
from experiments.study.sampling import points
from experiments.study.work import (
    Findings,
    Waves,
    Work,
    batches,
    drawn_rows,
    merged,
    over_draws,
    rows_of,
)
from model.world import Array

SURE = 3.0
"""Standard errors from zero at which no more runs are spent on a sign."""

FEWEST = 20
"""The fewest runs from which a standard error is trusted."""

Cell = tuple[int, int, int, int]
"""First and last column, first and last row of nodes."""


@dataclass
class Surface:
    """The advantage of talk over each act at the nodes of a grid.

    Arrays are (acts, rows, columns); `runs` (rows, columns) is 0 at nodes that were not
    played. `open` are the ends of what history leaves open, (2, acts, rows, columns), NaN where it
    was not played. `most` is the largest number of runs at a node, `batch` how many are played at
    once.
    """

    mean: Array
    variance: Array
    runs: Array
    open: Array
    most: int
    batch: int
    stride: int

    @property
    def error(self) -> Array:
        """The standard error of each mean."""
        return np.sqrt(self.variance / np.maximum(self.runs - 1, 1))

    @property
    def ends(self) -> Array:
        """The ends of the wider interval: of sampling, or of what history leaves open."""
        sampled = np.stack(ends(self.mean, self.error))
        wider = self.open[1] - self.open[0] > sampled[1] - sampled[0]
        return np.where(wider, self.open, sampled)

    @property
    def ready(self) -> Array:
        """Nodes that need no more runs: signs settled against every act, or all runs spent."""
        settled = (np.abs(self.mean) >= SURE * self.error).all(0)
        return (self.runs > 0) & (settled | (self.runs >= self.most))

    def coarse(self) -> Iterator[Cell]:
        """The cells that the search starts from."""
        rows, columns = self.runs.shape
        for top, bottom in edges(rows, self.stride):
            for left, right in edges(columns, self.stride):
                yield left, right, top, bottom


def edges(count: int, stride: int) -> list[tuple[int, int]]:
    """The first and last node of each cell along an axis.

    >>> edges(6, 4)
    [(0, 4), (4, 5)]
    """
    starts = list(range(0, count - 1, stride))
    return [(start, min(start + stride, count - 1)) for start in starts]


def halves(first: int, last: int) -> list[tuple[int, int]]:
    """The two halves of a cell's axis, or the whole if there is no node between.

    >>> halves(0, 4), halves(2, 3)
    ([(0, 2), (2, 4)], [(2, 3)])
    """
    middle = (first + last) // 2
    return [(first, middle), (middle, last)] if middle > first else [(first, last)]


def parts(cell: Cell) -> list[Cell]:
    """The smaller cells within a cell, or the cell itself if it cannot be cut."""
    left, right, top, bottom = cell
    return [(*across, *down) for across in halves(left, right) for down in halves(top, bottom)]


def crossed(surface: Surface, cell: Cell) -> bool:
    """Whether the signs at a cell's played nodes differ for some act."""
    left, right, top, bottom = cell
    inside = (slice(top, bottom + 1), slice(left, right + 1))
    known = (surface.runs[inside] > 0) & np.isfinite(surface.mean[:, *inside]).all(0)
    signs = np.sign(surface.mean[:, *inside])[:, known]
    return bool((signs != signs[:, :1]).any())


def leaves(surface: Surface) -> Iterator[Cell]:
    """The cells that are not cut further: not crossed, too small, or with corners still to play."""
    stack = list(surface.coarse())[::-1]
    while stack:
        cell = stack.pop()
        smaller = parts(cell)
        if smaller != [cell] and not unready(surface, cell) and crossed(surface, cell):
            stack += smaller[::-1]
        else:
            yield cell


def unready(surface: Surface, cell: Cell) -> list[tuple[int, int]]:
    """The corners of a cell, (row, column), that need more runs."""
    left, right, top, bottom = cell
    corners = ((row, column) for row in (top, bottom) for column in (left, right))
    return [corner for corner in corners if not surface.ready[corner]]


def wanted(surface: Surface) -> list[tuple[int, int]]:
    """Nodes (row, column) that should get a batch of runs next, in a fixed order."""
    return sorted({node for cell in leaves(surface) for node in unready(surface, cell)})


def filled(surface: Surface) -> tuple[Array, Array, Array]:
    """Mean, low and high at all nodes; unplayed ones are interpolated from their cell's corners."""
    known = np.stack([surface.mean, *surface.ends])
    whole = np.where(surface.runs > 0, known, np.nan)
    for cell in leaves(surface):
        left, right, top, bottom = cell
        inside = (slice(top, bottom + 1), slice(left, right + 1))
        across = np.linspace(0, 1, right - left + 1)[None, :]
        down = np.linspace(0, 1, bottom - top + 1)[:, None]
        corner = [known[:, :, r, c, None, None] for r in (top, bottom) for c in (left, right)]
        laid = (1 - down) * ((1 - across) * corner[0] + across * corner[1]) + down * (
            (1 - across) * corner[2] + across * corner[3]
        )
        whole[:, :, *inside] = np.where(np.isnan(whole[:, :, *inside]), laid, whole[:, :, *inside])
    return whole[0], whole[1], whole[2]


# ------------------------------------------------------------------- as an experiment


def blank(design: Design) -> Surface:
    """The surface of a design before anything is played."""
    columns, rows = (len(grid_values(each)) for each in design.factors.values())
    shape = (len(design.acts), rows, columns)
    batch = min(max(-(-design.runs // design.phase.batches), FEWEST), design.runs)
    return Surface(
        np.zeros(shape), np.zeros(shape), np.zeros(shape[1:], np.int64),
        np.full((2, *shape), np.nan), design.runs, batch, design.phase.stride,
    )  # fmt: skip


def surface_of(design: Design, rows: pd.DataFrame) -> Surface:
    """The surface from the rows played so far."""
    surface = blank(design)
    table, across = merged(rows), surface.runs.shape[1]
    table = table[rows.groupby("point").size().reindex(table["point"]).notna().to_numpy()]
    row, column = table["point"] // across, table["point"] % across
    surface.runs[row, column] = table["runs"]
    failed = table["runs"].to_numpy() == 0
    surface.runs[row[failed], column[failed]] = surface.most  # a node that fails is not tried again
    for act, name in enumerate(design.acts):
        surface.mean[act, row, column] = table[f"gain.{name}"]
        surface.variance[act, row, column] = table[f"gain.{name}.variance"]
        drawn = over_draws(rows, name)
        where = np.divmod(drawn.index.to_numpy(int), across)
        surface.open[:, act, *where] = drawn[["low", "high"]].to_numpy(float).T
    return surface


def nodes(design: Design) -> list[tuple[float, float]]:
    """The values of both factors at each node, row by row."""
    across, upward = (grid_values(each) for each in design.factors.values())
    return [(x, y) for y in upward for x in across]


def waves(design: Design) -> Waves:
    """Batches for the nodes whose sign is open, or all nodes at once without refinement."""
    values, surface, start = nodes(design), blank(design), 0
    if not design.phase.refine:
        flipped = points(design)
        order = {point: number for number, point in enumerate(values)}
        yield [
            Row(order[flipped[row.point]], row.runs, row.changes)
            for row in rows_of(design, flipped)
        ] + [row for number, each in enumerate(values) for row in drawn_rows(design, number, each)]
        return
    while asked := wanted(surface):
        rows, over = list[Row](), list[Row]()
        for row, column in asked:
            number = row * surface.runs.shape[1] + column
            count = min(surface.batch, surface.most - int(surface.runs[row, column]))
            for runs in batches(range(start, start + count)):
                rows.append(Row(number, runs, design.changes(values[number])))
            if not surface.runs[row, column]:
                over += drawn_rows(design, number, values[number])
            start += count
        surface = surface_of(design, (yield rows + over))


def findings(
    work: Work, by_point: pd.DataFrame, rows: pd.DataFrame, runs: pd.DataFrame | None
) -> Findings:
    """The surface over the plane, in words, a table and a figure."""
    design = work.design
    surface = surface_of(design, rows)
    mean, low, high = filled(surface)
    label = work.preset.profiles[design.patron].label
    table = node_table(design, surface, mean, low, high)
    figure = phase_figure.phase(design, mean, low, high, label)
    caption = (
        f"Advantage of {design.talk} for {label}. Line: no difference; dashed: the 95 % band of "
        f"that line; hatched: the sign is not settled by {interval_of(design)}."
    )
    told = verdicts(low, high)
    words = [
        f"{label}, {design.talk} against {act}: better in {share_of(told[k] == WORDS)} of the "
        f"plane, worse in {share_of(told[k] == INTERVENTION)}, open in {share_of(told[k] == OPEN)}."
        for k, act in enumerate(design.acts)
    ]
    spent, full = int(rows.loc[rows["draw"] < 0, "runs"].sum()), design.runs * surface.runs.size
    words.append(
        f"Played {spent} runs under each policy; {design.runs} in each of the "
        f"{surface.runs.size} cells would be {full}, {full / spent:.1f} times as many."
    )
    words.append(f"Signs are settled by {interval_of(design)}.")
    return Findings(
        words, {"points": table}, {"phase": (figure, caption)}, method=f"{METHOD} {SPENDING}"
    )


SPENDING = (
    "Runs are spent in batches at the corners of coarse cells until the sign is three standard "
    "errors from zero or the runs of a cell are used up; only cells that the contour crosses are "
    "cut further. Between corners of one sign the surface is interpolated. Intervals are of each "
    "cell alone, at 95 %; stopping early makes them slightly too narrow far from the contour."
)


def interval_of(design: Design) -> str:
    """Which interval settles a sign."""
    if not design.posterior:
        return "the interval of sampling"
    return f"the wider interval, of sampling or over {design.posterior} draws of the weights"


def share_of(where: Array) -> str:
    """A share of the cells for reading."""
    return f"{float(where.mean()):.0%}"


def node_table(
    design: Design, surface: Surface, mean: Array, low: Array, high: Array
) -> pd.DataFrame:
    """A row for each node: values, runs played there (0: interpolated), advantage and interval."""
    values = np.array(nodes(design), float)
    columns: dict[str, Array] = {"point": np.arange(len(values))}
    columns |= {name: values[:, place] for place, name in enumerate(design.names)}
    columns["runs"] = surface.runs.ravel()
    for place, act in enumerate(design.acts):
        columns[f"gain.{act}"] = mean[place].ravel()
        columns[f"gain.{act}.low"] = low[place].ravel()
        columns[f"gain.{act}.high"] = high[place].ravel()
    return pd.DataFrame(columns)
