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
from model.world import Array, World

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
    stance = Stance(None, None)
    while not model.over:
        model.shock()
        ends = model.world.day + length
        days = [key for key in daily if str(model.world.day) <= str(key[0]) < str(ends)]
        scripted = model.preset.attack_turn() == model.world.turn
        acting = _said(model, scripted, stance)
        said = np.asarray((acting[:, :, None] * shown(model.world)).sum(1))
        choice = model.world.choice.copy()
        for key in sorted(days, key=str):
            (day, state), rung = key, daily[key]
            place = names.index(state)
            choice[place] = _action(model, place, rung)
            if scripted and place == model.world.challenger:
                continue
            acting[place] = after_seeing(acting[place], shown(model.world)[place, :, rung])
            simple = {"persistence": persistence(past, state), "climatology": shares(past, state)}
            yield Day(str(day), state, rung, {"model": said[place], **simple})
        past += [(key[1], daily[key]) for key in sorted(days, key=str)]
        assert model.solution is not None
        stance = Stance(model.solution.play, acting)
        model.act()
        model.world = replace(model.world, choice=choice)
        model.resolve()
        model.judge()


@dataclass(frozen=True)
class Stance:
    """The play in which states last chose, and the chance of each action given what was seen.

    Both (states, actions), None before the first turn.
    """

    play: Array | None
    acting: Array | None


def _said(model: AllianceModel, scripted: bool, stance: Stance) -> Array:
    """The chance of each action this turn; the others know a scripted attack on its day."""
    before = model.world
    model.world = replace(before, war=np.asarray(before.war | scripted))
    model.weigh()
    model.solve()
    said = acting_now(model, stance if before.war else Stance(None, None))
    model.world = before
    if scripted:
        model.weigh()
        model.solve()
    return said


def acting_now(model: AllianceModel, stance: Stance) -> Array:
    """Chance of each action: the mixed strategies, and in war what private reasons kept allow."""
    assert model.solution is not None
    play = model.solution.play
    if stance.play is None or stance.acting is None:
        return play
    renewal = conflict.chance(model.world.conflict.renewal, model.world.weeks)
    kept = np.zeros_like(play)
    for state, last in np.argwhere(stance.acting > 0):
        chance = by_reasons_kept(stance.play[state], play[state], int(last))
        kept[state] += stance.acting[state, last] * chance
    return np.asarray(renewal * play + (1 - renewal) * kept)


OWN = 0.5
"""Share of the days with a report on which a patron is seen on the rung of what it does; on the
others only its words are: both are taken to be as likely."""


def shown(world: World) -> Array:
    """Chance that what is reported of each action is on each rung: (states, actions, rungs).

    A principal's strike is seen whenever it is made, and words beside it are not the highest act.
    A patron's rung lasts for weeks, as its forces may be ready without firing, and what it does
    off stage is seen where it leaks.
    """
    ladder, rungs = world.ladder, np.arange(len(RUNGS))
    own = ladder.rung[:, :, None] == rungs
    leaks = 1 - (1 - world.beliefs.visibility) ** world.weeks
    seen = OWN * np.where(ladder.hidden > 0, leaks, 1.0)
    principals = np.isin(np.arange(world.state_count), world.principals)
    seen = np.where(principals[:, None] & (ladder.strike > 0), 1.0, seen)
    seen = np.where(ladder.rung > 1, seen, 1.0)[:, :, None]
    return np.asarray(seen * own + (1 - seen) * (rungs == 1))


def after_seeing(acting: Array, likely: Array) -> Array:
    """The chance of each action once an act was seen that is so likely under each."""
    known = acting * likely
    return known / known.sum() if known.sum() > 0 else acting


def by_reasons_kept(before: Array, now: Array, last: int) -> Array:
    r"""Chance of each action of a state that keeps its private reasons, given its last act.

    With $E_a$ exponential it plays $\arg\min_a E_a / p_a$. That b was played at the mixed strategy
    q says $E_b = q_b m$ and $E_a = q_a m + X_a$ with m and $X_a$ exponential (no memory); the next
    choice at p is integrated exactly: with $\tau_a = q_a / p_a$ an action a is played with
    $\int_{\tau_a}^{\tau_b} p_a\,(1 + G(\tau))^{-2} d\tau$, $G(\tau) = \sum_c p_c\,(\tau -
    \tau_c)^+$ over all but b, and b itself with $1 / (1 + G(\tau_b))$.

    >>> by_reasons_kept(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 1)
    array([0., 1.])
    """
    if now[last] <= 0 or before[last] <= 0:  # not open any more, or not by its own choice
        return now
    others = np.flatnonzero((now > 0) & (np.arange(len(now)) != last))
    begin = before[others] / now[others]
    end = before[last] / now[last]
    edges = np.unique(np.append(np.minimum(begin, end), end))
    running = begin[:, None] < edges[None, 1:]
    slope = (now[others][:, None] * running).sum(0)
    reached = np.append(0.0, np.cumsum(slope * np.diff(edges)))
    part = np.diff(edges) / ((1 + reached[:-1]) * (1 + reached[1:]))
    chance = np.zeros(len(now))
    chance[others] = now[others] * (running * part).sum(1)
    chance[last] = 1 / (1 + reached[-1])
    return chance


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
