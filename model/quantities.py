"""How a parameter is declared: default, unit, range, meaning, source, and when it acts."""

from dataclasses import field, fields
from typing import TYPE_CHECKING, Any  # a declared default may be of any of the four plain types

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # a number behaves as an array without axes
    Number = NDArray[np.float64]
else:
    Number = float | NDArray[np.float64]


def quantity(
    default: float,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str = "own assumption",
    *,
    initial: bool = False,
    by_run: bool = True,
) -> Any:  # dataclass fields are declared `Number`
    """A declared parameter: its default, unit, valid range, meaning and source.

    What is `initial` only makes the first world: in the middle of a run it cannot be changed.
    What is not `by_run` is one number for all runs that are played together.
    """
    said = {"unit": unit, "low": low, "high": high, "meaning": meaning, "source": source}
    return field(default=default, metadata=said | {"initial": initial, "by_run": by_run})


def declarations(section: type) -> dict[str, dict[str, Any]]:
    """The declared quantities of a section: name to unit, range, default, meaning, source."""
    return {each.name: {"default": each.default, **each.metadata} for each in fields(section)}
