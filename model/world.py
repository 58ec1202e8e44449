"""The world: all that is carried from turn to turn, and what follows from it at once.

Every array has the states first and the runs last, or no run axis at all. With
a run axis, constants carry an axis of length one there, so that a rule written
for one run plays any number of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple  # fields are replaced by name

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from model.parameters import (
    Beliefs,
    Conflict,
    Decision,
    Economy,
    Front,
    Means,
    Oil,
    Posture,
    Reputation,
    Target,
    Value,
)
from model.treaties import Treaty

Array = np.ndarray
PerState = Float[Array, "states *#runs"]
PerPair = Float[Array, "states states *#runs"]
PerAction = Float[Array, "actions *#runs"]
Play = Float[Array, "states actions *#runs"]
Choice = Int[Array, "states *#runs"]
Reading = Float[Array, "2 2 states *#runs"]
Realised = Float[Array, "terms states *#runs"]
if TYPE_CHECKING:  # without a run axis these are numbers, which behave as arrays without axes
    PerRun = np.ndarray
    Flag = np.ndarray
else:
    PerRun = Shaped[Array, "*#runs"] | float
    Flag = Bool[Array, "*#runs"] | bool | np.bool_


BILLIONS = 0.365
"""USD bn a year by mb/d times USD/bbl: 365 days of a million barrels."""


LEAST = 0.01
"""Least of any means in its own unit, so that shares of it are numbers; it pays for no action."""
TINY = 1e-9
"""What is less counts as nothing where a share of it is taken."""
SMALLEST = 1e-300
"""Keeps a quotient defined that is nothing where its denominator is."""


def total(array: Array, axis: int = 0) -> Array:
    """Sum over an axis in the order of its entries, whatever the memory layout.

    numpy's own sum adds in order where the last axis goes along, but may pair terms along the
    last axis itself; a run must equal its column in a batch to the last bit.

    >>> total(np.array([[1.0, 2.0], [3.0, 4.0]]), 1)
    array([3., 7.])
    """
    if array.flags.c_contiguous and array.shape[-1] > 1 and axis < array.ndim - 1:
        return np.add.reduce(array, axis)
    added, *rest = np.moveaxis(array, axis, 0)
    for each in rest:
        added = added + each
    return added


def played(table: Play, choice: Choice) -> PerState:
    """The entries of a (states, actions, *runs) table at the actions played: (states, *runs).

    >>> played(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([2., 3.])
    """
    states, actions = table.shape[:2]
    rows = choice + actions * np.arange(states).reshape(-1, *(1,) * (choice.ndim - 1))
    runs = table.shape[-1] if table.ndim > 2 else 1
    return table.reshape(-1).take(rows if runs == 1 else rows * runs + np.arange(runs))


Kept = TypeVar("Kept")


def taken(thing: Kept, columns: Array) -> Kept:
    """Some columns of the run axis of an array, or of every array in a record or collection.

    >>> taken({"a": np.array([1.0, 2.0]), "same": np.array([3.0])}, np.array([1, 1, 0]))
    {'a': array([2., 2., 1.]), 'same': array([3.])}
    """
    kept: Any = thing
    if isinstance(thing, np.ndarray):
        kept = thing.take(columns, -1) if thing.ndim and thing.shape[-1] > 1 else thing
    elif isinstance(thing, dict):
        kept = {key: taken(value, columns) for key, value in thing.items()}
    elif isinstance(thing, tuple):
        kept = tuple(taken(each, columns) for each in thing)
    elif is_dataclass(thing) and not isinstance(thing, type):
        parts = {each.name: getattr(thing, each.name) for each in fields(thing)}
        found = {name: taken(part, columns) for name, part in parts.items()}
        picked = {name: part for name, part in found.items() if part is not parts[name]}
        kept = replace(thing, **picked) if picked else thing
    return kept


@dataclass(frozen=True)
class Beta:
    """What an audience remembers: cases kept and failed, as a Beta distribution."""

    kept: PerPair
    failed: PerPair

    @cached_property
    def mean(self) -> PerPair:
        """Expected share kept, kept / (kept + failed)."""
        return self.kept / (self.kept + self.failed)


@dataclass(frozen=True)
class Ladder:
    """The menus: names of actions by state, and each attribute as (states, actions, *1).

    Menus of different length are padded; `on_menu` is False there.
    """

    names: tuple[tuple[str, ...], ...]
    on_menu: Array
    rung: Array
    aid: Array
    delivery: Array
    answer: Array
    voice: Array
    share: Array
    money: Array
    forces: Array
    systems: Array
    affront: Array
    exposure: Array
    strike: Array
    supply: Array
    commerce: Array
    lobby: Array
    mediation: Array
    hidden: Array
    sprint: Array
    at_hosts: Array

    def played(self, attribute: Array, choice: Choice) -> PerState:
        """An attribute of the action that each state plays: (states, *runs)."""
        return played(attribute, choice)


@dataclass(frozen=True)
class World:
    """The state of play of one crisis between a target and its challenger.

    Means are in USD bn/year, thousand troops and systems; oil in USD/bbl and mb/d;
    time in weeks. `pledge[i, j]`, `affinity[i, j]`, `stakes[i, j]` are of i toward j;
    `reliability[i, j]` and `honesty[i, j]` are of i as seen by j.
    """

    # who plays, and their figures
    names: tuple[str, ...]
    target: int
    challenger: int
    start: date
    weeks: float
    means: Means
    posture: Posture
    reputation: Reputation
    economy: Economy
    decision: Decision
    aims: Target
    weights: dict[str, PerState]
    terms: dict[str, Any]  # of agents.payoffs.Term, by the names of the weights
    precision: PerState
    stakes: PerPair
    basis: PerPair
    treaties: tuple[Treaty, ...]
    ladder: Ladder
    oil: Oil
    conflict: Conflict
    beliefs: Beliefs
    front: Front
    value: Value
    fronts: tuple[int | None, ...]
    courted: PerState
    rules: tuple[str, ...]
    norm: str
    # the state of play
    turn: int
    war: Flag
    weeks_at_war: PerRun
    wars: PerRun
    restraint: PerRun
    onset: PerRun
    choice: Choice
    affinity: PerPair
    pledge: PerPair
    reliability: Beta
    honesty: Beta
    money: PerState
    forces: PerState
    systems: PerState
    ordered: PerState
    intensity: PerRun
    balance: PerRun
    programme: PerRun
    hardened: PerRun
    air_defence: PerRun
    proxies: PerRun
    regime: PerRun
    collapsed: Flag
    bomb: Flag
    premium: PerRun
    noise: PerRun
    lost_supply: PerRun
    sanctions: PerState
    realised: Realised
    income: PerState
    dependence: PerState
    attraction: Play
    leaked: PerState
    reasons: Play
    reading: Reading
    doctrine: Choice

    # --- time ---
    @property
    def at_war(self) -> tuple[Array | slice, "World"] | None:
        """The runs at war and the world of these alone; None where there is peace in all.

        All runs where most are: picking out many costs more than it saves.
        """
        most = 2 * np.count_nonzero(self.war) > np.size(self.war)
        return (slice(None), self) if most else self._few_at_war

    @cached_property
    def _few_at_war(self) -> tuple[Array | slice, "World"] | None:
        """The few runs at war, picked out; a world that kept itself would be freed late."""
        runs = np.flatnonzero(self.war)
        return (runs, taken(self, runs)) if len(runs) else None

    @property
    def day(self) -> date:
        """The day on which this turn begins."""
        return self.start + timedelta(days=round(7 * self.weeks * self.turn))

    @property
    def state_count(self) -> int:
        """How many states play."""
        return len(self.names)

    @property
    def principals(self) -> tuple[int, int]:
        """The two states that fight: target and challenger."""
        return self.target, self.challenger

    # --- means ---
    @cached_property
    def free_money(self) -> PerState:
        """Money not tied down on other fronts, USD bn/year."""
        return np.maximum(self.money - self._tied(self.means.money_tied), LEAST)

    @cached_property
    def free_forces(self) -> PerState:
        """Forces not tied down on other fronts, thousand troops."""
        return np.maximum(self.forces - self._tied(self.means.forces_tied), LEAST)

    @cached_property
    def free_systems(self) -> PerState:
        """Scarce systems not tied down on other fronts."""
        return np.maximum(self.systems - self._tied(self.means.systems_tied), LEAST)

    def _tied(self, figure: PerState) -> PerState:
        """What is tied down, scaled for the state at the front by the front's intensity."""
        fighting = self.fronts[0]
        if fighting is None:
            return figure
        scale = np.ones((self.state_count, *np.shape(self.intensity)))
        scale[fighting] = self.intensity
        return figure * scale

    @cached_property
    def power(self) -> PerState:
        r"""Power in the theatre, $q_i = access_i \sqrt{money_i \cdot forces_i}$ of free means."""
        return self.posture.access * np.sqrt(self.free_money * self.free_forces)

    @cached_property
    def readiness(self) -> PerState:
        """Share of scarce systems that is left to fight with."""
        return np.minimum(self.systems / np.maximum(self.means.systems, LEAST), 1.0)

    @property
    def is_target(self) -> PerState:
        """1 for the target, 0 for the others: (states, *1)."""
        mark = np.zeros((self.state_count, *(1,) * np.ndim(self.weeks_at_war)))
        mark[self.target] = 1.0
        return mark

    @cached_property
    def nuclear(self) -> PerState:
        """1 for a nuclear power; the target is one once it has a bomb (S18)."""
        return np.maximum(self.posture.nuclear, self.is_target * self.bomb)

    @cached_property
    def arsenal(self) -> PerState:
        """What each state fights with: its readiness, and for the target its proxies too (S15)."""
        return self.readiness + self.is_target * (self.conflict.proxy * self.proxies)

    # --- sides ---
    @cached_property
    def side(self) -> PerState:
        """+1 for the side of the target, -1 for the challenger's, by public affinity.

        A principal is its own side. Others side with the principal to whom
        their affinity is higher, with the target where it is equal.
        """
        lean = self.affinity[:, self.target] - self.affinity[:, self.challenger]
        side = np.where(lean >= 0, 1.0, -1.0)
        side[self.target], side[self.challenger] = 1.0, -1.0
        return side

    @cached_property
    def interest(self) -> PerState:
        """Stake times lean: what the target's survival is worth to each state.

        A state that wants the target's defeat wants it for what the target
        threatens, so a negative stake counts by the threat that is left.
        """
        of_target = self.stakes[:, self.target]
        feared = np.where(of_target < 0, of_target * self.threat, of_target)
        return feared - self.stakes[:, self.challenger]

    @cached_property
    def opposition(self) -> PerState:
        """How much each state privately opposes the target (negative: the challenger)."""
        return self.stakes[:, self.challenger] - self.stakes[:, self.target]

    @cached_property
    def friction(self) -> PerPair:
        """Tie of i to j times j's opposition to i's side: what i's support costs with j.

        What friends hold against strikes is `friends` times `restraint`, apart from this.
        """
        opposed = np.maximum(self.opposition[None] * self.side[:, None], 0.0)
        return self.friends * opposed

    @cached_property
    def friends(self) -> PerPair:
        """Friendly ties of each state to the others: (states, states, *runs)."""
        tie = np.maximum(self.affinity, 0.0)
        runs = (1,) * (tie.ndim - 2)
        return tie * (1.0 - np.eye(self.state_count).reshape(*tie.shape[:2], *runs))

    # --- the contest ---
    @cached_property
    def threat(self) -> PerState:
        """The programme within reach of each state's weapons; hardened parts by `posture.reach`."""
        return self.programme + self.hardened * self.posture.reach

    @cached_property
    def own_help(self) -> Play:
        """Power that each action lends at once: (states, actions, *runs)."""
        return self.ladder.aid * self.power[:, None]

    @cached_property
    def strengths(self) -> tuple[PerRun, PerRun]:
        """Strength in the contest of target and challenger, shifted by losses so far."""
        shift, least = np.exp(0.5 * self.balance), self.conflict.remnant
        target, challenger = self.power[self.target] * shift, self.power[self.challenger] / shift
        return np.maximum(target, least), np.maximum(challenger, least)

    def survival(self, aid_target: PerRun, aid_challenger: PerRun) -> PerRun:
        r"""Chance that the target holds out, the ratio contest success function.

        $\pi = (s_T + a_T) / (s_T + a_T + s_C + a_C)$ (Tullock 1980; Hirshleifer 1989).
        """
        target = self.strengths[0] + aid_target
        return target / (target + self.strengths[1] + aid_challenger)

    @cached_property
    def aid_given(self) -> tuple[PerRun, PerRun]:
        """Aid that each side's states gave by the actions last played, in units of power."""
        return self.by_side(self.ladder.played(self.ladder.aid, self.choice) * self.power)

    def by_side(self, amount: PerState) -> tuple[PerRun, PerRun]:
        """What the states of the target's side and those of the challenger's have together."""
        for_target = total(np.where(self.side > 0, amount, 0.0))
        return for_target, total(amount) - for_target

    @cached_property
    def unaided(self) -> PerRun:
        """Chance that the target holds out without anybody's aid."""
        return self.survival(np.zeros(()), np.zeros(()))

    @property
    def seen(self) -> Choice:
        """The action each state is seen to play: hidden support that did not leak is its first."""
        hidden = self.ladder.played(self.ladder.hidden, self.choice) > 0
        return np.where(hidden & (self.leaked == 0), 0, self.choice)

    # --- oil ---
    @property
    def price(self) -> PerRun:
        """Brent, USD/bbl."""
        return self.oil.price * np.exp(self.premium + self.noise)


def only_where(so: Flag, world: World, figure: Callable[[World], PerRun]) -> PerRun:
    """A figure of the runs where something is so, worked out for these alone; 0 in the others."""
    whole = np.zeros(np.shape(world.weeks_at_war))
    so = np.broadcast_to(so, whole.shape)
    runs = np.flatnonzero(so)
    if len(runs):
        whole[so] = figure(world if len(runs) == whole.size else taken(world, runs))
    return whole


Found = TypeVar("Found")
Names = TypeVarTuple("Names")


def once(rule: Callable[[World, *Names], Found]) -> Callable[[World, *Names], Found]:
    """A function of the world, and of a name if any, that several rules ask for.

    It is worked out once for each world and name.
    """
    what = f"{rule.__module__}.{rule.__qualname__}"

    @wraps(rule)
    def known(world: World, *names: *Names) -> Found:
        key = f"{what}{names}"
        if key not in world.__dict__:
            world.__dict__[key] = rule(world, *names)
        found: Found = world.__dict__[key]
        return found

    return known
