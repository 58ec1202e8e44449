"""The tables of a result folder as CSV: every figure as it was."""

import json

import numpy as np
import pandas as pd
import pyarrow.csv
import pytest

from experiments.engine.csv_tables import written
from experiments.engine.store import Folder, verified
from model.preset.load import ROOT, ConfigError
from tests.experiments.command_line.test_experiment_commands import cheaptalk, done

DUEL = ROOT / "results" / "duel-june-2025"


def test_csv_holds_the_same_figures_to_the_last_bit(tmp_path):
    told = done("results", "csv", DUEL, "--out", tmp_path / "csv").stdout.split()
    assert told == [str(tmp_path / "csv" / f"{name}.csv") for name in ("duels", "points")]
    for name in ("duels", "points"):
        table = pd.read_parquet(DUEL / f"{name}.parquet")
        again = pyarrow.csv.read_csv(
            tmp_path / "csv" / f"{name}.csv",
            convert_options=pyarrow.csv.ConvertOptions(column_types={"error": pyarrow.string()}),
        ).to_pandas()
        pd.testing.assert_frame_equal(again, table, check_exact=True, check_dtype=False)


def test_words_with_commas_days_and_gaps_survive(tmp_path):
    columns = {
        "word": np.array(['a, "b"', ""], object),
        "day": np.array(["2025-06-13", "2025-06-14"], "M8[D]"),
        "worth": np.array([0.1, np.nan]),
    }
    folder = Folder(tmp_path)
    folder.write_json("manifest.json", {"key": "k", "command": "c", "settings": {}})
    folder.write_table("t.parquet", columns)
    (path,) = written(tmp_path)
    assert path == tmp_path / "t.csv"
    assert path.read_text("utf-8").splitlines() == [
        '"word","day","worth"', '"a, ""b""",2025-06-13,0.1', '"",2025-06-14,nan',
    ]  # fmt: skip


def test_csv_files_leave_a_folder_as_it_was_written(tmp_path):
    folder = tmp_path / "duel"
    folder.mkdir()
    for path in DUEL.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    found = json.loads(done("results", "csv", folder, "--json").stdout)
    assert found["files"] == [str(folder / "duels.csv"), str(folder / "points.csv")]
    assert verified(folder) == []


def test_a_damaged_table_is_named_and_nothing_is_left(tmp_path):
    folder = Folder(tmp_path)
    folder.write_json("manifest.json", {"key": "k", "command": "c", "settings": {}})
    folder.write("t.parquet", b"PAR1 is not enough")
    with pytest.raises(ConfigError, match=r"t\.parquet: not readable as Parquet"):
        written(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"manifest.json", "t.parquet"}


def test_a_folder_without_tables_is_refused(tmp_path):
    Folder(tmp_path).write_json("manifest.json", {"key": "k", "command": "c", "settings": {}})
    told = cheaptalk("results", "csv", tmp_path)
    assert told.exit_code == 2 and "found no tables" in told.stderr
