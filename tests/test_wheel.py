"""The program as it is installed: from a wheel, in an environment and a folder of its own."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment in which only the wheel is installed.

    What it depends on is taken from the running environment, so that nothing is fetched.
    """
    for needed in ("pip", "hatchling"):
        pytest.importorskip(needed, reason=f"without {needed} no wheel is built offline")
    folder = tmp_path_factory.mktemp("wheel")
    build = ("wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, ROOT)
    subprocess.run([*PIP, *build], check=True)
    (wheel,) = folder.glob("cheaptalk-*.whl")
    venv.create(folder / "venv", symlinks=True)
    own = folder / "venv" / "bin"
    install = ("--python", own / "python", "install", "--no-deps", "--no-index", wheel)
    subprocess.run([*PIP, *install], check=True)
    (site,) = folder.glob("venv/lib/python*/site-packages")
    theirs = [each for each in sys.path if each.endswith("-packages")]
    (site / "theirs.pth").write_text("\n".join(theirs))  # adds no editable install, which is a .pth
    return own


def called(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The end of an installed program that must not see the checkout."""
    plain = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(words, cwd=cwd, env=plain, capture_output=True, text=True, timeout=200)


def printed(*words: str | Path, cwd: Path) -> str:
    """What an installed program prints."""
    done = called(*words, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_the_installed_program_is_that_of_the_wheel(programs, tmp_path):
    for package in ("model", "agents", "experiments"):
        where = f"import {package}; print({package}.__file__)"
        found = printed(programs / "python", "-c", where, cwd=tmp_path)
        assert Path(found).is_relative_to(programs.parent)
    told = printed(programs / "cheaptalk", "list", cwd=tmp_path)
    assert "twelve-days" in told and "russia.weights.reputation" in told


@pytest.mark.slow
def test_the_installed_program_plays_and_leaves_its_results_where_it_is_called(programs, tmp_path):
    words = ("run", "twelve-days", "--runs", "4", "--quiet", "--workers", "1")
    told = printed(programs / "cheaptalk", *words, cwd=tmp_path)
    assert (
        "Did talking beat intervening for Russia" in told
        and "Largest residual of the equilibria" in told
    )
    (folder,) = (tmp_path / "results").iterdir()
    assert (folder / "manifest.json").is_file() and (folder / "duels.png").is_file()


@pytest.mark.slow
def test_the_installed_program_says_that_the_bench_needs_a_checkout(programs, tmp_path):
    done = called(programs / "cheaptalk", "bench", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("bench: ") and "valid: a checkout of the project" in line
