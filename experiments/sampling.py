"""The points of a design: combinations, one factor at a time, spread out, or from a table."""

import csv
from itertools import product
from pathlib import Path
from typing import Any  # a table's cells hold numbers or words

import numpy as np

from experiments.design import Design, Factor, grid_values, number_or_word
from model.preset import ConfigError, shown, suggestion
from model.world import Array

Point = tuple[Any, ...]


def points(design: Design) -> list[Point]:
    """The points of a design in a fixed order: a value for each factor, in their order."""
    method = design.sampling.method
    if method == "grid":
        return list(product(*(grid_values(each) for each in design.factors.values())))
    if method == "each":
        return [
            tuple(value if place == own else None for place in range(len(design.factors)))
            for own, factor in enumerate(design.factors.values())
            for value in grid_values(factor)
        ]
    if method == "table":
        return tabled(design)
    return [
        tuple(value_at(f, u) for f, u in zip(design.factors.values(), row, strict=True))
        for row in unit_points(method, design.sampling.points, len(design.factors), design.seed)
    ]


def unit_points(method: str, count: int, dimensions: int, seed: int) -> Array:
    """Points in the unit cube (count, dimensions); a Sobol sequence is balanced for powers of 2."""
    from scipy.stats import qmc

    if method == "latin":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(count))
    whole = qmc.Sobol(dimensions, rng=seed).random_base2(max(count - 1, 0).bit_length())
    return np.asarray(whole[:count])


def value_at(factor: Factor, share: float) -> Any:
    """The value of a factor at a share of its range, or of its list.

    >>> value_at(Factor(low=10, high=20), 0.25), value_at(Factor(values=["a", "b"]), 0.7)
    (12.5, 'b')
    """
    if factor.values:
        return factor.values[min(int(share * len(factor.values)), len(factor.values) - 1)]
    assert factor.low is not None and factor.high is not None
    return float(factor.low + share * (factor.high - factor.low))


def tabled(design: Design) -> list[Point]:
    """The points of a CSV table whose head names the factors. Raises ConfigError."""
    path = Path(design.sampling.file)
    try:
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{shown(path)}: not readable as a table: {error}") from error
    if len(rows) < 2:
        raise ConfigError(f"{shown(path)}: found no points; valid: a head and a row for each point")
    head = [each.strip() for each in rows[0]]
    mistakes = [
        f"{shown(path)}:1: column '{name}' is missing{suggestion(name, head)}"
        for name in design.names
        if name not in head
    ]
    mistakes += [
        f"{shown(path)}:{line}: found {len(row)} cells; valid: {len(head)}"
        for line, row in enumerate(rows[1:], 2)
        if len(row) != len(head)
    ]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    places = [head.index(name) for name in design.names]
    found = [
        tuple(
            _cell(path, line, name, row[place].strip(), design.factors[name], mistakes)
            for name, place in zip(design.names, places, strict=True)
        )
        for line, row in enumerate(rows[1:], 2)
    ]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return found


def _cell(path: Path, line: int, name: str, text: str, factor: Factor, mistakes: list[str]) -> Any:
    """A cell as a value of its factor; what is wrong with it is added as a line."""
    where = f"{shown(path)}:{line}: {name}"
    if factor.values:
        value = number_or_word(text)
        if value not in factor.values:
            known = [str(each) for each in factor.values]
            mistakes.append(f"{where}: found '{text}'{suggestion(text, known)}")
        return value
    number = number_or_word(text)
    assert factor.low is not None and factor.high is not None
    if isinstance(number, str) or not factor.low <= number <= factor.high:
        valid = f"a number from {factor.low:g} to {factor.high:g}"
        mistakes.append(f"{where}: found '{text}'; valid: {valid}")
    return number
