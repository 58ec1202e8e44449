"""The resolved configuration, and where each value is from."""

import json

import pytest

from experiments.answer.show import as_json, in_words, resolved
from model.preset.load import PROFILES, ROOT, ConfigError
from model.preset.toml import document


def test_a_value_is_shown_with_every_layer_that_gave_it(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "russia"\n[means]\nmoney = 90\n', "utf-8")
    changes = {"with": [str(mine)], "russia.means.money": 95.0}
    (row,) = resolved("twelve-days", changes, "russia.means.money")
    assert (row.value, row.unit, row.origin) == (95.0, "USD bn/year", "--set russia.means.money")
    assert row.laid_over == [
        f"90 from {mine}:3",
        "84.0 from agents/profiles/russia.toml:6",
        "10.0 from default",
    ]
    assert f"instead of 90 from {mine}:3" in in_words([row])


def test_every_value_of_every_profile_is_shown_with_its_own_line():
    rows = {each.key: each for each in resolved("twelve-days")}
    seen = 0
    for player in ("russia", "iran", "israel", "united_states", "china", "gulf"):
        path = PROFILES / f"{player}.toml"
        text = path.read_text("utf-8").splitlines()
        for section, table in document(path).values.items():
            if not isinstance(table, dict) or section == "sources":
                continue
            for name, value in table.items():
                row = rows[f"{player}.{section}.{name}"]
                file, line = row.origin.rsplit(":", 1)
                assert ROOT / file == path
                assert text[int(line) - 1].startswith(f"{name} = {value}")
                seen += 1
    assert seen > 150


def test_what_no_file_gives_is_a_default():
    rows = {each.key: each for each in resolved("twelve-days")}
    assert rows["russia.reputation.value"].origin == "default"
    assert rows["russia.weights.stakes"].origin == "default of term stakes"
    assert rows["oil.elasticity"].origin == "default"
    assert rows["oil.price"].origin == "experiments/presets/twelve-days.toml:29"


def test_a_table_shows_its_values_and_json_the_same():
    rows = resolved("twelve-days", None, "russia.means")
    assert [each.key for each in rows][:2] == ["russia.means.money", "russia.means.forces"]
    assert [each["key"] for each in json.loads(as_json(rows))] == [each.key for each in rows]
    assert json.loads(as_json(resolved("twelve-days")))


def test_an_unknown_key_suggests_the_near_miss():
    with pytest.raises(ConfigError, match=r"did you mean russia\.means"):
        resolved("twelve-days", None, "russia.meens")
