"""Samples the points of a design: a grid, one factor at a time, spread out, or a table."""

from itertools import product
from pathlib import Path
from typing import Any  # a table's cells hold numbers or words

import numpy as np

from experiments.study.design import Design, grid_values
from experiments.study.factors import Factor, number_or_word
from model.preset.load import suggestion
from model.preset.tables import Row, Table, read_table
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
    """Points in the unit cube, (count, dimensions); a Sobol sequence is balanced at powers of 2."""
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
    """The points of a CSV table whose header names the factors. Raises ConfigError."""
    table = read_table(Path(design.sampling.file), design.names)
    found = [
        tuple(_cell(table, row, name, design.factors[name]) for name in design.names)
        for row in table.rows
    ]
    table.refuse()
    return found


def _cell(table: Table, row: Row, name: str, factor: Factor) -> Any:
    """A cell as a value of its factor; its mistake, if any, is collected."""
    if not factor.values:
        assert factor.low is not None and factor.high is not None
        return table.number(row, name, factor.low, factor.high)
    value = number_or_word(row.cells[name])
    if value not in factor.values:
        table.wrong(row, name, suggestion(row.cells[name], [str(each) for each in factor.values]))
    return value
