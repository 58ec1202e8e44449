"""Who sides with whom is said, and a side that nothing holds, or that changes, is warned of."""

import pandas as pd

from experiments.answer.verdict import Verdict, assumptions
from experiments.engine.batch import simulate
from experiments.engine.duel import proteges, unbound
from experiments.study.kinds.sweep import turned_words
from model.preset.load import load
from tests.small import small

LOOSE = {f"china.{table}.{who}": 0.0 for table in ("ties", "stakes") for who in ("iran", "israel")}


def test_each_state_besides_the_principals_is_on_the_side_its_ties_say():
    sides = proteges(load("iran-2025"))
    assert sides == {"russia": "iran", "united_states": "israel", "china": "iran", "gulf": "iran"}
    assert proteges(load("iran-2025", {"russia.ties.iran": -0.5}))["russia"] == "israel"


def test_a_state_without_tie_or_stake_in_a_principal_is_warned_of():
    assert unbound(load("iran-2025")) == {}
    told = unbound(load("iran-2025", LOOSE))
    assert list(told) == ["china"] and "neither tie nor stake in Iran or Israel" in told["china"]


def test_the_answer_says_sides_and_warns_of_those_that_change_in_a_run():
    told = "\n".join(assumptions(Verdict(load("twelve-days"), 0, simulate("twelve-days", 60), [])))
    assert "On the side of Iran: Russia, China, Gulf states." in told
    assert "On the side of Israel: United States." in told
    assert "Beware: Gulf states changes sides in" in told
    calm = simulate("iran-2025", 4, changes={"turns": 1})
    known = Verdict(load("iran-2025", {"turns": 1}), 0, calm, [])
    assert "Beware" not in "\n".join(assumptions(known))


def test_a_duel_warns_of_a_patron_that_changes_sides():
    design = small(kind="duel", factors={}, acts=["arms"], keep="runs", own=True)
    assert design.measures == ["turned.russia"]
    columns = {f"turned.russia.{policy}": [share] for policy, share in
               zip(("rhetoric", "arms", "own"), (0.0, 0.25, 0.1), strict=True)}  # fmt: skip
    labels = {"russia": "Russia"}
    assert turned_words(design, pd.DataFrame(columns), labels) == [
        "Russia changes sides in up to 25.0% of the runs of a policy."
    ]
    assert turned_words(design, pd.DataFrame(columns) * 0, labels) == []
