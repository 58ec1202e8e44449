"""How what was known before a crisis sets figures of a great power's game, in ICB's rows.

Every covariate enters through a figure of the game: capacity, willingness, commitment, fear.
"""

import numpy as np
import pandas as pd

from experiments.history.coding import ONE, Coding, Covariate, Figure, coding, column, treaties
from experiments.history.memory import logit_of
from model.world import Array

GRAVE = (5, 6, 7)
"""ICB's gravest threats: grave damage, to existence, and other."""

FAR = 3.67
"""Kilometres in thousands, plus one, at which distance counts 0: the typical row."""


def _least(name: str, least: float) -> "Covariate":
    """A mark whether an ordinal column reaches a value, about its middle."""
    return Covariate(lambda table: (column(name, least)(table) >= least) - 0.5, name, "ICB")


def _distance(table: pd.DataFrame) -> Array:
    thousands = column("mindist_patron_actor_km", 1000 * (FAR - 1))(table) / 1000
    return np.asarray(np.log((1 + thousands) / FAR))


def _grave(table: pd.DataFrame) -> Array:
    return np.isin(column("icb_gravty")(table), GRAVE).astype(float)


def _rival_patron(table: pd.DataFrame) -> Array:
    return np.maximum(column("rival_ally_of_actor")(table), column("rivalry_patron_actor")(table))


COVARIATES = {
    "war elsewhere": Covariate(
        column("patron_other_war_lag"), "at war elsewhere in the year before", "COW"
    ),
    "distance": Covariate(_distance, "logarithm of the distance to the protege", "Boulding 1962"),
    "nuclear adversary": Covariate(
        column("nuke_adv"), "the adversary has nuclear weapons", "Asal & Beardsley 2007"
    ),
    "outmatched": Covariate(
        lambda table: column("icb_southpow", 2.0)(table) - 2.0,
        "how much stronger the adversary is",
        "ICB, power discrepancy; Altfeld & Bueno de Mesquita 1979",
    ),
    "rival attacks": Covariate(
        column("rival_is_adv"), "the adversary is the other superpower", "Thompson 2001"
    ),
    "superpower ally": _least("icb_allycap", 2.0),
    "affinity": Covariate(
        lambda table: column("ideal_tilt")(table) / 2,
        "how much nearer in UN votes the protege is than the adversary",
        "Bailey et al. 2017",
    ),
    "rival's protege": Covariate(
        _rival_patron, "the protege is a rival, or a rival's ally", "Thompson 2001; ATOP"
    ),
    "pact with adversary": Covariate(
        column("atop_any_adv"), "a treaty binds patron and adversary", "Leeds et al. 2002"
    ),
    "grave threat": Covariate(_grave, "values at stake are grave", "ICB, gravity of threat"),
    "rivalry": Covariate(
        column("rivalry_patron_adv"), "patron and adversary are rivals", "Thompson 2001"
    ),
    "expected": Covariate(
        lambda table: logit_of(np.asarray(table["expected"], float)),
        "what earlier acts let the protege expect, as a logit",
        "docs/MODEL.md, 7.3",
    ),
}
"""What is read of a row: all of it was known before."""

FIGURES = (
    Figure("slack", "share", 0.3, {"war elsewhere": -0.15}),
    Figure("proximity", "share", 0.0, {"distance": -0.1}),
    Figure("adv_strength", "share", -0.3, {"nuclear adversary": 0.1}),
    Figure(
        "stakes",
        "share",
        -0.3,
        {
            "outmatched": 0.3,
            "rival attacks": 0.2,
            "superpower ally": 0.2,
            "affinity": 0.1,
            "rival's protege": -0.2,
        },
    ),
    Figure(
        "competing_ties",
        "share",
        0.0,
        {"pact with adversary": 0.3, "affinity": -0.1, "rival attacks": -0.2},
    ),
    Figure("reputation", "share", 0.0, {}),
    Figure("patron.pledges.protege", "share", -1.75, {"expected": 0.5}, spread=0.2),
    Figure(
        "patron.posture.sensitivity",
        "scale",
        0.5,
        {"grave threat": 0.4, "rivalry": 0.4, "rival attacks": 0.2, "rival's protege": -0.2},
    ),
)
"""Figures of a row's game, and the prior means of their coefficients."""


def coded(table: pd.DataFrame) -> Coding:
    """The rows of potential patrons, coded from what was known before."""
    return coding(table, FIGURES, COVARIATES, treaties(table))


def unused() -> set[str]:
    """Covariates that no figure reads."""
    read = {name for figure in FIGURES for name in figure.names if name != ONE}
    return set(COVARIATES) - read
