"""What holds for every page of the documentation."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "results" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
WIDEST = 120
LONGEST_README = 120

of_every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.parent.name + page.stem
)


def written_by_hand(page: Path) -> str:
    """A page without what scripts put between markers."""
    generated = r"<!-- (\w+): made by [\w/]+ -->.*?<!-- /\1 -->"
    return re.sub(generated, "", page.read_text("utf-8"), flags=re.DOTALL)


@of_every_page
def test_lines_are_short(page):
    lines = written_by_hand(page).splitlines()
    assert [each for each in lines if len(each) > WIDEST and not each.startswith("|")] == []


@of_every_page
def test_links_to_files_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    inside = [each for each in links if "://" not in each]
    assert [each for each in inside if not (page.parent / each).exists()] == []


def test_the_readme_fits_two_screens():
    assert len(README.read_text("utf-8").splitlines()) <= LONGEST_README


def test_the_readme_gives_the_command_by_which_ci_tests():
    """CI makes its environment elsewhere; what it installs and runs is the README's command."""
    ran = (ROOT / ".ci" / "run").read_text("utf-8")
    command = re.search(r"^python3 -m venv .*pytest.*$", README.read_text("utf-8"), re.MULTILINE)
    assert command
    assert "-e '.[dev]'" in command[0] and "--editable '.[dev]'" in ran
    (pytest_words,) = re.findall(r"-m pytest.*", command[0])
    assert pytest_words in ran


def test_the_table_of_commands_names_every_command_and_no_other():
    from experiments.__main__ import main

    page = (ROOT / "docs" / "USING.md").read_text("utf-8")
    assert set(re.findall(r"^\| `cheaptalk ([\w-]+)", page, re.MULTILINE)) == set(main.commands)
