"""The world, its rules, the stage game and what is measured.

`AllianceModel` and `load` are promised to stay; what lies in the modules may move.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["AllianceModel", "load"]

if TYPE_CHECKING:
    from model.alliance_model import AllianceModel
    from model.preset.load import load
else:
    PROMISED = {"AllianceModel": "model.alliance_model", "load": "model.preset.load"}

    def __getattr__(name: str) -> object:
        """Import a promised name when it is first asked for: `--help` needs none of them."""
        if name not in PROMISED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(PROMISED[name]), name)
