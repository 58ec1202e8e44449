"""The command line as a user calls it: in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.engine.store import verified


def cheaptalk(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "experiments", *words],
        capture_output=True,
        text=True,
        cwd=cwd or Path(__file__).resolve().parents[3],
        timeout=200,
    )


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path, str]:
    out = tmp_path_factory.mktemp("out") / "result"
    few = ("--runs", "10", "--turns", "3", "--draws", "4", "--workers", "1")
    done = cheaptalk("run", "twelve-days", *few, "--json", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out, done.stderr


def test_json_is_one_object_with_the_promised_keys(answer):
    data, out, _ = answer
    promised = {"preset", "seed", "runs", "turns", "states", "duel", "equilibrium", "results"}
    assert promised <= set(data)
    assert (data["preset"], data["seed"], data["runs"], data["turns"]) == ("twelve-days", 0, 10, 3)
    for state in data["states"].values():
        assert sum(state["play"].values()) == pytest.approx(1)
        assert 0 < state["reliability"] < 1 and 0 < state["honesty"] < 1
    wanted = {"patron", "protege", "talk", "act", "difference", "low", "high", "better"}
    assert all(wanted <= set(each) for each in data["duel"])
    assert all(each["low"] <= each["difference"] <= each["high"] for each in data["duel"])
    assert data["equilibrium"]["max_residual"] <= 1e-8
    assert data["results"] == str(out)


def test_a_run_leaves_manifest_tables_and_figures(answer):
    _, out, _ = answer
    names = {path.name for path in out.iterdir()}
    tables = {"manifest.json", "runs.parquet", "trajectory.parquet", "duels.parquet"}
    assert "report.html" in names
    figures = {f"{name}.{kind}" for name in ("rungs", "oil", "duels") for kind in ("png", "svg")}
    assert tables | figures <= names
    assert {name for name in names if name.startswith(".")} <= {".lock"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert {"seed": 0, "runs": 10, "turns": 3}.items() <= manifest["settings"].items()
    assert verified(out) == []
    assert "agents/profiles/russia.toml" in manifest["inputs"]
    assert manifest["command"].startswith("cheaptalk run twelve-days")


def test_the_report_of_a_run_is_one_file_with_answer_figures_and_duels_that_fetches_nothing(answer):
    page = (answer[1] / "report.html").read_text("utf-8")
    for part in ("Did talking beat intervening", "history_low", "The same again", "own coding"):
        assert part in page
    assert page.count("<svg") == len(list(answer[1].glob("*.svg"))) >= 4
    for fetched in ("<script", "src=", "<link", "@import", "url(http"):
        assert fetched not in page


def test_progress_goes_to_standard_error(answer):
    assert "10 of 10 runs" in answer[2]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("run", "iran-2026"), ("iran-2026", "did you mean iran-2025?")),
        (("run", "--set", "russia.weights.audiance=1"), ("audiance", "did you mean audience?")),
        (("run", "--set", "oil.elasticity=-1"), ("oil.elasticity", "-1", "0.02 to 2")),
        (("run", "--set", "oil.elasticity=much"), ("oil.elasticity", "'much'", "0.02 to 2")),
        (("run", "--set", "russia.means.money=84e9"), ("84000000000", "0 to 2000 USD bn/year")),
        (("run", "--set", "oil.elasticity"), ("oil.elasticity", "KEY=VALUE")),
        (("run", "--set", "attack=maybe"), ("attack", "'maybe'", "endogenous", "scripted")),
        (("explain", "--state", "rusia"), ("rusia", "did you mean russia?")),
        (("explain", "twelve-days", "--state", "iran", "--turn", "99"), ("99", "1 to 16")),
        (("game", "--states", "mars", "--out", "no/game.nfg"), ("mars", "valid: russia")),
    ],
)
def test_bad_input_gets_one_clear_line_and_status_2(words, parts):
    done = cheaptalk(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for part in parts:
        assert part in done.stderr


def test_help_needs_no_heavy_import():
    code = (
        "import sys, experiments.__main__ as m\n"
        "try: m.main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'mesa', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_list_shows_every_parameter_with_unit_range_and_source():
    found = json.loads(cheaptalk("list", "--json").stdout)
    assert {"iran-2025", "twelve-days"} <= set(found["presets"])
    keys = {each["key"] for each in found["parameters"]}
    assert {"russia.weights.reputation", "russia.means.money", "oil.elasticity"} <= keys
    for each in found["parameters"]:
        assert each["unit"] and each["source"] and each["meaning"]
        assert each["low"] <= each["value"] <= each["high"], each["key"]
