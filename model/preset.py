"""Presets and profiles: TOML files read once, checked at the door, and made into a first world.

A preset names who plays, when, and what happens on known dates; each state's
figures come from its profile. Changes (`--set`) are laid over both before the check.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal  # a parsed TOML document has values of any type

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from agents.payoffs import TERMS
from agents.strategies import STRATEGIES
from model.parameters import SECTIONS, STATE_SECTIONS, Action, Number, Target, declarations
from model.treaties import REQUIRED, Treaty
from model.world import Array, Beta, Ladder, World, total

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ROOT / "agents" / "profiles"
PRESETS = ROOT / "experiments" / "presets"
LADDER = ROOT / "agents" / "actions.toml"

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Change = float | int | str | bool | Array | list[Any]


class ConfigError(ValueError):
    """A mistake in a file or option: one line that names where, what and what would do."""


def _checked_section(section: type) -> type[BaseModel]:
    """The pydantic model of a declared section, with its ranges."""
    members: dict[str, Any] = {
        name: (float, Field(each["default"], ge=each["low"], le=each["high"]))
        for name, each in declarations(section).items()
    }
    return create_model(section.__name__, __config__=STRICT, **members)


def _weights() -> type[BaseModel]:
    """The pydantic model of the weights, one for each declared term."""
    members: dict[str, Any] = {
        name: (float, Field(term.default, ge=term.low, le=term.high))
        for name, term in TERMS.items()
    }
    return create_model("Weights", __config__=STRICT, **members)


class TreatyEntry(BaseModel):
    """A treaty as written in its holder's profile."""

    model_config = STRICT
    partner: str
    clause: Literal[tuple(REQUIRED)]  # type: ignore[valid-type]  # the clauses are declared once
    depth: float = Field(ge=0, le=1)
    signed: date
    in_force: date | None = None
    denounced: date | None = None
    against: list[str] = []
    source: str = ""


class Event(BaseModel):
    """Something that happens on a known date: a figure of the world takes a value."""

    model_config = STRICT
    day: date
    sets: Literal["restraint"]
    value: float = Field(ge=0, le=5)
    what: str = ""
    source: str = ""


class FrontStates(BaseModel):
    """Who fights on the other front, who backs its enemy, who supplies it."""

    model_config = STRICT
    fighting: str
    backer: str | None = None
    supplier: str | None = None


class Observed(BaseModel):
    """What was observed, to lay beside the simulation."""

    model_config = STRICT
    source: str = ""
    brent: dict[str, float] = {}
    timeline: str | None = None


Attack: Any = Literal["endogenous", "scripted"]
Norm: Any = Literal["scoring", "standing", "stern"]
Role: Any = Literal["patron", "principal"]
Pair = dict[str, Annotated[float, Field(ge=-1, le=1)]]
Share = dict[str, Annotated[float, Field(ge=0, le=1)]]


def _tables(sections: dict[str, type]) -> dict[str, Any]:
    """The declared sections as optional tables of a file, with their defaults."""
    models = {name: _checked_section(section) for name, section in sections.items()}
    return {name: (model, Field(default_factory=model)) for name, model in models.items()}


Profile: Any = create_model(
    "Profile",
    __config__=STRICT,
    label=(str, ...),
    colour=(str, Field("#777777", pattern="^#[0-9a-fA-F]{6}$")),
    aliases=(list[str], []),
    precision=(float, Field(5.0, ge=0, le=200)),
    rule=(str, "logit"),
    menu=(list[str] | None, None),
    ties=(Pair, {}),
    stakes=(Pair, {}),
    pledges=(Share, {}),
    treaties=(list[TreatyEntry], []),
    weights=(_weights(), Field(default_factory=_weights())),
    sources=(dict[str, str], {}),
    **_tables(STATE_SECTIONS),
)

PresetFile: Any = create_model(
    "PresetFile",
    __config__=STRICT,
    title=(str, ...),
    question=(str, ""),
    start=(date, ...),
    turn_days=(float, Field(7.0, ge=0.05, le=366)),
    turns=(int, Field(26, ge=1, le=10_000)),
    runs=(int, Field(1000, ge=1, le=100_000_000)),
    players=(list[str], Field(min_length=2)),
    target=(str, ...),
    challenger=(str, ...),
    attack=(Attack, "endogenous"),
    attack_day=(date | None, None),
    norm=(Norm, "scoring"),
    restraint=(float, Field(0.0, ge=0, le=5)),
    events=(list[Event], []),
    fronts=(FrontStates | None, None),
    observed=(Observed, Field(default_factory=Observed)),
    states=(dict[str, dict[str, Any]], {}),
    **_tables(SECTIONS),
)


@dataclass(frozen=True)
class Preset:
    """A checked preset: its file's figures, a profile for each player, and what varies by run."""

    name: str
    file: Any  # a PresetFile, made from the declarations
    profiles: dict[str, Any]  # of Profile
    arrays: dict[str, Array]
    inputs: tuple[Path, ...]

    @property
    def weeks(self) -> float:
        """Length of a turn in weeks."""
        return self.file.turn_days / 7

    def figure(self, key: str) -> float | Array:
        """A figure by its key, such as `russia.means.money`: one number or one a run."""
        if key in self.arrays:
            return self.arrays[key]
        first, *rest = key.split(".")
        found = self.profiles[first] if first in self.profiles else getattr(self.file, first)
        for part in rest:
            found = found.get(part, 0.0) if isinstance(found, dict) else getattr(found, part)
        return found

    def event_value(self, sets: str, day: date, before: Number) -> Number:
        """The value that events up to a day have set, or the one before them."""
        for event in sorted(self.file.events, key=lambda each: each.day):
            if event.sets == sets and event.day <= day:
                before = np.asarray(event.value)
        return before

    def attack_turn(self) -> int | None:
        """The turn on which a scripted attack falls; None where the attack is endogenous."""
        if self.file.attack != "scripted":
            return None
        days = (self.file.attack_day - self.file.start).days
        return int(days / self.file.turn_days + 1e-9)


# ------------------------------------------------------------------- reading files


def document(path: Path) -> dict[str, Any]:
    """The parsed TOML file; a ConfigError names file and line where it is not TOML."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{shown(path)}: no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ConfigError(f"{shown(path)}: not readable as TOML: {error}") from error


def shown(path: Path) -> str:
    """A path as messages show it: relative to the project where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def line_of(path: Path, key: tuple[str, ...]) -> int | None:
    """The line of a key in a TOML file, by its table headers and names."""
    table: tuple[str, ...] = ()
    best = None
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = tuple(part.strip(" \"'") for part in header[1].split("."))
            best = number if table == key[: len(table)] and best is None else best
            if table == key:
                return number
        elif name := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            parts = table + tuple(part.strip(" \"'") for part in name[1].split("."))
            if parts == key[: len(parts)]:
                return number
    return best


def named_file(folder: Path, name: str, kind: str) -> Path:
    """The file of a preset or profile by its name; suggests a near miss."""
    if name.endswith(".toml") and Path(name).is_file():
        return Path(name)
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name in known:
        return folder / f"{name}.toml"
    raise ConfigError(f"{kind} '{name}' does not exist{suggestion(name, known)}")


def suggestion(word: str, known: list[str]) -> str:
    """What would do instead of an unknown word: the near miss, or all that is known."""
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else f"; valid: {', '.join(known)}"


# ------------------------------------------------------------------- checking


def load(name: str, changes: Mapping[str, Change] | None = None) -> Preset:
    """The preset of this name with changes laid over it, checked.

    A change's key reads like `russia.weights.audience`, `oil.elasticity` or `turn_days`; its
    value may be an array with one number a run. Raises ConfigError.
    """
    path = named_file(PRESETS, name, "preset")
    raw = document(path)
    changes = dict(changes or {})
    arrays = {key: _row(key, each) for key, each in changes.items() if isinstance(each, np.ndarray)}
    players = [p for p in changes.get("players", raw.get("players", [])) if isinstance(p, str)]
    files = {player: named_file(PROFILES, player, "profile") for player in players}
    profiles = {player: document(file) for player, file in files.items()}
    for player, override in raw.get("states", {}).items():
        if player not in profiles:
            line = line_of(path, ("states", player))
            raise ConfigError(
                f"{shown(path)}:{line}: states.{player}: does not play{suggestion(player, players)}"
            )
        _merge(profiles[player], override)
    mistakes: list[str] = []
    for key, value in changes.items():
        first, *rest = key.split(".")
        if first == "states" or (rest and first not in profiles and first not in SECTIONS):
            known = [*players, *SECTIONS]
            mistakes.append(f"--set {key}: unknown key{suggestion(first, known)}")
            continue
        into, parts = (
            (profiles[first], rest) if first in profiles and rest else (raw, key.split("."))
        )
        _lay(into, parts, float(arrays[key].min()) if key in arrays else value, key)
    checked = {
        owner: _checked(schema, document_, source, set(changes), prefix, mistakes)
        for owner, schema, document_, source, prefix in (
            ("", PresetFile, raw, path, ""),
            *((p, Profile, profiles[p], files[p], f"{p}.") for p in players),
        )
    }
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    made = {player: checked[player] for player in players}
    preset = Preset(path.stem, checked[""], made, arrays, (path, LADDER, *files.values()))
    _consistent(preset, path, files, set(changes))
    plain = {key: value for key, value in changes.items() if key not in arrays}
    for key, row in arrays.items():
        load(name, {**plain, key: float(row.max())})
    return preset


def _row(key: str, value: Array) -> Array:
    """A change by run as a row of numbers."""
    if value.ndim != 1 or value.size == 0 or value.dtype.kind not in "biuf":
        raise ConfigError(
            f"--set {key}: found an array of shape {value.shape} and type {value.dtype}; "
            "valid: one number a run"
        )
    return np.asarray(value, float)


def _merge(into: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _lay(into: dict[str, Any], parts: list[str], value: Any, key: str) -> None:
    """Put a changed value at its place in the raw document."""
    for part in parts[:-1]:
        into = into.setdefault(part, {})
        if not isinstance(into, dict):
            raise ConfigError(f"--set {key}: '{part}' holds a value, not a table")
    into[parts[-1]] = value


def _checked(
    schema: Any,
    raw: dict[str, Any],
    path: Path,
    changed: set[str],
    prefix: str,
    mistakes: list[str],
) -> Any:
    """The document as the schema's object; each of its mistakes is added as a line."""
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        mistakes += [_complaint(schema, each, path, changed, prefix) for each in error.errors()]
        return None


def _complaint(schema: Any, error: Any, path: Path, changed: set[str], prefix: str) -> str:
    """One mistake as one line: where, which key, what was found, what would do."""
    location = tuple(str(part) for part in error["loc"])
    where = place(path, location, changed, prefix)
    return f"{where}: {_fault(schema, error, location)}"


def _fault(schema: Any, error: Any, location: tuple[str, ...]) -> str:
    """What is wrong with a value and what would be valid."""
    kind, found = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"unknown key{suggestion(location[-1], _keys_at(schema, location[:-1]))}"
    if kind == "missing":
        return "missing; it must be given"
    valid = _valid_range(schema, location) or error["msg"].lower().replace("input should be ", "")
    return f"found {found!r}; valid: {valid}"


def _model_at(schema: Any, location: tuple[str, ...]) -> Any:
    """The pydantic model at a place of the schema, or None."""
    for part in location:
        field = getattr(schema, "model_fields", {}).get(part)
        if field is None:
            return None
        schema = field.annotation
    return schema if hasattr(schema, "model_fields") else None


def _keys_at(schema: Any, location: tuple[str, ...]) -> list[str]:
    model = _model_at(schema, location)
    return sorted(model.model_fields) if model else []


def _valid_range(schema: Any, location: tuple[str, ...]) -> str:
    """Range and unit of a declared quantity, in words."""
    for name, section in {**SECTIONS, **STATE_SECTIONS}.items():
        declared = declarations(section)
        if len(location) == 2 and location[0] == name and location[1] in declared:
            each = declared[location[1]]
            return f"a number from {each['low']:g} to {each['high']:g} {each['unit']}"
    if len(location) == 2 and location[0] == "weights" and location[1] in TERMS:
        term = TERMS[location[1]]
        return f"a number from {term.low:g} to {term.high:g}"
    return ""


def place(path: Path, location: tuple[str, ...], changed: set[str], prefix: str = "") -> str:
    """Where a value was given, as messages show it: the option, or file, line and key."""
    key = prefix + ".".join(location)
    for each in changed:
        if key == each or key.startswith(each + "."):
            return f"--set {each}"
    line = line_of(path, location)
    return f"{shown(path)}:{line}: {'.'.join(location)}" if line else f"{shown(path)}: {key}"


def _consistent(preset: Preset, path: Path, files: dict[str, Path], changed: set[str]) -> None:
    """Refuse contradictions between files, before anything runs."""
    mistakes = _crisis_mistakes(preset, path, changed)
    for player in preset.profiles:
        mistakes += _profile_mistakes(preset, player, files[player], changed)
    if mistakes:
        raise ConfigError("\n".join(mistakes))


def _crisis_mistakes(preset: Preset, path: Path, changed: set[str]) -> list[str]:
    """Contradictions in the preset: roles without a player, a day before the start."""
    file, players = preset.file, list(preset.profiles)
    roles: dict[tuple[str, ...], str] = {("target",): file.target, ("challenger",): file.challenger}
    if file.fronts is not None:
        named = file.fronts.model_dump(exclude_none=True)
        roles |= {("fronts", role): who for role, who in named.items()}
    mistakes = [
        f"{place(path, location, changed)}: found '{who}'{suggestion(who, players)}"
        for location, who in roles.items()
        if who not in players
    ]
    if file.target == file.challenger:
        where = place(path, ("challenger",), changed)
        mistakes.append(f"{where}: found '{file.challenger}'; valid: not the target itself")
    if len(set(file.players)) != len(file.players):
        mistakes.append(f"{place(path, ('players',), changed)}: a state is named twice")
    day = place(path, ("attack_day",), changed)
    if file.attack == "scripted" and file.attack_day is None:
        mistakes.append(f"{day}: missing; a scripted attack needs its day")
    if file.attack_day is not None and file.attack_day < file.start:
        mistakes.append(f"{day}: found {file.attack_day}; valid: from {file.start}")
    for key in preset.arrays:
        if key.endswith((".decision.depth", ".decision.samples")):
            mistakes.append(f"--set {key}: found a value for each run; valid: one number")
    return mistakes


def _profile_mistakes(preset: Preset, player: str, path: Path, changed: set[str]) -> list[str]:
    """Contradictions in a profile: more tied down than there is, unknown states, rules, actions."""
    profile = preset.profiles[player]
    means, states = (
        profile.means,
        sorted({*preset.profiles, *(p.stem for p in PROFILES.glob("*.toml"))}),
    )

    def at(*location: str) -> str:
        return place(path, location, changed, f"{player}.")

    mistakes = [
        f"{at('means', f'{kind}_tied')}: found {getattr(means, f'{kind}_tied'):g}; "
        f"valid: at most the total, {getattr(means, kind):g}"
        for kind in ("money", "forces", "systems")
        if getattr(means, f"{kind}_tied") > getattr(means, kind)
    ]
    mistakes += [
        f"{at(table, other)}: no such state{suggestion(other, states)}"
        for table in ("ties", "stakes", "pledges")
        for other in getattr(profile, table)
        if other not in states
    ]
    mistakes += [
        f"{at('treaties')}: found '{other}'{suggestion(other, states)}"
        for treaty in profile.treaties
        for other in (treaty.partner, *treaty.against)
        if other not in states
    ]
    if profile.rule not in STRATEGIES:
        known = suggestion(profile.rule, sorted(STRATEGIES))
        mistakes.append(f"{at('rule')}: found '{profile.rule}'{known}")
    known_actions = sorted(ladder_entries())
    unknown = [each for each in profile.menu or () if each not in known_actions]
    mistakes += [
        f"{at('menu')}: unknown action '{each}'{suggestion(each, known_actions)}"
        for each in unknown
    ]
    if not unknown and not menu(preset, player):
        mistakes.append(
            f"{at('menu')}: found {profile.menu}; valid: at least one action of its role"
        )
    return mistakes


# ------------------------------------------------------------------- the first world


@cache
def ladder_entries() -> dict[str, Any]:
    """The catalogue of actions, checked: name to role and attributes."""
    schema = create_model(
        "ActionEntry",
        __base__=_checked_section(Action),
        role=(Role, ...),
    )
    mistakes: list[str] = []
    entries = {
        name: _checked(schema, entry, LADDER, set(), f"{name}.", mistakes)
        for name, entry in document(LADDER).items()
    }
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return entries


def menu(preset: Preset, player: str) -> tuple[str, ...]:
    """The actions open to a state: its own menu, or all of its role's, in ladder order."""
    principal = player in (preset.file.target, preset.file.challenger)
    role = "principal" if principal else "patron"
    own = preset.profiles[player].menu
    allowed = [name for name, entry in ladder_entries().items() if entry.role == role]
    if not principal:
        return tuple(name for name in allowed if own is None or name in own)
    # only the state that has a programme can sprint
    able = preset.profiles[player].target.programme > 0 and player == preset.file.target
    return tuple(n for n in allowed if (own is None or n in own) and (n != "sprint" or able))


def ladder(preset: Preset, trailing: tuple[int, ...]) -> Ladder:
    """The menus of all players as arrays (states, actions, *1)."""
    menus = tuple(menu(preset, player) for player in preset.file.players)
    most = max(len(each) for each in menus)
    entries = ladder_entries()

    def table(attribute: str) -> Array:
        rows = [
            [getattr(entries[name], attribute) for name in each] + [0.0] * (most - len(each))
            for each in menus
        ]
        return np.array(rows, float).reshape(len(menus), most, *trailing)

    on_menu = np.array([[column < len(each) for column in range(most)] for each in menus])
    attributes = {each.name: table(each.name) for each in fields(Action)}
    return Ladder(names=menus, on_menu=on_menu.reshape(*on_menu.shape, *trailing), **attributes)


def dependence(ties: Array, target: int) -> Array:
    """The target's dependence on each state: its share of the target's friendly ties."""
    friendly = np.maximum(ties[target], 0.0).copy()
    friendly[target] = 0.0
    return friendly / np.maximum(total(friendly), 1e-9)


def first_world(preset: Preset, runs: int | range, times: int = 1) -> World:
    """The world before the first turn; with a run axis where `runs` is a range.

    `times` is how often each run is played: its rows follow one another, range by range.
    """
    trailing = () if isinstance(runs, int) else (1,)
    file, players = preset.file, preset.file.players
    count = len(players)

    def one(value: float | Array) -> float | Array:
        """A parameter for these runs: a float, or its rows."""
        if isinstance(value, np.ndarray):
            last = runs if isinstance(runs, int) else runs.stop - 1
            if last >= len(value):
                keys = [key for key, row in preset.arrays.items() if row is value]
                raise ConfigError(
                    f"--set {', '.join(keys)}: found {len(value)} values; valid: one for each of "
                    f"runs 0 to {last}"
                )
            if isinstance(runs, int):
                return float(value[runs])
            return np.tile(value[runs.start : runs.stop], times)
        return float(value)

    def stacked(values: list[float | Array]) -> Array:
        rows = [np.asarray(one(value), float) for value in values]
        rows = [row if row.ndim else row.reshape(trailing) for row in rows]
        return np.stack(np.broadcast_arrays(*rows))

    def over_states(key: str) -> Array:
        return stacked([preset.figure(f"{player}.{key}") for player in players])

    def over_pairs(key: str, own: float) -> Array:
        rows = [
            stacked(
                [preset.figure(f"{i}.{key}.{j}") if i != j or own == 0 else own for j in players]
            )
            for i in players
        ]
        return np.stack(np.broadcast_arrays(*rows))

    def section(name: str, kind: type, owner: str = "") -> Any:
        return kind(**{f.name: one(preset.figure(f"{owner}{name}.{f.name}")) for f in fields(kind)})

    records = {
        name: kind(**{f.name: over_states(f"{name}.{f.name}") for f in fields(kind)})
        for name, kind in STATE_SECTIONS.items()
        if name != "target"
    }
    aims = section("target", Target, f"{file.target}.")
    ties = over_pairs("ties", 1.0)
    basis = over_pairs("pledges", 0.0)
    courted = dependence(ties, players.index(file.target))
    standing = records["reputation"]

    def remembered(figure: Array) -> Array:
        shape = (count, count, *figure.shape[1:])
        return np.broadcast_to(1 + figure[:, None], shape).copy()

    zero = np.zeros(trailing)
    no = np.zeros(trailing, bool)
    named = {name: place for place, name in enumerate(players)}
    return World(
        names=tuple(players),
        target=named[file.target],
        challenger=named[file.challenger],
        start=file.start,
        weeks=preset.weeks,
        **records,
        aims=aims,
        weights={name: over_states(f"weights.{name}") for name in TERMS},
        precision=over_states("precision"),
        stakes=over_pairs("stakes", 0.0),
        basis=basis,
        treaties=tuple(
            Treaty(holder=player, **{**entry.model_dump(), "against": tuple(entry.against)})
            for player in players
            for entry in preset.profiles[player].treaties
            if entry.partner in named
        ),
        ladder=ladder(preset, trailing),
        **{name: section(name, kind) for name, kind in SECTIONS.items()},
        fronts=tuple(
            named.get(getattr(file.fronts, role, None) or "")
            for role in ("fighting", "backer", "supplier")
        ),
        courted=courted,
        rules=tuple(preset.profiles[player].rule for player in players),
        norm=file.norm,
        turn=0,
        war=no,
        weeks_at_war=zero,
        wars=zero,
        restraint=zero + one(preset.figure("restraint")),
        onset=zero,
        choice=np.zeros((count, *trailing), int),
        affinity=ties,
        pledge=basis,
        reliability=Beta(remembered(standing.kept), remembered(standing.failed)),
        honesty=Beta(remembered(standing.matched), remembered(standing.unmatched)),
        money=records["means"].money,
        forces=records["means"].forces,
        systems=records["means"].systems,
        ordered=np.zeros((count, *trailing)),
        intensity=zero + 1.0,
        balance=zero,
        programme=zero + aims.programme * (1 - aims.hardened),
        hardened=zero + aims.programme * aims.hardened,
        air_defence=zero + aims.air_defence,
        proxies=zero + aims.proxies,
        regime=zero + aims.regime,
        collapsed=no,
        bomb=no,
        premium=zero,
        noise=zero,
        lost_supply=zero,
        sanctions=records["economy"].sanctions,
        realised=np.zeros((count, *trailing)),
        income=np.zeros((count, *trailing)),
        dependence=courted,
        attraction=np.zeros((count, ladder(preset, trailing).on_menu.shape[1], *trailing)),
        leaked=np.zeros((count, *trailing)),
    )
