"""Experiments from the command line: every kind, its files, and what is said of mistakes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from experiments.__main__ import main
from experiments.engine.store import verified

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "experiments" / "history" / "cases_1904_2013.csv"
TINY = ("--set", "turns=2", "--workers", "1", "--quiet")


def cheaptalk(*words: object) -> Result:
    before, sys.argv = sys.argv, ["cheaptalk", *(str(each) for each in words)]
    try:
        return CliRunner().invoke(main, sys.argv[1:])
    finally:
        sys.argv = before


def done(*words: object) -> Result:
    result = cheaptalk(*words)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def duel(tmp_path_factory):
    out = tmp_path_factory.mktemp("duel") / "result"
    told = done("duel", "twelve-days", "--patron", "russia", "--runs", 12, *TINY, "--out", out)
    return out, told.stdout


def test_a_duel_tells_each_act_the_own_choice_and_the_variance_saved(duel):
    out, told = duel
    for act in ("arms", "force", "own choice"):
        assert f" {act}: " in told
    assert told.count("of the variance of unpaired runs") == 5
    assert verified(out) == []
    assert {path.name for path in out.glob("*.svg")} == {"duels.svg"}


def test_the_report_is_one_file_that_fetches_nothing(duel):
    page = (duel[0] / "report.html").read_text("utf-8")
    for part in ("<svg", "Question", "Verdict", "Method", "Beware", "numpy", "seed"):
        assert part in page
    command = "cheaptalk duel twelve-days --patron russia --runs 12 --set turns=2"
    assert f"<pre>{command}</pre>" in page  # without where and by how many it was played
    for fetched in ("<script", "src=", "<link", "@import", "url(http"):
        assert fetched not in page


def test_a_flipped_bit_is_found_with_exit_status_1(duel):
    out, _ = duel
    assert "files are as written" in done("results", "verify", out).stdout
    path = out / "points.parquet"
    data = path.read_bytes()
    path.write_bytes(data[:100] + bytes([data[100] ^ 4]) + data[101:])
    broken = cheaptalk("results", "verify", out)
    assert broken.exit_code == 1
    assert "points.parquet: its bytes are not those that were written" in broken.stderr
    path.write_bytes(data)


@pytest.mark.slow
def test_results_are_listed_shown_and_compared(duel, tmp_path):
    out, told = duel
    assert "complete" in done("results", "list", out.parent).stdout
    assert told.splitlines()[2] in done("results", "show", out).stdout
    other = tmp_path / "other"
    done("duel", "twelve-days", "--patron", "russia", "--runs", 14, *TINY, "--out", other)
    found = done("results", "compare", out, other).stdout
    assert "settings.design.runs: 12 there, 14 here" in found
    assert "duels.parquet: runs differs in 5 rows, by 2 at most" in found
    assert "points.parquet: equal" in done("results", "compare", out, out).stdout


@pytest.mark.slow
def test_a_sweep_draws_a_line_for_each_factor(tmp_path):
    told = done(
        "sweep", "twelve-days", "--x", "russia.ties.israel=0:0.9:2", "--x", "oil.at_risk=1,2",
        "--act", "arms", "--runs", 4, *TINY, "--out", tmp_path / "s", "--json",
    )  # fmt: skip
    data = json.loads(told.stdout)
    assert data["kind"] == "sweep"
    assert len(pd.read_parquet(tmp_path / "s" / "points.parquet")) == 4
    assert len(data["tables"]["duels"]) == 8
    assert data["caveats"] == [
        "At russia.ties.israel 0.9 russia sides with israel: there its acts are not for iran."
    ]
    assert sum("along russia.ties.israel" in line for line in data["verdict"]) == 2


def test_a_phase_diagram_tells_what_it_spent(tmp_path):
    told = done(
        "phase", "twelve-days", "--x", "russia.ties.israel=0:0.5:3", "--y",
        "russia.stakes.iran=0:1:3", "--runs", 20, "--seed", 5, "--act", "arms", *TINY,
        "--out", tmp_path / "p",
    ).stdout  # fmt: skip
    assert "of the plane" in told and "9 cells would be 180" in told
    assert (tmp_path / "p" / "phase.png").exists() and verified(tmp_path / "p") == []


@pytest.mark.slow
def test_sensitivity_ranks_by_morris_then_sobol(tmp_path):
    pytest.importorskip("SALib", reason="the extra 'sensitivity' is not installed")
    told = done(
        "sensitivity", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--x",
        "russia.stakes.iran=0:1", "--x", "oil.at_risk=1:2", "--trajectories", 2, "--top", 2,
        "--base", 4, "--runs", 2, "--act", "arms", *TINY, "--out", tmp_path / "s", "--json",
    )  # fmt: skip
    data = json.loads(told.stdout)
    assert len(data["tables"]["morris"]) == 3 and len(data["tables"]["sobol"]) == 2
    assert len(pd.read_parquet(tmp_path / "s" / "points.parquet")) == 2 * 4 + 4 * 6
    assert any("sampling noise" in line for line in data["caveats"])


@pytest.mark.slow
def test_discovery_tells_rules(tmp_path):
    pytest.importorskip("ema_workbench", reason="the extra 'discover' is not installed")
    told = done(
        "discover", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--x",
        "russia.stakes.iran=0:1", "--points", 24, "--runs", 2, *TINY, "--out", tmp_path / "d",
    ).stdout  # fmt: skip
    assert " points." in told
    assert any(words in told for words in ("talk wins against", "No box", "No split: it is so"))
    assert (tmp_path / "d" / "boxes.svg").exists()


@pytest.mark.slow
def test_a_comparison_tells_what_changes(tmp_path):
    told = done(
        "compare", "twelve-days", "--second", "russia.ties.iran=0.1", "--patron", "russia",
        "--runs", 6, "--set", "turns=4", *TINY[2:], "--out", tmp_path / "c",
    ).stdout  # fmt: skip
    assert "Not told apart" in told or "differs in" in told


@pytest.mark.slow
def test_a_configuration_against_itself_changes_nothing(tmp_path):
    told = done(
        "compare", "twelve-days", "--second", "turns=2", "--runs", 4, *TINY, "--out",
        tmp_path / "c", "--json",
    )  # fmt: skip
    changes = json.loads(told.stdout)["tables"]["changes"]
    assert all(row["difference"] == 0 and row["runs_changed"] == 0 for row in changes)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("experiment", "sweep-tise"), ("'sweep-tise'", "did you mean sweep-ties?")),
        (("resume", "nowhere"), ("nowhere: found no manifest.json",)),
        (("results", "show", "nowhere"), ("nowhere: found no manifest.json",)),
        (("results", "list", "nowhere"), ("nowhere: no such folder",)),
        (("phase", "--x", "oil.price=60:80:5", "--y", "oil.pric=1:2:3"), ("oil.pric",)),
        (("phase", "--x", "oil.price=60:80", "--y", "oil.at_risk=1:2:3"), ("KEY=LOW:HIGH:COUNT",)),
        (("phase", "--x", "oil.price=80:60:3", "--y", "oil.at_risk=1:2:3"), ("low below high",)),
        (("sweep", "--x", "russia.ties.israel=0:7:3"), ("russia.ties.israel", "found 7")),
        (("sweep", "--x", "oil.price=60:80:3", "--act", "arm"), ("'arm'", "did you mean arms?")),
        (("duel", "--patron", "rusia"), ("'rusia'", "did you mean russia?")),
        (("duel", "twelve-day"), ("twelve-day", "did you mean twelve-days?")),
        (("sensitivity", "--base", 48), ("found 48", "a power of 2")),
        (("sensitivity", "--top", -1), ("--top: found -1", "greater than or equal to 0")),
        (("compare",), ("--second: missing",)),
        (("duel", "--executor", "slurm", "--runs", 2), ("'slurm'", "local, dask or tcp")),
    ],
)
def test_a_mistake_gets_a_clear_message_status_2_and_leaves_nothing(words, parts, tmp_path):
    out = ("--out", tmp_path / "out") if words[0] not in ("results", "resume") else ()
    told = cheaptalk(*words, *out)
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    for part in parts:
        assert part in told.stderr
    assert not (tmp_path / "out").exists()


def test_an_interrupted_command_ends_with_status_130_and_one_sentence(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.study.conduct.prepared", interrupted)
    told = cheaptalk("experiment", "sweep-ties", "--runs", "2")
    assert (told.exit_code, told.stdout) == (130, "")
    (line,) = told.stderr.splitlines()[1:]
    assert line == "Interrupted. Nothing is left half-written; the same command begins again."


@pytest.mark.parametrize(
    ("words", "played", "kept"),
    [
        (("run", "twelve-days"), "experiments.answer.run.judged", "the same command begins again"),
        (("ablate", "twelve-days"), "experiments.theory.ablate.ablations", "begins again"),
        (("robustness", "twelve-days"), "experiments.theory.robustness.robustness", "begins again"),
        (("backtest", "--cases", CASES), "experiments.history.backtest_report.backtests", "begins"),
        (("duel", "twelve-days"), "experiments.study.conduct.played_waves", "cheaptalk resume"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_an_interruption_says_what_the_folder_keeps(words, played, kept, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(played, interrupted)
    told = cheaptalk(*words, "--out", tmp_path / "out")
    assert (told.exit_code, told.stdout) == (130, "")
    assert "Interrupted. " in told.stderr and str(tmp_path / "out") in told.stderr
    assert kept in told.stderr and "Traceback" not in told.stderr
    assert {each.name for each in (tmp_path / "out").iterdir()} <= {
        ".lock", "manifest.json", "checksums.json", ".runs.parquet.aside",
    }  # fmt: skip


@pytest.mark.parametrize("stop", [KeyboardInterrupt, EOFError])
def test_ctrl_c_while_something_is_asked_ends_alike_and_the_end_of_input_does_not(stop):
    def stopped(*_, **__):
        raise stop

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("click.termui.visible_prompt_func", stopped)
        with pytest.raises((SystemExit, click.Abort)) as ended:
            main.main(["new", "x"], standalone_mode=False)
    assert (getattr(ended.value, "code", None) == 130) == (stop is KeyboardInterrupt)


@pytest.mark.slow
def test_an_interrupted_experiment_says_how_to_go_on(tmp_path):
    words = ["experiment", "sweep-ties", "--runs", "60", "--block", "60", "--workers", "1"]
    whole = tmp_path / "whole"
    subprocess.run(
        [sys.executable, "-m", "experiments", *words, "--out", str(whole)], cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip
    out = tmp_path / "interrupted"
    begun = subprocess.Popen(
        [sys.executable, "-m", "experiments", *words, "--out", str(out)], cwd=ROOT,
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(out.glob("blocks/*")):
        time.sleep(0.02)
    begun.send_signal(signal.SIGINT)
    _, told = begun.communicate()
    assert begun.returncode == 130
    assert f"cheaptalk resume {out}" in told and "Traceback" not in told
    assert "blocks" in done("results", "list", tmp_path).stdout
    done("resume", out, "--quiet")
    for name in ("checksums.json", "manifest.json"):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
