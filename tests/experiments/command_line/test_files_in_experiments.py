"""Files of differences in experiments: what they change, what is kept of them, and resuming."""

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.history.calibrate import calibrated, fragment
from experiments.page.address import Plan, as_profile
from model.preset.load import ROOT, changed, load
from tests.experiments.command_line.test_experiment_commands import cheaptalk, done

QUIET = ("--set", "turns=2", "--workers", "1", "--quiet", "--json")
FACTORS = ("--x", "russia.ties.israel=0:0.5:2", "--y", "russia.stakes.iran=0:1:2")
COMMANDS = {
    "duel": ("duel", "twelve-days", "--runs", 4),
    "phase": ("phase", "twelve-days", *FACTORS, "--runs", 4, "--act", "arms"),
    "sweep": ("sweep", "twelve-days", *FACTORS[:2], "--runs", 2, "--act", "arms"),
    "sensitivity": (
        "sensitivity", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--x",
        "russia.stakes.iran=0:1", "--trajectories", 2, "--top", 1, "--base", 2, "--runs", 2,
    ),
    "discover": (
        "discover", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--points", 20, "--runs", 2,
    ),
    "compare": ("compare", "twelve-days", "--second", "russia.ties.iran=0.1", "--runs", 4),
    "experiment": ("experiment", "sweep-ties", "--runs", 2),
}  # fmt: skip
CASES = ROOT / "experiments" / "history" / "cases_1904_2013.csv"
EXTRAS = {"sensitivity": "SALib", "discover": "ema_workbench"}


@pytest.fixture
def downloaded(tmp_path):
    """What the page gives away for a moved slider."""
    path = tmp_path / "profile.toml"
    path.write_text(as_profile(Plan().changed("russia.stakes.iran", 0.9)), "utf-8")
    return path


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_downloaded_profile_is_played_and_kept_in_the_manifest(command, downloaded, tmp_path):
    if command in EXTRAS:
        pytest.importorskip(EXTRAS[command], reason=f"the extra '{command}' is not installed")
    words = (*COMMANDS[command], *QUIET)
    by_file, by_option = tmp_path / "by_file", tmp_path / "by_option"
    done(*words, "--with", downloaded, "--out", by_file)
    done(*words, "--set", "russia.stakes.iran=0.9", "--out", by_option)
    played, same = (pd.read_parquet(each / "points.parquet") for each in (by_file, by_option))
    pd.testing.assert_frame_equal(played, same)
    found = manifest(by_file)
    assert found["settings"]["design"]["set"]["with"] == [str(downloaded)]
    assert any(name.endswith("profile.toml") for name in found["inputs"])


def test_resume_finds_a_file_named_from_another_folder(downloaded, tmp_path, monkeypatch):
    words, out = (*COMMANDS["duel"], *QUIET), tmp_path / "out"
    monkeypatch.chdir(tmp_path)
    done(*words, "--with", downloaded.name, "--out", out)
    whole = (out / "checksums.json").read_bytes()
    blocks = list((out / "blocks").iterdir())
    assert blocks
    for each in blocks:
        each.unlink()
    monkeypatch.chdir("/")
    done("resume", out, "--quiet")
    assert (out / "checksums.json").read_bytes() == whole


def test_resume_refuses_a_file_that_was_changed_since(downloaded, tmp_path):
    out = tmp_path / "out"
    done(*COMMANDS["duel"], *QUIET, "--with", downloaded, "--out", out)
    downloaded.write_text("[russia.stakes]\niran = 0.1\n", "utf-8")
    told = cheaptalk("resume", out, "--quiet")
    assert told.exit_code == 2
    assert "profile.toml" in told.stderr


def test_the_files_of_calibrate_enter_an_experiment(tmp_path):
    found = calibrated(CASES, starts=1)
    fitted, out = tmp_path / "fitted.toml", tmp_path / "out"
    fitted.write_text(fragment(found, ["russia", "iran"]), "utf-8")
    done(*COMMANDS["duel"], *QUIET, "--with", fitted, "--out", out)
    assert any(name.endswith("fitted.toml") for name in manifest(out)["inputs"])


def test_files_of_an_experiment_come_before_those_of_the_command(downloaded, tmp_path):
    from experiments.study.design import read

    first = tmp_path / "first.toml"
    first.write_text("[russia.stakes]\niran = 0.2\n[russia.ties]\niran = 0.3\n", "utf-8")
    (tmp_path / "mine.toml").write_text(
        'title = "t"\nkind = "duel"\npreset = "twelve-days"\n[set]\nwith = "first.toml"\n', "utf-8"
    )
    design, preset = read(str(tmp_path / "mine.toml"), {}, {"with": [str(downloaded)]})
    assert design.set["with"] == [str(first), str(downloaded)]
    assert preset.figure("russia.stakes.iran") == 0.9
    assert preset.figure("russia.ties.iran") == 0.3


def test_compare_lays_a_file_over_one_side_only(downloaded, tmp_path):
    out = tmp_path / "out"
    words = ("compare", "twelve-days", "--runs", 2, *QUIET, "--out", out)
    done(*words, "--second-with", downloaded)
    design = manifest(out)["settings"]["design"]
    assert design["second"] == {"with": [str(downloaded)]} and design["first"] == {}
    other = changed(load("twelve-days"), design["second"])
    assert other.figure("russia.stakes.iran") == 0.9


def test_a_missing_file_is_named_and_nothing_is_written(tmp_path):
    out = tmp_path / "out"
    told = cheaptalk(*COMMANDS["duel"], "--with", tmp_path / "nowhere.toml", "--out", out)
    assert told.exit_code == 2 and told.stdout == ""
    assert "nowhere.toml" in told.stderr and "Traceback" not in told.stderr
    assert not out.exists()
