"""Targets of treaties: which clauses are honoured, and what a pact predicts (T5, T6)."""

from datetime import date
from itertools import pairwise

import numpy as np

from experiments.engine import estimates
from experiments.engine.estimates import Estimate, around
from experiments.engine.words import decimal, interval
from experiments.theory.finding import CRISIS, PATRON, Finding, play_out, war_turns
from model.alliance_model import AllianceModel
from model.preset.load import Change
from model.world import Array


def treaty(partner: str, clause: str, depth: float) -> dict[str, object]:
    """A treaty in force since 2020, as a profile has it."""
    day = date(2020, 1, 1)
    return {
        "partner": partner, "clause": clause, "depth": depth, "signed": day, "in_force": day,
    }  # fmt: skip


def patrons_rung(model: AllianceModel) -> Array:
    """The rung of the action that the patron has just played."""
    return model.world.ladder.played(model.world.ladder.rung, model.world.choice)[0]


def t5() -> Finding:
    """Honour rates by clause: neutrality >= offensive > defence >= non-aggression.

    A step that may be level holds unless its 95 % interval lies below 0; the strict one must
    lie above.
    """
    order = ("neutrality", "offensive", "defence", "non-aggression")
    rates = {clause: honour_rate(clause) for clause in order[:-1]}
    rates["non-aggression"] = forbearance()
    found = [float(rates[clause].mean()) for clause in order]
    steps = [a - b for a, b in pairwise(found)]
    note = ", ".join(f"{c} {r:.2f}" for c, r in zip(order, found, strict=True))
    errors = [float(rates[c].var() / rates[c].size) ** 0.5 for c in order]
    downs = [
        around(step, float(np.hypot(*pair)))
        for step, pair in zip(steps, pairwise(errors), strict=True)
    ]
    holds = all(each.high >= 0 for each in downs) and downs[1].low > 0
    least = downs[int(np.argmin(steps))]
    title = "honour rates by clause (Berkemeier & Fuhrmann 2018)"
    return Finding("T5", title, "smallest step down >= 0", least, holds, note)


def honour_rate(clause: str, runs: int = 20_000) -> Array:
    """Whether the treaty is kept in a war, run by run, over holders of every kind.

    Means, stakes, ties and access of the holder are drawn at random. Defence and offensive
    clauses are honoured by arms or force, neutrality by not aiding the partner's enemy.
    """
    draws = np.random.Generator(np.random.Philox(key=[5, 5])).random((6, runs))
    partner, other = ("israel", "iran") if clause == "offensive" else ("iran", "israel")
    near = draws[0] * 1.2 - 0.2
    changes: dict[str, Change] = {
        f"{PATRON}.treaties": [treaty(partner, clause, 0.8)],
        f"{PATRON}.ties.{partner}": np.clip(near, -1, 1),
        f"{PATRON}.ties.{other}": draws[1] * 0.8 - 0.4,
        f"{PATRON}.stakes.{partner}": np.clip(near, -1, 1),
        f"{PATRON}.stakes.{other}": draws[2] * 0.6 - 0.3,
        f"{PATRON}.means.money_tied": 80 * draws[3],
        f"{PATRON}.means.forces_tied": 1400 * draws[3],
        f"{PATRON}.means.systems_tied": 54 * draws[3],
        f"{PATRON}.posture.access": 0.1 + 0.8 * draws[4],
        "turns": 13,
    }
    model = AllianceModel(CRISIS, runs=range(runs), changes=changes)
    highest, broken = np.zeros(runs), np.zeros(runs, bool)
    principal = model.world.names.index(partner)
    toward = 1.0 if principal == model.world.target else -1.0
    side = np.broadcast_to(model.world.side[0], runs)
    for war in war_turns(model):
        rung = patrons_rung(model)
        highest = np.maximum(highest, np.where(war & (side == toward), rung, 0))
        broken |= war & (side != toward) & (rung >= 4)
        side = np.broadcast_to(model.world.side[0], runs)
    return ~broken if clause == "neutrality" else highest >= 4


def forbearance(runs: int = 3000) -> Array:
    """Whether a challenger bound by non-aggression does not open fire within a year, run by run.

    Its stakes are drawn from their whole range, its friends hold little against the attack, and
    no event restrains it: with no treaty hardly any year stays at peace.
    """
    draws = np.random.Generator(np.random.Philox(key=[5, 6])).random(runs)
    changes: dict[str, Change] = {
        "israel.treaties": [treaty("iran", "non-aggression", 0.8)],
        "israel.stakes.iran": -draws,
        "restraint": 1.0,
        "events": [],
    }
    model = AllianceModel("iran-2025", runs=range(runs), changes=changes)
    play_out(model)
    return np.asarray(model.world.wars == 0)


def t6() -> Finding:
    """A pact does not predict that deterrence succeeds, but predicts fighting once it fails."""
    runs = 3000
    draws = np.random.Generator(np.random.Philox(key=[6, 6])).random((2, runs))
    threat = -(0.2 + 0.8 * draws[0])
    pact = 0.7 * draws[0] + 0.3 * draws[1] > 0.5
    peace, fights = np.zeros(runs, bool), np.zeros(runs, bool)
    for holds in (False, True):
        changes: dict[str, Change] = {
            "israel.stakes.iran": threat,
            "turns": 26,
            "restraint": 2.0,  # some attacks are held back, so deterrence can succeed
            f"{PATRON}.means.money_tied": 40.0,
            f"{PATRON}.means.systems_tied": 20.0,
            f"{PATRON}.means.forces_tied": 800.0,
            f"{PATRON}.treaties": [treaty("iran", "defence", 1.0)] if holds else [],
            "events": [],
        }
        model = AllianceModel("iran-2025", runs=range(runs), changes=changes)
        fought = np.zeros(runs, bool)
        for war in war_turns(model):
            fought |= war & (patrons_rung(model) >= 4)
        peace = np.where(pact == holds, model.world.wars == 0, peace)
        fights = np.where(pact == holds, fought, fights)
    deterred = share_gap(peace, pact, np.ones(runs, bool))
    joins = share_gap(fights, pact, ~peace)
    note = (
        f"arms or force once attacked {decimal(joins.mean)} {interval(joins.low, joins.high)} by "
        "pact; pacts are sought where the threat is high"
    )
    title = "pact and deterrence (Huth & Russett 1984)"
    expected = "pact and success: too small for their 54 cases; pact and fighting: above 0"
    unseen = estimates.NORMAL * 2 * 0.5 / 54**0.5
    holds_both = deterred.high < unseen and joins.low > 0
    return Finding("T6", title, expected, deterred, holds_both, note)


def share_gap(happened: Array, group: Array, among: Array) -> Estimate:
    """Difference of shares between a group and the rest, with its 95 % interval."""
    one, two = happened[group & among], happened[~group & among]
    gap = float(one.mean() - two.mean())
    return around(gap, float(np.sqrt(one.var() / len(one) + two.var() / len(two))))
