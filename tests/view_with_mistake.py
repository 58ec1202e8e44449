"""The page's server with one more decision rule, whose author made a mistake."""

import sys

from agents.strategies import Situation, strategy
from experiments.view import view
from model.world import PerAction


def mistaken(situation: Situation) -> PerAction:
    """A rule that divides by the number of friends it has not."""
    raise ZeroDivisionError(f"{situation.world.names[situation.state]} has no friends")


if __name__ == "__main__":
    strategy(mistaken)
    view(sys.argv[1], int(sys.argv[2]), browser=False)
