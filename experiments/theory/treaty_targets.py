"""Targets of treaties: which clauses are honoured, and what a pact predicts (T5, T6, T16)."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize
from scipy.special import logit

from experiments.engine import estimates, posterior
from experiments.engine.estimates import Estimate, around
from experiments.engine.words import estimated
from experiments.history.cases import FOLDER, RUNGS, Cases, read_cases
from experiments.history.likelihood import DEFAULTS, NAMES, RUNG_CLASSES, game_at, games_read_by
from experiments.theory.finding import CRISIS, PATRON, Finding, play_out, war_turns
from model.alliance_model import AllianceModel
from model.game.equilibrium import logit_equilibrium
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
    runs = 9000  # a pact adds three points to fighting, which fewer do not tell from noise
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
        f"arms or force once attacked {estimated(joins.mean, joins.low, joins.high)} by "
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


# ------------------------------------------------------------------- T16

PACT_EFFECT = (0.3, 0.4)
"""What a defence pact adds to the logit of help in ATOP and ICB."""

CODED_THERE = ("slack", "proximity", "adv_strength", "competing_ties", "econ_exposure")
"""Covariates of our cases that ICB and what is joined to it know too: no stakes, no salience."""


def help_in_cases(cases: Cases, logs: Array) -> Array:
    """Each case's chance of arms or force under weights and precision given by logarithms."""
    game = game_at(games_read_by(cases, logs), logs, RUNG_CLASSES)
    return np.asarray(logit_equilibrium(game).play[0, RUNGS.index("arms") :][:2].sum(0))


def coefficient(covariates: Array, without: Array, with_: Array) -> float:
    """Coefficient of a dummy in a logit of chances that were had without and with it.

    >>> round(coefficient(np.zeros((0, 2)), np.array([0.5, 0.5]), np.array([0.75, 0.75])), 3)
    1.099
    """
    rows = np.vstack([np.ones(len(without)), covariates])
    zero = np.zeros(len(without))
    table = np.hstack([np.vstack([rows, zero]), np.vstack([rows, zero + 1])])
    chances = np.concatenate([without, with_])

    def loss(beta: Array) -> float:
        index = beta @ table
        return float((np.logaddexp(0, index) - chances * index).sum())

    return float(minimize(loss, np.zeros(len(table)), method="BFGS").x[-1])


def with_clause(cases: Cases, logs: Array) -> tuple[Array, Array]:
    """Each case's chance of help without a treaty and with a defence clause, all else equal."""
    without, with_ = (
        help_in_cases(replace(cases, treaty=(name,) * len(cases)), logs)
        for name in ("none", "defence")
    )
    return without, with_


def clause_in_june(patron: str) -> float:
    """The same for a patron of Iran in the first turn of war in June 2025."""
    chances = []
    for treaties in ([], [treaty("iran", "defence", 1.0)]):
        model = AllianceModel(CRISIS, changes={f"{patron}.treaties": treaties})
        while not model.world.war:
            model.step()
        model.step()
        assert model.solution is not None
        state = model.world.names.index(patron)
        high = model.world.ladder.rung[state].ravel() >= 4
        chances.append(float(model.solution.play[state].ravel()[high].sum()))
    return float(logit(chances[1]) - logit(chances[0]))


def t16(draws: int = 40) -> Finding:
    """A defence clause makes help likelier by as much as ATOP and ICB say, against no treaty."""
    cases, open_ = read_cases(FOLDER / "cases_1904_2013.csv"), posterior.draws()
    known = np.stack([cases.covariates[name] for name in CODED_THERE])
    without, with_ = with_clause(cases, np.log(DEFAULTS))
    beside = coefficient(known, without, with_)
    alone = float(logit(with_.mean()) - logit(without.mean()))
    within = float((logit(with_) - logit(without)).mean())
    ratios = np.stack([open_[name][:draws] for name in NAMES], 1)
    left = [coefficient(known, *with_clause(cases, np.log(DEFAULTS * each))) for each in ratios]
    ends = [float(each) for each in np.quantile(left, [0.025, 0.975])]
    june = {each: clause_in_june(each) for each in ("russia", "china")}
    low, high = PACT_EFFECT
    return Finding(
        id="T16",
        target="a defence clause raises help: its coefficient in a logit on what ICB codes",
        expected=f"{low:+g} to {high:+g}, as ATOP and ICB give",
        estimate=Estimate(beside, *ends),
        holds=low <= beside <= high,
        note=f"in the coded cases without covariates {alone:+.2f}, within a case {within:+.2f}\n"
        "first turn of war in June 2025: "
        + ", ".join(f"{name} {value:+.2f}" for name, value in june.items())
        + f"\nthe interval is over {draws} draws of what history leaves open of the weights",
        breaks="another weight of commitment: the coefficient is nearly proportional to it",
    )
