"""The part of a document between two markers."""

from pathlib import Path

import pytest

from scripts.marked import put

PAGE = "before\n<!-- terms: made by scripts/readme -->\nold\n<!-- /terms -->\nafter\n"


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    put(page, "terms", r"new \1" + "\n")
    assert page.read_text() == PAGE.replace("old", r"new \1")


def test_a_page_without_the_markers_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    with pytest.raises(ValueError, match="'answer' 0 times; valid: once"):
        put(page, "answer", "new\n")
    assert page.read_text() == PAGE
