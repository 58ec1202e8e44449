"""Figures and tables as text, the same in printed answers, figures and sentences."""

import re
from collections.abc import Iterable, Sequence

COLUMN = re.compile(r"( *)([<>])(\d*)(.*)")
"""The blanks before a column, its side, its least width, and the form of its numbers."""


def decimal(value: float, places: int = 2, sign: str = "+") -> str:
    """A number with its sign and so many decimals; what rounds to 0 has no sign.

    >>> decimal(0.126), decimal(-0.5, 1), decimal(-0.04, 1), decimal(0.5, 1, sign="-")
    ('+0.13', '-0.5', '0.0', '0.5')
    """
    rounded = round(float(value), places) or 0.0  # not minus nought
    return f"{rounded:{sign if rounded else '-'}.{places}f}"


def interval(low: float, high: float, places: int = 2, sign: str = "+") -> str:
    """The ends of an interval in brackets.

    >>> interval(-0.04, 0.3, 1)
    '[0.0, +0.3]'
    """
    return f"[{decimal(low, places, sign)}, {decimal(high, places, sign)}]"


def estimated(mean: float, low: float, high: float, places: int = 2) -> str:
    """A mean with the ends of its interval.

    >>> estimated(0.126, -0.04, 0.3, 1)
    '+0.1 [0.0, +0.3]'
    """
    return f"{decimal(mean, places)} {interval(low, high, places)}"


def markdown(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    r"""The lines of a table in Markdown.

    >>> markdown(["who", "does"], [("US", "a|b")])
    ['| who | does |', '| --- | --- |', '| US | a\\|b |']
    """
    return [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
        for row in (heads, ["---"] * len(heads), *rows)
    ]


def aligned(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    heads: Sequence[str] = (),
    *,
    indent: int = 2,
) -> list[str]:
    """The lines of a table, below a line of heads if there are any.

    A column is declared like a format: blanks before it, side, width, and the form of its
    numbers, as '  >7.1%'. It grows where a cell is longer.

    >>> aligned(["<6", ">7.0%", "  <"], [("Russia", 0.5, "arms"), ("US", 0.25, "")], indent=0)
    ['Russia    50%  arms', 'US        25%']
    """
    table = [*([heads] if heads else []), *rows]
    if not table:
        return []
    lines = [" " * indent] * len(table)
    for column, cells in zip(columns, zip(*table, strict=True), strict=True):
        declared = COLUMN.fullmatch(column)
        assert declared, column
        gap, side, least, form = declared.groups()
        texts = [cell if isinstance(cell, str) else format(cell, form) for cell in cells]
        longest = max(map(len, texts))
        width = longest + 1 if longest > int(least or 0) else least
        padded = [f"{gap}{text:{side}{width}}" for text in texts]
        lines = [line + text for line, text in zip(lines, padded, strict=True)]
    return [line.rstrip() for line in lines]
