from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.game.stage_game import (
    CHANNELS,
    Affine,
    Expected,
    StageGame,
    credit,
    effects,
    force_used,
    relations,
)
from tests.worlds import (
    PLAYERS,
    RUNS,
    a_model,
    a_world,
    alone,
    at_war,
    numbers,
    reached,
    seeds,
    stirred,
)

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
AID, FORCE, LOBBYING, SUPPLY = range(4)


def test_expectations_are_the_mean_effects_of_the_others_weighed_by_relations():
    effect = np.zeros((4, 2, 2))
    effect[0] = [[0.0, 2.0], [1.0, 3.0]]
    related = np.zeros((4, 2, 2))
    related[0] = [[0.0, 1.0], [0.5, 0.0]]
    game = StageGame(np.zeros((2, 2)), np.zeros((4, 2, 2)), effect, related, np.ones(2))
    play = np.array([[0.25, 0.75], [0.5, 0.5]])
    # the second's mean effect is 2, the first's 1.5
    assert game.expectations(play)[0].tolist() == [2.0, 0.75]
    assert not game.expectations(play)[1:].any()


def test_payoffs_are_base_plus_slopes_times_expectations():
    slopes = np.zeros((4, 1, 2))
    slopes[:, 0] = [[1, 0], [0, 2], [0, 0], [3, 0]]
    game = StageGame(
        np.array([[0.5, -np.inf]]), slopes, np.zeros((4, 1, 2)), np.zeros((4, 1, 1)), np.ones(1)
    )
    payoffs = game.payoffs(np.array([[2.0], [5.0], [7.0], [1.0]]))
    assert payoffs.tolist() == [[0.5 + 2 + 3, -np.inf]]


def test_aid_comes_from_ones_own_side_and_force_from_the_other():
    world = at_war(a_world())
    related = relations(world)
    side = world.side
    for i in range(6):
        for j in range(6):
            assert related[AID, i, j] == (i != j and side[i] == side[j])
            assert related[FORCE, i, j] == (side[i] != side[j])
            assert related[SUPPLY, i, j] == (i != j)


@given(number=numbers())
def test_no_state_expects_anything_of_itself(number):
    related = relations(reached(number).world)
    for state in range(len(PLAYERS)):
        assert not related[:, state, state].any(), PLAYERS[state]


@given(number=numbers())
def test_no_run_sees_another(number):
    world = reached(number).world
    for rule in (effects, relations):
        batch = rule(world)
        for run in range(RUNS):
            assert (rule(alone(world, run)) == alone(batch, run)).all()


@given(number=numbers())
def test_a_run_of_a_game_is_that_column(number):
    game = reached(number).game
    part = game.part(np.array([2, 0]))
    for place, run in enumerate((2, 0)):
        for name in ("base", "slopes", "effects", "relations", "precision"):
            one = getattr(game.run(run), name)
            assert (
                one == getattr(part, name)[..., place if getattr(part, name).shape[-1] > 1 else 0]
            ).all()


def test_a_principal_that_fights_weighs_its_own_strike_as_force_on_the_other_side():
    world = at_war(a_world())
    campaign = world.ladder.names[ISRAEL].index("campaign")
    felt = effects(world)[FORCE, ISRAEL, campaign]
    scale = world.power[ISRAEL] / sum(world.strengths)
    assert felt == pytest.approx(scale)


def test_words_count_as_force_as_far_as_the_adversary_believes_them():
    world = at_war(a_world())
    rhetoric = world.ladder.names[RUSSIA].index("rhetoric")
    believed = world.conflict.deterrence * credit(world)[RUSSIA]
    scale = world.power[RUSSIA] / sum(world.strengths)
    voice = world.ladder.voice[RUSSIA, rhetoric]
    assert effects(world)[FORCE, RUSSIA, rhetoric] == pytest.approx(believed * voice * scale)
    deaf = replace(world, honesty=replace(world.honesty, kept=world.honesty.kept * 1e-12))
    assert effects(deaf)[FORCE, RUSSIA, rhetoric] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "key", ["russia.precision", "united_states.posture.nuclear", "russia.weights.ties", "oil.price"]
)
def test_any_figure_may_differ_by_run(key):
    values = np.array([0.2, 0.5, 1.0]) * (100 if key == "oil.price" else 1)
    batch = a_model(turns=3, runs=range(3), changes={key: values})
    for run, value in enumerate(values):
        one = a_model(turns=3, runs=run, changes={key: float(value)})
        assert (one.world.choice == batch.world.choice[:, run]).all()
        assert (one.world.realised == batch.world.realised[..., run]).all()


def test_every_channel_has_a_term_that_reads_it():
    from agents.payoffs import TERMS

    assert {term.channel for term in TERMS.values()} - {None} == set(CHANNELS)


LINES = (
    lambda x, a, b: a + b * x,
    lambda x, a, b: (x - a) * b,
    lambda x, a, b: a - x * b,
    lambda x, a, b: -x / (1 + b * b) - a,
    lambda x, a, b: b * (a * x + x - 2.0 * (x + b)),
)


@pytest.mark.parametrize("line", LINES)
@given(x=st.floats(-9, 9), a=st.floats(-9, 9), b=st.floats(-9, 9))
def test_an_affine_figure_is_what_the_rule_gives_for_any_expectation(line, x, a, b):
    some, other = np.array([a, b, 1.0]), np.array([b, 0.5, a])
    found = line(Affine(0.0, 1.0), some, other)
    assert found.level + found.slope * x == pytest.approx(line(x, some, other), abs=1e-9)


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: x * x,
        lambda x: x**2,
        lambda x: 1.0 / x,
        lambda x: np.maximum(x, 0.0),
        lambda x: np.exp(x),
        lambda x: np.add.reduce(x),
    ],
)
def test_what_is_not_affine_is_refused(rule):
    with pytest.raises(TypeError):
        rule(Affine(0.0, 1.0))


# ------------------------------------------------------------------ action by action


@given(seeds())
def test_effects_and_relations_follow_their_formulas(seed):
    world = stirred(seed)
    ladder, found, related, trust = world.ladder, effects(world), relations(world), credit(world)
    strength, used = sum(world.strengths), force_used(world, ladder.strike)
    for i in range(6):
        rival = ISRAEL if world.side[i] > 0 else IRAN
        kept, failed = (each[i, rival] for each in (world.honesty.kept, world.honesty.failed))
        assert trust[i] == pytest.approx(kept / (kept + failed) * (1 - 2 / (kept + failed)))
        for a in range(ladder.aid.shape[1]):
            struck = ladder.strike[i, a] * world.power[i] * world.arsenal[i] / strength
            assert used[i, a] == pytest.approx(struck)
            said = world.conflict.deterrence * trust[i] * ladder.voice[i, a]
            assert found[:, i, a] == pytest.approx(
                [
                    ladder.aid[i, a] * world.power[i] / strength,
                    max(struck, said * world.power[i] / strength),
                    ladder.lobby[i, a],
                    ladder.supply[i, a],
                ]
            )
        for j in range(6):
            tie = max(world.affinity[i, j], 0) * max(world.side[i] * world.opposition[j], 0)
            same = world.side[i] == world.side[j]
            expected = [same, not same, tie, True] if i != j else [0, 0, 0, 0]
            assert related[:, i, j] == pytest.approx(np.array(expected, float))


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_unknown_in_one_channel_is_x_there_and_nothing_elsewhere(channel):
    found = vars(Expected.unknown(channel))
    x = found.pop(channel)
    assert (x.level, x.slope) == (0.0, 1.0)
    assert list(found.values()) == [0.0, 0.0, 0.0]


def test_the_runs_of_a_game_are_those_of_its_longest_part_and_a_pick_repeats_what_is_constant():
    random = np.random.default_rng(0)
    shapes = ((2, 3), (4, 2, 3), (4, 2, 3), (4, 2, 2), (2,))
    names = ("base", "slopes", "effects", "relations", "precision")
    still = dict(zip(names, (random.normal(size=each) for each in shapes), strict=True))
    assert StageGame(**still).runs == 1
    for name in names:
        moving = np.stack([still[name] * factor for factor in (1, 2)], -1)
        game = StageGame(**(still | {name: moving}), decisive=2)
        assert game.runs == 2
        for number in range(2):
            one = game.run(number)
            assert one.decisive == 2
            part = game.part(np.array([number, 0]))
            for each in names:
                expected = still[each] * (number + 1 if each == name else 1)
                assert (getattr(one, each) == expected).all()
                assert (getattr(part, each)[..., 0] == expected).all()
        lone = {key: value[..., None] for key, value in still.items()}
        assert (getattr(StageGame(**lone).run(0), name) == still[name]).all()
        assert getattr(StageGame(**lone).part(np.array([0, 0, 0])), name).shape[-1] == 3
