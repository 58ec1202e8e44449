"""What ablations and decision rules leave in a folder: tables, a figure, and a report."""

import pandas as pd
import pytest

from experiments.engine.store import verified
from tests.experiments.command_line.test_experiment_commands import done

WORDS = ("twelve-days", "--runs", 10, "--set", "turns=1", "--workers", 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "table", "part"),
    [("ablate", "ablations", "M1"), ("robustness", "rules", "always_talk")],
)
def test_a_command_of_theory_leaves_a_report_that_fetches_nothing(command, table, part, tmp_path):
    out = tmp_path / "out"
    told = done(command, *WORDS, "--out", out).stdout
    assert told.rstrip().endswith(f"Report, table and figure: {out}")
    page = (out / "report.html").read_text("utf-8")
    for each in (part, "<svg", "own coding", "turns=1", "The same again"):
        assert each in page
    for fetched in ("<script", "src=", "<link", "@import", "url(http"):
        assert fetched not in page
    assert {"difference", "low", "high"} <= set(pd.read_parquet(out / f"{table}.parquet"))
    assert verified(out) == [] and "complete" in done("results", "list", out).stdout
    assert "0 differ" in done("results", "compare", out, out).stdout
