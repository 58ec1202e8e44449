"""Functions that every compiled turn calls, as LLVM's text: numpy's loops, draws, and counts."""

from model.compiled.emitting import LANES, M, V, double
from model.compiled.symbols import LOOPS

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
    given = "ptr %runs, ptr %numbers, ptr %to, i64 %streams, i64 %seed, i64 %purpose"
    lines = [
        f"""
define internal void @draw({given}) {{
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
 %b0 = fptoui double %number to i64"""
    ]
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
    for place, value in enumerate((a, b, c, d)):
        lines.append(f""" %u{place} = lshr i64 {value}, 11
 %f{place} = uitofp i64 %u{place} to double
 %d{place} = fmul double %f{place}, {double(2.0**-53)}
 %o{place} = mul i64 %row, {place}
 %i{place} = add i64 %o{place}, %k
 %at{place} = getelementptr double, ptr %to, i64 %i{place}
 store double %d{place}, ptr %at{place}""")
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
