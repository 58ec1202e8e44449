"""Figures of states as a table: a row for each figure, a column for each state.

Such a table is a file of differences like one in TOML: what a cell holds is laid over the preset,
what is left empty is not.
"""

from pathlib import Path
from typing import Any  # figures and words

from model.preset.tables import Row, Table, as_number, read_table
from model.preset.toml import Document, Location, document

KEY, CRISIS = "key", "crisis"
"""The column of keys, and that of figures of the crisis itself, as `oil.price`."""

ABOUT = ("unit", "low", "high", "default", "meaning")
"""Columns that tell what a figure is; they are not read."""


def document_of(path: Path) -> Document:
    """The file of differences at a path: a table if its name ends in .csv, else TOML.

    Raises ConfigError where it cannot be read at all.
    """
    return table_document(path) if path.suffix.lower() == ".csv" else document(path)


def table_document(path: Path) -> Document:
    """The figures of a table by state and key, each with its line."""
    table = read_table(path, (KEY,))
    values: dict[str, Any] = {}
    lines: dict[Location, int] = {}
    table.unique(KEY)
    states = [each for each in table.head if each not in (KEY, *ABOUT)]
    for row in table.rows:
        for state in states:
            at = () if state == CRISIS else (state,)
            if row.cells[state]:
                _lay(table, row, (*at, *row.cells[KEY].split(".")), row.cells[state], values, lines)
    return Document(path, values, lines, tuple(dict.fromkeys(table.mistakes)), table.digest)


def _lay(
    table: Table,
    row: Row,
    location: Location,
    cell: str,
    values: dict[str, Any],
    lines: dict[Location, int],
) -> None:
    """Put the value of a cell at its location; gather a mistake where there is no place for it."""
    inner = values
    for length, part in enumerate(location[:-1], 1):
        inner = inner.setdefault(part, {})
        lines.setdefault(location[:length], row.line)
        if not isinstance(inner, dict):
            break
    free = isinstance(inner, dict) and not isinstance(inner.get(location[-1]), dict)
    if not free or not all(location):
        table.wrong(row, KEY, "; valid: the key of a figure, as means.money")
        return
    inner[location[-1]] = _value(cell)
    lines[location] = row.line


def _value(cell: str) -> float | int | str:
    """A number if the cell holds one, else its words.

    >>> _value("84"), _value("0.5"), _value("look_ahead")
    (84, 0.5, 'look_ahead')
    """
    number = as_number(cell)
    if number != number:
        return cell
    return int(number) if cell.lstrip("+-").isdigit() else number
