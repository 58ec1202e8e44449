"""Parameter sets over all declared ranges, played as the runs of one batch.

`python -m tests.space RANDOM CORNERS` plays so many of each and prints what came of them.
"""

import sys
import warnings

import numpy as np

from agents.payoffs import ledger
from experiments.show import every_value
from model.alliance_model import AllianceModel
from model.preset import load, varies_by_run
from model.stage_game import Expected

TURNS = 6
"""Turns that each parameter set is played."""


def ranges(preset: str) -> dict[str, tuple[float, float]]:
    """Every declared figure of a preset that may differ by run, with its range."""
    checked = load(preset)
    found = {}
    for key, _ in every_value(checked):
        limits = checked.range(key) if varies_by_run(key) else None
        if limits is not None:
            found[key] = limits[:2]
    return found


def drawn(preset: str, count: int, seed: int, *, corners: bool) -> dict[str, np.ndarray]:
    """A value a run of every figure: anywhere in its range, or at one of its ends."""
    luck = np.random.default_rng(seed)
    found = {}
    for key, (low, high) in ranges(preset).items():
        share = luck.random(count)
        found[key] = low + (high - low) * (np.rint(share) if corners else share)
    for key in found:  # no more can be tied down than there is
        if key.endswith("_tied"):
            found[key] = np.minimum(found[key], found[key.removesuffix("_tied")])
    return found


def played(
    preset: str, count: int, seed: int, *, corners: bool, turns: int = TURNS
) -> dict[str, float]:
    """What came of some parameter sets: NaN, unsolved games, and how far off the sums are."""
    changes = drawn(preset, count, seed, corners=corners) | {"turns": turns}
    model = AllianceModel(preset, rng=seed, runs=range(count), changes=changes)
    worst = {"nan": 0.0, "residual": 0.0, "ledger": 0.0, "probability": 0.0}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while not model.over:
            model.shock()
            model.weigh()
            model.solve()
            game, solution, world = model.game, model.solution, model.world
            worst["residual"] = max(worst["residual"], float(np.max(solution.residual)))
            off = np.abs(solution.play.sum(1) - 1).max()
            worst["probability"] = max(worst["probability"], float(off))
            whole = sum(ledger(world, Expected.of(solution.expectations)).values())
            payoff = game.payoffs(solution.expectations)
            open_ = np.isfinite(payoff)
            gap = np.abs(np.broadcast_to(whole, payoff.shape) - payoff)[open_]
            size = 1 + np.abs(payoff[open_])
            worst["ledger"] = max(worst["ledger"], float((gap / size).max()))
            model.act()
            model.resolve()
            model.judge()
            worst["nan"] += not_numbers(model.world)
    return worst


def not_numbers(world: object) -> int:
    """How many figures of a world are NaN or infinite."""
    count = 0
    for name, value in vars(world).items():
        if name == "onset":  # infinite on the day of an attack by script
            continue
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            count += int((~np.isfinite(value)).sum())
        elif hasattr(value, "__dataclass_fields__"):
            count += not_numbers(value)
    return count


if __name__ == "__main__":
    for corners, count in ((False, int(sys.argv[1])), (True, int(sys.argv[2]))):
        for preset in ("iran-2025", "twelve-days"):
            kind = "corners" if corners else "random"
            print(preset, kind, count // 2, played(preset, count // 2, 1, corners=corners))
