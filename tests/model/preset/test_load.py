import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.payoffs import TERMS
from agents.weighing import ledger
from model.game.stage_game import NOTHING
from model.parameters import SECTIONS, STATE_SECTIONS
from model.preset.load import ROOT, ConfigError, first_world, load
from model.quantities import declarations
from tests.worlds import PLAYERS, PRESETS, a_model, a_world, alone, differences, tunable


def complaint(preset: str = "twelve-days", changes: dict | None = None) -> list[str]:
    """The lines of the error that this preset with these changes gives."""
    with pytest.raises(ConfigError) as caught:
        load(preset, changes)
    return str(caught.value).splitlines()


def spoiled(path: Path, pattern: str, replacement: str) -> int:
    """Replace the first match in a file by a mistake, and return its line."""
    text = path.read_text("utf-8")
    found = re.search(pattern, text)
    assert found is not None, pattern
    path.write_text(text[: found.start()] + replacement + text[found.end() :], "utf-8")
    return text[: found.start()].count("\n") + 1


# ------------------------------------------------------------------ mistakes in files


@pytest.mark.parametrize(
    ("pattern", "mistake", "key", "found", "remedy"),
    [
        ("access = 0.35", "acess = 0.35", "posture.acess", "unknown key", "did you mean access?"),
        ("access = 0.35", "access = 35.0", "posture.access", "found 35.0", "from 0 to 1 share"),
        ("access = 0.35", 'access = "far"', "posture.access", "found 'far'", "from 0 to 1 share"),
        ("access = 0.35", "access = nan", "posture.access", "found nan", "from 0 to 1 share"),
        ("iran = 0.5\n", "iran = 1.5\n", "ties.iran", "found 1.5", "from -1 to 1"),
        ('clause = "consultation"', 'clause = "consult"', "clause", "found 'consult'", "'defence'"),
        ('colour = "#3b6fb6"', 'colour = "blue"', "colour", "found 'blue'", '"#3b6fb6"'),
    ],
)
def test_a_mistake_in_a_profile_names_file_line_key_value_and_remedy(
    folders, pattern, mistake, key, found, remedy
):
    line = spoiled(folders / "profiles" / "russia.toml", pattern, mistake)
    (told,) = complaint()
    assert "russia.toml:" in told
    for part in (key, found, remedy):
        assert part in told
    if "clause" not in key:  # a treaty's header stands for its lines
        assert f"russia.toml:{line}:" in told


@pytest.mark.parametrize(
    ("pattern", "mistake", "key", "found", "remedy"),
    [
        ("turns = 16", "turnss = 16", "turnss", "unknown key", "did you mean turns?"),
        ("turns = 16", "turns = 0", "turns", "found 0", "a whole number from 1"),
        ("turns = 16", "turns = 16.5", "turns", "found 16.5", "a whole number"),
        ("price = 70.84", "price = 7084.0", "oil.price", "found 7084.0", "from 5 to 500 USD/bbl"),
        ('target = "iran"', 'target = "irann"', "target", "found 'irann'", "did you mean iran?"),
        ("attack_day = 2025-06-13", "", "attack_day", "missing", "needs its day"),
        ('sets = "restraint"', 'sets = "restrain"', "sets", "found 'restrain'", "'restraint'"),
    ],
)
def test_a_mistake_in_a_preset_names_file_key_value_and_remedy(
    folders, pattern, mistake, key, found, remedy
):
    line = spoiled(folders / "presets" / "twelve-days.toml", pattern, mistake)
    told = complaint()
    assert all("twelve-days.toml" in each for each in told)
    (first,) = [each for each in told if found in each]
    assert key in first
    assert remedy in first
    if mistake and key != "sets":
        assert f"twelve-days.toml:{line}:" in first


def test_a_file_that_is_not_toml_names_its_line(folders):
    line = spoiled(folders / "profiles" / "iran.toml", r"money = 10.0", "money = = 10.0")
    (told,) = complaint()
    assert f"iran.toml:{line}: not valid TOML: found 'money = = 10.0'" in told


def test_all_mistakes_of_a_file_come_at_once(folders):
    path = folders / "profiles" / "russia.toml"
    for pattern, mistake in (("access = 0.35", "acess = 0.35"), ("trade = 4.9", "trade = -4.9")):
        spoiled(path, pattern, mistake)
    told = complaint()
    assert len(told) == 2
    assert "did you mean access?" in told[0] + told[1]
    assert "found -4.9" in told[0] + told[1]


def test_mistakes_of_all_files_come_at_once(folders):
    spoiled(folders / "profiles" / "russia.toml", "access = 0.35", "access = 35.0")
    spoiled(folders / "profiles" / "china.toml", "access = 0.12", "access = 12.0")
    spoiled(folders / "presets" / "twelve-days.toml", "turns = 16", "turns = 0")
    told = complaint()
    for name in ("russia.toml", "china.toml", "twelve-days.toml"):
        assert any(name in each for each in told), name


def test_an_unknown_preset_or_profile_suggests_the_near_miss(folders):
    assert complaint("twelve-day") == [
        "preset 'twelve-day' does not exist; did you mean twelve-days?"
    ]
    assert complaint(changes={"players": ["rusia", "iran", "israel"]}) == [
        "--set players: profile 'rusia' does not exist; did you mean russia?"
    ]


def test_a_state_that_overrides_but_does_not_play_is_refused(folders):
    path = folders / "presets" / "twelve-days.toml"
    path.write_text(path.read_text("utf-8") + "\n[states.rusia.means]\nmoney = 3.0\n", "utf-8")
    (told,) = complaint()
    assert "states.rusia" in told
    assert "did you mean russia?" in told


def test_a_preset_may_override_a_figure_of_a_profile(folders):
    path = folders / "presets" / "twelve-days.toml"
    path.write_text(path.read_text("utf-8") + "\n[states.russia.means]\nmoney = 99.0\n", "utf-8")
    assert a_world().money[0] == 99.0


def test_a_tie_to_nobody_is_refused(folders):
    # a state that exists but does not play is fine: profiles serve many presets
    assert load("twelve-days", {"players": ["russia", "iran", "israel", "united_states"]})
    spoiled(folders / "profiles" / "russia.toml", "israel = 0.35", "isreal = 0.35")
    (told,) = complaint()
    assert "did you mean israel?" in told


# ------------------------------------------------------------------ mistakes in changes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"oil.elastcity": 0.2}, "--set oil.elastcity: unknown key; did you mean elasticity?"),
        (
            {"oil.elasticity": 9.0},
            "--set oil.elasticity: found 9.0; valid: a number from 0.02 to 2 index",
        ),
        (
            {"oil.elasticity": "high"},
            "--set oil.elasticity: found 'high'; valid: a number from 0.02 to 2 index",
        ),
        (
            {"russia.weights.audiance": 1.0},
            "--set russia.weights.audiance: unknown key; did you mean audience?",
        ),
        ({"turn": 3}, "--set turn: unknown key; did you mean turns?"),
        ({"oil.price.x": 3.0}, "--set oil.price.x: 'price' holds a value, not a table"),
        (
            {"oil.elasticity": np.array([0.1, 9.0])},
            "--set oil.elasticity: found 9.0; valid: a number from 0.02 to 2 index",
        ),
    ],
)
def test_a_mistake_in_a_change_names_the_change_and_what_would_do(changes, told):
    assert complaint(changes=changes) == [told]


def test_all_mistakes_of_changes_come_at_once():
    changes = {
        "oil.elasticity": 9.0,
        "oil.prize": 3.0,
        "turn_days": -1.0,
        "russia.posture.access": 3.0,
    }
    told = complaint(changes=changes)
    assert len(told) == 4
    for key in changes:
        assert any(f"--set {key}:" in each for each in told), key


def test_a_change_for_who_does_not_play_suggests_the_near_miss():
    (told,) = complaint(changes={"rusia.weights.ties": 1.0})
    assert told.startswith("--set rusia.weights.ties")
    assert "russia" in told


def test_a_change_that_would_have_no_effect_is_refused():
    # the file's own way to override a profile is laid over it before changes are
    try:
        changed = first_world(load("twelve-days", {"states.russia.means.money": 99.0}), 0)
    except ConfigError:
        return
    assert changed.money[0] == 99.0


def test_more_is_tied_down_than_there_is():
    (told,) = complaint(changes={"russia.means.money_tied": 100.0})
    assert "means.money_tied: found 100; valid: at most the total" in told


@pytest.mark.parametrize("value", [np.array([[0.1, 0.2]]), np.array([]), np.array(["a"])])
def test_a_change_that_is_no_row_of_numbers_is_refused(value):
    assert "oil.elasticity" in complaint(changes={"oil.elasticity": value})[0]


def test_a_change_without_a_value_for_every_run_is_refused():
    with pytest.raises(ConfigError, match=r"oil\.elasticity"):
        a_model(runs=range(5), turns=1, changes={"oil.elasticity": np.array([0.1, 0.2, 0.3])})


# ------------------------------------------------------------------ changes by run


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("russia.weights.ties", [0.0, 1.0, 5.0]),
        ("oil.elasticity", [0.05, 0.11, 0.5]),
        ("russia.stakes.iran", [-0.5, 0.2, 0.9]),
        ("russia.pledges.iran", [0.0, 0.5, 1.0]),
        ("gulf.ties.iran", [-0.5, 0.1, 0.5]),
        ("iran.target.programme", [0.1, 1.0, 2.0]),
        ("united_states.means.money", [900.0, 997.0, 1500.0]),
        ("conflict.destruction", [0.0, 0.6, 5.0]),
        ("russia.reputation.discount", [0.0, 0.5, 0.9]),
        ("russia.precision", [0.0, 2.0, 10.0]),
        ("restraint", [0.0, 0.5, 2.0]),
        ("beliefs.provisional", [0.0, 0.5, 1.0]),
        ("value.horizon", [1.0, 10.0, 100.0]),
    ],
)
def test_a_value_for_each_run_equals_each_value_alone(key, values):
    batch = a_model(turns=3, runs=range(3), changes={key: np.array(values)})
    for run, value in enumerate(values):
        one = a_model(turns=3, runs=run, changes={key: value})
        assert differences(one.world, alone(batch.world, run)) == []


def test_values_by_run_are_found_by_the_runs_number():
    changes = {"oil.price": np.arange(50.0, 90.0)}
    assert a_world(runs=33, changes=changes).oil.price == 83.0
    assert a_world(runs=range(30, 35), changes=changes).oil.price.tolist() == [80, 81, 82, 83, 84]


# ------------------------------------------------------------------ what is declared


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_makes_a_first_world_at_peace_with_its_own_figures(preset):
    loaded = load(preset)
    world = first_world(loaded, 0)
    assert world.names == PLAYERS
    assert not world.war and world.turn == 0
    assert world.day == loaded.file.start
    assert world.money[0] == loaded.profiles["russia"].means.money
    assert world.oil.price == loaded.file.oil.price
    assert all(world.affinity[i, i] == 1 for i in range(6))


def test_principals_and_patrons_have_their_own_menus():
    world = a_world()
    for state, menu in enumerate(world.ladder.names):
        principal = state in world.principals
        assert ("campaign" in menu) == principal
        assert ("force" in menu) != principal
        assert world.ladder.on_menu[state].sum() == len(menu)
    assert "sprint" in world.ladder.names[world.target]
    assert "sprint" not in world.ladder.names[world.challenger]


def test_every_default_lies_in_its_range_and_has_meaning_and_source():
    for section in (*SECTIONS.values(), *STATE_SECTIONS.values()):
        for name, each in declarations(section).items():
            assert each["low"] <= each["default"] <= each["high"], name
            assert each["unit"] and each["meaning"] and each["source"], name


@given(st.sampled_from(sorted(tunable())), st.floats(0, 1))
def test_every_declared_figure_can_be_changed_within_its_range_and_not_beyond(key, share):
    low, high = tunable()[key]
    value = low + share * (high - low)
    assert load("twelve-days", {key: value}).figure(key) == value
    top = 200.0 if key.endswith("precision") else high
    assert complaint(changes={key: top + 1e-3 * (1 + abs(top))})


def test_every_term_has_a_weight_for_every_state():
    world = a_world()
    assert set(world.weights) == set(TERMS)
    for weight in world.weights.values():
        assert weight.shape == (len(PLAYERS),)


# ------------------------------------------------------------------ layers and own files


def a_file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return str(path)


def test_the_last_layer_wins(folders, tmp_path):
    first = a_file(tmp_path, "first.toml", 'extends = "russia"\n[means]\nmoney = 85.0\n')
    second = a_file(tmp_path, "second.toml", "turns = 9\n[russia.means]\nmoney = 86.0\n")
    preset = folders / "presets" / "twelve-days.toml"
    preset.write_text(preset.read_text("utf-8") + "\n[russia.means]\nmoney = 99.0\n", "utf-8")
    key = "russia.means.money"
    for changes, expected in (
        ({}, 99.0),
        ({"with": [first]}, 85.0),
        ({"with": [first, second]}, 86.0),
        ({"with": [second, first]}, 85.0),
        ({key: 87.0, "with": [first, second]}, 87.0),
    ):
        assert load("twelve-days", changes).figure(key) == expected
    assert load("twelve-days", {"with": [second]}).file.turns == 9


def test_a_file_that_extends_who_does_not_play_is_refused(tmp_path):
    mine = a_file(tmp_path, "my.toml", '# mine\nextends = "rusia"\n')
    (told,) = complaint(changes={"with": [mine]})
    assert told == f"{mine}:2: extends: found 'rusia'; did you mean russia?"
    assert "no such file" in complaint(changes={"with": [str(tmp_path / "none.toml")]})[0]


def test_a_preset_extends_another_and_a_profile_another(tmp_path):
    a_file(tmp_path, "states/russia.toml", 'extends = "russia"\n[means]\nmoney = 90.0\n'
           'label = "no"\n')  # fmt: skip
    a_file(tmp_path, "states/belarus.toml", 'extends = "russia"\nlabel = "Belarus"\n')
    mine = a_file(
        tmp_path, "mine.toml",
        'extends = "twelve-days"\nturns = 3\nprofiles = "states"\n'
        'players = ["belarus", "russia", "iran", "israel", "united_states", "china", "gulf"]\n',
    )  # fmt: skip
    (told,) = complaint(mine)
    assert f"{tmp_path}/states/russia.toml:4: means.label: unknown key" in told
    a_file(tmp_path, "states/russia.toml", 'extends = "russia"\nlabel = "Russia"\n')
    preset = load(mine)
    assert (preset.file.turns, preset.file.target) == (3, "iran")
    belarus, russia = preset.profiles["belarus"], preset.profiles["russia"]
    assert belarus.means == russia.means and belarus.treaties == russia.treaties
    assert (belarus.label, russia.label) == ("Belarus", "Russia")
    assert belarus.colour != russia.colour
    assert preset.origins("belarus.means.money")[-1].where() == "agents/profiles/russia.toml:6"


@pytest.mark.parametrize("base", ["self", "other"])
def test_files_that_extend_each_other_in_a_circle_are_refused(tmp_path, base):
    mine = a_file(tmp_path, "self.toml", f'extends = "{base}.toml"\n')
    a_file(tmp_path, "other.toml", 'extends = "self.toml"\n')
    assert any("which extends this file itself" in each for each in complaint(mine))


def test_a_state_that_extends_another_needs_a_label_of_its_own(tmp_path):
    a_file(tmp_path, "states/belarus.toml", 'extends = "russia"\n')
    players = ["belarus", "iran", "israel", "russia"]
    changes = {"players": players, "profiles": str(tmp_path / "states"), "fronts.backer": "iran"}
    (told,) = complaint(changes=changes)
    assert "belarus.toml: label: missing" in told or "label: missing" in told


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"russia.treaties": [{"partner": "russia"}]}, ("clause: missing", "depth: missing")),
        ({"players": ["russia", "iran", "israel", "iran"]}, ("named twice",)),
        ({"players": ["Russia", "oil", "iran", "israel"]}, ("found 'Russia'", "found 'oil'")),
        ({"russia.ties.russia": 0.5}, ("--set russia.ties.russia: a tie to itself",)),
        ({"observed.brent.friday": 70.0}, ("found 'friday'", "a date")),
        ({"observed.timeline": "none.csv"}, ("--set observed.timeline: found 'none.csv'",)),
        ({"turns": 10_000, "turn_days": 366.0}, ("before the year 10000",)),
        ({"profiles": "no_folder"}, ("--set profiles: found 'no_folder'; valid: a folder",)),
        ({"israel.menu": ["hold"]}, ("with campaign, as the attack is scripted",)),
        ({"russia.menu": ["rhetorics"]}, ("unknown action 'rhetorics'; did you mean rhetoric?",)),
        ({"russia": 3}, ("--set russia: found 3; valid: a table",)),
    ],
)
def test_contradictions_are_found_before_anything_runs(changes, parts):
    told = "\n".join(complaint(changes=changes))
    for part in parts:
        assert part in told


def test_contradictions_and_mistakes_of_all_layers_come_at_once(folders, tmp_path):
    russia = folders / "profiles" / "russia.toml"
    spoiled(russia, "money_tied = 74.0", "money_tied = 94.0")
    spoiled(russia, "access = 0.35", "access = 35.0")
    spoiled(folders / "profiles" / "china.toml", 'label = "China"', 'label = "China')
    spoiled(folders / "profiles" / "gulf.toml", 'partner = "iran"', 'partner = "irann"')
    mine = a_file(tmp_path, "my.toml", 'extends = "iran"\n[weights]\ntyes = 1.0\n')
    told = complaint(changes={"with": [mine], "oil.elasticity": 9.0, "norm": "score"})
    for part in ("means.money_tied", "posture.access", "quotation mark", "irann", "weights.tyes",
                 "--set oil.elasticity", "did you mean scoring?"):  # fmt: skip
        assert sum(part in each for each in told) == 1, part
    assert len(told) == 7


def test_a_mistake_does_not_bring_contradictions_that_follow_from_it(folders):
    spoiled(folders / "profiles" / "russia.toml", "money = 84.0", "mony = 84.0")
    (told,) = complaint()
    assert "did you mean money?" in told


# ------------------------------------------------------------------ new states


EXAMPLE = str(ROOT / "docs" / "examples" / "pact-2025" / "pact.toml")


def test_new_states_play_without_code():
    model = a_model(EXAMPLE, turns=3, runs=range(4))
    assert model.world.names == ("saudi_arabia", "china", "united_states", "pakistan", "india")
    assert model.world.war.all()
    one = a_model(EXAMPLE, turns=3, runs=2)
    assert differences(one.world, alone(model.world, 2)) == []


def test_the_pact_binds_saudi_arabia_while_pakistan_is_attacked():
    kept = {each: a_model(EXAMPLE, turns=2, changes=changes) for each, changes in
            (("pact", {}), ("none", {"saudi_arabia.treaties": []}))}  # fmt: skip
    worth = {each: ledger(model.world, NOTHING)["commitment"][0] for each, model in kept.items()}
    force = kept["pact"].world.ladder.names[0].index("force")
    weight = kept["pact"].world.weights["commitment"][0]
    assert worth["pact"][force] == pytest.approx(0.7 * weight)  # its depth, answered in full
    assert (worth["none"] == 0).all()


def test_new_states_have_colours_of_their_own_and_inherit_no_label():
    profiles = load(EXAMPLE).profiles
    assert len({each.colour for each in profiles.values()}) == 5
    assert profiles["saudi_arabia"].label == "Saudi Arabia"
    assert profiles["saudi_arabia"].economy.hormuz == 0.8  # as for the Gulf states
