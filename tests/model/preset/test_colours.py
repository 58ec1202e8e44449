"""Colours of states: their own, and none that two share."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from model.preset.colours import ALIKE, PALETTE, colours, distance
from model.preset.load import load

COLOURS = st.one_of(st.none(), st.sampled_from(PALETTE), st.just("#3b6fb6"))


@given(st.lists(COLOURS, min_size=2, max_size=20))
def test_no_two_states_have_colours_that_look_alike(given_):
    found = colours({f"s{place}": each for place, each in enumerate(given_)})
    assert len(found) == len(given_)
    for one, other in combinations(found.values(), 2):
        assert distance(one, other) > ALIKE


def test_a_states_own_colour_stays_and_the_first_of_two_keeps_it():
    found = colours({"a": None, "b": "#0072b2", "c": "#0072b2", "d": "#d55e00"})
    assert (found["b"], found["d"]) == ("#0072b2", "#d55e00")
    assert found["a"] != found["c"] and "#0072b2" not in (found["a"], found["c"])


def test_the_first_default_colours_are_told_apart_without_red_and_green():
    found = list(colours(dict.fromkeys("abcdef")).values())
    assert min(distance(*pair, blind=True) for pair in combinations(found, 2)) > 0.1


def test_the_projects_states_keep_their_colours():
    preset = load("twelve-days")
    assert all(
        profile.colour == preset.layers.at((name, "colour"))
        for name, profile in preset.profiles.items()
    )
    assert distance("#000000", "#ffffff") > 0.99
