"""Schemas of presets, profiles and the ladder, built from the declarations.

The models check values and become the JSON Schema for editors.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, ClassVar, Literal  # fields are of any type

from pydantic import BaseModel, ConfigDict, Field, create_model

from agents.payoffs import FITTED, TERMS, Term
from model.parameters import SECTIONS, STATE_SECTIONS, Action, Pairs
from model.quantities import declarations
from model.treaties import REQUIRED

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
BUILT_IN = dict(TERMS)
"""The terms of every preset, without a user's own."""


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


class Made:
    """Models built at run time, by name, so that pickle finds them again."""


def kept(model: type[BaseModel]) -> type[BaseModel]:
    """Register a model built at run time where pickle looks for it."""
    model.__module__, model.__qualname__ = __name__, f"Made.{model.__name__}"
    setattr(Made, model.__name__, model)
    return model


@cache
def checked_section(section: type) -> type[BaseModel]:
    """The pydantic model of a declared section, with its ranges."""
    members: dict[str, Any] = {
        name: (float, _quantity(each)) for name, each in declarations(section).items()
    }
    about = (section.__doc__ or "").split("\n")[0]
    made = create_model(section.__name__, __config__=STRICT, __doc__=about, **members)
    return kept(made)


class OfTerms(BaseModel):
    """A model that depends on the payoff terms; it is pickled as these terms and its values."""

    model_config = STRICT
    made_by: ClassVar[Callable[[tuple[Term, ...]], Any]]
    terms: ClassVar[tuple[Term, ...]]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """What pickle stores."""
        kind = type(self)
        return _valid, (kind.made_by, kind.terms, self.model_dump(exclude_unset=True))


def _valid(made_by: Callable[..., Any], terms: tuple[Term, ...], values: dict[str, Any]) -> Any:
    """The values as an object of the model built from these terms."""
    return made_by(terms).model_validate(values)


def _of(
    terms: tuple[Term, ...], made_by: Callable[..., Any], model: type[OfTerms]
) -> type[OfTerms]:
    """A model that knows the terms it was made from."""
    model.made_by, model.terms = made_by, terms
    return model


@cache
def weights_schema(terms: tuple[Term, ...]) -> type[OfTerms]:
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
    model = create_model("Weights", __base__=OfTerms, __doc__=about, **members)
    return _of(terms, weights_schema, model)


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
    against: list[str] = Field([], description="challengers it binds against; empty for any")
    source: str = Field("", description="where this is from")


class Event(BaseModel):
    """An event on a known date: it sets a figure of the world."""

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
    """Observations to compare with the simulation."""

    model_config = STRICT
    source: str = Field("", description="where this is from")
    brent: dict[str, Price] = Field({}, description="USD/bbl by day, as 2025-06-13 = 76.0")
    timeline: str | None = Field(None, description="CSV of dated acts, beside this file")


Attack: Any = Literal["endogenous", "scripted"]
Norm: Any = Literal["scoring", "standing", "stern"]
Role: Any = Literal["patron", "principal"]


def _toward_others() -> dict[str, Any]:
    """A table for each declared quantity that a state has toward the others."""
    return {name: _table_of_states(each) for name, each in declarations(Pairs).items()}


def _table_of_states(each: Mapping[str, Any]) -> Any:
    """A table with a declared quantity for each state that it names."""
    low, high, unit = each["low"], each["high"], each["unit"]
    figure = Annotated[float, Field(ge=low, le=high, json_schema_extra={"unit": unit})]
    return dict[str, figure], _about({}, f"{each['meaning']}; {unit}, from {low:g} to {high:g}")


def _tables(sections: dict[str, type]) -> dict[str, Any]:
    """The declared sections as optional tables with their defaults."""
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
    weights = weights_schema(terms)
    return _of(terms, profile_schema, create_model(
        "Profile",
        __base__=OfTerms,
        __doc__="A state: what it has, what it wants, whom it is tied to.",
        label=(str, _about(..., "name in tables and figures", min_length=1, max_length=60)),
        colour=(
            str | None,
            _about(None, "colour in figures, as #3b6fb6", pattern="^#[0-9a-fA-F]{6}$"),
        ),
        aliases=(list[str], _about([], "names of its actors in a timeline")),
        precision=(
            float,
            _about(2.61, f"sharpness of its choice; 1/value, from 0 to 200. {FITTED}",
                   ge=0, le=200, json_schema_extra={"unit": "1/value"}),
        ),
        rule=(str, _about("logit", "decision rule")),
        menu=(list[str] | None, _about(None, "its actions; left out: all of its role")),
        **_toward_others(),
        treaties=(list[TreatyEntry], _about([], "treaties that it holds")),
        weights=(
            weights,
            Field(default_factory=weights, description="how much each payoff term counts"),
        ),
        sources=(dict[str, str], _about({}, "source of a figure, by its key")),
        **_tables(STATE_SECTIONS),
    ))  # fmt: skip


Profile: Any = profile_schema(tuple(BUILT_IN.values()))

PresetFile: Any = kept(create_model(
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
    prices=(
        list[Price], _about([], "prices of oil, whether it reaches which forecasts say; USD/bbl")
    ),
    observed=(Observed, Field(default_factory=Observed, description="to lay beside the result")),
    profiles=(str | None, _about(None, "folder of the user's own profiles, beside this file")),
    terms=(list[str], _about([], "Python files with the user's own payoff terms, beside this")),
    **_tables(SECTIONS),
))  # fmt: skip

ActionEntry: Any = kept(create_model(
    "ActionEntry",
    __base__=checked_section(Action),
    role=(Role, Field(description="whose menu it is on by default")),
    includes=(str | None, _about(None, "the lower rung whose words it carries")),
    plain=(str, _about("", "the action as a reader who is no insider would name it")),
    deed=(str, _about("", "what the state does, in words: it may name {protege} and {adversary}")),
    meaning=(str, _about("", "what the action is, in a sentence")),
))  # fmt: skip
