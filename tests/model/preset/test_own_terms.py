"""Payoff terms of the user's own: loaded by the preset, treated like the built-in ones."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.payoffs import TERMS
from agents.weighing import ledger, weighed
from experiments.answer.listing import parameters
from experiments.answer.schema import schemas
from experiments.answer.show import resolved
from experiments.why.explain import explanation, watched
from model.alliance_model import AllianceModel
from model.game.stage_game import NOTHING
from model.preset.load import ROOT, ConfigError, first_world, load
from model.preset.schemas import BUILT_IN
from model.preset.toml import LARGEST
from model.world import World
from tests.worlds import differences

EXAMPLE = ROOT / "docs" / "examples" / "pact-2025"
WITH = {"with": [str(EXAMPLE / "with_fatigue.toml")]}


class Everything:
    """A set of paths that holds every one."""

    def __contains__(self, path: Path) -> bool:
        return True


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setattr("model.preset.own_terms.allowed", Everything)


pytestmark = pytest.mark.usefixtures("trusted")


def test_the_example_has_ten_lines_of_code_and_stands_in_the_docs():
    text = (EXAMPLE / "fatigue.py").read_text("utf-8")
    assert len(text.strip().splitlines()) <= 10
    assert f"```python\n{text}```" in (ROOT / "docs" / "PROFILES.md").read_text("utf-8")


def test_a_term_is_in_ledger_payoff_list_schema_and_show():
    found = explanation(watched(load("twelve-days", WITH), 4, 0, 0), 0, flips=False)
    assert list(found.terms) == [*BUILT_IN, "fatigue"]
    open_ = np.isfinite(found.total)
    assert np.allclose(sum(found.terms.values())[open_], found.total[open_], rtol=1e-12)
    rung = np.array([0, 1, 2, 3, 3, 4, 4, 5])
    assert np.allclose(found.terms["fatigue"] / found.terms["fatigue"][1], rung)
    assert found.terms["fatigue"][1] < 0
    preset = load("twelve-days", WITH)
    keys = {each["key"]: each for each in parameters(preset)}
    assert keys["russia.weights.fatigue"]["high"] == 5.0
    weights = schemas(preset)["profile.schema.json"]["$defs"]["Weights"]["properties"]
    assert weights["fatigue"]["maximum"] == 5.0
    (row,) = resolved("twelve-days", WITH, "russia.weights.fatigue")
    assert (row.value, row.origin) == (0.5, "default of term fatigue")


def test_a_term_counts_in_the_payoff_by_its_weight():
    # what audiences read in an act depends on all terms, and so does reputation
    alike = WITH | {"russia.weights.reputation": 0.0}
    heavy = first_world(load("twelve-days", alike | {"russia.weights.fatigue": 5.0}), 0)
    none = first_world(load("twelve-days", alike | {"russia.weights.fatigue": 0.0}), 0)
    base = [weighed(replaced(world)).base[0] for world in (heavy, none)]
    term = ledger(replaced(heavy), NOTHING)["fatigue"][0]
    open_ = np.isfinite(base[0])
    assert (term[1:] < 0).all()
    assert np.allclose((base[0] - base[1])[open_], term[open_])


def replaced(world: World) -> World:
    return replace(world, war=np.ones_like(world.war), weeks_at_war=np.ones_like(world.wars))


def test_the_weight_of_a_term_is_checked_against_its_range():
    with pytest.raises(
        ConfigError, match=r"fatigue: found 9.0; valid: a number from 0 to 5 weight"
    ):
        load("twelve-days", WITH | {"russia.weights.fatigue": 9.0})
    with pytest.raises(ConfigError, match="did you mean fatigue"):
        load("twelve-days", WITH | {"russia.weights.fatige": 1.0})


def test_a_preset_without_the_term_is_as_before():
    assert "fatigue" in load("twelve-days", WITH).terms
    assert "fatigue" not in TERMS
    world = first_world(load("twelve-days"), 0)
    assert list(world.weights) == list(BUILT_IN)
    assert list(ledger(world, NOTHING)) == list(BUILT_IN)
    with pytest.raises(ConfigError, match="unknown key"):
        load("twelve-days", {"russia.weights.fatigue": 1.0})


def test_a_term_saved_anew_is_read_anew(tmp_path):
    path = tmp_path / "own.py"
    for value in ("1.0", "2.0"):
        path.write_text(HEAD.replace("BODY", f"return 0 * world.ladder.rung + {value}"))
        world = first_world(load("twelve-days", {"terms": [str(path)]}), 0)
        assert (world.terms["own"].rule(world, NOTHING) == float(value)).all()


def test_a_term_is_told_by_its_name_unless_it_says_what_it_is_about(tmp_path):
    body = "return 0 * world.ladder.rung"
    path = tmp_path / "own.py"
    for head, about in (
        (HEAD.replace("own", "war_fatigue"), "war fatigue"),
        (HEAD.replace("default=1.0", 'default=1.0, plain="tired of war"'), "tired of war"),
    ):
        path.write_text(head.replace("BODY", body))
        (own,) = set(load("twelve-days", {"terms": [str(path)]}).terms.items()) - set(TERMS.items())
        assert own[1].plain == about


def test_no_list_of_terms_changes_while_a_file_runs(tmp_path):
    after = 'from agents.payoffs import TERMS\nassert "own" not in TERMS and "ties" in TERMS\n'
    (tmp_path / "own.py").write_text(HEAD.replace("BODY", "return 0 * world.ladder.rung") + after)
    assert "own" in load("twelve-days", {"terms": [str(tmp_path / "own.py")]}).terms


@pytest.mark.parametrize("changes", [{}, WITH], ids=["built in", "own"])
def test_a_preset_and_its_model_can_be_pickled_and_go_on(changes):
    preset = load("twelve-days", changes)
    again = pickle.loads(pickle.dumps(preset))
    assert (again.file, again.profiles, again.terms) == (preset.file, preset.profiles, preset.terms)
    assert type(again.profiles["russia"]) is type(preset.profiles["russia"])
    model = AllianceModel("twelve-days", rng=3, changes=changes)
    model.step()
    copy = pickle.loads(pickle.dumps(model))
    for each in (model, copy):
        each.step()
    assert differences(copy.world, model.world) == []


def test_a_pickled_term_does_not_run_where_its_file_is_not_allowed_or_was_changed(
    tmp_path, monkeypatch
):
    path = tmp_path / "own.py"
    path.write_text(HEAD.replace("BODY", "return 0 * world.ladder.rung"))
    kept = pickle.dumps(load("twelve-days", {"terms": [str(path)]}).terms)
    path.write_text(HEAD.replace("BODY", "return 1 + 0 * world.ladder.rung"))
    with pytest.raises(ConfigError, match=r"own\.py: was changed since its term 'own'"):
        pickle.loads(kept)
    monkeypatch.setattr("model.preset.own_terms.allowed", set)
    with pytest.raises(ConfigError, match=r"own\.py is Python code .* --allow-code"):
        pickle.loads(kept)


HEAD = '''
from agents.payoffs import term
@term(default=1.0)
def own(world, expected=None):
    """Something."""
    BODY
'''


def told(tmp_path: Path, text: str) -> str:
    (tmp_path / "own.py").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load("twelve-days", {"terms": [str(tmp_path / "own.py")]})
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x = (", ("own.py:1", "SyntaxError")),
        ("\nimport nonsense_module", ("own.py:2", "ModuleNotFoundError", "nonsense_module")),
        ("raise SystemExit(1)", ("own.py:1", "SystemExit")),
        ("x = 1", ("declares no term",)),
        (HEAD.replace("def own", "def ties"), ("'ties' is built in",)),
        (HEAD.replace("1.0", "11.0"), ("default 11", "from 0 to 10")),
        (HEAD.replace("default=1.0", 'channel="hope"'), ("channel 'hope'", "aid, force")),
        (HEAD.replace('"""Something."""', ""), ("no documentation",)),
        (HEAD.replace("BODY", "return world.weekz"), ("own.py:6", "weekz")),
        (HEAD.replace("BODY", "return [1.0]"), ("shape (1,)", "(6, 8)")),
        (HEAD.replace("BODY", "return world.ladder.rung / 0.0 * 0"), ("own",)),
        (
            HEAD.replace("BODY", "return world.ladder.rung + float('inf')"),
            ("not finite",),
        ),
        (
            HEAD.replace("default=1.0", 'channel="aid"').replace(
                "BODY", "return world.ladder.rung * expected.aid ** 2"
            ),
            ("not affine in 'aid'",),
        ),
        (
            HEAD.replace("default=1.0", 'channel="aid"').replace(
                "BODY", "return world.ladder.rung * max(expected.aid, 0)"
            ),
            ("not affine in 'aid'", "a + b * expected"),
        ),
        (
            HEAD.replace("default=1.0", 'channel="aid"').replace(
                "BODY", "return world.ladder.rung * expected.aid.clip(0)"
            ),
            ("not affine in 'aid'",),
        ),
        (
            HEAD.replace("default=1.0", "wartime=True").replace("BODY", "return world.ladder.rung"),
            ("not 0 in peace",),
        ),
        (HEAD.replace("BODY", "return world.ladder.rung.mean(-1)"), ("valid: ",)),
    ],
)
def test_what_is_wrong_with_a_term_is_told_with_its_line(tmp_path, text, parts):
    before = dict(TERMS)
    message = told(tmp_path, text.replace("BODY", "return 0 * world.ladder.rung"))
    for part in (*parts, "own.py"):
        assert part in message
    assert "Traceback" not in message
    assert before == TERMS


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("none.py", "none.py: no such file; valid: a Python file"),
        ("fatigue.toml", "found 'fatigue.toml'; valid: a Python file"),
        (".", "found '.'; valid: a Python file"),
        ("../x", "found '../x'; valid: a Python file"),
        ("a\0.py", "valid: text without control characters"),
    ],
)
def test_a_file_of_terms_that_is_not_there_is_refused(name, what):
    with pytest.raises(ConfigError, match=r"--set terms: ") as refused:
        load("twelve-days", {"terms": [name]})
    assert what in str(refused.value)


def test_a_file_of_terms_that_is_too_large_is_refused(tmp_path):
    own = tmp_path / "own.py"
    own.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ConfigError, match=r"own\.py: larger than 128,000 bytes; valid: a smaller"):
        load("twelve-days", {"terms": [str(own)]})
