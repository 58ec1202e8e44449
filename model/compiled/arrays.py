"""Arrays of symbols: what numpy's operations do when their operands are figures of a trace.

A `Traced` array is an array of objects; broadcasting, views and assignments are numpy's own. A
mask of values that picks runs picks them all when read, and is a choice when written: rules are
pure and no run sees another, so what is worked out for the other runs is not kept.
"""

# mypy: disable-error-code="override"
# of numpy's many signatures only those that rules use are written for figures

import itertools
from collections.abc import Callable, Iterator
from functools import reduce
from threading import get_ident
from types import ModuleType
from typing import Any  # numpy's protocols take operands of any type

import numpy as np
from scipy.special import ndtri

from model.compiled import symbols
from model.compiled.symbols import Figure, Node, NotTraceable, figure

OPERATIONS: dict[np.ufunc, Callable[..., Figure]] = {
    np.add: symbols.plus, np.subtract: symbols.minus, np.multiply: symbols.times,
    np.true_divide: symbols.over, np.negative: symbols.negative, np.power: symbols.power,
    np.maximum: symbols.larger, np.minimum: symbols.smaller,
    np.absolute: symbols.size, np.sign: symbols.sign, np.rint: symbols.rounded,
    np.sqrt: symbols.root, np.square: lambda x: symbols.power(x, 2.0),
    np.exp: symbols.by_loop("exp"), np.log: symbols.by_loop("log"),
    np.log1p: symbols.by_loop("log1p"), ndtri: symbols.by_loop("ndtri"),
    np.less: lambda x, y: symbols.compared("lt", x, y),
    np.less_equal: lambda x, y: symbols.compared("le", x, y),
    np.greater: lambda x, y: symbols.compared("gt", x, y),
    np.greater_equal: lambda x, y: symbols.compared("ge", x, y),
    np.equal: lambda x, y: symbols.compared("eq", x, y),
    np.not_equal: lambda x, y: symbols.compared("ne", x, y),
    np.logical_and: symbols.both, np.bitwise_and: symbols.both,
    np.logical_or: symbols.either, np.bitwise_or: symbols.either,
    np.logical_xor: symbols.differ, np.bitwise_xor: symbols.differ,
    np.logical_not: symbols.opposite, np.invert: symbols.opposite,
    np.isfinite: lambda x: not symbols.may_be_infinite(x) or symbols.both(
        symbols.compared("ne", x, -np.inf), symbols.compared("ne", x, np.inf)),
    np.isnan: lambda x: False,
}  # fmt: skip


def _on_figures(operation: Callable[..., Figure], operands: int) -> Callable[..., Any]:
    def each(*values: object) -> Figure:
        return operation(*map(figure, values))

    return np.frompyfunc(each, operands, 1)


ELEMENTWISE = {ufunc: _on_figures(each, ufunc.nin) for ufunc, each in OPERATIONS.items()}
CHOICE = _on_figures(symbols.where, 3)
NUMBERS = _on_figures(symbols.number, 1)
WHOLE = _on_figures(symbols.whole, 1)


class Traced(np.ndarray):
    """An array of figures."""

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any
    ) -> Any:
        """The operation on each figure."""
        if any(
            hasattr(type(each), "__array_ufunc__") and not isinstance(each, np.ndarray | np.generic)
            for each in inputs
        ):
            return NotImplemented  # as of an Affine figure
        operation = ELEMENTWISE.get(ufunc)
        if operation is None:
            raise NotTraceable(f"uses {ufunc.__name__}")
        plain = [plain_of(each) for each in inputs]
        if method == "__call__":
            if options.get("where", True) is not True:
                raise NotTraceable(f"uses {ufunc.__name__} with where=")
            result = traced(operation(*plain))
        elif method == "reduce":
            result = _reduced(operation, plain[0], **options)
        else:
            raise NotTraceable(f"uses {ufunc.__name__}.{method}")
        if out is None:
            return result
        plain_of(out[0])[...] = plain_of(result)
        return out[0]

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """A function of numpy: one of those written for figures, or its own on objects."""
        own = FUNCTIONS.get(function)
        if own is not None:
            return own(*args, **kwargs)
        if function not in ON_OBJECTS:
            raise NotTraceable(f"uses numpy.{function.__name__}")
        made = function(*_deep(args), **_deep(kwargs))
        if isinstance(made, list | tuple):
            return type(made)(map(traced, made)) if _holds_arrays(made) else made
        return traced(made) if isinstance(made, np.ndarray) else made

    def __getitem__(self, key: Any) -> Any:
        return traced(np.ndarray.__getitem__(plain_of(self), _without_masks(key)[0]))

    def __setitem__(self, key: Any, value: Any) -> None:
        key, masks = _without_masks(key)
        table = plain_of(self)
        for mask in masks:
            value = CHOICE(mask, plain_of(value), np.ndarray.__getitem__(table, key))
        table[key] = plain_of(value)

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))

    def __bool__(self) -> bool:
        raise NotTraceable("branches on a value")

    def __float__(self) -> float:
        raise NotTraceable("turns a value of one run into a number")

    __int__ = __index__ = __float__  # type: ignore[assignment]  # both only raise

    def any(self, axis: Any = None, **options: Any) -> Any:
        """Over an axis whether one holds; over all, whether one may in some run."""
        if axis is not None:
            return np.logical_or.reduce(self, axis=axis, **options)
        return any(isinstance(each, Node) or bool(each) for each in plain_of(self).flat)

    def all(self, axis: Any = None, **options: Any) -> Any:
        """Over an axis whether each holds; over all, whether each must in every run."""
        if axis is not None:
            return np.logical_and.reduce(self, axis=axis, **options)
        return all(not isinstance(each, Node) and bool(each) for each in plain_of(self).flat)

    def sum(self, axis: Any = None, **options: Any) -> Any:
        """The sum over an axis; truths count."""
        return np.add.reduce(traced(NUMBERS(plain_of(self))), axis=axis, **options)

    def prod(self, axis: Any = None, **options: Any) -> Any:
        """The product over an axis."""
        return np.multiply.reduce(traced(NUMBERS(plain_of(self))), axis=axis, **options)

    def max(self, axis: Any = None, **options: Any) -> Any:
        """The largest over an axis."""
        return np.maximum.reduce(self, axis=axis, **options)

    def min(self, axis: Any = None, **options: Any) -> Any:
        """The smallest over an axis."""
        return np.minimum.reduce(self, axis=axis, **options)

    def mean(self, *_: Any, **__: Any) -> Any:
        """Refused: numpy sums in an order of its own there."""
        raise NotTraceable("takes a mean")

    def clip(self, low: Any, high: Any) -> Any:
        """Between two ends."""
        return np.minimum(np.maximum(self, low), high)

    def astype(self, kind: Any, **_: Any) -> Any:
        """Numbers of another kind: whole ones, truths, or as they are."""
        kind = np.dtype(kind).kind
        return (
            self != 0
            if kind == "b"
            else traced((WHOLE if kind in "iu" else NUMBERS)(plain_of(self)))
        )

    def argmax(self, axis: Any = None, **_: Any) -> Any:
        """The place of the first of the largest over an axis."""
        rows = np.moveaxis(plain_of(self), _axis(axis), 0)
        best, place = rows[0], np.zeros(rows.shape[1:]).astype(object)
        for number, row in enumerate(rows[1:], 1):
            higher = ELEMENTWISE[np.greater](row, best)
            best, place = CHOICE(higher, row, best), CHOICE(higher, float(number), place)
        return traced(place)

    def cumsum(self, axis: Any = None, **_: Any) -> Any:
        """Sums so far along an axis; truths count."""
        rows = np.moveaxis(NUMBERS(plain_of(self)), _axis(axis), 0)
        sums = itertools.accumulate(rows, ELEMENTWISE[np.add])
        return traced(np.moveaxis(np.stack(list(sums)), 0, _axis(axis)))


def _axis(axis: Any) -> int:
    if axis is None:
        raise NotTraceable("reduces over all axes")
    return int(axis)


def traced(values: object) -> Any:
    """Figures as an array of them."""
    return np.asarray(values, dtype=object).view(Traced)


def plain_of(value: Any) -> Any:
    """An array of figures as one of objects; all else as it is."""
    return value.view(np.ndarray) if isinstance(value, Traced) else value


def _deep(value: Any) -> Any:
    """Arrays of figures as those of objects, in lists, tuples and options too."""
    if isinstance(value, list | tuple):
        return type(value)(map(_deep, value))
    if isinstance(value, dict):
        return {name: _deep(each) for name, each in value.items()}
    return plain_of(value)


def _holds_arrays(values: Any) -> bool:
    return any(isinstance(each, np.ndarray) for each in values)


def _reduced(
    operation: Callable[..., Any], table: Any, axis: Any = 0, keepdims: bool = False, **options: Any
) -> Any:
    """A reduction over axes, in the order of the entries."""
    if any(each is not None and each is not np._NoValue for each in options.values()):
        raise NotTraceable(f"reduces with {', '.join(options)}")
    if axis is None:
        raise NotTraceable("reduces over all axes")
    axes = sorted(each % table.ndim for each in (axis if isinstance(axis, tuple) else (axis,)))
    for each in reversed(axes):
        table = np.asarray(reduce(operation, np.moveaxis(table, each, 0)), dtype=object)
    return traced(np.expand_dims(table, tuple(axes)) if keepdims else table)


def _is_mask(key: Any) -> bool:
    return isinstance(key, Traced) and all(map(symbols.is_truth, plain_of(key).flat))


def _without_masks(key: Any) -> tuple[Any, list[Any]]:
    """An index with all in the place of masks of values, and these masks."""
    parts = key if isinstance(key, tuple) else (key,)
    masks = [plain_of(each) for each in parts if _is_mask(each)]
    if any(isinstance(each, Traced) and not _is_mask(each) for each in parts):
        raise NotTraceable("looks an entry up by a value")
    if any(each.size != 1 for each in masks):
        raise NotTraceable("picks by a mask over more than the runs")
    if not masks:
        return key, masks
    return tuple(slice(None) if _is_mask(each) else each for each in parts), masks


def _einsum(subscripts: str, *operands: Any, **options: Any) -> Any:
    """Products added up in the order of the axes that are summed, as numpy does."""
    if options:
        raise NotTraceable("uses numpy.einsum with options")
    names, result = subscripts.replace("...", "r").split("->")
    tables = [np.asarray(plain_of(each), dtype=object) for each in operands]
    lengths: dict[str, int] = {}
    for axes, table in zip(names.split(","), tables, strict=True):
        for axis, length in zip(axes, table.shape, strict=True):
            lengths[axis] = max(length, lengths.get(axis, 1))
    summed = [axis for axis in lengths if axis not in result]
    wide = []
    for axes, table in zip(names.split(","), tables, strict=True):
        order = [axis for axis in (*summed, *result) if axis in axes]
        turned = table.transpose([axes.index(axis) for axis in order])
        shape = [turned.shape[order.index(a)] if a in order else 1 for a in (*summed, *result)]
        wide.append(turned.reshape(shape))
    product = reduce(ELEMENTWISE[np.multiply], wide)
    whole = np.broadcast_to(product, [lengths[axis] for axis in (*summed, *result)])
    rows = whole.reshape(-1, *(lengths[axis] for axis in result))
    return traced(reduce(ELEMENTWISE[np.add], rows))


def _where(condition: Any, x: Any, y: Any) -> Any:
    return traced(CHOICE(*map(plain_of, (condition, x, y))))


def _copyto(target: Any, source: Any, casting: str = "same_kind", where: Any = True) -> None:
    plain_of(target)[...] = CHOICE(plain_of(where), plain_of(source), plain_of(target).copy())


def _take_along_axis(table: Any, places: Any, axis: int) -> Any:
    rows = np.moveaxis(plain_of(table), axis, 0)
    chosen = np.moveaxis(plain_of(places), axis, 0)
    return traced(np.moveaxis(np.stack([_entry(rows, place) for place in chosen]), 0, axis))


def _entry(rows: Any, place: Any) -> Any:
    """One of some rows by its place, which is a figure: the commonest constant needs no test."""
    rows, place = np.broadcast_arrays(rows, place[None])
    picked = np.empty(place.shape[1:], dtype=object)
    for at in np.ndindex(*picked.shape):
        entries = [figure(row[at]) for row in rows]
        constants = [each for each in entries if not isinstance(each, Node)]
        found = max(constants, key=constants.count) if constants else entries[0]
        usual = found
        for number, entry in enumerate(entries):
            if entry is not usual and entry != usual:
                chosen = symbols.compared("eq", figure(place[0][at]), float(number))
                found = symbols.where(chosen, entry, found)
        picked[at] = found
    return picked


def played(table: Any, choice: Any) -> Any:
    """`model.world.played` where the choice is a figure."""
    return traced(_entry(np.moveaxis(plain_of(table), 1, 0), plain_of(choice)))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.clip: lambda values, low, high: np.minimum(np.maximum(values, low), high),
    np.einsum: _einsum,
    np.copyto: _copyto,
    np.take_along_axis: _take_along_axis,
    np.any: lambda values, axis=None, **options: values.any(axis, **options),
    np.all: lambda values, axis=None, **options: values.all(axis, **options),
    np.sum: lambda values, axis=None, **options: values.sum(axis, **options),
    np.prod: lambda values, axis=None, **options: values.prod(axis, **options),
    np.max: lambda values, axis=None, **options: values.max(axis, **options),
    np.min: lambda values, axis=None, **options: values.min(axis, **options),
    np.argmax: lambda values, axis=None, **options: values.argmax(axis),
    np.cumsum: lambda values, axis=None, **options: values.cumsum(axis),
    np.zeros_like: lambda array, **options: _filled_like(0.0)(array, **options),
    np.ones_like: lambda array, **options: _filled_like(1.0)(array, **options),
    np.unique: lambda values, **options: values.reshape(-1),
}
"""What is written for figures."""

ON_OBJECTS = {
    np.shape, np.ndim, np.size, np.broadcast_to, np.broadcast_arrays, np.stack, np.concatenate,
    np.moveaxis, np.swapaxes, np.transpose, np.reshape, np.ravel, np.expand_dims, np.squeeze,
    np.repeat, np.tile, np.copy, np.atleast_1d, np.delete, np.roll, np.flip,
}  # fmt: skip
"""Functions that move entries without looking at them."""


class TracingNumpy(ModuleType):
    """numpy as the rules see it during a trace: the arrays that they make hold figures.

    Other threads see numpy itself.
    """

    def __init__(self) -> None:
        super().__init__("numpy")
        self.thread = get_ident()

    def __getattr__(self, name: str) -> Any:
        own = _MAKERS.get(name) if get_ident() == self.thread else None
        return own if own is not None else getattr(np, name)


def _filled(value: float) -> Callable[..., Any]:
    def make(shape: Any, dtype: Any = float, **_: Any) -> Any:
        return traced(np.full(shape, bool(value) if np.dtype(dtype) == bool else value, object))

    return make


def _filled_like(value: float) -> Callable[..., Any]:
    def make(array: Any, dtype: Any = None, **_: Any) -> Any:
        flat = plain_of(np.asarray(array)).flat
        truths = all(
            (isinstance(each, Node) and each.logical) or isinstance(each, bool | np.bool_)
            for each in flat
        )
        return traced(
            np.full(np.shape(array), bool(value) if truths and dtype is None else value, object)
        )

    return make


def _array(values: Any, dtype: Any = None, **_: Any) -> Any:
    return (
        traced(np.array(_deep(values), dtype=object))
        if _of_figures(values)
        else np.array(values, dtype)
    )


def _asarray(values: Any, dtype: Any = None, **_: Any) -> Any:
    if isinstance(values, Traced):
        return values
    return _array(values) if _of_figures(values) else np.asarray(values, dtype)


def _of_figures(values: Any) -> bool:
    if isinstance(values, list | tuple):
        return any(map(_of_figures, values))
    return isinstance(values, Traced | Node)


_MAKERS: dict[str, Callable[..., Any]] = {
    "zeros": _filled(0.0), "ones": _filled(1.0), "empty": _filled(0.0),
    "full": lambda shape, value, dtype=None, **_: traced(
        np.broadcast_to(np.asarray(plain_of(value), object), shape).copy()),
    "zeros_like": _filled_like(0.0), "ones_like": _filled_like(1.0),
    "empty_like": _filled_like(0.0),
    "array": _array, "asarray": _asarray,
    "ascontiguousarray": lambda values: _asarray(values).copy(),
}  # fmt: skip
