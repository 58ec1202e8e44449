"""The fit over all sources: its gradient, its prior, its ranks and what it says."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.figures.evidence import weights_by_source
from experiments.history import evidence, hierarchy, ranks
from experiments.history.cases import read_cases
from experiments.history.fitting import CODED
from experiments.history.likelihood import DEFAULTS, NAMES, PRIOR
from model.preset.load import ConfigError


def small(rows: int = 12) -> hierarchy.Hierarchy:
    """Some coded cases as two sources, the second with tastes."""
    cases = read_cases(CODED)
    known = evidence._coded("one", cases[np.arange(rows)])
    other = replace(evidence._coded("two", cases[np.arange(rows, 2 * rows)]), tastes=True)
    return hierarchy.Hierarchy((known, other), evidence.PATRONS)


def test_the_gradient_is_that_of_differences():
    several = small()
    point = 0.3 * np.sin(np.arange(several.size))
    _, slope, _ = hierarchy.penalised(several, point)
    for place in (0, 9, 12, 25, 41, 95, several.size - 4, several.size - 2, several.size - 1):
        step = 1e-4 * np.eye(several.size)[place]
        above, below = (hierarchy.penalised(several, point + s * step)[0] for s in (1, -1))
        assert slope[place] == pytest.approx((above - below) / 2e-4, rel=1e-4, abs=1e-5)


def test_without_rows_that_count_the_maximum_is_the_priors():
    several = small()
    empty = hierarchy.Hierarchy(
        tuple(replace(each, weight=np.zeros(12)) for each in several.sources), several.patrons
    )
    point, loss = hierarchy.maximum(empty)
    np.testing.assert_allclose(empty.shared(point), np.log(PRIOR), atol=1e-6)
    assert loss == pytest.approx(0, abs=1e-9)


def test_a_patron_that_is_no_great_power_is_one_of_the_others():
    assert evidence.patrons_of([2.0, 600.0]).tolist() == ["United States", "others"]
    assert evidence.patrons_of(["Russia", "Cuba"]).tolist() == ["Russia", "others"]


def test_simulated_histories_differ_and_are_the_same_again():
    one, point = ranks.simulated(small(), 1)
    again, same = ranks.simulated(small(), 1)
    other, _ = ranks.simulated(small(), 2)
    outcomes = [np.concatenate([each.outcome for each in of.sources]) for of in (one, again, other)]
    np.testing.assert_array_equal(outcomes[0], outcomes[1])
    np.testing.assert_array_equal(point, same)
    assert (outcomes[0] != outcomes[2]).any()


def test_even_ranks_pass_and_piled_ones_do_not():
    even = ranks._even("even", np.arange(250) % (ranks.KEPT + 1))
    piled = ranks._even("piled", np.full(250, 3))
    assert even.counts == (50,) * 5 and even.chance == pytest.approx(1)
    assert piled.chance < 1e-10


def test_chains_that_disagree_are_told_apart():
    draws = np.sin(np.arange(200.0))[:, None]
    assert ranks.mixing([draws, draws])[0] < 1.1
    assert ranks.mixing([draws, draws + 5])[0] > 2


def test_the_fit_to_the_coded_cases_forecasts_later_ones_and_is_drawn():
    found = evidence.evidence({"cases": CODED}, year=1990)
    scores = found.held_out["coded crises"]
    assert scores["rows"] == 11
    assert scores["all sources"] < np.log(6)
    assert "log loss of the class" in evidence.in_words(found)
    assert '"held_out"' in evidence.as_json(found)
    drawn = weights_by_source(found.rows(), NAMES, DEFAULTS, PRIOR)
    assert drawn.startswith(b"\x89PNG")


def test_no_source_at_all_is_refused():
    with pytest.raises(ConfigError, match="at least one of"):
        evidence.evidence({})


@pytest.mark.slow
def test_the_sampler_draws_the_prior_where_no_row_counts():
    several = small(2)
    empty = hierarchy.Hierarchy(
        tuple(replace(each, weight=np.zeros(2)) for each in several.sources), several.patrons
    )
    draws = ranks.sampled(empty, np.zeros(empty.size), 60, 200)
    assert np.abs(draws.mean()) < 0.05
    assert draws.std() == pytest.approx(1, abs=0.05)
