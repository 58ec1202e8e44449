"""The first world: which words an action carries."""

import numpy as np
import pytest

from model.preset.first_world import spoken_with
from model.preset.preset import ladder_entries
from model.rules.beliefs import pledge_after
from tests.model.rules.test_beliefs import playing
from tests.worlds import a_world, at_war

RUSSIA, IRAN = 0, 1


def voices(spoken: float) -> dict[str, float]:
    """The voice of each of Russia's actions."""
    ladder = a_world(changes={"beliefs.spoken": spoken}).ladder
    return dict(zip(ladder.names[RUSSIA], ladder.voice[RUSSIA].tolist(), strict=False))


def test_open_deeds_carry_the_words_of_the_rung_they_include():
    own = {name: entry.voice for name, entry in ladder_entries().items()}
    carried, apart = voices(1.0), voices(0.0)
    assert apart == {name: own[name] for name in apart}
    for name in ("economic", "arms", "force"):
        assert carried[name] == max(own[name], own["rhetoric"])
    assert carried["economic"] > apart["economic"] and carried["arms"] > apart["arms"]
    assert voices(0.5)["arms"] == pytest.approx((own["arms"] + own["rhetoric"]) / 2)


def test_hidden_support_stays_quiet_and_silence_and_mediation_say_what_they_did():
    for name in ("silence", "rhetoric", "mediation", "lobby", "hidden"):
        assert voices(1.0)[name] == voices(0.0)[name] == ladder_entries()[name].voice
    assert voices(1.0)["hidden"] == 0


def test_a_hidden_deed_says_nothing_even_if_it_included_words():
    attributes = {"voice": np.array([0.3, 0.0]), "hidden": np.array([0.0, 1.0])}
    assert spoken_with(attributes, np.array([0.5, 0.5]), 1.0).tolist() == [0.5, 0.0]


def test_arms_raise_the_pledge_by_the_words_they_carry():
    still = {"beliefs.disillusion": 0.0}
    carried = at_war(a_world(changes={"beliefs.spoken": 1.0} | still))
    apart = at_war(a_world(changes={"beliefs.spoken": 0.0} | still))
    heard = {
        act: pledge_after(playing(carried, russia=act))[RUSSIA, IRAN]
        for act in ("rhetoric", "arms", "hidden")
    }
    assert heard["arms"] == heard["rhetoric"] > heard["hidden"]
    assert pledge_after(playing(apart, russia="arms"))[RUSSIA, IRAN] < heard["arms"]


def test_what_an_action_includes_is_a_lower_rung():
    entries = ladder_entries()
    includes = {name: entry.includes for name, entry in entries.items() if entry.includes}
    assert set(includes) == {"economic", "arms", "force"}
    assert all(entries[below].rung < entries[name].rung for name, below in includes.items())
