"""Snapshots: one turn of one run as plain data, from which the page is drawn.

A snapshot holds only numbers, words, lists and dicts, rounded; it never changes once made.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any  # plain data of mixed type

import numpy as np

from experiments.answer.acts import acts_of, brent
from experiments.answer.decisions import features_of, oil_tells
from experiments.why.plain import named
from model.game.stage_game import StageGame
from model.measures import MEASURES, standing
from model.preset.load import Preset, ladder_entries
from model.world import LEAST, Array, PerRun, PerState, World

if TYPE_CHECKING:
    from experiments.why.explain import Explanation
    from model.game.equilibrium import Solution

PAGE = Path(__file__).resolve().parent / "vue"
MEANS = ("money", "forces", "systems")
SHARES = {"reliability": "Reliability", "honesty": "Honesty", "means": "Free means"}
"""Series drawn for every state, from 0 to 1."""
DRAWN = ("price", "programme", "balance")
"""Measures of the world that are drawn."""
ABOVE_SEAT, BELOW_SEAT = 45.0, 85.0
"""Room that a node on the map needs above its seat, and below for its words."""
POINTS = 240
"""The most points of a line."""
Plain = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Moment:
    """One turn as it was played: the world that was weighed, its solved game, the next world."""

    before: World
    game: StageGame
    solution: "Solution"
    after: World


# ------------------------------------------------------------------------------ series


def free_share(world: World) -> PerState:
    """Share of its means that a state has free, by the scarcest of money, forces, systems."""
    shares = [
        getattr(world, f"free_{kind}") / np.maximum(getattr(world.means, kind), LEAST)
        for kind in MEANS
    ]
    return np.clip(np.min(np.broadcast_arrays(*shares), axis=0), 0.0, 1.0)


def measured(world: World) -> dict[str, PerRun]:
    """Every drawn series at one moment: `price`, `reliability.russia`, ..."""
    found = {name: MEASURES[name].rule(world) for name in DRAWN}
    free = free_share(world)
    reliability, honesty = standing(world.reliability.mean), standing(world.honesty.mean)
    for state, name in enumerate(world.names):
        found[f"reliability.{name}"] = reliability[state]
        found[f"honesty.{name}"] = honesty[state]
        found[f"means.{name}"] = free[state]
    return found


def thinned(values: Sequence[float]) -> list[float]:
    """A line thinned to at most POINTS values, with the last, to four significant digits."""
    step = -(-len(values) // POINTS)
    kept = [*values[:-1:step], values[-1]] if step > 1 else list(values)
    return [float(f"{each:.4g}") for each in kept]


def places(count: int) -> list[int]:
    """The turns at which a line of this many values has its points."""
    return [int(each) for each in thinned(range(count))] if count else []


# --------------------------------------------------------------------------------- map


@cache
def atlas() -> Plain:
    """The map: size, and path and centre of each country; Natural Earth, public domain."""
    return json.loads((PAGE / "world.json").read_text("utf-8"))


def countries(preset: Preset) -> dict[str, list[str]]:
    """The countries of the map that each state stands for, by its label and aliases."""
    known = atlas()["countries"]
    return {
        name: [each for each in (profile.label, *profile.aliases) if each in known]
        for name, profile in preset.profiles.items()
    }


def ground(preset: Preset) -> Plain:
    """What no turn changes: the land, that of each player, and what each action means."""
    world, own = atlas(), countries(preset)
    taken = {each for found in own.values() for each in found}
    paths = {name: each["path"] for name, each in world["countries"].items()}
    lowest = max(y for _, y in seats(preset).values())
    return {
        "width": world["width"],
        "height": max(world["height"], lowest + BELOW_SEAT),
        "scale": world["scale"],
        "land": "".join(path for name, path in paths.items() if name not in taken),
        "own": [
            {"colour": preset.profiles[name].colour, "path": "".join(paths[each] for each in found)}
            for name, found in own.items()
        ],
        "meanings": {action: entry.meaning for action, entry in ladder_entries().items()},
    }


def seats(preset: Preset) -> dict[str, list[float]]:
    """The place of each state's node; those without a country line up below the map."""
    world, own = atlas(), countries(preset)
    off = [name for name, found in own.items() if not found]
    step = world["width"] / (len(off) + 1)
    return {
        name: world["countries"][found[0]]["seat"]
        if found
        else [round(step * (off.index(name) + 1), 1), world["height"] + ABOVE_SEAT]
        for name, found in own.items()
    }


def scene(preset: Preset, world: World, moment: Moment | None, hidden: bool) -> Plain:
    """States with their standing, and this turn's actions as arcs; none before the first turn.

    An action that stays hidden is shown as the others see it, unless `hidden` is true.
    """
    free, at = free_share(world), seats(preset)
    reliability, honesty = standing(world.reliability.mean), standing(world.honesty.mean)
    nodes, arcs = [], []
    for state, name in enumerate(world.names):
        profile = preset.profiles[name]
        node: Plain = {
            "name": name,
            "label": profile.label,
            "colour": profile.colour,
            "x": at[name][0],
            "y": at[name][1],
            "reliability": _round(reliability[state]),
            "honesty": _round(honesty[state]),
            "means": _round(free[state]),
            "action": "",
            "plain": "",
            "rung": 0,
            "probability": None,
        }
        if moment is not None:
            node |= _act(world, moment, state, hidden)
            if node["rung"]:
                arcs.append(_arc(world, moment, state, node))
        nodes.append(node)
    return {"states": nodes, "arcs": arcs}


def _act(world: World, moment: Moment, state: int, hidden: bool) -> Plain:
    """A state's action as it is shown, its rung, and its probability."""
    choice = int((world.choice if hidden else world.seen)[state])
    action = world.ladder.names[state][choice]
    return {
        "action": action,
        "plain": named(action),
        "rung": int(world.ladder.rung[state].reshape(-1)[choice]),
        "hidden": bool(world.ladder.hidden[state].reshape(-1)[choice] > 0),
        "probability": _round(moment.solution.play[state][choice]),
    }


def _arc(world: World, moment: Moment, state: int, node: Plain) -> Plain:
    """An action as an arc: a principal's at its adversary, a patron's to its protege."""
    principal = state in world.principals
    adversary = world.challenger if state == world.target else world.target
    protege = world.target if moment.before.side[state] > 0 else world.challenger
    return {
        "from": node["name"],
        "to": world.names[adversary if principal else protege],
        "action": node["action"],
        "plain": node["plain"],
        "rung": node["rung"],
        "hidden": node["hidden"],
        "belligerent": principal,
    }


# --------------------------------------------------------------------------------- turn


def happened(preset: Preset, moment: Moment) -> list[str]:
    """The events that the preset set and those that came about in a turn, in words."""
    before, after = moment.before, moment.after
    label = {name: each.label for name, each in preset.profiles.items()}
    told = [
        each.what or f"{each.sets} becomes {each.value:g}"
        for each in preset.file.events
        if before.day <= each.day < after.day
    ]
    target, challenger = (label[before.names[each]] for each in before.principals)
    if bool(after.war) and not bool(before.war):
        told.append(f"war: {challenger} attacks {target}")
    if bool(before.war) and not bool(after.war):
        told.append("the fighting ends")
    if bool(after.collapsed) and not bool(before.collapsed):
        told.append(f"the regime of {target} falls")
    if bool(after.bomb) and not bool(before.bomb):
        told.append(f"{target} has a bomb")
    told += [
        f"sanctions on {label[name]} rise to {after.sanctions[state]:.2f}"
        for state, name in enumerate(before.names)
        if float(after.sanctions[state]) > float(before.sanctions[state]) + 0.005
    ]
    return told


known_acts = lru_cache(maxsize=8)(acts_of)
"""The acts of a preset, which each turn that is drawn asks for."""


def why(found: "Explanation") -> list[Plain]:
    """A state's ledger in rows: each action's terms, payoff and probability."""
    return [
        {
            "action": action,
            "open": bool(found.open[place]),
            "played": action == found.played,
            "total": _round(found.total[place]) if found.open[place] else None,
            "probability": _round(found.probability[place]),
            "terms": {name: _round(value[place]) for name, value in found.terms.items()},
        }
        for place, action in enumerate(found.actions)
    ]


def charts(preset: Preset, lines: Mapping[str, Sequence[float]], selected: str) -> list[Plain]:
    """The charts of the page with this run as lines, and observed Brent where there is some.

    A measure of what the crisis does not have is left out.
    """
    made = list[Plain]()
    has = {"price": oil_tells(preset), "programme": features_of(preset)["programme"]}
    for measure, title in SHARES.items():
        keys = [f"{measure}.{name}" for name in preset.profiles]
        chart = _chart(measure, title, "share", lines, keys)
        for line, (name, profile) in zip(chart["lines"], preset.profiles.items(), strict=True):
            line |= {"label": profile.label, "colour": profile.colour, "strong": name == selected}
        made.append(chart)
    titles = {
        "price": ("Brent", "USD/bbl"),
        "programme": (f"{preset.profiles[preset.file.target].label}'s programme", "index"),
        "balance": ("Balance of strength", "log ratio"),
    }
    for measure in (each for each in titles if has.get(each, True)):
        chart = _chart(measure, *titles[measure], lines, [measure])
        chart["lines"][0] |= {"label": "this run", "colour": "", "strong": True}
        if measure == "price":
            chart["observed"] = observed(preset)
        made.append(chart)
    return made


def _chart(
    name: str, title: str, unit: str, lines: Mapping[str, Sequence[float]], keys: Sequence[str]
) -> Plain:
    return {
        "name": name,
        "title": title,
        "unit": unit,
        "lines": [{"key": key, "values": thinned(lines[key])} for key in keys],
        "at": places(len(lines[keys[0]])),
        "observed": [],
    }


def bands(band: Mapping[str, tuple[Array, Array]] | None, selected: str) -> Plain:
    """The ensemble's 10-90 % band of each chart; they are sent apart, as no turn changes them.

    Series that every state has show the band of the selected state alone.
    """
    made: Plain = {}
    for chart in (*SHARES, *DRAWN):
        key = f"{chart}.{selected}" if chart in SHARES else chart
        if band and key in band:
            low, high = (each.tolist() for each in band[key])
            made[chart] = {"low": thinned(low), "high": thinned(high), "at": places(len(low))}
    return made


def observed(preset: Preset) -> list[list[float]]:
    """Brent as observed, (turns after the start, USD/bbl), within the preset's time."""
    file = preset.file
    points = [
        [(day - file.start).days / file.turn_days, price] for day, price in brent(preset).items()
    ]
    return [[round(turn, 2), price] for turn, price in points if 0 <= turn <= file.turns]


def _round(value: PerRun) -> float:
    return float(f"{float(value):.4g}")
