"""A whole turn of all strips as LLVM's text: the segments of each strip in their order."""

import zlib

from model.compiled.emitting import DECLARED, LANES, Emitter, M, V
from model.compiled.functions import MANY, MERGE, TALLY, philox
from model.compiled.planning import Plan
from model.compiled.solver import Solver
from model.compiled.sweeping import solver_text
from model.compiled.symbols import Figure, Node, NotTraceable
from model.compiled.tracing import Draws, Trace

GIVEN = (
    "ptr %runs, ptr %calendar, ptr %draws, ptr %table, ptr null, ptr %work, ptr %guards, "
    "ptr %counted"
)

ARRAYS = ("allruns", "calendar", "alllive", "tally", "sums", "flags")
TURN = ", ".join(f"ptr noalias %{each}" for each in ARRAYS) + ", i64 %strips, i64 %seed"


def turn_text(trace: Trace, solver: Solver, plan: Plan, number_row: int) -> str:
    """The function `@turn(runs, calendar, live, table, sums, flags, strips, seed)`.

    `live` has a 1 for each lane that counts, which is added to the `table` of counts at its
    places. `flags` has two bytes a strip: the lanes whose play is in doubt (then nothing is
    changed), and those in which a figure is not finite.
    """
    text = [MANY, MERGE, TALLY, DECLARED, philox(), solver_text(solver)]
    text += [Emitter(each, plan.places, plan.slots).text() for each, _ in plan.segments]
    text += [
        head(trace, solver, plan),
        strip(number_row),
        drawn(trace, plan.draws, "always"),
    ]
    text += [" br label %from0", steps(trace, plan), end(trace, plan)]
    return "\n".join(text)


def head(trace: Trace, solver: Solver, plan: Plan) -> str:
    """The function's name, its buffers, and the number of the turn."""
    draws = max([1, *(each.first + 4 * max(each.states, 1) for each in trace.draws)])
    turn_row = next(k for k, what in enumerate(trace.calendar) if what == ("turn",))
    return f"""
define void @turn({TURN}) {{
entry:
 %draws = alloca [{LANES * draws} x double], align 64
 %table = alloca [{LANES * solver.rows} x double], align 64
 %work = alloca [{LANES * (len(plan.slots) + 1)} x double], align 64
 %guards = alloca [{LANES * (len(plan.guards) + 1)} x double], align 64
 %counted = alloca [{LANES * len(trace.counted)} x i64], align 64
 %now = alloca {V}, align 64
 %turnat = getelementptr double, ptr %calendar, i64 {turn_row}
 %turnis = load double, ptr %turnat
 %turnlane = insertelement {V} poison, double %turnis, i64 0
 %turns = shufflevector {V} %turnlane, {V} poison, <{LANES} x i32> zeroinitializer
 store {V} %turns, ptr %now
 br label %strip"""


def strip(number_row: int) -> str:
    """Where a strip's own rows lie."""
    return f"""strip:
 %s = phi i64 [ 0, %entry ], [ %following, %done ]
 %atruns = mul i64 %s, {LANES * (number_row + 1)}
 %runs = getelementptr double, ptr %allruns, i64 %atruns
 %atlive = mul i64 %s, {LANES}
 %live = getelementptr i64, ptr %alllive, i64 %atlive
 %numbers = getelementptr double, ptr %runs, i64 {LANES * number_row}
 %atflags = mul i64 %s, 2
 %doubtat = getelementptr i8, ptr %flags, i64 %atflags
 %brokenat = getelementptr i8, ptr %doubtat, i64 1
 store i8 0, ptr %brokenat"""


def end(trace: Trace, plan: Plan) -> str:
    """The end of a strip: its last segment and its counts, unless a game is in doubt."""
    places = LANES * (len(trace.counted) - trace.sums)
    return f""" store i8 %doubts, ptr %doubtat
 %certain = icmp eq i8 %doubts, 0
 br i1 %certain, label %finish, label %done
finish:
 call void @final({GIVEN})
 %soundat = getelementptr double, ptr %guards, i64 {LANES * len(plan.guards)}
 %sound = load {V}, ptr %soundat, align 8
 %unsound = fcmp uno {V} %sound, %sound
 %broken = bitcast {M} %unsound to i8
 store i8 %broken, ptr %brokenat
 call void @tally(ptr %counted, ptr %live, ptr %tally, i64 {places})
 %added = getelementptr i64, ptr %counted, i64 {places}
 call void @add(ptr %added, ptr %live, ptr %sums, i64 {trace.sums})
 br label %done
done:
 %following = add i64 %s, 1
 %more = icmp slt i64 %following, %strips
 br i1 %more, label %strip, label %end
end:
 ret void
}}"""


def drawn(trace: Trace, draws: list[Draws], name: str) -> str:
    """Calls that make draws."""
    lines = []
    for k, each in enumerate(draws):
        buffer, row = number_place(trace, each.number)
        purpose = zlib.crc32(each.purpose.encode())
        at = "%now" if buffer == "calendar" else f"%{name}_number{k}"
        if buffer == "runs":
            lines.append(f" {at} = getelementptr double, ptr %runs, i64 {LANES * row}")
        to, streams = f"%{name}_to{k}", max(each.states, 1)
        given = f"ptr %numbers, ptr {at}, ptr {to}, i64 {streams}, i64 %seed, i64 {purpose}"
        lines.append(f""" {to} = getelementptr double, ptr %draws, i64 {LANES * each.first}
 call void @draw({given})""")
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
    lines, doubts = [], "0"
    solved = dict(plan.solves)
    for k, (segment, guard) in enumerate(plan.segments):
        lines.append(f"from{k}:")
        if k in solved:
            lines.append(solving(k, solved[k], doubts))
            doubts = f"%doubts{k}"
        if k == len(plan.segments) - 1:
            break
        if guard is not None:
            lines += [f" br i1 %any{guard}, label %do{k}, label %from{k + 1}", f"do{k}:"]
            lines.append(drawn(trace, plan.guards[guard].draws, f"fresh{k}"))
        lines.append(f" call void @{segment.name}({GIVEN})")
        lines += [asked(row) for buffer, row, _ in segment.stores if buffer == "guards"]
        lines.append(f" br label %from{k + 1}")
    return "\n".join([*lines, f" %doubts = or i8 {doubts}, 0"])


def solving(k: int, guard: int | None, doubts: str) -> str:
    """A game that is solved, always or in the lanes of a guard, and the lanes in doubt so far."""
    if guard is None:
        return f""" %doubt{k} = call i8 @solve(ptr %table, i8 -1)
 %doubts{k} = or i8 {doubts}, %doubt{k}"""
    return f""" br i1 %any{guard}, label %solve{k}, label %solved{k}
solve{k}:
 %own{k} = call i8 @solve(ptr %table, i8 %lanes{guard})
 br label %solved{k}
solved{k}:
 %doubt{k} = phi i8 [ %own{k}, %solve{k} ], [ 0, %from{k} ]
 %doubts{k} = or i8 {doubts}, %doubt{k}"""


def asked(guard: int) -> str:
    """In which lanes a guard holds, and whether in any."""
    return f""" %asks{guard}at = getelementptr double, ptr %guards, i64 {LANES * guard}
 %asks{guard} = load {V}, ptr %asks{guard}at, align 8
 %asking{guard} = fcmp une {V} %asks{guard}, zeroinitializer
 %lanes{guard} = bitcast {M} %asking{guard} to i8
 %any{guard} = icmp ne i8 %lanes{guard}, 0"""
