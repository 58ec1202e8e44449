"""Figures of states as a table: what is written is read again, and mistakes have their line."""

import csv
import json

import numpy as np
import pytest

from experiments.answer.state_table import as_csv
from model.preset.catalogue import catalogue
from model.preset.load import ConfigError, load
from model.preset.state_table import table_document
from tests.experiments.command_line.test_experiment_commands import cheaptalk, done
from tests.worlds import PRESETS

HEAD = "key,unit,crisis,russia,iran\n"


def written(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", PRESETS)
def test_a_table_that_is_laid_over_its_preset_changes_nothing(name, tmp_path):
    preset = load(name)
    again = load(name, {"with": [str(written(tmp_path, as_csv(preset)))]})
    assert again.profiles == preset.profiles  # with treaties, which stay in TOML
    for each in (each for each in catalogue(preset) if each.table != "treaties"):
        assert np.array_equal(preset.figure(each.key), again.figure(each.key)), each.key
        assert bool(preset.origins(each.key)) == bool(again.origins(each.key)), each.key


def test_a_cell_is_empty_where_the_default_acts(tmp_path):
    done("table", "twelve-days", "--out", tmp_path / "states.csv")
    lines = (tmp_path / "states.csv").read_text("utf-8").splitlines()
    rows = {row["key"]: row for row in csv.DictReader(lines)}
    assert rows["means.money"]["russia"] == "84.0"
    assert (rows["means.money"]["unit"], rows["means.money"]["low"]) == ("USD bn/year", "0")
    assert rows["weights.ties"]["russia"] == "" and float(rows["weights.ties"]["default"]) > 0
    assert rows["oil.price"]["crisis"] and not rows["oil.price"]["russia"]
    plain = json.loads(done("table", "twelve-days", "--json").stdout)
    assert [each["key"] for each in plain] == list(rows)


def test_a_changed_cell_is_played_and_shown_with_its_line(tmp_path):
    path = written(tmp_path, HEAD + "oil.price,USD,70,,\nmeans.money,USD bn,,90.5,\n")
    preset = load("twelve-days", {"with": [str(path)]})
    assert preset.figure("oil.price") == 70 and preset.figure("russia.means.money") == 90.5
    assert preset.figure("iran.means.money") == load("twelve-days").figure("iran.means.money")
    told = done("show", "twelve-days", "russia.means.money", "--with", path).stdout
    assert "mine.csv:3" in told


def test_a_table_as_a_spreadsheet_saves_it_is_read(tmp_path):
    path = tmp_path / "mine.CSV"
    path.write_bytes("key;unit;russia;meaning\r\nmeans.money;x;90;ü\r\n".encode("utf-8-sig"))
    assert load("twelve-days", {"with": [str(path)]}).figure("russia.means.money") == 90


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("means.money,,,lots,", ("mine.csv:2: russia.means.money: found 'lots'", "0 to 2000")),
        ('means.money,,,"0,5",', ("mine.csv:2: russia.means.money: found '0,5'", "0 to 2000")),
        (
            "means.monney,,,5,",
            ("mine.csv:2: russia.means.monney: unknown key", "did you mean money?"),
        ),
        ("means,,,5,", ("mine.csv:2: russia.means: found 5", "a table")),
        ("means..money,,,5,", ("mine.csv:2: key: found 'means..money'", "as means.money")),
        ("means.money,,,1,\nmeans.money,,,2,", ("mine.csv:3: key: found 'means.money'", "line 2")),
        ("means.money,,,5e9,", ("mine.csv:2", "did you mean 5?")),
    ],
)
def test_a_mistake_is_told_by_its_line_with_status_2(row, parts, tmp_path):
    told = cheaptalk("check", "twelve-days", "--with", written(tmp_path, HEAD + row + "\n"))
    assert (told.exit_code, told.stdout) == (2, "")
    for part in parts:
        assert part in told.stderr


def test_a_state_that_does_not_play_is_told(tmp_path):
    path = written(tmp_path, "key,rusia\nmeans.money,5\n")
    with pytest.raises(ConfigError, match=r"mine\.csv:2: rusia: unknown key; did you mean russia"):
        load("twelve-days", {"with": [str(path)]})


def test_a_key_that_is_a_table_and_a_figure_is_refused(tmp_path):
    path = written(tmp_path, "key,russia\nmeans,5\nmeans.money,5\n")
    assert "mine.csv:3: key" in " ".join(table_document(path).faults)


def test_a_table_enters_an_experiment_and_its_hash_the_manifest(tmp_path):
    path = written(tmp_path, HEAD + "stakes.iran,,,0.9,\n")
    words = ("duel", "twelve-days", "--runs", 2, "--set", "turns=1", "--workers", 1, "--quiet")
    done(*words, "--with", path, "--out", tmp_path / "out")
    found = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert found["config"]["profiles"]["russia"]["stakes"]["iran"] == 0.9
    assert any(name.endswith("mine.csv") for name in found["inputs"])
