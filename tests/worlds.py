"""Worlds for the tests: models after some turns, worlds with changed figures, one run of many."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from random import Random

import numpy as np
from hypothesis import strategies as st

from model.alliance_model import AllianceModel
from model.game.stage_game import CHANNELS, Expected, StageGame
from model.preset.catalogue import catalogue
from model.preset.load import Change, load
from model.world import Beta, World

PLAYERS = ("russia", "iran", "israel", "united_states", "china", "gulf")
PRESETS = ("twelve-days", "iran-2025")
RUNS = 3
POOL = 10


def a_model(
    preset: str = "twelve-days",
    turns: int = 0,
    runs: int | range = 0,
    changes: Mapping[str, Change] | None = None,
    policy: Mapping[str, str] | None = None,
    seed: int = 0,
) -> AllianceModel:
    """A model that has played some turns."""
    model = AllianceModel(preset, runs=runs, changes=changes, policy=policy, rng=seed)
    for _ in range(turns):
        model.step()
    return model


def a_world(
    turns: int = 0,
    runs: int | range = 0,
    changes: Mapping[str, Change] | None = None,
    preset: str = "twelve-days",
) -> World:
    """The world after some turns."""
    return a_model(preset, turns, runs, changes).world


def at_war(world: World, **changed: object) -> World:
    """The same world, in which the challenger has attacked, with other fields changed."""
    return replace(world, war=np.ones_like(world.war), **changed)


def whole(world: World, table: np.ndarray) -> np.ndarray:
    """A table by state and action with all its axes."""
    runs = (1, 1, *np.shape(world.weeks_at_war))
    return np.broadcast_to(table, np.broadcast_shapes(world.ladder.aid.shape, table.shape, runs))


def alone(thing: object, run: int) -> object:
    """One run of a batch: every array without its last axis, in records and collections too."""
    if isinstance(thing, np.ndarray):
        return thing[..., run if thing.shape[-1] > 1 else 0][()]
    if isinstance(thing, StageGame):
        return thing.run(run)
    if is_dataclass(thing):
        return replace(thing, **{f.name: alone(getattr(thing, f.name), run) for f in fields(thing)})
    if isinstance(thing, dict):
        return {key: alone(value, run) for key, value in thing.items()}
    return thing


def figures(thing: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Every number of a record by its place, such as `reliability.kept`."""
    if is_dataclass(thing) and not isinstance(thing, type):
        for each in fields(thing):
            yield from figures(getattr(thing, each.name), f"{place}.{each.name}")
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from figures(value, f"{place}.{key}")
    else:
        yield place.removeprefix("."), thing


def differences(one: object, other: object) -> list[str]:
    """The places at which two records are not the same to the last bit."""
    second = dict(figures(other))
    return [k for k, v in figures(one) if not _same(v, second[k])]


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray | np.generic | float | bool):
        return np.shape(one) == np.shape(other) and bool(np.all(np.equal(one, other)))
    return one == other


# ---------------------------------------------------------- worlds with changed figures


def tunable() -> dict[str, tuple[float, float]]:
    """The range of every declared figure that can be changed without contradicting another."""
    ranges = {}
    for each in catalogue(load("twelve-days")):
        contradicts = each.table in ("means", "treaties", "restraint")
        principal = each.name in ("iran", "israel") or each.table not in ("stakes", "pledges")
        if principal and not contradicts:
            ranges[each.key] = (each.low, 20.0 if each.table == "precision" else each.high)
    return ranges


def changes_of(number: int, runs: int = RUNS) -> dict[str, Change]:
    """Changes of three figures within their ranges, one of them with a value for each run."""
    random = Random(number)
    ranges = tunable()
    keys = random.sample(sorted(ranges), 3)
    changes: dict[str, Change] = {key: random.uniform(*ranges[key]) for key in keys}
    changes[keys[0]] = np.array([random.uniform(*ranges[keys[0]]) for _ in range(runs)])
    return changes


@cache
def reached(number: int) -> AllianceModel:
    """A batch of three runs that reached some turn under changed figures, and weighed it."""
    model = a_model(
        PRESETS[number % 4 == 0], 1 + number % 4, range(RUNS), changes_of(number), seed=number
    )
    model.shock()
    model.weigh()
    return model


def numbers() -> st.SearchStrategy[int]:
    """Numbers of models for `reached`; Mesa's generators keep models out of strategies."""
    return st.integers(0, POOL - 1)


def expectations() -> st.SearchStrategy[Expected]:
    """What a state may expect of the others."""
    share = st.floats(0, 3, allow_subnormal=False)
    return st.builds(Expected, **dict.fromkeys(CHANNELS, share))


@cache
def _still() -> World:
    return a_world()


def stirred(number: int) -> World:
    """A world without a run axis whose play, clock and state are arbitrary: war in two of three.

    No figure is a 0 or 1 that would hide a factor, and some stocks are less than a turn uses.
    """
    random, world = np.random.default_rng(number), _still()
    size = world.state_count
    open_ = random.random(world.ladder.on_menu.shape) * world.ladder.on_menu
    figures = world.conflict, world.beliefs, world.oil, world.front, world.aims, world.value
    conflict, beliefs, oil, front, aims, value = (
        replace(
            each, **{f.name: getattr(each, f.name) * random.uniform(0.5, 1) for f in fields(each)}
        )
        for each in figures
    )

    def record() -> Beta:
        return Beta(*random.uniform(1, 9, (2, size, size)))

    return replace(
        world,
        weeks=random.uniform(0.3, 3),
        turn=int(random.integers(3, 200)),
        war=np.bool_(number % 3 > 0),
        weeks_at_war=random.uniform(0, 9),
        choice=open_.argmax(1),
        affinity=random.uniform(-1, 1, (size, size)),
        pledge=random.uniform(0, 1, (size, size)),
        basis=random.uniform(0, 1, (size, size)),
        stakes=random.uniform(-1, 1, (size, size)),
        reliability=record(),
        honesty=record(),
        reading=random.uniform(0.2, 5, (2, 2, size)),
        systems=world.means.systems * random.uniform(0, 1.5, size),
        money=world.means.money * random.uniform(0.5, 1.5, size),
        ordered=random.uniform(0, 20, size),
        sanctions=random.uniform(0, 2, size),
        income=random.normal(0, 1, size),
        dependence=random.dirichlet(np.ones(size)),
        intensity=random.uniform(0.3, 2),
        balance=random.uniform(-1.5, 1.5),
        programme=random.uniform(0.1, 1.2),
        hardened=random.uniform(0.1, 0.9),
        air_defence=random.uniform(0.1, 0.9),
        proxies=random.uniform(0.1, 0.9),
        regime=random.uniform(0.2, 0.9),
        premium=random.normal(0, 0.3),
        noise=random.normal(0, 0.3),
        realised=random.normal(0, 1, world.realised.shape),
        conflict=replace(conflict, shipment=random.uniform(0.1, 4)),
        beliefs=beliefs,
        oil=oil,
        front=front,
        aims=aims,
        value=value,
    )


def seeds() -> st.SearchStrategy[int]:
    """Numbers of worlds for `stirred`."""
    return st.integers(0, 9999)
