"""The one reader of tables that users hand in: figures of states, cases, timelines, points.

A table is text with a head. Its encoding is UTF-8, or UTF-16 with a byte order mark; its cells are
parted by commas, semicolons or tabs. What is not understood is refused by its line.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from model.preset.toml import (
    MANY,
    NO_CONTROLS,
    ConfigError,
    contents,
    decoded,
    shown,
    suggestion,
    told,
    with_controls,
)

LARGEST = 64_000_000
"""Bytes of a table at most."""
MISSING = frozenset(("", ".", "-", "na", "n/a", "nan", "null", "none", "-9", "-88", "-99", "-888"))
"""Cells that hold no value, in small letters: empty, or a code of the usual data sets."""
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Row:
    """A row and the line of the file on which it begins."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Table:
    """A table as text. `mistakes` gathers what is wrong with its cells; `refuse` raises them.

    `digest` is the SHA-256 of the bytes that were read.
    """

    path: Path
    head: tuple[str, ...]
    rows: list[Row]
    mistakes: list[str] = field(default_factory=list)
    digest: str = ""

    def wrong(self, row: Row, column: str, valid: str) -> None:
        """Gather a mistake in a cell: what was found and what would be valid."""
        found = told(row.cells[column], 80)
        self.mistakes.append(f"{shown(self.path)}:{row.line}: {column}: found {found}{valid}")

    def refuse(self) -> None:
        """Raise ConfigError with all mistakes gathered so far, if there are any."""
        if not self.mistakes:
            return
        lines = list(dict.fromkeys(self.mistakes))
        more = [f"and {len(lines) - MANY} more"] if len(lines) > MANY else []
        raise ConfigError("\n".join([*lines[:MANY], *more]))

    def number(self, row: Row, column: str, low: float, high: float) -> float:
        """A number of a cell within bounds, NaN with a mistake where it is none."""
        value = as_number(row.cells[column])
        if not low <= value <= high:
            self.wrong(row, column, f"; valid: a number from {low:g} to {high:g}")
            return math.nan
        return value

    def whole(self, row: Row, column: str, low: int, high: int) -> int:
        """A whole number of a cell within bounds, `4.0` as well as `4`; else low, and a mistake."""
        value = as_number(row.cells[column])
        if not (low <= value <= high and value == math.floor(value)):
            self.wrong(row, column, f"; valid: a whole number from {low} to {high}")
            return low
        return int(value)

    def one_of(self, row: Row, column: str, known: Sequence[str]) -> str:
        """A word of a cell that is among those known; else a mistake."""
        word = row.cells[column]
        if word not in known:
            self.wrong(row, column, suggestion(word, known))
        return word

    def day(self, row: Row, column: str) -> date:
        """A day of a cell, as 2025-06-13; else the first of all days, and a mistake."""
        word = row.cells[column]
        try:
            if len(word) == len("2025-06-13"):
                return date.fromisoformat(word)
        except ValueError:
            pass
        self.wrong(row, column, "; valid: a day as 2025-06-13")
        return date.min

    def unique(self, *columns: str) -> None:
        """Gather a mistake, with both lines, where rows agree in all of these columns."""
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row.cells[each] for each in columns)
            if key in seen:
                self.wrong(row, columns[0], f", as in line {seen[key]}; valid: once")
            seen.setdefault(key, row.line)


def missing(text: str) -> bool:
    """Whether a cell holds no value.

    >>> missing(" NA "), missing("-88"), missing("0")
    (True, True, False)
    """
    return text.strip().lower() in MISSING


def as_number(text: str) -> float:
    """The finite number that a cell holds, NaN where it holds none.

    >>> as_number("4.0"), as_number("four"), as_number("1_000")
    (4.0, nan, nan)
    """
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return math.nan if "_" in text or math.isinf(value) else value


def read_table(path: Path, columns: Sequence[str], encoding: str = "") -> Table:
    """The table of a file that has at least these columns. Raises ConfigError.

    `encoding` is what the file is in where it is not UTF-8. Rows without any cell are skipped.
    """
    data = contents(path, LARGEST, "a table as CSV")
    text = _text(path, data, encoding)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda each: _known(first, each, columns))
    rows = list(_rows(path, text, delimiter))
    if not rows:
        raise ConfigError(f"{shown(path)}: no rows; valid: a head and a row for each entry")
    (line, head), *others = rows
    _check_head(path, line, head, columns)
    mistakes: list[str] = []
    found = []
    for line, cells in others:
        while len(cells) > len(head) and not cells[-1]:
            cells.pop()
        if len(cells) != len(head):
            mistakes.append(f"{shown(path)}:{line}: found {len(cells)} cells; valid: {len(head)}")
            continue
        found.append(Row(line, dict(zip(head, cells, strict=True))))
    table = Table(path, tuple(head), found, mistakes, sha256(data).hexdigest())
    table.refuse()
    if not found:
        raise ConfigError(f"{shown(path)}: no rows; valid: a row for each entry below the head")
    return table


def _known(first: str, delimiter: str, columns: Sequence[str]) -> tuple[int, int]:
    """How many wanted columns, and how many at all, a head has if parted by a delimiter."""
    parts = [each.strip().strip('"') for each in first.split(delimiter)]
    return len(set(columns) & set(parts)), len(parts)


def _text(path: Path, data: bytes, encoding: str) -> str:
    """The text of a table's file, in UTF-16 where a mark says so."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\0" in data[:4]:
        raise ConfigError(
            f"{shown(path)}:1: found UTF-16 or UTF-32 without a mark; valid: a table saved as UTF-8"
        )
    return decoded(path, data, encoding or "utf-8-sig").replace("\r", "\n")


def _rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that have a cell, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = [each.strip() for each in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise ConfigError(
                f"{shown(path)}:{before + 1}: not readable as CSV: {error}"
            ) from error
        for _, text in with_controls(cells):
            raise ConfigError(f"{shown(path)}:{before + 1}: found {told(text)}; {NO_CONTROLS}")
        if any(cells):
            yield before + 1, cells
        before = reader.line_num


def _check_head(path: Path, line: int, head: list[str], columns: Sequence[str]) -> None:
    """Refuse a head in which a column is missing, or named twice."""
    mistakes = [
        f"{shown(path)}:{line}: column '{each}' is missing{suggestion(each, head)}"
        for each in columns
        if each not in head
    ]
    mistakes += [
        f"{shown(path)}:{line}: column {told(each)} stands twice; valid: once"
        for each in dict.fromkeys(head)
        if each and head.count(each) > 1
    ]
    if mistakes:
        raise ConfigError("\n".join(mistakes[:MANY]))
