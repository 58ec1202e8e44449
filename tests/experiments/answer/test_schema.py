"""The JSON Schemas that editors read are made from the declarations, and up to date."""

import json
from datetime import date

import pytest

from agents.payoffs import TERMS
from experiments.answer.schema import PLACES, schemas, write
from model.parameters import SECTIONS, STATE_SECTIONS
from model.preset.load import LADDER, PRESETS, PROFILES, ROOT, load
from model.preset.toml import document
from model.quantities import declarations

PROFILE = "profile.schema.json"
EXAMPLES = sorted((ROOT / "docs" / "examples").rglob("*.toml"))


def plain(value: object) -> object:
    """A TOML value as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, date) else value


@pytest.mark.parametrize("name", PLACES)
def test_the_schema_in_the_project_is_the_one_made_now(name):
    stored = json.loads((ROOT / PLACES[name] / name).read_text("utf-8"))
    assert stored == json.loads(json.dumps(schemas()[name])), "run scripts/profiles"


def test_every_figure_has_its_range_unit_and_source():
    made = schemas()
    for name, sections in ((PROFILE, STATE_SECTIONS), ("preset.schema.json", SECTIONS)):
        for section in sections.values():
            shown = made[name]["$defs"][section.__name__]["properties"]
            for key, each in declarations(section).items():
                assert (shown[key]["minimum"], shown[key]["maximum"]) == (each["low"], each["high"])
                assert shown[key]["default"] == each["default"]
                for part in ("meaning", "unit", "source"):
                    assert each[part] in shown[key]["description"]
    assert set(made[PROFILE]["$defs"]["Weights"]["properties"]) >= {
        name for name, each in TERMS.items() if each.rule.__module__ == "agents.payoffs"
    }


@pytest.mark.parametrize("path", [*PROFILES.glob("*.toml"), *PRESETS.glob("*.toml"), LADDER])
def test_the_projects_files_are_valid_and_point_to_their_schema(path):
    jsonschema = pytest.importorskip("jsonschema")
    first = path.read_text("utf-8").splitlines()[0]
    place = (path.parent / first.removeprefix("#:schema ")).resolve()
    assert place.is_file()
    jsonschema.validate(plain(document(path).values), json.loads(place.read_text("utf-8")))


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_examples_point_to_the_schema_too(path):
    jsonschema = pytest.importorskip("jsonschema")
    first = path.read_text("utf-8").splitlines()[0]
    place = (path.parent / first.removeprefix("#:schema ")).resolve()
    schema = json.loads(place.read_text("utf-8"))
    if path.name == "with_fatigue.toml":  # laid over a preset, it need not be whole
        schema.pop("anyOf")
    found = list(jsonschema.Draft202012Validator(schema).iter_errors(plain(document(path).values)))
    assert found == []


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        ({"acess": 1.0}, "posture"), ({"access": 35.0}, "posture"), ({"access": "far"}, "posture"),
        ({"audiance": 1.0}, "weights"), ({"iran": 1.5}, "ties"),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_the_program_refuses(spoil, part):
    jsonschema = pytest.importorskip("jsonschema")
    values = plain(document(PROFILES / "russia.toml").values)
    values[part] = values.get(part, {}) | spoil
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, schemas()[PROFILE])


def test_schemas_are_written_where_asked(tmp_path):
    written = write(load("twelve-days"), tmp_path / "new")
    assert {each.name for each in written} == set(PLACES)
    assert all(json.loads(each.read_text("utf-8"))["$schema"] for each in written)
