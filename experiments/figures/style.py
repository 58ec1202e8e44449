"""The style that all figures share, and how a figure becomes files."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any  # settings of matplotlib have values of any type

import matplotlib
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.engine.store import Folder

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

INK, FAINT, GRID = "#222222", "#666666", "#dddddd"
ACT, TALK = (to_hex(matplotlib.colormaps["RdBu"](end)) for end in (0.1, 0.9))  # red and blue
SIMULATED = TALK
WIDTH = 8.0  # inches; 1200 pixels
STYLE: "dict[RcKeyType, Any]" = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # else each title looks for ticks above the axes
    "axes.labelsize": 8.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.7,
    "figure.dpi": 150.0,
    "savefig.dpi": 150.0,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
    "svg.hashsalt": "cheaptalk",
    "svg.fonttype": "path",
}
NOTE: dict[str, Any] = {"fontsize": 7.0, "color": FAINT, "ha": "left", "linespacing": 1.4}
styled = matplotlib.rc_context(STYLE)  # as a decorator; the global settings stay as they were


@styled
def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write the figure as PNG and SVG, each whole or not at all and with the same bytes again."""
    written = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
        drawn = BytesIO()
        figure.savefig(drawn, format=kind, metadata=metadata)
        written.append(Folder(folder).write(f"{name}.{kind}", drawn.getvalue()))
    return written
