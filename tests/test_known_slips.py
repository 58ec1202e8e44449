"""Slips that once went unseen by every other test, each by a figure worked out on paper."""

from dataclasses import replace

import numpy as np

from agents.weighing import feasible
from model.preset.load import first_world, load
from model.rules import means, turn
from model.rules.beliefs import client_disrepute
from model.world import BILLIONS, Beta, World


def world(**changes: object) -> World:
    return first_world(load("twelve-days", changes), 0)


def test_oil_income_counts_the_length_of_the_turn():
    before = replace(world(), premium=np.asarray(np.log(1.5)))
    for weeks in (1 / 7, 1.0, 4.0):
        income = means.used(replace(before, weeks=weeks)).income
        rise = 70.84 * 0.5  # USD/bbl above the price at the start
        yearly = 0.3 * 7.3 * rise * BILLIONS  # windfall, exports of Russia, USD bn a year
        assert np.isclose(income[0], yearly * weeks * 7 / 365, rtol=1e-12)


def test_two_weeks_of_hidden_support_leak_with_the_chance_of_either():
    twice = replace(world(**{"beliefs.visibility": 0.5}), weeks=2.0)
    play = np.full(twice.ladder.on_menu.shape, 1.0) * (np.arange(8) == 0)
    draws = np.zeros((4, 6))
    for draw, leaked in ((0.74, 1.0), (0.76, 0.0), (0.99, 0.0)):  # 1 - 0.5 ** 2 = 0.75
        draws[2] = draw
        assert turn.acted(twice, play, draws).leaked.tolist() == [leaked] * 6


def test_an_action_that_takes_all_of_the_free_means_is_open():
    exact = world(**{"russia.means.money": 84.0, "russia.means.money_tied": 81.0})
    economic = exact.ladder.names[0].index("economic")
    assert exact.ladder.money[0, economic] == exact.free_money[0] == 3.0
    assert feasible(exact)[0, economic]
    short = world(**{"russia.means.money": 84.0, "russia.means.money_tied": 81.01})
    assert not feasible(short)[0, economic]


def test_a_clients_disrepute_is_the_mean_of_what_all_the_others_believe_of_it():
    start = world()
    kept = np.ones((6, 6))
    kept[1] = [1, 97, 3, 7, 4, 9]  # what each of the six believes of Iran's words, of 10 cases
    kept[2] = [5, 5, 97, 5, 5, 5]
    known = replace(start, honesty=Beta(kept, np.where(kept < 90, 10 - kept, 3)))
    iran = 1 - (0.1 + 0.3 + 0.7 + 0.4 + 0.9) / 5
    found = client_disrepute(known)
    assert np.allclose(found[start.side > 0], iran, rtol=1e-12)
    assert np.allclose(found[start.side < 0], 0.5, rtol=1e-12)
