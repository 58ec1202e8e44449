from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from experiments.page.address import (
    Plan,
    address,
    as_profile,
    base_value,
    from_address,
    offered,
)
from model.preset.load import ConfigError, load
from model.preset.own_terms import ALLOWED

CHANGED = Plan(
    "twelve-days",
    seed=3,
    run=5,
    changes=(("oil.elasticity", 0.2), ("russia.rule", "level_k"), ("russia.weights.ties", 2.5)),
    later=((4, "russia.weights.audience", 0.5),),
    waiting=(("oil.elasticity", 0.3),),
)


def test_an_address_gives_back_the_plan_and_the_turn() -> None:
    assert from_address(address(CHANGED, 9)) == (CHANGED, 9)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("preset=nowhere", "nowhere"),
        ("preset=twelve-days&seed=x", "seed"),
        ("preset=twelve-days&run=-1", "run"),
        ("preset=twelve-days&russia.weights.ties=99", "0 to 10"),
        ("preset=twelve-days&russia.weights.tie=1", "did you mean russia.weights.ties"),
        ("preset=twelve-days&3:russia.weights.ties=-4", "0 to 10"),
        ("preset=twelve-days&turn=99999999999999999999", "turn: found 9+; valid: 0 to 16"),
        ("preset=twelve-days&turn=17", "turn: found 17; valid: 0 to 16"),
        ("preset=twelve-days&seed=18446744073709551616", "seed 18446744073709551616"),
        ("preset=twelve-days&russia.weights.ties=nan", "found nan"),
        ("preset=twelve-days&reset:russia.weights.ties=-4", "0 to 10"),
        ("preset=twelve-days&3:iran.target.hardened=1", "only makes the first world"),
        ("preset=twelve-days&" + "oil.elasticity=0.2&" * 501, "more than 500 changes"),
    ],
)
def test_a_wrong_address_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        from_address(text)


def test_a_saved_profile_gives_back_the_changes(tmp_path: Path) -> None:
    saved = tmp_path / "mine.toml"
    saved.write_text(as_profile(CHANGED))
    preset = load("twelve-days", {"with": [str(saved)]})
    assert preset.figure("oil.elasticity") == 0.2
    assert preset.figure("russia.weights.ties") == 2.5
    assert preset.profiles["russia"].rule == "level_k"


def test_giving_a_figure_back_leaves_no_trace() -> None:
    assert Plan().changed("oil.price", 80.0).changed("oil.price", None) == Plan()


def test_a_profile_names_tables_of_states(tmp_path: Path) -> None:
    text = as_profile(CHANGED)
    assert "[russia.weights]\nties = 2.5" in text
    assert '[russia]\nrule = "level_k"' in text
    assert "[oil]\nelasticity = 0.2" in text


NEVER = ["with", "terms", "profiles", "extends", "iran.extends", "states", "observed.timeline"]


@pytest.mark.parametrize("key", NEVER)
@pytest.mark.parametrize("when", ["", "3:", "reset:"])
def test_an_address_names_no_file(key: str, when: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text("password = 'opensesame'\n")
    with pytest.raises(ConfigError, match="no figure or rule of this crisis") as refused:
        from_address(urlencode({"preset": "twelve-days", f"{when}{key}": str(secret)}))
    assert "opensesame" not in str(refused.value)


def crisis_with_code(folder: Path) -> Path:
    """A preset whose payoff terms are a Python file, which leaves a trace where it runs."""
    trace = f"import pathlib\npathlib.Path({str(folder / 'ran')!r}).touch()\n"
    (folder / "code.py").write_text(trace, "utf-8")
    preset = folder / "foreign.toml"
    preset.write_text('extends = "twelve-days"\nterms = ["code.py"]\n', "utf-8")
    return preset


def test_an_address_opens_no_preset_but_those_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = crisis_with_code(tmp_path)
    monkeypatch.setenv(ALLOWED, str(tmp_path / "code.py"))
    with pytest.raises(ConfigError, match=f"valid: {', '.join(offered())}"):
        from_address(urlencode({"preset": preset}))
    assert not (tmp_path / "ran").exists()
    own = tmp_path / "own.toml"
    own.write_text('extends = "twelve-days"\n', "utf-8")
    monkeypatch.setenv("CHEAPTALK_PRESET", str(own))
    assert from_address(urlencode({"preset": own}))[0].preset == str(own)


def test_a_reset_plays_the_figures_as_they_stand_at_last() -> None:
    base = base_value(Plan("twelve-days"), "russia.weights.ties")
    later = ((5, "oil.elasticity", 0.1), (4, "oil.elasticity", 0.3))
    plan = replace(CHANGED, later=later, waiting=(("russia.weights.ties", base),))
    assert plan.at_last().given == {"oil.elasticity": 0.1, "russia.rule": "level_k"}
    assert not plan.at_last().later and not plan.at_last().waiting


def test_a_seed_keeps_all_its_digits_in_an_address() -> None:
    plan = Plan("twelve-days", seed=2**64 - 1, run=2**53 + 1)
    assert from_address(address(plan, 0))[0] == plan
