"""Describes the keys of a schema and reports every mistake in a file."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal, get_args, get_origin  # fields are of any type

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from model.preset.layers import Layers
from model.preset.toml import MANY, Location, suggestion, told, word

# ------------------------------------------------------------------- what a key means


def member(schema: Any, location: Location) -> tuple[Any, FieldInfo | None]:
    """The type and declaration at a location of a schema; None if unknown."""
    kind, declared = schema, None
    for part in location:
        kind = _without_none(kind)
        origin, within = get_origin(kind), get_args(kind)
        if hasattr(kind, "model_fields") and part in kind.model_fields:
            declared = kind.model_fields[part]
            kind = declared.annotation
        elif origin is dict or (origin is list and part.isdigit()):
            kind = within[-1]
            declared = FieldInfo.from_annotation(kind)
            kind = declared.annotation
        else:
            return None, None
    return _without_none(kind), declared


def _without_none(kind: Any) -> Any:
    """The type of an optional value without None."""
    others = [each for each in get_args(kind) if each is not type(None)]
    return others[0] if type(None) in get_args(kind) and len(others) == 1 else kind


def bounds(declared: FieldInfo) -> tuple[float, float] | None:
    """The range of a declared number."""
    limits: dict[str, float] = {}
    for each in declared.metadata:
        limits |= {side: getattr(each, side) for side in ("ge", "le") if hasattr(each, side)}
    return (limits["ge"], limits["le"]) if len(limits) == 2 else None


def unit(declared: FieldInfo) -> str:
    """The unit of a declared number."""
    extra = declared.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else ""


@cache
def keys(schema: Any, beneath: str = "") -> list[str]:
    """Every key that a schema declares, at all levels: `means`, `means.money`, ..."""
    found: list[str] = []
    for name, each in schema.model_fields.items():
        found.append(beneath + name)
        kind = _without_none(each.annotation)
        if hasattr(kind, "model_fields"):
            found += keys(kind, f"{beneath}{name}.")
    return found


# ------------------------------------------------------------------- mistakes in words


def checked(
    schema: Any, values: Mapping[str, Any], layers: Layers, at: Location, where: str,
    mistakes: list[str], extra: Iterable[str] = (), whole: bool = True,
) -> tuple[Any, set[str]]:  # fmt: skip
    """The values as an object of the schema, and the tables that hold a mistake.

    A line is added for each mistake. If some values are wrong, the object is made from the
    others, so that contradictions can still be found, or is None. `extra` lists names that an
    unknown key may have meant; missing keys are ignored unless `whole`.
    """
    wrong: set[str] = set()
    for attempt in range(3):
        try:
            return schema.model_validate(values), wrong
        except ValidationError as error:
            found = error.errors(include_url=False)
        if len(found) > MANY:
            mistakes.append(f"{where}: {len(found)} mistakes, of which the first {MANY} are told")
        for each in found[:MANY]:
            location = tuple(str(part) for part in each["loc"])
            wrong.add(location[0] if location else "")
            values = _without(values, location)
            if each["type"] == "missing" and (attempt or not whole):
                continue
            place = layers.where((*at, *location), where)
            mistakes.append(f"{place}: {_fault(schema, each, location, extra)}")
        if len(found) > MANY:
            break
    return None, wrong


def _without(values: Any, location: Location) -> Any:
    """A copy of the values without the one at a location."""
    if not location or not isinstance(values, dict):
        return values
    first, *rest = location
    if not rest or not isinstance(values.get(first), dict):
        return {key: value for key, value in values.items() if key != first}
    return values | {first: _without(values[first], tuple(rest))}


def _fault(schema: Any, error: Any, location: Location, extra: Iterable[str]) -> str:
    """A description of what is wrong with a value and what would be valid."""
    kind, found = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"unknown key{_meant(schema, location, extra)}"
    if kind == "missing":
        return f"missing; valid: {valid(*member(schema, location))}"
    expected, declared = member(schema, location)
    told_ = f"found {told(found)}; valid: "
    if expected is None or declared is None:
        return told_ + str(error["msg"]).lower().replace("input should be ", "")
    if get_origin(expected) is Literal and isinstance(found, str):
        return f"found {told(found)}{_near(found, expected)}"
    return told_ + valid(expected, declared) + _slip(found, declared)


def _near(found: str, expected: Any) -> str:
    known = [str(each) for each in get_args(expected)]
    near = suggestion(found, known)
    listed = "; valid: " + ", ".join(repr(each) for each in known)
    return listed if near.startswith("; valid") else near + listed


def _meant(schema: Any, location: Location, extra: Iterable[str]) -> str:
    """A suggestion for an unknown key: a similar key of its table, or the same key elsewhere."""
    kind, _ = member(schema, location[:-1])
    extra = [] if location[:-1] else sorted(extra)
    known = [each for each in extra if "." not in each]
    here = list(getattr(kind, "model_fields", {})) + known
    near = suggestion(location[-1], here)
    if "did you mean" in near:
        return near
    everywhere = [*keys(schema), *extra]
    same = [key for key in everywhere if key.split(".")[-1] == location[-1]]
    return f"; did you mean {' or '.join(same)}?" if same else near


def valid(expected: Any, declared: FieldInfo | None) -> str:
    """A description of valid values: type, range and unit."""
    limits = bounds(declared) if declared is not None else None
    if expected in (float, int):
        number = "a whole number" if expected is int else "a number"
        within = f" from {limits[0]:g} to {limits[1]:g}" if limits else ""
        return f"{number}{within} {unit(declared) if declared else ''}".rstrip()
    if get_origin(expected) is Literal:
        return ", ".join(repr(each) for each in get_args(expected))
    if expected is date:
        return "a date without quotes, as 2025-06-13"
    if expected is str and declared is not None and "#3b6fb6" in (declared.description or ""):
        return 'a colour in quotes, as "#3b6fb6"'
    about = (declared.description if declared is not None else "") or ""
    if expected is str:
        return f"words in quotes: {about}" if about else "words in quotes"
    if get_origin(expected) is list:
        if hasattr(get_args(expected)[0], "model_fields"):
            return "tables, each under a header in double brackets, as [[treaties]]"
        return f'a list of names, as ["russia", "iran"]: {about}'
    return f"a table: {about}" if about else "a table"


SLIPS = {
    "USD bn/year": ((1e3, "USD m"), (1e6, "USD thousand"), (1e9, "USD")),
    "thousand troops": ((1e3, "troops"),),
    "mb/d": ((1e3, "thousand barrels a day"), (1e6, "barrels a day")),
    "USD/bbl": ((1e2, "cents"),),
    "share": ((1e2, "percent"),),
}
"""By unit: how many of another unit go into one of it, and that unit's name."""


def _slip(found: object, declared: FieldInfo) -> str:
    """The unit in which a number that is too large would be valid."""
    limits = bounds(declared)
    if limits is None or isinstance(found, bool) or not isinstance(found, int | float):
        return ""
    for factor, name in SLIPS.get(unit(declared), ()):
        try:
            value = found / factor
        except OverflowError:
            return ""
        if abs(value) >= 0.05 and limits[0] <= value <= limits[1]:
            return f"; it would be right in {word(name)}: did you mean {value:g}?"
    return ""
