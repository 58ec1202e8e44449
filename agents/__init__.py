"""What states want and how they choose.

`term` is promised to stay; what lies in the modules may move.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["term"]

if TYPE_CHECKING:
    from agents.payoffs import term
else:
    PROMISED = {"term": "agents.payoffs"}

    def __getattr__(name: str) -> object:
        """Import a promised name when it is first asked for: `--help` needs none of them."""
        if name not in PROMISED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(PROMISED[name]), name)
