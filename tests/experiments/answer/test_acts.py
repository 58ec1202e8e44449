"""Dated acts: read once, wherever the preset lies, and each mistake with its line."""

from datetime import date
from pathlib import Path

import pytest

from experiments.answer.acts import Act, acts_of, between, brent, observed_rungs, rung_of, timeline
from model.preset.load import PRESETS, ConfigError, load

HEAD = "date,actor,action_class,ladder_level,what\n"
ROWS = (
    "2025-06-13,Iran,threat,X,warns\n"
    "2025-06-13,Russia,rhetorical,1,condemns\n"
    "2025-06-13,China,treaty,-,signs\n"
    "2025-06-13,US,arms,4,ships\n"
    "2025-06-14,Israel,strike,X,strikes\n"
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A preset outside of the project with a timeline beside it."""
    (tmp_path / "acts.csv").write_text(HEAD + ROWS, "utf-8")
    path = tmp_path / "own.toml"
    text = (PRESETS / "twelve-days.toml").read_text("utf-8")
    path.write_text(text.replace('"timeline_2025.csv"', '"acts.csv"'), "utf-8")
    return path


def test_a_rung_is_the_level_or_follows_from_the_class(own: Path) -> None:
    acts = timeline(own.parent / "acts.csv")
    assert [act.rung for act in acts] == [1, 1, None, 4, 5]
    assert acts[0] == Act(date(2025, 6, 13), "Iran", 1, True, "warns", kind="threat")


def test_a_number_says_more_than_the_class(tmp_path: Path) -> None:
    path = tmp_path / "acts.csv"
    path.write_text(HEAD + "2025-06-13,Iran,retaliation,4,one salvo\n", "utf-8")
    assert [(act.rung, act.marked) for act in timeline(path)] == [(4, False)]


@pytest.mark.parametrize(
    ("state", "target", "rung"),
    [
        ("iran", "Israel", 5),
        ("iran", "United States/Qatar", 4),
        ("iran", "", 5),
        ("united_states", "Qatar", 5),
    ],
)
def test_fire_on_the_other_principal_is_a_campaign_and_on_a_third_state_one_at_hosts(
    state: str, target: str, rung: int
) -> None:
    act = Act(date(2025, 6, 13), state, 5, True, "", target)
    assert rung_of(load("twelve-days"), state, act) == rung


def test_words_at_a_third_state_stay_words() -> None:
    act = Act(date(2025, 6, 13), "Iran", 1, True, "", "Qatar")
    assert rung_of(load("twelve-days"), "iran", act) == 1


def test_acts_of_a_day_begin_with_those_of_the_war_and_then_the_highest_rung(own: Path) -> None:
    day = between(acts_of(load(str(own))), date(2025, 6, 13), date(2025, 6, 14))
    assert [act.what for act in day] == ["warns", "ships", "condemns", "signs"]


def test_words_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "acts.csv"
    path.write_text("date,actor,action_class,ladder_level\n2025-06-13,US,arms,4\n", "utf-8")
    assert [act.what for act in timeline(path)] == [""]


def test_a_preset_may_have_no_timeline(own: Path) -> None:
    own.write_text(own.read_text("utf-8").replace('timeline = "', "# "), "utf-8")
    preset = load(str(own))
    assert (acts_of(preset), observed_rungs(preset)) == ([], None)


def test_brent_is_by_day() -> None:
    known = load("twelve-days").file.observed.brent
    assert {str(day): price for day, price in brent(load("twelve-days")).items()} == known != {}


def test_a_mistake_is_told_with_its_line(own: Path) -> None:
    (own.parent / "acts.csv").write_text(HEAD + "2025-06-13,US,arms,7,ships\n", "utf-8")
    with pytest.raises(ConfigError, match=r"acts\.csv:2: ladder_level: found '7'; valid: a whole"):
        acts_of(load(str(own)))
