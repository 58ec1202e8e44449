"""What may stand in a preset, a profile and the ladder, made from the declarations.

The models check values, name every mistake in words, and become the JSON Schema for editors.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin  # fields are of any type

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from agents.payoffs import TERMS, Term
from model.documents import MANY, Location, suggestion, told, word
from model.layers import Layers
from model.parameters import SECTIONS, STATE_SECTIONS, Action, declarations
from model.treaties import REQUIRED

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
BUILT_IN = dict(TERMS)
"""The terms that every preset has, before any of a user's own is declared."""


def _quantity(each: Mapping[str, Any]) -> Any:
    """A field with the range, unit, meaning and source of a declared quantity."""
    unit, meaning, source = each["unit"], each["meaning"], each["source"]
    return Field(
        each["default"],
        ge=each["low"],
        le=each["high"],
        description=f"{meaning}; {unit}, from {each['low']:g} to {each['high']:g}. {source}",
        json_schema_extra={"unit": unit},
    )


def checked_section(section: type) -> type[BaseModel]:
    """The pydantic model of a declared section, with its ranges."""
    members: dict[str, Any] = {
        name: (float, _quantity(each)) for name, each in declarations(section).items()
    }
    about = (section.__doc__ or "").split("\n")[0]
    return create_model(section.__name__, __config__=STRICT, __doc__=about, **members)


def _weights(terms: Iterable[Term]) -> type[BaseModel]:
    """The pydantic model of the weights, one for each declared term."""
    members: dict[str, Any] = {
        term.name: (
            float,
            _quantity(
                {
                    "default": term.default,
                    "low": term.low,
                    "high": term.high,
                    "unit": "weight",
                    "meaning": term.meaning.rstrip("."),
                    "source": term.source,
                }
            ),
        )
        for term in terms
    }
    about = "How much each payoff term counts."
    return create_model("Weights", __config__=STRICT, __doc__=about, **members)


Price = Annotated[float, Field(ge=0, le=1000, json_schema_extra={"unit": "USD/bbl"})]


class TreatyEntry(BaseModel):
    """A treaty as written in its holder's profile."""

    model_config = STRICT
    partner: str = Field(description="the state that the treaty is with")
    clause: Literal[tuple(REQUIRED)] = Field(  # type: ignore[valid-type]  # declared once
        description="what it binds the holder to"
    )
    depth: float = Field(ge=0, le=1, description="how deep it goes; share, from 0 to 1")
    signed: date = Field(description="day of signature")
    in_force: date | None = Field(None, description="day from which it is in force")
    denounced: date | None = Field(None, description="day on which it was denounced")
    against: list[str] = Field([], description="attackers it binds against; empty for any")
    source: str = Field("", description="where this is from")


class Event(BaseModel):
    """Something that happens on a known date: a figure of the world takes a value."""

    model_config = STRICT
    day: date = Field(description="when")
    sets: Literal["restraint"] = Field(description="which figure takes a value")
    value: float = Field(ge=0, le=5, description="the value; index, from 0 to 5")
    what: str = Field("", description="what happened")
    source: str = Field("", description="where this is from")


class FrontStates(BaseModel):
    """Who fights on the other front, who backs its enemy, who supplies it."""

    model_config = STRICT
    fighting: str = Field(description="the state tied down there")
    backer: str | None = Field(None, description="the state that helps its enemy")
    supplier: str | None = Field(None, description="the state that supplies it with drones")


class Observed(BaseModel):
    """What was observed, to lay beside the simulation."""

    model_config = STRICT
    source: str = Field("", description="where this is from")
    brent: dict[str, Price] = Field({}, description="USD/bbl by day, as 2025-06-13 = 76.0")
    timeline: str | None = Field(None, description="CSV of dated acts, beside this file")


Attack: Any = Literal["endogenous", "scripted"]
Norm: Any = Literal["scoring", "standing", "stern"]
Role: Any = Literal["patron", "principal"]
Pair = dict[str, Annotated[float, Field(ge=-1, le=1, json_schema_extra={"unit": "index"})]]
Share = dict[str, Annotated[float, Field(ge=0, le=1, json_schema_extra={"unit": "share"})]]


def _tables(sections: dict[str, type]) -> dict[str, Any]:
    """The declared sections as optional tables of a file, with their defaults."""
    models = {name: checked_section(section) for name, section in sections.items()}
    return {
        name: (model, Field(default_factory=model, description=model.__doc__))
        for name, model in models.items()
    }


def _about(default: Any, description: str, **limits: Any) -> Any:
    return Field(default, description=description, **limits)


@cache
def profile_schema(terms: tuple[Term, ...]) -> Any:
    """The model of a profile, with a weight for each of these terms."""
    weights = _weights(terms)
    return create_model(
        "Profile",
        __config__=STRICT,
        __doc__="A state: what it has, what it wants, whom it is tied to.",
        label=(str, _about(..., "name in tables and figures", min_length=1, max_length=60)),
        colour=(
            str | None,
            _about(None, "colour in figures, as #3b6fb6", pattern="^#[0-9a-fA-F]{6}$"),
        ),
        aliases=(list[str], _about([], "names of its actors in a timeline")),
        precision=(
            float,
            _about(5.0, "how sharply it picks the better action; 1/value, from 0 to 200",
                   ge=0, le=200, json_schema_extra={"unit": "1/value"}),
        ),
        rule=(str, _about("logit", "decision rule")),
        menu=(list[str] | None, _about(None, "its actions; left out: all of its role")),
        ties=(Pair, _about({}, "affinity to other states; index, from -1 to 1")),
        stakes=(Pair, _about({}, "worth of others' survival to it; index, from -1 to 1")),
        pledges=(Share, _about({}, "what others expect of it; share, from 0 to 1")),
        treaties=(list[TreatyEntry], _about([], "treaties that it holds")),
        weights=(
            weights,
            Field(default_factory=weights, description="how much each payoff term counts"),
        ),
        sources=(dict[str, str], _about({}, "source of a figure, by its key")),
        **_tables(STATE_SECTIONS),
    )  # fmt: skip


Profile: Any = profile_schema(tuple(BUILT_IN.values()))

PresetFile: Any = create_model(
    "PresetFile",
    __config__=STRICT,
    __doc__="A preset: who plays, when, and what happens on known dates.",
    title=(str, _about(..., "title of the answer", min_length=1, max_length=200)),
    question=(str, _about("", "the question that it answers")),
    start=(date, _about(..., "the first day")),
    turn_days=(
        float,
        _about(7.0, "length of a turn; days, from 0.05 to 366", ge=0.05, le=366,
               json_schema_extra={"unit": "days"}),
    ),
    turns=(int, _about(26, "how many turns; from 1 to 10000", ge=1, le=10_000)),
    runs=(int, _about(1000, "how many runs by default", ge=1, le=100_000_000)),
    players=(list[str], _about(..., "the states that play", min_length=2, max_length=40)),
    target=(str, _about(..., "the state that is attacked")),
    challenger=(str, _about(..., "the state that attacks")),
    attack=(Attack, _about("endogenous", "the challenger's decision, or on a given day")),
    attack_day=(date | None, _about(None, "the day of a scripted attack")),
    norm=(Norm, _about("scoring", "how audiences judge a deed")),
    restraint=(
        float,
        _about(0.0, "what friends of a principal hold against its striking; index, from 0 to 5",
               ge=0, le=5, json_schema_extra={"unit": "index"}),
    ),
    events=(list[Event], _about([], "what happens on known dates")),
    fronts=(FrontStates | None, _about(None, "the states at another front")),
    observed=(Observed, Field(default_factory=Observed, description="to lay beside the result")),
    profiles=(str | None, _about(None, "folder of the user's own profiles, beside this file")),
    terms=(list[str], _about([], "Python files with the user's own payoff terms, beside this")),
    **_tables(SECTIONS),
)  # fmt: skip

ActionEntry: Any = create_model(
    "ActionEntry",
    __base__=checked_section(Action),
    role=(Role, Field(description="whose menu it is on by default")),
)


# ------------------------------------------------------------------- what a key means


def member(schema: Any, location: Location) -> tuple[Any, FieldInfo | None]:
    """The type and the declaration of what stands at a place of a schema; None if unknown."""
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
    """The type of a value that may be left out."""
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
    """Every key that a schema declares, tables with theirs: `means`, `means.money`, ..."""
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
    """The values as the schema's object, and the tables in which there is a mistake.

    Each mistake is added as a line. Where values are wrong, the object is that of the
    others, for the search of contradictions; None if that cannot be. `extra` are names
    that may be meant by an unknown key; missing keys are passed over if not `whole`.
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
    """The values without the one at a location, the table or list around it copied."""
    if not location or not isinstance(values, dict):
        return values
    first, *rest = location
    if not rest or not isinstance(values.get(first), dict):
        return {key: value for key, value in values.items() if key != first}
    return values | {first: _without(values[first], tuple(rest))}


def _fault(schema: Any, error: Any, location: Location, extra: Iterable[str]) -> str:
    """What is wrong with a value and what would be valid."""
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
    """What an unknown key may have meant: a near miss in its table, or a key of another one."""
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
    """What would be valid, in words: type, range and unit."""
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
    """The unit in which a number that is too large would be right."""
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
