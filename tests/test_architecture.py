"""Imports go one way: every module imports only from its own floor of the house or from below."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.imports import imported

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    ("model.promised", "model.arrays", "model.quantities", "model.parameters", "model.treaties",
     "model.world", "model.draws"),
    ("model.measures",),
    ("model.rules", "model.game"),
    ("agents",),
    ("model.preset",),
    ("model.alliance_model",),
    ("model.compiled",),
    ("experiments.engine",),
    ("experiments.figures",),
    ("experiments.answer", "experiments.why"),
    ("experiments.study", "experiments.history", "experiments.theory"),
    ("experiments.page", "experiments.command_line", "benchmarks"),
    ("experiments.__main__",),
)  # fmt: skip
"""The rooms, from the ground up; those of one floor may use each other, but never in a circle."""

MOST_ARROWS = 113
"""Pairs of rooms of which one imports from the other; a new pair needs a reason.

The last: a backtest leaves a report with its figure."""

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 450, 60
"""With docstrings and comments."""

FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PACKAGES = ("model", "agents", "experiments", "benchmarks")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "__init__.py"
}


def is_python(path: Path) -> bool:
    """Whether a script is one of Python."""
    first = path.read_text("utf-8").partition("\n")[0]
    return path.suffix == ".py" or (first.startswith("#!") and first.endswith("python"))


SOURCES = [
    *(path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))),
    *(path for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and is_python(path)),
]
"""Every file of Python but the tests."""


IMPORTS = {module: imported(path) & MODULES.keys() for module, path in MODULES.items()}


def room(module: str) -> str:
    """The room of a module: the longest declared name that begins its own."""
    found = [each for each in FLOOR if f"{module}.".startswith(f"{each}.")]
    assert found, f"{module} lies in no declared room"
    return max(found, key=len)


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """One circle of these arrows; empty where there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def arrows_between_rooms() -> set[tuple[str, str]]:
    """Each room and another that it imports from."""
    return {
        (room(module), room(each))
        for module, found in IMPORTS.items()
        for each in found
        if room(module) != room(each)
    }


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_nothing_from_a_floor_above(module):
    own = FLOOR[room(module)]
    above = sorted(each for each in IMPORTS[module] if FLOOR[room(each)] > own)
    assert above == []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(IMPORTS) == []


def test_no_rooms_import_each_other_in_a_circle():
    between: dict[str, set[str]] = {each: set() for each in FLOOR}
    for here, there in arrows_between_rooms():
        between[here].add(there)
    assert circle(between) == []


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def test_the_house_has_no_more_arrows_than_were_counted():
    assert len(arrows_between_rooms()) <= MOST_ARROWS


def test_sources_are_found_in_every_package_and_among_the_scripts():
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == {*PACKAGES, "scripts"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_and_no_function_is_too_long_to_be_read_in_one_sitting(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    long = {
        each.name: length
        for each in ast.walk(ast.parse(text))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (each.end_lineno or 0) - each.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}
