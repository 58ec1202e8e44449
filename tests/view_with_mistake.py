"""The page's server with one more decision rule, whose author made a mistake.

Asked by a signal, it says how many runs it keeps.
"""

import gc
import signal
import sys
from typing import Any

from agents.strategies import Situation, strategy
from experiments.page.server import view
from model.world import PerAction


def mistaken(situation: Situation) -> PerAction:
    """A rule that divides by the number of friends it has not."""
    raise ZeroDivisionError(f"{situation.world.names[situation.state]} has no friends")


def tell_runs(*_: Any) -> None:
    from experiments.page.run import WatchedModel

    gc.collect()
    kept = sum(isinstance(each, WatchedModel) for each in gc.get_objects())
    print(f"runs kept: {kept}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell_runs)
    strategy(mistaken)
    view(sys.argv[1], int(sys.argv[2]), browser=False)
