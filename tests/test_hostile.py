"""Hostile files of every kind are read or refused in words, never a traceback."""

import pytest

from tests.hostile import tried


def clean(found: dict[str, int], count: int) -> None:
    """Every try was read or refused, both often enough."""
    assert set(found) == {"read", "refused"}, set(found)
    assert min(found.values()) > 0.1 * count


def test_hundreds_of_hostile_files_are_read_or_refused():
    clean(tried(0, 300), 300)


@pytest.mark.slow
def test_thousands_of_hostile_files_are_read_or_refused():
    clean(tried(300, 3000), 3000)
