"""The exported stage game: read back, and its solution is an equilibrium of it."""

import json
import re

import numpy as np
import pytest

from experiments.why.explain import watched
from experiments.why.gambit_file import decimal, write_game
from model.preset.load import load


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    model = watched(load("twelve-days"), 4, 0, 0)
    out = tmp_path_factory.mktemp("game") / "game.nfg"
    states = ["russia", "iran", "israel"]
    beside = write_game(
        model.game,
        model.solution.play,
        model.world.names,
        model.world.ladder.names,
        states,
        out,
        "t",
    )
    return out.read_text(), json.loads(beside.read_text()), model


def table_of(text: str) -> np.ndarray:
    head, body = text.split('""\n\n')
    menus = re.findall(r"\{ ((?:\"\w+\" ?)+)\}", head)[1:]
    sizes = [len(menu.split()) for menu in menus]
    numbers = np.array([float(each) for each in body.split()])
    return numbers.reshape(*sizes[::-1], len(sizes)).transpose(*range(len(sizes))[::-1], len(sizes))


def test_the_solution_is_the_logit_equilibrium_at_one_of_the_written_game(exported):
    text, answer, _ = exported
    table = table_of(text)
    play = [np.array(list(answer["solution"][name].values())) for name in answer["states"]]
    for player, own in enumerate(play):
        payoff = np.moveaxis(table[..., player], player, -1)
        others = [each for place, each in enumerate(play) if place != player]
        for each in others:
            payoff = np.tensordot(each, payoff, (0, 0))
        reply = np.exp(payoff - payoff.max())
        assert np.abs(reply / reply.sum() - own).max() < 1e-8


def test_the_solution_equals_that_of_the_whole_game(exported):
    _, answer, model = exported
    for place, name in enumerate(["russia", "iran", "israel"]):
        names = model.world.ladder.names[place]
        for action, p in answer["solution"][name].items():
            assert p == pytest.approx(model.solution.play[place, names.index(action)], abs=1e-7)


def test_numbers_keep_all_digits_without_exponents():
    for value in (0.1, -1e-17, 1 / 3, 123456789.123):
        assert float(decimal(value)) == value and "e" not in decimal(value)
