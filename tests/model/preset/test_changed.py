"""A preset that was loaded is handed on: further changes meet its files as they were read."""

import pickle
import shutil
from hashlib import sha256

import numpy as np
import pytest

from experiments.engine.manifest import experiment_key, resolved
from model.alliance_model import AllianceModel
from model.preset.load import ConfigError, changed, load
from tests.mistakes import RUSSIA, copied

MONEY = "russia.means.money"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"turns": 4}, {"turns": 5, MONEY: 90.0}),
        ({MONEY: np.array([90.0, 95.0])}, {"oil.price": 70.0}),
        ({MONEY: 90.0}, {MONEY: np.array([90.0, 95.0])}),
        (
            {"russia.treaties.iran.consultation": 0.5},
            {"players": ["israel", "iran", "united_states", "russia"]},
        ),
    ],
    ids=["figures", "rows", "a row for a figure", "players"],
)
def test_changes_laid_one_after_the_other_are_as_if_laid_at_once(first, second):
    together = load("twelve-days", first | second)
    assert resolved(changed(load("twelve-days", first), second)) == resolved(together)


def test_files_of_changes_are_laid_over_those_laid_before(tmp_path):
    (tmp_path / "one.toml").write_text("[russia.means]\nmoney = 81\nsystems = 91\n")
    (tmp_path / "two.toml").write_text("[russia.means]\nmoney = 82\n")
    preset = load("twelve-days", {"with": str(tmp_path / "one.toml")})
    both = changed(preset, {"with": [str(tmp_path / "two.toml")]})
    assert (both.figure(MONEY), both.figure("russia.means.systems")) == (82.0, 91.0)


def test_a_loaded_preset_needs_its_files_no_more(tmp_path):
    preset = load(str(copied(tmp_path)))
    shutil.rmtree(tmp_path)
    there = pickle.loads(pickle.dumps(preset))
    assert changed(there, {"turns": 3}).figure(MONEY) == preset.figure(MONEY)
    assert AllianceModel(there, changes={"turns": 3}).preset.file.turns == 3
    with pytest.raises(ConfigError, match="no such file"):
        load(str(tmp_path / "my_preset.toml"))


def test_a_changed_preset_is_checked_like_a_loaded_one():
    with pytest.raises(ConfigError, match=r"--set russia\.means\.mony: .* did you mean money\?"):
        changed(load("twelve-days"), {"russia.means.mony": 1.0})


def test_a_manifest_and_key_tell_of_the_bytes_that_were_read(tmp_path):
    path = copied(tmp_path)
    russia = path.parent / RUSSIA
    before, bytes_read = load(str(path)), russia.read_bytes()
    russia.write_bytes(bytes_read.replace(b"access = 0.35", b"access = 0.36"))
    assert before.inputs[russia] == sha256(bytes_read).hexdigest()
    assert experiment_key(load(str(path)), {}) != experiment_key(before, {})
