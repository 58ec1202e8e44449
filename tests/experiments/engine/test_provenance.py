"""What decides a result: each of its files is under the digest that a resume compares."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from experiments.engine.provenance import SHOWN_ONLY, code_digest, deciding, deciding_files
from model.preset.load import ROOT
from tests.imports import imported

BEGINNINGS = (
    "experiments.study.conduct",
    "experiments.study.kinds.sweep",
    "experiments.study.kinds.phase",
    "experiments.study.kinds.sensitivity",
    "experiments.study.kinds.discover",
    "experiments.study.kinds.compare",
    "experiments.answer.run",
    "experiments.theory.ablate",
    "experiments.theory.robustness",
)
"""Whatever plays: the kinds of experiments, a run, the ablations."""

PRESENTATION = {
    "experiments.study.kinds.compare_figure",
    "experiments.study.kinds.discover_figure",
    "experiments.study.html_report",
    "experiments.figures.crisis",
    "experiments.figures.duels",
    "experiments.answer.dossier",
    "experiments.figures.parts",
    "experiments.figures.report",
    "experiments.figures.style",
    "experiments.figures.waterfall",
    "experiments.engine.words",
    "experiments.study.kinds.phase_figure",
    "experiments.engine.progress",
    "experiments.study.kinds.sensitivity_figure",
    "experiments.study.kinds.sweep_figure",
    "experiments.theory.advantages_figure",
}
"""Modules that draw and word what was found."""

CARRIERS = {
    "experiments.engine.manifest",
    "experiments.engine.workers",
    "experiments.engine.store",
}
"""Modules that hand out and keep what others work out, and change no figure."""


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((e for e in (path.with_suffix(".py"), path / "__init__.py") if e.is_file()), None)


@cache
def closure() -> set[Path]:
    """The files of all modules that what plays imports, directly or not."""
    waiting, found = set(BEGINNINGS), set[Path]()
    while waiting:
        path = file_of(waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting |= imported(path)  # what is not of the project has no file here
    return found


def test_every_module_that_an_experiment_imports_is_covered_unless_it_only_shows_or_carries():
    left = {path for path in closure() - set(deciding_files()) if path.name != "__init__.py"}
    assert left == {file_of(name) for name in PRESENTATION | CARRIERS}
    assert ROOT / "agents" / "payoffs.py" in deciding_files()


def test_what_is_left_out_is_there_and_imported_by_nothing_that_plays():
    left_out = {ROOT / each.replace(".", "/") for each in SHOWN_ONLY}
    assert all(each.is_dir() or each.with_suffix(".py").is_file() for each in left_out)
    assert not [path for path in closure() if left_out & {path.with_suffix(""), *path.parents}]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in ("model", "agents", "experiments"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_a_byte_changed_in_any_covered_file_changes_the_digest(copy):
    before, files = code_digest(copy), deciding_files(copy)
    assert before == code_digest() and len(files) > 50
    seen = {before}
    for path in files:
        data = path.read_bytes()
        path.write_bytes(data + b"#")
        seen.add(code_digest(copy))
        path.write_bytes(data)
    assert len(seen) == len(files) + 1 and code_digest(copy) == before


def test_a_file_in_a_new_folder_is_covered_and_a_page_is_not(copy):
    before = code_digest(copy)
    page = copy / "experiments" / "page" / "new.py"
    page.write_text("")
    assert code_digest(copy) == before
    new = copy / "model" / "new" / "deep" / "rule.py"
    new.parent.mkdir(parents=True)
    new.write_text("")
    assert code_digest(copy) != before
    shutil.rmtree(copy / "model" / "new")


def test_a_listed_module_that_is_missing_is_an_error(copy):
    path = copy / "experiments" / "engine" / "duel.py"
    data = path.read_bytes()
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"duel\.py"):
        code_digest(copy)
    path.write_bytes(data)


def test_libraries_and_processor_count_and_those_of_a_kind_only_for_it():
    assert set(deciding("sweep")["libraries"]) == {"numpy", "scipy"}
    assert "SALib" in deciding("sensitivity")["libraries"]
    assert "ema_workbench" in deciding("discover")["libraries"]
    assert deciding("run")["features"]
