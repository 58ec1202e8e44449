"""Gives each state a colour: the one in its profile, or a default that no other state uses.

People who cannot tell red from green can tell the default colours apart.
"""

import math
from collections.abc import Mapping, Sequence

PALETTE = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",  # Okabe & Ito 2008
    "#332288", "#882255", "#999933", "#44aa99", "#aa4499", "#117733",  # Tol 2021, muted
    "#661100", "#6699cc", "#888888", "#000000",
)  # fmt: skip
ALIKE, APART = 0.05, 0.12
"""The least distance between two states' own colours, and between a default and any other."""


def colours(given: Mapping[str, str | None]) -> dict[str, str]:
    """A colour for each state: its own, or a default unlike those already used.

    Where two states give the same colour, the first keeps it.

    >>> colours({"russia": "#3b6fb6", "belarus": "#3b6fb6"})
    {'russia': '#3b6fb6', 'belarus': '#d55e00'}
    """
    found: dict[str, str] = {}
    for state, own in given.items():
        if own is not None and all(distance(own, each) > ALIKE for each in found.values()):
            found[state] = own
    for state in given:
        if state not in found:
            found[state] = _free(list(found.values()))
    return {state: found[state] for state in given}


def _free(used: Sequence[str]) -> str:
    """The first default colour unlike those already used, or failing that the least similar one."""

    def nearest(colour: str) -> float:
        return min((distance(colour, each, blind=True) for each in used), default=1.0)

    for each in PALETTE:
        if nearest(each) > APART:
            return each
    steps = ("22", "66", "aa", "dd")
    grid = [f"#{red}{green}{blue}" for red in steps for green in steps for blue in steps]
    return max([*PALETTE, *grid], key=nearest)


def distance(one: str, other: str, blind: bool = False) -> float:
    """The distance of two colours in Oklab (Ottosson 2020); black to white is 1.

    `blind` leaves out the axis from red to green.
    """
    first, second = oklab(one), oklab(other)
    axes = (0, 2) if blind else (0, 1, 2)
    return math.hypot(*(first[axis] - second[axis] for axis in axes))


def oklab(colour: str) -> tuple[float, float, float]:
    """The lightness, red-green and yellow-blue coordinates of a colour such as #3b6fb6."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
