"""Every command line in the documentation is one that the program takes."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from experiments.__main__ import main
from tests.test_documents import PAGES, ROOT

FILES = [
    *PAGES,
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs" / "reference").glob("*.md")),
    *sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")),
]
PLACEHOLDER = re.compile(r"\b[A-Z]+\b|\$[A-Z]+|[\[\]…]")
"""What stands for something that the reader fills in."""


def words_of(path: Path) -> str:
    """A page's text; of a notebook, that of its cells."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return "\n\n".join("".join(each["source"]) for each in cells)
    return text


def command_lines(text: str) -> Iterator[str]:
    """The command lines of a text: in blocks, after a prompt, and quoted in sentences."""
    joined = re.sub(r"\\\n\s*", " ", text)
    blocks = re.findall(r"^```\w* ?\S*\n(.*?)^```", joined, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```.*?^```", "", joined, flags=re.DOTALL | re.MULTILINE)
    for block in blocks:
        yield from re.findall(r"^(?:[$!] ?|srun |.*&& )?(cheaptalk .*)$", block, re.MULTILINE)
    yield from (" ".join(each.split()) for each in re.findall(r"`(cheaptalk [^`]*)`", prose))


def misfit(line: str) -> str:
    """Why the program would not take a command line; empty where it would.

    Whether files exist, and values for which the reader's own stand, are not looked at.
    """
    words = shlex.split(re.split(r"\s[|>#&]", line)[0], comments=True)[1:]
    context = click.Context(main, info_name="cheaptalk", resilient_parsing=True)
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] != "--help":
        if PLACEHOLDER.search(words[0]):
            return ""
        found = command.get_command(context, words[0])
        if found is None:
            return f"no command {words[0]}"
        command, words = found, words[1:]
    named = [each for each in words if re.match(r"--?[a-z]", each)]
    known = {name for each in command.get_params(context) for name in (*each.opts,)}
    unknown = [each for each in named if each.split("=")[0] not in known]
    if unknown or any(PLACEHOLDER.search(each) for each in words):
        return f"unknown: {unknown}" if unknown else ""
    own = click.Context(command, info_name=command.name, resilient_parsing=True)
    try:
        given, rest, _ = command.make_parser(own).parse_args(list(words))
        for each in command.get_params(own):
            value = given.get(each.name)
            if value is not None and not isinstance(each.type, click.Path):
                each.type_cast_value(own, value)
            elif value is None and each.required and not each.opts[0].startswith("-"):
                return ""  # the command is named, not given
    except click.ClickException as error:
        return error.format_message()
    return f"too many words: {rest}" if rest else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name + path.stem)
def test_the_command_line_takes_what_a_page_says(path: Path) -> None:
    wrong = {line: misfit(line) for line in command_lines(words_of(path))}
    assert {line: each for line, each in wrong.items() if each} == {}


@pytest.mark.parametrize(
    "line",
    [
        "cheaptalk rnu twelve-days",
        "cheaptalk run twelve-days --rusn 4",
        "cheaptalk run twelve-days --runs many",
        "cheaptalk run one two",
        "cheaptalk duel [PRESET] --patrn S",
    ],
)
def test_a_command_line_with_a_slip_is_found(line: str) -> None:
    assert misfit(line)


def test_command_lines_are_found_in_blocks_and_in_sentences() -> None:
    text = "say `cheaptalk list`\n```sh\npip x && cheaptalk run a \\\n  --runs 2\n```\n"
    assert list(command_lines(text)) == ["cheaptalk run a  --runs 2", "cheaptalk list"]
