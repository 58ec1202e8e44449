"""Symbols: the scalar operations that traced rules make, each kept once, with constants folded.

A figure is a constant (a float or a bool) or a `Node`, an operation on figures. Folding keeps
every bit but the sign of a zero: 0 x is 0 where x cannot be infinite, 1 x and x + 0 are x. Sums
are never reordered. What may be infinite (closed actions are masked by -inf) is marked, so that
a test against -inf is folded to the mask.
"""

import math
import operator
from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

INPUT = "input"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
    "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip
LOGICAL = (*COMPARISONS, "not", "and", "or")
FINITE = ("exp", *LOGICAL)
"""Operations whose result is finite even where an operand is -inf."""
LOOPS: dict[str, np.ufunc] = {"exp": np.exp, "log": np.log, "log1p": np.log1p, "ndtri": ndtri}
"""Operations for which the compiled code calls numpy's own inner loops."""


class NotTraceable(TypeError):
    """A rule does what only values can answer, such as a branch on one."""


class Graph:
    """The nodes of a trace in the order in which they were made; equal ones are one."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.known: dict[tuple[object, ...], Node] = {}

    def input(self, name: str, *, logical: bool = False, infinite: bool = False) -> "Node":
        """A figure that is given from outside, by its name."""
        node = self.made(INPUT, name)
        node.logical, node.infinite = logical, infinite
        return node

    def made(self, op: str, *operands: "Figure | str") -> "Node":
        """The node of an operation: the one that is known, or a new one."""
        key = (op, *operands)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = Node(self, op, operands, len(self.nodes))
            self.nodes.append(node)
        return node


class Node:
    """An operation on figures, or an input; a truth where it is `logical`, else a number."""

    __slots__ = ("graph", "infinite", "logical", "number", "op", "operands")

    def __init__(self, graph: Graph, op: str, operands: tuple["Figure | str", ...], number: int):
        self.graph, self.op, self.operands, self.number = graph, op, operands, number
        self.logical = op in LOGICAL
        self.infinite = op == "log" or (
            op not in FINITE and any(may_be_infinite(each) for each in operands)
        )

    @property
    def figures(self) -> tuple["Figure", ...]:
        """The operands that are figures: none of an input."""
        return () if self.op == INPUT else self.operands  # type: ignore[return-value]  # an input's is its name

    def __bool__(self) -> bool:
        raise NotTraceable("branches on a value")

    def __float__(self) -> float:
        raise NotTraceable("turns a value of one run into a number")

    __int__ = __index__ = __float__


Figure = Node | float | bool


def may_be_infinite(figure: "Figure | str") -> bool:
    """Whether a figure is infinite, or may be."""
    if isinstance(figure, Node):
        return figure.infinite
    return isinstance(figure, float) and math.isinf(figure)


def figure(value: object) -> Figure:
    """A figure of what an array holds; a zero loses its sign."""
    if isinstance(value, Node):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return float(value) + 0.0  # type: ignore[arg-type]  # arrays hold numbers


def is_truth(x: Figure) -> bool:
    """Whether a figure is a truth."""
    return x.logical if isinstance(x, Node) else isinstance(x, bool)


def number(x: Figure) -> Node | float:
    """A truth as 1 or 0, a number as it is."""
    if isinstance(x, Node):
        return where(x, 1.0, 0.0) if x.logical else x
    return float(x)


def truth(x: Figure) -> Node | bool:
    """A number as whether it is not 0, a truth as it is."""
    if isinstance(x, Node):
        return x if x.logical else compared("ne", x, 0.0)  # type: ignore[return-value]  # logical
    return bool(x)


def _made(op: str, *operands: Figure) -> Node:
    graph = next(each.graph for each in operands if isinstance(each, Node))
    return graph.made(op, *operands)


def _symmetric(op: str, x: Figure, y: Figure) -> Node:
    """The node of an operation in which operands may change places."""
    if isinstance(x, Node) and isinstance(y, Node) and y.number < x.number:
        x, y = y, x
    return _made(op, x, y)


# ------------------------------------------------------------------ numbers


def plus(x: Figure, y: Figure) -> Figure:
    """x + y; of truths, whether either holds."""
    if is_truth(x) and is_truth(y):
        return either(x, y)
    x, y = number(x), number(y)
    if isinstance(x, float) and isinstance(y, float):
        return x + y
    if x == 0.0 and isinstance(x, float):
        return y
    if y == 0.0 and isinstance(y, float):
        return x
    return _symmetric("add", x, y)


def minus(x: Figure, y: Figure) -> Figure:
    """x - y."""
    x, y = number(x), number(y)
    if isinstance(x, float) and isinstance(y, float):
        return x - y
    if isinstance(y, float) and y == 0.0:
        return x
    if isinstance(x, float) and x == 0.0:
        return negative(y)
    return _made("sub", x, y)


def negative(x: Figure) -> Figure:
    """-x."""
    x = number(x)
    if isinstance(x, float):
        return 0.0 - x
    return x.operands[0] if x.op == "neg" else _made("neg", x)  # type: ignore[return-value]  # a figure


def times(x: Figure, y: Figure) -> Figure:
    """x y; of truths, whether both hold; a truth selects a number or 0."""
    if is_truth(x) and is_truth(y):
        return both(x, y)
    for one, other in ((x, y), (y, x)):
        if isinstance(one, Node) and one.logical and not may_be_infinite(other):
            return where(one, number(other), 0.0)
    x, y = number(x), number(y)
    if isinstance(x, float) and isinstance(y, float):
        return x * y + 0.0
    if isinstance(y, float):
        x, y = y, x
    if isinstance(x, float) and isinstance(y, Node):
        if x == 1.0 or (x == 0.0 and not y.infinite):
            return y if x else 0.0
        if x == -1.0:
            return negative(y)
        choice = _constants(y)
        if choice is not None:
            return where(y.figures[0], x * choice[0], x * choice[1])
    return _symmetric("mul", x, y)


def _constants(x: Node) -> tuple[float, float] | None:
    """The two constants of which a node is a choice."""
    if x.op == "where" and not any(isinstance(each, Node) for each in x.figures[1:]):
        return float(x.figures[1]), float(x.figures[2])
    return None


def over(x: Figure, y: Figure) -> Figure:
    """x / y."""
    x, y = number(x), number(y)
    if isinstance(x, float) and isinstance(y, float):
        return float(np.float64(x) / np.float64(y)) + 0.0
    if isinstance(x, float) and x == 0.0:
        return 0.0
    if isinstance(y, float) and y == 1.0:
        return x
    return _made("div", x, y)


def power(x: Figure, y: Figure) -> Figure:
    """x to a constant power of 2, as numpy squares; other powers are not traced."""
    if not isinstance(y, Node) and y == 2.0:
        return times(number(x), number(x))
    if not isinstance(x, Node) and not isinstance(y, Node):
        return float(np.power(float(x), float(y)))
    raise NotTraceable("raises a value to a power other than 2")


def larger(x: Figure, y: Figure) -> Figure:
    """The larger of two numbers."""
    return _extreme("max", -math.inf, x, y)


def smaller(x: Figure, y: Figure) -> Figure:
    """The smaller of two numbers."""
    return _extreme("min", math.inf, x, y)


def _extreme(op: str, neutral: float, x: Figure, y: Figure) -> Figure:
    if is_truth(x) and is_truth(y):
        return either(x, y) if op == "max" else both(x, y)
    x, y = number(x), number(y)
    if isinstance(x, float) and isinstance(y, float):
        return max(x, y) if op == "max" else min(x, y)
    if x is y or (isinstance(y, float) and y == neutral):
        return x
    if isinstance(x, float) and x == neutral:
        return y
    return _symmetric(op, x, y)


def size(x: Figure) -> Figure:
    """|x|."""
    x = number(x)
    return abs(x) if isinstance(x, float) else _made("abs", x)


def sign(x: Figure) -> Figure:
    """1, 0 or -1."""
    return where(compared("gt", x, 0.0), 1.0, where(compared("lt", x, 0.0), -1.0, 0.0))


def rounded(x: Figure) -> Figure:
    """The nearest whole number, an even one where two are as near."""
    x = number(x)
    return float(np.rint(x)) if isinstance(x, float) else _made("rint", x)


def whole(x: Figure) -> Figure:
    """A number without what follows its point, a truth as 1 or 0."""
    if is_truth(x):
        return number(x)
    return float(math.trunc(x)) if not isinstance(x, Node) else _made("trunc", x)


def root(x: Figure) -> Figure:
    """The square root."""
    x = number(x)
    return math.sqrt(x) if isinstance(x, float) else _made("sqrt", x)


def by_loop(op: str) -> Callable[[Figure], Figure]:
    """A function for which numpy's own loop is called, on constants at once."""
    loop = LOOPS[op]

    def function(x: Figure) -> Figure:
        x = number(x)
        if isinstance(x, float):
            with np.errstate(divide="ignore"):
                return float(loop(np.array([x, x]))[0])
        choice = _constants(x)
        if choice is not None:
            return where(x.figures[0], function(choice[0]), function(choice[1]))
        return _made(op, x)

    return function


# ------------------------------------------------------------------ truths


def compared(op: str, x: Figure, y: Figure) -> Figure:
    """Whether two figures compare so."""
    x, y = number(x), number(y)
    compare = COMPARISONS[op]
    if isinstance(x, float) and isinstance(y, float):
        return compare(x, y)
    if x is y and isinstance(x, Node) and not x.infinite:
        return op in ("le", "ge", "eq")
    if isinstance(x, Node) and isinstance(y, float):
        choice = _constants(x)
        if choice is not None:
            return where(x.figures[0], compare(choice[0], y), compare(choice[1], y))
        if y == -math.inf and op in ("ne", "eq", "gt"):
            return _open(op, x)
    elif isinstance(y, Node) and isinstance(x, float):
        choice = _constants(y)
        if choice is not None:
            return where(y.figures[0], compare(x, choice[0]), compare(x, choice[1]))
    return _made(op, x, y)


def _open(op: str, x: Node) -> Figure:
    """A comparison with -inf: folded where x cannot be, and to the mask of a choice."""
    if not x.infinite:
        return op != "eq"
    if x.op == "where":
        mask, one, other = x.figures
        return where(mask, compared(op, one, -math.inf), compared(op, other, -math.inf))
    return _made(op, x, -math.inf)


def opposite(x: Figure) -> Figure:
    """Whether x does not hold."""
    x = truth(x)
    if isinstance(x, bool):
        return not x
    return x.operands[0] if x.op == "not" else _made("not", x)  # type: ignore[return-value]  # a figure


def both(x: Figure, y: Figure) -> Figure:
    """Whether both hold."""
    x, y = truth(x), truth(y)
    if isinstance(x, bool):
        return y if x else False
    if isinstance(y, bool):
        return x if y else False
    return x if x is y else _symmetric("and", x, y)


def either(x: Figure, y: Figure) -> Figure:
    """Whether one of them holds."""
    x, y = truth(x), truth(y)
    if isinstance(x, bool):
        return True if x else y
    if isinstance(y, bool):
        return True if y else x
    return x if x is y else _symmetric("or", x, y)


def differ(x: Figure, y: Figure) -> Figure:
    """Whether one of two truths holds, and not the other."""
    return either(both(x, opposite(y)), both(opposite(x), y))


def where(condition: Figure, x: Figure, y: Figure) -> Figure:
    """x where the condition holds, else y."""
    condition = truth(condition)
    if isinstance(condition, bool):
        return x if condition else y
    if is_truth(x) and is_truth(y):
        return x if x is y else either(both(condition, x), both(opposite(condition), y))
    x, y = number(x), number(y)
    if condition.op == "not":
        condition, x, y = condition.figures[0], y, x
    x, y = _given(condition, x, 1), _given(condition, y, 2)
    if x is y or (isinstance(x, float) and isinstance(y, float) and x == y):
        return x
    return _made("where", condition, x, y)


def _given(condition: Figure, x: Node | float, place: int) -> Node | float:
    """What a choice comes to where its own condition is known."""
    if isinstance(x, Node) and x.op == "where" and x.operands[0] is condition:
        return x.operands[place]  # type: ignore[return-value]  # a number
    return x
