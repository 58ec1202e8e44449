"""Every citation resolves to docs/REFERENCES.md, and every work there is cited."""

import ast
import calendar
import io
import re
import tokenize
import tomllib

import pytest

from tests.test_architecture import MODULES, ROOT
from tests.test_documents import PAGES

LIST = ROOT / "docs" / "REFERENCES.md"
KEYS = set(re.findall(r"^\| ([A-Z][^|]* \d{4}) \|", LIST.read_text("utf-8"), re.MULTILINE))

YEAR = r"(?:1[89]|20)\d\d"
CITATION = re.compile(rf"([A-Z][\w’'-]+(?: et al\.)?) ({YEAR}(?:, {YEAR})*)\b(?!-)")
"""A name and its years; the whole key is sought in what stands before the first year."""

DATES = {*calendar.month_name[1:]}
EVENTS = {
    "Abqaiq", "Afghanistan", "Armenia", "Hezbollah", "Iran", "Israel", "Kazakhstan", "Kibar",
    "Kosovo", "Kurds", "Kuwait", "Osirak", "Putin", "Syria",
}  # fmt: skip
"""Before a year these name what happened, not who wrote."""


def python_words(source: str) -> str:
    """The strings and comments of a module."""
    strings = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    lines = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(strings + [each.string for each in lines if each.type == tokenize.COMMENT])


def profile_words(source: str) -> str:
    """The sources and comments of a profile."""
    sources = tomllib.loads(source).get("sources", {})
    return "\n".join([*sources.values(), *re.findall(r"#.*", source)])


def texts() -> dict[str, str]:
    """What may cite: the code's words, the profiles' sources, the pages but the list itself."""
    code = {name: python_words(path.read_text("utf-8")) for name, path in MODULES.items()}
    states = [
        *sorted((ROOT / "agents" / "profiles").glob("*.toml")),
        *sorted((ROOT / "docs" / "examples").rglob("states/*.toml")),
    ]
    profiles = {each.stem: profile_words(each.read_text("utf-8")) for each in states}
    pages = {str(each.relative_to(ROOT)): each.read_text("utf-8") for each in PAGES if each != LIST}
    return code | profiles | pages


def cited(text: str) -> list[tuple[str, str | None]]:
    """Each citation as it stands, and the key to which it resolves."""
    plain = re.sub(r"\s+", " ", text)
    found: list[tuple[str, str | None]] = []
    for match in CITATION.finditer(plain):
        if match[1] in DATES | EVENTS:
            continue
        before = plain[: match.end(1)]
        for year in match[2].split(", "):
            names = [key for key in KEYS if key.endswith(f" {year}") and said(before, key[:-5])]
            found.append((f"{before[-40:]} {year}", max(names, key=len, default=None)))
    return found


def said(before: str, names: str) -> bool:
    """Whether a text ends with these names, and not as the last of more."""
    rest = before.removesuffix(names)
    return rest != before and not rest.endswith("& ") and not rest[-1:].isalnum()


TEXTS = texts()


@pytest.mark.parametrize("place", TEXTS)
def test_citations_resolve(place):
    assert [words for words, key in cited(TEXTS[place]) if key is None] == []


@pytest.mark.parametrize("place", TEXTS)
def test_citations_are_of_author_and_year_and_no_other_style(place):
    assert re.findall(r"\[[A-Z]\w+\d{4}[a-z]?\]", TEXTS[place]) == []


def test_every_entry_is_cited():
    used = {key for text in TEXTS.values() for _, key in cited(text)}
    assert KEYS - used == set()


@pytest.mark.parametrize("wrong", ["Fearon 1993", "Smith & Wilson 1927"])
def test_a_citation_that_does_not_resolve_is_found(wrong):
    assert [key for _, key in cited(f"as in {wrong}.")] == [None]
