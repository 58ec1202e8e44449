"""The glossary's names exist, and the words that it rules out are not used."""

import ast
import re
from pathlib import Path

import pytest

from model.preset.load import PresetFile, Profile
from tests.test_architecture import MODULES, ROOT
from tests.test_documents import PAGES
from tests.test_model_document import PARAMETERS

PAGE = ROOT / "docs" / "GLOSSARY.md"
ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\|.*\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    if not row.startswith(("|---", "| word "))
]
NAMES = sorted({name for row in ROWS for name in re.findall("`(.+?)`", row[2])})
RULED_OUT = sorted({word.strip() for row in ROWS for word in row[4].split(",") if word.strip()})


def defined(tree: ast.AST, prefix: str = "") -> set[str]:
    """The classes, functions and constants that some code defines, and fields as Class.field."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            found |= {node.name} | defined(node, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            found.add(prefix + node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(prefix + node.target.id)
        elif isinstance(node, ast.Assign):
            names = [each for target in node.targets for each in ast.walk(target)]
            found |= {prefix + each.id for each in names if isinstance(each, ast.Name)}
    return found


TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}
OF_FILES = {f"{kind.__name__}.{key}" for kind in (Profile, PresetFile) for key in kind.model_fields}
DEFINED = set().union(*map(defined, TREES.values())) | PARAMETERS | OF_FILES


def prose(tree: ast.AST) -> str:
    """What people read of a module: strings of more than a word."""
    strings = (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant))
    return "\n".join(each for each in strings if isinstance(each, str) and " " in each)


def shown(vue: str) -> str:
    """What people read of a Vue file: the texts of its template."""
    return "\n".join(re.findall(r">([^<>]+)<", vue.split("<script")[0]))


TEXTS = (
    {name: prose(tree) for name, tree in TREES.items()}
    | {each.name: shown(each.read_text("utf-8")) for each in ROOT.glob("experiments/**/*.vue")}
    | {
        str(Path(each).relative_to(ROOT)): each.read_text("utf-8")
        for each in [*PAGES, *ROOT.glob("experiments/**/*.html")]
        if each.name not in ("GLOSSARY.md", "REFERENCES.md")  # titles say what their authors say
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_glossary_exists(name):
    assert name in DEFINED


@pytest.mark.parametrize("word", RULED_OUT)
def test_a_word_that_is_ruled_out_is_not_used(word):
    words = r"\s+".join(word.split())
    pattern = re.compile(rf"\b{words}s?\b", re.IGNORECASE)
    used = {place: pattern.findall(text) for place, text in TEXTS.items()}
    assert {place: found for place, found in used.items() if found} == {}


def test_no_word_has_two_rows():
    words = [row[0] for row in ROWS]
    assert sorted(words) == sorted(set(words))


def test_a_word_in_a_docstring_is_seen():
    assert "beneficiary" in prose(ast.parse('def f():\n    """The beneficiary is told."""'))
