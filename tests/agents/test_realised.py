"""Realised value: the same terms, weights and horizon as choice, kept by term."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from agents.outcome import result_of, shifted, sprinted
from agents.realised import fallen, gained, outcome_of_turn, told, valued
from agents.weighing import stage_game, weighed
from experiments.engine.batch import Job
from experiments.engine.duel import contest, rows_under
from model.game.stage_game import Expected
from model.measures import worth, worth_by_term
from model.preset.load import load
from model.world import played
from tests.model.rules.test_beliefs import playing
from tests.worlds import a_model, a_world, at_war, seeds, stirred

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
OTHERWISE = ("reputation", "sway", "prospect")
"""Terms that are realised at the end, or in what others did."""


@pytest.fixture(scope="module")
def war():
    """A war in which nobody has acted yet, and nothing is discounted."""
    return at_war(a_world(changes={"value.discount": 0.0}), weeks=1.0)


def payoffs(world, others) -> np.ndarray:
    """Payoffs less the terms that are realised otherwise, against what the others do for sure."""
    weights = {k: v * (0.0 if k in OTHERWISE else 1.0) for k, v in world.weights.items()}
    bare = replace(world, weights=weights)
    game = stage_game(bare, weighed(bare))
    pure = np.zeros(game.base.shape)
    np.put_along_axis(pure, others[:, None], 1.0, 1)
    return game.payoffs(game.expectations(pure))


@given(seeds())
def test_what_is_told_is_how_likely_the_act_is_and_the_act_that_others_see(seed):
    world = stirred(seed)
    weighing = weighed(world)
    reading = told(world, weighing).reading
    for minded, state in np.ndindex(reading.shape[0], world.state_count):
        for place, acts in enumerate((world.choice, world.seen)):
            known = weighing.reading[minded, state, acts[state]]
            assert reading[minded, place, state] == known


@pytest.mark.parametrize("action", ["rhetoric", "mediation", "economic", "hidden", "arms", "force"])
def test_over_some_weeks_two_acts_differ_in_value_by_as_much_as_in_payoff(war, action):
    # all others held at doing nothing, and with learning, means and onset frozen
    weeks, place = 6, war.ladder.names[RUSSIA].index(action)
    values = []
    for own in (0, place):
        choice = np.zeros_like(war.choice)
        choice[RUSSIA] = own
        world = replace(war, choice=choice)
        weighing = weighed(war)
        game = stage_game(war, weighing)
        for _ in range(weeks):
            world = replace(valued(world, game, weighing), turn=world.turn + 1)
        values.append(world.realised.sum(0)[RUSSIA])
    worth_of = payoffs(war, np.zeros_like(war.choice))[RUSSIA]
    gap = float(worth_of[place] - worth_of[0])
    assert values[1] - values[0] == pytest.approx(weeks * gap, rel=1e-9)


def test_what_the_adversary_does_is_felt_as_it_was_expected(war):
    # Israel campaigns and is expected to: the value of arms less silence is their payoff's
    fights = playing(war, israel="campaign")
    place = war.ladder.names[RUSSIA].index("arms")
    weighing = weighed(fights)
    game = stage_game(fights, weighing)
    rows = []
    for own in (0, place):
        choice = fights.choice.copy()
        choice[RUSSIA] = own
        rows.append(gained(replace(fights, choice=choice), game, weighing)[:, RUSSIA])
    names = list(fights.weights)
    worth_of = payoffs(fights, fights.choice)[RUSSIA]
    gap = float(worth_of[place] - worth_of[0])
    realised = (rows[1] - rows[0]).sum()
    assert realised == pytest.approx(gap, rel=0.1)
    harm = rows[1][names.index("escalation")]
    entry, slope = weighing.lines["escalation"]
    felt = Expected.of(game.expectations(np.eye(entry.shape[1])[fights.choice])).force[RUSSIA]
    assert harm == pytest.approx(entry[RUSSIA, place] + slope[RUSSIA, place] * felt)


@pytest.mark.parametrize("weeks", [1 / 7, 2.0])
def test_the_outcome_of_a_turn_is_told_by_the_week_and_counts_the_chance_of_a_bomb(war, weeks):
    acts = playing(replace(war, weeks=weeks), russia="arms", iran="limited")
    world = replace(acts, ladder=replace(acts.ladder, sprint=0.3 + acts.ladder.sprint))
    ladder = world.ladder
    strike, delivery, aid = (
        ladder.played(each, world.choice) for each in (ladder.strike, ladder.delivery, ladder.aid)
    )
    result = result_of(world, strike, delivery, aid * world.power, weeks)
    bomb = played(sprinted(world), world.choice)
    assert (bomb[[RUSSIA, IRAN]] > 0).all()
    assert outcome_of_turn(world) == pytest.approx(result / weeks + bomb)


def test_value_grows_by_the_weeks_of_a_turn_discounted_to_its_beginning(war):
    late = replace(playing(war, russia="arms"), weeks=2.0, turn=3)
    late = replace(late, value=replace(late.value, discount=np.float64(0.05)))
    weighing = weighed(late)
    game = stage_game(late, weighing)
    gain = gained(late, game, weighing)
    added = valued(late, game, weighing).realised - late.realised
    assert np.abs(gain).max() > 0
    assert added == pytest.approx(np.exp(-0.05 * 2 * 3) * 2 * gain)


def test_terms_that_are_realised_otherwise_count_nothing_by_the_week(war):
    acts = playing(war, russia="rhetoric", israel="campaign")
    weighing = weighed(acts)
    rows = gained(acts, stage_game(acts, weighing), weighing)
    for name in OTHERWISE:
        assert not rows[list(acts.weights).index(name)].any(), name
    assert rows[list(acts.weights).index("stakes")].any()


def test_value_is_the_sum_of_its_terms_and_reputation_counts_at_the_end():
    world = a_model(turns=8, runs=range(5)).world
    terms = worth_by_term(world)
    assert worth(world) == pytest.approx(terms.sum(0), abs=1e-9)
    place = list(world.weights).index("reputation")
    assert terms[place].all()
    assert not world.realised[place].any()


def test_a_paired_difference_is_the_sum_of_its_terms():
    preset = load("twelve-days")
    found = contest(preset)
    fought, _ = found.fought(rows_under(Job(preset, policies=tuple(found.policies)), 40))
    assert {each.act for each in fought} == {"silence", "mediation", "arms", "force"}
    for duel in fought:
        assert sum(duel.terms.values()) == pytest.approx(duel.estimate.mean, abs=1e-9)


@pytest.mark.parametrize(("weeks", "turn", "discount"), [(1.0, 0, 0.0), (2.0, 3, 0.05)])
def test_the_fall_of_the_regime_costs_its_friends_survival_for_the_horizon(
    war, weeks, turn, discount
):
    before = replace(war, weeks=weeks, turn=turn)
    before = replace(before, value=replace(before.value, discount=np.float64(discount)))
    after = replace(before, collapsed=np.True_)
    lost = (fallen(before, after).realised - before.realised).sum(0)
    lives = before.survival(np.zeros(()), np.zeros(()))
    expected = -before.weights["stakes"] * before.interest * lives * before.value.horizon
    assert lost == pytest.approx(np.exp(-discount * weeks * turn) * expected)
    assert fallen(after, after) is after


def test_only_in_runs_whose_regime_falls_is_survival_lost():
    before = at_war(a_model(runs=range(3), turns=1).world)
    falls = np.array([False, True, False]) & ~before.collapsed
    found = fallen(before, replace(before, collapsed=falls | before.collapsed)).realised
    assert (found[..., [0, 2]] == before.realised[..., [0, 2]]).all()
    assert (found[..., 1] != before.realised[..., 1]).any()


def test_nothing_is_gained_once_the_regime_has_fallen(war):
    gone = playing(replace(war, collapsed=np.True_), israel="campaign")
    weighing = weighed(gone)
    assert not gained(gone, stage_game(gone, weighing), weighing).any()


def test_a_balance_that_moves_by_its_own_odds_ratio_moves_survival_by_it():
    assert shifted(np.array(0.2), np.log(4.0)) == pytest.approx(0.5)
    assert shifted(np.array(0.7), np.array(0.0)) == pytest.approx(0.7)
