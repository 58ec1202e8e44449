"""What the page says of a turn in words: what each state does, what was recorded, when."""

from collections.abc import Iterator
from datetime import date, timedelta

from experiments.answer.acts import Act, between, names_one
from experiments.answer.founding import NAMES
from experiments.engine.duel import proteges
from experiments.page.snapshot import Moment, Plain, known_acts
from experiments.why.plain import named
from model.preset.load import Preset, ladder_entries


def called(label: str) -> str:
    """A state's name within a sentence.

    >>> called("United States"), called("Iran")
    ('the United States', 'Iran')
    """
    return f"the {label}" if label.lower().endswith("states") else label


def agreeing(label: str, deed: str) -> str:
    """A deed as a sentence of its state; a name that is a plural of small letters has its verb.

    >>> agreeing("Iran", "stays silent"), agreeing("Gulf states", "presses others")
    ('Iran stays silent', 'the Gulf states press others')
    """
    verb, _, rest = deed.partition(" ")
    if label.endswith("states"):
        verb = verb[:-2] if verb.endswith(("sses", "shes")) else verb[:-1]
    return f"{called(label)} {verb} {rest}".rstrip()


def glossary(preset: Preset) -> dict[str, Plain]:
    """Actions and terms with a word of explanation for each."""
    actions = {
        name: {"plain": named(name), "meaning": entry.meaning}
        for name, entry in ladder_entries().items()
    }
    terms = {
        name: {"plain": term.plain or name, "meaning": (term.__doc__ or "").strip()}
        for name, term in preset.terms.items()
    }
    return actions | terms


# ------------------------------------------------------------------------- this run


def deed(preset: Preset, moment: Moment, state: int, *, hidden: bool) -> str:
    """What a state does in a turn, as all see it or as it is."""
    world, before = moment.after, moment.before
    label = {name: each.label for name, each in preset.profiles.items()}
    choice = int((world.choice if hidden else world.seen)[state])
    entry = ladder_entries()[world.ladder.names[state][choice]]
    target, challenger = before.target, before.challenger
    own = target if before.side[state] > 0 else challenger
    if state in before.principals:
        own = state
    other = challenger if own == target else target
    words = (entry.deed or named(world.ladder.names[state][choice])).format(
        protege=called(label[before.names[own]]), adversary=called(label[before.names[other]])
    )
    return agreeing(label[before.names[state]], words)


def story(preset: Preset, moment: Moment, first: str, *, hidden: bool) -> str:
    """What was just done, in a line: the principals, the first patron, then the others."""
    world = moment.after
    names, rung = world.names, world.ladder.rung
    choice = world.choice if hidden else world.seen
    heights = [int(rung[k].reshape(-1)[int(choice[k])]) for k in range(len(names))]
    leading = [moment.before.challenger, moment.before.target]
    leading += [names.index(first)] if first in names and names.index(first) not in leading else []
    others = sorted((k for k in range(len(names)) if k not in leading), key=lambda k: -heights[k])
    told = [
        deed(preset, moment, k, hidden=hidden)
        for k in (*leading, *others)
        if heights[k] or k in leading
    ]
    silent = [called(preset.profiles[names[k]].label) for k in others if not heights[k]]
    if silent:
        told.append(f"silent: {' and '.join(silent)}")
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


# ----------------------------------------------------------------------- what happened


def days(preset: Preset, turn: int) -> tuple[date, date]:
    """The first day of a turn and the day after its last; before the first turn, all days."""
    length = preset.file.turn_days
    if turn == 0:
        return date.min, preset.file.start
    first, after = (preset.file.start + timedelta(length * k) for k in (turn - 1, turn))
    return first, after


def turn_of(preset: Preset, iso: str) -> int:
    """The turn that a day lies in; 0 for what was before the first."""
    passed = (date.fromisoformat(iso) - preset.file.start).days
    return max(int(passed / preset.file.turn_days + 1), 0) if passed >= 0 else 0


def span(preset: Preset, turn: int) -> str:
    """The days of a turn in words: a day, or from when to when.

    >>> from model.preset.load import load
    >>> span(load("twelve-days"), 2), span(load("iran-2025"), 1)
    ('Friday, 13 June 2025', '6-12 January 2025')
    """
    if turn == 0:
        return f"before {preset.file.start:%-d %B %Y}"
    first, after = days(preset, turn)
    last = after - timedelta(1)
    if last <= first:
        return f"{first:%A, %-d %B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%-d}-{last:%-d %B %Y}"
    return f"{first:%-d %B} - {last:%-d %B %Y}"


def facts(preset: Preset, turn: int, first: str) -> list[Plain]:
    """Every dated act of a turn's days, those of the first state first and none left out."""
    found = between(known_acts(preset), *days(preset, turn))
    found.sort(key=lambda act: not names_one(preset, [first], act.actor))
    return [fact(preset, act, first) for act in found]


def all_facts(preset: Preset, first: str) -> list[Plain]:
    """Every dated act of a preset in the order of its days."""
    return [fact(preset, act, first) for act in sorted(known_acts(preset), key=lambda act: act.day)]


def fact(preset: Preset, act: Act, first: str) -> Plain:
    """A dated act as it is shown."""
    rung = NAMES[act.rung] if act.rung is not None else ""
    return {
        "iso": act.day.isoformat(),
        "day": f"{act.day:%-d %b}",
        "actor": act.actor,
        "what": act.what,
        "rung": act.rung,
        "word": {"rhetoric": "words", "arms": "arms, strikes"}.get(rung, rung),
        "first": names_one(preset, [first], act.actor),
    }


def strikes_of_others(preset: Preset, turn: int) -> Iterator[str]:
    """The strikes on record by a state that is no principal, in a turn's days."""
    principals = (preset.file.target, preset.file.challenger)
    for act in between(known_acts(preset), *days(preset, turn)):
        if act.kind == "strike" and not names_one(preset, principals, act.actor):
            yield f"in fact: {act.actor}: {act.what}"


# ------------------------------------------------------------------------ why it pauses


def pauses(preset: Preset, moment: Moment, happened: list[str]) -> tuple[str, ...]:
    """Why Play rests after a turn: what happened in the run, and what did in fact."""
    turn = moment.after.turn
    stops = [each for each in happened if not each.startswith("sanctions on")]
    return (*stops, *strikes_of_others(preset, turn))


def moments(preset: Preset) -> list[Plain]:
    """The moments that matter, for the time line: the attack, others' strikes, known events."""
    file = preset.file
    challenger = preset.profiles[file.challenger].label
    found: list[tuple[date, str]] = []
    if file.attack_day:
        found.append((file.attack_day, f"{challenger} strikes"))
    principals = (file.target, file.challenger)
    for act in known_acts(preset):
        if act.kind == "strike" and not names_one(preset, principals, act.actor):
            found.append((act.day, f"{short(act.actor)} strikes"))
    for event in file.events:
        if event.day > (file.attack_day or date.min):
            found.append((event.day, "ceasefire" if "ceasefire" in event.what else "event"))
    return [
        {
            "turn": (day - file.start).days / file.turn_days + 1,
            "day": f"{day:%-d %b}",
            "what": what,
        }
        for day, what in sorted(found)
        if file.start <= day < days(preset, file.turns)[1]
    ]


def short(label: str) -> str:
    """A long name by its initials.

    >>> short("United States"), short("Israel")
    ('US', 'Israel')
    """
    return "".join(word[0] for word in label.split()) if " " in label else label


def who_is_who(preset: Preset) -> str:
    """Who stands with whom, in a line."""
    label = {name: called(each.label) for name, each in preset.profiles.items()}
    sides = proteges(preset)
    told = []
    for principal in (preset.file.challenger, preset.file.target):
        friends = [label[name] for name, side in sides.items() if side == principal]
        told.append(f"With {label[principal]}: {', '.join(friends) or 'nobody'}")
    return ". ".join(told) + "."
