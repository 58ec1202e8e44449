"""Lists every figure of a preset once, with value, unit, range, default, source and meaning.

All other lists of figures (what `list` shows, what has a slider, what a sensitivity analysis
varies, what may flip a choice) are filtered from this one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any  # declarations are of mixed type

from model.parameters import SECTIONS, STATE_SECTIONS, Pairs
from model.preset.preset import Preset
from model.quantities import declarations
from model.world import Array

PAIRS = declarations(Pairs)
"""What a state has toward each other state."""


@dataclass(frozen=True)
class Quantity:
    """A figure of a preset: its declaration and its value.

    One that is `by_run` may differ from run to run; one that is `initial` only makes the first
    world; one that is `listed` has a declared source or was coded for this pair of states.
    """

    key: str
    value: float | Array
    unit: str
    low: float
    high: float
    default: float
    source: str
    meaning: str
    by_run: bool
    initial: bool = False
    listed: bool = True

    @property
    def owner(self) -> str:
        """The state to which the figure belongs; empty for a figure of the crisis."""
        first, *rest = self.key.split(".")
        return first if rest and first not in SECTIONS else ""

    @property
    def table(self) -> str:
        """The section that holds it, or its owner's table."""
        return self.key.removeprefix(f"{self.owner}.").split(".")[0]

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition(".")[2]


def declared_as(key: str) -> dict[str, Any]:
    """The declaration of a figure by its key within a profile or a preset.

    >>> declared_as("means.money")["unit"], declared_as("ties.china")["low"]
    ('USD bn/year', -1.0)
    """
    table, name = key.split(".", 1)
    sections = STATE_SECTIONS | SECTIONS
    return declarations(sections[table])[name] if table in sections else PAIRS[table]


def varies_by_run(key: str) -> bool:
    """Whether a parameter can take one value a run; others hold for all runs played together.

    >>> varies_by_run("russia.ties.israel"), varies_by_run("turn_days")
    (True, False)
    """
    first, *rest = key.split(".")
    if first in SECTIONS or not rest:
        return bool(rest) or first == "restraint"
    table, *names = rest
    if table == "treaties":
        return len(names) == 2
    if table in STATE_SECTIONS and len(names) == 1:
        declared = declarations(STATE_SECTIONS[table]).get(names[0])
        return declared is None or bool(declared["by_run"])
    return rest == ["precision"] or (table in {"weights", *PAIRS} and len(names) == 1)


def catalogue(preset: Preset) -> tuple[Quantity, ...]:
    """All figures from which a preset's world is built: the crisis's, then state by state."""
    of_the_crisis = [
        _declared(preset, section, name, each)
        for section, kind in SECTIONS.items()
        for name, each in declarations(kind).items()
    ]
    of_states = [each for player in preset.profiles for each in _of_a_state(preset, player)]
    restraint = _of_the_file(preset, "restraint")
    return (*of_the_crisis, *of_states, restraint)


def _of_a_state(preset: Preset, player: str) -> Iterator[Quantity]:
    """The figures of one state."""
    for section, kind in STATE_SECTIONS.items():
        if section != "target" or player == preset.file.target:
            for name, each in declarations(kind).items():
                yield _declared(preset, f"{player}.{section}", name, each)
    sources = preset.profiles[player].sources
    for name, term in preset.terms.items():
        key = f"{player}.weights.{name}"
        yield Quantity(
            key, preset.figure(key), "weight", term.low, term.high, term.default,
            sources.get(f"weights.{name}", term.source), term.meaning, varies_by_run(key),
        )  # fmt: skip
    for table in PAIRS:
        yield from _toward_others(preset, player, table)
    yield _of_the_file(preset, f"{player}.precision")
    for treaty in preset.profiles[player].treaties:
        key = f"{player}.treaties.{treaty.partner}.{treaty.clause}"
        yield Quantity(
            key, preset.arrays.get(key, treaty.depth), "share", 0.0, 1.0, 0.0,
            treaty.source, "how deep it goes", varies_by_run(key), listed=False,
        )  # fmt: skip


def _declared(preset: Preset, table: str, name: str, each: dict[str, Any]) -> Quantity:
    """A figure of a declared section of the crisis or of a state."""
    key, (owner, _, section) = f"{table}.{name}", table.rpartition(".")
    sources = preset.profiles[owner].sources if owner else {}
    source = sources.get(f"{section}.{name}", each["source"])
    return Quantity(key, preset.figure(key), **each | {"source": source})


def _toward_others(preset: Preset, player: str, table: str) -> Iterator[Quantity]:
    """A figure toward each other state: the coded ones first, then those of all other players."""
    profile, each = preset.profiles[player], PAIRS[table]
    coded = list(getattr(profile, table))
    rest = [other for other in preset.profiles if other not in coded]
    for other in (*coded, *rest):
        if other in coded or other != player or table != "ties":  # a state is its own friend
            key = f"{player}.{table}.{other}"
            given = {
                "source": profile.sources.get(f"{table}.{other}", each["source"]),
                "meaning": f"{table} of {player} toward {other}",
                "unit": "index",  # pledges, which are shares, have always been listed so too
            }
            yield Quantity(key, preset.figure(key), **each | given, listed=other in coded)


def _of_the_file(preset: Preset, key: str) -> Quantity:
    """A figure of a preset or profile that belongs to no section."""
    limits, declared = preset.range(key), preset.declared(key)
    assert limits is not None and declared is not None
    low, high, unit = limits
    return Quantity(
        key, preset.figure(key), unit, low, high, preset.default(key),
        "", (declared.description or "").split(";")[0], varies_by_run(key), listed=False,
    )  # fmt: skip
