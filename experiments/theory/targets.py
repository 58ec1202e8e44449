"""The targets of theory (T1-T10): what the literature proves or found, and what the model shows."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from agents.payoffs import game_of
from experiments.engine import estimates
from experiments.engine.estimates import Estimate, around
from experiments.engine.numerals import decimal, interval
from experiments.theory.signorino import TRUE, games, plain, strategic
from experiments.theory.tournament import downfall, fixation, tournament
from model.alliance_model import AllianceModel
from model.game.equilibrium import logit_equilibrium
from model.game.stage_game import StageGame
from model.preset.load import ROOT, Change
from model.world import Array

STORED = ROOT / "experiments" / "theory" / "gambit_games.json"
"""Games that Gambit solved, with its solutions."""
PATRON, CRISIS = "russia", "twelve-days"


@dataclass(frozen=True)
class Finding:
    """A target, what was expected, what was found with its interval, and whether it holds."""

    id: str
    target: str
    expected: str
    estimate: Estimate
    holds: bool
    note: str = ""


TARGETS: dict[str, Callable[[], Finding]] = {}


def target(rule: Callable[[], Finding]) -> Callable[[], Finding]:
    """Declare the check of a target under its function's name."""
    TARGETS[rule.__name__.upper()] = rule
    return rule


def exact(
    name: str, title: str, expected: str, found: float, limit: float, note: str = ""
) -> Finding:
    """A finding that has no sampling error: holds if it is at most the limit."""
    return Finding(name, title, expected, Estimate(found, found, found), found <= limit, note)


def played(preset: str, runs: int, changes: dict[str, Change], rng: int = 0) -> AllianceModel:
    """A model that has played its whole preset."""
    model = AllianceModel(preset, rng=rng, runs=range(runs), changes=changes)
    while not model.over:
        model.step()
    return model


def striking(preset: str, who: str, runs: int, changes: dict[str, Change], rng: int = 0) -> Array:
    """Share of its war turns in which a principal strikes, run by run."""
    model = AllianceModel(preset, rng=rng, runs=range(runs), changes=changes)
    state = model.world.names.index(who)
    struck, turns = np.zeros(runs), np.zeros(runs)
    while not model.over:
        war = np.broadcast_to(model.world.war, runs)
        model.step()
        force = model.world.ladder.played(model.world.ladder.strike, model.world.choice)
        struck, turns = struck + war * force[state], turns + war
    return struck / np.maximum(turns, 1)


# ------------------------------------------------------------------- the game


@target
def t1() -> Finding:
    """The logit equilibrium equals an independent solver's on the same stage games."""
    title = "logit equilibrium equals Gambit's on stored stage games"
    if not STORED.exists():
        return exact("T1", title, "<= 1e-6", np.nan, 1e-6, "no stored games here")
    worst, count = 0.0, 0
    for each in json.loads(STORED.read_text()):
        game = stored_game(each)
        solution = logit_equilibrium(game)
        for own, known in zip(solution.play, each["play"], strict=True):
            worst = max(worst, float(np.abs(own[: len(known)] - known).max()))
        count += 1
    return exact("T1", title, "largest difference <= 1e-6", worst, 1e-6, f"{count} games")


def stored_game(entry: dict[str, list[float]]) -> StageGame:
    """A stage game from its stored arrays."""
    names = ("base", "slopes", "effects", "relations", "precision")
    base, slopes, effects, relations, precision = (np.array(entry[each], float) for each in names)
    return StageGame(base, slopes, effects, relations, precision)


def crisis_game(**changes: Change) -> tuple[AllianceModel, StageGame]:
    """The model of one run at its fourth turn, in war, and its stage game."""
    model = AllianceModel(CRISIS, changes=dict(changes))
    for _ in range(3):
        model.step()
    world = model.world
    return model, game_of(world)


@target
def t2() -> Finding:
    """Precision 0 gives uniform play, log-odds follow payoffs, high precision nears Nash."""
    _, game = crisis_game()
    feasible = game.base != -np.inf
    zero = logit_equilibrium(replace(game, precision=0 * game.precision)).play
    flat = np.abs(zero - feasible / feasible.sum(1, keepdims=True)).max()
    solution = logit_equilibrium(game, tolerance=1e-13)
    payoffs = game.payoffs(game.expectations(solution.play))
    odds = np.where(feasible, np.log(np.where(feasible, solution.play, 1.0)), 0.0)
    gap = 0.0
    for own, worth, open_, sharp in zip(odds, payoffs, feasible, game.precision, strict=True):
        first = int(np.argmax(open_))
        expected = sharp * (worth[open_] - worth[first])
        gap = max(gap, float(np.abs(own[open_] - own[first] - expected).max()))
    sharp_play = logit_equilibrium(replace(game, precision=400 + 0 * game.precision)).play
    sharp = game.payoffs(game.expectations(sharp_play))
    best = np.where(feasible, sharp, -np.inf).max(1)
    regret = float((best - (np.where(feasible, sharp, 0.0) * sharp_play).sum(1)).max())
    note = f"uniform to {flat:.0e}, log-odds to {gap:.0e}, regret at precision 400 {regret:.0e}"
    holds = bool(flat <= 1e-12 and gap <= 1e-10 and regret <= 0.02)
    found = Estimate(gap, gap, gap)
    return Finding("T2", "limits of precision", "log-odds gap <= 1e-10", found, holds, note)


@target
def t3() -> Finding:
    """The myopic patron's indifference in closed form is where the simulated choice flips."""
    size = 41
    tied, stake = np.meshgrid(np.linspace(0, 50, size), np.linspace(0.05, 1, size), indexing="ij")
    others = ("iran", "israel", "united_states", "china", "gulf")
    changes: dict[str, Change] = {f"{name}.rule": "always_talk" for name in others}
    changes |= {
        f"{PATRON}.menu": ["rhetoric", "arms"],
        f"{PATRON}.precision": 200.0,
        f"{PATRON}.reputation.discount": 0.0,
        f"{PATRON}.means.money_tied": 0.0,
        f"{PATRON}.means.forces_tied": 0.0,
        f"{PATRON}.posture.access": 1.0,
        f"{PATRON}.weights.stakes": 10.0,
        f"{PATRON}.weights.ties": 0.5,
        f"{PATRON}.means.systems_tied": tied.ravel(),
        f"{PATRON}.stakes.iran": stake.ravel(),
        "turns": 2,
    }
    model = AllianceModel(CRISIS, runs=range(size * size), changes=changes)
    while not model.over:
        model.step()
    assert model.solution is not None and model.game is not None
    model.shock()
    model.world = replace(model.world, war=np.ones(size * size, bool))
    model.weigh()
    model.solve()
    chosen = (model.solution.play[0, 1] > 0.5).reshape(size, size)
    closed = (arms_over_talk(model) > 0).reshape(size, size)
    apart = int((chosen != closed).sum())
    flips = int(closed.any(1).sum())
    note = f"{flips} of {size} columns flip inside the grid"
    return exact("T3", "myopic indifference surface", "no cell apart", apart, 0, note)


def arms_over_talk(model: AllianceModel) -> Array:
    r"""Payoff of arms less that of rhetoric for a myopic patron, written out by hand.

    $w_c d\,(1 - a_t / r) + w_a s\,g\,[(p - a_t)^+ - (p - a_a)^+] - w_r (x + x^2) + w_s i\,\Delta\pi
    + w_v i\,(v_a - v_t)\,h - w_e\,vulnerability\,exposure\,E
    - (w_t f + w_o\,threatened)\,(c_a - c_t)$.
    """
    world, solution = model.world, model.solution
    assert solution is not None
    talk, arms = (
        {
            key: float(getattr(world.ladder, key)[0, place].reshape(-1)[0])
            for key in (
                "aid",
                "delivery",
                "answer",
                "voice",
                "systems",
                "money",
                "affront",
                "exposure",
            )
        }
        for place in (0, 1)
    )
    w = {name: float(weight[0].reshape(-1)[0]) for name, weight in world.weights.items()}
    treaties = [each for each in world.treaties if each.holder == PATRON]
    force = [
        float(each.force(world.day, np.asarray(world.beliefs.provisional))) for each in treaties
    ]
    depth = sum(
        each.depth * share
        for each, share in zip(treaties, force, strict=True)
        if each.clause == "consultation"
    )
    kept = depth * (1 - min(1.0, talk["answer"] / 0.25))
    pledge = world.pledge[0, world.target]
    growth = np.minimum(world.beliefs.ceiling, 1 + world.beliefs.growth * world.weeks_at_war)
    gap = np.maximum(pledge - talk["answer"], 0) - np.maximum(pledge - arms["answer"], 0)
    x = np.maximum(arms["systems"] / world.free_systems[0], arms["money"] / world.free_money[0])
    y = talk["money"] / world.free_money[0]
    own, other = world.strengths
    given = world.aid_given[1]
    q = world.power[0] * (
        arms["aid"]
        + arms["delivery"] * (1 - np.exp(-world.conflict.horizon / world.posture.delivery_weeks[0]))
    )
    theirs = other + given
    helped = (own + q) / (own + q + theirs) - own / (own + theirs)
    interest = world.stakes[0, world.target] - world.stakes[0, world.challenger]
    most = sum(
        float(world.ladder.aid[s].max()) * world.power[s]
        for s in range(1, world.state_count)
        if world.side[s].reshape(-1)[0] > 0
    )
    crowded = (own + most + q) / (own + most + q + theirs) - (own + most) / (own + most + theirs)
    expected = solution.expectations[:, 0]
    helped = helped + (crowded - helped) / most * (own + other) * expected[0]
    cases = world.honesty.kept[0, world.challenger] + world.honesty.failed[0, world.challenger]
    honest = world.honesty.kept[0, world.challenger] / cases * (1 - 2 / cases)
    weight = world.power[0] / (world.power[0] + own + other) * world.conflict.deterrence * honest
    felt = world.friction[0].sum(0) + expected[2]
    affront = arms["affront"] - talk["affront"]
    return np.asarray(
        w["commitment"] * kept
        + w["audience"] * world.posture.sensitivity[0] * gap * growth
        - w["resources"] * (x + x * x - y - y * y)
        + w["stakes"] * interest * helped
        + w["sway"] * interest * (arms["voice"] - talk["voice"]) * weight
        - w["escalation"] * world.posture.vulnerability[0] * arms["exposure"] * expected[1]
        - w["ties"] * affront * felt
        - w["economy"] * world.economy.threatened[0] * affront
    )


# ------------------------------------------------------------------- reputation and words


@target
def t4() -> Finding:
    """With memory of honesty words move the adversary; without it they do not (Sartori)."""
    runs, silent = 1500, {"united_states.menu": ["silence"]}
    talking: dict[str, Change] = {"united_states.menu": ["rhetoric"]}
    forgetful: dict[str, Change] = {"beliefs.evidence": 0.0, **_forgotten()}
    moved = striking(CRISIS, "iran", runs, dict(silent)) - striking(CRISIS, "iran", runs, talking)
    unmoved = striking(CRISIS, "iran", runs, {**silent, **forgetful}) - striking(
        CRISIS, "iran", runs, {**talking, **forgetful}
    )
    fewer, flat, later = (
        estimates.of(each, estimates.STRICT) for each in (moved, unmoved, _after_bluff(runs))
    )
    note = (
        f"without memory {decimal(flat.mean, 4)} {interval(flat.low, flat.high, 4)}; after a "
        f"caught bluff words deter less by {decimal(later.mean, 4)} "
        f"(99 % above {decimal(later.low, 4)})"
    )
    holds = fewer.low > 0 and flat.verdict == estimates.OPEN and later.low > 0
    title = "words deter where honesty is remembered; a caught bluff costs"
    return Finding("T4", title, "fewer strikes, 99 % > 0", fewer, holds, note)


def _forgotten() -> dict[str, Change]:
    return {
        f"{name}.reputation.{kind}": 0.0
        for name in ("united_states", "iran", "israel", "russia", "china", "gulf")
        for kind in ("matched", "unmatched")
    }


def _after_bluff(runs: int) -> Array:
    """Fewer strikes that words buy in a second crisis after deeds than after bluff in the first."""
    strikes = {}
    for first in ("rhetoric", "force"):
        model = AllianceModel(CRISIS, runs=range(runs), policy={"united_states": first})
        while not model.over:
            model.step()
        record = model.world.honesty
        us, iran = (model.world.names.index(each) for each in ("united_states", "iran"))
        shape = np.zeros(runs)
        changes: dict[str, Change] = {
            "united_states.reputation.matched": record.kept[us, iran] - 1 + shape,
            "united_states.reputation.unmatched": record.failed[us, iran] - 1 + shape,
            "united_states.menu": ["rhetoric"],
        }
        strikes[first] = striking(CRISIS, "iran", runs, changes, rng=1)
    return strikes["rhetoric"] - strikes["force"]


@target
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
        f"{PATRON}.treaties": [
            {
                "partner": partner,
                "clause": clause,
                "depth": 0.8,
                "signed": _day(),
                "in_force": _day(),
            }
        ],
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
    while not model.over:
        war = np.broadcast_to(model.world.war, runs)
        side = np.broadcast_to(model.world.side[0], runs)
        model.step()
        world = model.world
        rung = world.ladder.played(world.ladder.rung, world.choice)[0]
        highest = np.maximum(highest, np.where(war & (side == toward), rung, 0))
        broken |= war & (side != toward) & (rung >= 4)
    return ~broken if clause == "neutrality" else highest >= 4


def forbearance(runs: int = 3000) -> Array:
    """Whether a challenger bound by non-aggression does not open fire within a year, run by run.

    Its stakes are drawn from their whole range, its friends hold little against the attack, and
    no event restrains it: with no treaty hardly any year stays at peace.
    """
    draws = np.random.Generator(np.random.Philox(key=[5, 6])).random(runs)
    treaty = {"partner": "iran", "clause": "non-aggression", "depth": 0.8}
    changes: dict[str, Change] = {
        "israel.treaties": [{**treaty, "signed": _day(), "in_force": _day()}],
        "israel.stakes.iran": -draws,
        "restraint": 1.0,
        "events": [],
    }
    return np.asarray(played("iran-2025", runs, changes).world.wars == 0)


def _day() -> object:
    from datetime import date

    return date(2020, 1, 1)


@target
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
            f"{PATRON}.treaties": [
                {
                    "partner": "iran",
                    "clause": "defence",
                    "depth": 1.0,
                    "signed": _day(),
                    "in_force": _day(),
                }
            ]
            if holds
            else [],
        }
        model = AllianceModel("iran-2025", runs=range(runs), changes={**changes, "events": []})
        fought = np.zeros(runs, bool)
        while not model.over:
            war = np.broadcast_to(model.world.war, runs)
            model.step()
            fought |= war & (
                model.world.ladder.played(model.world.ladder.rung, model.world.choice)[0] >= 4
            )
        peace = np.where(pact == holds, model.world.wars == 0, peace)
        fights = np.where(pact == holds, fought, fights)
    deterred = _share_gap(peace, pact, np.ones(runs, bool))
    joins = _share_gap(fights, pact, ~peace)
    note = (
        f"arms or force once attacked {decimal(joins.mean)} {interval(joins.low, joins.high)} by "
        "pact; pacts are sought where the threat is high"
    )
    title = "pact and deterrence (Huth & Russett 1984)"
    expected = "pact and success: too small for their 54 cases; pact and fighting: above 0"
    unseen = estimates.NORMAL * 2 * 0.5 / 54**0.5
    holds_both = deterred.high < unseen and joins.low > 0
    return Finding("T6", title, expected, deterred, holds_both, note)


@target
def t7() -> Finding:
    """Reputation is defended less when no further challenges are expected (Sechser 2018)."""
    runs = 1500
    shares = []
    for discount in (0.9, 0.0):
        changes: dict[str, Change] = {f"{PATRON}.reputation.discount": discount}
        model = AllianceModel(CRISIS, runs=range(runs), changes=changes)
        answered, turns = np.zeros(runs), np.zeros(runs)
        while not model.over:
            war = np.broadcast_to(model.world.war, runs)
            model.step()
            answer = model.world.ladder.played(model.world.ladder.answer, model.world.choice)[0]
            answered, turns = answered + war * answer, turns + war
        shares.append(answered / np.maximum(turns, 1))
    more = estimates.of(shares[0] - shares[1], estimates.STRICT)
    title = "answer to the casus foederis with the future less without"
    return Finding("T7", title, "above 0, 99 %", more, more.low > 0)


@target
def t8() -> Finding:
    """Scoring is invaded by abandoners, standing is not (Ohtsuki & Iwasa 2006)."""
    size = int(tournament().population)
    luck = 2.0 * size
    scoring, standing = (
        downfall(norm, "discriminate", "always_abandon") for norm in ("scoring", "standing")
    )
    direct = fixation("scoring", "discriminate", "always_abandon") * size
    note = (
        f"mutants until abandoners rule: {scoring:.3g} under scoring, {standing:.3g} under "
        "standing; always_support opens the door (a lone abandoner fixes "
        f"{direct:.2g} times as often as by luck)"
    )
    title = "abandoners overrun discriminators under scoring, not under standing"
    expected = f"scoring < luck ({luck:.0f}) < standing"
    holds = bool(scoring < luck < standing)
    found = Estimate(scoring, scoring, standing)
    return Finding("T8", title, expected, found, holds, note)


@target
def t9() -> Finding:
    """Clients of an unreliable patron diversify rather than quit (Narang & LeVeck 2019)."""
    runs = 800
    base: dict[str, Change] = {
        "iran.ties.russia": 0.9,
        "iran.ties.china": 0.3,
        "iran.ties.gulf": 0.1,
    }
    base |= {f"{PATRON}.pledges.iran": 0.6}
    ends = {}
    for menu in ("silence", "arms"):
        model = played(
            CRISIS,
            runs,
            {
                **base,
                f"{PATRON}.menu": [menu, "silence"][: 2 if menu != "silence" else 1],
                f"{PATRON}.rule": "always_arm",
            },
        )
        share = model.world.dependence / model.world.dependence.sum(0)
        ends[menu] = (1 / (share**2).sum(0), share[0])
    more = estimates.of(ends["silence"][0] - ends["arms"][0], estimates.STRICT)
    kept = float(ends["silence"][1].min())
    note = f"the unreliable patron keeps at least {kept:.0%} of the client's dependence"
    title = "effective number of patrons, unreliable less reliable"
    holds = more.low > 0 and kept > 0.05
    return Finding("T9", title, "above 0, and none is left", more, holds, note)


@target
def t10() -> Finding:
    """A plain logit on data of the strategic model is biased, the strategic fit is not."""
    data = games(4000)
    weights, errors = strategic(data)
    own = float(np.abs((weights - TRUE) / errors).max())
    rough, spread = plain(data)
    bias = float(np.abs((rough - TRUE) / spread).max())
    note = f"largest error in standard errors: plain {bias:.1f}, strategic {own:.1f}"
    title = "parameter recovery (Signorino 1999)"
    holds = bool(own < 3 and bias > 5)
    found = Estimate(bias, own, bias)
    return Finding("T10", title, "strategic < 3 < 5 < plain", found, holds, note)


# ------------------------------------------------------------------- intervals


def _share_gap(happened: Array, group: Array, among: Array) -> Estimate:
    """Difference of shares between a group and the rest, with its 95 % interval."""
    one, two = happened[group & among], happened[~group & among]
    gap = float(one.mean() - two.mean())
    return around(gap, float(np.sqrt(one.var() / len(one) + two.var() / len(two))))


def validation(names: list[str] | None = None) -> list[Finding]:
    """The findings on all targets, or on those named."""
    return [rule() for name, rule in TARGETS.items() if names is None or name in names]


def as_json(findings: list[Finding]) -> str:
    """The findings as a JSON list."""
    return json.dumps([estimates.columns(each, "found") for each in findings], indent=1)


def in_words(findings: list[Finding]) -> str:
    """The table of targets."""
    lines = []
    for each in findings:
        word = "holds" if each.holds else "FAILS"
        lines.append(f"{each.id:<4}{word:<7}{each.target}")
        lines.append(
            f"{'':<11}expected {each.expected}; "
            f"found {each.estimate.mean:.4g} "
            f"[{each.estimate.low:.4g}, {each.estimate.high:.4g}]"
        )
        if each.note:
            lines.append(f"{'':<11}{each.note}")
    kept = sum(each.holds for each in findings)
    lines.append(f"{kept} of {len(findings)} targets hold.")
    return "\n".join(lines)
