"""Potential patrons from the ICB actor-level file."""

import numpy as np
import pandas as pd
import pytest

from experiments.history import icb, icb_backtest, icb_coding
from model.preset.load import ROOT, ConfigError

DATA = ROOT.parent / "shared" / "data" / "icb_support_1918_1990.csv"


def actor_level(rows: int = 60) -> pd.DataFrame:
    """A made-up file with the columns of ICB2; what it says of history is nothing."""
    place = np.arange(rows)
    return pd.DataFrame(
        {
            "CRISNO": 100 + place // 2,
            "CRACNO": 300 + place,
            "CRACID": np.where(place % 15 == 0, 365, 600 + place % 7),
            "ACTOR": "X",
            "YRTRIG": 1946 + place // 2,
            "SOUTHV": np.where(place % 10 == 3, 2, 700 + place % 5),
            "TRIGENT": np.where(place % 12 == 5, 365, 750),
            "GRAVTY": place % 7,
            "SOUTHPOW": 1 + place % 4,
            "ALLYCAP": 1 + place % 3,
            "POWSTA": 1 + place % 2,
            "NUCLEAR": 1,
            "USINV": 1 + place % 8,
            "USFAVR": 1 + (place % 3 == 0) * 2,
            "SUINV": 1 + (place + 3) % 8,
            "SUFAVR": 1,
        }
    )


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "icb2v14.csv"
    actor_level().to_csv(file, index=False)
    return file


def test_the_table_has_a_row_for_each_superpower_that_could_be_a_patron(path):
    table = icb.read_patrons(path)
    assert set(table["patron"]) == {2, 365}
    assert not set(table["actor"]) & {2, 365}
    assert (table["adversary"] != table["patron"]).all()
    assert (table["patron_is_trigger"] == 0).all()
    rows = table.groupby(["crisno", "patron"])["row_weight"].sum()
    np.testing.assert_allclose(rows, 1)


def test_support_is_what_the_client_found_favourable(path):
    table = icb.read_patrons(path)
    us = table[table["patron"] == 2].set_index("cracno")
    raw = actor_level().set_index("CRACNO")
    for number, row in us.iterrows():
        activity, verdict = raw.loc[number, "USINV"], raw.loc[number, "USFAVR"]
        assert row["support"] == icb.ACTIVITY_CLASSES[activity]
        assert activity <= 2 or verdict == icb.FAVOURED
    dropped = raw[(raw["USINV"] > 2) & (raw["USFAVR"] != 1)].index
    assert not set(dropped) & set(us.index)


def test_history_is_of_earlier_crises_only(path):
    table = icb.read_patrons(path)
    pairs = list(zip(table["actor"], table["patron"], strict=True))
    for place, pair in enumerate(pairs):
        before = [
            table["support"][other]
            for other in range(place)
            if pairs[other] == pair and table["crisno"][other] != table["crisno"][place]
        ]
        assert table["met"][place] == len(before)
        assert table["last"][place] == (before[-1] if before else -1)


def test_what_is_known_only_afterwards_is_refused_by_name(path):
    table = icb.read_patrons(path)
    for name in sorted(icb.NEVER):
        with pytest.raises(ConfigError, match=f"found '{name}', known only after"):
            icb_backtest.feature_names(path, table, name)
    assert not set(icb.FEATURES) & icb.NEVER
    with pytest.raises(ConfigError, match="did you mean icb_gravty"):
        icb_backtest.feature_names(path, table, "icb_gravity")


def test_the_coding_of_a_row_does_not_read_what_came_after(path):
    table = icb.read_patrons(path)
    blind = table.assign(**{name: 0 for name in icb.NEVER if name in table})
    one, other = icb_coding.coded(table), icb_coding.coded(blind)
    for ours, theirs in zip(one.designs, other.designs, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_every_covariate_enters_a_figure_of_the_game_and_has_a_source():
    assert icb_coding.unused() == set()
    assert all(each.source and each.meaning for each in icb_coding.COVARIATES.values())


def test_what_is_asked_is_the_conditional_chance():
    said = np.array([[0.5, 0.3, 0.1, 0.05, 0.05]] * 3)
    chance, happened, asked = icb_backtest.asked_of(
        icb_backtest.QUESTIONS["beyond_rhetoric"], said, np.array([0, 1, 3])
    )
    assert asked.tolist() == [False, True, True]
    assert happened.tolist() == [False, True]
    # 0.2 of the 0.5 that is support lies beyond rhetoric
    assert chance == pytest.approx([0.4, 0.4])


def test_four_classes_count_economic_help_as_material():
    said = np.array([[0.1, 0.2, 0.3, 0.3, 0.1]])
    found = icb_backtest.four_classes(said, np.array([2]), np.ones(1))
    assert found["log"] == pytest.approx(-np.log(0.6))
    assert found["rps"] == pytest.approx((0.1**2 + 0.3**2 + 0.1**2) / 3)


@pytest.mark.slow
def test_the_backtest_scores_every_forecaster(path):
    found = icb_backtest.backtest(path, 1965, None)
    for key in icb_backtest.QUESTIONS:
        assert set(found[key]) == set(icb_backtest.FORECASTERS)
        for each in found[key].values():
            assert each["log"] > 0 and each["n"] > 0
    told = icb_backtest.in_words(found)
    assert "given support, beyond rhetoric" in told
    assert '"any_support"' in icb_backtest.as_json(found)


def test_a_file_without_the_columns_is_refused(path, tmp_path):
    other = tmp_path / "other.csv"
    actor_level().drop(columns="SOUTHV").to_csv(other, index=False)
    with pytest.raises(ConfigError, match="column 'southv' is missing; did you mean southpow"):
        icb.read_patrons(other)
    with pytest.raises(ConfigError, match="no such file"):
        icb.read_patrons(tmp_path / "nowhere.csv")
    with pytest.raises(ConfigError, match="--train-before: found 1900"):
        icb_backtest.backtest(path, 1900, None)


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="../shared/data has no ICB table")
@pytest.mark.parametrize(("split", "until"), [(1976, 1991), (1962, 1976), (1946, 1962)])
def test_whether_a_power_helps_is_forecast_better_than_by_the_simple_rules(split, until):
    found = icb_backtest.backtest(DATA, split, None, until)
    for key in ("any_support", "material"):
        scores = found[key]
        for name in ("base_rate", "last_behaviour", "pact_only", "expected_gain"):
            assert scores["model"]["log"] < scores[name]["log"], (key, name)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data has no ICB table")
def test_seven_great_powers_are_read_before_1946_and_two_since():
    table = icb.read_patrons(DATA, icb.EARLIEST)
    before = table["year"] < 1946
    assert set(table["patron"][before]) == set(icb.GREAT_POWERS)
    assert set(table["patron"][~before]) == {2, 365}
