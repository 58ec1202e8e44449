"""The target of deterrence (T13): what keeps a challenger from attacking, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.engine import estimates
from experiments.engine.batch import Job
from experiments.engine.duel import rows_under
from experiments.engine.estimates import Estimate
from experiments.engine.words import decimal, estimated
from experiments.theory.finding import CRISIS, PATRON, Finding, expected_force
from experiments.theory.treaty_targets import treaty
from model.alliance_model import AllianceModel
from model.preset.load import Change, Preset, load
from model.world import Array

RUNS = 1000

CLEARLY = 0.1
"""How much the chance of an attack must fall for a patron that is free and near."""

PLAYERS = ["russia", "iran", "israel", "china", "gulf", "united_states"]
"""The United States last, so that without it all others have the same random draws."""

PACT: dict[str, Change] = {f"{PATRON}.treaties": [treaty("iran", "defence", 0.8)]}
FREE: dict[str, Change] = {
    f"{PATRON}.means.money_tied": 0.0,
    f"{PATRON}.means.forces_tied": 0.0,
    f"{PATRON}.means.systems_tied": 0.0,
    f"{PATRON}.posture.access": 0.9,
}
NO_BACKER: dict[str, str | None] = {"backer": None}

DOUBLE: dict[str, Change] = {"iran.means.money": 40.0}
"""Power is the root of money times forces: four times the money is twice the strength."""

HISTORY = (
    "history (146,270 directed dyad-years 1946-2010, logit of the initiation of force; small and "
    "confounded by selection)"
)

NEIGHBOURS = (
    "land neighbours are attacked in .019-.033 of the years up to seven times the strength, in "
    ".011 beyond"
)


@dataclass(frozen=True)
class Deterrent:
    """Something that should keep the challenger from attacking.

    The chance of an attack may not rise by it, and must fall by more than `least` at 99 %.
    `known` is what history has to say of its size.
    """

    changes: Mapping[str, Change]
    doctrine: str = ""
    least: float | None = None
    known: str = ""


DETERRENTS = {
    "Iran nuclear": Deterrent({"iran.posture.nuclear": 1.0}, known="+0.65 (0.27)"),
    "Iran twice as strong": Deterrent(DOUBLE, known="-0.03 (0.01): -0.04 (0.02) times log 2"),
    "all of Iran's proxies": Deterrent({"iran.target.proxies": 1.0}),
    "Russian defence clause, known doctrine": Deterrent(PACT, "force", known="-0.15 (0.13)"),
    "Russia free and near": Deterrent(FREE, least=CLEARLY),
    "both": Deterrent({**PACT, **FREE}, "force", least=CLEARLY),
    "United States absent": Deterrent({"players": PLAYERS[:-1], "fronts": NO_BACKER}),
}


def attacked(changes: Mapping[str, Change], doctrine: str = "", runs: int = RUNS) -> Array:
    """Whether Iran is attacked in 2025, run by run, under a doctrine of the patron if any."""
    policy = {PATRON: doctrine} if doctrine else {}
    preset = load("iran-2025", {"players": PLAYERS, **changes})
    return under_doctrine(preset, policy, runs)["fought"] * 1.0


def boldness(changes: Mapping[str, Change], doctrine: str, runs: int = RUNS) -> Array:
    """Expected force of the protege in a turn of a war that no ceasefire ends, run by run."""
    preset = load(CRISIS, {**changes, "events": []})
    model = AllianceModel(preset, runs=range(runs), policy={PATRON: doctrine}, doctrine=True, rng=0)
    return expected_force(model, model.world.target)


def under_doctrine(preset: Preset, policy: Mapping[str, str], runs: int) -> dict[str, Array]:
    """The table of an ensemble under a policy that is known from the first day: (runs,)."""
    table = rows_under(Job(preset, 0, (policy,), doctrine=bool(policy)), runs)
    return {name: column[0] for name, column in table.items()}


def odds(happened: Array) -> float:
    """Log-odds of a share of runs, with half a run added on either side."""
    count, yes = len(happened), float(happened.sum())
    return float(np.log((yes + 0.5) / (count - yes + 0.5)))


def hazards(runs: int = RUNS) -> dict[str, tuple[Array, Estimate]]:
    """For each deterrent who is attacked with it, and by how much the share rises (99 %)."""
    found: dict[str, tuple[Array, Estimate]] = {}
    before = attacked({}, runs=runs)
    for name, each in DETERRENTS.items():
        after = attacked(each.changes, each.doctrine, runs)
        found[name] = after, estimates.of(after - before, estimates.STRICT)
    return found | {"as it is": (before, estimates.of(before, estimates.STRICT))}


def deters(name: str, rise: Estimate) -> bool:
    """Whether a deterrent does what theory says of it."""
    least = DETERRENTS[name].least
    return rise.low <= 0 if least is None else rise.high < -least


def hazard(runs: int = RUNS) -> dict[str, Estimate]:
    """How much bolder the protege is under a doctrine of force than of silence (99 %)."""
    return {
        name: estimates.of(
            boldness(changes, "force", runs) - boldness({}, "silence", runs), estimates.STRICT
        )
        for name, changes in (("Russia as it is", PACT), ("Russia free and near", PACT | FREE))
    }


def t13(runs: int = RUNS) -> Finding:
    """The chance of an attack does not rise with what deters; the protege is bolder under it."""
    found, bold = hazards(runs), hazard(runs)
    before, _ = found.pop("as it is")
    lines = [f"attacked as it is {before.mean():.3f}; then (change, 99 %; change of the log-odds)"]
    for name, (after, rise) in found.items():
        lines.append(
            f"{'ok   ' if deters(name, rise) else 'WRONG'} {name}: {after.mean():.3f}, "
            f"{estimated(rise.mean, rise.low, rise.high, 3)}; {decimal(odds(after) - odds(before))}"
            + (f", history {DETERRENTS[name].known}" if DETERRENTS[name].known else "")
        )
    for name, more in bold.items():
        lines.append(
            f"{'ok   ' if more.low > 0 else 'WRONG'} moral hazard, {name}: expected force of Iran "
            "in war with a defence clause known as doctrine less under silence "
            f"{estimated(more.mean, more.low, more.high, 4)}"
        )
    lines += [HISTORY, NEIGHBOURS]
    holds = all(deters(name, rise) for name, (_, rise) in found.items())
    holds &= all(more.low > 0 for more in bold.values())
    return Finding(
        id="T13",
        target="deterrence and moral hazard (Fearon 1995; Zagare & Kilgour 2000; Benson 2012)",
        expected="no rise by anything, a clear fall by a free and near patron, a bolder protege",
        estimate=max((rise for _, rise in found.values()), key=lambda each: each.mean),
        holds=holds,
        note="\n".join(lines),
        breaks="a challenger that weighs its own marginal share of a war and not its result, or "
        "a target's strength that only makes it worth striking",
    )
