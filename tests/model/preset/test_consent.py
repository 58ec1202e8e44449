"""Python of a stranger runs only where the user allows its file."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.__main__ import main
from experiments.engine.workers import hired
from model.preset.load import ConfigError, Preset, load
from model.preset.own_terms import ALLOWED, allow_code, allowed

TERM = """from agents.payoffs import term
open("{mark}", "w").close()


@term(default=1.0)
def own(world, expected=None):
    "A term of one's own."
    return 0.0 * world.ladder.rung
"""


@pytest.fixture
def mark(tmp_path, monkeypatch) -> Path:
    """A file that the code makes when it runs."""
    monkeypatch.setenv(ALLOWED, "")
    mark = tmp_path / "it-ran"
    (tmp_path / "own.py").write_text(TERM.format(mark=mark), "utf-8")
    (tmp_path / "with.toml").write_text('terms = ["own.py"]\n', "utf-8")
    (tmp_path / "crisis.toml").write_text('extends = "twelve-days"\nterms = ["own.py"]\n', "utf-8")
    return mark


def called(*words) -> object:
    return CliRunner().invoke(main, [str(each) for each in words])


def commands(folder: Path) -> dict[str, tuple]:
    crisis = folder / "crisis.toml"
    design = folder / "design.toml"
    design.write_text(
        f'title = "t"\nkind = "sweep"\npreset = "{crisis}"\nruns = 2\nacts = ["arms"]\n'
        'draws = "same"\n'
        '[set]\nturns = 2\n[sampling]\nmethod = "each"\n[factors."russia.weights.ties"]\n'
        "low = 0.0\nhigh = 1.0\ncount = 2\n",
        "utf-8",
    )
    return {
        "preset": (
            "duel",
            crisis,
            "--runs",
            2,
            "--set",
            "turns=2",
            "--quiet",
            "--out",
            folder / "o",
        ),
        "with": ("show", "twelve-days", "turns", "--with", folder / "with.toml"),
        "set": ("show", "twelve-days", "turns", "--set", f'terms=["{folder / "own.py"}"]'),
        "design": ("experiment", design, "--quiet", "--out", folder / "e"),
        "view": ("view", crisis, "--no-open", "--port", "0"),
    }


@pytest.mark.parametrize("kind", ["preset", "with", "set", "design", "view"])
def test_code_that_a_file_names_does_not_run_and_one_line_says_how_to_allow_it(kind, mark):
    told = called(*commands(mark.parent)[kind])
    assert told.exit_code == 2
    lines = told.stderr.strip().splitlines()
    assert len(lines) == 1 and "own.py" in lines[0] and "--allow-code" in lines[0]
    assert not mark.exists()


def test_code_that_the_user_names_runs(mark):
    own = mark.parent / "own.py"
    told = called(*commands(mark.parent)["preset"], "--allow-code", own)
    assert told.exit_code == 0, told.stderr
    assert mark.exists()
    manifest = json.loads((mark.parent / "o" / "manifest.json").read_text("utf-8"))
    assert any(name.endswith("own.py") for name in manifest["inputs"])


def test_a_result_folder_asks_again_and_refuses_changed_code(mark, monkeypatch):
    own, folder = mark.parent / "own.py", mark.parent / "e"
    done = called(*commands(mark.parent)["design"], "--allow-code", own)
    assert done.exit_code == 0, done.stderr
    monkeypatch.setenv(ALLOWED, "")
    mark.unlink()
    own.write_text(own.read_text("utf-8") + "# changed\n", "utf-8")
    refused = called("resume", folder, "--quiet")
    assert refused.exit_code == 2 and "--allow-code" in refused.stderr and not mark.exists()
    changed = called("resume", folder, "--quiet", "--allow-code", own)
    assert changed.exit_code == 2 and "holds another experiment" in changed.stderr


def terms_of(preset: Preset) -> list[str]:
    return list(preset.terms)


@pytest.mark.slow
def test_a_worker_runs_a_term_that_was_allowed_after_it_started_and_outlives_one_that_changed(mark):
    with hired("local", 2) as crew:
        crew.submit(len, "started").result()
        allow_code(mark.parent / "own.py")
        preset = load(str(mark.parent / "crisis.toml"))
        assert "own" in crew.submit(terms_of, preset).result()
        before = crew.pool
        (mark.parent / "own.py").write_text(TERM.format(mark=mark) + "# edited\n", "utf-8")
        with pytest.raises(ConfigError, match=r"own\.py: was changed since its term 'own'"):
            crew.submit(terms_of, preset).result()
        assert crew.submit(len, "alive").result() == 5 and crew.pool is before


def test_only_the_file_that_was_named_is_allowed(mark, tmp_path):
    allow_code(tmp_path / "another.py")
    with pytest.raises(ConfigError, match="--allow-code"):
        load(str(tmp_path / "crisis.toml"))
    allow_code(tmp_path / "own.py")
    assert "own" in load(str(tmp_path / "crisis.toml")).terms
    assert len(allowed()) == 2 and os.environ[ALLOWED]


def test_a_path_that_could_be_read_as_two_is_refused(mark, tmp_path):
    with pytest.raises(ConfigError, match=f"found '{os.pathsep}' in its path"):
        allow_code(tmp_path / f"one{os.pathsep}own.py")
    assert not allowed()


def test_a_preset_with_terms_of_its_own_leaves_all_others_as_they_are(mark, tmp_path):
    before = load("twelve-days")
    allow_code(tmp_path / "own.py")
    assert [*before.terms, "own"] == list(load(str(tmp_path / "crisis.toml")).terms)
    assert list(load("twelve-days").terms) == list(before.terms)
