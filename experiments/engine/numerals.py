"""Differences as text, the same in figures, tables and sentences."""


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
