"""The examples of docs/INTEROP.md run as they stand, one after the other."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.test_extending import BLOCK, ROOT, output

PAGE = (ROOT / "docs" / "INTEROP.md").read_text("utf-8")
BLOCKS = [each for each in BLOCK.findall(PAGE) if each[1] != "no-test"]
NEEDED = ("polars", "duckdb", "ema_workbench", "SALib", "optuna")

CHECKS = """
from pytest import approx

assert figures["gain.arms"] == approx(figures["worth.rhetoric"] - figures["worth.arms"])

third = AllianceModel("twelve-days", runs=2, changes=ties[1])
while not third.over:
    third.step()
whole = third.datacollector.get_model_vars_dataframe()["price"]
peaks = simulate("twelve-days", 3, changes=ties[1]).table["price_peak"]
assert whole.max() == approx(peaks[2], rel=1e-9)
assert prices.shape == (3, 6) and set(whole[:3]) <= set(played.query("iteration == 2")["price"])
assert len(by_turn) == 4 and list(by_state.index.names) == ["Step", "AgentID"]

assert outcomes["gain"].shape == (4,)
assert len(robust) >= 1 and robust["worst"].notna().all()
assert len(values) == 12 and len(shares) == 2
assert study.best_value == min(each.value for each in study.trials)

table_of_points = pd.read_parquet("ties/points.parquet")
assert best["gain.arms"][0] == approx(table_of_points["gain.arms"].max())
assert mean == approx(table_of_points["gain.arms"].mean())
assert len(table) == 50
"""
"""What must hold when the page has been carried out."""


def in_python(code: str, folder: Path) -> str:
    """What a program complains of that is run in a folder; nothing if all goes well."""
    words = [sys.executable, "-W", "ignore", "-c", code]  # other tools' optional parts warn
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


@pytest.mark.slow
def test_the_examples_give_what_the_page_says(tmp_path):
    for name in NEEDED:
        pytest.importorskip(name, reason=f"the example needs {name}")
    (sweep,) = (text for kind, _, text in BLOCKS if kind == "sh" and "sweep" in text)
    output(sweep, tmp_path, ROOT)
    examples = [text for kind, name, text in BLOCKS if (kind, name) == ("python", "")]
    assert in_python("\n".join([*examples, CHECKS]), tmp_path) == ""


@pytest.mark.slow
def test_gambit_finds_the_solution_that_is_written(tmp_path):
    pytest.importorskip("pygambit", reason="an extra of its own, without a wheel for Python 3.11")
    (game,) = (text for kind, _, text in BLOCKS if kind == "sh" and "--out game.nfg" in text)
    (example,) = (text for kind, name, text in BLOCKS if name == "gambit")
    output(game, tmp_path, ROOT)
    assert in_python(f"{example}\nassert apart < 1e-6, apart", tmp_path) == ""


@pytest.mark.slow
def test_the_sizes_of_games_are_those_that_are_said():
    from experiments.why.explain import watched
    from model.preset.load import load

    game = watched(load("twelve-days"), 3, 0, 0).game
    sizes = np.isfinite(game.base).sum(1)
    assert (sizes[[0, 1, 2]].tolist(), sizes.prod()) == ([8, 7, 5], 125_440)
