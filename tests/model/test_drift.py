"""Nothing drifts: years without war leave the default world where it began."""

import numpy as np
import pytest

from model.compiled.tracing import unchecked
from model.measures import survival
from tests.worlds import a_model

QUIET = {"turns": 261, "israel.menu": ["hold", "threaten", "negotiate"]}
"""Five years of weeks in which the challenger cannot strike."""


@pytest.fixture(scope="module")
def years():
    """The first world and the world after five years of peace, in a few runs."""
    start = a_model("iran-2025", 0, range(20), QUIET).world
    with unchecked():  # 260 turns
        return start, a_model("iran-2025", 260, range(20), QUIET).world


@pytest.mark.parametrize(
    "name", ["balance", "programme", "hardened", "air_defence", "proxies", "regime", "intensity"]
)
def test_five_years_of_peace_leave_a_level_where_it_began(years, name):
    start, end = years
    assert getattr(end, name) == pytest.approx(getattr(start, name) + 0 * end.noise, abs=1e-9)


@pytest.mark.parametrize("name", ["affinity", "pledge", "sanctions", "dependence", "systems"])
def test_five_years_of_peace_leave_bonds_and_means_where_they_began(years, name):
    start, end = years
    values = np.broadcast_to(getattr(start, name), getattr(end, name).shape)
    assert getattr(end, name) == pytest.approx(values, abs=1e-9)


def test_five_years_of_peace_leave_records_and_survival_where_they_began(years):
    start, end = years
    # the price of oil moves Iran's budget, and with it its strength, from week to week
    assert survival(end) == pytest.approx(survival(start) + 0 * end.noise, rel=0.15)
    assert survival(end).mean() == pytest.approx(float(survival(start).mean()), abs=0.01)
    for record in ("reliability", "honesty"):
        before = np.broadcast_to(getattr(start, record).mean, getattr(end, record).mean.shape)
        assert getattr(end, record).mean == pytest.approx(before, abs=1e-9)
    assert not end.collapsed.any()


def test_no_war_begins_after_the_regime_fell():
    model = a_model(
        "iran-2025", 0, range(30), {"iran.target.regime": 0.0, "conflict.collapse": 5.0}
    )
    fell = np.zeros(30, bool)
    wars_then = np.zeros(30)
    while not model.over:
        model.step()
        world = model.world
        now = np.broadcast_to(world.collapsed, 30)
        wars_then = np.where(now & ~fell, world.wars, wars_then)
        fell = now
        assert not (np.broadcast_to(world.war, 30) & fell).any()
    assert fell.sum() >= 10
    assert (np.broadcast_to(world.wars, 30)[fell] == wars_then[fell]).all()
