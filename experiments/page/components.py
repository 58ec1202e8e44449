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
def Shell(title: str, address: str, restored: int, event_restore: Any) -> None:
    """Title and language of the page; keeps and restores its address."""


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
) -> None:
    """Date, headline figures, events, and the turns to go back to."""


@drawn("crisis_map")
def CrisisMap(
    ground_sent: str,
    scene_sent: str,
    turn: int,
    selected: str,
    hidden: bool,
    event_select: Any,
    event_show_hidden: Any,
) -> None:
    """The map with its nodes and arcs, and the table of states."""


@drawn("ledger")
def Ledger(
    state: str,
    label: str,
    played: str,
    rows_sent: str,
    terms: list[str],
    sentence: str,
    flip: str,
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
    acts: list[str],
    changed: bool,
    answer: Plain | None,
    sides: str,
    progress: float,
    problem: str,
    event_choose: Any,
) -> None:
    """A duel's verdict, before and after."""


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
