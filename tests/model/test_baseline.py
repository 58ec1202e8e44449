"""Baselines: one run told as text, and the choices of a few; `pytest --refresh` writes them anew.

The choices are the same on every Python and processor; a change of them is a change of results.
"""

import json
from pathlib import Path

from model.alliance_model import AllianceModel

KNOWN = Path(__file__).resolve().parent.parent / "known"


def told() -> str:
    model = AllianceModel("twelve-days", rng=7, runs=5)
    lines = []
    while not model.over:
        model.step()
        world = model.world
        war = "war  " if world.war else "peace"
        acts = ", ".join(f"{each.name} {each.action}" for each in model.states)
        lines.append(f"turn {world.turn:>2} {war} Brent {world.price:.1f}: {acts}")
    return "\n".join(lines) + "\n"


def choices() -> list[list[list[int]]]:
    model = AllianceModel("iran-2025", rng=7, runs=range(12), changes={"turns": 30})
    rows = []
    while not model.over:
        model.step()
        rows.append(model.world.choice.tolist())
    return rows


def test_one_run_is_told_as_before(refresh):
    path = KNOWN / "one_run.txt"
    if refresh:
        path.write_text(told(), "utf-8")
    assert told() == path.read_text("utf-8")


def test_the_choices_of_an_ensemble_are_as_before_on_any_python(refresh):
    path = KNOWN / "choices.json"
    found = choices()
    if refresh:
        path.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")
    assert found == json.loads(path.read_text("utf-8"))
