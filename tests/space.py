"""The whole declared space: parameter sets that vary every figure of a preset at once.

`python -m tests.space 2000 500` plays 2,000 sets drawn over all ranges and 500 with every figure
at an end of its range, half of them on each preset, and prints what was wrong. A third number
gives other sets: those from so many batches on.
"""

import json
import sys
import warnings
from collections import Counter
from collections.abc import Mapping
from random import Random

import numpy as np

from agents.weighing import ledger
from model.alliance_model import AllianceModel
from model.game.branch import NoEquilibrium
from model.game.iteration import RESIDUAL
from model.game.stage_game import Expected
from model.measures import MEASURES, worth
from model.preset.catalogue import catalogue
from model.preset.load import Preset, load
from model.world import Array, World
from tests.worlds import PRESETS, figures

TURNS = 12
EXACT = 1e-12
TOGETHER = 125
"""Parameter sets played as one batch, with one length of turn."""


def ranges(preset: Preset) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of every figure that may differ from run to run."""
    return {
        each.key: (float(each.low), float(each.high)) for each in catalogue(preset) if each.by_run
    }


def without_contradiction(sets: dict[str, Array]) -> dict[str, Array]:
    """The sets with no more tied down than there is."""
    tied = {key: key.removesuffix("_tied") for key in sets if key.endswith("_tied")}
    return sets | {key: np.minimum(sets[key], sets[whole]) for key, whole in tied.items()}


def drawn(preset: Preset, count: int, number: int, *, at_ends: bool) -> dict[str, Array]:
    """Sets in which every figure is drawn over its range, or is at one end of it."""
    generator = np.random.default_rng(number)
    sets = {}
    for key, (low, high) in ranges(preset).items():
        share = generator.random(count)
        sets[key] = np.where(share < 0.5, low, high) if at_ends else low + (high - low) * share
    return without_contradiction(sets)


def one_at_an_end(preset: Preset) -> dict[str, Array]:
    """Sets in each of which one figure is at an end, and all others are the preset's own."""
    figures_by_run = [each for each in catalogue(preset) if each.by_run]
    sets = {}
    for place, each in enumerate(figures_by_run):
        sets[each.key] = np.full(2 * len(figures_by_run), each.value)
        sets[each.key][2 * place : 2 * place + 2] = each.low, each.high
    return without_contradiction(sets)


def wrong_in(model: AllianceModel, weighed: World) -> list[str]:
    """What is wrong after a turn: no number, a residual, probabilities or a ledger that is off."""
    world, solution = model.world, model.solution
    assert solution is not None and model.game is not None
    wrong = [
        f"{place} is not finite"
        for place, each in (*figures(world), *((k, m.rule(world)) for k, m in MEASURES.items()),
                            ("worth", worth(world)))
        if isinstance(each, np.ndarray) and each.dtype.kind == "f" and place != "onset"
        and not np.isfinite(each).all()
    ]  # fmt: skip
    if not (solution.residual <= RESIDUAL).all():
        wrong.append("a game is not solved")
    if not (np.abs(solution.play.sum(1) - 1) <= EXACT).all():
        wrong.append("probabilities do not add up to 1")
    payoffs = model.game.payoffs(solution.expectations)
    entries = ledger(weighed, Expected.of(solution.expectations)).values()
    open_ = payoffs > -np.inf
    added, size = sum(entries), sum(np.abs(each) for each in entries)
    off = np.abs(added - np.where(open_, payoffs, 0.0))
    if not (off <= EXACT * np.maximum(size, 1.0))[open_].all():
        wrong.append("the ledger does not add up to the payoff")
    return wrong


def found_wrong(name: str, sets: Mapping[str, Array], turn_days: float) -> Counter[str]:
    """How many turns of the sets had which fault; warnings are faults too."""
    runs = range(len(next(iter(sets.values()))))
    changes = {**sets, "turn_days": turn_days, "turns": TURNS}
    model, found = AllianceModel(name, runs=runs, changes=changes), Counter[str]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while not model.over:
            model.shock()
            weighed = model.world
            try:
                model.weigh()
                model.solve()
                model.act()
                model.resolve()
                model.judge()
                found.update(wrong_in(model, weighed))
            except (NoEquilibrium, RuntimeWarning) as error:
                found[f"{type(error).__name__}: {error}"] += 1
                break
    return found


def tried(count: int, begin: int, *, at_ends: bool) -> dict[str, object]:
    """What was wrong in so many sets: half on each preset, turns of 0.05 to 366 days."""
    found, together = Counter[str](), min(TOGETHER, count // len(PRESETS))
    for number in range(begin, begin + count // together):
        name = PRESETS[number % len(PRESETS)]
        ends = (0.05, 366.0)
        random = Random(number)
        days = random.choice(ends) if at_ends else ends[0] * (ends[1] / ends[0]) ** random.random()
        sets = drawn(load(name), together, number, at_ends=at_ends)
        found += found_wrong(name, sets, days)
    return {"sets": count, "games": count * TURNS, "wrong": dict(found)}


if __name__ == "__main__":
    begin = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    print(json.dumps(tried(int(sys.argv[1]), begin, at_ends=False)))
    print(json.dumps(tried(int(sys.argv[2]), begin, at_ends=True)))
