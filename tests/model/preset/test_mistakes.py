"""The 25 likeliest mistakes: what each is told, and that the docs say the same."""

import re
from pathlib import Path

import pytest

from model.preset.load import ROOT, load
from tests.mistakes import MISTAKES, copied, messages, table


def test_the_copy_is_valid_before_it_is_spoiled(tmp_path):
    assert load(str(copied(tmp_path))).file.target == "iran"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.what)
def test_a_mistake_gets_one_line_that_names_place_and_remedy(mistake, tmp_path):
    (line,) = messages(mistake, tmp_path)
    if mistake.file:
        file, number = line.split(":")[:2]
        assert file == mistake.file
        rows = (tmp_path / file).read_bytes().decode("latin-1").splitlines()
        written = mistake.written.split(" ⏎ ")
        if mistake.wrong:  # what is missing has no line
            assert any(each in rows[int(number) - 1] for each in written)
    assert re.search(r"did you mean|valid|needs its day|quotation mark is missing", line)


def test_the_table_in_the_docs_is_what_the_program_says(tmp_path):
    text = (ROOT / "docs" / "PROFILES.md").read_text("utf-8")
    assert len(MISTAKES) == 25
    assert table(Path(tmp_path)) in text, "run scripts/profiles"
