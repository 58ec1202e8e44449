from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.treaties import REQUIRED, Treaty

PACT = Treaty("a", "b", "defence", 0.8, date(2025, 1, 17), date(2025, 10, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("day", "force"),
    [
        (date(2025, 1, 16), 0.0),
        (date(2025, 1, 17), 0.6),
        (date(2025, 10, 1), 0.6),
        (date(2025, 10, 2), 1.0),
        (date(2026, 2, 28), 1.0),
        (date(2026, 3, 1), 0.0),
    ],
)
def test_a_treaty_binds_in_part_when_signed_in_full_when_in_force_and_not_when_denounced(
    day, force
):
    assert PACT.force(day, 0.6) == force


def test_a_treaty_that_never_enters_into_force_stays_provisional():
    assert replace(PACT, in_force=None).force(date(2026, 2, 1), 0.6) == 0.6


@given(st.integers(-1000, 1000), st.floats(0, 1))
def test_the_force_of_a_treaty_is_a_share(days, provisional):
    assert 0 <= PACT.force(date(2025, 6, 13) + timedelta(days=days), provisional) <= 1


def test_a_clause_requires_what_the_literature_says():
    required = {clause: replace(PACT, clause=clause).required for clause in REQUIRED}
    assert required["defence"] == required["offensive"] == 1.0
    assert required["consultation"] == 0.25
    assert required["neutrality"] == required["non-aggression"] == 0.0


def test_only_neutrality_and_non_aggression_forbid():
    forbidding = {clause for clause in REQUIRED if replace(PACT, clause=clause).forbids}
    assert forbidding == {"neutrality", "non-aggression"}


def test_a_treaty_covers_everyone_unless_it_names_its_enemies():
    assert PACT.covers("anyone")
    named = replace(PACT, against=("c",))
    assert named.covers("c")
    assert not named.covers("d")
