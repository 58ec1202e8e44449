"""Play at reading speed: a turn a second or so, with a rest at each event."""

import asyncio
import time

import solara
import solara.lab

from experiments.page import words
from experiments.page.snapshot import happened
from experiments.page.visit import Visit

SPEEDS = {"slow": 2.5, "normal": 1.25, "fast": 0.5, "at once": 0.0}
"""Seconds from one turn to the next; at once Play rests at no event."""

FRAME = 0.04
"""Seconds between two pictures when all is played at once."""


@solara.component
def Playing(visit: Visit) -> None:
    """Plays turns while the visitor wants it; draws nothing."""

    async def play() -> None:
        model, number, drawn = visit.model, visit.plays.value, 0.0

        def wanted() -> bool:
            going = visit.playing.value and visit.plays.value == number
            return going and not (model.over or model.error or model.left)

        while wanted():
            pace = SPEEDS[visit.speed.value]
            if pace:
                await asyncio.sleep(max(visit.stepped + pace - time.monotonic(), 0.0))
                if wanted():
                    visit.step()
                if stops(visit):
                    return
                continue
            model.step()
            if time.monotonic() - drawn > FRAME or model.over:
                visit.turned.value += 1
                drawn = time.monotonic()
            await asyncio.sleep(0)
        if visit.playing.value and visit.model is model and visit.plays.value == number:
            visit.playing.value = False

    solara.lab.use_task(play, dependencies=[visit.plays.value], raise_error=False)


def stops(visit: Visit) -> bool:
    """Whether the last turn is one to rest at; then Play waits for the visitor."""
    model = visit.model
    if model.over or not model.record.moments:
        return False
    moment = model.record.moments[-1]
    found = words.pauses(model.preset, moment, happened(model.preset, moment))
    if found:
        visit.paused.value = found
        visit.playing.value = False
    return bool(found)
