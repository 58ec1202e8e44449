"""The world, its rules, the stage game and what is measured.

`AllianceModel` and `load` are promised to stay; what lies in the modules may move.
"""

from typing import TYPE_CHECKING

from model.promised import promised

__all__ = ["AllianceModel", "load"]

if TYPE_CHECKING:
    from model.alliance_model import AllianceModel
    from model.preset.load import load
else:
    __getattr__ = promised(
        __name__, {"AllianceModel": "model.alliance_model", "load": "model.preset.load"}
    )
