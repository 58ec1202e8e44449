"""Stage games solved together, and the same by Gambit one after another."""

from importlib.util import find_spec
from typing import Any  # pygambit ships no types

import numpy as np

from benchmarks.speed import PRESET, timed
from experiments.why.gambit_file import held, profile_payoffs, short_menus
from model.alliance_model import AllianceModel
from model.draws import uniforms
from model.game.stage_game import CHANNELS, StageGame

POSED_TURNS = 25
"""Turns after which the preset poses its games: by then half of the runs are at war."""


def random_games(count: int, states: int = 4, actions: int = 6, seed: int = 0) -> StageGame:
    """Stage games of random payoffs, slopes and effects, one a run; precision 2."""
    size = states * actions
    draws = np.concatenate(
        [uniforms(seed, f"bench {k}", 0, range(count)) for k in range((9 * size + 3) // 4)]
    )
    base, rest = draws[:size], draws[size : 9 * size]
    slopes, effects = rest.reshape(2, len(CHANNELS), states, actions, count)
    others = np.broadcast_to(1 - np.eye(states), (len(CHANNELS), states, states))[..., None]
    return StageGame(
        base=2 * base.reshape(states, actions, count) - 1,
        slopes=(2 * slopes - 1) / states,
        effects=effects,
        relations=others,
        precision=np.full((states, 1), 2.0),
    )


def posed_games(count: int, actions: int = 6) -> StageGame:
    """Stage games of the preset's four patrons on their first open actions, one a run.

    The principals' play is held at the equilibrium of the whole game.
    """
    model = AllianceModel(PRESET, runs=range(count))
    for _ in range(POSED_TURNS):
        model.step()
    assert model.game is not None and model.solution is not None
    patrons = [s for s in range(model.world.state_count) if s not in model.world.principals]
    return short_menus(held(model.game, model.solution.play, patrons), actions)


def open_menus(game: StageGame) -> list[list[int]]:
    """The open actions of each state in the game of one run."""
    return [[int(action) for action in np.flatnonzero(row != -np.inf)] for row in game.base]


def strategic_form(game: StageGame, menus: list[list[int]]) -> Any:
    """The game of one run as Gambit's, payoffs times precision."""
    import pygambit

    return pygambit.Game.from_arrays(*profile_payoffs(game, menus))


def gambits_solution(form: Any) -> Any:
    """Gambit's mixed strategies at the end of the principal branch."""
    import pygambit

    return pygambit.qre.logit_solve_lambda(form, lam=[1.0])[-1].profile


def gambits_rate(games: StageGame, count: int = 2) -> float | None:
    """Games a second that Gambit solves, to our residual; None where it is not installed."""
    if find_spec("pygambit") is None:
        return None
    each_run = [games.run(number) for number in range(count)]
    forms = [strategic_form(game, open_menus(game)) for game in each_run]
    return count / timed(lambda: [gambits_solution(form) for form in forms])
