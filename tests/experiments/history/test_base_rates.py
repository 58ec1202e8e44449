"""Base rates: counted as by hand, and those that are kept are those of ICB."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.answer import rates
from experiments.history import base_rates
from experiments.history.icb import NAMES
from model.preset.load import ROOT, ConfigError

ICB = ROOT.parent / "shared" / "data" / "icb_support_1918_1990.csv"

HEAD = (
    "CRISNO,CRACNO,CRACID,YRTRIG,SOUTHV,TRIGENT,GRAVTY,SOUTHPOW,ALLYCAP,POWSTA,NUCLEAR,"
    "TRIGGR,MAJRES,USINV,USFAVR,SUINV,SUFAVR\n"
)
ROWS = (
    # the US helps with arms and finds favour; the USSR does nothing
    "1,1,600,1950,700,700,1,1,1,1,1,2,3,7,1,1,1\n"
    # attacked: the same protege again, which answers by force; the US fights for it
    "2,2,600,1951,700,700,1,1,1,1,1,9,8,8,1,1,1\n"
    # another actor of the same crisis gets words: the crisis counts once, by the fighting
    "2,3,601,1951,700,700,1,1,1,1,1,9,2,3,1,1,1\n"
    # what the actor found against it is no support
    "3,4,602,1952,700,700,1,1,1,1,1,9,1,8,3,3,1\n"
    # a superpower is no protege
    "4,5,2,1953,700,700,1,1,1,1,1,9,9,1,1,1,1\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "icb2.csv"
    file.write_text(HEAD + ROWS, "utf-8")
    return file


def test_a_crisis_counts_once_for_a_power_by_its_highest_act(path: Path) -> None:
    rates = {each.group: each.counts for each in base_rates.counted(path)}
    # US: arms, fighting. USSR: nothing twice, words once
    assert rates["great_powers"] == (2, 1, 0, 1, 1)


def test_a_protege_is_whom_the_power_supported_before(path: Path) -> None:
    rates = {each.group: each.counts for each in base_rates.counted(path)}
    assert rates["proteges_attacked"] == (0, 0, 0, 0, 1)


def test_the_attacked_are_counted_by_their_own_response(path: Path) -> None:
    rates = {each.group: each.counts for each in base_rates.counted(path)}
    assert rates["attacked"] == (1, 1, 0, 0, 1)


def test_what_is_written_is_read_again(path: Path, tmp_path: Path) -> None:
    found, out = base_rates.counted(path), tmp_path / "rates.csv"
    base_rates.write(found, out)
    assert list(rates.known(out).values()) == found


def test_a_file_that_does_not_say_how_crises_began_is_refused(path: Path) -> None:
    table = pd.read_csv(path).drop(columns="TRIGGR")
    table.to_csv(path, index=False)
    with pytest.raises(ConfigError, match=r"icb2\.csv:1: column 'triggr' is missing"):
        base_rates.counted(path)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("great_power,1,1,1,1,1", "group: found 'great_power'; did you mean great_powers"),
        ("attacked,1,1,1,1,many", "rates.csv:2: direct: found 'many'; valid: a whole number"),
    ],
)
def test_a_wrong_count_is_refused_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(f"group,{','.join(NAMES)}\n{row}\n", "utf-8")
    with pytest.raises(ConfigError, match=words):
        rates.known(file)


def test_shares_have_wilson_intervals() -> None:
    share = base_rates.BaseRate("attacked", (50, 50, 0, 0, 0)).shares[0]
    assert (share.mean, share.low, share.high) == pytest.approx((0.5, 0.4038, 0.5962), abs=1e-4)


@pytest.mark.skipif(not ICB.exists(), reason="../shared/data has no ICB table")
def test_the_counts_that_are_kept_are_those_of_the_data() -> None:
    assert base_rates.counted(ICB) == list(rates.known().values())
