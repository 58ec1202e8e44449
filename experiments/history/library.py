"""The library of crises: what the model says of each patron, beside what happened.

The rule by which a patron is inside or outside stands in docs/LIBRARY.md. No crisis here enters
the fit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np

from experiments.answer.acts import names_one
from experiments.answer.founding import GROUP, NAMES, happened
from experiments.answer.rates import known
from experiments.engine.duel import ACTS
from experiments.engine.estimates import Estimate
from experiments.engine.words import interval as interval_in_words
from experiments.engine.words import markdown
from experiments.history.icb import CLASSES
from experiments.history.scoring import interval, ranked_probability
from model.preset.load import Preset
from model.preset.tables import read_table
from model.world import Array

LIBRARY = ("syria-2015", "karabakh-2020", "ukraine-2022", "india-pakistan-2025", "taiwan")
"""The presets of the library, in the order of their days."""

LEAST_SHARE = 0.1
"""A patron is inside if its rung was the highest seen in at least this share of the wars."""

MOST_OUTSIDE = 0.25
"""The model generalises if at most this share of the patrons is outside, and its score is lower
than that of the base rates."""

Plain = Mapping[str, object]
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """A patron's pattern, as seen and by rung, and its verdict, beside what happened.

    `verdict` is the headline and the wider interval by act, `acts` are the rows of the timeline
    that decide what happened. `rung` is what happened, None where nothing did yet; `second` is
    what another coder might say.
    """

    crisis: str
    patron: str
    protege: str
    seen: tuple[float, ...]
    strict: float
    verdict: Mapping[str, str]
    acts: Sequence[Mapping[str, str]]
    rung: int | None
    second: int | None

    def inside(self, rung: int) -> bool:
        """Whether a rung has a share that would be inside.

        >>> Judged("", "", "", (0.95, 0.05, 0, 0, 0, 0), 1.0, {}, [], 0, None).inside(1)
        False
        """
        return self.seen[rung] >= LEAST_SHARE

    @property
    def wide(self) -> int:
        """How many of the rungs would have been inside."""
        return sum(self.inside(rung) for rung in range(len(self.seen)))

    @property
    def scores(self) -> tuple[float, float]:
        """Ranked probability scores of the model and of history's base rates; it happened."""
        assert self.rung is not None
        counts = np.array(known()[GROUP].counts, float)
        forecasts = np.array([CLASSES @ np.array(self.seen), counts / counts.sum()])
        outcome = np.repeat(CLASSES[:, self.rung].argmax(), 2)
        model, history = ranked_probability(forecasts, outcome)
        return float(model), float(history)


def judged(preset: Preset, answer: Plain) -> list[Judged]:
    """Every patron of a crisis, by the answer of a run as plain data."""
    founding, sides, duels = answer["founding"], answer["sides"], answer["duel"]
    assert isinstance(founding, Mapping) and isinstance(sides, Mapping)
    assert isinstance(duels, Sequence)
    observed = happened(preset)
    found = []
    for patron, protege in sides.items():
        pattern = founding[patron]
        rung = NAMES.index(observed[patron]) if patron in observed else None
        acts = deciding(preset, patron, rung)
        doubts = [int(row["second"]) for row in acts if row["second"]]
        found.append(
            Judged(
                preset.name,
                preset.profiles[patron].label,
                preset.profiles[protege].label,
                tuple(pattern["seen"][name] for name in NAMES),
                sum(pattern["true"][name] for name in NAMES[:2]),
                verdict([each for each in duels if each["patron"] == patron]),
                acts,
                rung,
                doubts[0] if doubts else None,
            )
        )
    return found


def verdict(duels: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """The headline of a patron against each act, and the wider interval behind it."""
    told = {}
    for each in duels:
        act, left = str(each["act"]), each["history"]
        if act in ACTS:
            assert isinstance(left, Mapping)
            ends = interval_in_words(float(left["low"]), float(left["high"]))
            told[act] = f"{each['headline']} {ends}"
    return told


def deciding(preset: Preset, patron: str, rung: int | None) -> list[Mapping[str, str]]:
    """The rows of a crisis's timeline at a patron's rung; none where it has no timeline."""
    name = preset.file.observed.timeline
    if name is None or rung is None:
        return []
    columns = ("date", "actor", "ladder_level", "second", "what", "source")
    table = read_table(preset.beside("observed.timeline", name), columns)
    return [
        row.cells
        for row in table.rows
        if row.cells["ladder_level"] == str(rung)
        and names_one(preset, [patron], row.cells["actor"])
    ]


# ------------------------------------------------------------------------ in words


def in_markdown(found: Sequence[Judged]) -> str:
    """The tables of docs/LIBRARY.md: patterns, verdicts, what happened, scores; the sum of it."""
    scored = [each for each in found if each.rung is not None]
    patterns: list[Cells] = [
        (*_who(each), each.protege, *(f"{share:.0%}" for share in (*each.seen, each.strict)),
         *_told(each))
        for each in found
    ]  # fmt: skip
    verdicts: list[Cells] = [(*_who(each), *(each.verdict[act] for act in ACTS)) for each in found]
    acts: list[Cells] = [
        (*_who(each), NAMES[each.rung or 0], row["date"], row["what"], row["source"])
        for each in scored
        for row in each.acts[:1]
    ]
    scores: list[Cells] = [
        (*_who(each), str(each.wide), *(f"{score:.3f}" for score in each.scores)) for each in scored
    ]
    who = ("crisis", "patron")
    heads = (*who, "on the side of", *NAMES, "only talks", "what happened", "inside")
    acted = (*who, "rung", "first on", "what it did", "reported by")
    against = [f"words against {act}" for act in ACTS]
    scoring = (*who, "rungs of six inside", "score of the model", "of the base rates")
    tables: list[tuple[str, Sequence[str], list[Cells]]] = [
        ("Highest rung *seen* in the wars that were played. *Only talks* is strict: in truth "
         "silence or\nwords.", heads, patterns),
        ("The verdict, headline by the wider interval, over draws of the posterior.",
         (*who, *against), verdicts),
        ("What happened, by the act that decides.", acted, acts),
        ("The scores.", scoring, scores),
    ]  # fmt: skip
    lines = []
    for title, head, rows in tables:
        lines += [title, "", *markdown(head, rows), ""]
    return "\n".join([*lines, fill(" ".join(summed(scored)), 118), ""])


def _who(each: Judged) -> tuple[str, str]:
    return each.crisis, each.patron


def _told(each: Judged) -> tuple[str, str]:
    """What happened, and whether it is inside, each with the second coder's in brackets."""
    if each.rung is None:
        return "nothing yet", "-"
    rungs = [each.rung] if each.second is None else [each.rung, each.second]
    (what, *others), (word, *also) = (
        [NAMES[rung] for rung in rungs],
        ["inside" if each.inside(rung) else "**outside**" for rung in rungs],
    )
    brackets = [f" ({rest[0]})" if rest else "" for rest in (others, also)]
    return what + brackets[0], word + brackets[1]


def difference(scored: Sequence[Judged]) -> Estimate:
    """Mean score of the model less that of the base rates, with whole crises drawn."""
    scores: Array = np.array([model - history for model, history in (e.scores for e in scored)])
    return interval(scores, np.array([each.crisis for each in scored]))


def summed(scored: Sequence[Judged]) -> Iterator[str]:
    """What the declared rule says of all that were scored."""
    right = [each for each in scored if each.rung is not None and each.inside(each.rung)]
    crises = list(dict.fromkeys(each.crisis for each in scored))
    whole = [name for name in crises if all(e in right for e in scored if e.crisis == name)]
    model, history = np.array([each.scores for each in scored]).mean(0)
    gap, base = difference(scored), sum(map(inside_by_base_rates, scored))
    generalises = len(right) >= (1 - MOST_OUTSIDE) * len(scored) and gap.mean < 0
    yield f"Inside are {len(right)} of {len(scored)} patrons, and all patrons of"
    yield f"{len(whole)} of {len(crises)} crises ({', '.join(whole) or 'none'}); by the base rates"
    yield f"alone, in their five classes, {base} would be. The mean score is {model:.3f}, that of"
    yield f"the base rates {history:.3f}: a difference of {gap.mean:+.3f}"
    yield f"[{gap.low:+.3f}, {gap.high:+.3f}] (95 %, crises drawn whole). By the rule above the"
    yield f"model {'generalises' if generalises else 'does **not** generalise'}."


def inside_by_base_rates(each: Judged) -> bool:
    """Whether a patron would be inside if everybody were given the base rates."""
    assert each.rung is not None
    counts = known()[GROUP].counts
    return counts[int(CLASSES[:, each.rung].argmax())] >= LEAST_SHARE * sum(counts)
