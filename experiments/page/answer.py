"""The verdict of a patron: rows, how sure, why, for whom; the what-ifs; the founding pattern."""

import asyncio
import re
from typing import Any

import solara
import solara.lab

from experiments.answer import reasons, turning, verdict
from experiments.answer.founding import GROUP, NAMES
from experiments.answer.rates import known
from experiments.answer.verdict import Verdict
from experiments.engine import estimates
from experiments.engine.duel import Duel, winner
from experiments.engine.words import decimal
from experiments.page import background as whatif
from experiments.page.address import Plan, read, what_ifs
from experiments.page.components import Chips, PatternCard, VerdictCard, sent
from experiments.page.snapshot import Plain
from experiments.page.visit import Visit, use_patron
from experiments.why.plain import named
from model.preset.load import Preset

Pair = tuple[Verdict | None, Verdict | None]
"""A verdict of the preset, and with the visitor's changes."""


@solara.component
def Answer(visit: Visit) -> None:
    """The verdict at the preset's figures and with the visitor's changes, and the what-ifs."""
    plan = visit.plan.value
    patron, labels = use_patron(visit)
    found, set_found = solara.use_state((None, (None, None)))
    turns, set_turns = solara.use_state((None, ""))
    progress, set_progress = solara.use_state(0.0)
    asked = (plan.preset, plan.what_if, plan.seed, plan.changes, patron)

    async def play() -> None:
        set_progress(0.0)
        await asyncio.sleep(0.4)  # a moving slider starts nothing
        before = after = None
        for given in dict.fromkeys((False, plan.altered)):
            pieces = whatif.contest_pieces(plan, patron, given=given)
            values: list[Any] = []
            for number, piece in enumerate(pieces):
                values += await whatif.gathered([piece], lambda share: None)
                after = whatif.judged(values, plan.seed)
                before = before if given else after
                set_found((asked, (before, after)))
                set_progress((number + 1) / len(pieces))
        if after is not None and after.first:
            piece = whatif.turning_piece(plan, after, given=plan.altered)
            (turned,) = await whatif.gathered([piece], lambda share: None)
            set_turns((asked, turning.in_words(turned)))

    playing = solara.lab.use_task(play, dependencies=[asked], raise_error=False)
    before, after = found[1] if found[0] == asked else (None, None)
    shown = found[0] is not None and found[0][:1] == asked[:1] and found[0][-1] == patron
    told = after or (found[1][1] if shown else None)
    VerdictCard(
        patron=patron,
        label=labels.get(patron, ""),
        act=visit.act.value,
        patrons=[{"name": name, "label": label} for name, label in labels.items()],
        changed=plan.altered,
        word="" if after is None or progress < 1 else headline(after),
        answer_sent=sent(card(before if plan.altered else None, told)),
        status="" if progress >= 1 else "playing every policy on the same random draws",
        progress=progress,
        problem=str(playing.exception) if playing.error else "",
        event_choose=lambda wanted: choose(visit, wanted),
    )
    Chips(
        what_ifs=solara.use_memo(lambda: chips(plan.preset), [plan.preset]),
        chosen=plan.what_if,
        changed=len(plan.changes),
        before_after=differences(before, after) if plan.altered else [],
        event_press=lambda name: press(visit, name),
    )
    Pattern(told, patron, labels.get(patron, ""), turns[1] if turns[0] == asked else "")


def card(before: Verdict | None, told: Verdict | None) -> Plain:
    """All that the card shows of a verdict; nothing yet where there is none."""
    return {
        "rows": rows_of((before, told)) if told else [],
        "runs": whatif.VERDICT_RUNS,
        "draws": whatif.VERDICT_DRAWS,
        "head": in_words(told) if told else "",
        "beware": verdict.assumptions(told)[3:] if told else [],
    }


def choose(visit: Visit, wanted: Plain) -> None:
    """Look at another patron, or at another row."""
    if "patron" in wanted:
        visit.selected.value = wanted["patron"]
    if "act" in wanted:
        visit.act.value = wanted["act"]


def press(visit: Visit, name: str) -> None:
    """Lay a what-if over the crisis, or take it away again; the run begins anew."""
    plan = visit.plan.value
    wanted = "" if name == plan.what_if else name
    visit.begin(Plan(plan.preset, plan.seed, plan.run, plan.changes, what_if=wanted))


def chips(preset: str) -> list[Plain]:
    """The what-ifs with their titles and explanations, as their files say.

    They speak of the project's own profiles; a crisis with profiles of its own has none.
    """
    if read(preset).file.profiles is not None:
        return []
    found = []
    for name, path in what_ifs().items():
        lines = [each[2:] for each in path.read_text("utf-8").splitlines() if each[:2] == "# "]
        found.append({"name": name, "title": lines[0], "meaning": " ".join(lines[1:])})
    return found


def in_words(found: Verdict) -> str:
    """The headline in a sentence, without the question that it answers."""
    said = verdict.answer(found)
    return " ".join([said[0].removeprefix(found.preset.file.question).strip(), *said[1:]])


def headline(found: Verdict) -> str:
    """The headline word: that of all acts, or 'open' where they differ."""
    heads = {each.headline for each in found.first}
    return heads.pop() if len(heads) == 1 else estimates.OPEN


# ---------------------------------------------------------------------------- rows


def rows_of(pair: Pair) -> list[Plain]:
    """A row for each policy that words are compared with, and what stood there before."""
    before, after = pair
    assert after is not None
    old = {each.act: each for each in before.fought} if before else {}
    return [row(after, each, old.get(each.act)) for each in after.fought]


def row(found: Verdict, duel: Duel, before: Duel | None) -> Plain:
    """One policy against words: both intervals, shares, the headline, and what is behind it."""
    left = duel.history
    parts = reasons.parts(duel, found.preset)
    return {
        "act": duel.act,
        "plain": duel.act,
        "sampled": ends(duel),
        "left": [left.estimate.low, left.estimate.high] if left else None,
        "wins": left.better if left else None,
        "draws": left.draws if left else 0,
        "word": winner(duel.headline, duel.act),
        "better": duel.better,
        "worse": duel.worse,
        "same": duel.same,
        "before": None if before is None else before.estimate.mean,
        "about": paragraphs(found, duel),
        "parts": [{"about": each.about, "value": round(each.value, 4)} for each in parts],
    }


def ends(duel: Duel) -> list[float]:
    """Mean and ends of the interval of chance."""
    return [round(each, 4) for each in (duel.estimate.mean, duel.estimate.low, duel.estimate.high)]


def paragraphs(found: Verdict, duel: Duel) -> list[Plain]:
    """What the report says of a duel, in paragraphs with their heads."""
    text = " ".join(line.strip() for line in verdict.about(found, duel))
    parts = re.split(r"(How sure\?|Why\?|For whom\?)", text)
    heads = ["How much?", *parts[1::2]]
    return [
        {"head": head, "text": each.strip().split("? ", 1)[-1] if k == 0 else each.strip()}
        for k, (head, each) in enumerate(zip(heads, parts[0::2], strict=True))
    ]


def differences(before: Verdict | None, after: Verdict | None) -> list[Plain]:
    """What the changes make of each difference: before, after, and the reason in its terms."""
    if before is None or after is None or before is after:
        return []
    old = {each.act: each for each in before.fought}
    return [
        {
            "act": each.act,
            "before": decimal(old[each.act].estimate.mean),
            "after": decimal(each.estimate.mean),
            "was": winner(old[each.act].headline, each.act),
            "now": winner(each.headline, each.act),
            "reason": moved_terms(old[each.act], each, after.preset),
        }
        for each in after.fought
        if each.act in old
    ]


def moved_terms(before: Duel, after: Duel, preset: Preset) -> str:
    """The two terms in which a difference moved most, in plain words."""
    moved = {
        name: after.terms.get(name, 0.0) - before.terms.get(name, 0.0)
        for name in {**before.terms, **after.terms}
    }
    ranked = sorted(moved, key=lambda name: -abs(moved[name]))[:2]
    protege = preset.profiles[after.protege].label
    said = [
        f"{preset.terms[name].plain.replace('the protege', protege)} {decimal(moved[name])}"
        for name in ranked
        if abs(moved[name]) >= 0.005
    ]
    return reasons.listed(said) if said else "nothing that shows in two digits"


# -------------------------------------------------------------------- founding pattern


def Pattern(found: Verdict | None, patron: str, label: str, turned: str) -> None:
    """The card of the founding pattern, and of what would turn the verdict."""
    pattern = found.patterns.get(patron) if found else None
    rate = known()[GROUP]
    columns: list[Plain] = []
    if pattern is not None:
        columns = [
            {"rung": rung, "plain": named(rung), "true": pattern.true[rung],
             "seen": pattern.seen[rung], "happened": pattern.happened == rung}
            for rung in NAMES
        ]  # fmt: skip
    PatternCard(
        label=label,
        pattern_sent=sent(
            {
                "columns": columns,
                "wars": pattern.wars if pattern else 0,
                "strict": pattern.strict if pattern else 0,
                "lenient": pattern.lenient if pattern else 0,
                "happened": named(pattern.happened) if pattern and pattern.happened else "",
                "history": [[each.mean, each.low, each.high] for each in rate.shares],
                "cases": int(sum(rate.counts)),
            }
        ),
        turning=turned,
    )
