"""The ranking of parameters: its legend stands clear."""

import pandas as pd
import pytest

from experiments.study.design import Design
from experiments.study.kinds.sensitivity_figure import ranking
from tests.experiments.figures.made_up import boxes


@pytest.mark.parametrize("factors", [1, 12])
def test_the_legend_of_the_ranking_stands_clear_of_both_panels(factors) -> None:
    design = Design(title="which", kind="sensitivity", acts=["arms", "force"])
    names = [f"state.section.figure {number}" for number in range(factors)]
    rows = [(name, act, 1.0, 0.5, 0.3, 0.2, 0.1, 0.2) for name in names for act in design.acts]
    halves = [f"{each}{half}" for each in ("mu_star", "total", "first") for half in ("", "_half")]
    table = pd.DataFrame(rows, columns=["factor", "act", *halves])
    figure = ranking(design, table, table, "North")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    told = [each.get_text() for each in legend.get_texts()]
    assert told == [
        f"{what}, against {act}" for act in design.acts for what in ("mu* or total", "first order")
    ]
    others = [each.get_tightbbox() for each in figure.axes] + boxes(figure.texts)
    assert not any(legend.get_window_extent().overlaps(each) for each in others if each)
