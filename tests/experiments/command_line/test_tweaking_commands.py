"""The commands for tweaking, and `--with` in all that take a preset."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from experiments.__main__ import main
from model.preset.load import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "pact-2025"
PRESET = str(EXAMPLE / "pact.toml")


def cheaptalk(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="cheaptalk")


COMMANDS = {
    "run": ("run", "twelve-days", "--out", "OUT"),
    "explain": ("explain", "twelve-days", "--state", "russia"),
    "game": ("game", "twelve-days", "--out", "OUT/game.nfg"),
    "ablate": ("ablate", "twelve-days", "--out", "OUT"),
    "robustness": ("robustness", "twelve-days", "--out", "OUT"),
    "list": ("list", "twelve-days"),
    "show": ("show", "twelve-days"),
    "table": ("table", "twelve-days"),
    "schema": ("schema", "twelve-days", "--out", "OUT"),
    "tweak": ("tweak", "twelve-days"),
    "flip": ("flip", "twelve-days", "--state", "russia", "--key", "oil.elasticity"),
    "bands": ("bands", "twelve-days"),
    "horizons": ("horizons", "twelve-days"),
    "backtest": ("backtest", "--timeline", "experiments/presets/timeline_2025.csv"),
    "forecast": ("forecast", "twelve-days", "--until", "2025-12-31", "--out", "OUT/sealed.json"),
    "check": ("check", "twelve-days"),
    "duel": ("duel", "twelve-days", "--out", "OUT"),
    "phase": (
        "phase", "twelve-days", "--x", "russia.ties.iran=0:1:3", "--y", "russia.ties.israel=0:1:3",
        "--out", "OUT",
    ),
    "sweep": ("sweep", "twelve-days", "--x", "russia.ties.iran=0:1:3", "--out", "OUT"),
    "sensitivity": ("sensitivity", "twelve-days", "--out", "OUT"),
    "discover": ("discover", "twelve-days", "--x", "russia.ties.iran=0:1", "--out", "OUT"),
    "compare": ("compare", "twelve-days", "--second", "russia.ties.iran=0.1", "--out", "OUT"),
    "experiment": ("experiment", "sweep-ties", "--out", "OUT"),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_all_mistakes_in_files_and_options_are_told_and_nothing_is_written(name, tmp_path):
    mine = tmp_path / "my.toml"
    mine.write_text('extends = "russia"\n[weights]\naudiance = 0.8\n[means]\nmoney = 84e9\n')
    words = [each.replace("OUT", str(tmp_path / "out")) for each in COMMANDS[name]]
    done = cheaptalk(*words, "--with", str(mine), "--set", "oil.price=1")
    assert done.exit_code == 2
    assert done.stdout == ""
    told = done.stderr.strip().splitlines()
    assert len(told) == 3
    assert f"{mine}:3: weights.audiance: unknown key; did you mean audience?" in told
    assert any(each.startswith(f"{mine}:5: means.money: found 84000000000.0") for each in told)
    assert any(each.startswith("--set oil.price: found 1; valid") for each in told)
    assert [each.name for each in tmp_path.iterdir()] == ["my.toml"]


def test_every_option_without_a_value_is_told():
    done = cheaptalk("show", "--set", "one", "--set", "=2", "--set", "three")
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("tweak", "twelve-days"),
        ("tweak", "twelve-days", "--watch", "no/such.toml"),
        ("tweak", "twelve-days", "--set", "turns=2", "--patron", "rusia"),
        ("show", "twelve-days", "russia.meens"),
        ("flip", "twelve-days", "--state", "rusia", "--key", "oil.price"),
        ("show", "nowhere/none.toml"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(words):
    done = cheaptalk(*words)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_show_and_list_read_files_of_differences_and_terms():
    fatigue = ("--with", str(EXAMPLE / "with_fatigue.toml"), "--set", "china.weights.fatigue=2",
               "--allow-code", str(EXAMPLE / "fatigue.py"))  # fmt: skip
    done = cheaptalk("show", PRESET, "china.weights.fatigue", *fatigue)
    assert done.exit_code == 0, done.stderr
    assert "2.0 weight" in done.stdout and "--set china.weights.fatigue" in done.stdout
    shown = json.loads(cheaptalk("show", PRESET, "china.weights", "--json", *fatigue).stdout)
    assert len(shown) == 11
    assert "china.weights.fatigue" in cheaptalk("list", PRESET, *fatigue).stdout


def test_tweak_tells_verdict_choices_and_ledger(tmp_path):
    short = tmp_path / "short.toml"
    short.write_text(f'extends = "{PRESET}"\nturns = 2\n', "utf-8")
    words = ("tweak", str(short), "--runs", "2", "--set", "saudi_arabia.treaties=[]")
    done = cheaptalk(*words, "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert {each["patron"] for each in found["before"]} == {"saudi_arabia"}
    assert found["states"][0]["state"] == "saudi_arabia"


def test_help_of_the_new_commands_needs_no_heavy_import():
    code = (
        "import sys, experiments.__main__ as m\n"
        "for name in ('tweak', 'flip', 'show', 'schema'):\n"
        "    try: m.main([name, '--help'])\n"
        "    except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'mesa', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("run", PRESET, "--runs", "10", "--draws", "2", "--out", "OUT", "--workers", "1"),
        ("ablate", PRESET, "--runs", "10", "--set", "turns=3", "--workers", "1", "--out", "OUT"),
        ("robustness", PRESET, "--runs", "10", "--set", "turns=2", "--workers", "1", "--out",
         "OUT"),
        ("game", PRESET, "--turn", "3", "--states", "saudi_arabia,pakistan,india", "--out",
         "OUT.nfg"),
        ("explain", PRESET, "--state", "saudi_arabia", "--turn", "3"),
        ("flip", PRESET, "--state", "china", "--key", "china.stakes.pakistan", "--runs", "10",
         "--set", "turns=2"),
        (
            *("schema", PRESET, "--with", str(EXAMPLE / "with_fatigue.toml"), "--out", "OUT"),
            *("--allow-code", str(EXAMPLE / "fatigue.py")),
        ),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_every_command_plays_new_states(words, tmp_path):
    out = tmp_path / "out"
    done = cheaptalk(*(each.replace("OUT", str(out)) for each in words))
    assert done.exit_code == 0, done.output
    if words[0] == "run":
        assert {"rungs.png", "duels.svg", "reputations.png", "manifest.json"} <= {
            each.name for each in out.iterdir()
        }
    if words[0] == "schema":
        assert "fatigue" in (out / "profile.schema.json").read_text("utf-8")


def test_the_docs_name_every_command_that_takes_files_of_differences():
    page = Path(ROOT / "docs" / "PROFILES.md").read_text("utf-8")
    (told,) = [each for each in page.split("\n\n") if each.startswith("`run`, `explain`")]
    assert all(f"`{name}" in told for name in COMMANDS)
    for name, command in main.commands.items():
        takes = any(each.name == "files" for each in command.params)
        assert takes == (name in COMMANDS), name
