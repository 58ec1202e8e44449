"""Every declared quantity acts in the middle of a run, or is declared to make the first world."""

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pytest

from agents.realised import valued
from agents.weighing import stage_game, weighed
from experiments.why.explain import nudged
from model.measures import worth
from model.parameters import SECTIONS, STATE_SECTIONS, Action
from model.preset.load import load
from model.quantities import declarations
from model.rules import turn
from model.rules.conflict import ended
from model.world import World, played
from tests.worlds import a_model, a_world, figures

DECLARED = [
    (section, name, each)
    for section, kind in (SECTIONS | STATE_SECTIONS).items()
    if section != "decision"  # read by other rules than logit alone, and tested with them
    for name, each in declarations(kind).items()
]
IDS = [f"{section}.{name}" for section, name, _ in DECLARED]
STOCKS = [("means", each) for each in ("money", "forces", "systems")]
"""They make the first world and go on to act: a change in mid-run moves the stock by as much."""
PLAYED = [each.name for each in fields(World)][[e.name for e in fields(World)].index("turn") :]


@pytest.fixture(scope="module")
def model():
    return a_model("twelve-days", 2)


@pytest.fixture(scope="module")
def worlds(model) -> list[World]:
    """War and peace, at the edge of what may come: a shaken regime, sanctions, a lopsided war."""
    world = replace(
        model.world,
        regime=np.float64(0.2),
        sanctions=model.world.economy.sanctions + 0.5,
        ordered=np.full_like(model.world.ordered, 5.0),
        noise=np.float64(0.1),
    )
    war = replace(world, war=np.ones_like(world.war), weeks_at_war=np.float64(3.0))
    poor = replace(war.posture, access=np.zeros_like(war.posture.access))
    return [
        war,
        replace(war, balance=np.float64(2.9)),
        replace(war, balance=np.float64(9.0), posture=poor),
        replace(world, war=np.zeros_like(world.war)),
    ]


def keys(section: str, name: str, world: World) -> list[str]:
    """The keys of a declared quantity: one for each state that has it."""
    if section in SECTIONS:
        return [f"{section}.{name}"]
    owners = [world.names[world.target]] if section == "target" else world.names
    return [f"{owner}.{section}.{name}" for owner in owners]


def numbers(thing: object) -> Iterator[np.ndarray]:
    for _, each in figures(thing):
        if isinstance(each, np.ndarray | np.generic | float):
            yield np.asarray(each)


def outcomes(model, world: World) -> list[np.ndarray]:
    """The stage game of a world and what comes of some play and random draws."""
    model.world = world
    model.shock()
    world, weighing = model.world, weighed(model.world)
    game = stage_game(world, weighing)
    found = [*numbers(game), world.price, worth(world), world.onset]
    play = world.ladder.on_menu / world.ladder.on_menu.sum(1, keepdims=True)
    generator = np.random.default_rng(0)
    fresh = turn.acted(world, play, generator.random((4, world.state_count)))
    found += [fresh.choice, fresh.leaked]
    found += [turn.renewed(world, np.full(6, draw)) for draw in np.arange(0.001, 1, 0.05)]
    for attribute in declarations(Action):
        choice = getattr(world.ladder, attribute).argmax(1)
        acted = replace(world, choice=choice, leaked=generator.integers(2, size=6) * 1.0)
        told = [[played(each, does) for does in (choice, acted.seen)] for each in weighing.reading]
        after = valued(replace(acted, reading=np.array(told)), game, weighing)
        after = turn.judged(turn.resolved(after, generator.random(4) ** 4))
        found += [
            worth(after),
            *(each for name in PLAYED for each in numbers(getattr(after, name))),
        ]
        found += [ended(acted, np.full(4, draw)).war for draw in np.arange(0.05, 1, 0.05)]
    return found


def differ(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return any(not np.array_equal(*pair, equal_nan=True) for pair in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def usual(model, worlds):
    return [outcomes(model, world) for world in worlds]


@pytest.mark.slow
@pytest.mark.parametrize(("section", "name", "declared"), DECLARED, ids=IDS)
def test_a_quantity_acts_in_mid_run_unless_it_is_declared_initial(
    model, worlds, usual, section, name, declared
):
    assert declared["initial"] or any(
        differ(outcomes(model, nudged(world, key, float(declared[end]))), before)
        for world, before in zip(worlds, usual, strict=True)
        for key in keys(section, name, world)
        for end in ("low", "high")
    )


@pytest.mark.parametrize(("section", "name", "declared"), DECLARED, ids=IDS)
def test_a_quantity_makes_the_first_world_if_it_is_declared_initial_or_is_a_stock(
    section, name, declared
):
    def state_of_play(world: World) -> list[np.ndarray]:
        parts = [world.ladder, *(getattr(world, name) for name in PLAYED)]
        return [each for part in parts for each in numbers(part)]

    first = a_world()
    key = keys(section, name, first)[0]
    ends = (possible(first, key, float(declared[end])) for end in ("low", "high"))
    farthest = max(ends, key=lambda end: abs(end - float(load("twelve-days").figure(key))))
    makes = differ(state_of_play(a_world(changes={key: farthest})), state_of_play(first))
    assert makes == (declared["initial"] or (section, name) in STOCKS)


def possible(world: World, key: str, value: float) -> float:
    """The value, where means are concerned with no more tied down than there is."""
    owner, section, name = ("", *key.split("."))[-3:]
    if section != "means" or name == "replenishment":
        return value
    state, whole = world.names.index(owner), name.removesuffix("_tied")
    if name == whole:
        return max(value, float(getattr(world.means, f"{name}_tied")[state]))
    return min(value, float(getattr(world.means, whole)[state]))
