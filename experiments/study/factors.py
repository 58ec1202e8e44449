"""Factors: parameters that vary, alone or together; and the list of all that can."""

import math

from pydantic import BaseModel, Field

from model.preset.catalogue import catalogue
from model.preset.load import Preset
from model.preset.schemas import STRICT
from model.preset.tables import as_number

Ends = list[float]


class Factor(BaseModel):
    """A parameter that varies over a range or a list, or several, each between two ends."""

    model_config = STRICT
    label: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    count: int = Field(9, ge=2, le=10_000)
    values: list[float | int | str | bool] = []
    keys: dict[str, Ends] = {}


def number_or_word(text: str) -> float | str:
    """A cell of a table as a number if possible, else as the word.

    >>> number_or_word("0.5"), number_or_word("logit")
    (0.5, 'logit')
    """
    number = as_number(text)
    return text if math.isnan(number) else number


def declared_factors(preset: Preset, spread: float) -> dict[str, Factor]:
    """A factor for each declared parameter that can vary by run, over its value x (1 ± spread).

    Ranges stay within the declared bounds. From 0 a range goes up to the spread. What is tied
    down and the total it is part of stay on either side of their middle.
    """
    varied = {each.key: each for each in catalogue(preset) if each.listed and each.by_run}
    factors = {}
    for key, each in varied.items():
        value = float(each.value)
        ends = sorted((value * (1 - spread), value * (1 + spread))) if value else (0.0, spread)
        low, high = max(ends[0], each.low), min(ends[1], each.high)
        if f"{key}_tied" in varied:
            low = max(low, (value + float(varied[f"{key}_tied"].value)) / 2)
        if key.endswith("_tied"):
            high = min(high, (value + float(varied[key.removesuffix("_tied")].value)) / 2)
        if low < high:
            factors[key] = Factor(low=low, high=high, unit=each.unit)
    return factors
