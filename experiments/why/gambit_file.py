"""The stage game of a turn in Gambit's strategic-form format, with its solution beside it."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np

from experiments.engine.store import refuse_unwritable, write_files
from model.game.equilibrium import logit_equilibrium
from model.game.stage_game import StageGame
from model.preset.load import ConfigError
from model.world import Array


def held(game: StageGame, play: Array, kept: list[int]) -> StageGame:
    """The game of some states, the others' play held fixed."""
    rest = [state for state in range(len(game.base)) if state not in kept]
    means = (game.effects * play).sum(2)
    felt = np.einsum("kij...,kj...->ki...", game.relations[:, :, rest], means[:, rest])
    moved = np.einsum("kia...,ki...->ia...", game.slopes, felt)
    return StageGame(
        base=(game.base + moved)[kept],
        slopes=game.slopes[:, kept],
        effects=game.effects[:, kept],
        relations=game.relations[:, kept][:, :, kept],
        precision=game.precision[kept],
    )


def short_menus(game: StageGame, actions: int) -> StageGame:
    """The games with each menu cut to its first open actions, then closed ones if these are few."""
    order = np.argsort(game.base == -np.inf, 1, kind="stable")[:, :actions]

    def cut(table: Array) -> Array:
        wide = np.broadcast_to(table, (*table.shape[:-3], *game.base.shape))
        places = np.broadcast_to(order, (*table.shape[:-3], *order.shape))
        return np.take_along_axis(wide, places, -2)

    return replace(game, base=cut(game.base), slopes=cut(game.slopes), effects=cut(game.effects))


def decimal(value: float) -> str:
    """A number with all its digits and no exponent, as Gambit reads it."""
    return format(Decimal(repr(float(value))), "f")


def profile_payoffs(game: StageGame, menus: list[list[int]]) -> Array:
    """Payoffs times precision at every pure profile: (states, *actions of each state)."""
    sizes = [len(menu) for menu in menus]
    table = np.empty((len(menus), *sizes))
    for profile in product(*(range(size) for size in sizes)):
        actions = [menu[place] for menu, place in zip(menus, profile, strict=True)]
        effects = game.effects[:, range(len(actions)), actions]
        felt = (game.relations * effects[:, None]).sum(2)
        for state, action in enumerate(actions):
            payoff = game.base[state, action] + game.slopes[:, state, action] @ felt[:, state]
            table[(state, *profile)] = game.precision[state] * payoff
    return table


def beside(out: Path) -> Path:
    """Where the solution of a game goes. Raises ConfigError where either cannot be written."""
    if out.suffix != ".nfg":
        raise ConfigError(f"--out: found '{out.name}'; valid: a name that ends in .nfg")
    solution = out.with_suffix(".json")
    for each in (out, solution):
        refuse_unwritable(each)
    return solution


def write_game(
    game: StageGame,
    play: Array,
    names: tuple[str, ...],
    actions: tuple[tuple[str, ...], ...],
    states: list[str],
    out: Path,
    title: str,
) -> Path:
    """Write the game as .nfg and its solution as .json beside it; returns the latter's path.

    Infeasible actions are left out. Raises ConfigError for an unknown state or a game
    of more than two million profiles.
    """
    for each in states:
        if each not in names:
            raise ConfigError(f"--states: found '{each}'; valid: {', '.join(names)}")
    kept = [names.index(each) for each in states]
    part = held(game, play, kept)
    menus = [[int(a) for a in np.flatnonzero(row != -np.inf)] for row in part.base]
    profiles = int(np.prod([len(menu) for menu in menus]))
    if profiles > 2_000_000:
        raise ConfigError(f"--states: {profiles} profiles are too many; name fewer states")
    solution = logit_equilibrium(part, play[kept], "of the exported game")
    labels = [[actions[state][a] for a in menu] for state, menu in zip(kept, menus, strict=True)]
    table = profile_payoffs(part, menus)
    quoted = " ".join(f'"{name}"' for name in states)
    rows = "\n".join("{ " + " ".join(f'"{a}"' for a in menu) + " }" for menu in labels)
    # Gambit counts profiles with the first player's strategy running fastest
    axes = (*range(len(menus), 0, -1), 0)
    body = "\n".join(
        " ".join(decimal(value) for value in row)
        for row in table.transpose(axes).reshape(-1, len(menus))
    )
    text = f'NFG 1 R "{title}" {{ {quoted} }}\n\n{{ {rows}\n}}\n""\n\n{body}\n'
    answer = {
        "states": states,
        "solution": {
            name: {
                label: float(solution.play[place, a]) for label, a in zip(menu, own, strict=True)
            }
            for place, (name, menu, own) in enumerate(zip(states, labels, menus, strict=True))
        },
    }
    solved = json.dumps(answer, indent=1) + "\n"
    write_files({out: text.encode(), beside(out): solved.encode()})
    return beside(out)
