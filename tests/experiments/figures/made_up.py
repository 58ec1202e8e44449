"""Made-up tables to draw, and what can be asked of a figure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

START = date(2025, 6, 12)
STATES = ("north", "south")
MENU = [("silence", 0), ("economic", 3), ("lobby", 3), ("force", 5)]
OBSERVED = pd.DataFrame(
    [(START, "north", 1), (START + timedelta(1), "north", 5), (date(2024, 1, 1), "south", 2)],
    columns=["day", "state", "rung"],
)


def trajectory(
    states: Iterable[str] = STATES, turns: int = 3, menu: Sequence[tuple[str, int]] = MENU
) -> pd.DataFrame:
    rows = []
    for turn in range(1, turns + 1):
        day = START + timedelta(turn - 1)
        share = 1 / len(menu)
        for number, state in enumerate(states):
            rows += [(turn, day, "play", state, action, share, 0.1, 0.2) for action, _ in menu]
            for measure in ("reliability", "honesty"):
                mean = 0.5 + 0.001 * number
                rows.append((turn, day, measure, state, "", mean, mean - 0.1, mean + 0.1))
        rows.append((turn, day, "price", "", "", 70.0 + turn, 65.0, 80.0))
        rows.append((turn, day, "war", "", "", 0.25, 0.0, 1.0))
    names = ["turn", "day", "measure", "state", "action", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def differences(values: Sequence[float] = (0.9, 0.02, -0.4), half: float = 0.1) -> pd.DataFrame:
    rows = [
        ("north", "south", "rhetoric", f"act {number}", each, each - half, each + half, 0.6)
        for number, each in enumerate(values)
    ]
    names = ["patron", "protege", "talk", "act", "difference", "low", "high", "better"]
    return pd.DataFrame(rows, columns=names)


def labels(states: Iterable[str] = STATES) -> dict[str, str]:
    return {state: state.capitalize() for state in states}


def colours(states: Iterable[str] = STATES) -> dict[str, str]:
    return dict.fromkeys(states, "#3b6fb6")


def menus(states: Iterable[str] = STATES) -> dict[str, list[tuple[str, int]]]:
    return dict.fromkeys(states, MENU)


def boxes(texts: Iterable[Text]) -> list[Bbox]:
    return [Text.get_window_extent(each) for each in texts]


def overlaps(found: Sequence[Bbox]) -> list[tuple[Bbox, Bbox]]:
    return [(a, b) for k, a in enumerate(found) for b in found[:k] if a.overlaps(b)]


def end_labels(figure: Figure, panel: int = 0) -> list[Text]:
    figure.draw_without_rendering()
    return [each for each in figure.axes[panel].texts if each.get_gid() == "end"]


def words(figure: Figure) -> str:
    return "\n".join(each.get_text() for each in figure.findobj(Text) if isinstance(each, Text))
