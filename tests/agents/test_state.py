import gc
import weakref

import numpy as np
import pytest

from agents.payoffs import TERMS
from model.game.stage_game import Expected
from tests.worlds import PLAYERS, a_model


@pytest.fixture(scope="module")
def model():
    played = a_model(turns=4)
    played.shock()
    played.weigh()
    played.solve()
    return played


def test_a_state_knows_its_name_menu_and_last_action(model):
    assert [agent.name for agent in model.states] == list(PLAYERS)
    for agent in model.states:
        assert agent.actions == model.world.ladder.names[agent.state]
        assert agent.action == agent.actions[model.world.choice[agent.state]]


def test_with_many_runs_a_state_has_no_single_action():
    assert a_model(runs=range(2)).states[0].action is None


def test_reputations_of_a_state_are_means_over_its_audiences(model):
    for agent in model.states:
        others = [j for j in range(6) if j != agent.state]
        honesty = model.world.honesty.mean[agent.state, others].mean()
        assert agent.honesty == pytest.approx(honesty)


def test_a_states_ledger_at_the_solution_explains_its_log_odds(model):
    for agent in model.states:
        x = Expected.of(model.solution.expectations)
        entries = agent.ledger(x)
        assert list(entries) == list(TERMS)
        payoff = sum(entries.values())
        play = model.solution.play[agent.state]
        seen = np.flatnonzero(play > 1e-9)
        odds = np.log(play[seen] / play[seen[0]])
        precision = model.world.precision[agent.state]
        assert odds == pytest.approx(precision * (payoff[seen] - payoff[seen[0]]), abs=1e-6)


def test_a_model_that_is_done_is_not_kept_by_the_count_of_its_agents():
    done = weakref.ref(a_model(turns=1))
    gc.collect()
    assert done() is None
