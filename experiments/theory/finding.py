"""What is found on a target of theory, and the crisis in which targets are looked for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from experiments.engine.estimates import Estimate
from model.alliance_model import AllianceModel
from model.world import Array

PATRON, CRISIS = "russia", "twelve-days"


@dataclass(frozen=True)
class Finding:
    """A target, what was expected, what was found with its interval, and whether it holds.

    `note` tells more, by lines; `breaks` what would make the target fail.
    """

    id: str
    target: str
    expected: str
    estimate: Estimate
    holds: bool
    note: str = ""
    breaks: str = ""


def exact(
    name: str, title: str, expected: str, found: float, limit: float, note: str = ""
) -> Finding:
    """A finding that has no sampling error: holds if it is at most the limit."""
    return Finding(name, title, expected, Estimate(found, found, found), found <= limit, note)


def war_turns(model: AllianceModel) -> Iterator[Array]:
    """Play the model to its end; after each turn, whether each run was at war before it."""
    while not model.over:
        war = np.broadcast_to(model.world.war, model.count)
        model.step()
        yield war


def expected_force(model: AllianceModel, state: int) -> Array:
    """Force of a principal in a turn of war, expected by its mixed strategy, run by run.

    It says the same as the acts drawn from that strategy, with less noise.
    """
    force, turns = np.zeros(model.count), np.zeros(model.count)
    strike = model.world.ladder.strike[state]
    for war in war_turns(model):
        assert model.solution is not None
        force += war * (model.solution.play[state] * strike).sum(0)
        turns += war
    return force / np.maximum(turns, 1)


def play_out(model: AllianceModel) -> None:
    """Play the model to its end."""
    while not model.over:
        model.step()
