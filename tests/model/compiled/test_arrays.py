"""Arrays of symbols: numpy's operations on them are those on each figure."""

import numpy as np
import pytest

from model.compiled import arrays
from model.compiled.arrays import Traced, TracingNumpy, plain_of, traced
from model.compiled.symbols import Graph, NotTraceable
from model.game.stage_game import Affine
from model.world import played
from tests.model.compiled.evaluated import evaluated

RUNS = 5


def table(shape: tuple[int, ...], graph: Graph, name: str = "x") -> tuple[Traced, np.ndarray, dict]:
    """Symbols of an array, its values with the runs last, and these by the names of the symbols."""
    draws = np.random.default_rng(1).normal(size=(*shape, RUNS))
    nodes = np.empty(shape, object)
    values = {}
    for place in np.ndindex(*shape):
        label = f"{name}{place}"
        nodes[place], values[label] = graph.input(label), draws[place]
    return traced(nodes[..., None]), draws, values


RULES = {
    "sums along an axis": lambda x: x.sum(1),
    "products": lambda x: np.prod(1 - x, 0),
    "the largest": lambda x: x - x.max(1)[:, None],
    "the place of the largest": lambda x: x.argmax(1) * 1.0,
    "einsum": lambda x: np.einsum("ijr,ijr->ir", x, x + 1),
    "einsum that broadcasts": lambda x: np.einsum("ijr,jr->ir", x, np.ones((4, 1))),
    "a choice": lambda x: np.where(x > 0, x, -x * 2),
    "clipping": lambda x: np.clip(x, -0.5, 0.5),
    "views": lambda x: np.swapaxes(x, 0, 1)[1:, :2] + x[0, 0],
    "stacks": lambda x: np.concatenate([np.stack([x[0], x[1]]), x[2:]]),
    "functions": lambda x: np.log1p(np.exp(x)) + np.sqrt(np.abs(x)) + np.sign(x) + x**2,
    "counts of truths": lambda x: (x > 0).sum(0) + (x > 0).cumsum(0)[-1],
    "whole numbers": lambda x: (x * 3).astype(np.int64) + np.rint(x),
    "truths": lambda x: ((x > 0) & ~(x > 1) | (x < -1)).any(0) * 1.0,
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_on_symbols_comes_out_as_on_values(name):
    graph = Graph()
    x, plain, values = table((3, 4), graph)
    wanted = RULES[name](plain)
    figures = plain_of(RULES[name](x))[..., 0]
    for place in np.ndindex(*figures.shape):
        own = evaluated(arrays.figure(figures[place]), values)
        assert np.array_equal(own, np.broadcast_to(wanted, (*figures.shape, RUNS))[place])


def test_entries_played_are_picked_by_a_figure():
    graph = Graph()
    x, plain, values = table((2, 3), graph)
    choice, _, _ = table((2,), graph, "choice")
    picked = arrays.played(x, choice)
    drawn = np.array([[0, 1, 2, 1, 0], [2, 2, 0, 1, 1]])
    values |= {"choice(0,)": drawn[0] * 1.0, "choice(1,)": drawn[1] * 1.0}
    for state in range(2):
        own = evaluated(picked[state].item(), values)
        assert np.array_equal(own, played(plain, drawn)[state])


def test_a_mask_of_values_is_all_when_read_and_a_choice_when_written():
    graph = Graph()
    x, plain, values = table((2,), graph)
    mask = x[0] > 0
    x[:, mask] = x[:, mask] * 10
    wanted = plain.copy()
    wanted[:, plain[0] > 0] *= 10
    for state in range(2):
        assert np.array_equal(evaluated(x[state].item(), values), wanted[state])


def test_whether_any_run_may_is_answered_without_values():
    x, _, _ = table((2,), Graph())
    assert np.any(x > 0)
    assert not np.all(x > 0)
    assert not np.any(x != x)


def test_affine_figures_take_symbols():
    x, _, _ = table((2,), Graph())
    found = x * (Affine(0.0, 1.0) + x)
    assert isinstance(found, Affine)
    assert isinstance(found.level, Traced)
    assert isinstance(found.slope, Traced)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (lambda x: x if x[0] > 0 else -x, "branches on a value"),
        (lambda x: x * float(x[0]), "into a number"),
        (lambda x: x.mean(0), "mean"),
        (lambda x: x.max(), "all axes"),
        (lambda x: np.sort(x, 0), "numpy.sort"),
        (lambda x: np.tan(x), "tan"),
        (lambda x: x[np.flatnonzero(x > 0)], "flatnonzero"),
    ],
)
def test_what_asks_for_values_is_refused(rule, reason):
    x, _, _ = table((2,), Graph())
    with pytest.raises(NotTraceable, match=reason):
        rule(x)


def test_numpy_makes_arrays_of_figures_in_the_thread_that_traces_alone():
    own, other = TracingNumpy(), TracingNumpy()
    other.thread += 1
    assert isinstance(own.zeros(3), Traced)
    assert isinstance(own.full((2,), 1.5), Traced)
    assert type(other.zeros(3)) is np.ndarray
    assert own.pi == np.pi
