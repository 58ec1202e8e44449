"""A coded case as a small game: patron, protege and adversary in the model's own stage game.

Each case is one run of the last axis. Declared formulas turn its coded covariates and its
treaty into figures of a `World`; payoff terms and equilibrium are those of the six states.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any  # a parsed TOML document has values of any type

import numpy as np

from agents.payoffs import TERMS
from agents.weighing import affine, decisive_channels, feasible
from model.game.stage_game import CHANNELS, StageGame, effects, relations
from model.preset.layers import Layers
from model.preset.load import (
    ROOT,
    Preset,
    PresetFile,
    Profile,
    first_world,
    ladder_entries,
    suggestion,
)
from model.preset.tables import Row, Table, missing, read_table
from model.treaties import REQUIRED, Treaty
from model.world import Array, World

FOLDER = ROOT / "experiments" / "history"
PLAYERS = ("patron", "protege", "adversary")
COVARIATES = (
    "slack",
    "proximity",
    "adv_strength",
    "stakes",
    "competing_ties",
    "reputation",
    "econ_exposure",
)
COLUMNS = ("case_id", "year", "patron", "protege", "adversary", "treaty", *COVARIATES)


def standard() -> dict[str, dict[str, Any]]:
    """The figures that all cases share: of a standard patron, protege, adversary and crisis."""
    return tomllib.loads((FOLDER / "case.toml").read_text("utf-8"))


RUNGS: tuple[str, ...] = tuple(standard()["patron"]["menu"])
"""The patron's action on each rung, as outcomes are coded."""


def attribute(name: str) -> Array:
    """An attribute of the patron's action on each rung, as the ladder declares it."""
    return np.array([getattr(ladder_entries()[action], name) for action in RUNGS])


UNKNOWN = 0.5
"""An empty covariate counts as the middle of its scale."""

SAME_STATE = {"Britain": "United Kingdom", "USSR": "Russia", "Soviet Union": "Russia"}
"""Names of one state in the Correlates of War (200, 365): left out together."""


@dataclass(frozen=True)
class Cases:
    """Coded cases; every array has the cases last. An outcome of -1 is not known.

    `figures` are figures of the game by their keys, in place of what a formula gives.
    """

    case_id: tuple[str, ...]
    year: Array
    patron: tuple[str, ...]
    treaty: tuple[str, ...]
    covariates: Mapping[str, Array]
    outcome: Array
    figures: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.case_id)

    def __getitem__(self, rows: Array) -> "Cases":
        places = np.arange(len(self))[rows]
        return Cases(
            tuple(self.case_id[each] for each in places),
            self.year[places],
            tuple(self.patron[each] for each in places),
            tuple(self.treaty[each] for each in places),
            {name: column[places] for name, column in self.covariates.items()},
            self.outcome[places],
            {key: figure[places] for key, figure in self.figures.items()},
        )

    def has(self, clause: str) -> Array:
        """1 where the case's treaty has this clause, else 0."""
        return np.array([clause in clauses(each) for each in self.treaty], float)

    def without(self, names: Sequence[str]) -> "Cases":
        """The same cases with some covariates unknown."""
        middle = {name: np.full(len(self), UNKNOWN) for name in names}
        return replace(self, covariates={**self.covariates, **middle})

    @property
    def state(self) -> Array:
        """The patron's name, the same through time."""
        return np.array([SAME_STATE.get(each, each) for each in self.patron])


# ------------------------------------------------------------------- reading


def clauses(treaty: str) -> tuple[str, ...]:
    """The clauses of a treaty as coded, `consultation+neutrality` being two.

    >>> clauses("defense / consultation"), clauses("none")
    (('defence', 'consultation'), ())
    """
    words = [word.strip().lower() for word in re.split(r"[+/,;&]", treaty)]
    spelt = {"defense": "defence", "nonaggression": "non-aggression"}
    return tuple(spelt.get(word, word) for word in words if word not in ("", "none", "-"))


def read_cases(path: Path, *, outcomes: bool = True) -> Cases:
    """The cases of a CSV file; without `outcomes` that column is not read.

    An empty covariate, or one with a missing code, counts as unknown. Raises ConfigError.
    """
    table = read_table(path, [*COLUMNS, "outcome"] if outcomes else COLUMNS)
    table.unique("case_id")
    covariates = {
        key: np.array([share(table, row, key) for row in table.rows]) for key in COVARIATES
    }
    year = np.array([table.whole(row, "year", 1, 9999) for row in table.rows])
    known = [table.whole(row, "outcome", 0, 5) for row in table.rows] if outcomes else []
    for row in table.rows:
        for clause in clauses(row.cells["treaty"]):
            if clause not in REQUIRED:
                table.wrong(row, "treaty", suggestion(clause, ["none", *REQUIRED]))
        if not row.cells["case_id"]:
            table.wrong(row, "case_id", "; valid: one name a case")
    table.refuse()
    return Cases(
        tuple(row.cells["case_id"] for row in table.rows),
        year,
        tuple(row.cells["patron"] for row in table.rows),
        tuple(row.cells["treaty"] for row in table.rows),
        covariates,
        np.array(known, int) if outcomes else np.full(len(table.rows), -1),
    )


def share(table: Table, row: Row, covariate: str) -> float:
    """A covariate of a case, or the middle of its scale if it is unknown."""
    if missing(row.cells[covariate]):
        return UNKNOWN
    return table.number(row, covariate, 0, 1)


# ------------------------------------------------------------------- the declared formulas


@dataclass(frozen=True)
class Formula:
    """How a figure of the game follows from the coding of a case."""

    key: str
    rule: Callable[[Cases], Array]
    source: str

    @property
    def meaning(self) -> str:
        """The first line of the rule's documentation."""
        return (self.rule.__doc__ or "").strip().splitlines()[0]


FORMULAS: dict[str, Formula] = {}


def formula(
    *keys: str, source: str = "own coding"
) -> Callable[[Callable[[Cases], Array]], Callable[[Cases], Array]]:
    """Declare how figures of the game, by their keys, follow from a case."""

    def declare(rule: Callable[[Cases], Array]) -> Callable[[Cases], Array]:
        for key in keys:
            FORMULAS[key] = Formula(key, rule, source)
        return rule

    return declare


def _figure(key: str) -> float:
    """A figure of the standard case by its key."""
    found: object = standard()
    for part in key.split("."):
        assert isinstance(found, dict)
        found = found[part]
    assert isinstance(found, int | float)
    return float(found)


WEIGHED = tuple(term for term in TERMS.values() if term.prior is not None)
"""The terms that coded cases can tell of: all that count while there is war."""

FREE = 0.2
"""Share of its means that is free of a patron whose slack is coded 0."""


@formula("patron.means.money_tied", "patron.means.forces_tied", "patron.means.systems_tied")
def tied(case: Cases) -> Array:
    r"""Share tied down elsewhere, $(1 - free)(1 - slack)$: capacity."""
    return (1 - FREE) * (1 - case.covariates["slack"])


@formula("patron.posture.access")
def access(case: Cases) -> Array:
    """Share of power that reaches the theatre, the coded proximity: capacity."""
    return case.covariates["proximity"]


@formula("adversary.posture.access")
def strength(case: Cases) -> Array:
    """Strength of the adversary as a share of a great power's, the coded strength: capacity."""
    return case.covariates["adv_strength"]


@formula("patron.posture.vulnerability")
def vulnerability(case: Cases) -> Array:
    """Harm from a unit of force met, which grows with the adversary's strength."""
    return case.covariates["adv_strength"]


@formula("patron.stakes.protege")
def stake(case: Cases) -> Array:
    """Worth of the protege's survival, the coded stakes: willingness."""
    return case.covariates["stakes"]


@formula("patron.ties.adversary")
def tie(case: Cases) -> Array:
    """Tie to the other side, the coded competing ties: willingness."""
    return case.covariates["competing_ties"]


@formula("patron.pledges.protege")
def pledge(case: Cases) -> Array:
    """Support that the protege expects from the patron, the coded salience: willingness."""
    return case.covariates["reputation"]


@formula("patron.reputation.value")
def standing(case: Cases) -> Array:
    """Worth of the patron's standing with an audience, the coded salience: willingness."""
    return case.covariates["reputation"]


@formula("patron.posture.sensitivity", source="Tomz 2007")
def sensitivity(case: Cases) -> Array:
    """How much its public minds words unanswered: twice the salience, 1 where it is middling."""
    return 2 * case.covariates["reputation"]


@formula("patron.stakes.adversary")
def other_stake(case: Cases) -> Array:
    """What the adversary's survival is worth to it: half the coded ties. It need not choose."""
    return case.covariates["competing_ties"] / 2


@formula("patron.economy.threatened")
def threatened(case: Cases) -> Array:
    """Losses that an affront would bring down: a quarter of the exposure, Russia's in 2025."""
    return case.covariates["econ_exposure"] / 4


# ------------------------------------------------------------------- the game


DEPTH = {"defence": 1.0, "offensive": 1.0, "consultation": 0.5, "neutrality": 0.5}
"""Depth of a treaty by its clause, as Russia's treaty with Iran is coded."""


def world_of(cases: Cases, weights: Mapping[str, float] | None = None) -> World:
    """The cases as one world on the run axis, the protege under attack.

    Audiences read acts by these weights and precision, the states' defaults where none are given.
    """
    start = date(2000, 1, 1)
    file = PresetFile(
        title="coded cases",
        start=start,
        players=list(PLAYERS),
        target="protege",
        challenger="adversary",
        **standard()["crisis"],
    )
    given = dict(weights or {})
    sharp = {"precision": given.pop("precision")} if "precision" in given else {}
    profiles = {name: Profile(**standard()[name], **sharp, weights=given) for name in PLAYERS}
    arrays: dict[str, Array] = {}
    for key, each in FORMULAS.items():
        value = each.rule(cases)
        if key.endswith("_tied"):
            value = value * _figure(key.removesuffix("_tied"))
        arrays[key] = value
    arrays |= cases.figures
    world = first_world(
        Preset("cases", Path("cases"), file, profiles, arrays, {}, dict(TERMS), Layers()),
        range(len(cases)),
    )
    treaties = tuple(
        Treaty("patron", "protege", clause, depth * cases.has(clause), start, start)
        for clause, depth in DEPTH.items()
    )
    return replace(world, treaties=treaties, war=np.ones(len(cases), bool))


@dataclass(frozen=True)
class Games:
    """The stage games of all cases, as payoff terms without their weights.

    `terms` (terms, states, actions, cases), `slopes` (terms, channels, states, actions, cases).
    """

    terms: Array
    slopes: Array
    feasible: Array
    effects: Array
    relations: Array
    decisive: int

    def part(self, rows: Array) -> "Games":
        """The games of some cases."""
        return Games(
            self.terms.take(rows, -1),
            self.slopes.take(rows, -1),
            self.feasible.take(rows, -1),
            self.effects.take(rows, -1),
            self.relations.take(rows, -1),
            self.decisive,
        )

    def game(self, weights: Array, precision: Array) -> StageGame:
        """The stage games under shared weights, in the order of TERMS, and precision."""
        base = (weights.reshape(len(weights), 1, 1, -1) * self.terms).sum(0)
        slopes = (weights.reshape(len(weights), 1, 1, 1, -1) * self.slopes).sum(0)
        sharp = np.broadcast_to(precision, (len(PLAYERS), np.size(precision)))
        base = np.where(self.feasible, base, -np.inf)
        return StageGame(base, slopes, self.effects, self.relations, sharp, self.decisive)


def games_of(world: World) -> Games:
    """The stage games of a world, each term by unit of its weight."""
    shape = (world.state_count, world.ladder.on_menu.shape[1], len(world.war))
    terms = np.zeros((len(WEIGHED), *shape))
    slopes = np.zeros((len(WEIGHED), len(CHANNELS), *shape))
    for place, term in enumerate(WEIGHED):
        level, slope = affine(world, term.name)
        weight = world.weights[term.name][:, None]
        terms[place] = level / weight
        if term.channel is not None:
            slopes[place, CHANNELS.index(term.channel)] = slope / weight
    felt = relations(world)
    return Games(
        terms=terms,
        slopes=slopes,
        feasible=np.broadcast_to(feasible(world), shape),
        effects=np.broadcast_to(effects(world), (len(CHANNELS), *shape)),
        relations=np.broadcast_to(felt, (*felt.shape[:3], shape[2])),
        decisive=decisive_channels(world),
    )
