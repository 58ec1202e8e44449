"""Where talk wins: the phase diagram of two parameters."""

from dataclasses import dataclass, replace
from typing import Any

import solara
import solara.lab

from experiments.engine.duel import ACTS, proteges
from experiments.page import background as whatif
from experiments.page.address import Plan
from experiments.page.components import Phase, sent
from experiments.page.sliders import axis_of, choices, limited
from experiments.page.snapshot import Plain
from experiments.page.visit import Visit, patrons


@dataclass(frozen=True)
class Drawing:
    """A phase diagram as far as it is drawn, and what it is of."""

    plan: Plan
    patron: str
    act: str
    across: whatif.Axis
    up: whatif.Axis
    rows: tuple[tuple[list[float], list[bool]], ...] = ()


@solara.component
def Where(visit: Visit) -> None:
    """The phase diagram of two parameters, computed in the background."""
    plan = visit.plan.value
    labels = solara.use_memo(lambda: patrons(plan.preset), [plan.preset])
    wanted = visit.selected.value
    patron = wanted if wanted in labels else next(iter(labels), "")
    options = solara.use_memo(lambda: choices(plan.preset, patron), [plan.preset, patron])
    axes = solara.use_reactive(dict[str, whatif.Axis]())
    asked, set_asked = solara.use_state(None)
    drawing = solara.use_reactive(None)
    progress, set_progress = solara.use_state(0.0)
    problem, set_problem = solara.use_state("")
    known = {each["key"]: each for each in options}
    preferred = solara.use_memo(
        lambda: preferred_axes(plan.preset, patron, known), [plan.preset, patron]
    )
    across, up = (
        axes.value[name]
        if name in axes.value and axes.value[name].key in known
        else axis_of(known[key])
        for name, key in zip(("across", "up"), preferred, strict=True)
    )

    async def draw() -> None:
        if asked is None:
            return
        drawing.value = asked
        pieces = whatif.grid_pieces(asked.plan, asked.across, asked.up, asked.patron, asked.act)
        for row in range(whatif.GRID):
            pair = await whatif.gathered(pieces[2 * row : 2 * row + 2], lambda share: None)
            drawing.value = replace(
                drawing.value, rows=(*drawing.value.rows, whatif.grid_row(*pair))
            )
            set_progress((row + 1) / whatif.GRID)

    work = solara.lab.use_task(draw, dependencies=[asked], raise_error=False)
    running = bool(work.pending) and asked is not None

    def choose(wanted: Plain) -> None:
        name = wanted["axis"]
        now = {"across": across, "up": up}[name]
        try:
            if "key" in wanted:
                now = axis_of(known[wanted["key"]])
            else:
                now = limited(now, wanted, known[now.key])
        except ValueError as error:
            set_problem(str(error))
            return
        set_problem("")
        axes.value = {**axes.value, name: now}

    def begin(*_: Any) -> None:
        if across.key == up.key:
            set_problem(f"{across.key} stands on both axes; valid: two different parameters")
            return
        set_problem("")
        set_progress(0.0)
        set_asked(Drawing(plan, patron, visit.act.value, across, up))

    def cancel(*_: Any) -> None:
        set_asked(None)

    def load_cell(cell: Plain) -> None:
        shown = drawing.value
        changed = shown.plan.changed(
            shown.across.key, round(float(shown.across.values[cell["column"]]), 6)
        ).changed(shown.up.key, round(float(shown.up.values[cell["row"]]), 6))
        visit.selected.value = shown.patron
        visit.begin(changed)
        if not visit.message.value:
            visit.tab.value = 0

    shown = drawing.value or Drawing(plan, patron, visit.act.value, across, up)
    grid = [cells for cells, _ in shown.rows]
    status = f"{len(grid)} of {whatif.GRID} rows" if running or 0 < len(grid) < whatif.GRID else ""
    Phase(
        acts=list(ACTS),
        label=labels.get(shown.patron, shown.patron),
        act=shown.act,
        wanted_act=visit.act.value,
        event_choose_act=visit.act.set,
        options_sent=sent(options),
        across=vars(shown.across if grid else across),
        up=vars(shown.up if grid else up),
        size=whatif.GRID,
        cell_runs=whatif.CELL_RUNS,
        drawn_sent=sent(
            {
                "grid": grid,
                "sure": [sure for _, sure in shown.rows],
                "zero": whatif.zero_line(grid),
            }
        ),
        running=running,
        progress=progress,
        status=status if running or not status else f"Cancelled after {status}.",
        problem=problem or (str(work.exception) if work.error else ""),
        event_choose_axis=choose,
        event_draw=begin,
        event_cancel=cancel,
        event_load=load_cell,
    )


def preferred_axes(preset: str, patron: str, known: dict[str, Plain]) -> tuple[str, str]:
    """What a patron's diagram is drawn over at first: its stake in its protege, and its ties."""
    stake = f"{patron}.stakes.{proteges(preset).get(patron)}"
    return (stake if stake in known else f"{patron}.weights.stakes"), f"{patron}.weights.ties"
