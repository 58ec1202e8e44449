"""Symbols: constants are folded, equal operations are one, and no value changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.compiled import symbols
from model.compiled.symbols import Graph, NotTraceable
from tests.model.compiled.evaluated import evaluated

VALUES = np.array([-math.inf, -2.5, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0])


def graph() -> tuple[Graph, object, object, object]:
    """A graph with two numbers, of which the second may be infinite, and a truth."""
    own = Graph()
    return own, own.input("x"), own.input("y", infinite=True), own.input("war", logical=True)


def test_equal_operations_are_one_node():
    _, x, y, _ = graph()
    assert symbols.plus(x, y) is symbols.plus(y, x)
    assert symbols.minus(x, y) is not symbols.minus(y, x)


def test_zeros_and_ones_leave_no_operation():
    _, x, _, _ = graph()
    assert symbols.times(0.0, x) == 0.0
    assert symbols.times(x, 1.0) is x
    assert symbols.plus(0.0, x) is x
    assert symbols.over(x, 1.0) is x
    assert symbols.minus(x, 0.0) is x


def test_nothing_times_what_may_be_infinite_is_not_folded():
    _, _, y, _ = graph()
    assert symbols.times(0.0, y).op == "mul"


def test_a_mask_of_closed_actions_is_the_mask_itself():
    _, x, _, war = graph()
    closed = symbols.where(war, x, -math.inf)
    assert symbols.compared("ne", closed, -math.inf) is war
    assert symbols.compared("gt", closed, -math.inf) is war
    assert symbols.compared("eq", x, -math.inf) is False


def test_a_choice_that_was_made_is_not_made_again():
    _, x, y, war = graph()
    inner = symbols.where(war, x, y)
    assert symbols.where(war, inner, 1.0) is symbols.where(war, x, 1.0)
    assert symbols.where(symbols.opposite(war), 1.0, inner) is symbols.where(war, x, 1.0)


def test_a_truth_selects():
    _, x, _, war = graph()
    assert symbols.times(war, x) is symbols.where(war, x, 0.0)


@pytest.mark.parametrize("ask", [bool, float, int])
def test_what_only_a_value_can_answer_is_refused(ask):
    _, x, _, _ = graph()
    with pytest.raises(NotTraceable, match="value"):
        ask(x)


def test_a_power_other_than_two_is_refused():
    _, x, _, _ = graph()
    with pytest.raises(NotTraceable, match="power"):
        symbols.power(x, 3.0)


BINARY = (symbols.plus, symbols.minus, symbols.times, symbols.larger, symbols.smaller,
          *(lambda x, y, op=op: symbols.number(symbols.compared(op, x, y))
            for op in symbols.COMPARISONS))  # fmt: skip
PLAIN = (np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.less, np.less_equal,
         np.greater, np.greater_equal, np.equal, np.not_equal)  # fmt: skip


@given(st.data())
def test_folded_operations_come_out_as_numpys(data):
    own = Graph()
    values = {"x": np.tile(VALUES[1:], 7), "y": np.repeat(VALUES[1:], 7)}
    values["war"] = values["x"] < values["y"]
    figures = [own.input("x"), own.input("y"), own.input("war", logical=True)]
    usual = [values["x"], values["y"], values["war"]]
    constants = st.sampled_from([0.0, 1.0, -1.0, 2.0, True, False])
    for _ in range(12):
        kind = data.draw(st.sampled_from(["operation", "operation", "constant", "where"]))
        pick = st.integers(0, len(figures) - 1)
        if kind == "constant":
            value = data.draw(constants)
            figures.append(value)
            usual.append(np.full(49, value))
        elif kind == "where":
            c, x, y = (data.draw(pick) for _ in range(3))
            figures.append(symbols.where(*(figures[k] for k in (c, x, y))))
            condition = usual[c] if usual[c].dtype == bool else usual[c] != 0
            both = [
                u * 1.0 if usual[x].dtype != usual[y].dtype else u for u in (usual[x], usual[y])
            ]
            usual.append(np.where(condition, *both))
        else:
            which = data.draw(st.integers(0, len(BINARY) - 1))
            x, y = data.draw(pick), data.draw(pick)
            figures.append(BINARY[which](symbols.number(figures[x]), symbols.number(figures[y])))
            usual.append(PLAIN[which](usual[x] * 1.0, usual[y] * 1.0) * 1.0)
    for figure, wanted in zip(figures, usual, strict=True):
        assert np.array_equal(evaluated(figure, values), wanted)
