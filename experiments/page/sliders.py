"""Builds sliders and axes from the declarations of parameters and terms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from experiments.page import background as whatif
from experiments.page.address import Value, read
from experiments.page.snapshot import Plain
from model.preset.catalogue import Quantity, catalogue

TITLES = {
    "weights": "Payoff weights",
    "target": "What the challenger is after",
    "oil": "Oil market",
    "front": "The other front",
    "value": "Realised value",
}
"""Titles of groups of sliders; others are named after their tables."""
FIRST = ("weights", "decision")
"""The groups that come first; the others follow in the order of the catalogue."""


def figures_by_owner(preset: str, what_if: str = "") -> dict[str, Plain]:
    """The declared figures of each state, and of the crisis itself under the empty name."""
    crisis = read(preset, what_if)
    labels = {name: each.label for name, each in crisis.profiles.items()}
    figures = [each for each in catalogue(crisis) if each.listed]
    owners = {name: (each.label, each.rule) for name, each in crisis.profiles.items()}
    return {
        name: {"label": label, "rule": rule, "groups": groups(figures, name, labels)}
        for name, (label, rule) in {**owners, "": ("All states", None)}.items()
    }


def groups(figures: Sequence[Quantity], owner: str, labels: Mapping[str, str]) -> list[Plain]:
    """The sliders of a state, or of the crisis, in groups with their titles."""
    tables: dict[str, list[Plain]] = {table: [] for table in FIRST}
    for each in figures:
        if each.owner == owner:
            label = labels.get(each.name, each.name.replace("_", " "))
            tables.setdefault(each.table, []).append(slider(each, label))
    return [
        {"name": table, "title": TITLES.get(table, table.capitalize()), "rows": rows}
        for table, rows in tables.items()
        if rows
    ]


def slider(declared: Quantity, label: str) -> Plain:
    """One slider from a figure's declaration."""
    step = 10.0 ** np.floor(np.log10((declared.high - declared.low) / 100))
    return {
        "key": declared.key,
        "name": label,
        "base": float(declared.value),
        "low": declared.low,
        "high": declared.high,
        "step": float(f"{step:.1g}"),
        "unit": "" if declared.unit in ("weight", "index") else declared.unit,
        "meaning": declared.meaning.split("; own")[0],
        "source": declared.source,
        "at_once": not declared.initial,
    }


def changed_count(owner: str, declared: dict[str, Plain], given: dict[str, Value]) -> int:
    """The number of changed figures of a state, or of the crisis."""
    owners = [key.split(".")[0] for key in given]
    return sum((each if each in declared else "") == owner for each in owners)


def worth_keeping(wanted: Plain, declared: dict[str, Plain]) -> Value | None:
    """A wanted value; None where the preset has it already."""
    key, value = wanted["key"], wanted["value"]
    owner = declared.get(key.split(".")[0], declared[""])
    rows = (row for group in owner["groups"] for row in group["rows"] if row["key"] == key)
    base = owner["rule"] if key.endswith(".rule") else next(rows)["base"]
    return None if value == base else value


def choices(preset: str, patron: str) -> list[Plain]:
    """The parameters that a phase diagram can vary: the patron's and those of the crisis."""
    found = figures_by_owner(preset)
    own = [found[patron], found[""]] if patron in found else [found[""]]
    return [
        {"key": row["key"], "low": row["low"], "high": row["high"], "base": row["base"]}
        for owner in own
        for group in owner["groups"]
        for row in group["rows"]
        if not row["key"].endswith((".depth", ".samples", ".level"))
    ]


def axis_of(declared: Plain) -> whatif.Axis:
    """An axis around a parameter's value, from 0 to twice it, within the declared range."""
    reach = abs(declared["base"]) or (declared["high"] - declared["low"]) / 4
    low = max(declared["low"], declared["base"] - reach)
    return whatif.Axis(declared["key"], low, min(declared["high"], declared["base"] + reach))


def limited(axis: whatif.Axis, wanted: Plain, declared: Plain) -> whatif.Axis:
    """An axis with a new end. Raises ValueError if it lies outside the declared range."""
    end = "low" if "low" in wanted else "high"
    valid = f"valid: {declared['low']:g} to {declared['high']:g}, from below to"
    try:
        value = float(wanted[end])
    except ValueError:
        raise ValueError(f"{axis.key}: found '{wanted[end]}'; {valid}") from None
    axis = replace(axis, low=value) if end == "low" else replace(axis, high=value)
    if not declared["low"] <= axis.low < axis.high <= declared["high"]:
        raise ValueError(f"{axis.key}: found {axis.low:g} to {axis.high:g}; {valid}")
    return axis
