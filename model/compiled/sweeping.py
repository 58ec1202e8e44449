"""The function that solves the stage games of a strip, as LLVM's text: sweeps until all lanes end.

The loop is that of `model.game.iteration.iterated`: each lane ends by its own residual, and the
others go on. Its formulas are traced (`solver.py`).
"""

from model.compiled.emitting import LANES, Emitter, M, Segment, V, double, needed
from model.compiled.solver import Solver
from model.compiled.symbols import INPUT, Figure, Node
from model.game.iteration import RESIDUAL, SWEEPS

WIDE = 8 * LANES
"""Bytes of a row of a strip."""
GIVEN = "ptr null, ptr null, ptr null, ptr %table, ptr %loop, ptr %work, ptr null, ptr null"


class Loop:
    """Where what a sweep works out lies among the rows of the loop, group behind group."""

    def __init__(self, solver: Solver) -> None:
        count = solver.expectations
        sizes = {
            "x": count, "before": count, "change": count, "odds": len(solver.odds),
            "image": count, "step": count, "after": count, "error": 1,
            "play": len(solver.play), "proven": 1,
        }  # fmt: skip
        self.first: dict[str, int] = {}
        self.rows = 0
        for name, size in sizes.items():
            self.first[name] = self.rows
            self.rows += size


def dependents(nodes: list[Node], sources: set[Node]) -> set[Node]:
    """The nodes that are made of some sources, and these."""
    found = set(sources)
    for node in nodes:
        if any(each in found for each in node.figures if isinstance(each, Node)):
            found.add(node)
    return found


def segments(solver: Solver, loop: Loop) -> tuple[list[Segment], dict[Node, int]]:
    """What is worked out once, in each sweep, of a play that is found, and for the two proofs."""
    swept = [*solver.odds, *solver.image, *solver.step, solver.error, *solver.after]
    inputs = {node for node, (buffer, _) in solver.places.items() if buffer == "loop"}
    turning = dependents(solver.graph.nodes, inputs)
    ready = [node for node in needed(swept, set()) if node not in turning]
    known = {node for node in ready if node.op != INPUT}

    def stored(**groups: list[Figure]) -> list[tuple[str, int, Figure]]:
        return [
            ("loop", loop.first[name] + k, each)
            for name, group in groups.items()
            for k, each in enumerate(group)
        ]

    each_sweep = stored(odds=solver.odds, image=solver.image, step=solver.step,
                        after=solver.after, error=[solver.error])  # fmt: skip
    found = [
        Segment("solver_ready", ready),
        Segment("solver_sweep", needed(swept, known), each_sweep),
        Segment("solver_play", needed(solver.play, set()), stored(play=solver.play)),
        Segment("solver_proof", needed([solver.proven], known), stored(proven=[solver.proven])),
        Segment("solver_near", needed([solver.proven_near], known),
                stored(proven=[solver.proven_near])),
    ]  # fmt: skip
    used = set().union(*(each.uses for each in (found[1], *found[3:]))) & known
    slots = {node: k for k, node in enumerate(sorted(used, key=lambda each: each.number))}
    found[0].stores += [("work", slot, node) for node, slot in slots.items()]
    return found, slots


def solver_text(solver: Solver) -> str:
    """The function `@solve(table, lanes)`, which gives the lanes whose play is in doubt."""
    loop = Loop(solver)
    parts, slots = segments(solver, loop)
    text = [Emitter(each, solver.places, slots).text() for each in parts]
    residual = solver.solution + len(solver.play)
    addresses = [("start", "table", solver.start), ("solution", "table", solver.solution),
                 ("residual", "table", residual)]  # fmt: skip
    addresses += [(name, "loop", row) for name, row in loop.first.items() if name != "x"]
    at = "\n".join(
        f" %{name} = getelementptr double, ptr %{buffer}, i64 {LANES * row}"
        for name, buffer, row in addresses
    )
    head = f"""
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define internal i8 @solve(ptr %table, i8 %active) noinline {{
entry:
 %loop = alloca [{LANES * loop.rows} x double], align 64
 %work = alloca [{LANES * (len(slots) + 1)} x double], align 64
{at}
{copied("loop", "start", solver.expectations)}
 call void @solver_ready({GIVEN})
 br label %sweep"""
    return "\n".join([*text, head, sweep_text(solver), PROOFS])


def copied(to: str, source: str, rows: int) -> str:
    """Some rows copied."""
    size = WIDE * rows
    return f" call void @llvm.memcpy.p0.p0.i64(ptr %{to}, ptr %{source}, i64 {size}, i1 false)"


def sweep_text(solver: Solver) -> str:
    """The sweeps, each lane until its residual is small or the last sweep."""
    count = solver.expectations
    return f"""sweep:
 %k = phi i64 [ 0, %entry ], [ %following, %onward ]
 %going = phi i8 [ %active, %entry ], [ %still, %onward ]
 call void @solver_sweep({GIVEN})
 %off = load {V}, ptr %error, align 8
 %small = fcmp ole {V} %off, splat (double {double(RESIDUAL)})
 %bits = bitcast {M} %small to i8
 %last = icmp eq i64 %k, {SWEEPS - 1}
 %ending = select i1 %last, i8 -1, i8 %bits
 %ended = and i8 %going, %ending
 %some = icmp ne i8 %ended, 0
 br i1 %some, label %keep, label %look
keep:
 call void @solver_play({GIVEN})
 call void @merge(ptr %solution, ptr %play, i64 {len(solver.play)}, i8 %ended)
 call void @merge(ptr %residual, ptr %error, i64 1, i8 %ended)
 br label %look
look:
 %others = xor i8 %ended, -1
 %still = and i8 %going, %others
 %over = icmp eq i8 %still, 0
 br i1 %over, label %proof, label %onward
onward:
 %first = icmp eq i64 %k, 0
 %next = select i1 %first, ptr %image, ptr %after
{copied("loop", "next", count)}
{copied("before", "image", count)}
{copied("change", "step", count)}
 %following = add i64 %k, 1
 br label %sweep"""


PROOFS = f"""proof:
 call void @solver_proof({GIVEN})
 %found = load {V}, ptr %residual, align 8
 %solved = fcmp ole {V} %found, splat (double {double(RESIDUAL)})
 %told = load {V}, ptr %proven, align 8
 %lone = fcmp une {V} %told, zeroinitializer
 %both = and {M} %solved, %lone
 %certain = bitcast {M} %both to i8
 %open = xor i8 %certain, -1
 %doubt = and i8 %active, %open
 %none = icmp eq i8 %doubt, 0
 br i1 %none, label %sure, label %near
sure:
 ret i8 0
near:
 call void @solver_near({GIVEN})
 %nearly = load {V}, ptr %proven, align 8
 %alone = fcmp une {V} %nearly, zeroinitializer
 %also = and {M} %solved, %alone
 %settled = bitcast {M} %also to i8
 %unsettled = xor i8 %settled, -1
 %left = and i8 %doubt, %unsettled
 ret i8 %left
}}"""
"""The lanes whose play is not proven to be the only equilibrium: by spans, then by replies."""
