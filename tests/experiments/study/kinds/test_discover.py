"""Scenario discovery: a known box is found, and told with honest figures."""

import numpy as np
import pandas as pd
import pytest

from experiments.study.kinds.discover import Box, box_words, cart_boxes, prim_boxes

pytest.importorskip("ema_workbench", reason="the extra 'discover' is not installed")


@pytest.fixture(scope="module")
def cases():
    chance = np.random.default_rng(0)
    return pd.DataFrame(chance.random((600, 4)), columns=["slack", "ties", "stakes", "oil"])


@pytest.fixture(scope="module")
def talk(cases):
    return ((cases["slack"] < 0.4) & (cases["ties"] > 0.6)).to_numpy()


def inside(box, cases):
    mask = np.ones(len(cases), bool)
    for name, (low, high) in box.limits.items():
        mask &= (cases[name] >= (low or -np.inf)) & (cases[name] <= (high or np.inf))
    return mask


def test_prim_finds_the_box_and_counts_it_right(cases, talk):
    box = prim_boxes(cases, talk, 0.8, 0.05, 3)[0]
    assert set(box.limits) == {"slack", "ties"}
    assert box.limits["slack"][1] == pytest.approx(0.4, abs=0.07)
    assert box.limits["ties"][0] == pytest.approx(0.6, abs=0.07)
    chosen = inside(box, cases)
    assert box.coverage == pytest.approx(talk[chosen].sum() / talk.sum())
    assert box.density == pytest.approx(talk[chosen].mean())
    assert box.density >= 0.8 and box.coverage >= 0.9
    assert box.quasi_p < 0.001


def test_cart_finds_the_box(cases, talk):
    boxes = cart_boxes(cases, talk, 0.8, 0.05)
    assert sum(each.coverage for each in boxes) > 0.95
    assert min(each.density for each in boxes) >= 0.8
    assert boxes[0].limits["slack"][1] == pytest.approx(0.4, abs=0.02)


def test_of_equally_good_splits_the_same_is_found_whatever_was_drawn_before(cases, talk):
    twins = cases.assign(again=cases["slack"], once_more=cases["ties"])
    found = []
    for seed in range(8):
        np.random.seed(seed)  # noqa: NPY002
        found.append([str(each) for each in cart_boxes(twins, talk, 0.8, 0.05)])
        left = np.random.random()  # noqa: NPY002
        np.random.seed(seed)  # noqa: NPY002
        assert np.random.random() == left  # noqa: NPY002
    assert all(each == found[0] for each in found)


def test_where_talk_is_random_no_box_is_found(cases):
    random = np.random.default_rng(1).random(len(cases)) < 0.3
    assert prim_boxes(cases, random, 0.8, 0.05, 3) == []
    assert prim_boxes(cases, np.zeros(len(cases), bool), 0.8, 0.05, 3) == []


def test_a_box_is_told_in_words():
    box = Box("PRIM", {"a.b": (None, 0.3), "c": (0.2, 0.6)}, 0.81, 0.93, 0.2, 0.004)
    told = box_words(box, "arms", {"a.b": "slack", "c": "ties"})
    assert "talk wins against arms when slack < 0.3 and 0.2 < ties < 0.6" in told
    assert "(coverage 81%, density 93%, quasi-p at most 0.004)" in told


def test_a_factor_in_words_makes_a_rule(cases):
    named = cases.assign(rule=np.where(np.arange(len(cases)) % 3 == 0, "logit", "level_k"))
    talk = (named["rule"] == "logit").to_numpy()
    box = prim_boxes(named, talk, 0.8, 0.05, 1)[0]
    assert box.rule({name: name for name in named}) == "rule is logit"
