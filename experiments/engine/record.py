"""What is kept of each run from turn to turn, and what is counted over runs by turn.

Pure functions of worlds with a run axis, so that the compiled engine traces them like rules.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from model.compiled.tracing import Recorder
from model.measures import MEASURES, standing
from model.world import Array, World

BINS = 1000
FIXED = 2.0**32

STANDINGS = ("reliability", "honesty")


@dataclass(frozen=True)
class Record:
    """The record of runs so far: each array has the runs last.

    How often each action was `played` and each state `fought` in war; the `peak` of the price; the
    `weeks` at war after a turn and the `war_turns` before one; the `highest` rungs in war, done and
    seen; which states `turned` away from the side on which they began.
    """

    played: Float[Array, "states actions runs"]
    peak: Float[Array, " runs"]
    weeks: Float[Array, " runs"]
    war_turns: Float[Array, " runs"]
    highest: Float[Array, "states runs"]
    highest_seen: Float[Array, "states runs"]
    fought: Float[Array, "states runs"]
    first_side: Float[Array, "states runs"]
    turned: Bool[Array, "states runs"]


def begun(world: World) -> Record:
    """The record before the first turn."""
    states, actions = world.ladder.on_menu.shape[:2]
    runs = len(world.weeks_at_war)
    none = np.zeros((states, runs))
    return Record(
        played=np.zeros((states, actions, runs)),
        **dict.fromkeys(("peak", "weeks", "war_turns"), np.zeros(runs)),
        **dict.fromkeys(("highest", "highest_seen", "fought"), none),
        first_side=np.broadcast_to(world.side, none.shape),
        turned=np.zeros(none.shape, bool),
    )


def noted(record: Record, war: Bool[Array, "*#runs"], world: World) -> Record:
    """The record after a turn, before which there was war or not."""
    ladder, at_war = world.ladder, war * 1.0
    places = np.arange(ladder.on_menu.shape[1]).reshape(1, -1, 1)
    return Record(
        played=record.played + (places == world.choice[:, None]),
        peak=np.maximum(record.peak, world.price),
        weeks=record.weeks + world.war * world.weeks,
        war_turns=record.war_turns + at_war,
        highest=np.maximum(record.highest, at_war * ladder.played(ladder.rung, world.choice)),
        highest_seen=np.maximum(
            record.highest_seen, at_war * ladder.played(ladder.rung, world.seen)
        ),
        fought=record.fought + at_war * ladder.played(ladder.strike, world.choice),
        first_side=record.first_side,
        turned=record.turned | (world.side != record.first_side),
    )


def series(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The measured series, (measure, state): every measure, and the standings of each state."""
    return [(name, "") for name in MEASURES] + [
        (standing_, name) for standing_ in STANDINGS for name in names
    ]


def series_values(world: World) -> Array:
    """The values of each of `series`: (series, runs)."""
    shape = np.shape(world.weeks_at_war)
    measured = [np.broadcast_to(each.rule(world), shape) for each in MEASURES.values()]
    return np.concatenate(
        [np.stack(measured), standing(world.reliability.mean), standing(world.honesty.mean)]
    )


def series_range(names: tuple[str, ...]) -> tuple[Array, Array]:
    """Lower and upper end of the bins of each of `series`."""
    ends = [(each.low, each.high) for each in MEASURES.values()]
    low, high = np.array(ends + [(0.0, 1.0)] * len(STANDINGS) * len(names)).T
    return low, high


def counted(war: Bool[Array, "*#runs"], world: World) -> tuple[Array, Array]:
    """What a turn adds to the tally: places that are counted, and sums: (rows, runs) each.

    A place is one in a table in which lie, one behind the other, a table (states, actions) of the
    actions played in peace, one of those in war, one of those seen in war with a place behind it
    for peace, and a histogram of each series. Sums are the series in fixed point.
    """
    states, actions = world.ladder.on_menu.shape[:2]
    first, whole = np.arange(states)[:, None] * actions, states * actions
    values = series_values(world)
    low, high = (end[:, None] for end in series_range(world.names))
    bins = np.clip((values - low) / (high - low) * BINS, 0, BINS - 1).astype(np.int64)
    rows = (
        first + world.choice + np.where(war, whole, 0),
        np.where(war, 2 * whole + first + world.seen, 3 * whole),
        3 * whole + 1 + BINS * np.arange(len(bins))[:, None] + bins,
    )
    shape = np.shape(world.weeks_at_war)
    places = np.concatenate([np.broadcast_to(each, (len(each), *shape)) for each in rows])
    return places, np.rint(values * FIXED / 1024).astype(np.int64)


def places(world: World) -> int:
    """How many places the table of `counted` has."""
    states, actions = world.ladder.on_menu.shape[:2]
    return 3 * states * actions + 1 + BINS * len(series(world.names))


RECORDER = Recorder(begun, noted, counted, places)
"""What an ensemble keeps of its runs."""
