"""Treaties as typed objects: when they bind and what answers them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from model.quantities import Number

REQUIRED = {
    "defence": 1.0,
    "offensive": 1.0,
    "consultation": 0.25,
    "neutrality": 0.0,
    "non-aggression": 0.0,
}
"""The answer that keeps each clause once it binds. 0: kept unless the aggressor is aided."""


@dataclass(frozen=True)
class Treaty:
    """A written commitment of one state to another.

    The clause says when it binds: defence, consultation and neutrality when the
    partner is attacked, offensive when the partner attacks, non-aggression at
    all times. `depth` in [0, 1] is how much is promised. A treaty that is signed
    but not in force counts with the share `beliefs.provisional`. Sources: Leeds
    2003; Benson 2012; Vienna Convention on the Law of Treaties, art. 18.
    """

    holder: str
    partner: str
    clause: str
    depth: Number
    signed: date
    in_force: date | None = None
    denounced: date | None = None
    against: tuple[str, ...] = ()
    source: str = ""

    @property
    def required(self) -> float:
        """The answer that keeps this treaty (share of a full defence commitment).

        >>> Treaty("a", "b", "consultation", 0.5, date(2025, 1, 17)).required
        0.25
        """
        return REQUIRED[self.clause]

    @property
    def forbids(self) -> bool:
        """Whether the clause is broken by aiding the partner's enemy, and only so.

        >>> Treaty("a", "b", "neutrality", 0.5, date(2025, 1, 17)).forbids
        True
        """
        return self.clause in ("neutrality", "non-aggression")

    def force(self, day: date, provisional: Number) -> Number:
        """How far the treaty is in force on a day: 0, the provisional share, or 1.

        >>> pact = Treaty("a", "b", "defence", 1, date(2025, 1, 17), date(2025, 10, 2))
        >>> float(pact.force(date(2025, 6, 13), np.array(0.6)))
        0.6
        """
        if day < self.signed or (self.denounced is not None and day >= self.denounced):
            return np.zeros(())
        return np.ones(()) if self.in_force is not None and day >= self.in_force else provisional

    def covers(self, enemy: str) -> bool:
        """Whether a conflict with this enemy falls in the treaty's scope.

        >>> Treaty("a", "b", "defence", 1, date(1961, 7, 11), against=("c",)).covers("d")
        False
        """
        return not self.against or enemy in self.against
