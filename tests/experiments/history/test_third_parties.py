"""Third parties in civil conflicts: reading, sampling, and the game against a logit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.history import third_parties
from model.preset.load import ROOT, ConfigError

DATA = ROOT.parent / "shared" / "data" / "third_parties_1975_1989.csv"


def pairs(rows: int = 900) -> pd.DataFrame:
    """A made-up file in which neighbours help; what it says of history is nothing."""
    place = np.arange(rows)
    near = place % 5 == 0
    return pd.DataFrame(
        {
            **{name: np.zeros(rows) for name in third_parties.COLUMNS},
            "conflict": 1 + place // 30,
            "year": 1970 + place // 60,
            "protege": 300 + place // 30,
            "patron": 600 + place % 30,
            "support_government": np.where(near & (place % 3 == 0), 2 + place % 2, 0),
            "contiguity": near.astype(int),
            "distance_km": np.where(near, 0, 5000),
            "cinc_patron": 0.001,
            "cinc_protege": 0.001,
            "log_gdp_patron": 24,
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.csv"
    pairs().to_csv(file, index=False)
    return file


def test_quiet_rows_that_are_fitted_stand_for_all(path):
    table = third_parties.read_pairs(path)
    some, weight = third_parties.sampled(table)
    helped = table["outcome"] > 0
    assert (some["outcome"] > 0).sum() == helped.sum()
    assert weight[some["outcome"] == 0].sum() == pytest.approx((~helped).sum(), abs=8)


def test_a_coalition_counts_once():
    table = pd.DataFrame({"event": [1, 1, 1, 2, 2], "outcome": [1, 2, 0, 1, 0]})
    assert third_parties.once_an_event(table).tolist() == [0.5, 0.5, 1, 1, 1]


@pytest.mark.slow
def test_the_game_learns_that_neighbours_help(path):
    found = third_parties.backtest(path, 1980)
    scores = found["any_support"]
    assert scores["model"]["log"] < scores["base_rate"]["log"] - 0.05
    assert scores["model"]["auc"] > 0.9
    assert '"troops"' in third_parties.as_json(found)
    assert "coalition counted once" in third_parties.in_words(found)


def test_bad_files_are_refused_by_line(path, tmp_path):
    other = tmp_path / "other.csv"
    pairs(40).assign(support_government=7).to_csv(other, index=False)
    with pytest.raises(ConfigError, match=r"other\.csv:2: support_government: found '7'"):
        third_parties.read_pairs(other)
    pairs(40).drop(columns="rivalry").to_csv(other, index=False)
    with pytest.raises(ConfigError, match="rivalry"):
        third_parties.read_pairs(other)
    with pytest.raises(ConfigError, match="--train-before: found 1970"):
        third_parties.backtest(path, 1970)


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data has no third parties")
def test_third_parties_are_forecast_as_well_as_by_the_plain_logit():
    scores = third_parties.backtest(DATA, 1984, 1990)["any_support"]
    assert scores["model"]["auc"] >= 0.842
    assert scores["model"]["log"] <= 0.0527
