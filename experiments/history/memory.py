"""What a protege expects of a patron from what the patron did for it before.

A pledge goes with every act toward what the act said or did, as in play (docs/MODEL.md, 7.3).
"""

from collections.abc import Sequence

import numpy as np

from model.preset.load import ladder_entries
from model.world import Array

BASIS = 0.3
"""What a protege expects of a patron that it never met in a crisis."""

CREDENCE = 0.65
"""How far one crisis moves what is expected of the next."""

LEAST = 0.02
"""The least and, from 1, the most that is expected, so that the logit is finite."""


def shown_by(action: str) -> float:
    """What an act lets expect: the larger of what it says and what it does, on the pledge's scale.

    >>> shown_by("silence"), shown_by("rhetoric"), shown_by("arms"), shown_by("force")
    (0.0, 0.5, 0.7, 1.0)
    """
    entry = ladder_entries()[action]
    return float(max(entry.answer, entry.voice))


def expectations(
    pair: Sequence[tuple[float, float]], event: Array, act: Array, shown: Array
) -> tuple[Array, Array, Array]:
    """What each row's protege expects, the class of the last act, and how often they met.

    $e + credence (shown(act) - e)$ replaces e after each earlier event of the same pair, from
    `BASIS` on; the last act is -1 where they never met. Rows in order of time; rows of the same
    event are not known to one another.
    """
    expected, last = np.full(len(event), BASIS), np.full(len(event), -1.0)
    met = np.zeros(len(event))
    seen: dict[tuple[float, float], list[tuple[float, int]]] = {}
    for place, (who, when, what) in enumerate(zip(pair, event, act, strict=True)):
        known = seen.setdefault(who, [])
        before = [each for other, each in known if other != when]
        for each in before:
            expected[place] += CREDENCE * (shown[each] - expected[place])
        if before:
            last[place], met[place] = before[-1], len(before)
        known.append((float(when), int(what)))
    return expected, last, met


def logit_of(share: Array) -> Array:
    """The logit of a share, kept finite."""
    kept = np.clip(share, LEAST, 1 - LEAST)
    return np.asarray(np.log(kept / (1 - kept)))
