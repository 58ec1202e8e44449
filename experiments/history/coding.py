"""From what was known of a row before its crisis to figures of its game, by declared formulas.

Each figure is a link of a constant and weighted covariates. The few coefficients have priors with
the sign that theory gives, and are fitted on training rows along with the payoff weights.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from experiments.history.cases import COVARIATES, UNKNOWN, Cases
from model.world import Array

SPREAD = 0.15
"""Prior standard deviation of a coefficient: covariates move a game little unless rows insist."""

SPREAD_OF_CONSTANT = 0.5
"""Prior standard deviation of a figure's constant."""

LINKS: dict[str, Callable[[Array], Array]] = {
    "share": expit,
    "scale": lambda total: np.asarray(np.exp(np.clip(total, -5, 3))),
}
"""How a sum becomes a figure: a share in (0, 1), or a positive number."""

ONE = "constant"


@dataclass(frozen=True)
class Covariate:
    """What is read of a table of rows, on a scale of about one, and why it may matter."""

    rule: Callable[[pd.DataFrame], Array]
    meaning: str
    source: str


@dataclass(frozen=True)
class Figure:
    r"""A figure of the game as $link(constant + \sum_k c_k x_k)$, with the prior mean of each c.

    `key` is one of the seven codings of a case, or the key of a figure of its game.
    """

    key: str
    link: str
    constant: float
    coefficients: Mapping[str, float]
    spread: float = SPREAD

    @property
    def names(self) -> tuple[str, ...]:
        """The constant and the covariates, in the order of their coefficients."""
        return (ONE, *self.coefficients)

    @property
    def centre(self) -> Array:
        """Prior means."""
        return np.array([self.constant, *self.coefficients.values()])

    @property
    def spreads(self) -> Array:
        """Prior standard deviations."""
        return np.array([SPREAD_OF_CONSTANT] + [self.spread] * len(self.coefficients))


@dataclass(frozen=True)
class Coding:
    """Rows with their covariates, ready to be turned into cases by coefficients."""

    figures: tuple[Figure, ...]
    designs: tuple[Array, ...]
    blank: Cases

    @property
    def centre(self) -> Array:
        """Prior means of all coefficients, figure by figure."""
        return np.concatenate([each.centre for each in self.figures])

    @property
    def spread(self) -> Array:
        """Prior standard deviations of all coefficients."""
        return np.concatenate([each.spreads for each in self.figures])

    def sums(self, coefficients: Array) -> list[Array]:
        """The sum of each figure before its link, row by row."""
        ends = np.cumsum([len(each.names) for each in self.figures])[:-1]
        parts = np.split(coefficients, ends)
        return [design @ part for design, part in zip(self.designs, parts, strict=True)]

    def cases(self, sums: Sequence[Array]) -> Cases:
        """The rows as cases, their figures linked from the sums."""
        values = {
            figure.key: LINKS[figure.link](total)
            for figure, total in zip(self.figures, sums, strict=True)
        }
        codings = {key: value for key, value in values.items() if "." not in key}
        figures = {key: value for key, value in values.items() if "." in key}
        return replace(self.blank, covariates={**self.blank.covariates, **codings}, figures=figures)


def coding(
    table: pd.DataFrame,
    figures: tuple[Figure, ...],
    covariates: Mapping[str, Covariate],
    treaty: Sequence[str],
) -> Coding:
    """The rows of a table with the covariates of the figures, and their treaties."""
    count = len(table)
    known = {name: np.asarray(covariates[name].rule(table), float) for name in covariates}
    designs = tuple(
        np.column_stack([np.ones(count), *(known[name] for name in each.coefficients)])
        for each in figures
    )
    blank = Cases(
        tuple(str(each) for each in range(count)),
        np.asarray(table["year"], int),
        tuple(str(each) for each in table["patron"]),
        tuple(treaty),
        {name: np.full(count, UNKNOWN) for name in COVARIATES},
        np.full(count, -1),
    )
    return Coding(figures, designs, blank)


def column(name: str, otherwise: float = 0.0) -> Callable[[pd.DataFrame], Array]:
    """The rule that reads a column, with a value where it is missing or not in the file."""

    def read(table: pd.DataFrame) -> Array:
        if name not in table:
            return np.full(len(table), otherwise)
        return np.asarray(pd.to_numeric(table[name], errors="coerce").fillna(otherwise), float)

    return read


def treaties(table: pd.DataFrame) -> list[str]:
    """The treaty of patron and protege in each row, by the clauses that demand an answer."""
    defence, consultation = column("atop_defense")(table), column("atop_consul")(table)
    found = np.where(defence > 0, "defence", np.where(consultation > 0, "consultation", ""))
    return [str(each) for each in found]
