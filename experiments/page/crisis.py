"""The crisis: map, time line, reasons and series of the shown turn."""

import asyncio
import html
from typing import Any

import solara
import solara.lab

from experiments.page import background as whatif
from experiments.page import snapshot
from experiments.page.answer import Answer
from experiments.page.components import CrisisMap, Ledger, Series, TimeLine, sent
from experiments.page.run import Record, WatchedModel
from experiments.page.snapshot import Moment, Plain
from experiments.page.visit import Visit
from experiments.why.explain import decision, flip_sentence, sentence, smallest_flip


@solara.component
def Crisis(visit: Visit, model: WatchedModel, record: Record, error: str) -> None:
    """Map, time line, reasons and series of the shown turn."""
    preset = model.preset
    turn = min(record.turn if visit.shown.value is None else visit.shown.value, record.turn)
    world = record.world(turn)
    moment = record.moments[turn - 1] if turn else None
    selected = visit.selected.value
    ground = solara.use_memo(lambda: sent(snapshot.ground(preset)), [preset.path])
    with solara.Div(classes=["ct", "ct-stack"]):
        if error:
            solara.HTML(
                tag="div",
                classes=["ct-error"],
                attributes={"role": "alert"},
                unsafe_innerHTML=html.escape(f"The turn could not be played. {error}"),
            )
        TimeLine(
            turn=turn,
            latest=record.turn,
            turns=preset.file.turns,
            day=(moment.before if moment else world).day.strftime("%A, %-d %B %Y"),
            war=at_war(moment) if moment else bool(world.war),
            wars=war_spans(record),
            figures=figures(model, world),
            told=snapshot.happened(preset, moment) if moment else [],
            observed=snapshot.in_fact(preset, moment) if moment else [],
            event_show=lambda wanted: visit.shown.set(
                None if wanted >= model.record.turn else max(0, wanted)
            ),
        )
        with solara.Div(classes=["ct-grid"]):
            CrisisMap(
                ground_sent=ground,
                scene_sent=sent(snapshot.scene(preset, world, moment, visit.hidden.value)),
                turn=turn,
                selected=selected,
                hidden=visit.hidden.value,
                event_select=visit.selected.set,
                event_show_hidden=visit.hidden.set,
            )
            with solara.Div(classes=["ct-stack"]):
                Why(visit, model, moment, turn)
                Answer(visit)
            with solara.Div(classes=["ct-wide"]):
                Sure(visit, model, record, turn)


def at_war(moment: Moment) -> bool:
    """Whether there was fighting in a turn: when it began, or until it ended."""
    return bool(moment.before.war) or bool(moment.after.war)


def war_spans(record: Record) -> list[list[int]]:
    """The spans of turns at war, for the time line."""
    spans: list[list[int]] = []
    for turn, moment in enumerate(record.moments, 1):
        if not at_war(moment):
            continue
        if spans and spans[-1][1] == turn - 1:
            spans[-1][1] = turn
        else:
            spans.append([turn - 1, turn])
    return spans


def figures(model: WatchedModel, world: Any) -> list[Plain]:
    """The headline figures of a world."""
    measured = snapshot.measured(world)
    target = model.preset.profiles[model.preset.file.target].label
    return [
        {"name": "Brent", "value": f"${float(measured['price']):.0f}"},
        {"name": f"{target}'s programme", "value": f"{float(measured['programme']):.2f}"},
        {
            "name": "Balance (log)",
            "value": f"{round(float(measured['balance']), 2) + 0.0:+.2f}".replace("-", "−"),
        },
    ]


@solara.component
def Why(visit: Visit, model: WatchedModel, moment: Moment | None, turn: int) -> None:
    """The ledger of the selected state; what flips its choice is sought in the background."""
    name, preset = visit.selected.value, model.preset
    state = model.world.names.index(name) if name in model.world.names else 0
    found_flip, set_found_flip = solara.use_state(("", ""))
    at = f"{visit.seat} {turn} {name}"
    asked = solara.use_ref((at, moment, state))
    asked.current = (at, moment, state)
    shown = solara.use_ref(True)

    def leaving() -> None:
        shown.current = False

    async def seek() -> None:
        seen = sought = ""
        while shown.current:  # one search at a time, and none while the run moves on
            await asyncio.sleep(0.35)
            place, moment, state = asked.current
            if place == seen != sought and moment is not None:
                sought = place
                try:
                    found = flip_sentence(
                        await whatif.played(
                            smallest_flip, preset, moment.before, state, moment.solution
                        ),
                        moment.before.rules[state],
                    )
                except Exception as error:
                    # the search is of use to many a turn to come; what failed here is told
                    found = f"What would flip it could not be sought: {error}"
                set_found_flip((place, found))
            seen = place

    solara.use_effect(lambda: leaving, [])  # a task goes on where its card is gone
    solara.lab.use_task(seek, dependencies=[])
    rows: list[Plain] = []
    reason, played = "", ""
    if moment is not None:
        played = moment.before.ladder.names[state][int(moment.after.choice[state])]
        found = decision(moment.before, moment.game, moment.solution, state, played)
        rows, reason = snapshot.why(found), sentence(found)
    Ledger(
        state=name,
        label=preset.profiles[name].label if name in preset.profiles else name,
        played=played,
        rows_sent=sent(rows),
        terms=list(preset.terms),
        sentence=reason,
        flip=found_flip[1] if found_flip[0] == at else "",
    )


@solara.component
def Sure(visit: Visit, model: WatchedModel, record: Record, turn: int) -> None:
    """The series of this run over the band of an ensemble with the same figures."""
    plan = visit.plan.value
    band, set_band = solara.use_state((None, None))
    progress, set_progress = solara.use_state(0.0)

    async def play() -> None:
        set_progress(0.0)
        await asyncio.sleep(0.5)  # a moving slider starts nothing
        played = await whatif.gathered(whatif.band_pieces(plan), set_progress)
        set_band((plan, whatif.bands(played)))

    playing = solara.lab.use_task(
        play, dependencies=[plan.preset, plan.seed, plan.changes], raise_error=False
    )
    fits = band[0] is not None and band[0].preset == plan.preset
    note = f"this run over the 10–90 % band of {whatif.BAND_RUNS} runs"
    if playing.error:
        note = f"the ensemble could not be played: {playing.exception}"
    elif progress < 1:
        note += "; playing them"
    selected = visit.selected.value
    drawn_bands = solara.use_memo(
        lambda: sent(snapshot.bands(band[1] if fits else None, selected)), [band[0], fits, selected]
    )
    Series(
        charts_sent=sent(snapshot.charts(model.preset, record.lines, selected)),
        bands_sent=drawn_bands,
        turn=turn,
        turns=model.preset.file.turns,
        note=note,
        progress=1.0 if playing.error else progress,
    )
