from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from model.measures import MEASURES, credibility, standing, worth, worth_by_term
from tests.worlds import RUNS, a_model, a_world, alone, numbers, reached, seeds, stirred


@pytest.mark.parametrize("name", MEASURES)
@given(number=numbers())
def test_no_run_sees_another(name, number):
    world = reached(number).world
    batch = np.asarray(MEASURES[name].rule(world))
    for run in range(RUNS):
        assert MEASURES[name].rule(alone(world, run)) == alone(batch, run)


@pytest.mark.parametrize("name", MEASURES)
@given(number=numbers())
def test_a_measure_is_one_finite_number_a_run_within_its_range(name, number):
    value = np.asarray(MEASURES[name].rule(reached(number).world))
    assert value.shape in ((1,), (RUNS,))
    assert np.isfinite(value).all()
    if MEASURES[name].unit == "share":
        assert ((value >= MEASURES[name].low) & (value <= MEASURES[name].high)).all()


@given(number=numbers())
def test_worth_of_a_run_is_its_own(number):
    world = reached(number).world
    batch = worth(world)
    assert np.isfinite(batch).all()
    for run in range(RUNS):
        assert (worth(alone(world, run)) == alone(batch, run)).all()


def test_standing_is_the_mean_over_the_others():
    mean = np.array([[9.0, 0.2, 0.4], [0.0, 9.0, 0.0], [1.0, 1.0, 9.0]])
    assert standing(mean)[0] == pytest.approx(0.3)
    runs = np.stack([mean, 1 - mean], -1)
    assert standing(runs)[0] == pytest.approx([0.3, 0.7])


def test_the_price_is_the_first_price_times_premium_and_noise():
    world = replace(a_world(), premium=0.1, noise=-0.02)
    assert MEASURES["price"].rule(world) == pytest.approx(world.oil.price * np.exp(0.08))


def test_a_regime_that_fell_does_not_survive():
    world = a_world()
    assert 0 < MEASURES["survival"].rule(world) < 1
    assert MEASURES["survival"].rule(replace(world, collapsed=np.True_)) == 0


def test_a_better_reputation_at_the_end_is_worth_its_weight_in_the_future():
    world = a_world(changes={"russia.reputation.discount": 0.5, "russia.reputation.value": 0.2})
    kept = world.honesty.kept.copy()
    kept[0, 1:] += 1.0
    better = replace(world, honesty=replace(world.honesty, kept=kept))
    gain = (better.honesty.mean - world.honesty.mean)[0, 1:].sum()
    difference = worth(better) - worth(world)
    assert difference[0] == pytest.approx(0.2 * gain * world.weights["reputation"][0])
    assert not difference[1:].any()


def test_value_differs_by_run_where_reputation_alone_does():
    changes = {"russia.weights.reputation": np.array([0.5, 2.0])}
    world = a_model("twelve-days", 0, range(2), changes).world
    realised = np.arange(60.0).reshape(10, 6, 1)
    found = worth_by_term(replace(world, realised=realised))
    place = list(world.weights).index("reputation")
    rest = np.delete(found, place, 0)
    assert (rest == np.broadcast_to(np.delete(realised, place, 0), rest.shape)).all()
    lasting = credibility(world) * np.exp(-world.value.discount * world.weeks * world.turn)
    assert found[place] - realised[place] == pytest.approx(lasting)
    assert lasting[0, 0] != lasting[0, 1]


@given(seeds())
def test_measures_and_worth_follow_their_formulas(seed):
    world = stirred(seed)
    found = {name: each.rule(world) for name, each in MEASURES.items()}
    assert found["programme"] == pytest.approx(world.programme + world.hardened)
    power = [world.power[i] for i in (world.target, world.challenger)]
    assert found["balance"] == pytest.approx(world.balance + np.log(power[0] / power[1]))
    target, challenger = (s + a for s, a in zip(world.strengths, world.aid_given, strict=True))
    assert found["survival"] == pytest.approx(target / (target + challenger))
    assert (found["war"], found["regime"]) == (world.war, world.regime)
    reputation = world.reputation
    for i in range(6):
        believed = sum(
            record.mean[i, j]
            for record in (world.reliability, world.honesty)
            for j in range(6)
            if j != i
        )
        shadow = reputation.discount[i] / (1 - reputation.discount[i]) * reputation.value[i]
        lasting = world.weights["reputation"][i] * shadow * believed
        assert credibility(world)[i] == pytest.approx(lasting)
        at_end = np.exp(-world.value.discount * world.weeks * world.turn) * lasting
        place = list(world.weights).index("reputation")
        rows = world.realised[:, i] + np.where(np.arange(len(world.realised)) == place, at_end, 0)
        assert worth_by_term(world)[:, i] == pytest.approx(rows)
        assert worth(world)[i] == pytest.approx(rows.sum())


def test_the_balance_of_who_has_nothing_left_is_finite():
    world = a_world(changes={"iran.posture.access": 0.0})
    assert np.isfinite(MEASURES["balance"].rule(world))
