"""Forecasts a crisis day by day: the chance of each state's act, given all acts until then.

The model plays the preset with the acts that were observed; before each day it says with
which probability each state will be on which rung.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from experiments.answer.acts import on_ladder, timeline
from experiments.engine import words
from experiments.history.cases import RUNGS
from experiments.history.scoring import interval, logarithmic
from model.alliance_model import AllianceModel
from model.preset.load import Change, ConfigError, Preset
from model.rules import conflict
from model.world import Array

FORECASTERS = ("model", "persistence", "climatology")


@dataclass(frozen=True)
class Day:
    """A state's act on one day, and each forecaster's chance for each rung."""

    day: str
    state: str
    rung: int
    forecasts: dict[str, Array]


def forecasts(
    preset: str | Preset, path: Path, changes: Mapping[str, Change] | None = None
) -> list[Day]:
    """Each state's act on each day of the preset on which it acted, with the forecasts.

    If a state acted more than once on a day, its highest rung counts. Scripted acts are
    not scored.
    """
    model = AllianceModel(preset, changes=changes)
    acts = on_ladder(model.preset, timeline(path))
    if acts.empty:
        raise ConfigError(f"{path}: no act of {', '.join(model.world.names)}; valid: some of them")
    daily: dict[tuple[date, str], int] = {}
    for day, state, rung in zip(acts["day"], acts["state"], acts["rung"], strict=True):
        daily[day, state] = max(int(rung), daily.get((day, state), 0))
    return list(_played(model, daily))


def _played(model: AllianceModel, daily: Mapping[tuple[date, str], int]) -> Iterator[Day]:
    """The model's forecasts as it is led along the observed acts."""
    names = model.world.names
    length = timedelta(days=model.preset.file.turn_days)
    past: list[tuple[str, int]] = []
    for key in sorted(daily, key=str):
        if str(key[0]) < str(model.world.day):
            past.append((key[1], daily[key]))
    while not model.over:
        model.shock()
        ends = model.world.day + length
        days = [key for key in daily if str(model.world.day) <= str(key[0]) < str(ends)]
        scripted = model.preset.attack_turn() == model.world.turn
        said = _said(model, scripted)
        choice = model.world.choice.copy()
        for key in sorted(days, key=str):
            (day, state), rung = key, daily[key]
            place = names.index(state)
            choice[place] = _action(model, place, rung)
            if scripted and place == model.world.challenger:
                continue
            simple = {"persistence": persistence(past, state), "climatology": shares(past, state)}
            yield Day(str(day), state, rung, {"model": said[place], **simple})
        past += [(key[1], daily[key]) for key in sorted(days, key=str)]
        model.act()
        model.world = replace(model.world, choice=choice)
        model.resolve()
        model.judge()


def _said(model: AllianceModel, scripted: bool) -> Array:
    """The forecast for this turn; the others know a scripted attack on its day."""
    before = model.world
    model.world = replace(before, war=np.asarray(before.war | scripted))
    model.weigh()
    model.solve()
    said = forecast_rungs(model)
    model.world = before
    if scripted:
        model.weigh()
        model.solve()
    return said


def forecast_rungs(model: AllianceModel) -> Array:
    """The chance of each rung for each state, by its mixed strategy, or its last act unreviewed."""
    world = model.world
    assert model.solution is not None
    review = conflict.chance(world.conflict.revision, world.weeks)
    play = model.solution.play
    last = np.arange(play.shape[1]) == world.choice[:, None]
    kept = last & (play > 0) & (world.war & (world.weeks_at_war > world.weeks))
    share = np.where(kept.any(1), review, 1.0)[:, None]
    acted = share * play + (1 - share) * kept
    rungs = world.ladder.rung[:, :, None] == np.arange(len(RUNGS))
    return np.asarray((acted[:, :, None] * rungs).sum(1))


def _action(model: AllianceModel, state: int, rung: int) -> int:
    """The action that stands for an observed rung: the open one, else the highest below it."""
    ladder = model.world.ladder
    rungs = np.where(ladder.on_menu[state] & (ladder.rung[state] <= rung), ladder.rung[state], -1)
    open_ = (rungs == rungs.max()) & (ladder.hidden[state] == 0) & (ladder.sprint[state] == 0)
    return int(np.argmax(open_))


def persistence(past: list[tuple[str, int]], state: str) -> Array:
    """The state's last rung again, as often as states repeated theirs so far; else any other."""
    before: dict[str, int] = {}
    stayed, moved = 1.0, 1.0
    for who, rung in past:
        if who in before:
            stayed, moved = stayed + (before[who] == rung), moved + (before[who] != rung)
        before[who] = rung
    others = np.full(len(RUNGS), moved / (stayed + moved) / (len(RUNGS) - 1))
    if state not in before:
        return np.full(len(RUNGS), 1 / len(RUNGS))
    others[before[state]] = stayed / (stayed + moved)
    return others


def shares(past: list[tuple[str, int]], state: str) -> Array:
    """The frequency of each rung for a state so far, with half an act of each added."""
    counts = np.full(len(RUNGS), 0.5)
    for who, rung in past:
        counts[rung] += who == state
    return counts / counts.sum()


# ------------------------------------------------------------------- in words


def losses(days: list[Day]) -> dict[str, Array]:
    """The logarithmic score of each forecaster, act by act."""
    rungs = np.array([each.rung for each in days])
    return {
        name: logarithmic(np.stack([each.forecasts[name] for each in days]), rungs)
        for name in FORECASTERS
    }


def as_json(days: list[Day]) -> str:
    """Scores, paired intervals and every forecast as one JSON object."""
    found = losses(days)
    gaps = {name: found["model"] - found[name] for name in FORECASTERS[1:]}
    rows = [
        {
            "day": each.day,
            "state": each.state,
            "rung": each.rung,
            **{name: row.tolist() for name, row in each.forecasts.items()},
        }
        for each in days
    ]
    record = {
        "log": {name: float(each.mean()) for name, each in found.items()},
        "model_less_this": {name: asdict(interval(each)) for name, each in gaps.items()},
        "n": len(days),
        "acts": rows,
    }
    return json.dumps(record, indent=1)


def in_words(days: list[Day]) -> str:
    """A line for each act with the chance that each forecaster gave it; then the scores."""
    rows = []
    for each in days:
        chances = [each.forecasts[name][each.rung] for name in FORECASTERS]
        rows.append((each.day, each.state, RUNGS[each.rung], *chances))
    columns = ("<12", "<16", "<12", *[">13.2f"] * len(FORECASTERS))
    lines = words.aligned(columns, rows, ("day", "state", "rung", *FORECASTERS), indent=0)
    found = losses(days)
    scores = []
    for name, loss in found.items():
        gap = interval(found["model"] - loss)
        ends = words.interval(gap.low, gap.high, 3)
        paired = f"model less this {words.decimal(gap.mean, 3)}  {ends}"
        told = f"{loss.mean():.3f} over {len(days)} acts"
        scores.append((f"log score of {name}", told, "" if name == "model" else paired))
    return "\n".join([*lines, "", *words.aligned(("<25", " <", "  <"), scores, indent=0)])
