"""A plan: which run to watch, with which figures changed, as an address and as a profile."""

import json
import tomllib
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from model.preset import ConfigError, load

Value = float | str


@dataclass(frozen=True)
class Plan:
    """What a visitor watches: a preset, its luck, and the figures they changed.

    `later` holds changes that were made in the middle of the run: (turns played, key, value).
    """

    preset: str = "iran-2025"
    seed: int = 0
    run: int = 0
    changes: tuple[tuple[str, Value], ...] = ()
    later: tuple[tuple[int, str, Value], ...] = ()

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

    def resumed(self, later: tuple[tuple[int, str, Value], ...]) -> "Plan":
        """The plan with the changes that were made in the middle of its run."""
        return replace(self, later=later)

    def checked(self) -> "Plan":
        """The plan itself; raises ConfigError where a figure of it is not valid."""
        if self.seed < 0 or self.run < 0:
            raise ConfigError(f"seed {self.seed}, run {self.run}; valid: numbers from 0")
        load(self.preset, self.given)
        for turn, key, value in self.later:
            if turn < 0:
                raise ConfigError(f"{key}: found turn {turn}; valid: from 0")
            load(self.preset, {**self.given, key: value})
        return self


# ------------------------------------------------------------------------- as an address


def address(plan: Plan, turn: int) -> str:
    """The plan and the turn reached, as the part of an address behind `#`.

    >>> address(Plan(seed=3, changes=(("russia.weights.ties", 2.0),)), 12)
    'preset=iran-2025&seed=3&run=0&turn=12&russia.weights.ties=2.0'
    """
    pairs: list[tuple[str, object]] = [
        ("preset", plan.preset),
        ("seed", plan.seed),
        ("run", plan.run),
        ("turn", turn),
        *plan.changes,
        *((f"{after}:{key}", value) for after, key, value in plan.later),
    ]
    return urlencode(pairs, safe=":")


def from_address(text: str) -> tuple[Plan, int]:
    """The plan and the turn that an address holds; raises ConfigError.

    >>> from_address(address(Plan(run=7, later=((4, "oil.elasticity", 0.2),)), 9))[1]
    9
    """
    plan, luck = Plan(), {"seed": 0, "run": 0, "turn": 0}
    for key, word in parse_qsl(text, max_num_fields=500):
        if key == "preset":
            plan = replace(plan, preset=word)
        elif key in ("seed", "run", "turn"):
            if not (word.isdecimal() and len(word) < 10):
                raise ConfigError(f"{key}: found '{word}'; valid: a number from 0")
            luck[key] = int(word)
        elif ":" in key and key.split(":")[0].isdecimal():
            after, _, name = key.partition(":")
            plan = replace(plan, later=(*plan.later, (int(after), name, _value(word))))
        else:
            plan = plan.changed(key, _value(word))
    plan = replace(plan, seed=luck["seed"], run=luck["run"])
    return plan.checked(), luck["turn"]


def _value(word: str) -> Value:
    """A number where the word is one, else the word."""
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
    lines = [
        f"# What differs from {plan.preset}; play it with: cheaptalk run {plan.preset} --with FILE"
    ]
    table = ""
    for key, value in sorted(plan.changes, key=lambda each: each[0].rpartition(".")[::2]):
        head, _, name = key.rpartition(".")
        if head != table:
            table = head
            lines += ["", f"[{head}]"]
        lines.append(f"{name} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def from_profile(text: str) -> dict[str, Value]:
    """The changes that a saved profile holds, by their keys.

    >>> from_profile("[russia.weights]\\naudience = 0.8\\n")
    {'russia.weights.audience': 0.8}
    """
    found: dict[str, Value] = {}

    def gather(table: dict[str, object], prefix: str) -> None:
        for name, value in table.items():
            if isinstance(value, dict):
                gather(value, f"{prefix}{name}.")
            elif isinstance(value, float | int | str):
                found[prefix + name] = value

    gather(tomllib.loads(text), "")
    return found
