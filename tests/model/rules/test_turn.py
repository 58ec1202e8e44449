from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.measures import survival
from model.rules.conflict import chance
from model.rules.turn import acted, drawn, judged, onset_play, resolved, valued
from tests.model.rules.test_beliefs import playing
from tests.worlds import RUNS, a_model, a_world, alone, at_war, differences, numbers, reached

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)


def sure(world, state: int, action: str) -> np.ndarray:
    """Play in which a state takes one action for sure and all others their first."""
    play = np.zeros(world.ladder.rung.shape)
    play[:, 0] = 1.0
    play[state] = 0.0
    play[state, world.ladder.names[state].index(action)] = 1.0
    return play


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=8), st.floats(0, 1, exclude_max=True))
def test_a_draw_picks_the_action_in_whose_share_it_falls(weights, draw):
    play = np.array(weights) / sum(weights)
    picked = int(drawn(play[None], np.array([draw]))[0])
    below, above = play[:picked].sum(), play[: picked + 1].sum()
    assert below - 1e-12 <= draw
    assert draw < above + 1e-12 or picked == len(play) - 1


def test_draws_give_each_action_its_frequency():
    play = np.repeat(np.array([[0.1, 0.0, 0.6, 0.3]])[..., None], 10_000, -1)
    picked = drawn(play, (np.arange(10_000)[None] + 0.5) / 10_000)
    assert np.bincount(picked[0], minlength=4).tolist() == [1000, 0, 6000, 3000]


def test_in_peace_the_challenger_strikes_at_a_hazard_that_does_not_depend_on_the_turn():
    world = replace(a_world(), onset=np.float64(2.0))
    play = sure(world, ISRAEL, "hold")
    play[ISRAEL, 0], play[ISRAEL, world.ladder.names[ISRAEL].index("campaign")] = 0.7, 0.3
    for weeks in (0.1, 1.0, 5.0):
        own = onset_play(replace(world, weeks=weeks), play)[ISRAEL]
        striking = world.ladder.strike[ISRAEL] > 0
        assert own[striking].sum() == pytest.approx(chance(np.float64(0.6), weeks))
        assert own.sum() == pytest.approx(1)
    at_once = onset_play(replace(world, onset=np.float64(np.inf)), play)[ISRAEL]
    assert at_once[striking].sum() == 1


def test_in_war_play_is_as_it_was_chosen():
    world = at_war(a_world())
    play = sure(world, ISRAEL, "limited")
    assert (onset_play(world, play) == play).all()


def test_a_state_repeats_its_action_until_it_reviews_it():
    world = replace(playing(at_war(a_world()), russia="mediation"), weeks_at_war=3.0)
    play = sure(world, RUSSIA, "rhetoric")
    play[RUSSIA, world.ladder.names[RUSSIA].index("mediation")] = 0.1
    chosen = world.choice[RUSSIA]
    draws = np.full((4, 6), 0.5)
    review = chance(np.float64(world.conflict.revision), world.weeks)
    draws[1] = review + 1e-9
    assert acted(world, play, draws).choice[RUSSIA] == chosen
    draws[1] = review - 1e-9
    assert acted(world, play, draws).choice[RUSSIA] != chosen


def test_an_action_that_is_closed_is_not_repeated():
    world = replace(playing(at_war(a_world()), russia="mediation"), weeks_at_war=3.0)
    play = sure(world, RUSSIA, "rhetoric")
    after = acted(world, play, np.full((4, 6), 1 - 1e-12))
    assert world.ladder.names[RUSSIA][after.choice[RUSSIA]] == "rhetoric"


def test_the_outcome_is_lost_with_the_regime():
    world = playing(at_war(a_world()))
    assert 0 < survival(world) < 1
    assert survival(replace(world, collapsed=np.True_)) == 0


def test_realised_value_is_the_stake_in_the_outcome_and_the_costs_paid():
    model = a_model(turns=2)
    model.shock()
    model.weigh()
    world = playing(model.world, russia="arms")
    after = valued(world, model.game, model.flows)
    gained = (after.realised - world.realised)[CHINA]
    weight = np.exp(-world.value.discount * world.weeks * world.turn) * world.weeks
    # China is silent: it pays nothing, and its imports suffer from no one's blockade
    held = world.weights["stakes"][CHINA] * world.interest[CHINA] * survival(world)
    assert gained == pytest.approx(weight * held, rel=1e-9)
    paid = (after.realised - world.realised)[RUSSIA]
    assert paid < weight * world.weights["stakes"][RUSSIA] * world.interest[RUSSIA] * survival(
        world
    )


@given(numbers())
def test_a_turn_of_a_batch_is_the_turns_of_its_runs(number):
    world = reached(number).world
    draws = np.linspace(0.02, 0.98, 4 * RUNS).reshape(4, RUNS)
    batch = judged(resolved(world, draws))
    assert batch.turn == world.turn + 1
    for run in range(RUNS):
        one = judged(resolved(alone(world, run), draws[:, run]))
        assert differences(one, alone(batch, run)) == []


@pytest.mark.parametrize(("visibility", "leaked"), [(0.0, 0.0), (1.0, 1.0)])
def test_what_is_in_full_view_leaks_for_certain_and_what_is_in_none_never(visibility, leaked):
    world = a_world(changes={"beliefs.visibility": visibility})
    draws = np.full((4, 6), 0.5)
    assert (acted(world, sure(world, RUSSIA, "silence"), draws).leaked == leaked).all()
