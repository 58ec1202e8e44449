"""The commands on history, called in this process."""

import json
from pathlib import Path

import pytest

from experiments.engine.store import verified
from tests.experiments.command_line.test_experiment_commands import cheaptalk
from tests.experiments.command_line.test_experiment_commands import done as done_here

CASES = "experiments/history/cases_1904_2013.csv"
TIMELINE = "experiments/presets/timeline_2025.csv"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("backtest",), ("--cases", "missing")),
        (("backtest", "--cases", "nowhere.csv"), ("nowhere.csv", "no such file")),
        (("backtest", "--cases", CASES, "--predict", CASES), ("--predict and --out",)),
        (("icb", CASES), ("column 'crisno' is missing",)),
        (("icb", CASES, "--base-rates", "rates.csv"), ("column 'crisno' is missing",)),
        (("third-parties", CASES, "--train-before", "1984"), ("conflict", "missing")),
        (("invocations", CASES), ("warid", "missing")),
        (("signals", CASES), ("ccode", "missing")),
        (("evidence",), ("--cases: missing", "at least one")),
        (("cases", "nowhere.csv"), ("nowhere.csv", "no such file")),
        (("cases", CASES, "--second", "nowhere.csv"), ("nowhere.csv", "no such file")),
        (("bands", "twelve-days", "--set", "turns=1"), ("no war in 1000 runs of twelve-days",)),
        (("horizons", "twelve-days", "--patron", "iran"), ("--patron: found 'iran'", "russia")),
        (("forecast", "--until", "tomorrow"), ("--until", "tomorrow", "2025-12-31")),
    ],
)
def test_bad_input_gets_a_clear_message_and_status_2(words, parts):
    done = cheaptalk(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr


def test_a_backtest_by_time_prints_one_json_object_and_leaves_a_report(tmp_path: Path):
    out = tmp_path / "out"
    words = ("--train-before", "1990", "--json", "--out", str(out))
    done = cheaptalk("backtest", "--cases", CASES, *words)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["model"]["n"] == 11
    assert {"climatology", "treaty_only", "ordinal_logit"} <= set(found["baselines"])
    assert verified(out) == []
    page = (out / "report.html").read_text("utf-8")
    for part in ("trained before 1990: 11 cases", "<svg", "coded by hand", "Scores", "<pre>"):
        assert part in page
    assert "climatology" in (out / "answer.txt").read_text("utf-8")
    same = done_here("results", "compare", out, out).stdout
    assert "the same verdict" in same and "0 differ" in same


def test_a_blind_sheet_is_written_with_its_code_book(tmp_path: Path):
    sheet = tmp_path / "sheet.csv"
    done = cheaptalk("cases", CASES, "--blank", str(sheet))
    assert done.exit_code == 0, done.stderr
    assert "71 cases" in done.stderr
    assert len(sheet.read_text("utf-8").splitlines()) == 72
    assert "competing_ties" in (tmp_path / "sheet_code_book.txt").read_text("utf-8")


def test_the_fit_over_sources_is_printed_and_drawn(tmp_path: Path):
    drawn = tmp_path / "sources.png"
    done = cheaptalk("evidence", "--cases", CASES, "--figure", str(drawn), "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["weights"]["stakes"] > 1
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_calibrate_writes_a_fragment_and_says_what_it_found(tmp_path: Path):
    out = tmp_path / "fitted.toml"
    words = ("--starts", "1", "--out", str(out), "--states", "russia", "--json")
    done = cheaptalk("calibrate", "--cases", CASES, *words)
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["precision"] > 0
    assert "[russia.weights]" in out.read_text("utf-8")
    wrong = cheaptalk(
        "calibrate", "--cases", CASES, "--starts", "1", *words[2:4], "--states", "mars"
    )
    assert wrong.exit_code == 2 and "--states: found 'mars'" in wrong.stderr


def test_a_forecast_is_written_and_scored(tmp_path: Path):
    sealed, told = tmp_path / "f.json", tmp_path / "o.csv"
    words = ("--until", "2025-06-14", "--runs", "10", "--out", str(sealed))
    done = cheaptalk("forecast", "twelve-days", *words)
    assert done.exit_code == 0, done.stderr
    told.write_text("event,happened\nwar,1\n", "utf-8")
    found = cheaptalk("score", str(sealed), str(told), "--json")
    assert json.loads(found.stdout)["n"] == 1
    assert "SHA-256" in done.stdout


def test_bands_are_printed_as_one_json_object():
    done = cheaptalk("bands", "twelve-days", "--runs", "10", "--set", "turns=3", "--json")
    assert done.exit_code == 0, done.stderr
    assert [each["wars"] for each in json.loads(done.stdout)["bands"]] == [10] * 6


def test_help_of_the_history_commands_needs_no_heavy_import():
    import subprocess
    import sys

    code = (
        "import sys, experiments.__main__ as m\n"
        "try: m.main(['backtest', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'mesa', 'matplotlib', 'emcee'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
