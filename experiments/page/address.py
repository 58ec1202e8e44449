"""Plans: which run to watch with which figures changed, as an address and as a profile."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from model.preset.catalogue import catalogue
from model.preset.load import PRESETS, ROOT, ConfigError, Preset, changed, load, menu, suggestion
from model.preset.toml import told, word

Value = float | str
SEEDS, RUNS = 2**64, 2**63
"""How many seeds there are, and how many runs of each."""
WHAT_IFS = ROOT / "experiments" / "what_ifs"
"""The folder of the what-ifs."""
MOST = 500
"""The most changes in an address."""


@dataclass(frozen=True)
class Plan:
    """What a visitor watches: a preset, the seed and the run, and the figures they changed.

    `changes` hold from the start; `later` were made in the middle of the run: (turns played,
    key, value); `waiting` wait for the next Reset. `what_if` names a file of changes that is
    shipped (`what_ifs`); `seat` is the state that the visitor plays, `chosen` what they did turn by
    turn.
    """

    preset: str = "iran-2025"
    seed: int = 0
    run: int = 0
    changes: tuple[tuple[str, Value], ...] = ()
    later: tuple[tuple[int, str, Value], ...] = ()
    waiting: tuple[tuple[str, Value], ...] = ()
    what_if: str = ""
    seat: str = ""
    chosen: tuple[str, ...] = ()

    @property
    def crisis(self) -> Preset:
        """The preset with the what-if laid over it, without the visitor's own changes."""
        return read(self.preset, self.what_if)

    @property
    def altered(self) -> bool:
        """Whether anything differs from the preset as it is shipped."""
        return bool(self.changes or self.what_if)

    @property
    def given(self) -> dict[str, Value]:
        """The changes by their keys."""
        return dict(self.changes)

    def changed(self, key: str, value: Value | None) -> "Plan":
        """The plan with one figure changed, or given back where the value is None.

        >>> Plan().changed("russia.weights.ties", 2.0).changed("oil.price", 80.0).given
        {'oil.price': 80.0, 'russia.weights.ties': 2.0}
        """
        kept = {name: each for name, each in self.changes if name != key}
        if value is not None:
            kept[key] = value
        return replace(self, changes=tuple(sorted(kept.items())))

    def at_last(self) -> "Plan":
        """The plan that a Reset plays: all figures at their latest values from the start.

        >>> Plan(changes=(("oil.price", 70.0),), later=((4, "oil.price", 80.0),)).at_last().given
        {'oil.price': 80.0}
        """
        plan = replace(self, later=(), waiting=())
        moved = sorted(self.later, key=itemgetter(0))
        for key, value in (*(each[1:] for each in moved), *self.waiting):
            plan = plan.changed(key, None if value == base_value(self, key) else value)
        return plan

    def checked(self) -> "Plan":
        """The plan itself; raises ConfigError where anything of it is not valid.

        It comes from a link or a page: it may name a preset that is offered, and figures and
        rules of its states, never a file.
        """
        if self.preset not in offered():
            raise ConfigError(f"preset: found {told(self.preset)}; valid: {', '.join(offered())}")
        if not (0 <= self.seed < SEEDS and 0 <= self.run < RUNS):
            what = f"seed {self.seed}, run {self.run}"
            raise ConfigError(f"{what}; valid: whole numbers from 0, below {SEEDS} and {RUNS}")
        if self.what_if and self.what_if not in what_ifs():
            valid = ", ".join(what_ifs())
            raise ConfigError(f"what_if: found {told(self.what_if)}; valid: {valid}")
        self.check_seat()
        known = changeable(self.preset)
        moved = [(key, value) for _, key, value in self.later]
        for key, _ in (*self.changes, *moved, *self.waiting):
            if key not in known:
                near = suggestion(key, list(known)) if len(key) < 80 else ""
                near = near if near.startswith("; did") else "; valid: a key of `cheaptalk list`"
                raise ConfigError(f"{word(key)}: no figure or rule of this crisis{near}")
        for turn, key, _ in self.later:
            if not known[key]:
                raise ConfigError(f"{turn}:{key}: it only makes the first world; valid: {key}")
        for over in ((), *((each,) for each in moved), self.waiting):
            changed(self.crisis, {**self.given, **dict(over)})
        return self

    def check_seat(self) -> None:
        """Raise ConfigError for a seat that there is not, or what is not on its menu."""
        if not self.seat:
            return
        if self.seat not in self.crisis.profiles:
            valid = ", ".join(self.crisis.profiles)
            raise ConfigError(f"seat: found {told(self.seat)}; valid: {valid}")
        for action in self.chosen:
            if action not in (offers := menu(self.crisis, self.seat)):
                raise ConfigError(f"chosen: found {told(action)}; valid: {', '.join(offers)}")


def opened() -> str:
    """The preset with which the page was opened."""
    return os.environ.get("CHEAPTALK_PRESET", Plan.preset)


def offered() -> list[str]:
    """The presets that the page offers: the shipped ones, and the one with which it was opened."""
    shipped = sorted(path.stem for path in PRESETS.glob("*.toml"))
    return list(dict.fromkeys([*shipped, opened()]))


@cache
def read(preset: str, what_if: str = "") -> Preset:
    """The preset of this name, its files as they were when the page first asked for them.

    A what-if is laid over it.
    """
    return changed(read(preset), {"with": [str(what_ifs()[what_if])]}) if what_if else load(preset)


@cache
def what_ifs() -> dict[str, Path]:
    """The files of changes that are shipped, by their names."""
    return {path.stem: path for path in sorted(WHAT_IFS.glob("*.toml"))}


def changeable(preset: str) -> dict[str, bool]:
    """The keys of figures and rules that a visitor may change, and whether in mid-run too."""
    crisis = read(preset)
    figures = {each.key: not each.initial for each in catalogue(crisis) if each.listed}
    return figures | {f"{name}.rule": True for name in crisis.profiles}


def base_value(plan: Plan, key: str) -> Value:
    """The value that a figure has in a plan's crisis without the visitor's changes."""
    found = plan.crisis.figure(key)
    return found if isinstance(found, str) else float(found)


# ------------------------------------------------------------------------- as an address

WORDS = ("what_if", "seat")
"""Parts of a plan that are words."""
VIEW = ("tab", "state", "act", "shown", "lesson", "projector")
"""What is in view beside the plan: tab, state, act, turn gone back to, step of the lesson."""


def address(plan: Plan, turn: int, view: Mapping[str, str] | None = None) -> str:
    """The plan and the turn reached, as the part of an address behind `#`; then what is in view.

    >>> address(Plan(seed=3, changes=(("russia.weights.ties", 2.0),)), 12)
    'preset=iran-2025&seed=3&run=0&turn=12&russia.weights.ties=2.0'
    """
    pairs: list[tuple[str, object]] = [
        ("preset", plan.preset),
        ("seed", plan.seed),
        ("run", plan.run),
        ("turn", turn),
        *((key, value) for key, value in (view or {}).items() if value),
        *((name, value) for name in WORDS if (value := getattr(plan, name))),
        *((("chosen", ".".join(plan.chosen)),) if plan.chosen else ()),
        *plan.changes,
        *((f"{after}:{key}", value) for after, key, value in plan.later),
        *((f"reset:{key}", value) for key, value in plan.waiting),
    ]
    return urlencode(pairs, safe=":")


def from_address(text: str) -> tuple[Plan, int]:
    """The plan and the turn in an address. Raises ConfigError.

    >>> from_address(address(Plan(run=7, later=((4, "oil.elasticity", 0.2),)), 9))[1]
    9
    """
    plan, numbers = Plan(), {"seed": 0, "run": 0, "turn": 0}
    for key, found in _pairs(text):
        when, _, name = key.rpartition(":")
        if key == "preset":
            plan = replace(plan, preset=found)
        elif key in WORDS:
            plan = replace(plan, what_if=found) if key == "what_if" else replace(plan, seat=found)
        elif key == "chosen":
            plan = replace(plan, chosen=tuple(found.split(".")))
        elif key in VIEW:
            continue
        elif key in numbers:
            numbers[key] = whole(key, found)
        elif when == "reset":
            plan = replace(plan, waiting=(*plan.waiting, (name, _value(found))))
        elif when:
            turn = whole(f"the turn of {word(name)}", when)
            plan = replace(plan, later=(*plan.later, (turn, name, _value(found))))
        else:
            plan = plan.changed(name, _value(found))
    turn = numbers["turn"]
    plan = replace(plan, seed=numbers["seed"], run=numbers["run"]).checked()
    turns = changed(plan.crisis, plan.given).file.turns
    turn = min(turn, len(plan.chosen)) if plan.seat else turn
    if turn > turns:
        raise ConfigError(f"turn: found {turn}; valid: 0 to {turns}")
    return plan, turn


def view_in(text: str) -> dict[str, str]:
    """What an address says is in view: the tab, the selected state, and the like.

    >>> view_in("preset=twelve-days&turn=3&tab=1&state=china")
    {'tab': '1', 'state': 'china'}
    """
    return {key: found for key, found in _pairs(text) if key in VIEW}


def _pairs(text: str) -> list[tuple[str, str]]:
    """The keys and values of an address."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        raise ConfigError(f"the address: more than {MOST} changes; valid: fewer") from None


def whole(key: str, text: str) -> int:
    """A whole number from 0."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise ConfigError(f"{key}: found {told(text)}; valid: a whole number from 0")
    return int(text)


def _value(word: str) -> Value:
    """A word as a number if possible, else as it is."""
    try:
        return float(word)
    except ValueError:
        return word


# ------------------------------------------------------------------------- as a profile


def as_profile(plan: Plan) -> str:
    """The changes as a TOML file whose tables are states and sections, for `--with`.

    >>> print(as_profile(Plan().changed("russia.weights.audience", 0.8)), end="")
    # What differs from iran-2025; play it with: cheaptalk run iran-2025 --with FILE
    <BLANKLINE>
    [russia.weights]
    audience = 0.8
    """
    under = f"--with {what_ifs()[plan.what_if].relative_to(ROOT)} " if plan.what_if else ""
    run = f"cheaptalk run {plan.preset} {under}--with FILE"
    lines = [f"# What differs from {plan.preset}; play it with: {run}"]
    table = ""
    for key, value in sorted(plan.changes, key=lambda each: each[0].rpartition(".")[::2]):
        head, _, name = key.rpartition(".")
        if head != table:
            table = head
            lines += ["", f"[{head}]"]
        lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
