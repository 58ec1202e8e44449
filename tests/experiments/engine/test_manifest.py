"""What a result folder says of itself: its name, and the commit that made it."""

import re
import subprocess

from experiments.engine.manifest import LONGEST, commit, plain_words, result_folder
from model.preset.load import ROOT
from tests.experiments.command_line.test_experiment_commands import done


def test_a_folder_is_named_by_kind_title_seed_and_key():
    found = result_folder("phase", "Slack and ties: why?", 7, "23ec5928" + 56 * "0", None)
    assert found.path.as_posix() == "results/phase-slack-and-ties-why-7-23ec5928"


def test_a_long_title_is_cut_between_words_and_one_without_letters_is_left_out():
    assert plain_words("word " * 20) == "-".join(["word"] * 9)
    assert plain_words("x" * 60) == "x" * LONGEST
    assert result_folder("duel", "危机", 0, 64 * "a", None).path.name == "duel-0-aaaaaaaa"


def test_a_command_without_out_writes_to_a_folder_of_its_kind_and_title(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("--runs", 2, "--set", "turns=1", "--workers", 1, "--quiet")
    done("duel", "twelve-days", "--act", "arms", *words)
    (found,) = (tmp_path / "results").iterdir()
    assert re.fullmatch("duel-twelve-days-talk-or-intervention-0-[0-9a-f]{8}", found.name)


def test_the_commit_is_that_of_the_checkout_and_none_elsewhere(tmp_path):
    words = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    head = subprocess.run(words, capture_output=True, text=True)
    known = head.stdout.strip() if (ROOT / ".git").exists() and head.returncode == 0 else ""
    assert commit().removesuffix("-dirty") == known
    assert commit(tmp_path) == ""
