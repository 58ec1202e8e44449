"""What a turn asks of each figure: at war, in peace, or in both.

`where(war, x, y)` needs x at war alone. As most strips are all at war or all at peace, what only
one of the two asks for need not be worked out in the others.
"""

from collections.abc import Iterable

from model.compiled.solver import Solver
from model.compiled.symbols import INPUT, Figure, Node
from model.compiled.tracing import Trace

WAR, PEACE = 1, 2
ALWAYS = WAR | PEACE
FEW = 40
"""Figures that are worked out always rather than in a segment of their own."""


def holds(figure: Figure, war: Node, known: dict[Node, tuple[int, int]]) -> tuple[int, int]:
    """When a truth may hold, and when it may not."""
    if not isinstance(figure, Node):
        return (ALWAYS, 0) if figure else (0, ALWAYS)
    if figure is war:
        return WAR, PEACE
    found = known.get(figure)
    if found is None:
        parts = [holds(each, war, known) for each in figure.figures] if figure.op in (
            "not", "and", "or") else []  # fmt: skip
        if figure.op == "not":
            found = parts[0][::-1]
        elif figure.op == "and":
            found = parts[0][0] & parts[1][0], parts[0][1] | parts[1][1]
        elif figure.op == "or":
            found = parts[0][0] | parts[1][0], parts[0][1] & parts[1][1]
        else:
            found = ALWAYS, ALWAYS
        known[figure] = found
    return found


def demands(trace: Trace, solver: Solver, war: Node, guards: Iterable[Figure]) -> dict[Node, int]:
    """When each node of a trace is asked for, and the guards of what is done only where asked."""
    known: dict[Node, tuple[int, int]] = {}
    asked = dict.fromkeys(trace.graph.nodes, 0)
    roots: list[tuple[Figure, int]] = [
        (each, ALWAYS) for each in (*trace.after.values(), *trace.counted, *guards)
    ]
    for number, solve in enumerate(trace.solves):
        when = holds(solve.guard, war, known)[0]
        roots.append((solve.guard, ALWAYS))
        roots += [(each, when) for _, each in solver.filled(solve)]
        if number in trace.exits:
            roots.append((trace.exits[number], when))
    for figure, when in roots:
        if isinstance(figure, Node):
            asked[figure] |= when
    for node in reversed(trace.graph.nodes):
        sides = [asked[node]] * len(node.figures)
        if node.op == "where":
            may, may_not = holds(node.figures[0], war, known)
            sides[1], sides[2] = asked[node] & may, asked[node] & may_not
        for figure, when in zip(node.figures, sides, strict=True):
            if isinstance(figure, Node):
                asked[figure] |= when
    return asked


def phases(nodes: list[Node], asked: dict[Node, int]) -> list[tuple[int, list[Node]]]:
    """Nodes in parts that are worked out one after another: each always, at war or in peace.

    The last part is one of those that are always worked out.
    """
    phase: dict[Node, int] = {}
    parts: dict[tuple[int, int], list[Node]] = {}
    for node in nodes:
        mode = asked.get(node) or ALWAYS
        first = 0
        for each in node.figures:
            if isinstance(each, Node) and each in phase and each.op != INPUT:
                later = mode == ALWAYS and asked.get(each) in (WAR, PEACE)
                first = max(first, phase[each] + later)
        phase[node] = first
        if node.op != INPUT:
            parts.setdefault((first, mode), []).append(node)
    last = max(phase.values(), default=0)
    order = [(k, mode) for k in range(last + 1) for mode in (ALWAYS, WAR, PEACE)]
    found = [(mode, parts[k, mode]) for k, mode in order if (k, mode) in parts]
    merged: list[tuple[int, list[Node]]] = []
    for mode, part in found:
        mode = ALWAYS if len(part) < FEW else mode
        if merged and merged[-1][0] == mode == ALWAYS:
            merged[-1] = ALWAYS, merged[-1][1] + part
        else:
            merged.append((mode, part))
    return merged if merged and merged[-1][0] == ALWAYS else [*merged, (ALWAYS, [])]
