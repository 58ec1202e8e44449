"""Why a state did what it did, for a reader who is no insider."""

import numpy as np

from experiments.engine.words import decimal
from experiments.why.explain import PAIRS, Explanation, Flip
from model.preset.catalogue import catalogue
from model.preset.load import Preset, ladder_entries

CLOSE = 0.02
"""Terms that differ by less are not told."""


def named(action: str) -> str:
    """An action in plain words."""
    entry = ladder_entries().get(action)
    return (entry.plain if entry else "") or action.replace("_", " ")


def choice_in_words(found: Explanation, label: str) -> str:
    """What was likeliest and what was played, and how the one came from the other."""
    chance = {each: float(p) for each, p in zip(found.actions, found.probability, strict=True)}
    played, likeliest = found.played, max(chance, key=lambda each: chance[each])
    said = f"{named(played)} ({share(chance[played])})"
    if found.rule != "logit":
        rule = found.rule.replace("_", " ")
        return f"{label} chose {named(played)}, as it plays by the rule '{rule}'."
    if int(found.open.sum()) == 1:
        return f"{label} chose {named(played)}: nothing else was open to it."
    if played == likeliest:
        return f"{label} chose {said}, its likeliest act."
    first = f"Likeliest was {named(likeliest)} ({share(chance[likeliest])})"
    if found.war:
        return f"{first}; this {label} has reasons of its own and chose {said}."
    return f"{first}; in peace each turn is drawn anew, and {label} chose {said}."


def share(chance: float) -> str:
    """A chance in per cent.

    >>> share(0.345), share(0.0004)
    ('34 %', 'under 1 %')
    """
    return f"{chance:.0%}".replace("%", " %") if chance >= 0.005 else "under 1 %"


def reasons_in_words(found: Explanation, preset: Preset, protege: str) -> str:
    """What the act played gains and costs beside the likeliest other one, in plain words."""
    place = found.actions.index(found.played)
    others = np.where(found.open, found.probability, -1.0)
    others[place] = -1.0
    if others.max() < 0:
        return ""
    other = found.actions[int(np.argmax(others))]
    gaps = [(name, gap) for name, gap in found.deciding(found.played, other) if abs(gap) >= CLOSE]
    told = [
        (f"{plain_term(preset, name).replace('the protege', protege)} ({decimal(gap)})", gap)
        for name, gap in gaps
    ]
    gains, costs = [w for w, gap in told if gap > 0], [w for w, gap in told if gap < 0]
    parts = [f"is better for {joined(gains)}"] * bool(gains) + [
        f"worse for {joined(costs)}"
    ] * bool(costs)
    whole = float(found.total[place] - found.total[found.actions.index(other)])
    if not parts:
        return (
            f"Beside {named(other)} it is worth {decimal(whole)}; nothing sets the two far apart."
        )
    said = " and ".join(parts)
    return f"Beside {named(other)}, {named(found.played)} {said}: {decimal(whole)} in all."


def joined(words: list[str]) -> str:
    """The first two of some words, in a row."""
    return " and ".join(words[:2])


def plain_term(preset: Preset, name: str) -> str:
    """A payoff term in plain words."""
    term = preset.terms.get(name)
    return (term.plain if term else "") or name


def flip_in_words(flip: Flip | None, preset: Preset, rule: str = "logit") -> str:
    """The smallest change of one figure that makes another act likeliest, in plain words."""
    if rule != "logit":
        return f"What would flip it is not sought, as {rule} does not play the equilibrium."
    if flip is None:
        return "No change of one figure within its range would make another act the likeliest."
    figures = f"{flip.key}: {flip.before:.3g} to {flip.after:.3g} {flip.unit}".rstrip()
    return (
        f"If {figure_in_words(flip.key, preset)} were {moved(flip.before, flip.after)} "
        f"({figures}), the likeliest would be {named(flip.action)} ({share(flip.probability)}): "
        "the smallest change that flips it."
    )


def figure_in_words(key: str, preset: Preset) -> str:
    """What a figure is, in words."""
    owner, table, name = ("", *key.split("."))[-3:]
    label = {state: profile.label for state, profile in preset.profiles.items()}
    if table == "weights":
        return f"the weight of {plain_term(preset, name)}"
    if table in PAIRS:
        about = {"ties": "tie to", "stakes": "stake in", "pledges": "pledge to"}[table]
        return f"its {about} {label.get(name, name)}"
    meaning = next((each.meaning for each in catalogue(preset) if each.key == key), "")
    meaning = meaning.split(";")[0].split(" (")[0] or name.replace("_", " ")
    return f"its {meaning}" if owner else meaning


def moved(before: float, after: float) -> str:
    """How far a figure moves, in words.

    >>> moved(74.0, 66.6), moved(1.0, 2.0), moved(0.0, 0.3)
    ('a tenth less', 'twice as much', '0.3 instead of 0')
    """
    if not before or before * after < 0 or not after:
        return f"{after:.3g} instead of {before:.3g}"
    change = after / before - 1
    if change > 0.9:
        return "twice as much" if change < 1.15 else f"{after / before:.1f} times as much"
    names = {0.01: "a hundredth", 0.02: "a fiftieth", 0.05: "a twentieth", 0.1: "a tenth",
             0.2: "a fifth", 0.25: "a quarter", 1 / 3: "a third", 0.5: "half", 2 / 3: "two thirds",
             0.75: "three quarters", 0.9: "nine tenths"}  # fmt: skip
    nearest = min(names, key=lambda each: abs(np.log(each / abs(change))))
    return f"{names[nearest]} {'more' if change > 0 else 'less'}"
