"""The files of a preset are read once, where a command begins; edits later change nothing."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from experiments.__main__ import main
from experiments.engine.batch import Job, blocks, gathered
from experiments.engine.store import Blocks, read_manifest
from experiments.study.conduct import conduct, resumed
from model.preset import toml
from model.preset.load import ConfigError, load
from tests.mistakes import RUSSIA, copied
from tests.small import work_in

X = ["--x", "russia.ties.israel=0:0.5:2"]


def edited(preset: Path) -> None:
    """Make Russia poor in the profile that a preset names."""
    russia = preset.parent / RUSSIA
    text = russia.read_text("utf-8")
    assert "money = 84.0" in text
    russia.write_text(text.replace("money = 84.0", "money = 74.5"), "utf-8")


def test_a_profile_edited_between_two_blocks_changes_nothing(tmp_path):
    path = copied(tmp_path)
    whole = gathered(blocks(Job(load(str(path), {"turns": 4})), 4, block=2))
    going = blocks(Job(load(str(path), {"turns": 4})), 4, block=2)
    first = next(going)
    edited(path)
    second = next(going)
    for name, column in whole.table.items():
        both = np.concatenate([first.table[name], second.table[name]])
        assert np.array_equal(both, column), name
    other = gathered(blocks(Job(load(str(path), {"turns": 4})), 4))
    assert not np.array_equal(other.table["worth.russia"], whole.table["worth.russia"])


def test_an_experiment_begun_before_an_edit_plays_and_names_the_files_as_they_were(tmp_path):
    path = copied(tmp_path)
    conduct(work_in(tmp_path / "whole", preset=str(path)), quiet=True)
    begun = work_in(tmp_path / "begun", preset=str(path))
    edited(path)
    conduct(begun, quiet=True)
    for number in range(3):
        one, other = (Blocks(tmp_path / each, "").block(number) for each in ("whole", "begun"))
        assert one is not None and other is not None
        assert all(np.array_equal(one[name], other[name]) for name in one)
    kept = [read_manifest(tmp_path / each)["inputs"] for each in ("whole", "begun")]
    assert kept[0] == kept[1]


def test_an_experiment_is_not_resumed_with_a_profile_that_was_edited_since(tmp_path):
    path = copied(tmp_path)
    conduct(work_in(tmp_path / "begun", preset=str(path)), quiet=True)
    edited(path)
    with pytest.raises(ConfigError, match=r"profiles\.russia\.means\.money: 84\.0 there, 74\.5"):
        resumed(tmp_path / "begun")


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--runs", "4", "--turns", "2", "--draws", "2"],
        ["duel", "--runs", "4", "--set", "turns=2"],
        ["sweep", "--runs", "4", "--set", "turns=2", *X],
    ],
    ids=lambda words: words[0],
)
def test_a_command_reads_each_file_of_a_preset_once(tmp_path, monkeypatch, words):
    path, read = copied(tmp_path), Counter[Path]()
    contents = toml.contents

    def counted(file: Path, largest: int, valid: str) -> bytes:
        read[file.resolve()] += 1
        return contents(file, largest, valid)

    monkeypatch.setattr(toml, "contents", counted)
    command, *options = words
    out = ["--out", str(tmp_path / "out"), "--workers", "1", "--quiet"]
    done = CliRunner().invoke(main, [command, str(path), *options, *out])
    assert done.exit_code == 0, done.output
    own = {file: times for file, times in read.items() if file.is_relative_to(tmp_path)}
    players = load(str(path)).file.players
    files = {path, *(path.parent / "profiles" / f"{each}.toml" for each in players)}
    assert set(own) - {tmp_path / "out" / "manifest.json"} >= files
    assert {own[each] for each in files} == {1}
