"""Decision rules: each gives a mixed strategy over what is open, and keeps runs apart."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from agents.strategies import (
    STRATEGIES,
    Imagine,
    Situation,
    after,
    attraction_after,
    imagined,
    last_play,
)
from agents.weighing import feasible, game_of, stage_game, weighed
from model.game.equilibrium import logit_equilibrium
from model.game.quantal_response import quantal_response, uniform
from model.measures import worth
from model.rules import turn
from model.world import World
from tests.worlds import a_model, a_world, seeds, stirred

RULES = [rule for rule in STRATEGIES if rule != "look_ahead"]
RUSSIA = 0


def played(rule: str, runs: int | range, **changes):
    return a_model(runs=runs, turns=4, changes={"russia.rule": rule, **changes})


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_plays_a_distribution_over_open_actions(rule):
    model = played(rule, range(4))
    play, open_ = model.solution.play[RUSSIA], model.game.base[RUSSIA] > -np.inf
    assert np.allclose(play.sum(0), 1)
    assert (play[~np.broadcast_to(open_, play.shape)] == 0).all()


@pytest.mark.parametrize("rule", RULES)
def test_no_run_sees_another(rule):
    batch, alone = played(rule, range(4)), played(rule, 2)
    assert (batch.world.choice[:, 2] == alone.world.choice).all()
    assert (batch.world.realised[..., 2] == alone.world.realised).all()


def test_fixed_policies_do_what_they_say():
    rungs = {"always_talk": {1}, "always_arm": {4}, "always_fight": {4, 5}}
    for rule, allowed in rungs.items():
        model = played(rule, range(20))
        rung = model.world.ladder.played(model.world.ladder.rung, model.world.choice)[RUSSIA]
        assert set(rung.tolist()) <= allowed, rule


def test_best_response_is_the_best_reply_to_the_last_actions():
    model = played("best_response", 0)
    before = a_model(turns=3, changes={"russia.rule": "best_response"})
    before.shock()
    before.weigh()
    payoffs = before.game.payoffs(before.game.expectations(last_play(before.world, before.game)))
    best = int(np.argmax(payoffs[RUSSIA]))
    assert model.solution.play[RUSSIA, best] == pytest.approx(1)


def test_level_one_replies_to_random_play():
    model = played("level_k", 0, **{"russia.decision.level": 1.0})
    game = model.game
    payoffs = game.payoffs(game.expectations(uniform(game)))
    expected = quantal_response(payoffs, game.precision)[RUSSIA]
    assert np.abs(model.solution.play[RUSSIA] - expected).max() < 1e-9


def test_repay_in_kind_answers_force_with_the_highest_rung_it_can():
    model = played("repay_in_kind", 0)
    world, game = model.world, model.game
    situation = Situation(world, game, RUSSIA, model.imagine)
    play = STRATEGIES["repay_in_kind"](situation)
    rung = world.ladder.rung[RUSSIA]
    other = world.ladder.played(world.ladder.rung, world.choice)[world.side != world.side[RUSSIA]]
    assert rung[int(np.argmax(play))] <= other.max()


@pytest.mark.slow
def test_look_ahead_takes_the_action_of_the_highest_imagined_value():
    changes = {"russia.rule": "look_ahead", "russia.decision.samples": 2.0}
    model = a_model(runs=3, turns=3, changes=changes)
    batch = a_model(runs=range(2, 5), turns=3, changes=changes)
    assert (batch.world.realised[..., 1] == model.world.realised).all()
    model.shock()
    model.weigh()
    value = model.imagine(RUSSIA, 2, 2)
    open_ = model.game.base[RUSSIA] > -np.inf
    model.solve()
    assert int(np.argmax(model.solution.play[RUSSIA])) == int(
        np.argmax(np.where(open_, value, -np.inf))
    )


def test_a_wrong_rule_is_refused_with_the_near_miss():
    from model.preset.load import ConfigError

    with pytest.raises(ConfigError, match="did you mean level_k"):
        a_model(changes={"russia.rule": "level-k"})


def test_an_imagined_turn_is_the_turn_that_is_played():
    changes = {"iran.target.regime": 0.05, "conflict.collapse": 5.0}
    model = a_model(runs=range(60), turns=3, changes=changes)
    fell = 0
    while not model.over:
        for stage in (model.shock, model.weigh, model.solve):
            stage()
        before = model.world
        model.act()
        drawn = model.draws_of("act", before.turn, by_state=True)
        known = replace(before, reasons=model.world.reasons)
        acts = turn.acted(known, model.solution.play, drawn)
        draws = model.draws_of("resolve", before.turn)
        imagined = after(acts, model.game, model.weighing, draws)
        model.resolve()
        model.judge()
        for field in ("realised", "balance", "pledge", "affinity"):
            assert np.array_equal(getattr(imagined, field), getattr(model.world, field)), field
        assert np.array_equal(imagined.reliability.mean, model.world.reliability.mean)
        fell += int((model.world.collapsed & ~before.collapsed).sum())
    assert fell


@given(seeds())
def test_attractions_fade_and_take_up_what_each_action_gave_or_would_have_given(seed):
    world = stirred(seed)
    random, shape = np.random.default_rng(seed), world.ladder.aid.shape
    decision = replace(
        world.decision, forgetting=random.uniform(0.1, 2, 6), foregone=random.uniform(0.1, 0.9, 6)
    )
    world = replace(world, decision=decision, attraction=random.normal(size=shape))
    game = game_of(world)
    payoffs = game.payoffs(game.expectations(np.eye(shape[1])[world.choice]))
    found = attraction_after(world, game)
    for i, a in np.ndindex(shape):
        kept = np.exp(-decision.forgetting[i] * world.weeks)
        counted = 1.0 if a == world.choice[i] else decision.foregone[i]
        gave = payoffs[i, a] if payoffs[i, a] > -np.inf else 0.0
        expected = kept * world.attraction[i, a] + (1 - kept) * counted * gave
        assert found[i, a] == pytest.approx(expected)


def situated(world: World, state: int, imagine: Imagine | None = None) -> Situation:
    return Situation(world, game_of(world), state, imagine or (lambda *_: np.zeros(())))


@given(seeds())
def test_fixed_policies_take_the_highest_open_act_up_to_their_rung(seed):
    # of one height first what does not lobby, then what is overt, then the first on the menu
    world, random = stirred(seed), np.random.default_rng(seed)
    shape = world.ladder.rung.shape
    drawn = {name: random.integers(0, 2, shape) * 1.0 for name in ("hidden", "lobby")}
    ladder = replace(world.ladder, rung=random.integers(0, 6, shape) * 1.0, **drawn)
    world = replace(world, ladder=ladder)
    rungs, open_ = ladder.played(ladder.rung, world.choice), feasible(world)
    for state in range(world.state_count):
        others = [rungs[j] for j in range(6) if world.side[j] != world.side[state]]
        for rule, limit in (
            ("always_talk", 1.0),
            ("always_arm", 4.0),
            ("always_fight", 5.0),
            ("repay_in_kind", max(others)),
        ):
            acts = [
                each for each in np.flatnonzero(open_[state]) if ladder.rung[state, each] <= limit
            ]
            if not acts:
                continue
            best = min(
                acts,
                key=lambda act, i=state: (
                    -ladder.rung[i, act],
                    ladder.lobby[i, act],
                    ladder.hidden[i, act],
                    act,
                ),
            )
            play = STRATEGIES[rule](situated(world, state))
            assert play.tolist() == np.eye(shape[1])[best].tolist(), rule


def test_each_run_replies_as_often_as_its_level_says():
    level = "russia.decision.level"
    batch = played("level_k", range(3), **{level: np.array([1.0, 2.0, 4.0])})
    for run in range(3):
        alone = played("level_k", run, **{level: 2.0**run})
        assert (batch.solution.play[RUSSIA, :, run] == alone.solution.play[RUSSIA]).all()
    assert np.ptp(batch.solution.play[RUSSIA, 0]) > 1e-6


def test_experience_is_no_reason_for_what_is_closed():
    world = a_world()
    closed = np.flatnonzero(~feasible(world)[RUSSIA] & world.ladder.on_menu[RUSSIA])
    world = replace(world, attraction=np.where(feasible(world), 1.0, 9.0))
    play = STRATEGIES["experience"](situated(world, RUSSIA))
    assert len(closed) and not play[closed].any()
    assert play.sum() == pytest.approx(1)


def test_an_imagined_act_is_worth_the_mean_of_the_futures_it_opens():
    falling = {"iran.target.regime": 0.05, "conflict.collapse": 5.0}
    model = a_model(runs=range(30), turns=1, changes=falling)
    model.shock()
    model.weigh()
    world, game, weighing = model.world, model.game, model.weighing
    drawn = {
        (sample, ahead): (
            model.draws_of("act", 7 + 2 * sample + ahead, by_state=True),
            model.draws_of("resolve", 7 + 2 * sample + ahead),
        )
        for sample, ahead in np.ndindex(2, 2)
    }
    found = imagined(world, game, weighing, RUSSIA, 2, 2, lambda *key: drawn[key])
    assert len(found) == game.base.shape[1]
    play = logit_equilibrium(game).play
    for action in np.flatnonzero(
        world.ladder.on_menu[RUSSIA].reshape(game.base.shape[1], -1)[:, 0]
    ):
        values = []
        for sample in range(2):
            acts = turn.acted(world, play, drawn[sample, 0][0])
            acts.choice[RUSSIA] = action
            then = after(acts, game, weighing, drawn[sample, 0][1])
            weighed_then = weighed(then)
            game_then = stage_game(then, weighed_then)
            acts = turn.acted(then, logit_equilibrium(game_then).play, drawn[sample, 1][0])
            future = after(acts, game_then, weighed_then, drawn[sample, 1][1])
            values.append(worth(future)[RUSSIA])
        assert found[action] == pytest.approx(np.mean(values, 0), rel=1e-9)
    assert np.ptp(found, 1).max() > 0


def test_who_looks_ahead_takes_the_open_act_of_the_highest_value_to_its_depth():
    world = a_world()
    value, open_ = world.ladder.rung[RUSSIA], feasible(world)[RUSSIA]
    assert value[~open_].max() > value[open_].max()
    asked = []

    def imagine(*figures: int) -> np.ndarray:
        asked.append(figures)
        return value

    play = STRATEGIES["look_ahead"](situated(world, RUSSIA, imagine))
    decision = world.decision
    assert asked == [(RUSSIA, int(decision.depth[RUSSIA]), int(decision.samples[RUSSIA]))]
    assert int(np.argmax(play)) == int(np.argmax(np.where(open_, value, -np.inf)))
