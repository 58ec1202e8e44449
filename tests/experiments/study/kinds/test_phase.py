"""Phase diagrams: the contour of a known surface, for a fifth of the runs."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from contourpy import contour_generator
from scipy.spatial import cKDTree

from experiments.study.kinds.phase import Surface, edges, filled, leaves, surface_of, wanted, waves
from experiments.study.work import merged
from tests.small import small

SIDE, RUNS, DEVIATION = 41, 400, 2.0
GRID = np.linspace(0, 1, SIDE)


def truth(x, y):
    """A known advantage of talk, with a bent contour."""
    return 4 * (y - 0.25 - 0.35 * np.sin(2.2 * x) - 0.2 * x**2)


def dense(lines):
    """Points close together along lines."""
    parts = []
    for line in lines:
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
        at = np.linspace(0, along[-1], max(int(2000 * along[-1]), 2))
        parts.append(np.stack([np.interp(at, along, part) for part in line.T], 1))
    return np.concatenate(parts)


def contour_error(mean):
    """Mean distance between a contour and the true one, both ways, in sides of the plane."""
    fine = np.linspace(0, 1, 401)
    true = dense(contour_generator(fine, fine, truth(*np.meshgrid(fine, fine))).lines(0.0))
    found = dense(contour_generator(GRID, GRID, mean).lines(0.0))
    return (cKDTree(true).query(found)[0].mean() + cKDTree(found).query(true)[0].mean()) / 2


def refined(seed):
    """The surface that refinement finds on the known surface with noise."""
    chance, values = np.random.default_rng(seed), truth(*np.meshgrid(GRID, GRID))
    shape = (1, SIDE, SIDE)
    surface = Surface(np.zeros(shape), np.zeros(shape), np.zeros(shape[1:], int),
                      np.full((2, *shape), np.nan), RUNS, 50, 4)  # fmt: skip
    first, second = np.zeros(shape[1:]), np.zeros(shape[1:])
    while asked := wanted(surface):
        for node in asked:
            drawn = values[node] + DEVIATION * chance.standard_normal(surface.batch)
            first[node] += drawn.sum()
            second[node] += (drawn**2).sum()
            surface.runs[node] += surface.batch
        count = np.maximum(surface.runs, 1)
        surface.mean[0] = first / count
        surface.variance[0] = second / count - (first / count) ** 2
    return surface


def test_the_same_contour_error_takes_five_times_fewer_runs_than_the_full_grid():
    spent, ours, full = [], [], []
    for seed in range(3):
        surface = refined(seed)
        chance, values = np.random.default_rng(100 + seed), truth(*np.meshgrid(GRID, GRID))
        whole = values + DEVIATION / np.sqrt(RUNS) * chance.standard_normal(values.shape)
        spent.append(surface.runs.sum())
        ours.append(contour_error(filled(surface)[0][0]))
        full.append(contour_error(whole))
    assert 5 * max(spent) <= SIDE * SIDE * RUNS
    assert np.mean(ours) <= 1.1 * np.mean(full)
    assert max(spent) > 50 * 100


def test_cells_tile_the_plane_and_no_crossed_cell_is_left_coarse():
    surface = refined(0)
    cover = np.zeros((SIDE - 1, SIDE - 1), int)
    for left, right, top, bottom in leaves(surface):
        cover[top:bottom, left:right] += 1
        corners = surface.mean[0][[top, top, bottom, bottom], [left, right, left, right]]
        assert right - left == bottom - top == 1 or len(set(np.sign(corners))) == 1
    assert (cover == 1).all()


def test_between_corners_of_one_sign_the_surface_is_a_plane_where_the_truth_is():
    plane = np.add.outer(np.arange(9.0), 2 * np.arange(9.0)) + 1
    runs = np.zeros((9, 9), int)
    runs[::8, ::8] = 50
    surface = Surface(plane[None] * (runs > 0), np.zeros((1, 9, 9)), runs,
                      np.full((2, 1, 9, 9), np.nan), 50, 50, 8)  # fmt: skip
    assert wanted(surface) == []
    np.testing.assert_allclose(filled(surface)[0][0], plane)


@pytest.mark.parametrize("count", [2, 5, 9, 41])
def test_the_edges_of_cells_cover_an_axis(count):
    cut = edges(count, 4)
    assert cut[0][0] == 0 and cut[-1][1] == count - 1
    assert all(before[1] == after[0] for before, after in pairwise(cut))


def design(**fields):
    from experiments.study.factors import Factor

    across = Factor(low=0, high=0.5, count=5)
    factors = {"russia.ties.israel": across, "russia.stakes.iran": Factor(low=0, high=1, count=5)}
    return small(kind="phase", factors=factors, runs=40, **fields)


def played(rows, low, high):
    """A table as the engine would make it, with a straight contour and hardly any noise."""
    gain = np.array([r.changes["russia.stakes.iran"] - 0.6 for r in rows])
    return pd.DataFrame(
        {
            "point": [row.point for row in rows],
            "first_run": [row.runs.start for row in rows],
            "runs": [len(row.runs) for row in rows],
            "draw": [-1 if row.draw is None else row.draw for row in rows],
            "error": "",
            "gain.arms": gain,
            "gain.arms.variance": 1e-6,
        }
    )


def test_waves_ask_for_new_runs_and_end():
    chosen, seen, tables = design(), [], []
    asking = waves(chosen)
    rows = next(asking)
    while True:
        seen += [run for row in rows for run in row.runs]
        tables.append(played(rows, 0, 1))
        try:
            rows = asking.send(pd.concat(tables, ignore_index=True))
        except StopIteration:
            break
    assert seen == list(range(len(seen)))  # no run is used twice
    surface = surface_of(chosen, pd.concat(tables, ignore_index=True))
    mean, low, high = filled(surface)
    assert (np.sign(mean[0][:, 0]) == [-1, -1, -1, 1, 1]).all()
    assert (low <= mean).all() and (mean <= high).all()


def test_a_node_that_fails_is_told_and_not_tried_again():
    chosen = design()
    asking = waves(chosen)
    table = played(next(asking), 0, 1)
    table.loc[0, ["error", "gain.arms", "gain.arms.variance"]] = [
        "NoEquilibrium: x",
        np.nan,
        np.nan,
    ]
    surface = surface_of(chosen, table)
    assert (0, 0) not in wanted(surface)
    assert not np.isfinite(surface.mean[0, 0, 0]) and surface.ready[0, 0]
    assert merged(table)["error"].iloc[0] == "NoEquilibrium: x"
