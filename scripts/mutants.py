"""Changes of a module's functions, one place at a time (for scripts/mutate)."""

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

OPERATORS = {
    ast.Sub: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
NAMES = {"target": "challenger", "challenger": "target", "kept": "failed", "failed": "kept"}
NAMES |= {"maximum": "minimum", "minimum": "maximum"}
OF_VALUES = ["maximum", "minimum", "where", "clip", "exp", "log", "log1p", "expm1"]
OF_VALUES += ["sqrt", "abs", "sign", "broadcast_to"]
GUARD = 1e-6
"""Numbers below are guards against division by zero; they are dropped, not moved."""


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand instead of an expression or statement."""
    match node:
        case ast.BinOp(left, op, right):
            yield left
            if isinstance(op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
                chain = isinstance(left, ast.BinOp) and type(left.op) is type(op)
                yield from () if chain else (right,)  # of a chain each one is left out
            if type(op) in OPERATORS:
                yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.Compare(left, [op], right):
            for other in COMPARISONS[type(op)]:
                yield ast.Compare(left, [other()], right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(OPERATORS[type(op)](), values)
        case ast.UnaryOp(_, ast.expr() as operand) if not isinstance(operand, ast.Constant):
            yield operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield from (
                ast.Constant(other) for other in ((1,) if value == 0 else (value + 1, value - 1))
            )
        case ast.Constant(float(value)) if value == 0 or abs(value) > GUARD:
            yield ast.Constant(2 * value or 1.0)
        case ast.Attribute(value, name) if name in NAMES:
            yield ast.Attribute(value, NAMES[name], ast.Load())
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.If(test, body, orelse) if not isinstance(
            test, ast.Compare | ast.BoolOp | ast.UnaryOp
        ):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Subscript(value, ast.Tuple([ast.Slice(None, None, None), index])) if (
            not isinstance(index, ast.Constant)
        ):
            yield ast.Subscript(value, index, node.ctx)
        case ast.Subscript(value, ast.Tuple([ast.Name() as one, ast.Name() as other])):
            yield ast.Subscript(value, ast.Tuple([other, one], ast.Load()), node.ctx)
        case ast.AugAssign(target, op, value):
            yield ast.Assign([target], value)
        case ast.Assign([ast.Subscript()]) | ast.Expr(ast.Call()):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
    if isinstance(node, ast.Call):
        yield from calls(node)


def calls(node: ast.Call) -> Iterator[ast.expr]:
    """A function of numpy replaced by one of its arguments; `replace` without one of its fields."""
    match node.func:
        case ast.Attribute(ast.Name("np"), name) if name in OF_VALUES:
            values = node.args[1:] if name == "where" else node.args
            yield from (
                each for each in values[:2] if not isinstance(each, ast.Constant | ast.Tuple)
            )
            if name == "where":
                yield ast.Call(node.func, [node.args[0], *node.args[:0:-1]], [])
        case ast.Name("replace"):
            for left_out in node.keywords:
                kept = [each for each in node.keywords if each is not left_out]
                yield ast.Call(node.func, node.args, kept)


@dataclass
class Place:
    """An expression or statement of a function, and where the syntax tree holds it."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    def shown(self, other: ast.AST) -> str:
        """The change in one line; what is short is shown with what it stands in."""
        short = isinstance(self.node, ast.Constant | ast.Attribute)
        whole = self.parent if short and isinstance(self.parent, ast.expr | ast.keyword) else None
        before = ast.unparse(whole or self.node)
        self.put(other)
        after = ast.unparse(whole or other)
        self.put(self.node)
        return " ".join(f"{before} -> {after}".split())

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def places(node: ast.AST) -> Iterator[Place]:
    """All places of a function's body that are run and decide something."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "decorator_list", "args", "returns", "type_comment") and not (
            isinstance(node, ast.Call)
        ):
            continue
        for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(each, ast.AST) and not isinstance(
                each, ast.Raise | ast.JoinedStr | ast.expr_context
            ):
                yield Place(node, field, index, each)
                yield from places(each)


@dataclass
class Mutant:
    """One change of one function of a module, and the function's code with it."""

    path: Path
    function: str
    name: str
    again: str
    code: Callable[[], CodeType]

    @property
    def anywhere(self) -> str:
        """The change as it is listed where it says nothing in any function."""
        return "*: " + self.name.split(": ", 1)[1].removesuffix(self.again)


def functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Functions and methods by qualified name; functions within functions belong to these."""
    for each in ast.iter_child_nodes(tree):
        if isinstance(each, ast.FunctionDef):
            yield within + each.name, each
        elif isinstance(each, ast.ClassDef):
            yield from functions(each, f"{within}{each.name}.")


def mutants(path: Path) -> Iterator[Mutant]:
    """All changes of a module, each under a name that does not depend on where it stands."""
    tree = ast.parse(path.read_text("utf-8"))
    met: Counter[str] = Counter()
    for function, definition in functions(tree):
        for place in places(definition):
            if place.parent is definition and place.field != "body":
                continue
            for change in changes(place.node):
                other = ast.fix_missing_locations(ast.copy_location(change, place.node))
                name = f"{path.stem}.{function}: {place.shown(other)}"
                met[name] += 1
                again = f" ({met[name]})" if met[name] > 1 else ""
                yield Mutant(
                    path,
                    function,
                    name + again,
                    again,
                    lambda p=place, o=other, f=function: (  # type: ignore[misc]
                        changed_code(tree, path, p, o, f)
                    ),
                )


def changed_code(
    tree: ast.Module, path: Path, place: Place, other: ast.AST, function: str
) -> CodeType:
    place.put(other)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # what cannot work is noticed by tests
            whole = compile(tree, str(path), "exec")
        return next(code for code in codes(whole) if code.co_qualname == function)
    finally:
        place.put(place.node)


def codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from codes(each)
