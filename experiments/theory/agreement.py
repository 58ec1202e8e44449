"""Whether choice and value agree: what states weigh, against what their acts then bring."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from experiments.engine.batch import Job
from experiments.engine.duel import BASELINES, TALK, Contest, contest, rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.posterior import by_draw, drawn_weights
from experiments.theory.finding import CRISIS, Finding
from model.alliance_model import AllianceModel
from model.preset.load import Change, Preset, load
from model.world import Array

DRAWS, COPIES = 200, 10
"""How many draws of parameters are played, and how many runs of each."""

SIGNS, RANKS = 0.85, 0.8
"""The least share of equal signs, and the least rank correlation."""


@dataclass(frozen=True)
class Agreement:
    """Gaps of talk less another policy, a row each (patron, policy), a column a draw.

    `payoff` is by the week at the play of all, the mean over war turns in which the other policy
    was open (no number where it never was); `value` is that of the duel.
    """

    pairs: list[tuple[str, str]]
    payoff: Array
    value: Array

    def figures(self, acts: bool) -> tuple[float, float]:
        """Share of equal signs and rank correlation, over acts alone or baselines too."""
        rows = [n for n, pair in enumerate(self.pairs) if not acts or pair[1] not in BASELINES]
        payoff, value = self.payoff[rows].ravel(), self.value[rows].ravel()
        known = np.isfinite(payoff)
        signs = np.sign(payoff[known]) == np.sign(value[known])
        return float(signs.mean()), float(spearmanr(payoff[known], value[known]).statistic)


def agreement(changes: Mapping[str, Change], draws: int = DRAWS, copies: int = COPIES) -> Agreement:
    """Gaps of payoff and of value under draws of parameters, each given by run so many times."""
    preset = load(CRISIS, changes)
    found, runs = contest(preset), draws * copies
    payoff = payoff_gaps(preset, found, runs)
    table = rows_under(Job(preset, 0, tuple(found.policies)), runs)
    value = [by_draw(found.gap(table, *pair), copies) for pair in found.pairs]
    told = [[by_draw(each, copies) for each in both] for both in payoff]
    gaps = [np.where(open_ > 0, gap / np.maximum(open_, 1 / copies), np.nan) for gap, open_ in told]
    return Agreement(found.pairs, np.array(gaps), np.array(value))


def payoff_gaps(preset: Preset, found: Contest, runs: int) -> list[tuple[Array, Array]]:
    """For each pair the sum of payoff gaps over war turns, and how many turns it was open in."""
    model = AllianceModel(preset, runs=range(runs))
    sums = [(np.zeros(runs), np.zeros(runs)) for _ in found.pairs]
    while not model.over:
        war = np.broadcast_to(model.world.war, runs)
        model.step()
        assert model.game is not None and model.solution is not None
        payoffs = model.game.payoffs(model.solution.expectations)
        for (gap, open_), (patron, act) in zip(sums, found.pairs, strict=True):
            state = model.world.names.index(patron)
            menu = model.world.ladder.names[state]
            talk, other = payoffs[state, menu.index(TALK)], payoffs[state, menu.index(act)]
            known = war & np.isfinite(talk) & np.isfinite(other)
            gap += np.subtract(talk, other, where=known, out=np.zeros(runs))
            open_ += known
    return sums


def agree(draws: int = DRAWS, copies: int = COPIES) -> Finding:
    """The sign of the payoff gap is that of the value gap, and larger ones go with larger ones."""
    preset = load(CRISIS)
    history = agreement(drawn_weights(preset, draws, copies), draws, copies)
    signs, ranks = history.figures(acts=True)
    lines = [
        f"talk against arms and force, {draws} draws of weights and precision from what history "
        f"leaves open: equal signs {signs:.1%}, rank correlation {ranks:.3f}"
    ]
    lines.append("with silence and mediation too: " + told(*history.figures(acts=False)))
    for pair, payoff, value in zip(history.pairs, history.payoff, history.value, strict=True):
        if pair[1] not in BASELINES and np.isfinite(payoff).any():
            lines.append(
                f"{pair[0]}, {pair[1]}: medians {np.nanmedian(payoff):+.2f} a week and "
                f"{np.median(value):+.2f}; "
                + told(*Agreement([pair], payoff[None], value[None]).figures(acts=True))
            )
    return Finding(
        id="agree",
        target="choice and value agree: payoff gap and value gap of talk less each act",
        expected=f"equal signs >= {SIGNS:.0%}, rank correlation >= {RANKS}",
        estimate=Estimate(signs, ranks, signs),
        holds=bool(signs >= SIGNS and ranks >= RANKS),
        note="\n".join(lines),
        breaks="a term that is weighed and not realised or the other way round, or another "
        "horizon in value than in choice",
    )


def told(signs: float, ranks: float) -> str:
    """Share of equal signs and rank correlation, in words."""
    return f"equal signs {signs:.1%}, rank correlation {ranks:.3f}"
