"""The value of one figure at which talk and intervention change places."""

import json

import numpy as np
import pytest

from experiments.engine.estimates import Estimate
from experiments.why.flip import (
    Differences,
    Indifference,
    Measured,
    _indifference,
    as_json,
    feasible_end,
    flips,
    in_words,
)
from model.preset.load import ConfigError, load


class Known(Differences):
    """Differences of known mean: the value less `root`, with noise of a known size."""

    root, noise = 0.3, 0.05

    def at(self, act: str, value: float) -> Measured:
        mean = value - self.root
        return Measured(value, Estimate(mean, mean - self.noise, mean + self.noise), 1.0, 0.0)


def known(root: float, noise: float = 0.05) -> Indifference:
    differences = Known("", "russia", "key", {}, ["arms"], 10, 0)
    differences.root, differences.noise = root, noise
    return _indifference(differences, "arms", 0.5, (0.0, 1.0), "index")


@pytest.mark.parametrize("root", [0.01, 0.2, 0.33333, 0.5, 0.77, 0.99])
def test_the_root_of_a_known_difference_is_found_with_its_interval(root):
    (found,) = known(root).roots
    assert found.value == pytest.approx(root, abs=1 / 400)
    for end, exact, side in ((found.low, root - 0.05, -1), (found.high, root + 0.05, 1)):
        if end is not None:  # it lies outside of the exact end by a sixteenth of a step at most
            assert 0 <= side * (end - exact) <= 0.02
    assert (found.low is None) == (root - 0.05 <= 0)
    assert (found.high is None) == (root + 0.05 >= 1)


def test_where_the_sign_does_not_change_it_says_so():
    found = known(-0.5)
    assert found.roots == []
    text = in_words([found])
    assert "No value in this range flips it: talk is worth more" in text
    assert "arms is worth more" in in_words([known(1.5)])


def test_a_difference_that_is_never_told_from_zero_leaves_the_interval_open():
    (root,) = known(0.4, noise=5.0).roots
    assert (root.low, root.high) == (None, None)
    assert "the lower end, 0, to the upper end, 1" in in_words([known(0.4, noise=5.0)])


def test_several_roots_are_all_found():
    class Wave(Known):
        def at(self, act: str, value: float) -> Measured:
            mean = float(np.cos(value * 7))
            return Measured(value, Estimate(mean, mean - 0.01, mean + 0.01), 1.0, 0.0)

    wave = Wave("", "russia", "key", {}, ["arms"], 10, 0)
    found = _indifference(wave, "arms", 0.5, (0.0, 1.0), "index")
    expected = [np.pi / 14, 3 * np.pi / 14]
    assert [each.value for each in found.roots] == pytest.approx(expected, abs=1 / 400)


@pytest.mark.parametrize(
    ("key", "present", "end", "expected"),
    [
        ("russia.means.money", 84.0, 0.0, 74.0),  # what is tied down
        ("russia.means.money_tied", 74.0, 2000.0, 84.0),
        ("russia.means.money", 84.0, 2000.0, 2000.0),
    ],
)
def test_the_range_ends_where_a_value_would_contradict_another(key, present, end, expected):
    found = feasible_end(load("twelve-days"), key, present, end)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("state", "key", "told"),
    [
        ("rusia", "russia.means.money", r"--state: found 'rusia'; did you mean russia\?"),
        ("iran", "russia.means.money", "--state: found 'iran'; valid: russia"),
        ("russia", "russia.means.mony", r"--key: found .*; did you mean russia.means.money\?"),
        ("russia", "russia.label", "--key: found 'russia.label'"),
        ("russia", "turns", "--key: found 'turns'"),
        ("russia", "", "--key: found ''"),
    ],
)
def test_what_cannot_be_varied_is_refused(state, key, told):
    with pytest.raises(ConfigError, match=told):
        flips("twelve-days", state, key)


@pytest.mark.slow
def test_money_flips_talk_and_force_for_russia_and_the_duels_agree():
    found = flips("twelve-days", "russia", "russia.means.money", {"turns": 6}, runs=20)
    assert [each.act for each in found] == ["silence", "mediation", "arms", "force"]
    for each in found:
        values = [m.value for m in each.measured]
        assert values == sorted(values) and each.present in values
        assert each.low == pytest.approx(74.0, rel=1e-4)
        for root in each.roots:
            left = max((m for m in each.measured if m.value <= root.value), key=lambda m: m.value)
            right = min((m for m in each.measured if m.value > root.value), key=lambda m: m.value)
            assert (left.estimate.mean > 0) != (right.estimate.mean > 0)
    assert json.loads(as_json(found))[0]["key"] == "russia.means.money"
    assert "Talk or force for russia" in in_words(found)


def test_over_draws_the_verdict_at_a_value_is_by_the_wider_interval():
    found = flips("twelve-days", "russia", "russia.posture.access", {"turns": 3}, runs=10, draws=4)
    for each in found:
        for point in each.measured:
            left = point.history
            assert left is not None and left.low <= left.high
            widest = max((point.estimate, left), key=lambda one: one.high - one.low)
            assert point.headline == widest.verdict
    assert "left open" in in_words(found)
    told = json.loads(as_json(found))[0]["measured"][0]
    assert set(told["history"]) == {"low", "high"} and told["headline"] in ("words", "open",
        "intervention", "undefined")  # fmt: skip
