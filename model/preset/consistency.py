"""Finds contradictions between the files of a preset before anything runs.

Each contradiction is reported as the location of the wrong value and a description.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any  # a checked file is made from the declarations

from agents.strategies import STRATEGIES
from model.preset.toml import MANY, Location, suggestion, told, word

Found = list[tuple[Location, str]]


def of_the_crisis(file: Any) -> Found:
    """Contradictions in a preset: roles that no player fills, days out of order."""
    players = list(file.players)
    roles: dict[Location, str] = {("target",): file.target, ("challenger",): file.challenger}
    if file.fronts is not None:
        named = file.fronts.model_dump(exclude_none=True)
        roles |= {("fronts", role): who for role, who in named.items()}
    found = [
        (location, f"found '{word(who)}'{suggestion(who, players)}")
        for location, who in roles.items()
        if who not in players
    ]
    if file.target == file.challenger:
        wrong = f"found '{word(file.challenger)}'; valid: not the target itself"
        found.append((("challenger",), wrong))
    day = ("attack_day",)
    if file.attack == "scripted" and file.attack_day is None:
        found.append((day, "missing; a scripted attack needs its day"))
    if file.attack_day is not None and file.attack_day < file.start:
        found.append((day, f"found {file.attack_day}; valid: from {file.start}"))
    for each in islice((e for e in file.observed.brent if not _is_day(e)), MANY):
        wrong = f"found '{word(each)}'; valid: a date, as 2025-06-13"
        found.append((("observed", "brent", each), wrong))
    try:
        file.start + timedelta(days=file.turn_days * (file.turns + 1))
    except OverflowError:
        wrong = f"found {file.turns} turns of {file.turn_days:g} days from {file.start}"
        found.append((("turns",), f"{wrong}; valid: an end before the year 10000"))
    return found


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def of_a_profile(player: str, profile: Any, players: Sequence[str], states: Sequence[str]) -> Found:
    """Contradictions in a profile: more means tied down than owned, treaties with absent states.

    `players` are the states that play, `states` all that have a profile. A tie to an absent
    state is not a mistake, since a profile serves many presets.
    """
    means = profile.means
    found: Found = [
        (
            ("means", f"{kind}_tied"),
            f"found {getattr(means, f'{kind}_tied'):g}; "
            f"valid: at most the total, {getattr(means, kind):g}",
        )
        for kind in ("money", "forces", "systems")
        if getattr(means, f"{kind}_tied") > getattr(means, kind)
    ]
    for table in ("ties", "stakes", "pledges"):
        found += [
            ((table, other), f"no such state{suggestion(other, states)}")
            for other in islice((e for e in getattr(profile, table) if e not in states), MANY)
        ]
    if player in profile.ties:
        found.append((("ties", player), "a tie to itself; valid: leave it out"))
    for number, treaty in enumerate(profile.treaties[:MANY]):
        found += _of_a_treaty(player, ("treaties", str(number)), treaty, players, states)
    if profile.rule not in STRATEGIES:
        known = suggestion(profile.rule, sorted(STRATEGIES))
        found.append((("rule",), f"found {told(profile.rule)}{known}"))
    return found


def _of_a_treaty(
    player: str, at: Location, treaty: Any, players: Sequence[str], states: Sequence[str]
) -> Found:
    """Contradictions in a treaty: a partner that does not play, days out of order."""
    partner, others = treaty.partner, [each for each in players if each != player]
    found: Found = []
    if partner in states and partner not in players:
        found.append(
            (
                (*at, "partner"),
                f"found '{partner}', which does not play; valid: {', '.join(others)}, or no such "
                f"treaty in this preset ([states.{player}] treaties = [])",
            )
        )
    elif partner not in others:
        found.append(((*at, "partner"), f"found '{word(partner)}'{suggestion(partner, others)}"))
    found += [
        ((*at, "against"), f"found '{word(other)}'{suggestion(other, states)}")
        for other in treaty.against[:MANY]
        if other not in states
    ]
    found += [
        ((*at, name), f"found {day}; valid: from the day of signature, {treaty.signed}")
        for name in ("in_force", "denounced")
        if (day := getattr(treaty, name)) is not None and day < treaty.signed
    ]
    return found


def of_a_menu(
    own: Sequence[str] | None, seat: Sequence[str], known: Sequence[str], scripted: bool
) -> Found:
    """Contradictions in a menu: unknown actions, none for this seat, no way to attack.

    `seat` lists the actions open to a state in this seat and `known` all actions; `scripted`
    says that the state must attack.
    """
    unknown = [each for each in own or () if each not in known][:MANY]
    at = ("menu",)
    if own is None or unknown:
        return [(at, f"unknown action '{word(e)}'{suggestion(e, known)}") for e in unknown]
    if not set(own) & set(seat):
        wrong = f"found {told(list(own))}; valid: at least one action of its role"
        return [(at, f"{wrong}, of {', '.join(seat)}")]
    if scripted and "campaign" not in own:
        wrong = f"found {told(list(own))}; valid: with campaign, as the attack is scripted"
        return [(at, wrong)]
    return []
