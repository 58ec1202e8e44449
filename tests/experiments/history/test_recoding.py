"""A blind sheet, and the agreement of two codings."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.history import recoding
from experiments.history.cases import COVARIATES, RUNGS, read_cases
from experiments.history.fitting import CODED
from model.preset.load import ConfigError
from model.preset.tables import read_table


def test_the_blind_sheet_tells_nothing_that_the_first_coder_found(tmp_path):
    out = tmp_path / "sheet.csv"
    count, book = recoding.blank(CODED, out)
    rows = read_table(out, ("case_id",)).rows
    assert len(rows) == count == 71
    assert all(row.cells[name] == "" for row in rows for name in recoding.CODE_BOOK)
    assert set(rows[0].cells) == {*recoding.NAMED, *recoding.CODE_BOOK}
    told = book.read_text("utf-8")
    assert all(name in told for name in (*COVARIATES, "outcome", "treaty"))


def test_a_filled_sheet_is_a_file_of_cases(tmp_path):
    out, filled = tmp_path / "sheet.csv", tmp_path / "filled.csv"
    recoding.blank(CODED, out)
    head, *rows = out.read_text("utf-8").splitlines()
    # treaty, outcome, then the seven shares
    answers = "none,2,0.5,0.5,0.5,0.5,0.5,0.5,0.5"
    ends = len("," * len(recoding.CODE_BOOK))
    filled.write_text("\n".join([head, *(f"{row[:-ends]},{answers}" for row in rows)]), "utf-8")
    one, other = recoding.both(CODED, filled)
    assert len(other) == 71 and (other.outcome == 2).all()
    assert one.case_id == other.case_id


def test_alpha_is_krippendorffs_own_example():
    # nominal, two coders, ten units, binary: alpha .095 (Krippendorff 2011, section A)
    one = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0])
    other = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    assert recoding.alpha(one, other, "nominal") == pytest.approx(0.095, abs=5e-4)


def test_a_coding_agrees_with_itself_and_less_with_its_alternative():
    cases, other = recoding.with_alternatives(CODED)
    assert {each.alpha for each in recoding.agreement(cases, cases)} == {1.0}
    found = {each.column: each for each in recoding.agreement(cases, other)}
    assert 0.6 < found["outcome"].alpha < 0.9
    assert found["stakes"].alpha == 1


def test_files_without_a_common_case_are_refused(tmp_path):
    text = CODED.read_text("utf-8").splitlines()
    other = tmp_path / "other.csv"
    other.write_text("\n".join([text[0], text[1].replace("RJW1904_FRA_RUS", "X")]), "utf-8")
    with pytest.raises(ConfigError, match="no case_id of"):
        recoding.both(CODED, other)


def test_each_coding_is_fitted_and_scored_on_itself_and_on_the_other(monkeypatch):
    def as_often(known, asked):
        return np.tile(
            np.bincount(known.outcome, minlength=len(RUNGS)) / len(known), (len(asked), 1)
        )

    monkeypatch.setattr(recoding, "strategic", as_often)
    cases = read_cases(CODED)
    arms = replace(cases, outcome=np.full(len(cases), 4))
    force = replace(cases, outcome=np.full(len(cases), 5))
    miss = pytest.approx(1 / (len(RUNGS) - 1))  # sure, and wrong by one rung
    assert recoding.scored(arms, force) == {
        "first": {"first": 0.0, "second": miss},
        "second": {"first": miss, "second": 0.0},
    }
