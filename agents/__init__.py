"""What states want and how they choose.

`term` is promised to stay; what lies in the modules may move.
"""

from typing import TYPE_CHECKING

from model.promised import promised

__all__ = ["term"]

if TYPE_CHECKING:
    from agents.payoffs import term
else:
    __getattr__ = promised(__name__, {"term": "agents.payoffs"})
