"""Small experiments for tests, as files and as children of a process that may be killed."""

import time
from pathlib import Path

from experiments.study.conduct import conduct, prepared
from experiments.study.design import Design, complete
from experiments.study.factors import Factor
from experiments.study.work import Work
from model.preset.load import Preset

COMMAND = ["cheaptalk", "experiment", "small"]


def small(**fields) -> Design:
    """Six points of four runs of two turns."""
    return ready(**fields)[0]


def ready(**fields) -> tuple[Design, Preset]:
    """The small experiment and its preset."""
    given = {
        "title": "small",
        "kind": "sweep",
        "preset": "twelve-days",
        "runs": 4,
        "acts": ["arms"],
        "set": {"turns": 2},
        "block": 8,
        "factors": {"russia.ties.israel": Factor(low=0, high=0.5, count=6)},
    }
    return complete(Design(**given | fields))


def work_in(folder: Path, **fields) -> Work:
    return prepared(*ready(**fields), folder, COMMAND)


def conducted(folder: Path, workers: int = 1, **fields) -> Path:
    conduct(work_in(folder, **fields), workers=workers, quiet=True)
    return folder


def hold(folder: Path, held) -> None:
    """Hold a folder's lock until killed."""
    with work_in(folder).folder.locked():
        held.set()
        time.sleep(600)
