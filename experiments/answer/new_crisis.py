"""Writes a new crisis: a preset, and a profile for each state with every figure to be decided.

A figure that a table of the user's anchors is written with it; any other is a comment, so its
default acts until somebody decides. What is peculiar to some crises is left out unless declared.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from experiments.answer.anchors import Anchor, Tables
from experiments.answer.decisions import (
    ANCHORED,
    OF_THE_OIL,
    TOWARD,
    Decision,
    seat,
    to_decide,
    toward_others,
)
from experiments.engine.store import write_files
from model.preset.catalogue import declared_as
from model.preset.files import A_NAME, RESERVED
from model.preset.load import ConfigError
from model.preset.toml import told

TALLIES = re.compile(r" ?\((?:[SM]\d+(?:, )?)+\)")
"""Numbers of mechanisms in the meaning of a figure, which say nothing to who writes a crisis."""


@dataclass(frozen=True)
class Crisis:
    """What a new crisis is made of. Without an `attack_day` the challenger decides."""

    name: str
    target: str
    challenger: str
    patrons: tuple[str, ...]
    start: date
    until: date
    attack_day: date | None = None
    turn_days: float = 7.0
    features: tuple[str, ...] = ()

    @property
    def players(self) -> tuple[str, ...]:
        """All states, patrons first."""
        return (*self.patrons, self.target, self.challenger)

    @property
    def turns(self) -> int:
        """How many turns there are from the first day to the last."""
        return math.ceil(((self.until - self.start).days + 1) / self.turn_days)

    def mistakes(self) -> Iterator[str]:
        """What is wrong with the names and days."""
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", self.name):
            yield f"NAME: found {told(self.name)}; valid: small letters, digits, - and _"
        for option, names in (
            ("--target", [self.target]),
            ("--challenger", [self.challenger]),
            ("--patron", self.patrons),
        ):
            for each in names:
                if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", each) or each in RESERVED:
                    yield f"{option}: found {told(each)}; valid: {A_NAME}"
                elif self.players.count(each) > 1:
                    yield f"{option}: found {told(each)} twice; valid: each state in one seat"
        if not self.patrons:
            yield "--patron: missing; valid: a state that may help one side, as united_states"
        if self.until < self.start:
            yield f"--until: found {self.until}; valid: from {self.start}"
        if self.attack_day is not None and not self.start <= self.attack_day <= self.until:
            yield f"--attack-day: found {self.attack_day}; valid: {self.start} to {self.until}"


def labelled(name: str) -> str:
    """A state's label from its name.

    >>> labelled("united_states")
    'United States'
    """
    return " ".join(part.capitalize() for part in name.split("_") if part)


def write(crisis: Crisis, tables: Tables, folder: Path) -> list[Path]:
    """Write preset and profiles into a folder, all or none. Raises ConfigError."""
    wrong = list(dict.fromkeys(crisis.mistakes()))
    if wrong:
        raise ConfigError("\n".join(wrong))
    texts = {folder / f"{crisis.name}.toml": preset(crisis)}
    for state in crisis.players:
        texts[folder / "states" / f"{state}.toml"] = profile(crisis, state, tables)
    (folder / "states").mkdir(parents=True, exist_ok=True)
    write_files({path: text.encode() for path, text in texts.items()})
    return list(texts)


# ------------------------------------------------------------------- the preset


def preset(crisis: Crisis) -> str:
    """The preset as TOML."""
    target, challenger = labelled(crisis.target), labelled(crisis.challenger)
    day = crisis.attack_day
    lines = [
        f"# What is open is listed by: cheaptalk check {crisis.name}.toml",
        f"title = {_text(f'{target} and {challenger}, {crisis.start.year}')}",
        f"question = {_text(f'Would talking beat intervening for {labelled(crisis.patrons[0])}?')}",
        f"start = {crisis.start}",
        f"turn_days = {crisis.turn_days:.10g}",
        f"turns = {crisis.turns}",
        "runs = 500",
        f"players = {json.dumps(list(crisis.players))}",
        f"target = {_text(crisis.target)}",
        f"challenger = {_text(crisis.challenger)}",
        f"attack = {_text('scripted' if day else 'endogenous')}"
        "      # scripted: on a given day; endogenous: the challenger decides",
        f"attack_day = {day}" if day else f"# attack_day = {crisis.start}",
        'profiles = "states"      # the states of this crisis, beside this file',
        "",
        "# restraint: what friends of a principal hold against its striking; index, 0 to 5.",
        "#   Why: it ends a war, or keeps one from beginning. Dated events set it anew.",
        "# restraint = 0.0",
        "#",
        "# [[events]]",
        f"# day = {crisis.until}",
        '# sets = "restraint"',
        "# value = 4.0",
        '# what = "who presses for a ceasefire"',
        '# source = "where this is from"',
    ]
    if "drones" in crisis.features:
        lines += [
            "",
            "# [fronts]      # another war that ties a patron down",
            f"# fighting = {_text(crisis.patrons[0])}",
            f"# supplier = {_text(crisis.target)}",
        ]
    if "strait" in crisis.features:
        lines += ["", "# prices = []      # USD/bbl, whether oil reaches which forecasts say"]
        lines += ["", "[oil]"]
        for key, why in OF_THE_OIL.items():
            lines += list(figure(key, why, None))
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------- a profile


def profile(crisis: Crisis, state: str, tables: Tables) -> str:
    """The profile of a state as TOML."""
    place = seat(crisis.target, crisis.challenger, state)
    anchors = anchored(crisis, state, tables)
    own = list(to_decide(state, place, crisis.features))
    others = list(toward_others(state, place, crisis.target, crisis.challenger, crisis.players))
    lines = [
        f"# {labelled(state)}, {place}. A line with a leading # is undecided: its default acts.",
        "# Take the # away where you decide, and say where the figure is from in [sources].",
        *(f"# For orientation: {each}" for each in tables.remarks(state)),
        f"label = {_text(labelled(state))}",
    ]
    for table, decisions in by_table((*own, *others)).items():
        lines += ["", f"[{table}]"]
        lines += [f"# Why: {TOWARD[table]}."] if table in TOWARD else []
        for each in decisions:
            key = each.key.removeprefix(f"{state}.")
            lines += list(figure(key, "" if table in TOWARD else each.why, anchors.get(key)))
    lines += treaties(crisis, state, place, tables)
    lines += ["", "[sources]"]
    lines += [f"{_text(key)} = {_text(ANCHORED + a.source)}" for key, a in anchors.items()]
    return "\n".join(lines) + "\n"


def anchored(crisis: Crisis, state: str, tables: Tables) -> dict[str, Anchor]:
    """Anchors of a state by key, within the declared ranges."""
    found = tables.of_a_state(state)
    for other in crisis.players:
        pair = tables.of_a_pair(state, other) if other != state else {}
        if "tie" in pair:
            found[f"ties.{other}"] = pair["tie"]
        patron = state in crisis.patrons
        if "trade" in pair and other == crisis.target and patron:
            found["economy.trade"] = pair["trade"]
    return {key: each for key, each in found.items() if _in_range(key, each.value)}


def _in_range(key: str, value: float) -> bool:
    declared = declared_as(key)
    return bool(declared["low"] <= value <= declared["high"])


def by_table(decisions: Sequence[Decision]) -> dict[str, list[Decision]]:
    """Decisions of a state by the table that holds them, in the order of the tables."""
    found: dict[str, list[Decision]] = {}
    for each in decisions:
        found.setdefault(each.key.split(".")[1], []).append(each)
    return found


def figure(key: str, why: str, anchor: Anchor | None) -> Iterator[str]:
    """A figure's lines: what it is, why it matters, its anchor, and its value or default."""
    declared, name = declared_as(key), key.split(".", 1)[1]
    low, high, default = declared["low"], declared["high"], declared["default"]
    about = TALLIES.sub("", declared["meaning"])
    yield f"# {name}: {about}; {declared['unit']}, {low:g} to {high:g}, default {default:g}"
    if why:
        yield f"#   Why: {why}."
    if anchor is None:
        yield f"# {name} = {float(default)!r}"
        return
    yield f"#   Anchor: {anchor.source}"
    yield f"{name} = {float(anchor.value)!r}"


def treaties(crisis: Crisis, state: str, place: str, tables: Tables) -> list[str]:
    """A treaty as a comment, and the clauses that a table knows."""
    other = crisis.target if place == "patron" else crisis.patrons[0]
    known = [
        f"# On record with {labelled(each)}: {', '.join(pacts)}"
        for each in crisis.players
        if each != state and (pacts := tables.pacts(state, each))
    ]
    return [
        "",
        "# Treaties it holds. Why: a clause that binds makes silence costly.",
        *known,
        "# [[treaties]]",
        f"# partner = {_text(other)}",
        '# clause = "defence"      # or offensive, consultation, neutrality, non-aggression',
        "# depth = 0.5             # share of the partner's need that it covers, 0 to 1",
        f"# signed = {crisis.start}",
        f"# in_force = {crisis.start}",
        '# source = "where this is from"',
    ]


def _text(value: str) -> str:
    """Words as TOML, in quotation marks."""
    return json.dumps(value, ensure_ascii=False)
