"""The founding pattern: how far each patron goes in a war, beside history and what happened."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.answer.acts import acts_of, on_ladder
from experiments.answer.rates import BaseRate, known
from experiments.engine.batch import MEDIATION, RHETORIC
from experiments.engine.duel import proteges
from experiments.engine.words import aligned
from model.parameters import RUNGS
from model.preset.load import Preset
from model.preset.preset import open_actions
from model.world import Array

GROUP = "proteges_attacked"
"""The base rates of history that a patron is set beside: its earlier protege is attacked."""

NAMES = tuple(open_actions("patron", rung)[0] for rung in RUNGS)
"""The rungs by their first open action: silence, rhetoric, mediation, economic, arms, force."""

Shares = dict[str, float]


@dataclass(frozen=True)
class Pattern:
    """A patron's highest rung in the wars that were played, as shares of them.

    `true` as it was, `seen` with hidden support that did not leak as silence; `happened` is the
    highest rung of its dated acts since the day of the attack, where there are any.
    """

    patron: str
    wars: int
    true: Shares
    seen: Shares
    happened: str | None

    @property
    def strict(self) -> float:
        """The share of wars in which it only talked, strictly: in truth silence or words."""
        return sum(share for rung, share in self.true.items() if NAMES.index(rung) <= RHETORIC)

    @property
    def lenient(self) -> float:
        """The same leniently: as seen, and mediation too."""
        return sum(share for rung, share in self.seen.items() if NAMES.index(rung) <= MEDIATION)

    def record(self) -> dict[str, object]:
        """The pattern as plain data."""
        return {"true": self.true, "seen": self.seen, "happened": self.happened, "wars": self.wars}


def patterns(preset: Preset, highest: Mapping[str, Array]) -> dict[str, Pattern]:
    """Every patron's pattern, by how often each rung was the highest of a war (`Ensemble`)."""
    observed = happened(preset)
    return {
        patron: Pattern(
            patron,
            int(highest[f"highest.{patron}"].sum()),
            shares_of(highest[f"highest.{patron}"]),
            shares_of(highest[f"highest_seen.{patron}"]),
            observed.get(patron),
        )
        for patron in proteges(preset)
    }


def shares_of(counts: Array) -> Shares:
    """The share of each rung, by its name; 0 where there was no war.

    >>> import numpy as np
    >>> shares_of(np.array([1, 2, 0, 0, 0, 1]))["rhetoric"]
    0.5
    """
    return dict(zip(NAMES, (counts / max(counts.sum(), 1)).tolist(), strict=True))


def happened(preset: Preset) -> dict[str, str]:
    """The highest rung of each patron's dated acts since the day of the attack."""
    since = preset.file.attack_day
    acts = on_ladder(preset, [act for act in acts_of(preset) if act.day >= since])
    highest = acts.groupby("state")["rung"].max()
    return {str(state): NAMES[int(rung)] for state, rung in highest.items()}


def in_words(found: Mapping[str, Pattern], label: Mapping[str, str]) -> list[str]:
    """The patterns as a table, below them history's shares."""
    if not any(each.wars for each in found.values()):
        return ["No run saw war, so nobody's conduct in it is known."]
    rows = [
        (
            label[name],
            *(f"{each.true[rung]:.0%} ({each.seen[rung]:.0%})" for rung in NAMES),
            f"{each.strict:.0%}",
            f"{each.lenient:.0%}",
            each.happened or "no act on record",
        )
        for name, each in found.items()
    ]
    heads = ("", *NAMES, "strictly", "leniently", "what happened")
    columns = ("<14", *[">12"] * len(NAMES), ">10", ">11", "   <")
    wars = max(each.wars for each in found.values())
    return [
        f"How far each patron went: its highest rung in {wars} wars, in truth (and as seen). Only",
        "talk, strictly: in truth silence or words; leniently: as seen, mediation too.",
        *aligned(columns, rows, heads),
        *history_in_words(known()[GROUP]),
    ]


def history_in_words(rate: BaseRate) -> list[str]:
    """History's shares for a patron whose protege is attacked."""
    nothing, words, economic, arms, force = (
        f"{each.mean:.0%} [{each.low:.0%}, {each.high:.0%}]" for each in rate.shares
    )
    return [
        f"History, {sum(rate.counts)} times that a protege helped before was attacked (ICB "
        f"1946-90): nothing {nothing}, words",
        f"or mediation {words}, economic {economic}, arms and the like {arms}, force {force}.",
    ]
