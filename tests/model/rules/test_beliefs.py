from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.preset.first_world import dependence
from model.rules.beliefs import (
    affinity_after,
    commitments,
    dependence_after,
    growth,
    honesty_gain,
    judged,
    moved,
    pledge_after,
    reliability_gain,
    seen_share,
)
from model.treaties import Treaty
from tests.worlds import PLAYERS, RUNS, a_world, alone, at_war, differences, numbers, reached, whole

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)


def playing(world, **actions: str):
    """The world in which these states play these actions, and all others their lowest."""
    choice = np.zeros_like(world.choice)
    for name, action in actions.items():
        state = world.names.index(name)
        choice[state] = world.ladder.names[state].index(action)
    return replace(world, choice=choice)


@pytest.fixture(scope="module")
def war():
    return at_war(a_world())


# ------------------------------------------------------------------ words and deeds


def test_words_without_deeds_cost_honesty(war):
    said, armed = playing(war, russia="rhetoric"), playing(war, russia="arms")
    for _ in range(60):
        said, armed = judged(said), judged(armed)
    before = war.honesty.mean[RUSSIA, US]
    assert said.honesty.mean[RUSSIA, US] < before < armed.honesty.mean[RUSSIA, US]


def test_a_week_of_silence_fails_the_pledge_by_its_weight(war):
    world = judged(playing(replace(war, weeks=1.0)))
    fade = np.exp(-war.beliefs.memory)
    weight = war.beliefs.evidence * war.pledge[RUSSIA, IRAN]
    before = war.honesty
    assert world.honesty.failed[RUSSIA, US] == pytest.approx(
        1 + (before.failed[RUSSIA, US] - 1) * fade + weight
    )
    assert world.honesty.kept[RUSSIA, US] == pytest.approx(1 + (before.kept[RUSSIA, US] - 1) * fade)


def test_no_conduct_is_judged_in_peace_but_fades():
    peace = playing(a_world())
    after = judged(peace)
    # Beta(3, 4) fades toward Beta(1, 1), so that what is remembered shrinks
    assert (after.reliability.kept <= peace.reliability.kept).all()
    assert (after.honesty.failed <= peace.honesty.failed).all()


def test_the_expected_gain_is_what_judging_brings(war):
    # over a week, without forgetting, the expectation of each action is exact
    calm = replace(war, weeks=1.0, beliefs=replace(war.beliefs, memory=0.0))
    for action in war.ladder.names[RUSSIA]:
        # the leak by its chance, in which the gain is linear
        shown = np.full(6, float(calm.beliefs.visibility))
        after = judged(replace(playing(calm, russia=action), leaked=shown))
        column = war.ladder.names[RUSSIA].index(action)
        others = [j for j in range(6) if j != RUSSIA]
        for record, gain in (("honesty", honesty_gain), ("reliability", reliability_gain)):
            change = getattr(after, record).mean - getattr(calm, record).mean
            expected = gain(calm)[RUSSIA, column]
            assert change[RUSSIA, others].sum() == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_hidden_help_is_known_to_the_protege_and_to_others_only_where_it_leaks(war):
    kept, leaked = (
        judged(playing(replace(war, weeks=1.0, leaked=np.full(6, each)), russia="hidden"))
        for each in (0.0, 1.0)
    )
    silent = judged(playing(replace(war, weeks=1.0)))
    assert kept.honesty.mean[RUSSIA, IRAN] > kept.honesty.mean[RUSSIA, US]
    assert kept.honesty.mean[RUSSIA, US] == silent.honesty.mean[RUSSIA, US]
    assert leaked.honesty.mean[RUSSIA, US] > silent.honesty.mean[RUSSIA, US]
    assert seen_share(war)[RUSSIA, war.ladder.names[RUSSIA].index("hidden")] == 0.25


def test_nobody_judges_itself(war):
    after = judged(playing(war, russia="force"))
    for record in ("honesty", "reliability"):
        for state in range(6):
            kept = getattr(after, record).kept[state, state]
            fade = np.exp(-war.beliefs.memory * war.weeks)
            assert kept == pytest.approx(1 + (getattr(war, record).kept[state, state] - 1) * fade)


# ------------------------------------------------------------------ treaties


def with_treaty(world, clause: str, partner: str, **changed):
    pact = Treaty("russia", partner, clause, 0.5, date(2020, 1, 1), date(2020, 1, 1), **changed)
    return replace(world, treaties=(pact,))


@pytest.mark.parametrize(
    ("clause", "partner", "binds"),
    [
        ("defence", "iran", True),
        ("defence", "israel", False),
        ("consultation", "iran", True),
        ("neutrality", "iran", True),
        ("neutrality", "israel", False),
        ("offensive", "israel", True),
        ("offensive", "iran", False),
        ("non-aggression", "iran", True),
        ("non-aggression", "israel", True),
        ("defence", "united_states", False),
    ],
)
def test_a_clause_binds_when_its_case_arises(war, clause, partner, binds):
    depth, _, _ = commitments(with_treaty(war, clause, partner), war.ladder.answer)
    assert (depth[RUSSIA] > 0) == binds
    assert not np.delete(depth, RUSSIA).any()


def test_a_defence_clause_is_kept_by_force_alone_and_neutrality_by_all_that_does_not_harm(war):
    names = war.ladder.names[RUSSIA]
    answer = war.ladder.answer
    kept = commitments(with_treaty(war, "defence", "iran"), answer)[1][RUSSIA]
    assert [names[i] for i in np.flatnonzero(kept >= 1)] == ["force"]
    kept = commitments(with_treaty(war, "neutrality", "iran"), answer)[1][RUSSIA]
    assert (kept[: len(names)] == 1).all()


def test_neutrality_is_broken_by_aiding_the_attacker(war):
    ties = war.affinity.copy()
    ties[RUSSIA, ISRAEL], ties[RUSSIA, IRAN] = 0.9, -0.5
    turned = with_treaty(replace(war, affinity=ties), "neutrality", "iran")
    names = war.ladder.names[RUSSIA]
    kept = commitments(turned, war.ladder.answer)[1][RUSSIA]
    shares = dict(zip(names, kept, strict=False))
    assert shares["silence"] == shares["rhetoric"] == shares["mediation"] == 1
    assert shares["economic"] == shares["hidden"] == shares["arms"] == shares["force"] == 0


def test_a_treaty_against_others_does_not_bind(war):
    pact = with_treaty(war, "defence", "iran", against=("united_states",))
    assert not commitments(pact, war.ladder.answer)[0].any()


# ------------------------------------------------------------------ pledges and affinity


def test_words_raise_the_pledge_and_silence_lets_it_fade_to_its_basis(war):
    words = pledge_after(playing(war, russia="rhetoric"))[RUSSIA, IRAN]
    assert words > war.pledge[RUSSIA, IRAN]
    raised = replace(war, pledge=np.minimum(war.pledge + 0.3, 1.0))
    silent = pledge_after(playing(raised))[RUSSIA, IRAN]
    assert war.basis[RUSSIA, IRAN] < silent < raised.pledge[RUSSIA, IRAN]


def test_two_half_turns_move_a_pledge_as_one_whole(war):
    whole = pledge_after(playing(replace(war, weeks=1.0), russia="rhetoric"))
    half = playing(replace(war, weeks=0.5), russia="rhetoric")
    twice = pledge_after(replace(half, pledge=pledge_after(half)))
    assert twice == pytest.approx(whole, rel=1e-12)


def test_audience_costs_grow_from_one_to_the_ceiling(war):
    assert growth(replace(war, weeks_at_war=0.0)) == 1
    assert growth(replace(war, weeks_at_war=1e6)) == war.beliefs.ceiling


def test_the_protege_warms_to_who_answers_and_cools_to_who_falls_short(war):
    after = affinity_after(playing(war, russia="arms"))
    assert after[IRAN, RUSSIA] > war.affinity[IRAN, RUSSIA]
    assert after[IRAN, CHINA] < war.affinity[IRAN, CHINA]


def test_a_challenger_cools_to_who_affronts_it(war):
    after = affinity_after(playing(war, russia="arms"))
    assert after[ISRAEL, RUSSIA] < war.affinity[ISRAEL, RUSSIA]
    assert after[ISRAEL, CHINA] == war.affinity[ISRAEL, CHINA]


@given(st.floats(-1, 1), st.floats(-20, 20), st.floats(0, 50), st.floats(0, 50))
def test_affinity_stays_in_its_range_and_time_adds_up(value, rate, first, second):
    start, pull = np.array([value]), np.array([rate])
    whole = moved(start, pull, first + second)
    assert -1 <= whole <= 1
    assert moved(moved(start, pull, first), pull, second) == pytest.approx(whole, abs=1e-12)
    assert moved(start, np.zeros(1), 3.0) == start


# ------------------------------------------------------------------ laws


@given(numbers())
def test_beliefs_stay_in_their_ranges(number):
    world = judged(reached(number).world)
    for record in (world.reliability, world.honesty):
        assert (record.kept >= 1).all() and (record.failed >= 1).all()
        assert ((record.mean > 0) & (record.mean < 1)).all()
    assert ((world.pledge >= 0) & (world.pledge <= 1)).all()
    assert ((world.affinity >= -1) & (world.affinity <= 1)).all()


@given(numbers())
def test_no_run_is_judged_by_another(number):
    world = reached(number).world
    batch = judged(world)
    for run in range(RUNS):
        assert differences(judged(alone(world, run)), alone(batch, run)) == []


@given(numbers())
def test_better_answers_never_gain_less(number):
    world = reached(number).world
    seen, told = (whole(world, each)[..., 0] for each in (seen_share(world), world.ladder.answer))
    gain = whole(world, honesty_gain(world))
    for state in range(len(PLAYERS)):
        order = np.argsort(seen[state])
        rising = np.diff(told[state, order]) >= 0
        assert (np.diff(gain[state, order], axis=0)[rising] >= -1e-12).all()


def test_dependence_adds_up_to_1_however_fast_the_target_turns_away():
    turning = a_world(changes={"beliefs.hedging": 10.0, "turn_days": 366.0})
    ties = np.full_like(turning.affinity, -0.5)
    ties[turning.target, RUSSIA] = 0.5
    alone = replace(turning, dependence=dependence(ties, turning.target), pledge=turning.pledge + 1)
    after = dependence_after(at_war(playing(alone, russia="silence")))
    assert after[RUSSIA] == after.sum() == 1
