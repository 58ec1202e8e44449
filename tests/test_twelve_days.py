"""What the preset `twelve-days` does at its default weights, beside the coded days of June 2025."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pytest

from model.measures import worth
from model.world import Array, World
from tests.worlds import PLAYERS, a_model

QUICK, MANY = 200, 1000
RUNS = [QUICK, pytest.param(MANY, marks=pytest.mark.slow)]
CEASEFIRE = date(2025, 6, 24)


@dataclass(frozen=True)
class Day:
    """One day of all runs: where there was war when it began, what was played, the price after."""

    day: date
    war: Array
    choice: Array
    price: float


@cache
def days(runs: int) -> tuple[World, tuple[Day, ...]]:
    """The last world and every day of the preset."""
    model, told = a_model(runs=range(runs)), []
    while not model.over:
        day, war = model.world.day, np.broadcast_to(model.world.war, (runs,))
        model.step()
        told.append(Day(day, war, model.world.choice, float(model.world.price.mean())))
    return model.world, tuple(told)


def shares(
    runs: int, name: str, since: date = date.min, until: date = date.max
) -> dict[str, float]:
    """How often a state played each action in war, over runs and days."""
    world, told = days(runs)
    state = PLAYERS.index(name)
    played = np.concatenate(
        [each.choice[state][each.war] for each in told if since <= each.day <= until]
    )
    menu = world.ladder.names[state]
    return {action: float((played == place).mean()) for place, action in enumerate(menu)}


def ranked(played: dict[str, float]) -> list[str]:
    """Actions from the most to the least frequent."""
    return sorted(played, key=lambda action: -played[action])


@pytest.mark.parametrize("runs", RUNS)
def test_russia_speaks_and_mediates_and_hardly_ever_arms(runs):
    played = shares(runs, "russia")
    assert set(ranked(played)[:2]) == {"rhetoric", "mediation"}
    assert played["arms"] + played["force"] < 0.05


@pytest.mark.parametrize("runs", RUNS)
def test_israel_strikes(runs):
    played = shares(runs, "israel")
    assert ranked(played)[0] in ("limited", "campaign")
    assert played["limited"] + played["campaign"] > 0.5


@pytest.mark.parametrize("runs", RUNS)
def test_iran_retaliates(runs):
    played = shares(runs, "iran")
    assert played["limited"] + played["campaign"] > 0.5


@pytest.mark.parametrize("runs", RUNS)
def test_the_us_fights_on_the_last_days_of_the_war(runs):
    played = shares(runs, "united_states", date(2025, 6, 22), date(2025, 6, 23))
    assert ranked(played)[0] == "force"


@pytest.mark.parametrize("runs", RUNS)
def test_china_speaks_and_stays_out(runs):
    played = shares(runs, "china")
    assert set(ranked(played)[:2]) == {"rhetoric", "mediation"}
    assert played["arms"] + played["force"] < 0.05


@pytest.mark.parametrize("runs", RUNS)
def test_the_gulf_stays_on_the_lower_rungs(runs):
    world, told = days(runs)
    gulf = PLAYERS.index("gulf")
    rung = world.ladder.rung[gulf, :, 0]
    low = np.mean([rung[each.choice[gulf]] <= 2 for each in told])
    assert low >= 0.75
    assert set(ranked(shares(runs, "gulf"))[:3]) == {"silence", "rhetoric", "mediation"}


@pytest.mark.parametrize("runs", RUNS)
def test_brent_rises_by_an_eighth_and_falls_after_the_ceasefire(runs):
    world, told = days(runs)
    first = world.oil.price
    before = [each.price / first - 1 for each in told if each.day < CEASEFIRE]
    after = [each.price / first - 1 for each in told if each.day >= CEASEFIRE]
    assert 0.08 < max(before) < 0.18
    # the last price before the ceasefire, and the one four days on
    assert after[3] < before[-1] * 2 / 3


def duel(name: str, words: str, deeds: str, runs: int) -> tuple[float, float]:
    """The 95 % interval of what words bring a state over deeds, paired run by run."""
    values = []
    for action in (words, deeds):
        model = a_model(turns=16, runs=range(runs), policy={name: action})
        values.append(worth(model.world)[PLAYERS.index(name)])
    difference = values[0] - values[1]
    error = 1.96 * difference.std(ddof=1) / np.sqrt(runs)
    return float(difference.mean() - error), float(difference.mean() + error)


@pytest.mark.slow
def test_words_beat_arms_for_russia():
    low, _ = duel("russia", "rhetoric", "arms", MANY)
    assert low > 0


@pytest.mark.slow
def test_force_beats_words_for_the_us():
    _, high = duel("united_states", "rhetoric", "force", MANY)
    assert high < 0
