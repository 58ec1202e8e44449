"""A tournament of support policies: which survive by imitation under a norm of judging?

In a round a patron meets a protege in need, at random. It supports (cost c) or abandons
it (the protege loses b), and all audiences judge the deed by the model's own `judgement`.
A state now and then imitates another of higher payoff (pairwise comparison, Traulsen
et al. 2006). New policies are so rare that each either takes over or dies out
before the next appears (Fudenberg & Imhof 2006). Nothing is drawn: the figures are exact.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args  # a result is plain data of mixed type

import numpy as np

from experiments.engine.words import aligned
from model.preset.load import Change, ConfigError, Norm, suggestion
from model.quantities import declarations, quantity
from model.rules.beliefs import judgement
from model.world import Array

NORMS: tuple[str, ...] = get_args(Norm)
BAD_AND_GOOD = np.array([0.0, 1.0])
"""The two standings a protege may have."""


@dataclass(frozen=True)
class Tournament:
    """Stakes, population and errors of the tournament."""

    benefit: float = quantity(
        5.0, "value", 0, 100, "b, what a protege abandoned in need loses", "Nowak & Sigmund 1998"
    )
    cost: float = quantity(
        1.0, "value", 0, 100, "c, cost of support; the unit of value", "Nowak & Sigmund 1998"
    )
    population: int = quantity(50, "states", 2, 500, "N, how many states imitate one another")
    selection: float = quantity(
        1.0, "1/value", 0, 10, "beta, how much payoff guides imitation", "Traulsen et al. 2006"
    )
    execution_error: float = quantity(
        0.02, "share", 0, 0.5, "support meant that fails", "Leimar & Hammerstein 2001"
    )
    assessment_error: float = quantity(
        0.02, "share", 1e-6, 0.5, "deeds judged the wrong way", "Ohtsuki & Iwasa 2006"
    )


def tournament(changes: Mapping[str, Change] | None = None) -> Tournament:
    """The rules of the tournament with changes laid over the defaults. Raises ConfigError."""
    declared, figures = declarations(Tournament), {}
    for key, found in (changes or {}).items():
        if key not in declared:
            raise ConfigError(f"--set {key}: unknown key{suggestion(key, list(declared))}")
        each = declared[key]
        kind = type(each["default"])
        number = isinstance(found, int | float) and not isinstance(found, bool)
        if not (number and each["low"] <= found <= each["high"] and found == kind(found)):
            valid = f"from {each['low']:g} to {each['high']:g} {each['unit']}"
            whole = "a whole number" if kind is int else "a number"
            raise ConfigError(f"--set {key}: found {found!r}; valid: {whole} {valid}")
        figures[key] = kind(found)
    return Tournament(**figures)


# --------------------------------------------------------------------- policies


def always_support(standing: Array) -> Array:
    """Supports every protege."""
    return np.ones_like(standing)


def always_abandon(standing: Array) -> Array:
    """Abandons every protege."""
    return np.zeros_like(standing)


def discriminate(standing: Array) -> Array:
    """Supports proteges in good standing and abandons the others."""
    return standing


POLICIES: dict[str, Callable[[Array], Array]] = {
    policy.__name__: policy for policy in (always_support, always_abandon, discriminate)
}


# ------------------------------------------------------------ reputation and payoff


def encounters(counts: Array) -> Array:
    r"""Chance that a state of policy i meets one of policy j, $(n_j - [i = j]) / (N - 1)$."""
    others = np.maximum(counts - np.eye(len(counts)), 0)
    return others / others.sum(1)[:, None]


def conduct(policies: Sequence[str], rules: Tournament) -> Array:
    """Chance that each policy's support arrives, for a protege in bad and in good standing."""
    meant = np.array([POLICIES[policy](BAD_AND_GOOD) for policy in policies])
    return (1 - rules.execution_error) * meant


def good_standing(norm: str, counts: Mapping[str, int], rules: Tournament) -> Array:
    r"""Share of each policy's states in good standing when reputations have settled.

    A patron is judged good with chance $q_{is}$ where its protege's standing is s; so
    $g_i = \sum_j m_{ij} [q_{i0} (1 - g_j) + q_{i1} g_j]$, linear in g (Ohtsuki & Iwasa 2006).
    """
    meets = encounters(np.array(list(counts.values())))
    praised = judgement(norm, conduct(list(counts), rules), 1 - BAD_AND_GOOD)
    bad, good = (rules.assessment_error + (1 - 2 * rules.assessment_error) * praised).T
    return np.linalg.solve(np.eye(len(counts)) - (good - bad)[:, None] * meets, bad)


def support(norm: str, counts: Mapping[str, int], rules: Tournament) -> tuple[Array, Array]:
    """How often a patron of each policy supports, and a protege of each is supported."""
    meets = encounters(np.array(list(counts.values())))
    bad, good = conduct(list(counts), rules).T
    standing = good_standing(norm, counts, rules)
    given = bad + (good - bad) * (meets @ standing)
    received = meets @ bad + (meets @ (good - bad)) * standing
    return given, received


def payoffs(norm: str, counts: Mapping[str, int], rules: Tournament) -> Array:
    r"""Expected payoff of each policy from once being patron and once protege.

    $\pi_i = -c \cdot given_i - b\,(1 - received_i)$
    """
    given, received = support(norm, counts, rules)
    return -rules.cost * given - rules.benefit * (1 - received)


# -------------------------------------------------------------------- imitation


def log_fixation(norm: str, resident: str, mutant: str, rules: Tournament) -> float:
    r"""Logarithm of the chance that one mutant's policy takes over a resident population.

    $\rho = 1 / (1 + \sum_{k=1}^{N-1} \prod_{l=1}^{k} e^{-\beta (\pi_A(l) - \pi_B(l))})$ with
    l states of the mutant's policy A and N - l of the resident's B (Traulsen et al. 2006).
    """
    size = rules.population
    ahead = [
        np.subtract(*payoffs(norm, {mutant: mutants, resident: size - mutants}, rules))
        for mutants in range(1, size)
    ]
    against = -rules.selection * np.cumsum(ahead)
    return -float(np.logaddexp.reduce(against, initial=0.0))


def fixation(norm: str, resident: str, mutant: str, rules: Tournament | None = None) -> float:
    """Chance that one mutant's policy takes over a resident population; 1/N by chance alone."""
    return float(np.exp(log_fixation(norm, resident, mutant, rules or Tournament())))


def log_rates(norm: str, policies: Sequence[str], rules: Tournament) -> Array:
    """Log chance that the next mutant turns a population of one policy into one of another."""
    rates = np.full((len(policies), len(policies)), -np.inf)
    for i, resident in enumerate(policies):
        for j, mutant in enumerate(policies):
            if i != j:
                rates[i, j] = log_fixation(norm, resident, mutant, rules)
    return rates - np.log(len(policies) - 1)


def log_shares(rates: Array) -> Array:
    """Log of the stationary distribution of a Markov chain, from the logs of its rates.

    State reduction (Grassmann et al. 1985): it never subtracts, so that rates as
    far apart as here lose no digit.
    """
    rates = rates.copy()
    for last in range(len(rates) - 1, 0, -1):
        rates[:last, last] -= np.logaddexp.reduce(rates[last, :last])
        by_way = rates[:last, last, None] + rates[last, :last]
        rates[:last, :last] = np.logaddexp(rates[:last, :last], by_way)
    shares = np.zeros(len(rates))
    for each in range(1, len(rates)):
        shares[each] = np.logaddexp.reduce(shares[:each] + rates[:each, each])
    return shares - np.logaddexp.reduce(shares)


def log_downfall(rates: Array, resident: int, successor: int) -> float:
    r"""Log of the mean number of mutants until the successor's policy rules, by any way.

    Returning from the successor to the resident at once, the chain is at the successor one
    step in $1 + h$, where h is the mean first passage.
    """
    returning = rates.copy()
    returning[successor] = -np.inf
    returning[successor, resident] = 0.0
    shares = log_shares(returning)
    elsewhere = np.delete(shares, successor)
    return float(np.logaddexp.reduce(elsewhere) - shares[successor])


def downfall(
    norm: str,
    resident: str,
    successor: str,
    rules: Tournament | None = None,
    policies: Sequence[str] = tuple(POLICIES),
) -> float:
    """Mean number of mutants, of any policy, until the successor's policy rules.

    By chance alone it is N times the number of other policies.
    """
    rates = log_rates(norm, policies, rules or Tournament())
    return math.exp(log_downfall(rates, policies.index(resident), policies.index(successor)))


# ---------------------------------------------------------------------- results


@dataclass(frozen=True)
class Outcome:
    """What a norm makes of the policies.

    `share` is the time that each policy rules the population and `supports` how often
    proteges are supported while it does; `fixation[resident][mutant]` is the chance of a
    takeover and `log10_downfall[resident][mutant]` belongs to the mean number of mutants, of
    any policy, until the mutant's policy rules.
    """

    norm: str
    rules: Tournament
    share: dict[str, float]
    supports: dict[str, float]
    fixation: dict[str, dict[str, float]]
    log10_downfall: dict[str, dict[str, float]]

    @property
    def support(self) -> float:
        """How often a protege in need is supported in the long run."""
        return sum(self.share[policy] * self.supports[policy] for policy in self.share)

    @property
    def survivors(self) -> list[str]:
        """The policies that rule longer than they would by chance alone, the first of all first."""
        ranked = sorted(self.share, key=lambda policy: -self.share[policy])
        return [policy for policy in ranked if _exceeds(self.share[policy], 1 / len(ranked))]

    def invaders(self, resident: str) -> list[str]:
        """The policies whose mutants take over the resident's more often than by chance, 1/N."""
        chance = 1 / self.rules.population
        return [mutant for mutant, rho in self.fixation[resident].items() if _exceeds(rho, chance)]

    def record(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "norm": self.norm,
            "survivors": self.survivors,
            "share": self.share,
            "support": self.support,
            "supports": self.supports,
            "neutral": 1 / self.rules.population,
            "fixation": self.fixation,
            "invaders": {policy: self.invaders(policy) for policy in self.share},
            "log10_downfall": self.log10_downfall,
        }


def outcome(
    norm: str, rules: Tournament | None = None, policies: Sequence[str] = tuple(POLICIES)
) -> Outcome:
    """What a norm makes of the policies that compete."""
    rules = rules or Tournament()
    rates = log_rates(norm, policies, rules)
    rho = np.exp(rates) * (len(policies) - 1)
    return Outcome(
        norm,
        rules,
        dict(zip(policies, np.exp(log_shares(rates)).tolist(), strict=True)),
        {each: float(support(norm, {each: rules.population}, rules)[0][0]) for each in policies},
        _by_pair(policies, lambda i, j: float(rho[i, j])),
        _by_pair(policies, lambda i, j: log_downfall(rates, i, j) / math.log(10)),
    )


def _by_pair(
    policies: Sequence[str], figure: Callable[[int, int], float]
) -> dict[str, dict[str, float]]:
    """A figure for each resident and each other policy as its mutant."""
    return {
        resident: {mutant: figure(i, j) for j, mutant in enumerate(policies) if i != j}
        for i, resident in enumerate(policies)
    }


def _exceeds(figure: float, chance: float) -> bool:
    """Whether a figure is above what chance alone would bring, beyond rounding."""
    return figure > chance and not math.isclose(figure, chance)


def played(norm: str, changes: Mapping[str, Change] | None = None) -> list[Outcome]:
    """The outcome under a norm, or under each of them for `all`. Raises ConfigError."""
    if norm not in (*NORMS, "all"):
        raise ConfigError(f"--norm: found '{norm}'{suggestion(norm, [*NORMS, 'all'])}")
    rules = tournament(changes)
    return [outcome(each, rules) for each in (NORMS if norm == "all" else (norm,))]


def as_json(outcomes: list[Outcome]) -> str:
    """The outcomes as one JSON object."""
    rules = asdict(outcomes[0].rules)
    return json.dumps({"rules": rules, "outcomes": [each.record() for each in outcomes]}, indent=1)


def in_words(outcomes: list[Outcome]) -> str:
    """The outcomes for reading."""
    rules = ", ".join(f"{key} {value:g}" for key, value in asdict(outcomes[0].rules).items())
    return "\n\n".join([f"Support policies that imitate success: {rules}", *map(_told, outcomes)])


def _told(found: Outcome) -> str:
    """One norm's outcome: shares, takeovers and the verdict."""
    size, policies = found.rules.population, list(found.share)
    lines = [
        f"Norm {found.norm}: survivors {', '.join(found.survivors) or 'none'}; proteges in need "
        f"are supported {found.support:.0%} of the time",
        f"{'':<39}takeovers by a mutant, times chance (1/N)",
    ]
    rows = []
    for resident in policies:
        row = found.fixation[resident]
        cells = [f"{size * row[each]:.3g}" if each in row else "-" for each in policies]
        rows.append((resident, found.share[resident], found.supports[resident], *cells))
    columns = ("<16", ">8.1%", ">10.1%", "   >16", *[">16"] * (len(policies) - 1))
    lines += aligned(columns, rows, ("resident", "share", "supports", *policies))
    for resident in policies:
        invaders = ", ".join(found.invaders(resident))
        lines.append(
            f"  {resident} {f'is invaded by {invaders}' if invaders else 'resists every mutant'}"
        )
    lines.append(
        f"  Mutants of any policy until another rules (by chance {size * (len(policies) - 1)})"
    )
    for resident in policies:
        waits = ", ".join(
            f"{successor} {_mutants(power)}"
            for successor, power in found.log10_downfall[resident].items()
        )
        lines.append(f"    from {resident}: {waits}")
    return "\n".join(lines)


def _mutants(power: float) -> str:
    """A number of mutants given by its log10; some are beyond what a number can hold."""
    return f"{10**power:.3g}" if power < 3 else f"10^{power:.1f}"
