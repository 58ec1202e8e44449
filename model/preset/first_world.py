"""Builds the first world of a preset: its figures as arrays, before the first turn."""

from dataclasses import fields
from typing import Any  # sections of a file are made from the declarations

import numpy as np

from model.parameters import SECTIONS, STATE_SECTIONS, Action, Target
from model.preset.preset import Preset, ladder_entries, menu
from model.preset.toml import ConfigError
from model.treaties import Treaty
from model.world import SMALLEST, Array, Beta, Ladder, World, total


def ladder(preset: Preset, trailing: tuple[int, ...]) -> Ladder:
    """The actions of all players as arrays (states, actions, *1)."""
    menus = tuple(menu(preset, player) for player in preset.file.players)
    most = max(len(each) for each in menus)
    entries = ladder_entries()

    def table(attribute: str) -> Array:
        rows = [
            [getattr(entries[name], attribute) for name in each] + [0.0] * (most - len(each))
            for each in menus
        ]
        return np.array(rows, float).reshape(len(menus), most, *trailing)

    on_menu = np.array([[column < len(each) for column in range(most)] for each in menus])
    attributes = {each.name: table(each.name) for each in fields(Action)}
    return Ladder(names=menus, on_menu=on_menu.reshape(*on_menu.shape, *trailing), **attributes)


def dependence(ties: Array, target: int) -> Array:
    """The target's dependence on each state: its share of the target's friendly ties."""
    friendly = np.maximum(ties[target], 0.0).copy()
    friendly[target] = 0.0
    return friendly / np.maximum(total(friendly), SMALLEST)


def first_world(preset: Preset, runs: int | range) -> World:
    """The world before the first turn, with a run axis if `runs` is a range."""
    trailing, each_run = ((), ()) if isinstance(runs, int) else ((1,), (len(runs),))
    file, players = preset.file, preset.file.players
    count = len(players)

    def one(value: float | Array) -> float | Array:
        """A parameter for these runs: a float, or its rows."""
        if isinstance(value, np.ndarray):
            last = runs if isinstance(runs, int) else runs.stop - 1
            if last >= len(value):
                keys = [key for key, row in preset.arrays.items() if row is value]
                raise ConfigError(
                    f"--set {', '.join(keys)}: found {len(value)} values; valid: one for each of "
                    f"runs 0 to {last}"
                )
            if isinstance(runs, int):
                return float(value[runs])
            return np.array(value[runs.start : runs.stop])
        return float(value)

    def stacked(values: list[float | Array]) -> Array:
        rows = [np.asarray(one(value), float) for value in values]
        rows = [row if row.ndim else row.reshape(trailing) for row in rows]
        return np.stack(np.broadcast_arrays(*rows))

    def over_states(key: str) -> Array:
        return stacked([preset.figure(f"{player}.{key}") for player in players])

    def over_pairs(key: str, own: float) -> Array:
        rows = [
            stacked(
                [preset.figure(f"{i}.{key}.{j}") if i != j or own == 0 else own for j in players]
            )
            for i in players
        ]
        return np.stack(np.broadcast_arrays(*rows))

    def section(name: str, kind: type, owner: str = "") -> Any:
        return kind(**{f.name: one(preset.figure(f"{owner}{name}.{f.name}")) for f in fields(kind)})

    records = {
        name: kind(**{f.name: over_states(f"{name}.{f.name}") for f in fields(kind)})
        for name, kind in STATE_SECTIONS.items()
        if name != "target"
    }
    aims = section("target", Target, f"{file.target}.")

    def treaty(player: str, entry: Any) -> Treaty:
        by_run = preset.arrays.get(f"{player}.treaties.{entry.partner}.{entry.clause}")
        depth = entry.depth if by_run is None else one(by_run)
        written = entry.model_dump() | {"against": tuple(entry.against), "depth": depth}
        return Treaty(holder=player, **written)

    ties = over_pairs("ties", 1.0)
    basis = over_pairs("pledges", 0.0)
    courted = dependence(ties, players.index(file.target))
    standing = records["reputation"]

    def remembered(figure: Array) -> Array:
        shape = (count, count, *each_run)
        return np.broadcast_to(1 + figure[:, None], shape).copy()

    zero = np.zeros(trailing)
    no = np.zeros(trailing, bool)
    named = {name: place for place, name in enumerate(players)}
    return World(
        names=tuple(players),
        target=named[file.target],
        challenger=named[file.challenger],
        start=file.start,
        weeks=preset.weeks,
        **records,
        aims=aims,
        weights={name: over_states(f"weights.{name}") for name in preset.terms},
        terms=preset.terms,
        precision=over_states("precision"),
        stakes=over_pairs("stakes", 0.0),
        basis=basis,
        treaties=tuple(
            treaty(player, entry)
            for player in players
            for entry in preset.profiles[player].treaties
            if entry.partner in named
        ),
        ladder=ladder(preset, trailing),
        **{name: section(name, kind) for name, kind in SECTIONS.items()},
        fronts=tuple(
            named.get(getattr(file.fronts, role, None) or "")
            for role in ("fighting", "backer", "supplier")
        ),
        courted=courted,
        rules=tuple(preset.profiles[player].rule for player in players),
        norm=file.norm,
        turn=0,
        war=no,
        weeks_at_war=np.zeros(each_run),
        wars=zero,
        restraint=zero + one(preset.figure("restraint")),
        onset=zero,
        choice=np.zeros((count, *trailing), int),
        affinity=ties,
        pledge=basis,
        reliability=Beta(remembered(standing.kept), remembered(standing.failed)),
        honesty=Beta(remembered(standing.matched), remembered(standing.unmatched)),
        money=records["means"].money,
        forces=records["means"].forces,
        systems=records["means"].systems,
        ordered=np.zeros((count, *trailing)),
        intensity=zero + 1.0,
        balance=zero,
        programme=zero + aims.programme * (1 - aims.hardened),
        hardened=zero + aims.programme * aims.hardened,
        air_defence=zero + aims.air_defence,
        proxies=zero + aims.proxies,
        regime=zero + aims.regime,
        collapsed=no,
        bomb=no,
        premium=zero,
        noise=zero,
        lost_supply=zero,
        sanctions=records["economy"].sanctions,
        realised=np.zeros((count, *trailing)),
        income=np.zeros((count, *trailing)),
        dependence=courted,
        attraction=np.zeros((count, ladder(preset, trailing).on_menu.shape[1], *trailing)),
        leaked=np.zeros((count, *trailing)),
    )
