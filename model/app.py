"""The page: Mesa's SolaraViz around one dashboard that draws snapshots of a run.

`cheaptalk view` serves it, and so does `solara run model/app.py`.
"""

import asyncio
import base64
import html
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any  # plain data of mixed type

import numpy as np
import solara
import solara.lab
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter
from solara.server import settings

from agents.payoffs import TERMS
from agents.strategies import STRATEGIES
from experiments import whatif
from experiments.duel import ACTS, proteges
from experiments.explain import decision, flip_sentence, sentence, smallest_flip
from experiments.listing import parameters
from model import snapshot
from model.plan import Plan, Value, address, as_profile, from_address
from model.preset import PRESETS, ROOT, ConfigError, document, load
from model.snapshot import PAGE, Plain
from model.watched import Record, WatchedModel, applies_at_once, replayed

TITLE = "cheaptalk: when do words beat intervention?"
RESULTS = ROOT / "results"
PLAY_INTERVAL = 30
"""Milliseconds of rest between two turns of Play."""

settings.telemetry.mixpanel_enable = False
settings.theme.show_banner = False
settings.theme.title = "cheaptalk"


@dataclass
class Visit:
    """What one visitor watches and has chosen; each visitor has their own."""

    plan: solara.Reactive[Plan]
    model: solara.Reactive[WatchedModel]
    selected: solara.Reactive[str]
    seat: solara.Reactive[int] = field(default_factory=lambda: solara.reactive(0))
    shown: solara.Reactive[int | None] = field(default_factory=lambda: solara.reactive(None))
    hidden: solara.Reactive[bool] = field(default_factory=lambda: solara.reactive(False))
    at_once: solara.Reactive[bool] = field(default_factory=lambda: solara.reactive(True))
    act: solara.Reactive[str] = field(default_factory=lambda: solara.reactive(ACTS[0]))
    message: solara.Reactive[str] = field(default_factory=lambda: solara.reactive(""))
    tab: solara.Reactive[int] = field(default_factory=lambda: solara.reactive(0))

    def begin(self, plan: Plan, turn: int = 0) -> None:
        """Watch a plan's run from its start, or as it stands after some turns."""
        try:
            model = replayed(plan.checked(), turn)
        except ConfigError as error:
            self.message.value = in_the_page(error)
            return
        self.message.value = ""
        self.plan.value, self.shown.value = plan, None
        if self.selected.value not in model.world.names:
            self.selected.value = first_patron(plan.preset)
        self.model.value = model
        self.seat.value += 1  # Mesa's controls start anew with the model

    def change(self, key: str, value: Value | None) -> None:
        """Change a figure of the plan; at once, if it can and the visitor wants it."""
        plan = self.plan.value.changed(key, value)
        try:
            plan.checked()
        except ConfigError as error:
            self.message.value = in_the_page(error)
            return
        self.message.value = ""
        self.plan.value = plan
        if self.at_once.value and applies_at_once(key):
            model = self.model.value
            now = value if value is not None else base_value(plan.preset, key)
            model.waiting = [*model.waiting, (key, now)]


def in_the_page(error: ConfigError) -> str:
    """A message of the preset's check, without the command line's option."""
    return str(error).replace("--set ", "")


def first_patron(preset: str) -> str:
    """Whom the page explains first."""
    return next(iter(proteges(preset)))


def base_value(preset: str, key: str) -> Value:
    """A figure as the preset has it."""
    return load(preset).figure(key)


def new_visit() -> Visit:
    """A visit to the preset that the page was opened with."""
    plan = Plan(os.environ.get("CHEAPTALK_PRESET", Plan.preset))
    return Visit(
        solara.reactive(plan),
        solara.reactive(WatchedModel(lambda: plan)),
        solara.reactive(first_patron(plan.preset)),
    )


# ------------------------------------------------------------------ what is drawn (Vue)


def drawn(name: str) -> Callable[[Callable[..., None]], Callable[..., solara.Element]]:
    """A component that a Vue file of the page draws."""
    return solara.component_vue(str(PAGE / f"{name}.vue"))


@drawn("shell")
def Shell(title: str, address: str, event_restore: Any) -> None: ...


@drawn("time_line")
def TimeLine(
    turn: int,
    latest: int,
    turns: int,
    day: str,
    war: bool,
    wars: list[list[int]],
    figures: list[Plain],
    told: list[str],
    observed: list[str],
    event_show: Any,
) -> None: ...


@drawn("crisis_map")
def CrisisMap(
    ground: Plain,
    scene: Plain,
    turn: int,
    selected: str,
    hidden: bool,
    event_select: Any,
    event_show_hidden: Any,
) -> None: ...


@drawn("ledger")
def Ledger(
    state: str,
    label: str,
    played: str,
    rows: list[Plain],
    terms: list[str],
    sentence: str,
    flip: str,
    seeking: bool,
) -> None: ...


@drawn("series")
def Series(charts: list[Plain], turn: int, turns: int, note: str, progress: float) -> None: ...


@drawn("verdict")
def VerdictCard(
    patron: str,
    label: str,
    act: str,
    patrons: list[Plain],
    acts: list[str],
    changed: bool,
    answer: Plain | None,
    progress: float,
    problem: str,
    event_choose: Any,
) -> None: ...


@drawn("what_if")
def WhatIf(
    preset: str,
    presets: list[Plain],
    seed: int,
    run: int,
    at_once: bool,
    owner: str,
    label: str,
    owners: list[Plain],
    rule: str | None,
    rules: list[Plain],
    groups: list[Plain],
    message: str,
    profile: str,
    count: int,
    event_choose_preset: Any,
    event_choose_luck: Any,
    event_apply_at_once: Any,
    event_pick: Any,
    event_change: Any,
    event_give_back: Any,
) -> None: ...


@drawn("phase")
def Phase(
    label: str,
    act: str,
    options: list[Plain],
    across: Plain,
    up: Plain,
    size: int,
    cell_runs: int,
    grid: list[list[float]],
    sure: list[list[bool]],
    zero: list[Any],
    running: bool,
    progress: float,
    status: str,
    problem: str,
    event_choose_axis: Any,
    event_draw: Any,
    event_cancel: Any,
    event_load: Any,
) -> None: ...


@drawn("results")
def Results(
    folders: list[str],
    folder: str,
    text: str,
    figures: list[Plain],
    problem: str,
    event_open_folder: Any,
) -> None: ...


# ----------------------------------------------------------------------- the crisis


@solara.component
def Crisis(visit: Visit, model: WatchedModel, record: Record, error: str) -> None:
    """Map, time line, reasons and series of the shown turn."""
    preset = model.preset
    turn = min(record.turn if visit.shown.value is None else visit.shown.value, record.turn)
    world = record.world(turn)
    moment = record.moments[turn - 1] if turn else None
    selected = visit.selected.value
    ground = solara.use_memo(lambda: snapshot.ground(preset), [preset.name])
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
            war=bool(world.war),
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
                ground=ground,
                scene=snapshot.scene(preset, world, moment, visit.hidden.value),
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


def war_spans(record: Record) -> list[list[int]]:
    """The spans of turns at war, for the time line."""
    spans: list[list[int]] = []
    for turn, moment in enumerate(record.moments, 1):
        if not bool(moment.after.war):
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
        {"name": "Balance (log)", "value": f"{float(measured['balance']):+.2f}"},
    ]


@solara.component
def Why(visit: Visit, model: WatchedModel, moment: Any, turn: int) -> None:
    """The ledger of the selected state; what flips its choice is sought in the background."""
    name = visit.selected.value
    state = model.world.names.index(name) if name in model.world.names else 0
    playing = visit.shown.value is None and moment is not None
    flip, set_flip = solara.use_state(("", ""))
    at = f"{visit.seat.value} {turn} {name}"

    async def seek() -> None:
        if moment is None:
            return
        await asyncio.sleep(0.7 if playing else 0.3)  # not while the run moves on
        found = await whatif.played(smallest_flip, moment.before, state, moment.solution)
        set_flip((at, flip_sentence(found)))

    seeking = solara.lab.use_task(seek, dependencies=[at, moment is None], raise_error=False)
    rows: list[Plain] = []
    reason, played = "", ""
    if moment is not None:
        played = moment.before.ladder.names[state][int(moment.after.choice[state])]
        found = decision(moment.before, moment.game, moment.solution, state, played)
        rows, reason = snapshot.why(found), sentence(found)
    Ledger(
        state=name,
        label=model.preset.profiles[name].label if name in model.preset.profiles else name,
        played=played,
        rows=rows,
        terms=list(TERMS),
        sentence=reason,
        flip=flip[1] if flip[0] == at else "",
        seeking=bool(seeking.pending),
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
    Series(
        charts=snapshot.charts(
            model.preset, record.lines, visit.selected.value, band[1] if fits else None
        ),
        turn=turn,
        turns=model.preset.file.turns,
        note=note,
        progress=1.0 if playing.error else progress,
    )


@solara.component
def Answer(visit: Visit) -> None:
    """The verdict of a patron's duel as the preset has it, and with the visitor's changes."""
    plan, act = visit.plan.value, visit.act.value
    labels = solara.use_memo(lambda: patrons(plan.preset), [plan.preset])
    wanted = visit.selected.value
    patron = wanted if wanted in labels else next(iter(labels), "")
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
        progress=1.0 if fits else progress,
        problem=str(playing.exception) if playing.error else "",
        event_choose=lambda wanted: (
            visit.selected.set(wanted["patron"]),
            visit.act.set(wanted["act"]),
        ),
    )


def patrons(preset: str) -> dict[str, str]:
    """The patrons of a preset and their labels."""
    profiles = load(preset).profiles
    return {name: profiles[name].label for name in proteges(preset)}


def in_words(found: whatif.Verdict, label: str, changed: bool) -> Plain:
    """A verdict as the card shows it."""
    words = ("talk", "intervention", "open")

    def told(verdict: str) -> str:
        if verdict == "open":
            return f"whether talk or {found.act} is better is open"
        better, worse = ("talk", found.act) if verdict == "talk" else (found.act, "talk")
        return f"{better} is worth more than {worse}"

    before, after = found.before.word(*words), found.after.word(*words)
    text = f"For {label} {told(before)}."
    if changed:
        moved = found.change.word("helps talk", f"helps {found.act}", "moves neither beyond doubt")
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


def rounded(found: whatif.Paired) -> Plain:
    """A paired difference as plain numbers."""
    return {name: round(getattr(found, name), 4) for name in ("mean", "low", "high")}


# ------------------------------------------------------------------------- what if


@solara.component
def Changes(visit: Visit) -> None:
    """Preset, luck, rules and sliders, made from the declarations."""
    plan = visit.plan.value
    declared = solara.use_memo(lambda: figures_by_owner(plan.preset), [plan.preset])
    common, set_common = solara.use_state(False)
    owner = "" if common else visit.selected.value
    own, given = declared.get(owner) or declared[""], plan.given
    rules = [
        {"name": name, "meaning": (rule.__doc__ or "").split("[")[0].split(".")[0].split(";")[0]}
        for name, rule in STRATEGIES.items()
    ]

    def pick(name: str) -> None:
        set_common(not name)
        if name:
            visit.selected.value = name

    def give_back(key: str) -> None:
        for each in [key] if key else [name for name, _ in visit.plan.value.changes]:
            visit.change(each, None)

    WhatIf(
        preset=plan.preset,
        presets=[
            {"name": path.stem, "title": document(path).get("title", "")}
            for path in sorted(PRESETS.glob("*.toml"))
        ],
        seed=plan.seed,
        run=plan.run,
        at_once=visit.at_once.value,
        owner=owner,
        label=own["label"],
        owners=[
            {"name": name, "label": each["label"], "changed": changed_count(name, declared, given)}
            for name, each in declared.items()
        ],
        rule=str(given.get(f"{owner}.rule", own["rule"])) if owner else None,
        rules=rules,
        groups=[
            group | {"rows": [row | {"value": given.get(row["key"], row["base"])} for row in rows]}
            for group, rows in ((each, each["rows"]) for each in own["groups"])
        ],
        message=visit.message.value,
        profile=as_profile(plan),
        count=len(plan.changes),
        event_choose_preset=lambda name: visit.begin(Plan(name, plan.seed, plan.run)),
        event_choose_luck=lambda luck: visit.begin(replace(visit.plan.value, later=(), **luck)),
        event_apply_at_once=visit.at_once.set,
        event_pick=pick,
        event_change=lambda each: visit.change(each["key"], worth_keeping(each, declared)),
        event_give_back=give_back,
    )


GROUPS = {
    "weights": "Payoff weights",
    "decision": "Decision",
    "means": "Means",
    "posture": "Posture",
    "reputation": "Reputation",
    "economy": "Economy",
    "target": "What the challenger is after",
    "ties": "Ties",
    "stakes": "Stakes",
    "pledges": "Pledges",
    "oil": "Oil market",
    "conflict": "Conflict",
    "beliefs": "Beliefs",
    "front": "The other front",
    "value": "Realised value",
}


def figures_by_owner(preset: str) -> dict[str, Plain]:
    """The declared figures of each state, and of the crisis itself under the empty name."""
    profiles = load(preset).profiles
    owners: dict[str, Plain] = {
        name: {"label": each.label, "rule": each.rule, "groups": {}}
        for name, each in profiles.items()
    }
    owners[""] = {"label": "All states", "rule": None, "groups": {}}
    for each in parameters(preset):
        owner, *rest = each["key"].split(".")
        group, name = rest if owner in profiles else (owner, rest[0])
        groups = owners[owner if owner in profiles else ""]["groups"]
        label = profiles[name].label if name in profiles else name.replace("_", " ")
        groups.setdefault(group, []).append(slider(each, label))
    return {
        name: owner
        | {
            "groups": [
                {"name": group, "title": GROUPS.get(group, group), "rows": owner["groups"][group]}
                for group in sorted(owner["groups"], key=list(GROUPS).index)
            ]
        }
        for name, owner in owners.items()
    }


def slider(declared: Plain, label: str) -> Plain:
    """One slider from a parameter's declaration."""
    width = declared["high"] - declared["low"]
    step = 10.0 ** np.floor(np.log10(width / 100))
    return {
        "key": declared["key"],
        "name": label,
        "base": float(declared["value"]),
        "low": declared["low"],
        "high": declared["high"],
        "step": float(f"{step:.1g}"),
        "unit": "" if declared["unit"] in ("weight", "index") else declared["unit"],
        "meaning": declared["meaning"].split("; own")[0],
        "source": declared["source"],
        "at_once": applies_at_once(declared["key"]),
    }


def changed_count(owner: str, declared: dict[str, Plain], given: dict[str, Value]) -> int:
    """How many figures of a state, or of none, are changed."""
    owners = [key.split(".")[0] for key in given]
    return sum((each if each in declared else "") == owner for each in owners)


def worth_keeping(wanted: Plain, declared: dict[str, Plain]) -> Value | None:
    """A wanted value; None where the preset has it already."""
    key, value = wanted["key"], wanted["value"]
    owner = declared.get(key.split(".")[0], declared[""])
    rows = (row for group in owner["groups"] for row in group["rows"] if row["key"] == key)
    base = owner["rule"] if key.endswith(".rule") else next(rows)["base"]
    return None if value == base else value


# --------------------------------------------------------------------------- where


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
    preferred = (f"{patron}.weights.reputation", f"{patron}.weights.ties")
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
        visit.begin(replace(changed, later=()))
        if not visit.message.value:
            visit.tab.value = 0

    shown = drawing.value or Drawing(plan, patron, visit.act.value, across, up)
    grid = [cells for cells, _ in shown.rows]
    status = f"{len(grid)} of {whatif.GRID} rows" if running or 0 < len(grid) < whatif.GRID else ""
    Phase(
        label=labels.get(shown.patron, shown.patron),
        act=shown.act,
        options=options,
        across=vars(shown.across if grid else across),
        up=vars(shown.up if grid else up),
        size=whatif.GRID,
        cell_runs=whatif.CELL_RUNS,
        grid=grid,
        sure=[sure for _, sure in shown.rows],
        zero=whatif.zero_line(grid),
        running=running,
        progress=progress,
        status=status if running or not status else f"Cancelled after {status}.",
        problem=problem or (str(work.exception) if work.error else ""),
        event_choose_axis=choose,
        event_draw=begin,
        event_cancel=cancel,
        event_load=load_cell,
    )


def choices(preset: str, patron: str) -> list[Plain]:
    """The parameters that a phase diagram can vary: the patron's and those of the crisis."""
    found = figures_by_owner(preset)
    own = [found[patron], found[""]] if patron in found else [found[""]]
    return [
        {"key": row["key"], "low": row["low"], "high": row["high"], "base": row["base"]}
        for owner in own
        for group in owner["groups"]
        for row in group["rows"]
        if not row["key"].endswith((".depth", ".samples", ".level"))
    ]


def axis_of(declared: Plain) -> whatif.Axis:
    """An axis around a parameter's value: to twice it, within the declared range."""
    reach = abs(declared["base"]) or (declared["high"] - declared["low"]) / 4
    low = max(declared["low"], declared["base"] - reach)
    return whatif.Axis(declared["key"], low, min(declared["high"], declared["base"] + reach))


def limited(axis: whatif.Axis, wanted: Plain, declared: Plain) -> whatif.Axis:
    """An axis with a new end; raises ValueError where it lies outside the declared range."""
    name = "low" if "low" in wanted else "high"
    valid = f"valid: {declared['low']:g} to {declared['high']:g}, from below to"
    try:
        value = float(wanted[name])
    except ValueError:
        raise ValueError(f"{axis.key}: found '{wanted[name]}'; {valid}") from None
    axis = replace(axis, **{name: value})
    if not declared["low"] <= axis.low < axis.high <= declared["high"]:
        raise ValueError(f"{axis.key}: found {axis.low:g} to {axis.high:g}; {valid}")
    return axis


# ------------------------------------------------------------------------- results


@solara.component
def Stored() -> None:
    """A result that a run wrote, with its figures."""
    folder, set_folder = solara.use_state("")
    folders = result_names()
    text, images, problem = "", [], ""
    if folder in folders:
        try:
            text, images = stored(RESULTS / folder)
        except OSError as error:
            problem = f"{folder}: cannot be read: {error.strerror}"
    Results(
        folders=folders,
        folder=folder,
        text=text,
        figures=images,
        problem=problem,
        event_open_folder=set_folder,
    )


def result_names() -> list[str]:
    """The folders under `results/` that hold a result."""
    return sorted(path.parent.name for path in RESULTS.glob("*/manifest.json"))


def stored(folder: Path) -> tuple[str, list[Plain]]:
    """The answer in words and the figures of a result."""
    answer = folder / "answer.txt"
    text = answer.read_text("utf-8") if answer.exists() else ""
    images = [
        {
            "name": path.stem,
            "image": "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode(),
        }
        for path in sorted(folder.glob("*.png"))
    ]
    return text, images


# ---------------------------------------------------------------------------- page

visit_context = solara.create_context(None)


@solara.component
def Dashboard(model: WatchedModel) -> None:
    """The three tabs; drawn anew after every step."""
    update_counter.get()
    visit = solara.use_context(visit_context)
    error = model.error
    assert visit is not None
    with solara.Sidebar():
        Changes(visit)
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
            Crisis(visit, model, model.record, error)
        elif visit.tab.value == 1:
            Where(visit)
        else:
            Stored()


@solara.component
def Page() -> None:
    """The whole page of one visitor."""
    solara.lab.theme.themes.light.primary = "#22405f"
    solara.lab.theme.themes.dark.primary = "#3f6f9f"
    visit = solara.use_memo(new_visit, [])
    visit_context.provide(visit)
    solara.Style(PAGE / "page.css")
    Address(visit)
    SolaraViz(
        visit.model,
        components=[(Dashboard, 0)],
        name=TITLE,
        play_interval=PLAY_INTERVAL,
        model_params={"plan": visit.plan.peek},
    ).key(f"seat {visit.seat.value}")


@solara.component
def Address(visit: Visit) -> None:
    """Keeps the plan and the turn in the page's address, and restores them from it."""
    update_counter.get()
    model = visit.model.value
    plan = replace(visit.plan.value, later=model.applied)

    def restore(text: str) -> None:
        try:
            visit.begin(*from_address(text))
        except ConfigError as error:
            visit.message.value = in_the_page(error)

    Shell(title=TITLE, address=address(plan, model.record.turn), event_restore=restore)
