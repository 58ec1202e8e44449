"""Sensitivity: SALib's indices as we call them, on functions whose indices are known."""

import numpy as np
import pandas as pd
import pytest

from experiments.study.design import Design
from experiments.study.factors import declared_factors
from experiments.study.kinds.sensitivity import (
    foremost,
    morris_indices,
    morris_sample,
    sobol_indices,
    sobol_sample,
)
from model.preset.catalogue import varies_by_run
from model.preset.load import load

pytest.importorskip("SALib", reason="the extra 'sensitivity' is not installed")


def box(count, low, high):
    names = [f"x{k + 1}" for k in range(count)]
    return {"num_vars": count, "names": names, "bounds": [(low, high)] * count}


def test_sobol_indices_of_ishigami():
    """Ishigami & Homma 1990: f = sin x1 + a sin^2 x2 + b x3^4 sin x1."""
    a, b = 7.0, 0.1
    setting = box(3, -np.pi, np.pi)
    x = sobol_sample(setting, 1024, 1)
    values = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
    alone1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    alone2, both13 = a**2 / 8, b**2 * np.pi**8 * 8 / 225
    whole = alone1 + alone2 + both13
    single, pairs = sobol_indices(setting, values, 100, 1)
    np.testing.assert_allclose(single["first"], [alone1 / whole, alone2 / whole, 0], atol=0.03)
    total = [(alone1 + both13) / whole, alone2 / whole, both13 / whole]
    np.testing.assert_allclose(single["total"], total, atol=0.03)
    second = pairs.set_index(["factor", "with"])["second"]
    assert second["x1", "x3"] == pytest.approx(both13 / whole, abs=0.06)
    assert abs(second["x1", "x2"]) < 0.06 and abs(second["x2", "x3"]) < 0.06
    inside = np.abs(single["first"] - [alone1 / whole, alone2 / whole, 0]) <= single["first_half"]
    assert inside.all()  # the bootstrap interval holds the true index


def test_sobol_indices_of_a_linear_model_are_its_shares_of_variance():
    weights = np.array([4.0, 2.0, 1.0])
    setting = box(3, 0, 1)
    single, pairs = sobol_indices(setting, sobol_sample(setting, 512, 2) @ weights, 100, 2)
    shares = weights**2 / (weights**2).sum()
    np.testing.assert_allclose(single["first"], shares, atol=0.01)
    np.testing.assert_allclose(single["total"], shares, atol=0.01)
    np.testing.assert_allclose(pairs["second"], 0, atol=0.02)


def test_morris_effects_of_a_linear_model_are_its_slopes():
    weights = np.array([3.0, -2.0, 0.0])
    setting = box(3, 0, 2)
    sample = morris_sample(setting, 8, 4, 3)
    found = morris_indices(setting, sample, sample @ weights, 4, 50, 3)
    np.testing.assert_allclose(found["mu"], 2 * weights, atol=1e-9)  # over the whole range
    np.testing.assert_allclose(found["mu_star"], np.abs(2 * weights), atol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0, atol=1e-9)


@pytest.fixture(scope="module")
def everything():
    design = Design(title="all", kind="sensitivity", preset="iran-2025", acts=["arms"])
    design.factors = declared_factors(load(design.preset), design.sensitivity.spread)
    return design


def test_all_declared_parameters_that_vary_by_run_are_factors(everything):
    from experiments.answer.listing import parameters

    wanted = {each["key"] for each in parameters(load("iran-2025")) if varies_by_run(each["key"])}
    fixed = wanted - set(everything.factors)
    assert len(everything.factors) > 300
    assert not fixed


def test_both_ends_of_all_ranges_together_are_a_valid_preset(everything):
    for end in ("low", "high"):
        changes = {name: getattr(each, end) for name, each in everything.factors.items()}
        load("iran-2025", changes)
    tied = everything.factors["russia.means.money_tied"]
    assert tied.high <= everything.factors["russia.means.money"].low


def test_the_foremost_are_those_with_the_largest_effects(everything):
    import pandas as pd

    effects = pd.DataFrame(
        {"factor": everything.names, "mu_star": 0.0, "act": "arms"},
    )
    effects.loc[[5, 9], "mu_star"] = [1.0, 2.0]
    everything.sensitivity.top = 2
    assert foremost(everything, effects) == [everything.names[9], everything.names[5]]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_intervals_are_the_same_each_time(seed):
    setting = box(2, 0.0, 1.0)
    points = sobol_sample(setting, 16, seed)
    values = points[:, 0] + points[:, 1] ** 2
    first, again = (sobol_indices(setting, values, 20, seed) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    grid = morris_sample(setting, 4, 4, seed)
    moved = [morris_indices(setting, grid, grid.sum(1), 4, 20, seed) for _ in range(2)]
    pd.testing.assert_frame_equal(*moved, check_exact=True)
