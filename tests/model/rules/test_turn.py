from dataclasses import replace
from math import expm1

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.measures import survival
from model.rules import beliefs, conflict, means, oil
from model.rules.conflict import chance
from model.rules.turn import (
    acted,
    drawn,
    fighting,
    judged,
    onset_play,
    renewed,
    resolved,
    starting,
)
from tests.model.rules.test_beliefs import playing
from tests.worlds import (
    RUNS,
    a_world,
    alone,
    at_war,
    differences,
    numbers,
    reached,
    seeds,
    stirred,
)

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


def test_an_attack_by_script_that_means_do_not_allow_does_not_happen():
    world = replace(a_world(), onset=np.float64(np.inf))
    play = sure(world, ISRAEL, "hold")
    assert (onset_play(world, play) == play).all()


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


# ------------------------------------------------------------------ state by state


@given(seeds(), st.sampled_from(("some", "none", "all")), st.floats(0, 3))
def test_in_peace_the_challengers_strikes_together_have_the_chance_of_their_hazard(
    seed, strikes, onset
):
    world = replace(stirred(seed), onset=np.float64(onset))
    play = np.random.default_rng(seed).dirichlet(np.ones(8), 6)
    striking = world.ladder.strike[ISRAEL] > 0
    if strikes != "some":
        play[ISRAEL] *= striking if strikes == "all" else ~striking
        play[ISRAEL] /= play[ISRAEL].sum()
    found, wanted = onset_play(world, play), play[ISRAEL][striking].sum()
    assert (np.delete(found, ISRAEL, 0) == np.delete(play, ISRAEL, 0)).all()
    if world.war:
        assert (found == play).all()
        return
    happens = -expm1(-onset * wanted * world.weeks)
    assert found[ISRAEL][striking].sum() == pytest.approx(happens)
    kept = found[ISRAEL] * np.where(striking, wanted, 1 - wanted)
    share = np.where(striking, happens, (1 - happens) * (wanted < 1 - 1e-12))
    assert kept == pytest.approx(play[ISRAEL] * share, abs=1e-12)


@given(seeds())
def test_an_act_is_drawn_in_peace_and_kept_for_its_reasons_in_war_and_leaks_at_its_rate(seed):
    random, world = np.random.default_rng(seed), stirred(seed)
    play = random.dirichlet(np.ones(8), 6)
    world = replace(world, reasons=random.exponential(size=play.shape))
    leak = 1 - (1 - world.beliefs.visibility) ** world.weeks
    draws = random.random((4, 6))
    draws[2] = leak * np.where(random.random(6) < 0.5, 1 - 1e-9, 1 + 1e-9)
    after = acted(world, play, draws)
    assert after.leaked.tolist() == (draws[2] < leak).tolist()
    fresh = onset_play(world, play).cumsum(1)
    for i in range(6):
        picked = int((play[i] * world.reasons[i]).argmax())
        if not world.war:
            picked = min(int((fresh[i] <= draws[0, i]).sum()), 7)
        assert after.choice[i] == picked


@given(seeds())
def test_a_crisis_starts_with_the_first_turn_and_is_fought_while_a_principal_strikes(seed):
    world = stirred(seed)
    for weeks, first in ((world.weeks, True), (world.weeks * (1 + 1e-9), False)):
        begun = replace(world, weeks_at_war=np.float64(weeks))
        assert starting(begun) == (first and world.war)
        draw = np.array([0.0, -expm1(-world.conflict.renewal * world.weeks) * (1 - 1e-9), 1.0])
        again = bool(world.war) and not first
        assert renewed(begun, draw).tolist() == [again, again, False]
    struck = any(world.ladder.strike[i, world.choice[i]] > 0 for i in (IRAN, ISRAEL))
    assert fighting(world) == (struck and world.war)


@given(seeds())
def test_a_turn_resolves_fighting_means_oil_and_hazards_and_then_is_judged(seed):
    world, draws = stirred(seed), np.random.default_rng(seed).random(4)
    after = conflict.fought(world)
    for rule in (means.delivered, means.used, means.sanctioned, means.front_fed):
        after = rule(after)
    after = conflict.ended(oil.traded(after, draws[0]), draws)
    assert differences(resolved(world, draws), after) == []
    learned = replace(beliefs.judged(after), turn=world.turn + 1)
    assert differences(judged(after), learned) == []
