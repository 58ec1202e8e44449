"""The tab on where talk wins: the phase diagram of two parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import solara
import solara.lab

from experiments.engine.duel import proteges
from experiments.page import background as whatif
from experiments.page.address import Plan, read
from experiments.page.components import Phase, sent
from experiments.page.sliders import axis_of, choices, limited
from experiments.page.snapshot import Plain
from experiments.page.visit import Visit, known_policies, use_patron
from model.preset.load import Preset, feasible_end


@dataclass(frozen=True)
class Drawing:
    """A phase diagram, as far as it is drawn, and its parameters."""

    plan: Plan
    patron: str
    act: str
    across: whatif.Axis
    up: whatif.Axis
    rows: tuple[whatif.Row, ...] = ()


@dataclass(frozen=True)
class Axes:
    """The two parameters that a visitor has chosen among the known ones, and any complaint."""

    known: dict[str, Plain]
    preferred: dict[str, str]
    chosen: solara.Reactive[dict[str, whatif.Axis]]
    problem: solara.Reactive[str]

    def axis(self, name: str) -> whatif.Axis:
        """The chosen axis, or the preferred one if this patron does not have the chosen one."""
        found = self.chosen.value.get(name)
        known = found is not None and found.key in self.known
        return found if found is not None and known else axis_of(self.known[self.preferred[name]])

    def take(self, plane: Mapping[str, whatif.Axis]) -> None:
        """Take both parameters of a plane."""
        self.problem.value = ""
        self.chosen.value = dict(plane)

    def choose(self, wanted: Plain) -> None:
        """Take another parameter for an axis, or other limits."""
        now = self.axis(wanted["axis"])
        try:
            if "key" in wanted:
                now = axis_of(self.known[wanted["key"]])
            else:
                now = limited(now, wanted, self.known[now.key])
        except ValueError as error:
            self.problem.value = str(error)
            return
        self.problem.value = ""
        self.chosen.value = {**self.chosen.value, wanted["axis"]: now}


def use_axes(preset: str, patron: str) -> Axes:
    """The axes of a patron's diagram, kept from one rendering to the next."""
    options = solara.use_memo(lambda: choices(preset, patron), [preset, patron])
    known = {each["key"]: each for each in options}
    preferred = solara.use_memo(lambda: preferred_axes(preset, patron, known), [preset, patron])
    chosen = solara.use_reactive(dict[str, whatif.Axis]())
    named = dict(zip(("across", "up"), preferred, strict=True))
    return Axes(known, named, chosen, solara.use_reactive(""))


@dataclass(frozen=True)
class Painting:
    """A diagram in progress: the request, the rows drawn so far, and the progress."""

    asked: solara.Reactive[Drawing | None]
    drawn: solara.Reactive[Drawing | None]
    progress: solara.Reactive[float]

    def begin(self, drawing: Drawing) -> None:
        """Ask for a diagram; it is drawn in the background."""
        self.progress.value = 0.0
        self.asked.value = drawing

    async def draw(self) -> None:
        """Draw what is asked for, row by row."""
        asked = self.asked.value
        if asked is None:
            return
        shown = self.drawn.value = asked
        pieces = whatif.grid_pieces(asked.plan, asked.across, asked.up, asked.patron, asked.act)
        for row in range(whatif.GRID):
            pair = await whatif.gathered(pieces[2 * row : 2 * row + 2], lambda share: None)
            shown = replace(shown, rows=(*shown.rows, whatif.grid_row(*pair)))
            self.drawn.value = shown
            self.progress.value = (row + 1) / whatif.GRID


@solara.component
def Where(visit: Visit) -> None:
    """The phase diagram of two parameters, computed in the background."""
    plan = visit.plan.value
    patron, labels = use_patron(visit)
    axes = use_axes(plan.preset, patron)
    across, up = axes.axis("across"), axes.axis("up")
    painting = Painting(
        solara.use_reactive(None), solara.use_reactive(None), solara.use_reactive(0.0)
    )
    turning, set_turning = solara.use_state((None, None))
    about = (plan.preset, plan.what_if, plan.seed, plan.changes, patron, visit.act.value)

    async def look() -> None:
        piece = (whatif.turning_corners, (plan.crisis, plan.seed, plan.changes, *about[-2:]))
        (found,) = await whatif.gathered([piece], lambda share: None)
        set_turning((about, found))

    solara.lab.use_task(look, dependencies=[about], raise_error=False)
    planes = planes_of(plan.crisis, turning[1], axes.known) if turning[0] == about else None
    if planes and not axes.chosen.value:
        axes.take(planes[0])
        across, up = axes.axis("across"), axes.axis("up")
    asked = painting.asked.value
    work = solara.lab.use_task(painting.draw, dependencies=[asked], raise_error=False)
    blank = Drawing(plan, patron, visit.act.value, across, up)
    shown = painting.drawn.value or blank

    def begin(*_: Any) -> None:
        if across.key == up.key:
            axes.problem.value = (
                f"{across.key} stands on both axes; valid: two different parameters"
            )
            return
        axes.problem.value = ""
        painting.begin(blank)

    Phase(
        acts=list(known_policies()),
        planes=[{"name": plane_name(each)} for each in planes or []],
        looking=planes is None,
        event_take_plane=lambda number: axes.take((planes or [])[number]),
        label=labels.get(shown.patron, shown.patron),
        act=shown.act,
        wanted_act=visit.act.value,
        event_choose_act=visit.act.set,
        options_sent=sent(list(axes.known.values())),
        across=vars(shown.across if shown.rows else across),
        up=vars(shown.up if shown.rows else up),
        **picture(shown, running=bool(work.pending) and asked is not None),
        progress=painting.progress.value,
        problem=axes.problem.value or (str(work.exception) if work.error else ""),
        event_choose_axis=axes.choose,
        event_draw=begin,
        event_cancel=lambda *_: painting.asked.set(None),
        event_load=lambda cell: load_cell(visit, shown, cell),
    )


def picture(shown: Drawing, *, running: bool) -> Plain:
    """The rows drawn so far as the page shows them, and the number still to come."""
    grid = [row.means for row in shown.rows]
    partly = running or 0 < len(grid) < whatif.GRID
    status = f"{len(grid)} of {whatif.GRID} rows" if partly else ""
    whole = len(grid) == whatif.GRID
    words = [row.words for row in shown.rows]
    return {
        "size": whatif.GRID,
        "cell_runs": whatif.CELL_RUNS,
        "drawn_sent": sent(
            {
                "grid": grid,
                "low": [row.low for row in shown.rows],
                "high": [row.high for row in shown.rows],
                "words": words,
                "zero": whatif.zero_line(grid),
                "regions": whatif.regions(words) if whole else [],
                "own": own_point(shown),
            }
        ),
        "running": running,
        "status": f"Cancelled after {status}." if status and not running else status,
    }


def own_point(shown: Drawing) -> list[float] | None:
    """The crisis's own figures on the plane, in cells from the lower left; None if not on it."""
    given, found = shown.plan.given, []
    for axis in (shown.across, shown.up):
        value = float(given.get(axis.key, shown.plan.crisis.figure(axis.key)))
        found.append((value - axis.low) / (axis.high - axis.low) * (whatif.GRID - 1))
    inside = all(-0.5 <= each <= whatif.GRID - 0.5 for each in found)
    return [round(each, 3) for each in found] if inside else None


def planes_of(
    crisis: Preset, corners: Sequence[whatif.Corner], known: Mapping[str, Plain]
) -> list[dict[str, whatif.Axis]]:
    """Planes on which both the crisis's own point and a boundary lie, the first three."""
    found = [
        {"across": reaching(crisis, known[one], far), "up": reaching(crisis, known[other], away)}
        for (one, far), (other, away) in corners
        if one in known and other in known
    ]
    return found[:3]


def reaching(crisis: Preset, declared: Plain, value: float) -> whatif.Axis:
    """An axis from before a figure's own value to beyond another one, within its range."""
    ends, room = sorted((declared["base"], value)), 0.25 * abs(value - declared["base"])
    low, high = max(ends[0] - room, declared["low"]), min(ends[1] + room, declared["high"])
    key, base = declared["key"], declared["base"]
    low, high = (float(feasible_end(crisis, key, base, end)) for end in (low, high))
    return whatif.Axis(key, round(low, 6), round(high, 6))


def plane_name(plane: Mapping[str, whatif.Axis]) -> str:
    """A plane by the names of its figures."""
    names = [
        " ".join(plane[each].key.split(".")[-2:]).replace("_", " ") for each in ("across", "up")
    ]
    return " × ".join(names)


def load_cell(visit: Visit, shown: Drawing, cell: Plain) -> None:
    """Begin the crisis again with the parameters of a cell, and show it."""
    x = round(float(shown.across.values[cell["column"]]), 6)
    y = round(float(shown.up.values[cell["row"]]), 6)
    visit.selected.value = shown.patron
    visit.begin(shown.plan.changed(shown.across.key, x).changed(shown.up.key, y))
    if not visit.message.value:
        visit.tab.value = 0


def preferred_axes(preset: str, patron: str, known: dict[str, Plain]) -> tuple[str, str]:
    """The first axes of a patron's diagram: its stake in its protege, and its ties."""
    stake = f"{patron}.stakes.{proteges(read(preset)).get(patron)}"
    return (stake if stake in known else f"{patron}.weights.stakes"), f"{patron}.weights.ties"
