from pathlib import Path

import pytest

from model.plan import Plan, address, as_profile, from_address, from_profile
from model.preset import ConfigError

CHANGED = Plan(
    "twelve-days",
    seed=3,
    run=5,
    changes=(("oil.elasticity", 0.2), ("russia.rule", "level_k"), ("russia.weights.ties", 2.5)),
    later=((4, "russia.weights.audience", 0.5),),
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
        ("preset=twelve-days&russia.weights.tie=1", "did you mean ties"),
        ("preset=twelve-days&3:russia.weights.ties=-4", "0 to 10"),
        ("preset=twelve-days&turn=99999999999999999999", "turn"),
    ],
)
def test_a_wrong_address_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        from_address(text)


def test_a_saved_profile_gives_back_the_changes() -> None:
    assert from_profile(as_profile(CHANGED)) == CHANGED.given


def test_giving_a_figure_back_leaves_no_trace() -> None:
    assert Plan().changed("oil.price", 80.0).changed("oil.price", None) == Plan()


def test_a_profile_names_tables_of_states(tmp_path: Path) -> None:
    text = as_profile(CHANGED)
    assert "[russia.weights]\nties = 2.5" in text
    assert '[russia]\nrule = "level_k"' in text
    assert "[oil]\nelasticity = 0.2" in text
