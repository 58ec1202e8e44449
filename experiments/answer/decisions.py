"""What must be decided of a crisis: the figures, why each matters, and what is still open.

What one crisis has and most have not (a programme, proxies, a strait, drones) is asked for only
where it is declared.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from experiments.engine.duel import principals_of, proteges, unbound
from experiments.engine.words import aligned, decimal
from model.preset.catalogue import Quantity, catalogue
from model.preset.load import Preset

ANCHORED = "anchor: "
"""How the source of a figure begins that was taken from a table and not yet judged."""


@dataclass(frozen=True)
class Decision:
    """A figure of a state that differs from crisis to crisis, and why it matters.

    `seats` are whose it is; `feature` is what must be declared for it to play a part. One that
    need not be decided has a default that suits most states.
    """

    key: str
    why: str
    seats: tuple[str, ...] = ("target", "challenger", "patron")
    feature: str = ""
    must: bool = True


FEATURES = {
    "programme": "a nuclear programme that strikes set back and that may sprint to a bomb",
    "proxies": "armed groups abroad that fight for the target",
    "strait": "oil at risk by war, and a strait that a blockade closes",
    "drones": "another front that the target feeds with drones",
}
"""What is off unless it is declared."""

PATRON, TARGET = ("patron",), ("target",)
DECISIONS = (
    Decision("means.money", "what is free of it pays for arms and force"),
    Decision("means.money_tied", "what another front takes cannot be spent on this one"),
    Decision("means.forces", "with money and systems it makes a state's power"),
    Decision("means.forces_tied", "an overstretched patron can only talk"),
    Decision("means.systems", "arms and force are paid in what is scarcest"),
    Decision("means.systems_tied", "what guards other fronts cannot be handed over"),
    Decision("posture.access", "power that cannot arrive neither helps nor deters"),
    Decision("posture.vulnerability", "what being fought costs at home makes fighting dear"),
    Decision("posture.nuclear", "a nuclear principal is feared beyond its force"),
    Decision("posture.reach", "hardened sites fall only to such weapons", feature="programme"),
    Decision("posture.sensitivity", "how dear words without deeds become", must=False),
    Decision("posture.delivery_weeks", "arms that come late help little", PATRON, must=False),
    Decision("reputation.kept", "a reliable state has a name to lose", must=False),
    Decision("reputation.failed", "who has failed before has less to lose", must=False),
    Decision("reputation.matched", "the words of an honest state are believed", must=False),
    Decision("reputation.unmatched", "bluffs that are remembered devalue words", must=False),
    Decision("economy.trade", "trade with the target is lost with it", PATRON, must=False),
    Decision("economy.sanctions", "who is under full sanctions has no more to fear", must=False),
    Decision("economy.threatened", "an affront brings these down", PATRON, must=False),
    Decision("economy.oil_exports", "who sells oil gains by a dear one", feature="strait"),
    Decision("economy.hormuz", "what passes there is lost by its closure", feature="strait"),
    Decision("target.air_defence", "it stops a share of all strikes", TARGET),
    Decision("target.regime", "war may bring it down", TARGET),
    Decision("target.programme", "what the challenger strikes at", TARGET, "programme"),
    Decision("target.hardened", "what few weapons can break", TARGET, "programme"),
    Decision("target.breakout_weeks", "how soon a sprint makes a bomb", TARGET, "programme"),
    Decision("target.proxies", "they add to the target's force", TARGET, "proxies"),
    Decision("target.drones", "their loss weakens the front they feed", TARGET, "drones"),
)  # fmt: skip
"""The figures of a state."""

TOWARD = {
    "ties": "the higher tie decides whose side a state is on; a tie to the other side holds back",
    "stakes": "what the principal's survival is worth beside the target's own, which is 1",
    "pledges": "what is expected of it; falling short costs reputation and ties",
}
"""Why each table of figures toward other states matters."""

OF_THE_OIL = {
    "oil.price": "from which the price moves",
    "oil.at_risk": "war in itself makes oil dearer by it",
    "oil.strait": "what a blockade can stop",
}
"""Figures of the crisis that matter where there is a strait."""


def seat(target: str, challenger: str, state: str) -> str:
    """The seat of a state: target, challenger or patron.

    >>> seat("taiwan", "china", "japan")
    'patron'
    """
    return {target: "target", challenger: "challenger"}.get(state, "patron")


def to_decide(state: str, place: str, features: tuple[str, ...]) -> Iterator[Decision]:
    """The decisions of a state in its seat, its own name before each key."""
    for each in DECISIONS:
        if place in each.seats and (not each.feature or each.feature in features):
            yield Decision(f"{state}.{each.key}", each.why, each.seats, each.feature, each.must)


def toward_others(
    state: str, place: str, target: str, challenger: str, players: tuple[str, ...]
) -> Iterator[Decision]:
    """A state's ties to all others, its stakes in the principals, and what it pledged to them.

    A principal's pledge is to itself: that it will fight back.
    """
    principals = (target, challenger)
    pledged = principals if place == "patron" else (state,)
    for table, others in (
        ("ties", [each for each in players if each != state]),
        ("stakes", principals),
        ("pledges", pledged),
    ):
        for other in others:
            yield Decision(f"{state}.{table}.{other}", TOWARD[table])


# ------------------------------------------------------------------- what is open


@dataclass(frozen=True)
class Open:
    """A figure that nobody has decided: what acts in its place, and why it matters."""

    key: str
    acts: float
    unit: str
    low: float
    high: float
    meaning: str
    why: str


@dataclass(frozen=True)
class Side:
    """Whose side a patron is on, its ties to both principals, and whether by default alone."""

    patron: str
    protege: str
    tie_to_target: float
    tie_to_challenger: float
    by_default: bool


@dataclass(frozen=True)
class Checked:
    """What a preset leaves open.

    `sources` are the figures taken from a table as an anchor; `defaults` says of each table how
    many figures keep their declared default, and how many it has.
    """

    preset: str
    title: str
    sides: list[Side]
    undecided: list[Open]
    anchored: list[str]
    features: dict[str, bool]
    defaults: dict[str, tuple[int, int]]


def features_of(preset: Preset) -> dict[str, bool]:
    """Which features a preset has."""
    aims = preset.profiles[preset.file.target].target
    return {
        "programme": aims.programme > 0,
        "proxies": aims.proxies > 0,
        "strait": preset.file.oil.strait > 0 or preset.file.oil.at_risk > 0,
        "drones": aims.drones > 0 and preset.file.fronts is not None,
    }


def oil_tells(preset: Preset) -> bool:
    """Whether the price of oil tells anything: some is at risk, or its price was observed."""
    return features_of(preset)["strait"] or bool(preset.file.observed.brent)


def sides(preset: Preset) -> list[Side]:
    """Every patron's side, and the ties that decide it."""
    file, adrift = preset.file, unbound(preset)
    found = []
    for patron, protege in proteges(preset).items():
        ties = preset.profiles[patron].ties
        near, far = (ties.get(each, 0.0) for each in (file.target, file.challenger))
        found.append(Side(patron, protege, near, far, patron in adrift or near == far))
    return found


def checked(preset: Preset) -> Checked:
    """What is undecided in a preset, who sides with whom, and which defaults act."""
    figures = {each.key: each for each in catalogue(preset)}
    features = features_of(preset)
    wanted = tuple(name for name, on in features.items() if on)
    file, players, sided = preset.file, tuple(preset.file.players), proteges(preset)
    undecided = []
    for state in players:
        place = seat(file.target, file.challenger, state)
        own = [each for each in to_decide(state, place, wanted) if each.must]
        others = toward_others(state, place, file.target, file.challenger, players)
        idle = f"{state}.pledges.{principals_of(preset, sided[state])[1]}" if state in sided else ""
        for each in (*own, *others):
            if not preset.origins(each.key) and each.key != idle:  # nobody waits for its foe's help
                undecided.append(_open(figures[each.key], each.why))
    if features["strait"]:
        undecided += [
            _open(figures[key], why) for key, why in OF_THE_OIL.items() if not preset.origins(key)
        ]
    return Checked(
        preset=preset.name,
        title=file.title,
        sides=sides(preset),
        undecided=undecided,
        anchored=[each.key for each in figures.values() if each.source.startswith(ANCHORED)],
        features=features,
        defaults=defaults(preset),
    )


def _open(figure: Quantity, why: str) -> Open:
    """A figure that is undecided."""
    return Open(
        figure.key, float(figure.value), figure.unit, figure.low, figure.high, figure.meaning, why
    )


def nothing_at_stake(preset: Preset) -> list[str]:
    """A warning if nobody decided what a principal's survival is worth to it: its default is 0."""
    principals = (preset.file.target, preset.file.challenger)
    idle = [each for each in principals if not preset.origins(f"{each}.stakes.{each}")]
    if not idle:
        return []
    who = " and ".join(preset.profiles[each].label for each in idle)
    count = len(checked(preset).undecided)
    return [
        f"{count} figures are undecided, among them what is at stake for {who} (0 by default): "
        "cheaptalk check lists them."
    ]


def defaults(preset: Preset) -> dict[str, tuple[int, int]]:
    """How many figures of each table keep their declared default, and how many there are."""
    found: dict[str, tuple[int, int]] = {}
    for each in catalogue(preset):
        if each.table in TOWARD or each.table == "treaties":
            continue
        table = f"{each.owner}.{each.table}" if each.owner else each.table
        kept, count = found.get(table, (0, 0))
        found[table] = (kept + (not preset.origins(each.key)), count + 1)
    return {table: pair for table, pair in found.items() if pair[0]}


# ------------------------------------------------------------------- in words


def as_json(found: Checked) -> str:
    """What is open, as one JSON object."""
    return json.dumps(asdict(found), indent=1)


def in_words(found: Checked, preset: Preset) -> str:
    """What is open, for reading."""
    label = {name: each.label for name, each in preset.profiles.items()}
    target, challenger = (label[each] for each in (preset.file.target, preset.file.challenger))
    lines = [f"{found.preset}: {found.title}", "", "Who sides with whom"]
    rows = [
        (
            label[each.patron],
            f"on the side of {label[each.protege]}"
            + (" by default: its ties do not say" if each.by_default else ""),
            f"ties: {decimal(each.tie_to_target)} to {target}, "
            f"{decimal(each.tie_to_challenger)} to {challenger}",
        )
        for each in found.sides
    ]
    lines += aligned(("<16", "<", "  <"), rows) or ["  no patron plays"]
    lines += ["", *undecided_in_words(found)]
    if found.anchored:
        lines += ["", "Taken from a table, to be judged: " + ", ".join(found.anchored)]
    lines += ["", "On only where declared"]
    lines += aligned(
        ("<12", "<5", "<"),
        [(name, "on" if on else "off", FEATURES[name]) for name, on in found.features.items()],
    )
    lines += ["", "Defaults that act: figures at their declared default, of all (cheaptalk list)"]
    return "\n".join([*lines, *defaults_in_words(found, list(preset.profiles))])


def undecided_in_words(found: Checked) -> list[str]:
    """The figures that nobody has decided, and once for each table toward others why."""
    if not found.undecided:
        return ["Undecided: nothing"]
    open_tables = {each.key.split(".")[1] for each in found.undecided}
    rows = []
    for each in found.undecided:
        why = "" if each.key.split(".")[1] in TOWARD else each.why
        rows.append((each.key, each.acts, f"{each.low:g} to {each.high:g} {each.unit}", why))
    return [
        f"Undecided: {len(rows)} figures; what acts in their place, the range, and why they matter",
        *aligned(("<30", ">8.4g", "  <", "  <"), rows),
        *(f"  {table}: {TOWARD[table]}" for table in TOWARD if table in open_tables),
    ]


def defaults_in_words(found: Checked, states: list[str]) -> list[str]:
    """A line of counts for the rules, and one for each state."""
    rows = []
    for owner in ("", *states):
        counts = [
            f"{table.removeprefix(f'{owner}.')} {kept} of {count}"
            for table, (kept, count) in found.defaults.items()
            if (table.partition(".")[0] if "." in table else "") == owner
        ]
        rows.append((owner or "the rules", ", ".join(counts) or "none"))
    return aligned(("<16", "<"), rows)
