"""The loops around the segments as LLVM's text: strips, sweeps, draws, and numpy's inner loops."""

import zlib

from model.compiled.emitting import DECLARED, LANES, Emitter, M, Segment, V, double, needed
from model.compiled.planning import Plan
from model.compiled.solver import Solver
from model.compiled.symbols import INPUT, LOOPS, Figure, Node, NotTraceable
from model.compiled.tracing import Draws, Trace
from model.game.iteration import RESIDUAL, SWEEPS

WIDE = 8 * LANES
"""Bytes of a row of a strip."""
COUNT = len(LOOPS)

MANY = f"""
@loops = global [{COUNT} x ptr] zeroinitializer
@given = global [{COUNT} x ptr] zeroinitializer
define internal void @many(i64 %kind, ptr %from, ptr %to, i64 %count) noinline {{
 %arrays = alloca [2 x ptr]
 %counts = alloca [1 x i64]
 %steps = alloca [2 x i64]
 store ptr %from, ptr %arrays
 %second = getelementptr ptr, ptr %arrays, i64 1
 store ptr %to, ptr %second
 store i64 %count, ptr %counts
 store <2 x i64> splat (i64 8), ptr %steps, align 8
 %at = getelementptr ptr, ptr @loops, i64 %kind
 %loop = load ptr, ptr %at
 %beside = getelementptr ptr, ptr @given, i64 %kind
 %data = load ptr, ptr %beside
 call void %loop(ptr %arrays, ptr %counts, ptr %steps, ptr %data)
 ret void
}}
"""
"""A call of one of numpy's inner loops on doubles that lie behind one another."""

MERGE = f"""
define internal void @merge(ptr %to, ptr %from, i64 %rows, i8 %lanes) {{
 %mask = bitcast i8 %lanes to {M}
 br label %row
row:
 %k = phi i64 [ 0, %0 ], [ %next, %row ]
 %offset = mul i64 %k, {LANES}
 %target = getelementptr double, ptr %to, i64 %offset
 %source = getelementptr double, ptr %from, i64 %offset
 %before = load {V}, ptr %target, align 8
 %own = load {V}, ptr %source, align 8
 %after = select {M} %mask, {V} %own, {V} %before
 store {V} %after, ptr %target, align 8
 %next = add i64 %k, 1
 %more = icmp slt i64 %next, %rows
 br i1 %more, label %row, label %end
end:
 ret void
}}
"""
"""Rows of some lanes put in the place of others."""


TALLY = f"""
define internal void @tally(ptr %places, ptr %live, ptr %table, i64 %count) {{
 br label %cell
cell:
 %k = phi i64 [ 0, %0 ], [ %next, %cell ]
 %lane = and i64 %k, {LANES - 1}
 %placeat = getelementptr i64, ptr %places, i64 %k
 %place = load i64, ptr %placeat
 %liveat = getelementptr i64, ptr %live, i64 %lane
 %one = load i64, ptr %liveat
 %at = getelementptr i64, ptr %table, i64 %place
 %before = load i64, ptr %at
 %after = add i64 %before, %one
 store i64 %after, ptr %at
 %next = add i64 %k, 1
 %more = icmp slt i64 %next, %count
 br i1 %more, label %cell, label %end
end:
 ret void
}}
declare i64 @llvm.vector.reduce.add.v{LANES}i64(<{LANES} x i64>)
define internal void @add(ptr %rows, ptr %live, ptr %sums, i64 %count) {{
 %ones = load <{LANES} x i64>, ptr %live, align 8
 %counts = icmp ne <{LANES} x i64> %ones, zeroinitializer
 br label %row
row:
 %k = phi i64 [ 0, %0 ], [ %next, %row ]
 %offset = mul i64 %k, {LANES}
 %rowat = getelementptr i64, ptr %rows, i64 %offset
 %row_ = load <{LANES} x i64>, ptr %rowat, align 8
 %own = select {M} %counts, <{LANES} x i64> %row_, <{LANES} x i64> zeroinitializer
 %sum = call i64 @llvm.vector.reduce.add.v{LANES}i64(<{LANES} x i64> %own)
 %at = getelementptr i64, ptr %sums, i64 %k
 %before = load i64, ptr %at
 %after = add i64 %before, %sum
 store i64 %after, ptr %at
 %next = add i64 %k, 1
 %more = icmp slt i64 %next, %count
 br i1 %more, label %row, label %end
end:
 ret void
}}
"""
"""Places counted and rows added up, of the lanes that count."""


def philox() -> str:
    """Philox-4x64-10 as numpy draws from it: four words of each stream and lane.

    The key is (seed, purpose), the counter (run + 1, number, stream, 0), as numpy counts up before
    it draws (Salmon et al. 2011). A double is the upper 53 bits of a word.
    """
    lines = [f"""
define internal void @draw(ptr %runs, ptr %numbers, ptr %to, i64 %streams, i64 %seed, i64 %purpose) {{
 br label %cell
cell:
 %k = phi i64 [ 0, %0 ], [ %next, %cell ]
 %lane = urem i64 %k, {LANES}
 %stream = udiv i64 %k, {LANES}
 %runat = getelementptr i64, ptr %runs, i64 %lane
 %run = load i64, ptr %runat
 %a0 = add i64 %run, 1
 %numberat = getelementptr double, ptr %numbers, i64 %lane
 %number = load double, ptr %numberat
 %b0 = fptoui double %number to i64"""]
    a, b, c, d = "%a0", "%b0", "%stream", "0"
    for r in range(10):
        key = [f"add i64 %seed, {signed(r * 0x9E3779B97F4A7C15)}",
               f"add i64 %purpose, {signed(r * 0xBB67AE8584CAA73B)}"]  # fmt: skip
        lines.append(f" %key{r} = {key[0]}\n %kez{r} = {key[1]}")
        for word, factor, name in ((a, 0xD2E7470EE14C6C93, "p"), (c, 0xCA5A826395121157, "q")):
            lines.append(f""" %{name}w{r} = zext i64 {word} to i128
 %{name}m{r} = mul i128 %{name}w{r}, {factor}
 %{name}l{r} = trunc i128 %{name}m{r} to i64
 %{name}s{r} = lshr i128 %{name}m{r}, 64
 %{name}h{r} = trunc i128 %{name}s{r} to i64""")
        lines.append(f""" %x{r} = xor i64 %qh{r}, {b}
 %y{r} = xor i64 %x{r}, %key{r}
 %z{r} = xor i64 %ph{r}, {d}
 %v{r} = xor i64 %z{r}, %kez{r}""")
        a, b, c, d = f"%y{r}", f"%ql{r}", f"%v{r}", f"%pl{r}"
    lines.append(f" %row = mul i64 %streams, {LANES}")
    for word, value in enumerate((a, b, c, d)):
        lines.append(f""" %u{word} = lshr i64 {value}, 11
 %f{word} = uitofp i64 %u{word} to double
 %d{word} = fmul double %f{word}, {double(2.0**-53)}
 %o{word} = mul i64 %row, {word}
 %i{word} = add i64 %o{word}, %k
 %at{word} = getelementptr double, ptr %to, i64 %i{word}
 store double %d{word}, ptr %at{word}""")
    lines.append(""" %next = add i64 %k, 1
 %more = icmp slt i64 %next, %row
 br i1 %more, label %cell, label %end
end:
 ret void
}""")
    return "\n".join(lines)


def signed(value: int) -> int:
    """The lower 64 bits of a number, as LLVM writes them."""
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


# ------------------------------------------------------------------ the solver


def solver_text(solver: Solver) -> str:
    """The function `@solve(table, lanes)`, which gives the lanes whose play is in doubt."""
    count = solver.expectations
    odds = 3 * count
    image = odds + len(solver.odds)
    step, after = image + count, image + 2 * count
    error, play = image + 3 * count, image + 3 * count + 1
    proven = play + len(solver.play)
    loop_inputs = {node for node, (buffer, _) in solver.places.items() if buffer == "loop"}
    swept = [*solver.odds, *solver.image, *solver.step, solver.error, *solver.after]
    turning = dependents(solver.graph.nodes, loop_inputs)
    ready_nodes = [node for node in needed(swept, set()) if node not in turning]
    known = {node for node in ready_nodes if node.op != INPUT}
    groups = ((solver.odds, odds), (solver.image, image), (solver.step, step), (solver.after, after))
    stores = [("loop", at + k, each) for group, at in groups for k, each in enumerate(group)]
    stores.append(("loop", error, solver.error))
    segments = [
        Segment("solver_ready", ready_nodes),
        Segment("solver_sweep", needed(swept, known), stores),
        Segment("solver_play", needed(solver.play, set()),
                [("loop", play + k, each) for k, each in enumerate(solver.play)]),
        Segment("solver_proof", needed([solver.proven], known), [("loop", proven, solver.proven)]),
        Segment("solver_near", needed([solver.proven_near], known),
                [("loop", proven, solver.proven_near)]),
    ]  # fmt: skip
    used = (segments[1].uses | segments[3].uses | segments[4].uses) & known
    slots = {node: k for k, node in enumerate(sorted(used, key=lambda each: each.number))}
    segments[0].stores += [("work", slot, node) for node, slot in slots.items()]
    text = [Emitter(each, solver.places, slots).text() for each in segments]
    given = "ptr null, ptr null, ptr null, ptr %table, ptr %loop, ptr %work, ptr null, ptr null"
    start, solution = solver.start, solver.solution
    residual = solution + len(solver.play)

    def at(name: str, buffer: str, row: int) -> str:
        return f" %{name} = getelementptr double, ptr %{buffer}, i64 {LANES * row}"

    def copied(to: str, source: str) -> str:
        return f" call void @llvm.memcpy.p0.p0.i64(ptr %{to}, ptr %{source}, i64 {WIDE * count}, i1 false)"

    text.append(f"""
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define internal i8 @solve(ptr %table, i8 %active) noinline {{
entry:
 %loop = alloca [{LANES * (proven + 1)} x double], align 64
 %work = alloca [{LANES * (len(slots) + 1)} x double], align 64
{at("start", "table", start)}
{at("solution", "table", solution)}
{at("residual", "table", residual)}
{at("before", "loop", count)}
{at("change", "loop", 2 * count)}
{at("image", "loop", image)}
{at("step", "loop", step)}
{at("after", "loop", after)}
{at("error", "loop", error)}
{at("play", "loop", play)}
{at("proven", "loop", proven)}
{copied("loop", "start")}
 call void @solver_ready({given})
 br label %sweep
sweep:
 %k = phi i64 [ 0, %entry ], [ %following, %onward ]
 %going = phi i8 [ %active, %entry ], [ %still, %onward ]
 call void @solver_sweep({given})
 %off = load {V}, ptr %error, align 8
 %small = fcmp ole {V} %off, splat (double {double(RESIDUAL)})
 %bits = bitcast {M} %small to i8
 %last = icmp eq i64 %k, {SWEEPS - 1}
 %ending = select i1 %last, i8 -1, i8 %bits
 %ended = and i8 %going, %ending
 %some = icmp ne i8 %ended, 0
 br i1 %some, label %keep, label %look
keep:
 call void @solver_play({given})
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
{copied("loop", "next")}
{copied("before", "image")}
{copied("change", "step")}
 %following = add i64 %k, 1
 br label %sweep
proof:
 call void @solver_proof({given})
 %found = load {V}, ptr %residual, align 8
 %solved = fcmp ole {V} %found, splat (double {double(RESIDUAL)})
 %sure = load {V}, ptr %proven, align 8
 %lone = fcmp une {V} %sure, zeroinitializer
 %both = and {M} %solved, %lone
 %certain = bitcast {M} %both to i8
 %open = xor i8 %certain, -1
 %doubt = and i8 %active, %open
 %none = icmp eq i8 %doubt, 0
 br i1 %none, label %sure_of, label %near
sure_of:
 ret i8 0
near:
 call void @solver_near({given})
 %nearly = load {V}, ptr %proven, align 8
 %alone = fcmp une {V} %nearly, zeroinitializer
 %also = and {M} %solved, %alone
 %settled = bitcast {M} %also to i8
 %unsettled = xor i8 %settled, -1
 %left = and i8 %doubt, %unsettled
 ret i8 %left
}}""")
    return "\n".join(text)


def dependents(nodes: list[Node], sources: set[Node]) -> set[Node]:
    """The nodes that are made of some sources, and these."""
    found = set(sources)
    for node in nodes:
        if any(each in found for each in node.figures if isinstance(each, Node)):
            found.add(node)
    return found


# ------------------------------------------------------------------ the turn


def turn_text(trace: Trace, solver: Solver, plan: Plan, number_row: int) -> str:
    """The function `@turn(runs, calendar, live, table, sums, flags, strips, seed)`.

    `live` has a 1 for each lane that counts, which is added to the `table` of counts at its
    places. `flags` has two bytes a strip: the lanes whose play is in doubt (then nothing is
    changed), and those in which a figure is not finite.
    """
    text = [MANY, MERGE, TALLY, DECLARED, philox(), solver_text(solver)]
    text += [Emitter(each, plan.places, plan.slots).text() for each, _ in plan.segments]
    draws = max([1, *(each.first + 4 * max(each.states, 1) for each in trace.draws)])
    rows, counted = number_row + 1, len(trace.counted)
    turn_row = next(k for k, what in enumerate(trace.calendar) if what == ("turn",))
    text.append(f"""
define void @turn(ptr noalias %allruns, ptr noalias %calendar, ptr noalias %alllive, ptr noalias %tally, ptr noalias %sums, ptr noalias %flags, i64 %strips, i64 %seed) {{
entry:
 %draws = alloca [{LANES * draws} x double], align 64
 %table = alloca [{LANES * solver.rows} x double], align 64
 %work = alloca [{LANES * (len(plan.slots) + 1)} x double], align 64
 %guards = alloca [{LANES * (len(plan.guards) + 1)} x double], align 64
 %counted = alloca [{LANES * counted} x i64], align 64
 %now = alloca {V}, align 64
 %turnat = getelementptr double, ptr %calendar, i64 {turn_row}
 %turnis = load double, ptr %turnat
 %turnlane = insertelement {V} poison, double %turnis, i64 0
 %turns = shufflevector {V} %turnlane, {V} poison, <{LANES} x i32> zeroinitializer
 store {V} %turns, ptr %now
 br label %strip
strip:
 %s = phi i64 [ 0, %entry ], [ %following, %done ]
 %atruns = mul i64 %s, {LANES * rows}
 %runs = getelementptr double, ptr %allruns, i64 %atruns
 %atlive = mul i64 %s, {LANES}
 %live = getelementptr i64, ptr %alllive, i64 %atlive
 %numbers = getelementptr double, ptr %runs, i64 {LANES * number_row}
 %atflags = mul i64 %s, 2
 %doubtat = getelementptr i8, ptr %flags, i64 %atflags
 %brokenat = getelementptr i8, ptr %doubtat, i64 1
 store i8 0, ptr %brokenat
{drawn(trace, plan.draws, "always")}
 br label %from0
{steps(trace, plan)}
 store i8 %doubts, ptr %doubtat
 %certain = icmp eq i8 %doubts, 0
 br i1 %certain, label %finish, label %done
finish:
 call void @final(ptr %runs, ptr %calendar, ptr %draws, ptr %table, ptr null, ptr %work, ptr %guards, ptr %counted)
 %soundat = getelementptr double, ptr %guards, i64 {LANES * len(plan.guards)}
 %sound = load {V}, ptr %soundat, align 8
 %unsound = fcmp uno {V} %sound, %sound
 %broken = bitcast {M} %unsound to i8
 store i8 %broken, ptr %brokenat
 call void @tally(ptr %counted, ptr %live, ptr %tally, i64 {LANES * (counted - trace.sums)})
 %added = getelementptr i64, ptr %counted, i64 {LANES * (counted - trace.sums)}
 call void @add(ptr %added, ptr %live, ptr %sums, i64 {trace.sums})
 br label %done
done:
 %following = add i64 %s, 1
 %more = icmp slt i64 %following, %strips
 br i1 %more, label %strip, label %end
end:
 ret void
}}""")
    return "\n".join(text)


def drawn(trace: Trace, draws: list[Draws], name: str) -> str:
    """Calls that make draws."""
    lines = []
    for k, each in enumerate(draws):
        buffer, row = number_place(trace, each.number)
        purpose = zlib.crc32(each.purpose.encode())
        at = "%now" if buffer == "calendar" else f"%{name}_number{k}"
        if buffer == "runs":
            lines.append(f" {at} = getelementptr double, ptr %runs, i64 {LANES * row}")
        lines.append(f""" %{name}_to{k} = getelementptr double, ptr %draws, i64 {LANES * each.first}
 call void @draw(ptr %numbers, ptr {at}, ptr %{name}_to{k}, i64 {max(each.states, 1)}, i64 %seed, i64 {purpose})""")
    return "\n".join(lines)


def number_place(trace: Trace, number: Figure) -> tuple[str, int]:
    """Where the number of draws lies: the turn, or a row of a run."""
    if isinstance(number, Node) and number in trace.places:
        place = trace.places[number]
        if place[0] == "runs" or trace.calendar[place[1]] == ("turn",):
            return place
    raise NotTraceable("draws by a number that is neither the turn's nor a run's")


def steps(trace: Trace, plan: Plan) -> str:
    """All segments but the last in their order, with the games and draws that are asked for."""
    given = "ptr %runs, ptr %calendar, ptr %draws, ptr %table, ptr null, ptr %work, ptr %guards, ptr %counted"
    lines, doubts = [], "0"
    solved = {place: guard for place, guard in plan.solves}
    count = len(plan.segments) - 1
    for k, (segment, guard) in enumerate(plan.segments[: count + 1]):
        lines.append(f"from{k}:")
        if k in solved:
            lanes, doubt = "-1", f"%doubt{k}"
            own = solved[k]
            if own is not None:
                lines += [f" br i1 %any{own}, label %solve{k}, label %solved{k}", f"solve{k}:"]
                lanes = f"%lanes{own}"
            lines.append(f" {doubt}_ = call i8 @solve(ptr %table, i8 {lanes})")
            if own is not None:
                lines += [f" br label %solved{k}", f"solved{k}:",
                          f" {doubt} = phi i8 [ {doubt}_, %solve{k} ], [ 0, %from{k} ]"]  # fmt: skip
            else:
                lines.append(f" {doubt} = or i8 {doubt}_, 0")
            lines.append(f" %doubts{k} = or i8 {doubts}, {doubt}")
            doubts = f"%doubts{k}"
        if k == count:
            break
        if guard is not None:
            lines += [f" br i1 %any{guard}, label %do{k}, label %from{k + 1}", f"do{k}:"]
            fresh = plan.guards[guard].draws
            if fresh:
                lines.append(drawn(trace, fresh, f"fresh{k}"))
        lines.append(f" call void @{segment.name}({given})")
        told = [row for buffer, row, _ in segment.stores if buffer == "guards"]
        for g in told:
            lines.append(f""" %asks{g}at = getelementptr double, ptr %guards, i64 {LANES * g}
 %asks{g} = load {V}, ptr %asks{g}at, align 8
 %asking{g} = fcmp une {V} %asks{g}, zeroinitializer
 %lanes{g} = bitcast {M} %asking{g} to i8
 %any{g} = icmp ne i8 %lanes{g}, 0""")
        lines.append(f" br label %from{k + 1}")
    lines.append(f" %doubts = or i8 {doubts}, 0")
    return "\n".join(lines)
