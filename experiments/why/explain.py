"""Why: the payoff ledger of one decision, and the smallest change that would flip it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any  # attributes of a world are set by name

import numpy as np

from agents.strategies import bound
from agents.weighing import feasible, game_of, ledger
from experiments.engine.words import aligned, decimal
from model.alliance_model import AllianceModel
from model.game.equilibrium import Solution, logit_equilibrium, nearby
from model.game.stage_game import Expected, StageGame
from model.parameters import SECTIONS
from model.preset.catalogue import Quantity, catalogue
from model.preset.load import Change, ConfigError, Preset, load, suggestion
from model.preset.toml import whole_number
from model.world import Array, World

PAIRS = {"ties": "affinity", "stakes": "stakes", "pledges": "pledge"}
"""What a world calls the figures that a state has toward each other one."""
FLIPPABLE = {"means", "posture", "reputation", "economy", "weights", *PAIRS, *SECTIONS}
"""The tables of which a figure may flip a choice."""


@dataclass(frozen=True)
class Flip:
    """The smallest change of one parameter that changes the preferred action."""

    key: str
    unit: str
    before: float
    after: float
    action: str
    probability: float


@dataclass(frozen=True)
class Explanation:
    """One state's decision in one turn of one run."""

    state: str
    day: str
    turn: int
    run: int
    war: bool
    actions: tuple[str, ...]
    terms: dict[str, Array]
    total: Array
    probability: Array
    played: str
    flip: Flip | None
    rule: str = "logit"

    @property
    def open(self) -> Array:
        """Which actions are open; a rule may leave an open one without a chance."""
        return self.total != -np.inf

    @property
    def preferred(self) -> str:
        """The action of the highest payoff."""
        return self.actions[int(np.argmax(self.total))]

    @property
    def second(self) -> str:
        """The next best action."""
        return self.actions[int(np.argsort(self.total, kind="stable")[-2])]

    def deciding(self, better: str, worse: str) -> list[tuple[str, float]]:
        """Terms by how much they favour one action over another, the largest first."""
        first, second = self.actions.index(better), self.actions.index(worse)
        gaps = {name: float(value[first] - value[second]) for name, value in self.terms.items()}
        return sorted(gaps.items(), key=lambda each: -abs(each[1]))


def watched(preset: Preset, turn: int, run: int, seed: int) -> AllianceModel:
    """The model of one run after its stage game of this turn (1 is the first) was solved."""
    model = AllianceModel(preset, rng=seed, runs=run)
    whole_number(turn, "--turn", 1, model.preset.file.turns)
    for _ in range(turn - 1):
        model.step()
    model.shock()
    model.weigh()
    model.solve()
    return model


def explanation(
    model: AllianceModel, state: int, *, turn: int = 0, run: int = 0, flips: bool = True
) -> Explanation:
    """The decision of a state in a model whose stage game has just been solved."""
    world, solution, game = model.world, model.solution, model.game
    assert solution is not None and game is not None
    model.act()
    played = world.ladder.names[state][int(model.world.choice[state])]
    found = decision(world, game, solution, state, played, turn=turn, run=run)
    flip = smallest_flip(model.preset, world, state, solution) if flips else None
    return replace(found, flip=flip)


def decision(
    world: World,
    game: StageGame,
    solution: Solution,
    state: int,
    played: str,
    *,
    turn: int = 0,
    run: int = 0,
) -> Explanation:
    """A state's decision in a solved stage game, without what would flip it."""
    count = len(world.ladder.names[state])
    entries = ledger(world, Expected.of(solution.expectations))
    terms = {
        name: np.broadcast_to(value, game.base.shape)[state, :count].copy()
        for name, value in entries.items()
    }
    return Explanation(
        state=world.names[state],
        day=str(world.day),
        turn=turn,
        run=run,
        war=bool(world.war),
        actions=world.ladder.names[state],
        terms=terms,
        total=game.payoffs(solution.expectations)[state][:count],
        probability=solution.play[state][:count],
        played=played,
        flip=None,
        rule=world.rules[state],
    )


# ----------------------------------------------------------------- flipping a choice


def without_choice(world: World, solution: Solution) -> dict[int, Array]:
    """What the states play that do not choose: another rule binds them, or an order."""
    changed = (solution.game.base != -np.inf) != feasible(world)
    return {
        state: solution.play[state]
        for state, rule in enumerate(world.rules)
        if rule != "logit" or changed[state].any()
    }


def solved(world: World, guess: Array, kept: Mapping[int, Array]) -> Solution:
    """The equilibrium of a world's stage game in which some states keep to what they play."""
    return logit_equilibrium(bound(game_of(world), kept), guess, f"in turn {world.turn}")


def nudges(preset: Preset, world: World, state: int) -> list[Quantity]:
    """The figures that bear on a state's choice, with their present values."""
    return [
        replace(each, value=present(world, each.key))
        for each in catalogue(preset)
        if each.table in FLIPPABLE
        and each.owner in ("", world.names[state])
        and not each.initial
        and (each.table not in PAIRS or each.name in world.names)
    ]


def present(world: World, key: str) -> float:
    """The present value of a figure of the world."""
    owner, table, name = ("", *key.split("."))[-3:]
    if not owner:
        return float(getattr(getattr(world, table), name))
    state = world.names.index(owner)
    if table == "weights":
        return float(world.weights[name][state])
    if table in PAIRS:
        return float(getattr(world, PAIRS[table])[state, world.names.index(name)])
    return float(getattr(getattr(world, table), name)[state])


def nudged(world: World, key: str, value: float) -> World:
    """The world with one parameter changed, all else as it came about."""
    parts = key.split(".")
    if parts[0] in SECTIONS:
        section: Any = getattr(world, parts[0])
        return with_(world, parts[0], replace(section, **{parts[1]: value}))
    state = world.names.index(parts[0])

    def at(array: Array, *place: int) -> Array:
        changed = array.copy()
        changed[place] = value
        return changed

    if parts[1] == "weights":
        weights = world.weights | {parts[2]: at(world.weights[parts[2]], state)}
        return replace(world, weights=weights)
    if parts[1] in PAIRS:
        attribute, other = PAIRS[parts[1]], world.names.index(parts[2])
        return with_(world, attribute, at(getattr(world, attribute), state, other))
    if parts[1] == "target":
        aims: Any = replace(world.aims, **{parts[2]: np.asarray(value)})
        return with_(world, "aims", aims) if state == world.target else world
    record: Any = getattr(world, parts[1])
    changed = at(getattr(record, parts[2]), state)
    world = with_(world, parts[1], replace(record, **{parts[2]: changed}))
    if parts[1] == "means" and parts[2] in ("money", "forces", "systems"):
        shift = value - float(getattr(record, parts[2])[state])
        stock = getattr(world, parts[2])
        world = with_(world, parts[2], at_shift(stock, state, shift))
    return world


def with_(world: World, attribute: str, value: object) -> World:
    """The world with one attribute replaced, by its name."""
    changes: dict[str, Any] = {attribute: value}
    return replace(world, **changes)


def at_shift(stock: Array, state: int, shift: float) -> Array:
    """A stock with one state's figure moved, not below zero."""
    changed = stock.copy()
    changed[state] = max(changed[state] + shift, 0.0)
    return changed


def smallest_flip(preset: Preset, world: World, state: int, solution: Solution) -> Flip | None:
    """The change of one parameter, least as a share of its range, that flips the likeliest action.

    The search iterates from the present solution; the flip it finds is verified by solving the
    stage game again with the change. None is sought for who plays by another rule or an order.
    """
    kept = without_choice(world, solution)
    if state in kept:
        return None
    preferred = int(np.argmax(solution.play[state]))

    def flips(key: str, value: float) -> bool:
        game = bound(game_of(nudged(world, key, value)), kept)
        return int(np.argmax(nearby(game, solution.play)[state])) != preferred

    figures = {each.key: each for each in nudges(preset, world, state)}
    found: list[tuple[float, str, float]] = []
    for key, each in figures.items():
        value = float(each.value)
        for end in (each.low, each.high):
            flip = _first_flip(partial(flips, key), value, end)
            if flip is not None:
                found.append((abs(flip - value) / (each.high - each.low), key, flip))
    for _, key, after in sorted(found):
        play = solved(nudged(world, key, after), solution.play, kept).play[state]
        taken = int(np.argmax(play))
        if taken != preferred:
            name, before = world.ladder.names[state][taken], figures[key]
            unit = "" if before.table in ("weights", *PAIRS) else before.unit
            return Flip(key, unit, float(before.value), after, name, float(play[taken]))
    return None


def _first_flip(flips: Callable[[float], bool], value: float, end: float) -> float | None:
    """The value nearest to the present one, toward an end of the range, at which `flips`."""
    inside = value
    for share in (0.02, 0.1, 0.35, 1.0):
        trial = value + share * (end - value)
        if trial != value and flips(trial):
            for _ in range(24):
                middle = 0.5 * (inside + trial)
                inside, trial = (inside, middle) if flips(middle) else (middle, trial)
            return trial
        inside = trial
    return None


# ------------------------------------------------------------------------ in words


def explained(
    preset: str | Preset,
    state: str,
    turn: int | None = None,
    run: int = 0,
    seed: int = 0,
    changes: Mapping[str, Change] | None = None,
) -> Explanation:
    """The explanation of a state's decision; by default in the first turn of war of the run."""
    preset = load(preset, changes)
    if state not in preset.profiles:
        raise ConfigError(f"--state: found '{state}'{suggestion(state, list(preset.profiles))}")
    if turn is None:
        model = AllianceModel(preset, rng=seed, runs=run)
        while not model.over and not model.world.war:
            model.step()
        turn = model.world.turn + 1 if model.world.war and not model.over else 1
    model = watched(preset, turn, run, seed)
    return explanation(model, list(preset.profiles).index(state), turn=turn, run=run)


def as_json(found: Explanation) -> str:
    """The explanation as one JSON object."""
    flip = found.flip
    rows = {
        action: {
            "terms": {name: float(value[place]) for name, value in found.terms.items()},
            "payoff": float(found.total[place]),
            "feasible": bool(found.open[place]),
            "probability": float(found.probability[place]),
        }
        for place, action in enumerate(found.actions)
    }
    for row in rows.values():
        if not row["feasible"]:
            row["payoff"] = None
    return json.dumps(
        {
            "state": found.state,
            "day": found.day,
            "turn": found.turn,
            "run": found.run,
            "war": found.war,
            "played": found.played,
            "preferred": found.preferred,
            "actions": rows,
            "flip": None if flip is None else flip.__dict__,
        },
        indent=1,
    )


def in_words(found: Explanation) -> str:
    """The ledger as a table, the choice in a sentence, and what would flip it."""
    names = list(found.terms)
    width = max(len(name) for name in names) + 1
    rows = [
        (
            action,
            *(found.terms[name][place] for name in names),
            found.total[place] if found.open[place] else "closed",
            found.probability[place],
        )
        for place, action in enumerate(found.actions)
    ]
    columns = ("<11", *[f">{width}.3f"] * len(names), ">9.3f", ">7.1%")
    lines = [
        f"{found.state} on {found.day} (turn {found.turn} of run {found.run}), "
        + ("in war" if found.war else "in peace"),
        "",
        *aligned(columns, rows, ("", *names, "payoff", "p"), indent=0),
    ]
    lines += ["", sentence(found), flip_sentence(found.flip, found.rule)]
    return "\n".join(lines)


def sentence(found: Explanation) -> str:
    """Why the action of the highest payoff is preferred, and which one was drawn."""
    reasons = found.deciding(found.preferred, found.second)[:2]
    why = " and ".join(f"{name} ({decimal(gap)})" for name, gap in reasons)
    gap = np.sort(found.total)[-1] - np.sort(found.total)[-2]
    drawn = found.played if found.rule == "logit" else f"{found.played}, by the rule {found.rule}"
    if gap == np.inf:
        return f"Only {found.preferred} is open. Drawn: {drawn}."
    return (
        f"{found.preferred} is worth {gap:.2f} more than {found.second}; "
        f"the two largest differences are {why}. Drawn: {drawn}."
    )


def flip_sentence(flip: Flip | None, rule: str = "logit") -> str:
    """The smallest change that flips a choice, in words."""
    if rule != "logit":
        return f"What would flip it is not sought, as {rule} does not play the equilibrium."
    if flip is None:
        return "No change of one parameter within its range would flip the choice."
    return (
        f"The smallest change that flips it: {flip.key} from {flip.before:.4g} to "
        f"{flip.after:.4g} {flip.unit}".rstrip()
        + f"; then {flip.action} is likeliest ({flip.probability:.0%}), the game solved again."
    )
