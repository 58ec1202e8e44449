"""Reads experiment files: the question, the factors, their sampling, and what is compared.

A factor moves one parameter over a range or a list, or several parameters together along
straight lines. Files are TOML and are checked like presets.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal  # a parsed TOML document has values of any type

import numpy as np
from pydantic import BaseModel, Field

from experiments.engine.duel import ACTS, OWN, TALK, proteges
from experiments.engine.posterior import MOST_DRAWS
from experiments.study.factors import Factor, declared_factors, number_or_word
from model.draws import MOST_SEED
from model.preset.layers import Layers, Origin
from model.preset.load import (
    ROOT,
    Change,
    ConfigError,
    Preset,
    changed,
    load,
    menu,
    shown,
    suggestion,
)
from model.preset.messages import checked
from model.preset.schemas import STRICT
from model.preset.tables import read_table
from model.preset.toml import document, named_file

DESIGNS = ROOT / "experiments" / "designs"
COMPARED = (
    "wars", "weeks_at_war", "price_peak", "programme", "survival", "collapsed", "bomb"
)  # fmt: skip
"""Columns of the engine's table that a comparison shows if the design names none."""

OF_A_PROGRAMME, OF_OIL = ("programme", "bomb"), ("price_peak",)
"""Those of them that say something only where there is a programme, or oil at risk."""


def compared(preset: Preset) -> list[str]:
    """The columns that a comparison shows of a preset if the design names none."""
    programme, oil = preset.figure(f"{preset.file.target}.target.programme"), preset.file.oil
    idle = [] if np.any(programme) else [*OF_A_PROGRAMME]
    idle += [] if oil.at_risk or oil.strait else [*OF_OIL]
    return [each for each in COMPARED if each not in idle]


class Sampling(BaseModel):
    """The choice of points.

    grid: every combination; each: one factor at a time, the others as in the preset;
    latin, sobol: spread over the ranges; table: rows of a CSV file.
    """

    model_config = STRICT
    method: Literal["grid", "each", "latin", "sobol", "table"] = "grid"
    points: int = Field(256, ge=1, le=10_000_000)
    file: str = ""


class PhaseOptions(BaseModel):
    """Whether runs are concentrated along the contour, and how coarse the first grid is."""

    model_config = STRICT
    refine: bool = True
    stride: int = Field(4, ge=1, le=64)
    batches: int = Field(8, ge=1, le=1000)


class SensitivityOptions(BaseModel):
    """Morris over all factors, then Sobol over the most influential; 0 top: over all."""

    model_config = STRICT
    spread: float = Field(0.25, gt=0, le=1)
    trajectories: int = Field(10, ge=2, le=10_000)
    levels: int = Field(4, ge=2, le=100)
    top: int = Field(8, ge=0, le=1000)
    base: int = Field(64, ge=2, le=1_000_000)
    resamples: int = Field(200, ge=10, le=100_000)


class DiscoverOptions(BaseModel):
    """The smallest size and density of a box."""

    model_config = STRICT
    density: float = Field(0.8, gt=0, le=1)
    mass: float = Field(0.05, gt=0, lt=1)
    boxes: int = Field(3, ge=1, le=20)
    leaf: float = Field(0.05, gt=0, lt=0.5)


Kind = Literal["duel", "phase", "sweep", "sensitivity", "discover", "compare"]


class Design(BaseModel):
    """A checked experiment file."""

    model_config = STRICT
    title: str
    question: str = ""
    kind: Kind
    preset: str = "iran-2025"
    seed: int = Field(0, ge=0, le=MOST_SEED)
    runs: int = Field(400, ge=2, le=100_000_000)
    draws: Literal["same", "own"] = "own"
    posterior: int = Field(0, ge=0, le=MOST_DRAWS)
    patron: str = ""
    talk: str = TALK
    acts: list[str] = list(ACTS)
    own: bool = False
    measures: list[str] = []
    keep: Literal["points", "runs"] = "points"
    block: int = Field(2000, ge=1, le=10_000_000)
    set: dict[str, Any] = {}
    first: dict[str, Any] = {}
    second: dict[str, Any] = {}
    sampling: Sampling = Field(default_factory=Sampling)
    factors: dict[str, Factor] = {}
    phase: PhaseOptions = Field(default_factory=PhaseOptions)
    sensitivity: SensitivityOptions = Field(default_factory=SensitivityOptions)
    discover: DiscoverOptions = Field(default_factory=DiscoverOptions)

    @property
    def policies(self) -> tuple[str, ...]:
        """The actions that the patron is made to play in war, and its own choice if requested."""
        talk = (self.talk,) if self.acts or not self.own else ()
        return (*talk, *self.acts, *((OWN,) if self.own else ()))

    @property
    def names(self) -> list[str]:
        """The factors' names in their order."""
        return list(self.factors)

    def label(self, name: str) -> str:
        """A factor's label with its unit."""
        factor = self.factors[name]
        return (factor.label or name) + (f" ({factor.unit})" if factor.unit else "")

    def changes(self, values: Sequence[Any]) -> dict[str, Any]:
        """The parameters of a point, in the order of the factors, over the design's own changes."""
        laid = dict(self.set)
        for factor_name, value in zip(self.factors, values, strict=True):
            laid |= {} if value is None else moved(factor_name, self.factors[factor_name], value)
        return laid


def moved(name: str, factor: Factor, value: Any) -> dict[str, Any]:
    """The parameters as a factor sets them at one of its values.

    >>> moved("slack", Factor(low=0, high=1, keys={"a.b": [80, 40]}), 0.25)
    {'a.b': 70.0}
    """
    if not factor.keys:
        return {name: value}
    assert factor.low is not None and factor.high is not None
    share = (value - factor.low) / (factor.high - factor.low)
    return {key: low + share * (high - low) for key, (low, high) in factor.keys.items()}


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables flattened into one, with keys joined by dots.

    >>> flat({"russia": {"ties": {"gulf": 0.1}}, "turns": 4})
    {'russia.ties.gulf': 0.1, 'turns': 4}
    """
    found: dict[str, Any] = {}
    for key, value in table.items():
        inner = flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {}
        found |= inner or {f"{prefix}{key}": value}
    return found


def rooted(changes: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Changes with absolute paths to their files of differences."""
    files = changes.get("with", [])
    files = [files] if isinstance(files, str) else files
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        return changes  # told when the preset is read
    if not files:
        return changes
    return changes | {"with": [str((folder / each).resolve()) for each in files]}


def further(present: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes laid over others; files of differences are read after those named before.

    >>> further({"with": ["one.toml"], "turns": 4}, {"with": ["two.toml"]})
    {'with': ['one.toml', 'two.toml'], 'turns': 4}
    """
    files = [each["with"] for each in (present, changes) if "with" in each]
    listed = [path for each in files for path in ([each] if isinstance(each, str) else each)]
    return {**present, **changes} | ({"with": listed} if len(files) == 2 else {})


# ------------------------------------------------------------------- reading


def read(
    name: str,
    overrides: Mapping[str, Any] | None = None,
    changes: Mapping[str, Change] | None = None,
) -> tuple[Design, Preset]:
    """The design in a file, or the ready one of this name, and its preset.

    `overrides` replace fields of the file, `changes` are laid over its `[set]`. Raises ConfigError.
    """
    path = named_file([DESIGNS], name, "experiment")
    found = document(path)
    if found.faults:
        raise ConfigError("\n".join(found.faults))
    raw = dict(found.values)
    for side in ("set", "first", "second"):
        if isinstance(raw.get(side), dict):
            raw[side] = rooted(flat(raw[side]), path.parent)
    if isinstance(raw.get("set", {}), dict):
        raw["set"] = further(raw.get("set", {}), changes or {})
    layers, mistakes = Layers(), list[str]()
    layers.lay(raw | dict(overrides or {}), Origin(found))
    design, _ = checked(Design, layers.values, layers, (), shown(path), mistakes)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    if design.preset.endswith(".toml"):
        design.preset = str(path.parent / design.preset)
    if design.sampling.file:
        design.sampling.file = str((path.parent / design.sampling.file).resolve())
        design.factors = design.factors or factors_of(Path(design.sampling.file))
    return complete(design, path)


def complete(design: Design, path: Path | None = None) -> tuple[Design, Preset]:
    """The design with its patron filled in and the ends of every factor tried, and its preset.

    Raises ConfigError.

    The path of a preset file becomes absolute, so that a resumed experiment finds it anywhere.
    """
    if design.preset.endswith(".toml"):
        design.preset = str(Path(design.preset).resolve())
    mistakes: list[str] = []
    preset = _try(design.preset, design.set, path, ("set",), mistakes)
    if design.kind == "sensitivity" and not design.factors and preset is not None:
        design.factors = declared_factors(preset, design.sensitivity.spread)
    mistakes = [*_wrong_factors(design, path), *mistakes]
    start, laid = (preset, {}) if preset is not None else (design.preset, design.set)
    for side in ("first", "second"):
        _try(start, laid | getattr(design, side), path, (side,), mistakes)
    if preset is not None:
        if design.kind == "compare":
            design.measures = design.measures or compared(preset)
        sides = proteges(preset)
        design.patron = design.patron or next(iter(sides), "")
        mistakes += _wrong_names(design, preset, list(sides), path)
        if design.kind == "duel" and not design.factors:
            design.measures = design.measures or [f"turned.{design.patron}"]
    if preset is not None and not mistakes and not _together(design, preset):
        for name, factor in design.factors.items():
            for end in ends(factor):
                _try(preset, moved(name, factor, end), path, (name,), mistakes)
    if preset is None or mistakes:
        raise ConfigError("\n".join(dict.fromkeys(mistakes)))
    return design, preset


def _together(design: Design, preset: Preset) -> bool:
    """Whether many factors are valid together at their first ends, and at their last ones."""
    if len(design.factors) <= 20:
        return False
    for side in (0, -1):
        changes = dict[str, Change]()
        for name, factor in design.factors.items():
            changes |= moved(name, factor, ends(factor)[side])
        try:
            changed(preset, changes)
        except ConfigError:
            return False
    return True


def ends(factor: Factor) -> list[Any]:
    """The values of a list, or both ends of a range."""
    return list(factor.values) or [factor.low, factor.high]


def at(path: Path | None, *location: str) -> str:
    """The place of a mistake: file, line and key, or the option."""
    if path is None:
        return f"--{' '.join(location)}"
    line = line_of(path, location) or document(path).line(location)
    return (
        f"{shown(path)}:{line}: {'.'.join(location)}" if line else f"{shown(path)}: {location[0]}"
    )


def line_of(path: Path, location: tuple[str, ...]) -> int | None:
    """The line of a key, with or without quotation marks around its dots."""
    lines = document(path).lines
    return lines.get(location) or lines.get(tuple(".".join(location).split(".")))


def _wrong_factors(design: Design, path: Path | None) -> Iterable[str]:
    """Factors without a range, with both range and list, or moving keys by a list."""
    for name, factor in design.factors.items():
        where = at(path, "factors", name)
        ranged = factor.low is not None and factor.high is not None
        if bool(factor.values) == ranged or (factor.low is None) != (factor.high is None):
            yield f"{where}: found no clear extent; valid: low and high, or a list of values"
        elif ranged and not (factor.low or 0) < (factor.high or 0):
            yield f"{where}: found {factor.low:g} to {factor.high:g}; valid: low below high"
        elif factor.keys and not ranged:
            yield f"{where}: keys move between two ends; valid: low and high beside them"
        for key, pair in factor.keys.items():
            if len(pair) != 2:
                yield f"{where}.keys: {key}: found {pair}; valid: the values at low and at high"
    wanted = {"phase": 2, "sweep": 1, "discover": 1}.get(design.kind, 0)
    table = design.sampling.method == "table"
    if len(design.factors) < wanted and not table:
        yield (
            f"{at(path, 'factors')}: found {len(design.factors)}; "
            f"valid: {wanted} or more for the kind {design.kind}"
        )
    if design.kind == "phase" and (len(design.factors) != 2 or design.sampling.method != "grid"):
        yield f"{at(path, 'factors')}: valid for the kind phase: two factors on a grid"
    if design.posterior and design.kind not in ("duel", "phase"):
        yield f"{at(path, 'posterior')}: found {design.posterior}; valid: 0 for {design.kind}"
    if design.kind == "sweep" and not (
        design.sampling.method == "each"
        or (design.sampling.method == "grid" and len(design.factors) <= 2)
    ):
        yield f"{at(path, 'sampling')}: valid for a sweep: each, or a grid of at most two factors"
    base = design.sensitivity.base
    if base & (base - 1):
        yield f"{at(path, 'sensitivity', 'base')}: found {base}; valid: a power of 2"
    if table and not design.sampling.file:
        yield f"{at(path, 'sampling')}: missing; a table needs its file"


def _wrong_names(
    design: Design, preset: Preset, patrons: list[str], path: Path | None
) -> Iterable[str]:
    """Mistakes in names: a patron that does not play, or acts that are not on its menu."""
    if design.patron not in patrons:
        yield f"{at(path, 'patron')}: found '{design.patron}'{suggestion(design.patron, patrons)}"
        return
    known = list(menu(preset, design.patron))
    for key, actions in (("talk", [design.talk]), ("acts", design.acts)):
        for each in actions:
            if each not in known:
                yield f"{at(path, key)}: found '{each}'{suggestion(each, known)}"


def _try(
    preset: str | Preset,
    changes: Mapping[str, Change],
    path: Path | None,
    location: tuple[str, ...],
    mistakes: list[str],
) -> Preset | None:
    """The preset with these changes; mistakes are reported at the place in the design."""
    try:
        return load(preset, changes)
    except ConfigError as error:
        if path is None:
            mistakes += str(error).splitlines()
            return None
        for line in str(error).splitlines():
            told = line.removeprefix("--set ")
            key = told.split(":")[0] if told != line else ""
            places: list[tuple[str, ...]] = [
                ("set", key),
                ("first", key),
                ("second", key),
                ("factors", key),
            ]
            places += [("factors", *location)] if location[0] not in ("set",) else []
            found = next((line_of(path, each) for each in places if line_of(path, each)), None)
            # what is not in the design is of another file, or an option of the command
            mistakes.append(f"{shown(path)}:{found}: {told}" if found else line)
        return None


# ------------------------------------------------------------------- points


def factors_of(path: Path) -> dict[str, Factor]:
    """A factor for each column of a CSV table, with the values of that column."""
    table = read_table(path, ())
    return {
        name: Factor(
            values=list(dict.fromkeys(number_or_word(row.cells[name]) for row in table.rows))
        )
        for name in table.head
    }


def grid_values(factor: Factor) -> list[Any]:
    """The values of a factor on a grid."""
    if factor.values:
        return list(factor.values)
    assert factor.low is not None and factor.high is not None
    return [float(each) for each in np.linspace(factor.low, factor.high, factor.count)]
