"""Straight-line code of segments of a graph, for a strip of eight runs, as LLVM's text.

Numbers are vectors of eight doubles, truths of eight bits. All exponentials (logarithms, ...) of
one depth of a segment are gathered in a buffer, on which numpy's own inner loop is called once.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from model.compiled.symbols import INPUT, LOOPS, Figure, Node, is_truth

LANES = 8
"""Runs in a strip."""
BUFFERS = ("runs", "calendar", "draws", "table", "loop", "work", "guards", "counted")
"""Where figures lie; a segment is given the address of each."""
PARAMETERS = ", ".join(f"ptr noalias %{each}" for each in BUFFERS)
ARGUMENTS = ", ".join(f"ptr %{each}" for each in BUFFERS)
ATTRIBUTES = 'noinline nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512"'

V, M = f"<{LANES} x double>", f"<{LANES} x i1>"
ARITHMETIC = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
TESTS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
EXTREMES = {"max": "ogt", "min": "olt"}
INTRINSICS = {"abs": "fabs", "sqrt": "sqrt", "rint": "rint", "trunc": "trunc"}
DECLARED = "\n".join(f"declare {V} @llvm.{each}.v{LANES}f64({V})" for each in INTRINSICS.values())


def double(value: float) -> str:
    """A double as LLVM reads it to the last bit."""
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    return f"0x{bits:016X}"


def constant(figure: float | bool) -> str:
    """A constant in all lanes."""
    if isinstance(figure, bool):
        return f"splat (i1 {str(figure).lower()})"
    return f"splat (double {double(figure)})"


def needed(roots: Iterable[Figure], known: set[Node]) -> list[Node]:
    """The nodes that roots are made of and that are not known, each after its operands."""
    order: list[Node] = []
    marked = set(known)
    waiting = [(each, False) for each in reversed(list(roots)) if isinstance(each, Node)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif node not in marked:
            marked.add(node)
            waiting.append((node, True))
            waiting += [(each, False) for each in reversed(node.figures) if isinstance(each, Node)]
    return order


@dataclass
class Segment:
    """A part of a turn: the nodes that it works out, and what it stores where."""

    name: str
    nodes: list[Node]
    stores: list[tuple[str, int, Figure]] = field(default_factory=list)
    checked: list[Figure] = field(default_factory=list)
    """Figures that must be finite: a row of `guards` is no number where one is not."""
    sound_row: int = 0

    @property
    def uses(self) -> set[Node]:
        """The nodes that it needs of others, or stores."""
        own = set(self.nodes)
        operands = {each for node in self.nodes for each in node.figures}
        roots = {each for *_, each in self.stores}
        used = {each for each in operands | roots if isinstance(each, Node)} - own
        return {each for each in used if each.op != INPUT}


class Emitter:
    """The text of a segment's function."""

    def __init__(
        self, segment: Segment, places: dict[Node, tuple[str, int]], slots: dict[Node, int]
    ):
        self.segment, self.places, self.slots = segment, places, slots
        self.own = set(segment.nodes)
        self.lines: list[str] = []
        self.names: dict[Node, str] = {}
        self.gathered: dict[Node, tuple[int, int]] = {}
        self.temporaries = 0

    def text(self) -> str:
        """The function, in LLVM's words."""
        levels = self._levels()
        most = max((len(each) for each in levels.values()), default=0)
        buffers = [(f"given{level}", len(each)) for level, each in levels.items()]
        head = [f" %{name} = alloca [{LANES * size} x double], align 64" for name, size in buffers]
        if most:
            head.append(f" %asked = alloca [{LANES * most} x double], align 64")
        for level in sorted(levels):
            self._called(level, sorted(levels[level], key=lambda node: node.op))
        stores = [(buffer, row, self.stored(each)) for buffer, row, each in self.segment.stores]
        for buffer, row, name in stores:
            self._store(buffer, row, name)
        self._check()
        body = [*head, *self.lines, " ret void"]
        return "\n".join(
            [f"define internal void @{self.segment.name}({PARAMETERS}) {ATTRIBUTES} {{", *body, "}"]
        )

    def _levels(self) -> dict[int, list[Node]]:
        """The nodes for which loops are called, by how many calls they must wait for."""
        depth: dict[Node, int] = {}
        levels: dict[int, list[Node]] = {}
        for node in self.segment.nodes:
            operands = [each for each in node.figures if isinstance(each, Node) and each in depth]
            depth[node] = max((depth[e] + (e.op in LOOPS) for e in operands), default=0)
            if node.op in LOOPS:
                levels.setdefault(depth[node], []).append(node)
        return levels

    def _called(self, level: int, nodes: list[Node]) -> None:
        """Gather the operands of some nodes and call a loop for each kind."""
        for place, node in enumerate(nodes):
            self._store("asked", place, self.name(node.figures[0]))
        first = 0
        for kind, op in enumerate(LOOPS):
            count = sum(node.op == op for node in nodes)
            place = next((k for k, node in enumerate(nodes) if node.op == op), first)
            if count:
                asked, given = self._address("asked", place), self._address(f"given{level}", place)
                self.lines.append(
                    f" call void @many(i64 {kind}, ptr {asked}, ptr {given}, i64 {LANES * count})"
                )
        self.gathered |= {node: (level, place) for place, node in enumerate(nodes)}

    def name(self, figure: Figure) -> str:
        """The value of a figure, worked out if it is not yet."""
        if not isinstance(figure, Node):
            return constant(figure)
        waiting = [(figure, False)]
        while waiting:
            node, ready = waiting.pop()
            if node in self.names:
                continue
            operands = [] if node not in self.own or node in self.gathered else node.figures
            missing = [e for e in operands if isinstance(e, Node) and e not in self.names]
            if ready or not missing:
                self.names[node] = self._worked_out(node)
            else:
                waiting.append((node, True))
                waiting += [(each, False) for each in reversed(missing)]
        return self.names[figure]

    def _worked_out(self, node: Node) -> str:
        if node in self.gathered:
            level, place = self.gathered[node]
            return self._load(f"given{level}", place, logical=False)
        if node.op == INPUT:
            buffer, row = self.places[node]
            return self._load(buffer, row, logical=node.logical)
        if node not in self.own:
            return self._load("work", self.slots[node], logical=node.logical)
        operands = [self.names[e] if isinstance(e, Node) else constant(e) for e in node.figures]
        if node.op in EXTREMES:
            test = self._line(f"fcmp {EXTREMES[node.op]} {V} {', '.join(operands)}")
            return self._line(f"select {M} {test}, {V} {operands[0]}, {V} {operands[1]}")
        return self._line(_operation(node, operands))

    def stored(self, figure: Figure) -> str:
        """A value as it is stored: truths as 1 and 0."""
        name = self.name(figure)
        if is_truth(figure):
            name = self._line(f"select {M} {name}, {V} {constant(1.0)}, {V} {constant(0.0)}")
        return name

    def _check(self) -> None:
        """Leave a row that is no number in the lanes where a figure is not finite."""
        sums = [constant(0.0)] * 4  # apart, so that they need not wait for one another
        for place, each in enumerate(self.segment.checked):
            nothing = self._line(f"fmul {V} {self.name(each)}, {constant(0.0)}")
            sums[place % 4] = self._line(f"fadd {V} {sums[place % 4]}, {nothing}")
        if self.segment.checked:
            whole = self._line(f"fadd {V} {sums[0]}, {sums[1]}")
            rest = self._line(f"fadd {V} {sums[2]}, {sums[3]}")
            self._store("guards", self.segment.sound_row, self._line(f"fadd {V} {whole}, {rest}"))

    def _line(self, words: str) -> str:
        self.temporaries += 1
        name = f"%t{self.temporaries}"
        self.lines.append(f" {name} = {words}")
        return name

    def _address(self, buffer: str, row: int) -> str:
        return self._line(f"getelementptr double, ptr %{buffer}, i64 {LANES * row}")

    def _load(self, buffer: str, row: int, *, logical: bool) -> str:
        if buffer == "calendar":
            at = self._line(f"getelementptr double, ptr %calendar, i64 {row}")
            one = self._line(f"load double, ptr {at}")
            lane = self._line(f"insertelement {V} poison, double {one}, i64 0")
            mask = f"<{LANES} x i32> zeroinitializer"
            return self._line(f"shufflevector {V} {lane}, {V} poison, {mask}")
        name = self._line(f"load {V}, ptr {self._address(buffer, row)}, align 8")
        return self._line(f"fcmp une {V} {name}, {constant(0.0)}") if logical else name

    def _store(self, buffer: str, row: int, name: str) -> None:
        kind = V
        if buffer == "counted":
            kind = f"<{LANES} x i64>"
            name = self._line(f"fptosi {V} {name} to {kind}")
        self.lines.append(f" store {kind} {name}, ptr {self._address(buffer, row)}, align 8")


def _operation(node: Node, operands: list[str]) -> str:
    """An operation in LLVM's words, of operands that have names."""
    op = node.op
    if op in ARITHMETIC:
        return f"{ARITHMETIC[op]} {V} {', '.join(operands)}"
    if op in TESTS:
        return f"fcmp {TESTS[op]} {V} {', '.join(operands)}"
    if op in INTRINSICS:
        return f"call {V} @llvm.{INTRINSICS[op]}.v{LANES}f64({V} {operands[0]})"
    if op in ("and", "or"):
        return f"{op} {M} {', '.join(operands)}"
    if op == "where":
        return f"select {M} {operands[0]}, {V} {operands[1]}, {V} {operands[2]}"
    return {"neg": f"fneg {V} {operands[0]}", "not": f"xor {M} {operands[0]}, {constant(True)}"}[op]
