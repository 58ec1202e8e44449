"""Steps along the branch of equilibria, each against what it should keep."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.game import branch
from model.game.branch import continued, followed_branch
from model.game.equilibrium import logit_equilibrium
from model.game.quantal_response import quantal_response, residual_of, uniform
from model.game.stage_game import StageGame
from tests.model.game.test_equilibrium import stag_hunt
from tests.model.game.test_uniqueness import SEEDS, a_game, sharp

SHARES = st.floats(0.05, 1.0)


def one_of(seed: int) -> StageGame:
    return a_game(seed, 0.7).run(0)


def off(game: StageGame, point: np.ndarray) -> np.ndarray:
    """How far expectations are from those of the reply to them, at a share of precision."""
    expected = point[:-1].reshape(game.slopes.shape[:2])
    play = quantal_response(game.payoffs(expected), point[-1] * game.precision)
    return (expected - game.expectations(play)).ravel()


def a_point(game: StageGame, seed: int, share: float) -> np.ndarray:
    near = game.expectations(uniform(game)).ravel()
    return np.append(near + 0.3 * np.random.default_rng(seed).normal(size=near.size), share)


@given(SEEDS, SHARES)
def test_the_linearised_map_has_the_derivatives_of_the_map(seed, share):
    game = one_of(seed)
    point = a_point(game, seed, share)
    value, jacobian = branch._linearised(game, point)
    assert value == pytest.approx(off(game, point), abs=1e-12)
    for column in range(len(point)):
        step = np.where(np.arange(len(point)) == column, 1e-5, 0.0)
        slope = (off(game, point + step) - off(game, point - step)) / 2e-5
        assert jacobian[:, column] == pytest.approx(slope, abs=1e-6)


@given(SEEDS)
def test_without_precision_play_is_uniform_whatever_is_expected(seed):
    game = one_of(seed)
    for share in (0.0, -0.01):
        point = a_point(game, seed, share)
        play, payoffs = branch._play_at(game, point)
        assert (play == uniform(game)).all()
        assert (payoffs == game.payoffs(point[:-1].reshape(game.slopes.shape[:2]))).all()


@given(SEEDS, SHARES)
def test_the_tangent_has_length_one_leaves_the_map_as_it_is_and_keeps_its_heading(seed, share):
    game = one_of(seed)
    point = a_point(game, seed, share)
    jacobian = branch._linearised(game, point)[1]
    heading = np.random.default_rng(seed).normal(size=len(point))
    forward, sign = branch._tangent(game, point, heading)
    back, turned = branch._tangent(game, point, -heading)
    assert forward == pytest.approx(-back)
    assert forward @ heading >= 0
    assert forward @ forward == pytest.approx(1)
    assert jacobian @ forward == pytest.approx(np.zeros(len(jacobian)), abs=1e-9)
    assert sign == np.sign(np.linalg.det(np.vstack([jacobian, forward])))
    assert turned == -sign


@given(SEEDS, SHARES)
def test_a_corrected_point_is_on_the_curve_and_was_moved_across_its_direction(seed, share):
    game = one_of(seed)
    point = a_point(game, seed, share)
    direction = branch._tangent(game, point, np.eye(len(point))[-1])[0]
    found = branch._corrected(game, point, direction)
    if found is not None:
        assert off(game, found) == pytest.approx(np.zeros(len(point) - 1), abs=1e-10)
        assert direction @ (found - point) == pytest.approx(0, abs=1e-10)


def test_near_the_curve_a_point_is_corrected_and_without_a_direction_none_is():
    game = stag_hunt(1.0)
    play = logit_equilibrium(game).play
    point = np.append(game.expectations(play).ravel(), 1.0)
    direction = np.eye(len(point))[-1]
    assert branch._corrected(game, point + 0.01, direction)[:2] == pytest.approx(
        point[:2], abs=0.01
    )
    assert branch._corrected(game, point, np.zeros(len(point))) is None


def test_a_step_ahead_stays_on_the_curve_and_ends_where_all_of_precision_is_reached():
    game = stag_hunt(1.0)
    size = game.slopes.shape[0] * game.slopes.shape[1]
    point = np.append(game.expectations(uniform(game)).ravel(), 0.0)
    direction = branch._tangent(game, point, np.eye(size + 1)[-1])[0]
    for step in (0.01, 0.1):
        ahead = branch._ahead(game, point, direction, step)
        assert off(game, ahead) == pytest.approx(np.zeros(size), abs=1e-10)
        assert direction @ (ahead - point) == pytest.approx(step)
    last = branch._ahead(game, point, direction, 3.0)
    assert last[-1] == 1.0
    assert off(game, last) == pytest.approx(np.zeros(size), abs=1e-9)


@settings(max_examples=6)
@given(SEEDS)
def test_the_end_of_the_branch_is_an_equilibrium_and_the_only_one_where_it_is_proven(seed):
    game = a_game(seed, 0.35)
    end = followed_branch(game.run(2))
    assert np.max(residual_of(game.run(2), end)) < 1e-9
    solved = logit_equilibrium(game)
    if not solved.followed[2]:
        assert end == pytest.approx(solved.play[..., 2], abs=1e-7)


@pytest.mark.parametrize("unit", [1e-5, 3e5])
def test_the_branch_does_not_depend_on_the_units_of_what_is_expected(unit):
    for seed in range(4):
        game = a_game(seed, 0.7).run(0)
        other = replace(game, effects=game.effects * unit, slopes=game.slopes / unit)
        assert followed_branch(other) == pytest.approx(followed_branch(game), abs=1e-9)


@settings(max_examples=6)
@given(SEEDS)
def test_play_continued_from_no_precision_is_the_end_of_the_branch_unless_it_is_lost(seed):
    game = a_game(seed, 0.35)
    share = np.linspace(0.0, 0.9, game.runs)
    found, lost = continued(sharp(game), share)
    assert share.tolist() == np.linspace(0.0, 0.9, game.runs).tolist()
    for run in np.flatnonzero(~lost):
        one = game.run(int(run))
        assert np.max(residual_of(one, found[..., run])) < 1e-4
        if share[run] == 0:
            assert found[..., run] == pytest.approx(followed_branch(one), abs=1e-3)


def test_where_play_jumps_the_branch_counts_as_lost():
    games = sharp(stag_hunt(8.0))
    _, lost = continued(games, np.zeros(2))
    assert lost.all()
    _, kept = continued(sharp(stag_hunt(0.5)), np.zeros(2))
    assert not kept.any()


@pytest.mark.parametrize(
    ("moved", "residual", "lost"),
    [
        ((0.0, 0.0, 0.0), 0.0, False),
        ((0.15, -0.1, -0.05), 0.0, False),
        ((-0.3, 0.15, 0.15), 0.0, True),  # one act loses what two gain
        ((0.0, 0.0, 0.0), 1e-4, True),  # the iteration circles
        ((0.0, 0.0, 0.0), np.nan, True),
    ],
)
def test_a_step_is_lost_where_an_act_jumps_or_the_iteration_does_not_end(
    monkeypatch, moved, residual, lost
):
    game = sharp(a_game(1, 0.35))
    one = game.part(np.array([0, 1]))
    before = np.full(one.base.shape, 1 / one.base.shape[1])
    after = before.copy()
    after[:, :3] += np.array(moved)[:, None]
    ends = iter([(before, np.zeros(2)), (after, np.full(2, residual))])
    monkeypatch.setattr(branch, "iterated", lambda *_: next(ends))
    assert continued(one, np.full(2, 1 - 1 / branch.STEPS))[1].tolist() == [lost, lost]
