"""Figures of a trace worked out by numpy, node by node: what the compiled code must equal."""

from collections.abc import Mapping

import numpy as np

from model.compiled.symbols import COMPARISONS, INPUT, LOOPS, Figure, Node

BY_NUMPY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide,
    "neg": np.negative, "max": np.maximum, "min": np.minimum, "abs": np.absolute,
    "sqrt": np.sqrt, "rint": np.rint, "trunc": np.trunc, "where": np.where,
    "not": np.logical_not, "and": np.logical_and, "or": np.logical_or,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal, **LOOPS,
}  # fmt: skip


def evaluated(figure: Figure, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """A figure where its inputs have these values."""
    known: dict[Node, np.ndarray] = {}
    shape = np.shape(next(iter(values.values())))
    if not isinstance(figure, Node):
        return np.full(shape, figure)
    with np.errstate(all="ignore"):
        for node in figure.graph.nodes[: figure.number + 1]:
            if node.op == INPUT:
                known[node] = values[node.operands[0]]
            else:
                given = [known[e] if isinstance(e, Node) else e for e in node.figures]
                known[node] = BY_NUMPY[node.op](*given)
    return np.broadcast_to(known[figure], shape)


assert {*COMPARISONS, *LOOPS} <= BY_NUMPY.keys()
