"""The page: a crisis that is told day by day, asked why, and played.

`cheaptalk view` serves it, and so does `solara run experiments/page/app.py`.
"""

import logging
import sys
from typing import Any  # what solara hands over

import solara
import solara.lab
import solara.settings
from solara.server import settings

from experiments.page import words
from experiments.page.address import address, from_address, view_in
from experiments.page.components import Shell
from experiments.page.crisis import Crisis
from experiments.page.playing import Playing
from experiments.page.same_origin import NOWHERE, Guarded, in_one_line
from experiments.page.snapshot import PAGE
from experiments.page.stored import Stored
from experiments.page.visit import Visit, in_the_page, new_visit
from experiments.page.where import Where
from model.preset.load import ConfigError

TITLE = "When do words beat intervention?"

settings.telemetry.mixpanel_enable = False
solara.settings.assets.cdn = NOWHERE
settings.theme.show_banner = False
settings.theme.title = "cheaptalk"

server = sys.modules.get("solara.server.starlette")
if server is not None and not isinstance(server.app.middleware_stack, Guarded):
    # `solara run` has no guard of its own, and imports this file once it has begun
    inner = server.app.middleware_stack or server.app.build_middleware_stack()
    server.app.middleware_stack = Guarded(inner)
    logging.getLogger("uvicorn.error").addFilter(in_one_line)


@solara.component
def Layout(children: Any = ()) -> None:
    """The page as it is, without a bar or a drawer around it."""
    solara.Div(children=list(children), classes=["ct-all"])


@solara.component
def Head(visit: Visit) -> None:
    """Title, question, tabs and buttons; keeps the plan and what is in view in the address."""
    _ = visit.turned.value
    model, preset = visit.model, visit.model.preset

    def restore(text: str) -> None:
        try:
            visit.begin(*from_address(text))
            visit.look(view_in(text))
        except ConfigError as error:
            visit.message.value = in_the_page(error)
        visit.restored.value += 1

    Shell(
        title=TITLE,
        about=f"{preset.file.title}: six states play it out, thousands of times."
        if len(preset.profiles) == 6
        else f"{preset.file.title}, played out thousands of times.",
        question=preset.file.question,
        who=words.who_is_who(preset),
        tab=visit.tab.value,
        lesson=visit.lesson.value,
        projector=visit.projector.value,
        seated=bool(visit.plan.value.seat) or visit.seating.value,
        address=address(visit.watched(model), model.record.turn, visit.view()),
        restored=visit.restored.value,
        message=visit.message.value,
        event_restore=restore,
        event_choose_tab=visit.tab.set,
        event_open_lesson=lambda *_: visit.lesson.set(0 if visit.lesson.value else 1),
        event_take_seat=lambda *_: visit.seating.set(not visit.seating.value),
        event_project=lambda *_: visit.projector.set(not visit.projector.value),
    )


@solara.component
def Page() -> None:
    """The whole page of one visitor."""
    visit = solara.use_memo(new_visit, [])
    wide = ["ct-projector"] if visit.projector.value else []
    with solara.Div(classes=["ct", "ct-page", *wide]):
        solara.Style(PAGE / "page.css")
        Playing(visit)
        Head(visit)
        with solara.Div(classes=["ct-main"]):
            if visit.tab.value == 0:
                Crisis(visit)
            elif visit.tab.value == 1:
                Where(visit)
            else:
                Stored()
