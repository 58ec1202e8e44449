"""Figures as files: the same bytes from the same table, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

from experiments.figures import crisis
from experiments.figures.duels import duels
from experiments.figures.style import save
from tests.experiments.figures.made_up import (
    OBSERVED,
    colours,
    differences,
    labels,
    menus,
    trajectory,
)


def rungs() -> Figure:
    return crisis.rungs(trajectory(), labels(), menus(), OBSERVED)


def reputations() -> Figure:
    return crisis.reputations(trajectory(), labels(), colours())


def talk_and_acts() -> Figure:
    return duels(differences(), labels())


@pytest.mark.parametrize(
    "draw",
    [talk_and_acts, *(pytest.param(each, marks=pytest.mark.slow) for each in (rungs, reputations))],
)
def test_the_same_table_gives_the_same_bytes(draw: Callable[[], Figure], tmp_path: Path) -> None:
    first = [path.read_bytes() for path in save(draw(), tmp_path, "first")]
    second = [path.read_bytes() for path in save(draw(), tmp_path / "new", "second")]
    assert first == second
    assert b"<dc:date>" not in first[1]


def test_nothing_but_the_two_files_is_left_behind(tmp_path: Path) -> None:
    paths = save(Figure(figsize=(1, 1)), tmp_path, "empty")
    assert [path.name for path in paths] == ["empty.png", "empty.svg"]
    assert sorted(tmp_path.iterdir()) == paths


def test_a_figure_that_cannot_be_drawn_leaves_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "kept.png").write_bytes(b"old")
    broken = Figure(figsize=(1, 1))
    broken.text(0.5, 0.5, "$\\nonsense$")
    with pytest.raises(ValueError, match="nonsense"):
        save(broken, tmp_path, "kept")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_global_settings_stay_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    talk_and_acts()
    assert dict(matplotlib.rcParams) == before
