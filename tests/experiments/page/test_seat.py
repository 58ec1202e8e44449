import numpy as np
import pytest

pytest.importorskip("solara", reason="the page needs pip install -e '.[view]'")

from experiments.page.address import Plan, read
from experiments.page.lesson import DEEDS, STEPS, told_of
from experiments.page.run import WatchedModel, replayed
from experiments.page.seat import forecast, menus, options, outcome, valued
from experiments.page.visit import LESSON_STEPS
from model.measures import worth

PLAN = Plan("twelve-days", seat="russia")


def seated(*actions: str) -> WatchedModel:
    model = WatchedModel(PLAN)
    for action in actions:
        model.choose(action)
    return model


def test_before_war_a_seat_cannot_fight() -> None:
    able = {each["action"]: each["open"] for each in options(seated(), "russia")}
    assert able["rhetoric"] and not able["force"]
    assert all(each["plain"] and each["meaning"] for each in options(seated(), "russia"))


def test_a_seat_sees_what_the_others_were_seen_to_do() -> None:
    model = seated("rhetoric", "rhetoric")
    told = {each["name"]: each["last"] for each in menus(model, "russia")}
    assert "russia" not in told and told["israel"] == "a bombing campaign"


def test_a_seat_that_does_as_the_model_does_is_worth_the_same() -> None:
    alone = replayed(Plan("twelve-days"), 16)
    names = alone.world.ladder.names[0]
    same = [names[int(moment.after.choice[0])] for moment in alone.record.moments]
    found = outcome(seated(*same), "russia", (), np.array([-99.0, 99.0]))
    assert found["own"] == found["model"] == round(float(worth(alone.world)[0]), 3)
    assert found["below"] == 0.5


def test_runs_of_the_model_are_those_of_the_ensemble() -> None:
    value = valued(read("twelve-days"), 0, (), "russia", (0, 3))
    alone = [float(worth(replayed(Plan("twelve-days", run=k), 16).world)[0]) for k in range(3)]
    np.testing.assert_allclose(value, alone, rtol=1e-9)


def test_a_forecast_is_scored_beside_the_models_own() -> None:
    model = seated("rhetoric", "rhetoric")
    names = [each for each in model.world.names if each != "russia"]
    israel = tuple("campaign" if name == "israel" else "" for name in names)
    wrong = tuple("hold" if name == "israel" else "" for name in names)
    found = forecast(model, "russia", (wrong, israel))
    assert (found["made"], found["right"]) == (2, 2)  # it held its fire on the first day
    assert found["likeliest"] <= 2 and 1 < found["expected"] < 2
    assert forecast(model, "russia", ())["made"] == 0


def test_the_lesson_has_six_steps_that_ask_and_answer() -> None:
    told = told_of(Plan("twelve-days"))
    assert len(STEPS) == len(DEEDS) == LESSON_STEPS
    for make in STEPS:
        step = make(told)
        assert step.ask.endswith("?") and len(step.choices) > 2 and step.answer and step.deed
    assert "consultation" in STEPS[0](told).answer
    assert told.run.record.turn == 3  # two turns into the war of 13 June
