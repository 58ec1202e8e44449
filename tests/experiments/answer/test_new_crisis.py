"""A new crisis: what is written, that it plays, and that nothing of the founding case is in it."""

import re
import tomllib
from datetime import date

import pytest

from experiments.answer.anchors import Tables, tables
from experiments.answer.decisions import (
    DECISIONS,
    FEATURES,
    checked,
    features_of,
    nothing_at_stake,
    to_decide,
)
from experiments.answer.listing import parameters
from experiments.answer.new_crisis import Crisis, profile, write
from experiments.history.forecast import forecast
from model.preset.load import ConfigError, load, menu

NOTHING = Tables({})
OF_IRAN = re.compile(
    r"iran|israel|tehran|gulf|hormuz|fordow|natanz|hezbollah|houthi|iaea|enrich|muscat|brent|oil|"
    r"drone|prox|programme|strait|breakout|sprint|nuclear programme|70\.84|twelve|october 2024",
    re.IGNORECASE,
)


def crisis(**changed) -> Crisis:
    given = {
        "name": "strait-2027", "target": "taiwan", "challenger": "china",
        "patrons": ("united_states", "japan"), "start": date(2027, 4, 1),
        "until": date(2027, 6, 30),
    }  # fmt: skip
    return Crisis(**given | changed)


@pytest.fixture
def path(tmp_path):
    return write(crisis(name="contingency"), NOTHING, tmp_path)[0]


def test_nothing_of_iran_is_in_the_files_that_are_written(path):
    for file in path.parent.rglob("*.toml"):
        assert OF_IRAN.findall(file.read_text("utf-8")) == [], file


def test_nothing_of_iran_is_in_its_figures_events_and_forecasts(path):
    preset = load(str(path))
    assert features_of(preset) == dict.fromkeys(FEATURES, False)
    assert preset.file.events == [] and preset.file.observed.brent == {}
    assert preset.file.fronts is None and preset.file.prices == []
    on = {each["key"]: each["value"] for each in parameters(preset) if each["value"]}
    own = ("target.programme", "target.hardened", "target.proxies", "target.drones")
    peculiar = [key for key in on if key.endswith(("hormuz", "hosts", "oil_exports", *own))]
    assert peculiar == [] and "oil.strait" not in on and "oil.at_risk" not in on
    sources = {each["source"] for each in parameters(preset)}
    assert not [each for each in sources if re.search("iaea|hezbollah|rand|fordow", each, re.I)]
    acts = {action for state in preset.profiles for action in menu(preset, state)}
    assert not acts & {"sprint", "bases"}
    found = forecast(preset, date(2027, 4, 20), 20, 0, date(2027, 1, 1))
    asked = " ".join(f"{each['event']} {each['question']}" for each in found["events"])
    assert "china attacks taiwan" in asked.lower() and OF_IRAN.findall(asked) == []


def test_what_is_declared_is_asked_for(tmp_path):
    path = write(crisis(features=("programme", "strait", "drones")), NOTHING, tmp_path)[0]
    target = (tmp_path / "states" / "taiwan.toml").read_text("utf-8")
    for key in ("programme", "hardened", "breakout_weeks", "drones"):
        assert f"# {key} = " in target
    assert "proxies" not in target
    assert "# strait = 0.0" in path.read_text("utf-8")
    assert not any(features_of(load(str(path))).values())  # declared, but nothing decided yet


def test_every_decision_stands_in_the_profile_with_unit_range_default_and_why():
    text = profile(crisis(features=tuple(FEATURES)), "taiwan", NOTHING)
    for each in to_decide("taiwan", "target", tuple(FEATURES)):
        name = each.key.rpartition(".")[2]
        about = re.search(rf"^# {name}: .+; .+, \S+ to \S+, default \S+\n(.*)", text, re.MULTILINE)
        assert about, name
        assert about[1] == f"#   Why: {each.why}."


def test_taking_away_the_comment_signs_gives_a_valid_profile(path):
    for file in (path.parent / "states").iterdir():
        lines = file.read_text("utf-8").split("# Treaties")[0].splitlines()
        plain = [re.sub(r"^# (?=\w+ = )", "", line) for line in lines]
        file.write_text("\n".join(plain) + "\n", "utf-8")
    assert checked(load(str(path))).undecided == []


def test_the_profiles_of_the_project_lend_nothing_to_states_of_the_same_name(path):
    preset = load(str(path))
    assert preset.figure("china.means.money") == preset.default("china.means.money")
    assert not preset.profiles["united_states"].ties


def test_anchors_are_written_with_their_source_and_told_as_open(tmp_path):
    capabilities, affinity = tmp_path / "c.csv", tmp_path / "a.csv"
    capabilities.write_text(
        "cow_abb,year,milex,milper,nuclear,cinc\nJPN,2021,40000000,240,0,0.03\n"
        "JPN,2022,46000000,,0,0.03\nTAW,2022,13000000,290,0,\n", "utf-8"
    )  # fmt: skip
    affinity.write_text(
        "abb1,abb2,year,agree,trade_musd,atop_defense\nTAW,JPN,2020,0.9,70000,0\n"
        "TAW,JPN,2021,0.8,,1.0\n", "utf-8"
    )  # fmt: skip
    known = tables({"japan": "JPN", "taiwan": "TAW"}, capabilities, affinity)
    path = write(crisis(), known, tmp_path / "out")[0]
    preset = load(str(path))
    assert preset.figure("japan.means.money") == 46.0
    assert preset.figure("japan.means.forces") == 240.0
    assert preset.figure("japan.ties.taiwan") == preset.figure("taiwan.ties.japan") == 0.6
    assert preset.figure("japan.economy.trade") == 70.0
    assert preset.profiles["japan"].sources["means.money"] == "anchor: milex of JPN in 2022, c.csv"
    text = (path.parent / "states" / "japan.toml").read_text("utf-8")
    assert "On record with Taiwan: defence (atop_defense 2021)" in text
    assert "3 % of the world's material capabilities" in text
    found = checked(preset)
    assert "japan.means.money" in found.anchored
    assert "japan.means.money" not in {each.key for each in found.undecided}


def test_a_code_that_no_table_has_is_refused(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("cow_abb,year,milex\nJPN,2021,1\n", "utf-8")
    with pytest.raises(ConfigError, match=r"--country japan=JAP: no such country in .*valid: JPN"):
        tables({"japan": "JAP"}, path, None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": "Taiwan"}, "--target: found 'Taiwan'; valid: a name of small letters"),
        ({"challenger": "oil"}, "--challenger: found 'oil'"),
        ({"patrons": ("china",)}, "found 'china' twice; valid: each state in one seat"),
        ({"patrons": ()}, "--patron: missing"),
        ({"until": date(2027, 3, 1)}, "--until: found 2027-03-01; valid: from 2027-04-01"),
        ({"attack_day": date(2028, 1, 1)}, "--attack-day: found 2028-01-01"),
        ({"name": "../x"}, "NAME: found '../x'"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(changed, told, tmp_path):
    with pytest.raises(ConfigError, match=re.escape(told)):
        write(crisis(**changed), NOTHING, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_file_of_the_user_is_written_over(path):
    mine = path.parent / "states" / "taiwan.toml"
    mine.write_text('label = "Mine"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"taiwan\.toml"):
        write(crisis(name="contingency"), NOTHING, path.parent)
    assert mine.read_text("utf-8") == 'label = "Mine"\n'


@pytest.mark.parametrize("day", [None, date(2027, 4, 9)])
def test_the_days_become_turns_and_an_attack(day, tmp_path):
    path = write(crisis(attack_day=day, turn_days=3.0), NOTHING, tmp_path)[0]
    file = load(str(path)).file
    assert file.turns * 3 >= 91 > (file.turns - 1) * 3
    assert file.attack_day == day
    assert file.attack == ("scripted" if day else "endogenous")


def test_every_decision_is_a_declared_figure():
    text = profile(crisis(features=tuple(FEATURES)), "taiwan", NOTHING)
    assert tomllib.loads(text)["label"] == "Taiwan"
    assert len({each.key for each in DECISIONS}) == len(DECISIONS)


def test_who_runs_a_crisis_as_it_was_written_is_warned(path):
    (told,) = nothing_at_stake(load(str(path)))
    assert told.startswith(f"{len(checked(load(str(path))).undecided)} figures are undecided")
    assert "what is at stake for Taiwan and China" in told
