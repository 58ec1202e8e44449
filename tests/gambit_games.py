"""Stage games of real worlds with Gambit's logit equilibria, for `test_equilibrium.py`.

`python -m tests.gambit_games` under a Python that has pygambit draws the games, solves
them and writes `experiments/theory/gambit_games.json`. In each game two to four states
play; what the others do is held at the solution of the whole game. Gambit traces
the principal branch of the strategic form whose payoffs are multiplied by each state's
precision, up to 1.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import numpy as np

from model.game.branch import followed_branch
from model.game.equilibrium import logit_equilibrium
from model.game.quantal_response import quantal_response
from model.game.stage_game import CHANNELS, StageGame
from model.world import Array, Play
from tests.worlds import PRESETS, a_model

STORED = Path(__file__).resolve().parent.parent / "experiments" / "theory" / "gambit_games.json"
SIZES = {2: 8, 3: 5, 4: 3}
"""The longest menu by the number of states that play."""
GAMES = 66
SEVERAL = 12


def reduced(game: StageGame, play: Play, kept: list[int], menus: list[list[int]]) -> StageGame:
    """The game among some states, on part of their menus, with the others' play held."""
    held = np.ones(len(play))
    held[kept] = 0.0
    expected = ((game.relations * held) @ (game.effects * play).sum(2)[..., None])[..., 0]
    base = game.base + (game.slopes * expected[:, :, None]).sum(0)
    others = 1 - np.eye(len(kept))
    rows, columns = np.array(kept)[:, None], np.array(menus)
    return StageGame(
        base=base[rows, columns],
        slopes=game.slopes[:, rows, columns],
        effects=game.effects[:, rows, columns],
        relations=game.relations[:, kept][:, :, kept] * others,
        precision=game.precision[kept],
    )


def strategic_form(game: StageGame) -> list[Array]:
    """Each state's payoff, times its precision, at every profile of pure actions."""
    tables = np.empty((len(game.base), *(game.base.shape[1],) * len(game.base)))
    for profile in product(range(game.base.shape[1]), repeat=len(game.base)):
        pure = np.zeros_like(game.base)
        pure[range(len(profile)), profile] = 1.0
        payoffs = game.payoffs(game.expectations(pure)) * game.precision[:, None]
        tables[(slice(None), *profile)] = payoffs[range(len(profile)), profile]
    return list(tables)


def by_gambit(game: StageGame) -> Play | None:
    """Gambit's equilibrium on the principal branch; None where its path stops short."""
    import pygambit

    found = pygambit.qre.logit_solve_lambda(
        pygambit.Game.from_arrays(*strategic_form(game)), lam=[1.0], first_step=0.001
    )[-1]
    if abs(found.lam - 1) > 1e-9:
        return None
    played = found.profile
    return np.array(
        [[float(played[s]) for s in player.strategies] for player in played.game.players]
    )


def equilibria(game: StageGame, starts: int = 60) -> list[Play]:
    """The equilibria that damped iteration finds from random starts."""
    many = game.part(np.zeros(starts, int))
    generator = np.random.default_rng(0)
    play = generator.dirichlet(np.full(game.base.shape[1], 0.2), (starts, len(game.base)))
    play = np.moveaxis(play, 0, -1)
    many = replace(many, base=np.broadcast_to(many.base, play.shape))
    for _ in range(600):
        reply = quantal_response(many.payoffs(many.expectations(play)), many.precision)
        moved, play = np.abs(reply - play).max((0, 1)), 0.5 * (reply + play)
    several: list[Play] = []
    for run in np.flatnonzero(moved < 1e-9):
        found = play[..., run]
        if all(np.abs(found - other).max() > 1e-3 for other in several):
            several.append(found)
    return several


def candidates(random: Random) -> Iterator[tuple[str, StageGame]]:
    """Games among some states of real worlds, with where they come from."""
    while True:
        preset, turns, seed = (
            random.choice(PRESETS),
            random.randrange(1, 15),
            random.randrange(1000),
        )
        model = a_model(preset, turns, seed=seed)
        assert model.game is not None and model.solution is not None
        game, play = model.game, model.solution.play
        for _ in range(3):
            kept = sorted(random.sample(range(len(play)), random.choice(list(SIZES))))
            open_ = [np.flatnonzero(game.base[state] > -np.inf).tolist() for state in kept]
            size = min(SIZES[len(kept)], *map(len, open_))
            if size < 2:
                continue
            menus = [sorted(random.sample(menu, size)) for menu in open_]
            who = ", ".join(model.world.names[state] for state in kept)
            where = f"{preset}, seed {seed}, turn {turns}: {who}"
            yield where, reduced(game, play, kept, menus)


def coordination(random: Random) -> Iterator[tuple[str, StageGame]]:
    """Games in which aid by one makes aid by another pay: often with several equilibria."""
    channels = len(CHANNELS)
    while True:
        states, size = random.choice((2, 3)), random.choice((2, 3, 4))
        aid = np.sort(np.array([[random.random() for _ in range(size)] for _ in range(states)]))
        cost = np.array([random.uniform(0.5, 1.5) for _ in range(states)]) * (states - 1)
        effects, slopes = np.zeros((2, channels, states, size))
        effects[0], slopes[0] = aid, 2 * aid
        relations = np.zeros((channels, states, states))
        relations[0] = 1 - np.eye(states)
        precision = np.array([random.uniform(5, 15) for _ in range(states)])
        yield "coordination", StageGame(-cost[:, None] * aid, slopes, effects, relations, precision)


def drawn_games() -> Iterator[tuple[str, StageGame, Play, int]]:
    """Games with Gambit's solution: those of real worlds, then some that have several."""
    random = Random(2025)
    for source, wanted, least in ((candidates, GAMES, 1), (coordination, SEVERAL, 2)):
        drawn = 0
        for where, game in source(random):
            count = len(equilibria(game))
            if count >= least and (play := by_gambit(game)) is not None:
                drawn += 1
                yield where, game, play, count
            if drawn == wanted:
                break


def written(entries: list[tuple[str, StageGame, Play, int]]) -> str:
    """The games as JSON, one a line; a number is written so that it reads back the same."""
    lines = [
        json.dumps(
            {"where": where, "equilibria": count, "play": play.tolist()}
            | {
                name: getattr(game, name).tolist()
                for name in ("base", "slopes", "effects", "relations", "precision")
            }
        )
        for where, game, play, count in entries
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def stored() -> list[tuple[str, StageGame, Play, int]]:
    """The games that were stored, with Gambit's solution and how many equilibria are known."""
    return [
        (
            each["where"],
            StageGame(
                **{
                    name: np.array(each[name])
                    for name in ("base", "slopes", "effects", "relations", "precision")
                }
            ),
            np.array(each["play"]),
            each["equilibria"],
        )
        for each in json.loads(STORED.read_text("utf-8"))
    ]


if __name__ == "__main__":
    STORED.parent.mkdir(exist_ok=True)
    games = list(drawn_games())
    for where, game, play, count in games:
        off = np.abs(logit_equilibrium(game).play - play).max()
        branch = np.abs(followed_branch(game) - play).max()
        print(f"{off:.1e} {branch:.1e} {count} {where}")
    STORED.write_text(written(games), "utf-8")
