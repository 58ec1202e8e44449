"""The page: Mesa's SolaraViz around one dashboard that draws snapshots of a run.

`cheaptalk view` serves it, and so does `solara run experiments/page/app.py`.
"""

import logging
import sys
from typing import Any  # what solara hands over

import solara
import solara.lab
import solara.settings
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter
from solara.components.applayout import sidebar_portal
from solara.server import settings

from experiments.page.address import address, from_address
from experiments.page.components import Shell
from experiments.page.crisis import Crisis
from experiments.page.run import WatchedModel
from experiments.page.same_origin import NOWHERE, Guarded, in_one_line
from experiments.page.snapshot import PAGE
from experiments.page.stored import Stored
from experiments.page.visit import Visit, in_the_page, new_visit
from experiments.page.what_if import Changes
from experiments.page.where import Where
from model.preset.load import ConfigError

TITLE = "cheaptalk: when do words beat intervention?"
ABOVE = -1
"""The place of Mesa's controls in the column beside the page: at the top."""
PLAY_INTERVAL = 20
"""Milliseconds of rest between two turns of Play."""

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

visit_context = solara.create_context(None)


@solara.component
def Dashboard(model: WatchedModel) -> None:
    """The three tabs; drawn anew after every step. The address keeps the plan and the turn."""
    update_counter.get()
    visit = solara.use_context(visit_context)
    assert visit is not None
    Address(visit, address(visit.watched(model), model.record.turn))
    with solara.v.Tabs(
        v_model=visit.tab.value,
        on_v_model=visit.tab.set,
        class_="app-tabs",
        background_color="transparent",
    ):
        for title in ("The crisis", "Where talk wins", "Stored results"):
            solara.v.Tab(children=[title])
    with solara.Div(classes=["ct", "ct-page"]):
        if visit.tab.value == 0:
            Crisis(visit, model, model.record, model.error)
        elif visit.tab.value == 1:
            Where(visit)
        else:
            Stored()


@solara.component
def Address(visit: Visit, now: str) -> None:
    """Keeps the plan and the turn in the page's address, and restores them from it."""

    def restore(text: str) -> None:
        try:
            visit.begin(*from_address(text))
        except ConfigError as error:
            visit.message.value = in_the_page(error)
        visit.restored.value += 1

    Shell(title=TITLE, address=now, restored=visit.restored.value, event_restore=restore)


@solara.component
def Beside(visit: Visit) -> None:
    """The column beside the page, below Mesa's controls."""
    update_counter.get()
    with solara.Sidebar():
        Changes(visit, visit.model.over)


@solara.component
def Watched(visit: Visit, seat: int, beside: Any) -> None:
    """Mesa's page of one run.

    Its controls know whether they play, and solara draws them apart, beside the page: there they
    stand under the number of their run, so that another run has controls of its own.
    """
    controls = sidebar_portal.use_portal()
    SolaraViz(
        visit.run.value[1],
        components=[(Dashboard, 0)],
        name=TITLE,
        play_interval=PLAY_INTERVAL,
        model_params={"plan": visit.plan.peek},
    )

    def show() -> None:
        own = [(ABOVE, solara.Div(children=controls).key(f"run {seat}"))]
        beside(lambda others: {**others, "controls": own})

    solara.use_effect(show, [controls])


@solara.component
def Page() -> None:
    """The whole page of one visitor."""
    solara.lab.theme.themes.light.primary = "#22405f"
    solara.lab.theme.themes.dark.primary = "#3f6f9f"
    visit = solara.use_memo(new_visit, [])
    visit_context.provide(visit)
    solara.Style(PAGE / "page.css")
    beside = solara.use_context(sidebar_portal.context)
    Watched(visit, visit.seat, beside).key(f"run {visit.seat}")
    Beside(visit)
