"""Ensembles: the same bits whatever the blocks and workers."""

import gc

import numpy as np
import pytest

from experiments.engine.batch import Job, play_block, simulate
from model.alliance_model import AllianceModel
from model.measures import worth
from model.preset.load import load

SHORT = {"turns": 5}


@pytest.fixture(scope="module")
def whole():
    return simulate("twelve-days", 13, seed=3, changes=SHORT)


@pytest.mark.parametrize("block", [1, 5])
def test_the_block_size_leaves_no_trace(whole, block):
    other = simulate("twelve-days", 13, seed=3, block=block, changes=SHORT)
    for name, column in whole.table.items():
        assert np.array_equal(column, other.table[name]), name
    for name in ("plays", "plays_at_war", "histograms", "sums"):
        assert np.array_equal(getattr(whole.tally, name), getattr(other.tally, name))


@pytest.mark.slow
def test_workers_leave_no_trace(whole):
    other = simulate("twelve-days", 13, seed=3, block=7, workers=2, changes=SHORT)
    for name, column in whole.table.items():
        assert np.array_equal(column, other.table[name]), name


def test_a_watched_run_is_its_row(whole):
    model = AllianceModel("twelve-days", rng=3, runs=11, changes=SHORT)
    while not model.over:
        model.step()
    value = worth(model.world)
    for state, name in enumerate(whole.names):
        assert value[state] == whole.table[f"worth.{name}"][11]


def test_another_seed_gives_another_result(whole):
    other = simulate("twelve-days", 13, seed=4, changes=SHORT)
    assert not np.array_equal(whole.table["worth.russia"], other.table["worth.russia"])


def test_shares_count_every_turn_of_every_run(whole):
    assert (whole.tally.plays.sum(2) == 13).all()
    assert whole.runs == 13


def test_a_block_gives_back_its_model_before_garbage_is_looked_for():
    def models() -> int:
        return sum(type(each) is AllianceModel for each in gc.get_objects())

    gc.collect()
    before = models()
    gc.disable()
    try:
        play_block(Job(load("twelve-days", {"turns": 1})), range(2))
        assert models() == before
    finally:
        gc.enable()
