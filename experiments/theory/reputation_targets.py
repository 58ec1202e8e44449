"""Targets of reputation: words, later challenges, norms, and a protege's choice (T4, T7-T9)."""

import numpy as np

from experiments.engine import estimates
from experiments.engine.estimates import Estimate
from experiments.engine.words import decimal, interval
from experiments.theory.finding import CRISIS, PATRON, Finding, expected_force, play_out, war_turns
from experiments.theory.tournament import downfall, fixation, tournament
from model.alliance_model import AllianceModel
from model.preset.load import Change
from model.world import Array

FLAT = 0.01
"""What words without memory may move, as a share of what they move with it."""

FORGOTTEN: dict[str, Change] = {
    f"{name}.reputation.{kind}": 0.0
    for name in ("united_states", "iran", "israel", "russia", "china", "gulf")
    for kind in ("matched", "unmatched")
}
"""No state has a record of words kept or broken."""


def striking(who: str, runs: int, changes: dict[str, Change], seed: int = 0) -> Array:
    """Expected force of a principal in a turn of war, run by run."""
    model = AllianceModel(CRISIS, rng=seed, runs=range(runs), changes=changes)
    return expected_force(model, model.world.names.index(who))


def t4() -> Finding:
    """With memory of honesty words move the adversary; without it they do not (Sartori)."""
    runs, silent = 1500, {"united_states.menu": ["silence"]}
    talking: dict[str, Change] = {"united_states.menu": ["rhetoric"]}
    forgetful: dict[str, Change] = {"beliefs.evidence": 0.0, **FORGOTTEN}
    moved = striking("iran", runs, dict(silent)) - striking("iran", runs, talking)
    unmoved = striking("iran", runs, {**silent, **forgetful}) - striking(
        "iran", runs, {**talking, **forgetful}
    )
    fewer, flat, later = (
        estimates.of(each, estimates.STRICT) for each in (moved, unmoved, after_bluff(runs))
    )
    note = (
        f"expected force in a turn of war, in percentage points: {points(fewer)}; without memory "
        f"{points(flat)}; after a caught bluff words deter less by {points(later)}"
    )
    still = max(abs(flat.low), abs(flat.high)) < FLAT * fewer.mean
    holds = fewer.low > 0 and still and later.low > 0
    title = "words deter where honesty is remembered; a caught bluff costs"
    return Finding("T4", title, "fewer strikes, 99 % > 0", fewer, holds, note)


def points(share: Estimate) -> str:
    """A share with its interval, in percentage points."""
    ends_ = interval(100 * share.low, 100 * share.high, 3)
    return f"{decimal(100 * share.mean, 3)} {ends_}"


def after_bluff(runs: int) -> Array:
    """Fewer strikes that words buy in a second crisis after deeds than after bluff in the first."""
    strikes = {}
    for first in ("rhetoric", "force"):
        model = AllianceModel(CRISIS, runs=range(runs), policy={"united_states": first})
        play_out(model)
        record = model.world.honesty
        us, iran = (model.world.names.index(each) for each in ("united_states", "iran"))
        shape = np.zeros(runs)
        changes: dict[str, Change] = {
            "united_states.reputation.matched": record.kept[us, iran] - 1 + shape,
            "united_states.reputation.unmatched": record.failed[us, iran] - 1 + shape,
            "united_states.menu": ["rhetoric"],
        }
        strikes[first] = striking("iran", runs, changes, seed=1)
    return strikes["rhetoric"] - strikes["force"]


def t7() -> Finding:
    """Reputation is defended less when no further challenges are expected (Sechser 2018)."""
    runs = 1500
    shares = []
    for discount in (0.9, 0.0):
        changes: dict[str, Change] = {f"{PATRON}.reputation.discount": discount}
        model = AllianceModel(CRISIS, runs=range(runs), changes=changes)
        answered, turns = np.zeros(runs), np.zeros(runs)
        for war in war_turns(model):
            answer = model.world.ladder.played(model.world.ladder.answer, model.world.choice)[0]
            answered, turns = answered + war * answer, turns + war
        shares.append(answered / np.maximum(turns, 1))
    more = estimates.of(shares[0] - shares[1], estimates.STRICT)
    title = "answer to the casus foederis with the future less without"
    return Finding("T7", title, "above 0, 99 %", more, more.low > 0)


def t8() -> Finding:
    """Scoring is invaded by abandoners, standing is not (Ohtsuki & Iwasa 2006)."""
    size = int(tournament().population)
    chance = 2.0 * size
    scoring, standing = (
        downfall(norm, "discriminate", "always_abandon") for norm in ("scoring", "standing")
    )
    direct = fixation("scoring", "discriminate", "always_abandon") * size
    note = (
        f"mutants until abandoners rule: {scoring:.3g} under scoring, {standing:.3g} under "
        "standing\nnot by direct invasion: a lone abandoner among discriminators under scoring "
        f"fixes {direct:.2g} times as often as by chance; always_support opens the door"
    )
    title = "abandoners overrun discriminators under scoring, not under standing"
    expected = f"scoring < chance ({chance:.0f}) < standing"
    holds = bool(scoring < chance < standing)
    found = Estimate(scoring, scoring, standing)
    return Finding("T8", title, expected, found, holds, note)


def t9() -> Finding:
    """Proteges of an unreliable patron diversify rather than quit (Narang & LeVeck 2019)."""
    runs = 800
    base: dict[str, Change] = {
        "iran.ties.russia": 0.9,
        "iran.ties.china": 0.3,
        "iran.ties.gulf": 0.1,
        f"{PATRON}.pledges.iran": 0.6,
    }
    ends = {}
    for menu in ("silence", "arms"):
        changes = {
            **base,
            f"{PATRON}.menu": list(dict.fromkeys((menu, "silence"))),
            f"{PATRON}.rule": "always_arm",
        }
        model = AllianceModel(CRISIS, runs=range(runs), changes=changes)
        play_out(model)
        share = model.world.dependence / model.world.dependence.sum(0)
        ends[menu] = (1 / (share**2).sum(0), share[0])
    more = estimates.of(ends["silence"][0] - ends["arms"][0], estimates.STRICT)
    kept = float(ends["silence"][1].min())
    note = f"the unreliable patron keeps at least {kept:.0%} of the protege's dependence"
    title = "effective number of patrons, unreliable less reliable"
    holds = more.low > 0 and kept > 0.05
    return Finding("T9", title, "above 0, and none is left", more, holds, note)
