"""The verdict of a patron's duel, before and after the visitor's changes."""

import asyncio

import solara
import solara.lab

from experiments.engine.duel import ACTS, proteges, unbound
from experiments.engine.estimates import INTERVENTION, WORDS, Estimate
from experiments.page import background as whatif
from experiments.page.address import Plan, read
from experiments.page.components import VerdictCard
from experiments.page.run import Record
from experiments.page.snapshot import Plain
from experiments.page.visit import Visit, use_patron
from model.preset.load import changed


@solara.component
def Answer(visit: Visit) -> None:
    """The verdict of a patron's duel at the preset's figures, and with the visitor's changes."""
    plan, act = visit.plan.value, visit.act.value
    patron, labels = use_patron(visit)
    found, set_found = solara.use_state((None, None))
    progress, set_progress = solara.use_state(0.0)
    asked = (plan.preset, plan.seed, plan.changes, patron, act)

    async def play() -> None:
        set_progress(0.0)
        await asyncio.sleep(0.4)
        pieces = whatif.verdict_pieces(plan, patron, act)
        values = await whatif.gathered(pieces, set_progress)
        set_found((asked, whatif.verdict(patron, act, values)))

    playing = solara.lab.use_task(play, dependencies=[asked], raise_error=False)
    fits = found[0] == asked
    VerdictCard(
        patron=patron,
        label=labels.get(patron, ""),
        act=act,
        patrons=[{"name": name, "label": label} for name, label in labels.items()],
        acts=list(ACTS),
        changed=bool(plan.changes),
        answer=in_words(found[1], labels[patron], bool(plan.changes)) if fits else None,
        sides=sides_in_words(plan, patron, visit.model.record),
        progress=1.0 if fits else progress,
        problem=str(playing.exception) if playing.error else "",
        event_choose=lambda wanted: (
            visit.selected.set(wanted["patron"]),
            visit.act.set(wanted["act"]),
        ),
    )


def sides_in_words(plan: Plan, patron: str, record: Record) -> str:
    """Whom the patron sides with, whether anything holds it there, and who changed sides so far."""
    preset = changed(read(plan.preset), plan.given)
    label = {name: each.label for name, each in preset.profiles.items()}
    words = [f"{label[patron]} is on the side of {label[proteges(preset)[patron]]}."]
    words += [each for name, each in unbound(preset).items() if name == patron]
    before, now = record.first.side, record.world(record.turn).side
    turned = [
        label.get(name, name)
        for name, one, other in zip(record.first.names, before, now, strict=True)
        if one != other
    ]
    return " ".join(
        [*words, *([f"In this run changed sides: {', '.join(turned)}."] * bool(turned))]
    )


def in_words(found: whatif.Verdict, label: str, changed: bool) -> Plain:
    """A verdict in the words of the card."""

    def told(verdict: str) -> str:
        return {
            WORDS: f"talk is worth more than {found.act}",
            INTERVENTION: f"{found.act} is worth more than talk",
        }.get(verdict, f"whether talk or {found.act} is better is {verdict}")

    before, after = found.before.verdict, found.after.verdict
    text = f"For {label} {told(before)}."
    if changed:
        helps = {WORDS: "helps talk", INTERVENTION: f"helps {found.act}"}
        moved = helps.get(found.change.verdict, "moves neither beyond doubt")
        same = "still" if before == after else "now"
        text = (
            f"Before: {told(before)}. With your changes {same}: {told(after)}. The change {moved}."
        )
    return {
        "word": after,
        "text": text,
        "changed": changed,
        "before": rounded(found.before),
        "after": rounded(found.after),
        "change": rounded(found.change),
        "runs": found.runs,
    }


def rounded(found: Estimate) -> Plain:
    """A paired difference as plain numbers."""
    return {name: round(getattr(found, name), 4) for name in ("mean", "low", "high")}
