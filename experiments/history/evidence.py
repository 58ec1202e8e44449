"""All sources of history in one fit: what each says about each weight, and how it forecasts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.engine.words import aligned
from experiments.history import icb, icb_backtest, icb_coding, third_parties
from experiments.history.cases import Cases, read_cases
from experiments.history.coding import Coding
from experiments.history.fitting import Estimated, estimated, games_by
from experiments.history.fitting import chances as coded_chances
from experiments.history.hierarchy import OTHER, SIZE, Hierarchy, Source, chances, maximum
from experiments.history.likelihood import DEFAULTS, NAMES, PRIOR, fitted, record_of
from experiments.history.ranks import Ranks, chains, mixing, ranks
from model.preset.load import ConfigError
from model.world import Array

NUMBERS = {
    2: "United States",
    200: "United Kingdom",
    220: "France",
    255: "Germany",
    325: "Italy",
    365: "Russia",
    710: "China",
    740: "Japan",
}
"""Great powers by their numbers (Correlates of War); all other patrons are one group."""

PATRONS = (*NUMBERS.values(), OTHER)

WARM, RANKED_ROWS = 150, 15
"""Steps before draws count, and rows of each source in a simulated history."""


REFERENCE = (NAMES, DEFAULTS, PRIOR)
"""Names of the figures that are fitted, their defaults, and the medians of the prior."""


@dataclass(frozen=True)
class Part:
    """A source as it is fitted and, where a year parts it, as it is tested, with its own fit."""

    known: Source
    later: Source | None
    alone: Array | None


def patrons_of(names: Sequence[object]) -> Array:
    """The group of each patron, by number or by name."""
    found = [NUMBERS.get(int(each), OTHER) if isinstance(each, float) else each for each in names]
    return np.array([each if each in PATRONS else OTHER for each in found])


def of_cases(path: Path, year: int | None) -> Part:
    """The coded cases before a year, and those from it on."""
    cases = read_cases(path)
    later = cases.year >= (year or np.inf)
    known = _coded("coded crises", cases[~later])
    if not later.any():
        return Part(known, None, None)
    test = _coded("coded crises", cases[later])
    fit = fitted(record_of(cases[~later]))
    alone = Hierarchy((test,), PATRONS)
    return Part(known, test, _at(alone, fit.logs))


def _coded(name: str, cases: Cases) -> Source:
    record = record_of(cases)
    return Source(
        name,
        record.games,
        record.classes,
        record.outcome,
        record.weight,
        patrons_of([str(each) for each in cases.state]),
        False,
    )


def _at(hierarchy: Hierarchy, logs: Array) -> Array:
    """The chance of each class of the one source's rows, under weights of its own."""
    point = np.zeros(hierarchy.size)
    point[:SIZE] = logs - np.log(PRIOR)
    return np.asarray(chances(hierarchy, point) @ hierarchy.sources[0].classes.T)


def _source(
    name: str, coded: Coding, fit: Estimated, classes: Array, table: pd.DataFrame, weight: Array
) -> Source:
    """Rows of a table as a source, by the coefficients of its own fit."""
    size = len(NAMES) + len(classes) - 1
    outcome = "support" if "support" in table else "outcome"
    return Source(
        name,
        games_by(coded, coded.sums(fit.point[size:]), fit.read),
        classes,
        np.asarray(table[outcome], int),
        weight,
        patrons_of([float(each) for each in table["patron"]]),
        True,
    )


def of_icb(path: Path, year: int | None) -> list[Part]:
    """Great powers before 1946, and superpowers since, in crises before a year and from it on."""
    table = icb.read_patrons(path, icb.EARLIEST)
    since = table["year"] >= icb.SUPERPOWERS_SINCE
    found = []
    for name, rows in (("great powers to 1945", ~since), ("superpowers from 1946", since)):
        train = table[rows & (table["year"] < (year or np.inf))]
        later = table[rows & (table["year"] >= (year or np.inf))]
        if len(train) < icb_backtest.FEWEST_TRAINED:
            continue
        fit = icb_backtest.fit(train, int(train["year"].max()) + 1)
        weights = [np.asarray(each["row_weight"], float) for each in (train, later)]
        known, test = (
            _source(name, icb_coding.coded(each), fit, icb.CLASSES, each, weight)
            if len(each)
            else None
            for each, weight in zip((train, later), weights, strict=True)
        )
        assert known is not None
        alone = None
        if test is not None:
            alone = coded_chances(icb_coding.coded(later), icb.CLASSES, fit)
        found.append(Part(known, test, alone))
    return found


def of_third_parties(path: Path, year: int | None) -> Part:
    """Third parties in conflicts before a year, sampled, and all from it on."""
    table = third_parties.read_pairs(path)
    train, later = (
        table[table["year"] < (year or np.inf)],
        table[table["year"] >= (year or np.inf)],
    )
    fit = estimated(third_parties.rows_of(train, int(train["year"].max()) + 1))
    some, weight = third_parties.sampled(train)
    name, classes = "third parties", third_parties.CLASSES
    known = _source(name, third_parties.coded(some), fit, classes, some, weight)
    if not len(later):
        return Part(known, None, None)
    ones = np.ones(len(later))
    test = _source(name, third_parties.coded(later), fit, classes, later, ones)
    alone = coded_chances(third_parties.coded(later), classes, fit)
    return Part(known, test, alone)


# ------------------------------------------------------------------- the fit


@dataclass(frozen=True)
class Evidence:
    """The hierarchical fit: its maximum, draws of its chains, ranks, and held-out scores."""

    hierarchy: Hierarchy
    point: Array
    loss: float
    draws: list[Array]
    ranks: list[Ranks]
    held_out: dict[str, dict[str, float]]

    @property
    def weights(self) -> dict[str, float]:
        """The shared weights and precision at the maximum."""
        return dict(zip(NAMES, np.exp(self.hierarchy.shared(self.point)).tolist(), strict=True))

    def rows(self) -> dict[str, Array]:
        """Draws of the logarithms shared, and of each source: (draws, logs); else the maximum."""
        draws = np.concatenate(self.draws) if self.draws else self.point[None]
        found = {"shared": self.hierarchy.shared(draws)}
        for number, source in enumerate(self.hierarchy.sources):
            found[source.name] = self.hierarchy.of_source(draws, number)
        return found


def evidence(
    paths: Mapping[str, Path | None],
    *,
    year: int | None = None,
    draws: int = 0,
    histories: int = 0,
    workers: int = 1,
) -> Evidence:
    """The fit to the files that are given, `cases`, `icb`, `third_parties`. Raises ConfigError."""
    parts: list[Part] = []
    cases, crises, third = (paths.get(each) for each in ("cases", "icb", "third_parties"))
    if cases is not None:
        parts.append(of_cases(cases, year))
    if crises is not None:
        parts += of_icb(crises, year)
    if third is not None:
        parts.append(of_third_parties(third, year))
    if not parts:
        raise ConfigError(
            "--cases: missing; valid: at least one of --cases, --icb, --third-parties"
        )
    hierarchy = Hierarchy(tuple(each.known for each in parts), PATRONS)
    point, loss = maximum(hierarchy)
    found = chains(hierarchy, point, WARM, draws, workers) if draws else []
    even = ranks(thinned(hierarchy), histories, workers=workers) if histories else []
    return Evidence(hierarchy, point, loss, found, even, held_out(hierarchy, point, parts))


def thinned(hierarchy: Hierarchy) -> Hierarchy:
    """Some rows of each source, evenly spaced, each counted once: for simulated histories."""
    some = []
    for each in hierarchy.sources:
        count = len(each.outcome)
        rows = np.unique(np.linspace(0, count - 1, min(RANKED_ROWS, count)).astype(int))
        part = each.part(rows)
        some.append(Source(**{**vars(part), "weight": np.ones(len(rows))}))
    return Hierarchy(tuple(some), hierarchy.patrons)


def held_out(hierarchy: Hierarchy, point: Array, parts: list[Part]) -> dict[str, dict[str, float]]:
    """Mean log loss of the class in each source's later rows: by this fit, its own, and alike."""
    scores = {}
    for number, part in enumerate(parts):
        if part.later is None or part.alone is None:
            continue
        # the other sources' rows stand in their places, so that a point means the same
        sources = [each.known.part(np.arange(1)) for each in parts]
        sources[number] = part.later
        several = Hierarchy(tuple(sources), hierarchy.patrons)
        rows = several.source_of == number
        said = chances(several, point)[rows] @ part.later.classes.T
        scores[part.later.name] = {
            "rows": len(part.later.outcome),
            "all sources": _loss(said, part.later),
            "this source alone": _loss(part.alone, part.later),
        }
    return scores


def _loss(said: Array, source: Source) -> float:
    chosen = np.maximum(said[np.arange(len(said)), source.outcome], 1e-6)
    return float(np.average(-np.log(chosen), weights=source.weight))


# ------------------------------------------------------------------- in words


def as_json(found: Evidence) -> str:
    """The fit as one JSON object."""
    quantiles = {
        name: dict(zip(NAMES, np.exp(np.quantile(rows, [0.05, 0.5, 0.95], axis=0)).T.tolist(),
                       strict=True))
        for name, rows in found.rows().items()
    }  # fmt: skip
    record = {
        "weights": found.weights,
        "loss": found.loss,
        "spreads": found.hierarchy.spreads(found.point).tolist(),
        "posterior": quantiles if found.draws else {},
        "worst_mixing": float(mixing(found.draws).max()) if found.draws else None,
        "ranks": [vars(each) for each in found.ranks],
        "held_out": found.held_out,
    }
    return json.dumps(record, indent=1)


def in_words(found: Evidence) -> str:
    """Shared weights, those of each source, the spreads, mixing, ranks and held-out scores."""
    rows = found.rows()
    counts = ", ".join(f"{len(each.outcome)} of {each.name}" for each in found.hierarchy.sources)
    between, among = found.hierarchy.spreads(found.point)
    lines = [
        f"Rows: {counts}. Loss {found.loss:.2f} at the maximum of the posterior.",
        f"Spread of logarithms there: {between:.2f} between sources, {among:.2f} between patrons.",
        "",
    ]
    told = []
    for place, name in enumerate(NAMES):
        cells = [_middle(each[:, place]) for each in rows.values()]
        told.append((name, PRIOR[place], DEFAULTS[place], found.weights[name], *cells))
    heads = ["", "prior", "default", "maximum", *rows]
    formats = ["<12", ">8.3g", ">9.3g", ">9.3g", *("  <23" for _ in rows)]
    lines += aligned(formats, told, heads)
    if found.draws:
        size = sum(len(each) for each in found.draws)
        worst = float(mixing(found.draws).max())
        lines.append(
            f"{size} draws of 2 chains, medians and 90 %; split R-hat at most {worst:.3f}."
        )
    if found.ranks:
        lines += ["", "ranks of the truth in simulated histories, by fifths; chance of less even"]
        lines += [
            f"  {each.name:<24}{each.counts!s:<28}{each.chance:>6.3f}" for each in found.ranks
        ]
    for name, scores in found.held_out.items():
        lines.append(
            f"held out, {name} ({scores['rows']} rows), log loss of the class: "
            f"all sources {scores['all sources']:.4f}, alone {scores['this source alone']:.4f}"
        )
    return "\n".join(lines)


def _middle(logs: Array) -> str:
    """A median with its 90 % interval; the one value where there are no draws."""
    if len(logs) == 1:
        return f"{np.exp(logs[0]):.3g}"
    low, half, high = np.exp(np.quantile(logs, [0.05, 0.5, 0.95]))
    return f"{half:.3g} [{low:.2g}, {high:.2g}]"
