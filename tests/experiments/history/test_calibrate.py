"""Calibration: derivatives, the fit, what it writes, and whether it finds what is true."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from agents.payoffs import TERMS
from experiments.history import calibrate, likelihood
from experiments.history.cases import FOLDER, read_cases
from model.preset.load import load

FILE = FOLDER / "cases_1904_2013.csv"
ASSUMED = FOLDER / "assumed.toml"


@pytest.fixture(scope="module")
def record():
    return likelihood.record_of(read_cases(FILE))


@pytest.fixture(scope="module")
def fit(record):
    return likelihood.fitted(record)


@pytest.mark.parametrize("tastes", [False, True])
def test_the_gradient_is_the_slope_of_the_loss(record, tastes):
    record = replace(record, tastes=tastes)
    record = record.part(np.arange(0, 71, 5))
    logs = record.centre + 0.1
    gradient = likelihood.penalised(record, logs)[1]
    for place, step in enumerate(np.eye(len(logs)) * 1e-5):
        above, below = (likelihood.penalised(record, logs + s * step)[0] for s in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / 2e-5, abs=1e-5)


def test_the_fit_raises_the_likelihood_and_stays_within_the_declared_ranges(record, fit):
    at_defaults = likelihood.penalised(record, record.centre)[0]
    assert -fit.likelihood < at_defaults - 10
    for (low, high), each in zip(likelihood.bounds(), fit.logs, strict=True):
        assert low <= each <= high
    assert all(0 < each < 2 * likelihood.SPREAD for each in fit.errors.values())


def test_starts_are_apart_and_within_the_ranges():
    starts = likelihood.starting_points(4)
    low, high = np.array(likelihood.bounds()).T
    assert len(starts) == 4
    assert all(((start >= low) & (start <= high)).all() for start in starts)
    assert np.abs(starts[1] - starts[2]).max() > 0.1


def test_with_no_cases_the_fit_is_the_prior(record):
    none = replace(record, weight=np.zeros(len(record.outcome)))
    fit = likelihood.fitted(none)
    np.testing.assert_allclose(fit.logs, np.log(likelihood.PRIOR), atol=1e-6)
    np.testing.assert_allclose(list(fit.errors.values()), likelihood.SPREAD, rtol=1e-3)


def test_the_declared_defaults_are_the_fit_to_the_coded_cases(fit):
    # to the three digits that are declared
    np.testing.assert_allclose(likelihood.DEFAULTS, np.exp(fit.logs), rtol=5e-3)


def test_the_assumed_weights_are_the_declared_priors():
    read = tomllib.loads(ASSUMED.read_text("utf-8"))
    assert sorted(read) == calibrate.states_named(None)
    for each in read.values():
        assert [*each["weights"].values(), each["precision"]] == likelihood.PRIOR.tolist()
        assert list(each["weights"]) == [n for n, term in TERMS.items() if term.prior is not None]


def test_the_fragment_is_a_profile_of_every_state_with_its_provenance(fit, tmp_path):
    found = calibrate.Calibration(FILE, 71, fit, -87.0, -103.0, [], None)
    out = tmp_path / "fitted.toml"
    calibrate.write_fragment(found, out, calibrate.states_named("russia, china"))
    read = tomllib.loads(out.read_text("utf-8"))
    assert list(read) == ["russia", "china"]
    changes = {f"{s}.precision": each["precision"] for s, each in read.items()}
    for state, each in read.items():
        changes |= {f"{state}.weights.{name}": value for name, value in each["weights"].items()}
    preset = load("twelve-days", changes)
    assert preset.profiles["russia"].weights.ties == pytest.approx(fit.values["ties"], rel=1e-3)
    assert "SHA-256" in out.read_text("utf-8")


@pytest.mark.slow
def test_weights_are_recovered_from_simulated_history(record):
    truth = np.log(likelihood.DEFAULTS)
    found = calibrate.recovery(record, truth, times=10, copies=10)
    for each in found:
        assert abs(each.mean - each.true) < 0.5, each
    assert np.mean([each.covered for each in found]) >= 0.8
    sharp = {each.name for each in found if each.spread < 0.5}
    assert {"audience", "ties", "precision"} <= sharp


@pytest.mark.slow
def test_the_posterior_of_the_sampler_agrees_with_the_fit(record, fit):
    pytest.importorskip("emcee", reason="the extra 'history' is not installed")
    draws = calibrate.posterior(record, fit, 200)
    middle = np.median(draws, axis=0)
    assert np.abs(middle - fit.logs).max() < 1.0
    assert np.all(draws.std(0) < 1.5 * likelihood.SPREAD)
