"""What is promised to Python users: few names, imported late, and all that documents use."""

import ast
import re
import subprocess
import sys

import pytest

from tests.test_architecture import MODULES, ROOT

PROMISED = {
    "model": {"AllianceModel", "load"},
    "agents": {"term"},
    "experiments": {"simulate", "simulate_point"},
}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples(page: str) -> list[str]:
    """The Python examples of a page that are meant to run."""
    return re.findall(r"^```python\n(.*?)^```", page, flags=re.S | re.M)


def own_imports(source: str) -> set[tuple[str, str]]:
    """What some code imports from the project: (module, name)."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {(each.name, "") for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, each.name) for each in node.names}
    return {each for each in found if each[0].split(".")[0] in PROMISED}


@pytest.mark.parametrize("package", PROMISED)
def test_a_package_promises_these_names_and_has_them(package):
    module = __import__(package)
    assert set(module.__all__) == PROMISED[package]
    for name in module.__all__:
        assert getattr(module, name).__name__ == name


def test_a_name_that_is_not_promised_is_no_attribute():
    with pytest.raises(ImportError, match="AlianceModel"):
        from model import AlianceModel  # noqa: F401


def test_importing_the_packages_imports_nothing_heavy():
    code = (
        "import sys, model, agents, experiments\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'mesa', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_rooms_and_not_from_the_public_face(module):
    """Else the order of imports could not be read from the imports."""
    used = own_imports(MODULES[module].read_text("utf-8"))
    assert {each for each in used if each[1] in PROMISED.get(each[0], set())} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_import_promised_names_alone(page):
    for example in examples(page.read_text("utf-8")):
        for module, name in own_imports(example):
            assert name in PROMISED.get(module, set()), f"from {module} import {name}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [each for each in PAGES if each.stem not in ("EXPERIMENTS", "INTEROP")],
    ids=lambda page: page.name,
)
def test_the_examples_of_a_page_run_one_after_the_other(page, tmp_path):
    """Those of EXPERIMENTS.md and INTEROP.md need results, and run in tests of their own."""
    code = "".join(examples(page.read_text("utf-8")))
    words = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
