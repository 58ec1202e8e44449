"""The documentation site builds without a warning, and every link in it resolves."""

import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import pytest

from agents.payoffs import TERMS
from experiments.__main__ import main
from model.parameters import SECTIONS, STATE_SECTIONS
from model.quantities import declarations
from tests.test_documents import PAGES, ROOT
from tests.test_public_face import PROMISED

COMMAND = "sphinx-build -W -c docs . build/site"


class Page(HTMLParser):
    """The anchors of a page, where its links lead, and what it fetches."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors, self.links, self.fetched = {""}, set[str](), set[str]()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag in ("a", "link") and given.get("href"):
            (self.links if tag == "a" else self.fetched).add(given["href"])
        if given.get("src"):
            self.fetched.add(given["src"])


def built(folder: Path) -> dict[Path, Page]:
    """The pages of the site, made by the command of CONTRIBUTING.md, its folder elsewhere."""
    program, *words = shlex.split(COMMAND)
    assert program == "sphinx-build"
    words = [sys.executable, "-m", "sphinx", "-q", *words[:-1], str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {path: Page(path) for path in folder.rglob("*.html")}


def broken(pages: dict[Path, Page]) -> list[tuple[str, str]]:
    """Links and files within the site that lead nowhere."""
    found = []
    for path, page in pages.items():
        for link in page.links | page.fetched:
            target = urlparse(urljoin(path.as_uri(), link))
            aim = Path(unquote(target.path))
            known = pages[aim].anchors if aim in pages else {""}
            if target.scheme == "file" and (
                not aim.is_file() or unquote(target.fragment) not in known
            ):
                found.append((path.name, link))
    return found


def undeclared(pages: dict[Path, Page]) -> set[str]:
    """What the code declares and the reference does not show."""
    texts = {
        each.stem: each.read_text("utf-8") for each in pages if each.parent.stem == "reference"
    }
    shown = {key: set(re.findall(r'"pre">(.*?)</span>', text)) for key, text in texts.items()}
    commands = set(re.findall(r'id="cheaptalk-([\w-]+)"', texts["commands"]))
    sections = {**SECTIONS, **STATE_SECTIONS}.values()
    return (
        ({key for kind in sections for key in declarations(kind)} - shown["parameters"])
        | (set(TERMS) - shown["terms"])
        | (set(main.commands) - commands)
        | ({name for names in PROMISED.values() for name in names} - shown["python"])
    )


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_whole_and_offline(tmp_path):
    pytest.importorskip("sphinx", reason="the site needs the extra docs")
    pages = built(tmp_path)
    assert broken(pages) == []
    fetched = {each for page in pages.values() for each in page.fetched}
    assert {each for each in fetched if urlparse(each).scheme or each.startswith("//")} == set()
    assert {each.stem for each in PAGES} <= {each.stem for each in pages}
    assert undeclared(pages) == set()
    notebooks = [each for each in pages if each.parent.stem == "notebooks"]
    assert len(notebooks) == 3
    assert all("cell_output" in each.read_text("utf-8") for each in notebooks)


def test_notebooks_are_kept_without_outputs():
    for path in (ROOT / "docs" / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert not any(each.get("outputs") or each.get("execution_count") for each in cells), path


def test_the_command_that_builds_the_site_is_given_to_contributors():
    assert COMMAND in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
