"""Every recipe of docs/EXTENDING.md is carried out as it stands, in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "EXTENDING.md").read_text("utf-8")
RECIPES = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
WANTED = {
    "A state", "A treaty", "A payoff term", "A rule of the world", "A measure", "A decision rule",
    "A kind of experiment", "A mechanism",
}  # fmt: skip


def added(path: Path, text: str) -> None:
    """Make a file, or add to the end of the one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text("utf-8") + "\n\n" if path.exists() else ""
    path.write_text(before + text, "utf-8")


def changed(path: Path, diff: str) -> None:
    """Replace in a file what a diff without line numbers says, which must stand there once."""
    lines = diff.splitlines()
    old, new = ("\n".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{path} has {text.count(old)} times:\n{old}"
    path.write_text(text.replace(old, new), "utf-8")


def output(command: str, folder: Path, code: Path) -> str:
    """What a command of a page prints, run in one folder with the code of another."""
    program = f'"{sys.executable}" -m experiments '
    command = re.sub(r"^cheaptalk ", lambda _: program, command, flags=re.MULTILINE)
    command = re.sub(r"^python ", lambda _: f'"{sys.executable}" ', command, flags=re.MULTILINE)
    done = subprocess.run(
        f"set -e\n{command}",
        shell=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_is_a_recipe_for_each_thing_that_is_often_added():
    assert set(RECIPES) == WANTED


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_works_as_it_stands(recipe, tmp_path):
    for package in ("model", "agents", "experiments"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__py*"))
    told = ""
    expected = []
    for kind, name, text in BLOCK.findall(RECIPES[recipe]):
        if kind == "diff":
            changed(tmp_path / name, text)
        elif kind == "sh":
            told += output(text, tmp_path, tmp_path)
        elif kind == "text":
            expected += text.splitlines()
        else:
            added(tmp_path / name, text)
    assert expected
    assert [line for line in expected if line not in told] == [], told
