from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from model.game import branch, equilibrium, iteration
from model.game.branch import NoEquilibrium, followed_branch
from model.game.equilibrium import logit_equilibrium, nearby
from model.game.iteration import iterated
from model.game.logit_game import Exponents, exponents
from model.game.quantal_response import quantal_response, residual_of, uniform
from model.game.stage_game import CHANNELS, StageGame
from model.game.uniqueness import (
    ROUNDS,
    bound_by_pairs,
    bound_by_replies,
    bound_by_spans,
    proven_share,
)
from tests.gambit_games import by_gambit, equilibria, stored
from tests.worlds import a_model, numbers, reached

STORED = stored()
SEVERAL = [game for _, game, _, count in STORED if count > 1]


def two_by_two(base: list, slopes: list, effects: list, precision: float) -> StageGame:
    """Two states, two actions, and only the aid channel: each feels the other's effect."""
    wide = np.zeros((2, len(CHANNELS), 2, 2))
    wide[0, 0], wide[1, 0] = slopes, effects
    relations = np.zeros((len(CHANNELS), 2, 2))
    relations[0] = 1 - np.eye(2)
    return StageGame(np.array(base, float), *wide, relations, np.full(2, precision))


def stag_hunt(precision: float) -> StageGame:
    """Hunting pays 4 if the other hunts, else 0; the hare always pays 3."""
    return two_by_two([[0, 3], [0, 3]], [[4, 0], [4, 0]], [[1, 0], [1, 0]], precision)


# ------------------------------------------------------------------ known answers


def test_a_dominant_action_is_played_with_its_logit_probability():
    game = two_by_two([[0, 1], [0, 2]], np.zeros((2, 2)), np.zeros((2, 2)), 1.5)
    odds = np.exp([1.5, 3.0])
    expected = np.stack([1 / (1 + odds), odds / (1 + odds)], 1)
    assert logit_equilibrium(game).play == pytest.approx(expected, rel=1e-9)


def test_matching_pennies_is_even_at_every_precision():
    for precision in (0.0, 1.0, 30.0):
        game = two_by_two([[-1, 1], [1, -1]], [[2, -2], [-2, 2]], [[1, 0], [1, 0]], precision)
        assert logit_equilibrium(game).play == pytest.approx(np.full((2, 2), 0.5), abs=1e-8)


def test_asymmetric_matching_pennies_shows_the_own_payoff_effect():
    # Ochs 1995; McKelvey & Palfrey 1995: raising one's own payoff moves one's own play
    game = two_by_two([[0, 1], [1, 0]], [[9, -1], [-1, 1]], [[1, 0], [1, 0]], 1.0)
    play = logit_equilibrium(game).play
    assert play[0, 0] > 0.5 + 0.05
    # Nash has the first state indifferent for itself and the other at 0.1
    sharp = logit_equilibrium(replace(game, precision=np.full(2, 200.0))).play
    assert sharp[1, 0] == pytest.approx(0.1, abs=0.02)
    assert sharp[0, 0] == pytest.approx(0.5, abs=0.05)


def test_high_precision_gives_the_nash_equilibrium_of_a_dilemma():
    game = two_by_two([[0, 1], [0, 1]], [[3, 4], [3, 4]], [[1, 0], [1, 0]], 60.0)
    assert logit_equilibrium(game).play[:, 1] == pytest.approx(np.ones(2), abs=1e-12)


def test_the_principal_branch_of_the_stag_hunt_ends_at_the_hare():
    game = stag_hunt(8.0)
    assert len(equilibria(game)) > 1
    play = logit_equilibrium(game).play
    assert (play[:, 1] > 0.99).all()


def test_a_warm_start_near_another_equilibrium_does_not_change_which_is_found():
    game = stag_hunt(8.0)
    other = max(equilibria(game), key=lambda play: play[0, 0])
    assert (other[:, 0] > 0.99).all()
    assert residual_of(game, other) < 1e-8
    found = logit_equilibrium(game, other)
    assert found.followed.all()
    assert (found.play[:, 1] > 0.99).all()


@pytest.mark.parametrize("number", range(len(SEVERAL)))
def test_no_warm_start_leaves_the_principal_branch(number):
    game = SEVERAL[number]
    meant = logit_equilibrium(game).play
    for other in equilibria(game):
        assert logit_equilibrium(game, other).play == pytest.approx(meant, abs=1e-7)


@pytest.mark.parametrize("lean", [1e-7, 1e-6, 1e-4, 3e-4, 1e-3, 1e-2])
def test_a_symmetry_all_but_kept_is_broken_toward_the_action_that_is_favoured(lean):
    """The symmetric play is an equilibrium nearly, on another curve close by the branch."""
    game = two_by_two([[0, 1.5 - lean]] * 2, [[3, 0]] * 2, [[1, 0]] * 2, 2.0)
    off = lambda p: p - 1 / (1 + exp(-2.0 * (3 * p - 1.5 + lean)))  # noqa: E731
    meant = brentq(off, 0.8, 1.0, xtol=1e-14)
    assert followed_branch(game)[:, 0] == pytest.approx([meant] * 2, abs=1e-9)
    assert logit_equilibrium(game).play[:, 0] == pytest.approx([meant] * 2, abs=1e-7)


def test_through_a_crossing_the_branch_goes_straight_on():
    game = two_by_two([[0, 1.5]] * 2, [[3, 0]] * 2, [[1, 0]] * 2, 2.0)
    assert followed_branch(game) == pytest.approx(np.full((2, 2), 0.5), abs=1e-9)


# ------------------------------------------------------------------ an independent solver


@pytest.mark.parametrize("number", range(len(STORED)))
def test_the_solution_equals_gambits(number):
    _, game, play, _ = STORED[number]
    assert np.abs(logit_equilibrium(game).play - play).max() <= 1e-6
    assert np.abs(followed_branch(game) - play).max() <= 1e-6


def test_the_stored_games_are_many_and_some_have_several_equilibria():
    assert len(STORED) - len(SEVERAL) >= 60
    assert len(SEVERAL) >= 3
    assert {len(game.base) for _, game, _, _ in STORED} >= {2, 3, 4}


@pytest.mark.slow
def test_gambit_still_gives_the_stored_solutions():
    pytest.importorskip("pygambit", reason="no wheel for this Python; see the extra `gambit`")
    for where, game, play, _ in STORED:
        found = by_gambit(game)
        assert found is not None
        assert np.abs(found - play).max() <= 1e-6, where


# ------------------------------------------------------------------ laws


@given(numbers())
def test_precision_0_gives_uniform_play(number):
    model = reached(number)
    game = replace(model.game, precision=np.zeros_like(model.game.precision))
    assert np.abs(logit_equilibrium(game).play - uniform(game)).max() < 1e-12


@given(numbers())
def test_log_odds_are_precision_times_the_payoff_difference(number):
    model = reached(number)
    game = model.game
    found = logit_equilibrium(game)
    # the reply to the solution is the solution, and its log-odds are exact
    payoffs = game.payoffs(game.expectations(found.play))
    reply = quantal_response(payoffs, game.precision)
    seen = (game.base > -np.inf) & (reply > 1e-290)
    best = np.where(seen, payoffs, -np.inf).argmax(1)[:, None]

    def against_best(table: np.ndarray) -> np.ndarray:
        where = np.broadcast_to(best, (*best.shape[:2], *table.shape[2:]))
        return table - np.take_along_axis(table, where, 1)

    odds = against_best(np.log(np.where(seen, reply, 1.0)))
    owed = game.precision[:, None] * against_best(np.where(seen, payoffs, 0.0))
    assert np.abs(np.where(seen, odds - owed, 0.0)).max() < 1e-10
    assert np.abs(reply - found.play).max() < 1e-8


@given(numbers())
def test_play_is_a_distribution_over_open_actions_with_a_small_residual(number):
    model = reached(number)
    found = logit_equilibrium(model.game)
    assert found.play.sum(1) == pytest.approx(np.ones(found.play[:, 0].shape), rel=1e-12)
    assert (found.play[np.broadcast_to(model.game.base == -np.inf, found.play.shape)] == 0).all()
    assert np.max(found.residual) <= 1e-8
    assert np.max(residual_of(model.game, found.play)) <= 1e-8


@given(numbers(), st.integers(0, 2**31))
def test_where_the_map_contracts_every_start_ends_at_the_same_play(number, seed):
    model = reached(number)
    game = model.game
    meant = logit_equilibrium(game)
    open_ = game.base > -np.inf
    start = np.random.default_rng(seed).dirichlet(np.full(open_.shape[1], 0.2), len(open_))
    start = start.reshape(*start.shape, *(1,) * (open_.ndim - 2)) * open_ + 1e-9 * open_
    start = np.broadcast_to(start / start.sum(1)[:, None], meant.play.shape)
    sharp = whole(game)
    found, residual = iterated(sharp, sharp.expectations(np.ascontiguousarray(start)))
    unique = proven_share(sharp, found) == 1
    apart = np.abs(found - meant.play).max((0, 1))
    assert np.where(unique, apart, 0.0).max() < 1e-7
    assert np.where(unique, residual, 0.0).max() <= 1e-8


def whole(game: StageGame) -> Exponents:
    """The exponents of all runs of a game."""
    return exponents(game, slice(None), game.runs)


@given(st.integers(0, 2**31))
def test_spans_hold_all_that_open_actions_can_do_and_nothing_where_one_is_open(seed):
    random = np.random.default_rng(seed)
    base = random.normal(size=(3, 4, 5))
    base[random.random(base.shape) < 0.5] = -np.inf
    base[:, 0][~(base > -np.inf).any(1)] = 0.0
    slopes, effect = random.normal(size=(2, len(CHANNELS), 3, 4, 5))
    related = random.normal(size=(len(CHANNELS), 3, 3, 5))
    sharp = whole(StageGame(base, slopes, effect, related, random.uniform(0.5, 9, (3, 5))))
    least, top = sharp.effect_range
    for i, r in np.ndindex(3, 5):
        open_ = base[i, :, r] > -np.inf
        pulls, shown = sharp.slopes[:, i, open_, r], effect[:, i, open_, r]
        span = np.ptp(pulls, axis=1)
        assert (sharp.slope_spans[:, i, r] >= span).all()
        assert (least[:, i, r] <= shown.min(1)).all()
        assert (top[:, i, r] >= shown.max(1)).all()
        if open_.sum() == 1:
            assert not sharp.slope_spans[:, i, r].any()
            assert (least[:, i, r] == shown[:, 0]).all()
            assert (top[:, i, r] == shown[:, 0]).all()
        if open_.all():
            assert (sharp.slope_spans[:, i, r] == span).all()


@pytest.mark.parametrize("number", range(len(SEVERAL)))
def test_no_bound_calls_a_game_with_several_equilibria_a_contraction(number):
    sharp = whole(SEVERAL[number])
    assert (bound_by_spans(sharp) >= 1).all()
    assert (bound_by_pairs(sharp) >= 1).all()
    for play in equilibria(SEVERAL[number]):
        both = np.repeat(play[..., None], 2, -1)
        assert (proven_share(sharp, both) < 1).all()
        for rounds in (1, ROUNDS):
            assert (bound_by_replies(sharp, both, rounds) >= 1).all()


def test_what_play_can_be_far_from_counts_however_unlikely_it_seems_there():
    # at such precision one action's chance is 0 to all digits, and yet it may be played
    sharp = whole(stag_hunt(400.0))
    for play in equilibria(stag_hunt(8.0)):
        pure = np.repeat((play > 0.5)[..., None] * 1.0, 2, -1)
        assert (bound_by_replies(sharp, pure) >= 1).all()


@given(numbers())
def test_a_batch_of_games_is_solved_as_its_games_alone(number):
    model = reached(number)
    whole = logit_equilibrium(model.game)
    for run in range(3):
        one = logit_equilibrium(model.game.run(run))
        assert (one.play == whole.play[..., run if whole.play.shape[-1] > 1 else 0]).all()


def test_a_batch_that_mixes_followed_and_plain_games_equals_its_games_alone():
    games = [stag_hunt(precision) for precision in (0.5, 8.0, 1.0, 20.0)]
    several = with_batch(games)
    whole = logit_equilibrium(several)
    assert whole.followed.tolist() == [False, True, False, True]
    for run, game in enumerate(games):
        assert (logit_equilibrium(game).play == whole.play[..., run]).all()


def with_batch(games: list[StageGame]) -> StageGame:
    """Several games as one with a run axis."""
    return StageGame(
        **{
            name: np.stack([getattr(game, name) for game in games], -1)
            for name in ("base", "slopes", "effects", "relations", "precision")
        }
    )


def test_a_game_on_which_the_iteration_stalls_above_the_residual_keeps_the_branchs_end():
    # turn 8 of twelve-days under extreme figures: the iteration circles at 1.2e-8
    parts = np.load(Path(__file__).parents[2] / "known" / "stalling_game.npz")
    game = StageGame(**{key: parts[key] for key in parts if key != "decisive"}, decisive=3)
    found = logit_equilibrium(game)
    assert found.residual <= iteration.RESIDUAL
    assert residual_of(game, found.play) <= iteration.RESIDUAL


def test_a_game_on_which_the_iteration_fails_is_solved_along_its_branch(monkeypatch):
    meant = logit_equilibrium(stag_hunt(0.5)).play
    monkeypatch.setattr(iteration, "SWEEPS", 1)
    found = logit_equilibrium(stag_hunt(0.5))
    assert found.followed.all()
    assert found.play == pytest.approx(meant, abs=1e-8)


@pytest.mark.parametrize("lean", [1e-6, 3e-6, 1e-5])
def test_an_equilibrium_that_the_iteration_leaves_is_followed_anew(lean):
    # each wants to do as the other does and leans to another action; to swap states and
    # actions changes nothing, so on the branch they play p and 1 - p, though both would agree
    game = two_by_two([[0, 3 - lean], [0, 3 + lean]], [[6, 0], [6, 0]], [[1, 0], [1, 0]], 3.0)
    play = logit_equilibrium(game).play
    assert play == pytest.approx(np.full((2, 2), 0.5), abs=1e-4)
    assert play[0] == pytest.approx(play[1, ::-1], abs=1e-9)


@pytest.mark.parametrize("lost", [False, True])
def test_a_run_whose_polish_ends_elsewhere_is_followed_once(monkeypatch, lost):
    game = stag_hunt(8.0)
    meant = followed_branch(game)
    elsewhere = max(equilibria(game), key=lambda play: play[0, 0])
    calls = []

    def counted(one: StageGame) -> np.ndarray:
        calls.append(one)
        return followed_branch(one)

    def strays(sharp: Exponents, x: np.ndarray, tolerance: float) -> tuple:
        both = np.repeat(elsewhere[..., None], sharp.runs, -1)
        return iterated(sharp, sharp.expectations(both), tolerance)

    monkeypatch.setattr(equilibrium, "followed_branch", counted)
    monkeypatch.setattr(equilibrium, "iterated", strays)
    if lost:
        monkeypatch.setattr(branch, "JUMP", 0.0)
    assert logit_equilibrium(game).play == pytest.approx(meant, abs=1e-8)
    assert len(calls) == 1


# ------------------------------------------------------------------ failure is named


def test_a_game_that_is_not_solved_names_turn_and_run(monkeypatch):
    monkeypatch.setattr(iteration, "SWEEPS", 1)
    monkeypatch.setattr(equilibrium, "followed_branch", uniform)
    model = a_model(turns=0, seed=3)
    with pytest.raises(NoEquilibrium, match=r"in turn 0, run \d+: residual"):
        model.step()


@pytest.mark.parametrize("policies", [["silence"], ["silence", "rhetoric", "arms"]])
def test_an_unsolved_run_of_a_batch_is_named_by_its_own_number(monkeypatch, policies):
    model = a_model(runs=range(40, 42), policy=[{"russia": each} for each in policies])
    while not np.any(model.world.war):
        model.step()
    monkeypatch.setattr(iteration, "SWEEPS", 1)
    real = equilibrium.followed_branch
    solved = iter([True] * (2 * len(policies) - 1))  # all but the last, or so many as are followed
    monkeypatch.setattr(
        equilibrium,
        "followed_branch",
        lambda game: real(game) if next(solved, False) else uniform(game),
    )
    with pytest.raises(NoEquilibrium, match=r"run 4[01]:"):
        while not model.over:
            model.step()


@pytest.mark.parametrize("part", ["base", "slopes", "effects", "relations", "precision"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_game_with_a_payoff_that_is_no_number_is_not_solved(part, number):
    game = two_by_two([[0, 1], [1, 0]], [[1, 2], [2, 1]], [[0, 1], [1, 0]], 2.0)
    array = getattr(game, part).copy()
    array[(0,) * (array.ndim - 1)] = number
    with np.errstate(invalid="ignore"), pytest.raises(NoEquilibrium, match=r"turn 3, run 0: .*nan"):
        logit_equilibrium(replace(game, **{part: array}), None, "in turn 3")


def test_a_game_that_is_the_same_in_all_runs_is_solved_for_each_runs_guess():
    game = stag_hunt(1.0)
    one = replace(game, base=game.base[..., None])
    guess = np.stack([np.eye(2), np.full((2, 2), 0.5), np.eye(2)[::-1]], -1)
    found = logit_equilibrium(one, guess)
    assert found.play.shape[-1] == 3
    assert found.residual.shape == found.followed.shape == (3,)
    alone = logit_equilibrium(game).play
    assert logit_equilibrium(one).play.shape[-1] == 1
    assert found.play == pytest.approx(np.repeat(alone[..., None], 3, -1), abs=1e-7)


MIXED = (0.5, 8.0, 1.0, 20.0, 0.7)


@pytest.mark.parametrize("together", [1, 2, 3, 5])
def test_games_solved_in_parts_are_those_solved_together(monkeypatch, together):
    batch = with_batch([stag_hunt(precision) for precision in MIXED])
    whole = logit_equilibrium(batch)
    warm = logit_equilibrium(batch, whole.play)
    monkeypatch.setattr(equilibrium, "TOGETHER", together)
    for guess, expected in ((None, whole), (whole.play, warm)):
        found = logit_equilibrium(batch, guess)
        for name in ("play", "residual", "followed", "expectations"):
            assert (getattr(found, name) == getattr(expected, name)).all(), name


@pytest.mark.parametrize("lost", [False, True])
def test_a_run_that_is_followed_anew_is_itself_in_whatever_part_it_is(monkeypatch, lost):
    games = [stag_hunt(precision) for precision in (0.5, 3.0, 1.0, 4.0, 0.7)]
    meant = np.stack([followed_branch(game) for game in games], -1)

    def strays(sharp: Exponents, x: np.ndarray, tolerance: float) -> tuple:
        hunters = np.repeat(np.eye(2)[[0, 0]][..., None], sharp.runs, -1)
        return iterated(sharp, sharp.expectations(hunters), tolerance)

    monkeypatch.setattr(equilibrium, "iterated", strays)
    monkeypatch.setattr(equilibrium, "TOGETHER", 2)
    if lost:
        monkeypatch.setattr(branch, "JUMP", 0.0)
    found = logit_equilibrium(with_batch(games))
    assert found.followed.tolist() == [False, True, False, True, False]
    assert found.play == pytest.approx(meant, abs=1e-8)


@pytest.mark.parametrize("together", [2, 5])
@pytest.mark.parametrize("broken", range(5))
def test_a_broken_game_is_named_by_its_number_in_whatever_part_it_is(monkeypatch, together, broken):
    batch = with_batch([stag_hunt(precision) for precision in MIXED])
    batch.base[0, 0, broken] = np.nan
    monkeypatch.setattr(equilibrium, "TOGETHER", together)
    with pytest.raises(NoEquilibrium, match=f"of turn 3, run {broken}: residual nan"):
        logit_equilibrium(batch, where="of turn 3")
    with pytest.raises(NoEquilibrium, match=f"run {10 + broken}: "):
        logit_equilibrium(batch, numbers=np.arange(10, 15))


@pytest.mark.parametrize(("together", "count"), [(2, 5), (5, 5), (2, 1)])
def test_one_guess_serves_every_run_of_a_batch(monkeypatch, together, count):
    monkeypatch.setattr(equilibrium, "TOGETHER", together)
    games, guess = [stag_hunt(precision) for precision in MIXED[:count]], np.full((2, 2), 0.5)
    batch = with_batch(games)
    whole = logit_equilibrium(batch).play
    found = logit_equilibrium(batch, guess).play
    assert found.shape == whole.shape and found == pytest.approx(whole, abs=1e-7)
    alone = np.stack([nearby(game, guess) for game in games], -1)
    near = nearby(batch, guess)
    assert near.shape == alone.shape and near == pytest.approx(alone, abs=1e-7)


def test_nearby_play_is_what_the_iteration_finds_from_a_guess():
    game, hunters, hares = stag_hunt(8.0), np.eye(2)[[0, 0]], np.eye(2)[[1, 1]]
    for guess in (hunters, hares):
        found = nearby(game, guess)
        assert found.shape == guess.shape
        assert found == pytest.approx(guess, abs=0.01)
        assert np.max(residual_of(game, found)) < 1e-8
    both = nearby(with_batch([game, game, game]), np.stack([hares, hunters, hares], -1))
    assert both == pytest.approx(np.stack([hares, hunters, hares], -1), abs=0.01)
    still = replace(game, base=game.base[..., None])
    assert nearby(still, hunters).shape == (2, 2, 1)
    assert nearby(still, np.stack([hares, hunters, hares], -1)).shape == (2, 2, 3)
