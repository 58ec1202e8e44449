"""The command line, batches, analyses, figures and reports.

`simulate` and `simulate_point` are promised to stay; what lies in the modules may move.
"""

from typing import TYPE_CHECKING

from model.promised import promised

__all__ = ["simulate", "simulate_point"]

if TYPE_CHECKING:
    from experiments.engine.batch import simulate
    from experiments.study.rows import simulate_point
else:
    __getattr__ = promised(
        __name__,
        {"simulate": "experiments.engine.batch", "simulate_point": "experiments.study.rows"},
    )
