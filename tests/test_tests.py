"""The tests themselves: each body asserts what its name says, or is marked as a smoke test."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def asserts(node: ast.AST, checkers: set[str]) -> bool:
    """Whether a function asserts, expects an error or a warning, or calls what does so."""
    for each in ast.walk(node):
        if isinstance(each, ast.Assert):
            return True
        if isinstance(each, ast.Call):
            called = ast.unparse(each.func)
            name = called.rpartition(".")[2]
            expected = ("pytest.raises", "pytest.warns", "pytest.fail", "browsers.expect")
            waited = name in ("wait_for", "wait_for_function")  # a page that never shows it fails
            if called in expected or waited or name in checkers or name.startswith("assert_"):
                return True
    return False


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("path", sorted(HERE.rglob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_asserts_something_or_is_marked_smoke(path):
    own = functions(path)
    checkers: set[str] = set()
    for _ in range(3):  # what calls a checker is one
        checkers |= {
            name for name, each in own.items()
            if not name.startswith("test_") and asserts(each, checkers)
        }  # fmt: skip
    shared = {
        name
        for other in HERE.glob("*.py")
        for name, each in functions(other).items()
        if not name.startswith("test_") and asserts(each, set())
    }
    idle = [
        name
        for name, each in own.items()
        if name.startswith("test_")
        and not asserts(each, checkers | shared)
        and not any("smoke" in ast.unparse(mark) for mark in each.decorator_list)
    ]
    assert not idle, idle


def test_no_module_of_the_program_reads_the_tests():
    for package in ("model", "agents", "experiments"):
        for path in (HERE.parent / package).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "tests/" not in text and "from tests" not in text and '"tests"' not in text, path
