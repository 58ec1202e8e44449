"""The examples of docs/INTEROP.md run as they stand, one after the other."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.test_extending import BLOCK, ROOT, output

PAGE = (ROOT / "docs" / "INTEROP.md").read_text("utf-8")
BLOCKS = [each for each in BLOCK.findall(PAGE) if each[1] != "no-test"]
NEEDED = ("polars", "duckdb", "ema_workbench", "SALib", "optuna")


def carried_out(kinds: set[tuple[str, str]], folder: Path) -> dict:
    """What is known after the blocks of these kinds, run in a folder."""
    known: dict = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other tools' optional parts
        for kind, name, text in BLOCKS:
            if (kind, name) in kinds and kind == "sh":
                output(text, folder, ROOT)
            elif (kind, name) in kinds:
                exec(compile(text, "docs/INTEROP.md", "exec"), known)
    return known


@pytest.mark.slow
def test_the_examples_give_what_the_page_says(tmp_path, monkeypatch):
    for name in NEEDED:
        pytest.importorskip(name, reason=f"the example needs {name}")
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    monkeypatch.chdir(tmp_path)
    known = carried_out({("sh", ""), ("python", "")}, tmp_path)
    figures = known["figures"]
    apart = figures["worth.rhetoric"] - figures["worth.arms"]
    assert figures["gain.arms"] == pytest.approx(apart)
    assert known["prices"].shape == (3, 2 * 3)
    peaks = known["simulate"]("twelve-days", 3, changes=known["ties"][1]).table["price_peak"]
    alone = known["AllianceModel"]("twelve-days", runs=2, changes=known["ties"][1])
    while not alone.over:
        alone.step()
    by_turn = alone.datacollector.get_model_vars_dataframe()["price"]
    assert len(known["by_turn"]) == len(by_turn) == 3 + 1
    assert by_turn.max() == pytest.approx(peaks[2], rel=1e-9)
    third = known["played"].query("iteration == 2")
    assert set(by_turn[:3]) <= set(third["price"])
    assert set(known["by_state"].index.names) == {"Step", "AgentID"}
    assert known["outcomes"]["gain"].shape == (4,)
    assert len(known["robust"]) >= 1 and known["robust"]["worst"].notna().all()
    assert len(known["values"]) == 2 * (2 * 2 + 2) and len(known["shares"]) == 2
    assert known["study"].best_value == min(each.value for each in known["study"].trials)
    points = pd.read_parquet("ties/points.parquet")
    assert known["best"]["gain.arms"][0] == pytest.approx(points["gain.arms"].max())
    assert known["mean"] == pytest.approx(points["gain.arms"].mean())
    assert len(known["table"]) == 50


@pytest.mark.slow
def test_gambit_finds_the_solution_that_is_written(tmp_path, monkeypatch):
    pytest.importorskip("pygambit", reason="an extra of its own, without a wheel for Python 3.11")
    monkeypatch.chdir(tmp_path)
    commands = [text for kind, _, text in BLOCKS if kind == "sh" and "game" in text.split()]
    output(commands[0], tmp_path, ROOT)
    assert carried_out({("python", "gambit")}, tmp_path)["apart"] < 1e-6


@pytest.mark.slow
def test_the_sizes_of_games_are_those_that_are_said():
    from experiments.why.explain import watched
    from model.preset.load import load

    game = watched(load("twelve-days"), 3, 0, 0).game
    sizes = np.isfinite(game.base).sum(1)
    assert (sizes[[0, 1, 2]].tolist(), sizes.prod()) == ([8, 7, 5], 125_440)
