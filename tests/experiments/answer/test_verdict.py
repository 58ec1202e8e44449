"""The verdict: what is said adds up, and answers a reader's five questions at the top."""

import json
import re

import numpy as np
import pytest

from experiments.answer import reasons
from experiments.answer.run import judged
from experiments.answer.verdict import Verdict, in_words, record
from experiments.engine.batch import Job
from experiments.engine.duel import Duel, duels
from experiments.engine.estimates import Estimate
from experiments.engine.posterior import History
from experiments.figures.waterfall import waterfall
from model.preset.load import first_world, load

FIGURES = ("conflict.lethality", "beliefs.credence", "russia.stakes.iran", "russia.ties.israel")


def in_random_figures(number: int) -> list[Duel]:
    """Duels of a few turns in a configuration drawn over the declared ranges."""
    draw = np.random.default_rng(number)
    preset = load("twelve-days", {"turns": 5})
    changes = {"turns": 5, "russia.weights.stakes": float(draw.uniform(0, 20))}
    for key in FIGURES:
        low, high, _ = preset.range(key)
        changes[key] = float(draw.uniform(low, high))
    return duels("twelve-days", 3, seed=number, patrons=["russia"], changes=changes)[0]


def add_up(found: list[Duel]) -> None:
    assert len(found) == 4
    for each in found:
        assert sum(each.terms.values()) == pytest.approx(each.estimate.mean, abs=1e-9)
        assert each.better + each.worse + each.same == pytest.approx(1, abs=1e-12)
        assert each.moved * (1 - each.same) == pytest.approx(each.estimate.mean, abs=1e-9)


@pytest.mark.parametrize("number", range(10))
def test_terms_add_up_to_the_difference(number):
    add_up(in_random_figures(number))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10, 100))
def test_terms_add_up_to_the_difference_in_ninety_more_configurations(number):
    add_up(in_random_figures(number))


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    job = Job(load("twelve-days", {"turns": 3}), 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHEAPTALK_ENGINE", "numpy")  # to compile takes longer than to play so few
        found, _ = judged(job, 20, 1, lambda _: None, True, (4, False))
    return found


def test_the_parts_printed_drawn_and_in_json_are_equal(verdict):
    kept = {each["act"]: each for each in record(verdict)["duel"] if each["patron"] == "russia"}
    for duel in verdict.first:
        parts = reasons.parts(duel, verdict.preset)
        terms = json.loads(json.dumps(kept[duel.act]["terms"]))
        assert {each.term: each.value for each in parts} == terms
        figure = waterfall({duel.act: [(each.about, each.value) for each in parts]}, "Russia")
        bars = figure.axes[0].patches
        widths = [each.get_width() for each in bars[:-1]]
        assert widths == pytest.approx([each.value for each in parts], abs=1e-12)
        assert bars[-1].get_width() == pytest.approx(duel.estimate.mean, abs=1e-9)
        said = reasons.in_a_sentence(parts)
        saved, _, lost = said.partition("cost")
        rest = re.search(r"all else ([+-]?[\d.]+)", said)
        whole = sum(map(float, re.findall(r"([\d.]+) of", saved)))
        whole -= sum(map(float, re.findall(r"([\d.]+) of", lost)))
        whole += float(rest[1]) if rest else 0.0
        assert whole == pytest.approx(duel.estimate.mean, abs=0.005 * (len(parts) + 1))


def test_the_first_screenful_answers_five_questions(verdict):
    top = "\n".join(in_words(verdict)[:40])
    for question in (
        "Does talk beat force?",
        "How sure?",
        "Why?",
        "For whom?",
        "What would turn it?",
    ):
        assert question in top
    assert "On the side of Iran: Russia, China, Gulf states." in top
    assert "Iran is attacked in 100% of the runs" in top
    assert "words win in" in top and "4 draws" in top


def test_json_has_what_is_promised(verdict):
    found = json.loads(json.dumps(record(verdict)))
    assert found["attacked"] == 1.0
    assert found["sides"] == {
        "russia": "iran", "united_states": "israel", "china": "iran", "gulf": "iran",
    }  # fmt: skip
    for each in found["duel"]:
        assert {"patron", "protege", "act", "difference", "low", "high", "better", "worse", "same",
                "terms", "history", "headline"} <= set(each)  # fmt: skip
        assert set(each["history"]) >= {"low", "high", "better", "draws"}
        assert each["headline"] in ("words", "intervention", "open")
    assert {each["act"] for each in found["duel"]} == {"silence", "mediation", "arms", "force"}
    for patron in found["sides"]:
        for view in ("true", "seen"):
            shares = found["founding"][patron][view]
            assert list(shares) == ["silence", "rhetoric", "mediation", "economic", "arms", "force"]
            assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
    assert found["founding"]["russia"]["happened"] == "mediation"
    assert found["founding"]["united_states"]["happened"] == "force"


def a_duel(estimate: Estimate, history: History | None, act: str = "force") -> Duel:
    return Duel("russia", "iran", "israel", "rhetoric", act, estimate, 1.0, 0.0, 0.0, estimate.mean,
                0.0, 0.0, 0.0, 10, {"stakes": estimate.mean}, history)  # fmt: skip


@pytest.mark.parametrize(
    ("sampled", "left", "headline"),
    [
        ((0.9, 1.1), None, "words"),
        ((0.9, 1.1), (0.2, 3.0), "words"),
        ((0.9, 1.1), (-0.2, 3.0), "open"),
        ((-1.1, -0.9), (-3.0, -0.2), "intervention"),
        ((-0.1, 2.1), (0.9, 1.1), "open"),
    ],
)
def test_the_headline_follows_the_wider_interval(sampled, left, headline):
    mean = sum(sampled) / 2
    history = left and History(Estimate(mean, *left), 0.9, 40, 0.1, "stakes", 0.5)
    found = a_duel(Estimate(mean, *sampled), history)
    assert found.headline == headline == found.record()["headline"]


def test_a_better_baseline_is_named_and_not_called_an_intervention():
    found = a_duel(Estimate(-1.0, -1.1, -0.9), None, "mediation")
    assert (found.headline, found.winner) == ("intervention", "mediation")


def test_a_size_in_means_costs_as_much_by_the_term_of_means():
    world = first_world(load("twelve-days"), 0)
    found = reasons.size(a_duel(Estimate(2.0, 1.9, 2.1), None), world, 1.5)
    used = found.means / world.free_money[0].item()
    assert world.weights["resources"][0].item() * 1.5 * (used + used**2) == pytest.approx(2.0)
    stake = world.weights["stakes"][0] * abs(world.interest[0]) * 13
    assert found.share == pytest.approx(2.0 / stake.item())


def test_what_weighs_nothing_is_said_to():
    world = first_world(
        load("twelve-days", {"russia.stakes.iran": 0.0, "russia.stakes.israel": 0.0}), 0
    )
    found = reasons.size(a_duel(Estimate(2.0, 1.9, 2.1), None), world, 0.0)
    assert (found.share, found.means) == (None, None)
    assert reasons.size_in_words(found, "Iran", 13.0) == "nothing to weigh it by"


def test_without_draws_nothing_is_said_of_history_and_nothing_is_looked_for():
    job = Job(load("twelve-days", {"turns": 3}), 0)
    found, _ = judged(job, 10, 1, lambda _: None, True, (0, False))
    told = " ".join("\n".join(in_words(found)).split())
    assert "was not played" in told and "What would turn it?" not in told
    assert all(each["history"] is None for each in record(found)["duel"])


def test_doctrines_are_told_where_the_attack_is_a_decision():
    job = Job(load("iran-2025", {"turns": 8}), 0)
    found, _ = judged(job, 10, 1, lambda _: None, True, (0, False))
    kept = record(found)["doctrine"]
    assert list(kept) == ["own", "silence", "mediation", "rhetoric", "arms", "force"]
    for each in kept.values():
        assert {"attacked", "weeks", "value", "protege"} <= set(each)
        assert 0 <= each["attacked"] <= 1 and each["weeks"] >= 0
    assert "As a doctrine" in "\n".join(in_words(found))
