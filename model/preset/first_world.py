"""Builds the first world of a preset: its figures as arrays, before the first turn."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any  # sections of a file are made from the declarations; a world has many types

import numpy as np

from model.parameters import SECTIONS, STATE_SECTIONS, Action, Reputation, Target
from model.preset.preset import Preset, ladder_entries, menu
from model.preset.toml import ConfigError
from model.treaties import Treaty
from model.world import SMALLEST, Array, Beta, Ladder, World, total


def spoken_with(attributes: dict[str, Array], carried: Array, spoken: float | Array) -> Array:
    """The voice of each action with that of what it includes; hidden support stays quiet."""
    voice = attributes["voice"]
    return voice + spoken * np.maximum(carried - voice, 0.0) * (1 - attributes["hidden"])


def ladder(preset: Preset, trailing: tuple[int, ...], spoken: float | Array = 1.0) -> Ladder:
    """The actions of all players as arrays (states, actions, *1)."""
    menus = tuple(menu(preset, player) for player in preset.file.players)
    most = max(len(each) for each in menus)
    entries = ladder_entries()

    def table(attribute: Callable[[Any], float]) -> Array:
        rows = [
            [attribute(entries[name]) for name in each] + [0.0] * (most - len(each))
            for each in menus
        ]
        return np.array(rows, float).reshape(len(menus), most, *trailing)

    def carried(entry: Any) -> float:
        return entries[entry.includes].voice if entry.includes else 0.0

    on_menu = np.array([[column < len(each) for column in range(most)] for each in menus])
    attributes = {each.name: table(attrgetter(each.name)) for each in fields(Action)}
    attributes["voice"] = spoken_with(attributes, table(carried), spoken)
    return Ladder(names=menus, on_menu=on_menu.reshape(*on_menu.shape, *trailing), **attributes)


def dependence(ties: Array, target: int) -> Array:
    """The target's dependence on each state: its share of the target's friendly ties."""
    friendly = np.maximum(ties[target], 0.0).copy()
    friendly[target] = 0.0
    return friendly / np.maximum(total(friendly), SMALLEST)


@dataclass(frozen=True)
class Figures:
    """The figures of a preset as arrays, for the number of one run or for a range of runs."""

    preset: Preset
    runs: int | range

    @property
    def players(self) -> list[str]:
        """The states that play, in their order."""
        return self.preset.file.players

    @property
    def trailing(self) -> tuple[int, ...]:
        """The last axis of what is the same in all runs."""
        return () if isinstance(self.runs, int) else (1,)

    @property
    def each_run(self) -> tuple[int, ...]:
        """The last axis of what the runs have each for itself."""
        return () if isinstance(self.runs, int) else (len(self.runs),)

    def one(self, value: float | Array) -> float | Array:
        """A parameter for these runs: a float, or its rows."""
        if not isinstance(value, np.ndarray):
            return float(value)
        last = self.runs if isinstance(self.runs, int) else self.runs.stop - 1
        if last >= len(value):
            keys = [key for key, row in self.preset.arrays.items() if row is value]
            raise ConfigError(
                f"--set {', '.join(keys)}: found {len(value)} values; valid: one for each of "
                f"runs 0 to {last}"
            )
        if isinstance(self.runs, int):
            return float(value[self.runs])
        return np.array(value[self.runs.start : self.runs.stop])

    def stacked(self, values: list[float | Array]) -> Array:
        """Parameters as the rows of an array."""
        rows = [np.asarray(self.one(value), float) for value in values]
        rows = [row if row.ndim else row.reshape(self.trailing) for row in rows]
        return np.stack(np.broadcast_arrays(*rows))

    def over_states(self, key: str) -> Array:
        """A figure of every state."""
        return self.stacked([self.preset.figure(f"{player}.{key}") for player in self.players])

    def over_pairs(self, key: str, own: float) -> Array:
        """A figure of every state toward every other; toward itself where that is not 0: `own`."""
        rows = [
            self.stacked(
                [
                    self.preset.figure(f"{i}.{key}.{j}") if i != j or own == 0 else own
                    for j in self.players
                ]
            )
            for i in self.players
        ]
        return np.stack(np.broadcast_arrays(*rows))

    def section(self, name: str, kind: type, owner: str = "") -> Any:
        """The record of a section, of the preset or of a state."""
        key = f"{owner}{name}"
        return kind(**{f.name: self.one(self.preset.figure(f"{key}.{f.name}"))
                       for f in fields(kind)})  # fmt: skip

    def by_state(self, name: str, kind: type) -> Any:
        """The record of a section with an array over the states in each field."""
        return kind(**{f.name: self.over_states(f"{name}.{f.name}") for f in fields(kind)})

    def treaties(self) -> tuple[Treaty, ...]:
        """The treaties of all states with partners that play."""
        return tuple(
            self.treaty(player, entry)
            for player in self.players
            for entry in self.preset.profiles[player].treaties
            if entry.partner in self.players
        )

    def treaty(self, player: str, entry: Any) -> Treaty:
        """A treaty as its holder's profile has it, with its depth in these runs."""
        by_run = self.preset.arrays.get(f"{player}.treaties.{entry.partner}.{entry.clause}")
        depth = entry.depth if by_run is None else self.one(by_run)
        written = entry.model_dump() | {"against": tuple(entry.against), "depth": depth}
        return Treaty(holder=player, **written)


def first_world(preset: Preset, runs: int | range) -> World:
    """The world before the first turn, with a run axis if `runs` is a range."""
    figures = Figures(preset, runs)
    records = {
        name: figures.by_state(name, kind)
        for name, kind in STATE_SECTIONS.items()
        if name != "target"
    }
    aims = figures.section("target", Target, f"{preset.file.target}.")
    return World(
        **who_plays(figures),
        **records,
        aims=aims,
        **{name: figures.section(name, kind) for name, kind in SECTIONS.items()},
        turn=0,
        **peace(figures),
        **target_unharmed(figures, aims),
        **bonds(figures),
        **repute(figures, records["reputation"]),
        **nothing_done(figures),
        money=records["means"].money,
        forces=records["means"].forces,
        systems=records["means"].systems,
        sanctions=records["economy"].sanctions,
    )


def who_plays(figures: Figures) -> dict[str, Any]:
    """The players, their roles and menus, and how they decide."""
    preset, file = figures.preset, figures.preset.file
    place = {name: number for number, name in enumerate(figures.players)}
    roles = ("fighting", "backer", "supplier")
    return {
        "names": tuple(figures.players),
        "target": place[file.target],
        "challenger": place[file.challenger],
        "start": file.start,
        "weeks": preset.weeks,
        "weights": {name: figures.over_states(f"weights.{name}") for name in preset.terms},
        "terms": preset.terms,
        "precision": figures.over_states("precision"),
        "stakes": figures.over_pairs("stakes", 0.0),
        "treaties": figures.treaties(),
        "ladder": ladder(preset, figures.trailing, figures.one(preset.figure("beliefs.spoken"))),
        "fronts": tuple(place.get(getattr(file.fronts, role, None) or "") for role in roles),
        "rules": tuple(preset.profiles[player].rule for player in figures.players),
        "norm": file.norm,
    }


def bonds(figures: Figures) -> dict[str, Any]:
    """Ties and pledges as they are at first, and how the target depends on its friends."""
    ties, pledges = figures.over_pairs("ties", 1.0), figures.over_pairs("pledges", 0.0)
    courted = dependence(ties, figures.players.index(figures.preset.file.target))
    return {
        "affinity": ties, "pledge": pledges, "basis": pledges,
        "courted": courted, "dependence": courted,
    }  # fmt: skip


def repute(figures: Figures, standing: Reputation) -> dict[str, Any]:
    """How each state is seen by each other, run by run: one case of either kind before all."""
    count = len(figures.players)

    def remembered(figure: Array) -> Array:
        shape = (count, count, *figures.each_run)
        return np.broadcast_to(1 + figure[:, None], shape).copy()

    return {
        "reliability": Beta(remembered(standing.kept), remembered(standing.failed)),
        "honesty": Beta(remembered(standing.matched), remembered(standing.unmatched)),
    }


def peace(figures: Figures) -> dict[str, Any]:
    """There has been no war, and the price of oil is its basis."""
    zero = np.zeros(figures.trailing)
    names = ("wars", "onset", "balance", "premium", "noise", "lost_supply")
    return dict.fromkeys(names, zero) | {
        "war": np.zeros(figures.trailing, bool),
        "weeks_at_war": np.zeros(figures.each_run),
        "restraint": zero + figures.one(figures.preset.figure("restraint")),
        "intensity": zero + 1.0,
    }


def target_unharmed(figures: Figures, aims: Target) -> dict[str, Any]:
    """What the challenger strikes at, whole; the hardened part of the programme by itself."""
    zero, no = np.zeros(figures.trailing), np.zeros(figures.trailing, bool)
    return {
        "programme": zero + aims.programme * (1 - aims.hardened),
        "hardened": zero + aims.programme * aims.hardened,
        "air_defence": zero + aims.air_defence,
        "proxies": zero + aims.proxies,
        "regime": zero + aims.regime,
        "collapsed": no,
        "bomb": no,
    }


def nothing_done(figures: Figures) -> dict[str, Any]:
    """What acts leave behind, before there was one."""
    shape = (len(figures.players), *figures.trailing)
    actions = max(len(menu(figures.preset, player)) for player in figures.players)
    by_action = (shape[0], actions, *figures.trailing)
    return {name: np.zeros(shape) for name in ("ordered", "income", "leaked")} | {
        "choice": np.zeros(shape, int),
        "attraction": np.zeros(by_action),
        "reasons": np.ones(by_action),
        "reading": np.ones((2, 2, *shape)),
        "realised": np.zeros((len(figures.preset.terms), *shape)),
        "doctrine": np.full(shape, -1),
    }
