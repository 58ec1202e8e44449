"""The verdict: whether words beat the other policies, how sure, why, for whom; what turns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from experiments.answer import founding, reasons, turning
from experiments.answer.decisions import nothing_at_stake
from experiments.answer.doctrine import Doctrine
from experiments.answer.founding import Pattern
from experiments.answer.reasons import Size
from experiments.answer.turning import Turning
from experiments.engine.batch import Ensemble
from experiments.engine.duel import ACTS, BASELINES, Duel, proteges, unbound
from experiments.engine.estimates import INTERVENTION, OPEN, WORDS
from experiments.engine.words import aligned, decimal, interval
from model.preset.load import Preset, first_world

Pair = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """All that is said of a preset's question.

    `doctrines` are those of the first patron, where the attack is the challenger's own decision;
    `turned` is what would turn its headlines first, None where nothing does or none was looked
    for (`searched`).
    """

    preset: Preset
    seed: int
    ensemble: Ensemble
    fought: Sequence[Duel]
    doctrines: Sequence[Doctrine] = ()
    turned: Turning | None = None
    searched: bool = False

    @cached_property
    def label(self) -> dict[str, str]:
        """The name of each state for readers."""
        return {name: profile.label for name, profile in self.preset.profiles.items()}

    @cached_property
    def first(self) -> list[Duel]:
        """The first patron's duels with arms and force."""
        return [
            each
            for each in self.fought
            if each.patron == self.fought[0].patron and each.act in ACTS
        ]

    @cached_property
    def patterns(self) -> dict[str, Pattern]:
        """How far each patron goes in a war."""
        return founding.patterns(self.preset, self.ensemble.highest)

    @cached_property
    def sizes(self) -> dict[Pair, Size]:
        """How much each duel's difference is."""
        world, wars = first_world(self.preset, 0), self.ensemble.mean("at_war")
        weeks = self.ensemble.mean("weeks_at_war") / wars if wars else 0.0
        return {(e.patron, e.act): reasons.size(e, world, weeks) for e in self.fought}

    @cached_property
    def sides(self) -> dict[str, str]:
        """The principal on whose side each patron is at the start."""
        return proteges(self.preset)


# ------------------------------------------------------------------- as plain data


def record(verdict: Verdict) -> dict[str, object]:
    """The verdict as plain data, for `--json`."""
    return {
        "sides": verdict.sides,
        "attacked": verdict.ensemble.mean("fought"),
        "duel": [
            each.record() | verdict.sizes[each.patron, each.act].record() for each in verdict.fought
        ],
        "headline": {each.act: each.headline for each in verdict.first},
        "founding": {name: each.record() for name, each in verdict.patterns.items()},
        "doctrine": {each.policy: each.record() for each in verdict.doctrines},
        "turned_by": None if verdict.turned is None else verdict.turned.record(),
    }


# ------------------------------------------------------------------------ in words


def in_words(verdict: Verdict) -> list[str]:
    """The verdict for a reader who does not program: assumptions, answer, table, pattern."""
    lines = [*assumptions(verdict), "", *answer(verdict), ""]
    for each in verdict.first:
        lines += about(verdict, each)
    if verdict.searched and verdict.first:
        lines += ["What would turn it?", *beneath(turning.in_words(verdict.turned))]
    if verdict.doctrines:
        lines += ["As a doctrine, known to all from the first day?", *of_doctrines(verdict)]
    lines += ["", *table(verdict), "", *founding.in_words(verdict.patterns, verdict.label)]
    return lines


def assumptions(verdict: Verdict) -> list[str]:
    """What was played, who attacks and how often, and who sides with whom."""
    file, label = verdict.preset.file, verdict.label
    runs = f"{verdict.ensemble.runs} runs of {file.turns} turns from {file.start}"
    how = f"by script on {file.attack_day}" if file.attack == "scripted" else "by its own decision"
    lines = [
        file.title,
        f"{runs}, seed {verdict.seed}.",
        f"{label[file.challenger]} attacks {how}; {label[file.target]} is attacked in "
        f"{verdict.ensemble.mean('fought'):.0%} of the runs.",
    ]
    told = []
    for principal in (file.target, file.challenger):
        friends = [label[name] for name, side in verdict.sides.items() if side == principal]
        told.append(f"On the side of {label[principal]}: {', '.join(friends) or 'no other'}.")
    lines.append(" ".join(told))
    warned = [*unbound(verdict.preset).values(), *nothing_at_stake(verdict.preset)]
    lines += [f"Beware: {each}" for each in warned]
    for name in verdict.sides:
        share = verdict.ensemble.mean(f"turned.{name}")
        if share > 0:
            lines.append(f"Beware: {label[name]} changes sides in {share:.1%} of the runs.")
    return lines


def answer(verdict: Verdict) -> list[str]:
    """The question with the headline in one word, and what the wider interval allows."""
    if not verdict.first:
        return [f"{verdict.preset.file.question} There is no patron here that could do both."]
    name = verdict.label[verdict.first[0].patron]
    heads = {each.act: each.headline for each in verdict.first}
    acts = reasons.listed(list(heads))
    (word, *others) = dict.fromkeys(heads.values())
    if others:
        parts = [f"{told(each)} against {act}" for act, each in heads.items()]
        said = f"IT DEPENDS: for {name}, {' and '.join(parts)}."
    else:
        said = {
            WORDS: f"WORDS: for {name} they are worth more than {acts}.",
            INTERVENTION: f"INTERVENTION: for {name} {acts} are worth more than words.",
            OPEN: f"OPEN: for {name} neither words nor {acts} can be told to be worth more.",
        }.get(word, f"{word.upper()}: nothing can be said of {acts}.")
    return [verdict.preset.file.question, said, *baselines(verdict)]


def told(headline: str) -> str:
    """A headline in a sentence."""
    return {WORDS: "words are better", INTERVENTION: "it is better to act", OPEN: "open"}.get(
        headline, headline
    )


def baselines(verdict: Verdict) -> list[str]:
    """What the first patron's words must beat besides intervention: silence and mediation."""
    patron = verdict.fought[0].patron
    mine = [each for each in verdict.fought if each.patron == patron and each.act in BASELINES]
    said = [
        f"{'better than' if each.headline == WORDS else 'worse than'} {each.act} "
        f"({decimal(each.estimate.mean)})"
        if each.headline != OPEN
        else f"not told apart from {each.act} ({decimal(each.estimate.mean)})"
        for each in mine
    ]
    return [f"Its words are {reasons.listed(said)}."] if said else []


def about(verdict: Verdict, duel: Duel) -> list[str]:
    """Does talk beat an act, by how much, how sure, why, and for whom."""
    label, size = verdict.label, verdict.sizes[duel.patron, duel.act]
    weighed = reasons.size_in_words(
        size, label[duel.protege], float(verdict.preset.file.value.horizon)
    )
    found = duel.estimate
    why = reasons.in_a_sentence(reasons.parts(duel, verdict.preset))
    return [
        f"Does talk beat {duel.act}? {told(duel.headline).capitalize()}: worth "
        f"{decimal(found.mean)} to {label[duel.patron]}.",
        *beneath(f"How much is that? {weighed[0].upper()}{weighed[1:]}."),
        *beneath(
            f"How often? Better in {duel.better:.0%} of the runs, worse in {duel.worse:.0%}, the "
            f"same in {duel.same:.0%}; {decimal(duel.moved)} where it made a difference."
        ),
        *beneath(f"How sure? {sure(duel)}"),
        *beneath(f"Why? Of its value, {why}."),
        *beneath(
            f"For whom? Words less {duel.act} are worth {decimal(duel.protege_difference)} to "
            f"{label[duel.protege]} and {decimal(duel.adversary_difference)} to "
            f"{label[duel.adversary]}."
        ),
    ]


def sure(duel: Duel) -> str:
    """Both intervals in a sentence, and what the draws are most undecided about."""
    found, left = duel.estimate, duel.history
    sampled = f"By sampling alone {interval(found.low, found.high)} (95 %)"
    if left is None:
        return f"{sampled}; what history leaves open of the weights was not played."
    what = (
        "the weights, with stakes, ties and access coded anew," if left.codings else "the weights"
    )
    return (
        f"{sampled}. Over {left.draws} draws of what history leaves open of {what} "
        f"{interval(left.estimate.low, left.estimate.high)} (95 %, of its variance "
        f"{left.noise:.0%} sampling): words win in {left.better:.0%} of them. The weight of "
        f"{left.undecided} decides most (rank correlation {decimal(left.follows)})."
    )


def beneath(text: str, width: int = 96) -> list[str]:
    """A text in lines that stand beneath another."""
    lines, line = [], " "
    for word in text.split():
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = " "
        line += f" {word}"
    return [*lines, line]


def of_doctrines(verdict: Verdict) -> list[str]:
    """What each policy does as a doctrine: attack, weeks of war, values."""
    first = verdict.doctrines[0]
    heads = ("doctrine", "attacked", "weeks of war", f"value to {verdict.label[first.patron]}",
             f"to {verdict.label[first.protege]}")  # fmt: skip
    rows = [
        (
            each.policy,
            each.attacked.mean,
            each.weeks_at_war.mean,
            decimal(each.patron_value.mean),
            decimal(each.protege_value.mean),
        )
        for each in verdict.doctrines
    ]
    return aligned(("<12", ">9.0%", ">14.2f", ">18", ">10"), rows, heads)


def table(verdict: Verdict) -> list[str]:
    """Every patron's duels: difference, intervals, headline, how often, and for whom."""
    columns = ("<14", "<10", ">10", "  <16", "  <18", ">7", "  <13", *[">7.0%"] * 3, *[">8"] * 3)
    heads = ("words less", "", "difference", "sampling", "left open", "draws", "headline", "better",
             "worse", "same", "moved", "protege", "adversary")  # fmt: skip
    rows = []
    for each in verdict.fought:
        found, left = each.estimate, each.history
        spread = interval(left.estimate.low, left.estimate.high) if left else "not played"
        wins = f"{left.better:.0%}" if left else ""
        for_whom = (each.moved, each.protege_difference, each.adversary_difference)
        told = (decimal(found.mean), interval(found.low, found.high), spread, wins, each.winner)
        often = (each.better, each.worse, each.same)
        rows.append((verdict.label[each.patron], each.act, *told, *often, *map(decimal, for_whom)))
    return [
        "All patrons: realised value of words less another policy, on the same draws and private",
        "reasons. The headline follows the wider interval; `draws`: of how many words win.",
        *aligned(columns, rows, heads),
        *short_of_means(verdict.fought, verdict.label),
    ]


def short_of_means(fought: Sequence[Duel], label: Mapping[str, str]) -> list[str]:
    """Which patrons lacked the means for an act, and how often."""
    return [
        f"  {label[each.patron]} lacked the means for {each.act} in {each.forced_down:.0%} of its "
        "war turns and then did the most it could."
        for each in fought
        if each.forced_down > 0.005
    ]
