"""Why words or intervention served better: realised value by term, in words and in a unit."""

from dataclasses import dataclass

from experiments.engine.duel import Duel
from experiments.engine.words import decimal
from model.preset.load import Preset
from model.world import World

TOLD = 0.02
"""Terms that make up less than this share of all that moved are told together as the rest."""


@dataclass(frozen=True)
class Part:
    """A term's part of a difference, and what it is about: positive where words save it."""

    term: str
    about: str
    value: float


def parts(duel: Duel, preset: Preset) -> list[Part]:
    """The parts of a duel's difference, the largest first; they add up to it."""
    protege = preset.profiles[duel.protege].label
    return [
        Part(name, preset.terms[name].plain.replace("the protege", protege), duel.terms[name])
        for name in sorted(duel.terms, key=lambda name: -abs(duel.terms[name]))
    ]


def in_a_sentence(found: list[Part]) -> str:
    """What words save and cost against the other policy, as a sum that is exact as printed.

    >>> in_a_sentence([Part("resources", "means", 1.5), Part("stakes", "Iran's survival", -0.6)])
    "words save 1.50 of means, and cost 0.60 of Iran's survival"
    """
    whole = sum(abs(each.value) for each in found)
    told = [each for each in found if abs(each.value) >= TOLD * whole and whole]
    rest = sum(each.value for each in found) - sum(each.value for each in told)
    saved = [f"{each.value:.2f} of {each.about}" for each in told if each.value > 0]
    lost = [f"{-each.value:.2f} of {each.about}" for each in told if each.value < 0]
    said = [f"{verb} {listed(each)}" for verb, each in (("save", saved), ("cost", lost)) if each]
    if not said:
        return "nothing differs"
    more = f" (all else {decimal(rest)})" if abs(rest) >= 0.005 else ""
    return f"words {', and '.join(said)}{more}"


def listed(words: list[str]) -> str:
    """Words in a row, with 'and' before the last.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True)
class Size:
    """How much a difference is, in terms a person can weigh.

    `share` is the difference over what the protege's survival is worth to the patron for the
    horizon, $w_{stakes} |interest| H$; `means` the money in USD bn a year that, spent as long as
    the war lasts, would cost it as much by its term `resources`; None where there is no such.
    """

    share: float | None
    means: float | None
    most: float

    def record(self) -> dict[str, object]:
        """The size as plain data."""
        return {"share_of_stake": self.share, "means_usd_bn": self.means}


def size(duel: Duel, world: World, weeks: float) -> Size:
    """How much a duel's difference is, by the figures of the first world and the weeks of war."""
    state = world.names.index(duel.patron)
    figure = abs(duel.estimate.mean)
    stake = float(
        (world.weights["stakes"][state] * abs(world.interest[state]) * world.value.horizon).mean()
    )
    weight = float(world.weights["resources"][state].mean()) * weeks
    free = float(world.free_money[state].mean())
    if weight > 0:  # weight (x + x^2) = figure
        used = 0.5 * ((1 + 4 * figure / weight) ** 0.5 - 1)
        means: float | None = used * free
    else:
        means = None
    return Size(figure / stake if stake > 0 else None, means, free)


def size_in_words(found: Size, protege: str, horizon: float) -> str:
    """A size as a share of the stake and as an equivalent in means."""
    said = []
    if found.share is not None:
        share = f"{found.share:.0%}" if found.share >= 0.01 else f"{found.share:.1%}"
        said.append(f"{share} of what {protege}'s survival for {horizon:.0f} weeks is worth to it")
    if found.means is not None:
        much = f"USD {found.means:.3g} bn a year spent while the war lasts"
        if found.means > found.most:
            much = f"more than all its free money (USD {found.most:.3g} bn a year) in the war"
        said.append(much)
    return f"as much as {', or '.join(said)}" if said else "nothing to weigh it by"
