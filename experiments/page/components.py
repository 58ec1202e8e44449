"""Declares the components that Vue files draw, with their data and events."""

import json
from collections.abc import Callable
from typing import Any  # a handler of an event

import solara

from experiments.page.snapshot import PAGE, Plain


def sent(plain: Any) -> str:
    """Plain data as one string: reacton walks through every list and dict it is given."""
    return json.dumps(plain, separators=(",", ":"))


def drawn(name: str) -> Callable[[Callable[..., None]], Callable[..., solara.Element]]:
    """A component that a Vue file of the page draws."""
    return solara.component_vue(str(PAGE / f"{name}.vue"))


@drawn("shell")
def Shell(
    title: str,
    about: str,
    question: str,
    who: str,
    tab: int,
    lesson: int,
    projector: bool,
    seated: bool,
    address: str,
    restored: int,
    message: str,
    event_restore: Any,
    event_choose_tab: Any,
    event_open_lesson: Any,
    event_take_seat: Any,
    event_project: Any,
) -> None:
    """Title, tabs and buttons of the page; keeps and restores its address."""


@drawn("play_bar")
def PlayBar(
    turn: int,
    latest: int,
    turns: int,
    day: str,
    war: bool,
    wars: list[list[int]],
    moments: list[Plain],
    playing: bool,
    speed: str,
    speeds: list[str],
    paused: list[str],
    over: bool,
    waits: bool,
    error: str,
    event_play: Any,
    event_pause: Any,
    event_go_on: Any,
    event_step: Any,
    event_reset: Any,
    event_choose_speed: Any,
    event_show: Any,
) -> None:
    """Buttons and speed of Play, the time line, why it rests, and headline figures."""


@drawn("crisis_map")
def CrisisMap(
    ground_sent: str,
    scene_sent: str,
    turn: int,
    selected: str,
    hidden: bool,
    moving: bool,
    run: str,
    figures: list[Plain],
    event_select: Any,
    event_show_hidden: Any,
) -> None:
    """The map, this run beside what happened, and the table of states."""


@drawn("facts")
def Facts(facts_sent: str, count: int, days: int, event_open: Any, event_go: Any) -> None:
    """Every dated act on record."""


@drawn("ledger")
def Ledger(
    state: str,
    label: str,
    played: str,
    rows_sent: str,
    terms: list[str],
    sentence: str,
    more: str,
    flip: str,
    glossary_sent: str,
) -> None:
    """The payoff ledger of one decision."""


@drawn("series")
def Series(
    charts_sent: str, bands_sent: str, turn: int, turns: int, note: str, progress: float
) -> None:
    """Small charts of a run over its band."""


@drawn("verdict")
def VerdictCard(
    patron: str,
    label: str,
    act: str,
    patrons: list[Plain],
    changed: bool,
    word: str,
    answer_sent: str,
    status: str,
    progress: float,
    problem: str,
    event_choose: Any,
) -> None:
    """A patron's verdict: a row for each policy, how sure, why, for whom."""


@drawn("chips")
def Chips(
    what_ifs: list[Plain], chosen: str, changed: int, before_after: list[Plain], event_press: Any
) -> None:
    """The what-ifs, one press each, and what the pressed one changes."""


@drawn("pattern")
def PatternCard(label: str, pattern_sent: str, turning: str) -> None:
    """How far a patron goes beside history and what happened; what would turn the verdict."""


@drawn("seat")
def SeatCard(
    state: str,
    label: str,
    states: list[Plain],
    turn: int,
    turns: int,
    day: str,
    options_sent: str,
    others_sent: str,
    outcome_sent: str,
    event_sit: Any,
    event_choose: Any,
    event_leave: Any,
) -> None:
    """A seat: what can be done now, what the others are expected to do, and the score."""


@drawn("lesson")
def LessonCard(
    step: int,
    steps: int,
    title: str,
    text: str,
    ask: str,
    choices: list[str],
    answer: str,
    event_go: Any,
    event_close: Any,
    event_do: Any,
    deed: str,
) -> None:
    """A step of the lesson: a question first, then what the model says."""


@drawn("take_away")
def TakeAway(table: str, name: str, event_ask: Any) -> None:
    """Pictures of the map and the run as a table, to keep; the link."""


@drawn("what_if")
def WhatIf(
    preset: str,
    presets: list[Plain],
    seed: str,
    run: str,
    at_once: bool,
    owner: str,
    label: str,
    owners: list[Plain],
    rule: str | None,
    rules_sent: str,
    groups_sent: str,
    message: str,
    profile: str,
    count: int,
    over: bool,
    event_choose_preset: Any,
    event_choose_run: Any,
    event_apply_at_once: Any,
    event_pick: Any,
    event_change: Any,
    event_give_back: Any,
) -> None:
    """The sliders and choices."""


@drawn("phase")
def Phase(
    label: str,
    act: str,
    acts: list[str],
    wanted_act: str,
    planes: list[Plain],
    looking: bool,
    event_take_plane: Any,
    options_sent: str,
    across: Plain,
    up: Plain,
    size: int,
    cell_runs: int,
    drawn_sent: str,
    running: bool,
    progress: float,
    status: str,
    problem: str,
    event_choose_act: Any,
    event_choose_axis: Any,
    event_draw: Any,
    event_cancel: Any,
    event_load: Any,
) -> None:
    """The phase diagram and its axes."""


@drawn("results")
def Results(
    folders: list[str],
    folder: str,
    text: str,
    figures: list[Plain],
    problem: str,
    event_open_folder: Any,
) -> None:
    """A stored answer and its figures."""
