"""The command line, batches, analyses, figures and reports.

`simulate` and `simulate_point` are promised to stay; what lies in the modules may move.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["simulate", "simulate_point"]

if TYPE_CHECKING:
    from experiments.engine.batch import simulate
    from experiments.study.rows import simulate_point
else:
    PROMISED = {"simulate": "experiments.engine.batch", "simulate_point": "experiments.study.rows"}

    def __getattr__(name: str) -> object:
        """Import a promised name when it is first asked for: `--help` needs none of them."""
        if name not in PROMISED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(PROMISED[name]), name)
