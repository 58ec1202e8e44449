"""The bench measures what it says: its contestants play, and its record has every figure."""

import json

import numpy as np
import pytest

from benchmarks import bench, games, memory, speed
from model.game.equilibrium import logit_equilibrium
from model.game.quantal_response import residual_of
from tests.worlds import a_world, at_war

KEYS = (
    "ensemble_runs_per_s",
    "mesa_batch_runs_per_s",
    "single_run_ms",
    "exp_ns",
    "ratio_mesa",
    "ratio_gambit",
    "ratio_gambit_posed",
    "peak_mib",
    "scaling_2",
    "us_per_run_turn",
)


def test_the_record_names_every_figure_and_tells_what_was_not_measured():
    found = bench.Bench()
    found.note("exp_ns", 5.0)
    record = json.loads(bench.as_json(found))
    assert set(KEYS) <= set(record)
    assert record["exp_ns"] == 5.0
    assert record["ratio_gambit"] is None


def test_a_ratio_is_the_median_of_the_ratios_within_rounds():
    found = bench.Bench()
    for above, below in ((10, 1), (40, 2), (90, 3)):
        found.note("fast", above)
        found.note("slow", below)
    assert found.ratio("fast", "slow") == 20


def test_growth_is_the_power_of_size():
    assert speed.exponent({10: 3.0, 20: 12.0, 40: 48.0}) == pytest.approx(2.0)


def test_an_exponential_takes_time():
    assert 0.1 < speed.exponential(size=500, times=5) < 1000


def test_the_random_games_are_solved_to_the_residual():
    posed = games.random_games(50)
    found = logit_equilibrium(posed)
    assert found.play.shape == (4, 6, 50)
    assert np.max(residual_of(posed, found.play)) <= 1e-8


def test_the_posed_games_are_of_four_patrons_with_six_open_actions():
    posed = games.posed_games(20)
    assert posed.base.shape == (4, 6, 20)
    assert (posed.base > -np.inf).mean() > 0.95
    found = logit_equilibrium(posed)
    assert np.max(residual_of(posed, found.play)) <= 1e-8


def gambits_play(game):
    """Gambit's logit equilibrium of the game of one run, on the principal branch."""
    menus = games.open_menus(game)
    played = games.gambits_solution(games.strategic_form(game, menus))
    play = np.zeros_like(game.base)
    for state, (player, menu) in enumerate(zip(played.game.players, menus, strict=True)):
        play[state, menu] = [float(played[each]) for each in player.strategies]
    return play


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [games.random_games, games.posed_games])
def test_gambit_agrees_on_the_games_of_the_bench(drawn):
    pytest.importorskip("pygambit", reason="no wheel for this Python; see the extra `gambit`")
    played = drawn(20)
    found = logit_equilibrium(played).play
    for number in range(20):
        meant = gambits_play(played.run(number))
        assert np.abs(found[..., number] - meant).max() <= 1e-6, number


def test_the_phases_of_a_turn_add_up():
    found = speed.phases(runs=5)
    assert list(found) == list(speed.PHASES)
    assert sum(found.values()) == pytest.approx(1.0)


def test_a_crowded_world_has_copies_of_the_patrons_alone():
    world = at_war(a_world(turns=2, runs=range(3)))
    many = speed.crowded(world, 9)
    assert many.state_count == len(set(many.names)) == 9
    assert many.principals == world.principals
    assert (many.power[:6] == world.power).all()
    assert many.affinity.shape[:2] == many.stakes.shape[:2] == (9, 9)
    assert (many.affinity[6] == many.affinity[world.names.index("russia")]).all()


def test_peak_memory_is_that_of_a_process_that_plays_and_stores():
    few = memory.peak_memory(20)
    assert 50 < few < 2000


@pytest.mark.slow
def test_mesas_batch_plays_the_same_model(monkeypatch):
    monkeypatch.setattr(speed, "MESA_RUNS", 1)
    assert {row["name"] for row in speed.mesas_batch()} >= {"russia", "iran"}
