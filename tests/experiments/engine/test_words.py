"""Figures as text: rounded as ever, nothing is minus nought, and columns are straight."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.answer.report import in_words
from experiments.answer.verdict import Verdict
from experiments.engine.batch import simulate
from experiments.engine.duel import Duel
from experiments.engine.estimates import Estimate
from experiments.engine.words import aligned, decimal, interval
from experiments.study.kinds.sweep import duel_words
from model.preset.load import load

NOUGHT = Estimate(-1e-5, -1e-5, -1e-5)
EVEN = Duel("russia", "iran", "israel", "rhetoric", "arms", NOUGHT, 0.0, 0.0, 0.0, -1e-5,
            -1e-5, -1e-5, 0.0, 4, {"ties": -1e-5})  # fmt: skip


@given(st.floats(-1e3, 1e3), st.integers(0, 3))
def test_only_what_rounds_to_nought_has_no_sign(value, places):
    usual = f"{value:+.{places}f}"
    assert decimal(value, places) == (usual if float(usual) else usual[1:])


def test_an_interval_may_have_no_plus_signs():
    assert interval(-0.001, 1.0, 1, sign="-") == "[0.0, 1.0]"


def test_the_answer_and_the_words_of_a_duel_have_no_minus_nought():
    changes = {"turns": 2}
    played = simulate("twelve-days", 4, changes=changes)
    told = in_words(Verdict(load("twelve-days", changes), 0, played, [EVEN]), "")
    assert "0.00  [0.00, 0.00]" in told and "-0.00" not in told
    table = pd.DataFrame([EVEN.row() | {"saved": 0.5}])
    (line, _) = duel_words(table, {"russia": "Russia", "iran": "Iran"})
    assert "arms: 0.000 [0.000, 0.000] in 4 runs" in line and "; 0.00 for the protege" in line
    assert "-0.00" not in line


def test_a_column_grows_where_a_cell_is_longer_than_declared():
    rows = [("Iran", 0.5, "open"), ("The Gulf states", 0.25, "talk")]
    assert aligned(("<6", ">7.0%", "  <"), rows, ("state", "share", "verdict")) == [
        "  state             share  verdict",
        "  Iran                50%  open",
        "  The Gulf states     25%  talk",
    ]


def test_a_column_of_numbers_may_hold_words_and_a_line_ends_without_blanks():
    rows = [("arms", 0.5, ""), ("force", "closed", "")]
    assert aligned(("<6", ">9.3f", "  <"), rows, indent=0) == ["arms      0.500", "force    closed"]


def test_a_table_without_rows_and_heads_has_no_lines():
    assert aligned(("<6", ">7"), []) == []


def test_a_row_with_a_cell_too_few_is_an_error():
    with pytest.raises(ValueError, match="shorter"):
        aligned(("<6", ">7"), [("arms", 1), ("force",)])
