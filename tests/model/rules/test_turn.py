from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.measures import survival
from model.rules.conflict import chance
from model.rules.turn import acted, drawn, judged, onset_play, renewed, resolved, starting
from tests.model.rules.test_beliefs import playing
from tests.worlds import RUNS, a_world, alone, at_war, differences, numbers, reached

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


def test_in_war_a_state_plays_what_its_private_reasons_favour():
    world = at_war(a_world())
    play = np.full(world.ladder.rung.shape, 1.0 / world.ladder.rung.shape[1])
    reasons = np.ones_like(play)
    reasons[RUSSIA, 3] = 2.0
    after = acted(replace(world, reasons=reasons), play, np.full((4, 6), 0.5))
    assert after.choice[RUSSIA] == 3
    # and changes its mind when payoffs move far enough
    play[RUSSIA, 1] = 3 * play[RUSSIA, 3]
    assert acted(replace(world, reasons=reasons), play, np.full((4, 6), 0.5)).choice[RUSSIA] == 1


def test_in_peace_private_reasons_are_not_kept():
    world = a_world()
    reasons = np.ones(world.ladder.rung.shape)
    reasons[RUSSIA, 3] = 1e9
    play = sure(world, RUSSIA, "rhetoric")
    play[RUSSIA, 3] = 1e-6
    after = acted(replace(world, reasons=reasons), play, np.full((4, 6), 0.5))
    assert world.ladder.names[RUSSIA][after.choice[RUSSIA]] == "rhetoric"


def test_an_action_that_is_closed_is_not_played_whatever_the_reasons():
    world = at_war(a_world())
    reasons = np.ones(world.ladder.rung.shape)
    reasons[RUSSIA, 3] = np.inf
    play = sure(world, RUSSIA, "rhetoric")
    reasons[RUSSIA, 3] = 1e300
    after = acted(replace(world, reasons=reasons), play, np.full((4, 6), 0.5))
    assert world.ladder.names[RUSSIA][after.choice[RUSSIA]] == "rhetoric"


def test_reasons_are_renewed_at_their_rate_and_only_while_war_goes_on():
    world = at_war(a_world(), weeks_at_war=np.float64(3.0))
    rate = chance(np.float64(world.conflict.renewal), world.weeks)
    draws = np.full(6, rate + 1e-9)
    draws[RUSSIA] = rate - 1e-9
    assert renewed(world, draws).tolist() == [True, False, False, False, False, False]
    begun = replace(world, weeks_at_war=np.float64(world.weeks))
    assert bool(starting(begun))
    assert not renewed(begun, draws).any()
    assert not renewed(replace(world, war=np.False_), draws).any()


def test_the_outcome_is_lost_with_the_regime():
    world = playing(at_war(a_world()))
    assert 0 < survival(world) < 1
    assert survival(replace(world, collapsed=np.True_)) == 0


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
