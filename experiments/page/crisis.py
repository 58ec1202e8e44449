"""The crisis: map, play, this run beside what happened, reasons and series of the shown turn."""

import asyncio
from typing import Any

import solara
import solara.lab

from experiments.answer.decisions import features_of, oil_tells
from experiments.page import background as whatif
from experiments.page import snapshot, words
from experiments.page.answer import Answer
from experiments.page.components import CrisisMap, Facts, Ledger, PlayBar, Series, sent
from experiments.page.lesson import Lesson
from experiments.page.playing import SPEEDS
from experiments.page.run import Record, WatchedModel
from experiments.page.seat import Seat
from experiments.page.snapshot import Moment, Plain
from experiments.page.take_away import Keeping
from experiments.page.visit import Visit, first_patron
from experiments.page.what_if import Changes
from experiments.why.explain import decision, smallest_flip
from experiments.why.plain import choice_in_words, flip_in_words, reasons_in_words

QUIET = (1, 2, 3, 4, 6)
"""The steps of the lesson that do not speak of the verdict."""


@solara.component
def Crisis(visit: Visit) -> None:
    """All of the crisis: first what is played and answered, then why, how sure, and the figures.

    Who has a seat sees only what it could know until the end; a lesson shows one idea at a time.
    """
    _ = visit.turned.value
    seated = bool(visit.plan.value.seat)
    blind = seated and not visit.model.over
    step = visit.lesson.value
    later = ["ct-stack", *(["ct-later"] if blind or step in QUIET else [])]
    with solara.Div(classes=["ct-stack"], attributes={"id": "ct-content", "tabindex": "-1"}):
        Bar(visit)
        with solara.Div(classes=["ct-grid", "ct-first"]):
            Scene(visit)
            with solara.Div(classes=["ct-stack"]):
                if step:
                    Lesson(visit).key("lesson")
                if seated or visit.seating.value:
                    Seat(visit).key("seat")  # else it is made anew as the lesson comes or goes
                with solara.Div(classes=later).key("later"):
                    Answer(visit)
        with solara.Div(classes=["ct-grid", "ct-second"]):
            if not blind:
                Why(visit)
            with solara.Div(classes=["ct-stack"]):
                if not blind:
                    Happened(visit)
                Keeping(visit)
        if not blind:
            Sure(visit)
            Changes(visit)


@solara.component
def Bar(visit: Visit) -> None:
    """Play, the time line, and headline figures."""
    _ = visit.turned.value
    model, record, turn = visit.model, visit.model.record, visit.turn
    preset = model.preset
    world, moment = record.world(turn), shown_moment(record, turn)
    marks = solara.use_memo(lambda: words.moments(preset), [preset.path])
    PlayBar(
        turn=turn,
        latest=record.turn,
        turns=preset.file.turns,
        day=words.span(preset, turn),
        war=at_war(moment) if moment else bool(world.war),
        wars=war_spans(record),
        moments=marks,
        playing=visit.playing.value,
        speed=visit.speed.value,
        speeds=list(SPEEDS),
        paused=list(visit.paused.value),
        over=model.over or bool(model.error),
        waits=model.waits,
        error=f"The turn could not be played. {model.error}" if model.error else "",
        event_play=lambda *_: visit.play(),
        event_pause=lambda *_: visit.playing.set(False),
        event_go_on=lambda *_: visit.play(),
        event_step=lambda *_: visit.step(),
        event_reset=lambda *_: visit.reset(),
        event_choose_speed=visit.speed.set,
        event_show=visit.show,
    )


def shown_moment(record: Record, turn: int) -> Moment | None:
    """The turn as it was played; None before the first."""
    return record.moments[turn - 1] if turn else None


@solara.component
def Scene(visit: Visit) -> None:
    """The map, and below it this run beside what happened."""
    _ = visit.turned.value
    model, record, turn = visit.model, visit.model.record, visit.turn
    preset, first = model.preset, first_patron(model.preset)
    moment, hidden = shown_moment(record, turn), visit.hidden.value
    seated = visit.plan.value.seat
    ground = solara.use_memo(lambda: sent(snapshot.ground(preset)), [preset.path])
    scene = snapshot.scene(preset, record.world(turn), moment, hidden and not seated)
    if seated and not model.over:
        for node in scene["states"]:  # chances are the model's knowledge, not the player's
            node["probability"] = None
    scene["story"] = words.story(preset, moment, first, hidden=hidden) if moment else ""
    scene["told"] = snapshot.happened(preset, moment) if moment else []
    scene["facts"] = words.facts(preset, turn, first)
    scene["span"] = words.span(preset, turn)
    CrisisMap(
        ground_sent=ground,
        scene_sent=sent(scene),
        turn=turn,
        selected=visit.selected.value,
        hidden=hidden,
        moving=visit.speed.value != "at once",
        run=f"run {visit.plan.value.run}, one of {preset.file.runs:,}",
        figures=figures(model, record.world(turn)),
        event_select=visit.selected.set,
        event_show_hidden=visit.hidden.set,
    )


@solara.component
def Happened(visit: Visit) -> None:
    """Every dated act on record, once it is opened."""
    preset = visit.model.preset
    opened, set_opened = solara.use_state(False)
    first = first_patron(preset)
    rows = solara.use_memo(lambda: words.all_facts(preset, first), [preset.path])
    Facts(
        facts_sent=sent(rows if opened else []),
        count=len(rows),
        days=len({row["iso"] for row in rows}),
        event_open=set_opened,
        event_go=lambda iso: visit.show(words.turn_of(preset, iso)),
    )


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
    """The headline figures of a world, where the crisis has what they measure."""
    measured, found = snapshot.measured(world), list[Plain]()
    target = model.preset.profiles[model.preset.file.target].label
    if oil_tells(model.preset):
        price = {"name": "oil", "value": f"${float(measured['price']):.0f}"}
        found.append(price | {"meaning": "Brent, USD a barrel"})
    if features_of(model.preset)["programme"]:
        share = {"name": f"{target}'s programme", "value": f"{float(measured['programme']):.0%}"}
        found.append(share | {"meaning": "what is left of the nuclear programme of June 2025"})
    return found


@solara.component
def Why(visit: Visit) -> None:
    """The ledger of the selected state; what flips its choice is sought in the background."""
    _ = visit.turned.value
    model, turn = visit.model, visit.turn
    moment = shown_moment(model.record, turn)
    name, preset = visit.selected.value, model.preset
    state = model.world.names.index(name) if name in model.world.names else 0
    label = preset.profiles[name].label if name in preset.profiles else name
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
            if place == seen != sought and moment is not None and not visit.playing.value:
                sought = place
                try:
                    flip = await whatif.played(
                        smallest_flip, preset, moment.before, state, moment.solution
                    )
                    found = flip_in_words(flip, preset, moment.before.rules[state])
                except Exception as error:
                    # the search is of use to many a turn to come; what failed here is told
                    found = f"What would flip it could not be sought: {error}"
                set_found_flip((place, found))
            seen = place

    solara.use_effect(lambda: leaving, [])  # a task goes on where its card is gone
    solara.lab.use_task(seek, dependencies=[])
    terms = solara.use_memo(lambda: sent(words.glossary(preset)), [preset.path])
    rows: list[Plain] = []
    choice = why = played = ""
    if moment is not None:
        played = moment.before.ladder.names[state][int(moment.after.choice[state])]
        found = decision(moment.before, moment.game, moment.solution, state, played)
        rows, choice = snapshot.why(found), choice_in_words(found, label)
        world = moment.before
        own = world.target if world.side[state] > 0 else world.challenger
        protege = preset.profiles[world.names[own]].label
        why = reasons_in_words(found, preset, protege)
    Ledger(
        state=name,
        label=label,
        played=played,
        rows_sent=sent(rows),
        terms=list(preset.terms),
        sentence=choice,
        more=why,
        flip=found_flip[1] if found_flip[0] == at else "",
        glossary_sent=terms,
    )


@solara.component
def Sure(visit: Visit) -> None:
    """The series of this run over the band of an ensemble with the same figures."""
    _ = visit.turned.value
    model, record, turn = visit.model, visit.model.record, visit.turn
    plan = visit.plan.value
    band, set_band = solara.use_state((None, None))
    progress, set_progress = solara.use_state(0.0)

    async def play() -> None:
        set_progress(0.0)
        await asyncio.sleep(0.5)  # a moving slider starts nothing
        played = await whatif.gathered(whatif.band_pieces(plan), set_progress)
        set_band((plan, whatif.bands(played)))

    playing = solara.lab.use_task(
        play, dependencies=[plan.preset, plan.what_if, plan.seed, plan.changes], raise_error=False
    )
    fits = band[0] is not None and band[0].crisis.path == plan.crisis.path
    note = f"this run as a line, where four of five of {whatif.BAND_RUNS} runs lie as a band"
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
