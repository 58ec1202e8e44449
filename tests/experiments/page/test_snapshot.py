import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.answer.listing import parameters
from experiments.page import snapshot
from experiments.page.address import Plan, changeable
from experiments.page.run import Record, WatchedModel, changed_world, replayed
from experiments.why.explain import decision
from model.alliance_model import AllianceModel
from model.preset.load import load

PLAN = Plan("twelve-days", run=1)


@pytest.fixture(scope="module")
def watched() -> WatchedModel:
    return replayed(PLAN, 6)


def record(model: WatchedModel) -> Record:
    return model.record


def test_a_watched_run_is_the_run_of_the_model(watched: WatchedModel) -> None:
    model = AllianceModel("twelve-days", runs=1)
    for turn in range(6):
        model.step()
        moment = record(watched).moments[turn]
        assert moment.after.choice.tolist() == model.world.choice.tolist()
        assert record(watched).lines["price"][turn + 1] == float(model.world.price)


def test_going_back_shows_the_turn_as_it_was_played(watched: WatchedModel) -> None:
    early = replayed(PLAN, 3)
    shown = snapshot.scene(
        watched.preset, record(watched).world(3), record(watched).moments[2], True
    )
    assert shown == snapshot.scene(early.preset, early.world, record(early).moments[-1], True)


def test_a_snapshot_is_plain_data(watched: WatchedModel) -> None:
    moment = record(watched).moments[-1]
    plain = {
        "ground": snapshot.ground(watched.preset),
        "scene": snapshot.scene(watched.preset, watched.world, moment, False),
        "charts": snapshot.charts(watched.preset, record(watched).lines, "russia"),
        "happened": snapshot.happened(watched.preset, moment),
    }
    assert json.loads(json.dumps(plain)) == plain


def test_every_state_of_the_preset_has_its_place_on_the_map(watched: WatchedModel) -> None:
    at = snapshot.seats(watched.preset)
    world = snapshot.atlas()
    assert set(at) == set(watched.world.names)
    for x, y in at.values():
        assert 0 < x < world["width"] and 0 < y < world["height"]
    apart = [np.hypot(a[0] - b[0], a[1] - b[1]) for a in at.values() for b in at.values() if a != b]
    assert min(apart) > 60  # nodes do not cover each other


def test_states_without_a_country_stand_below_the_map_with_room_for_their_words() -> None:
    preset = load("twelve-days")
    nowhere = preset.profiles["israel"].model_copy(update={"label": "Atlantis", "aliases": []})
    moved = replace(preset, profiles={**preset.profiles, "israel": nowhere})
    bottom = snapshot.atlas()["height"]
    x, y = snapshot.seats(moved)["israel"]
    assert bottom + 40 < y < snapshot.ground(moved)["height"] - 80
    assert 0 < x < snapshot.atlas()["width"]
    assert snapshot.ground(preset)["height"] == bottom


def test_the_rows_of_a_ledger_add_up_to_the_payoff(watched: WatchedModel) -> None:
    moment = record(watched).moments[2]
    for state in range(moment.before.state_count):
        played = moment.before.ladder.names[state][int(moment.after.choice[state])]
        found = decision(moment.before, moment.game, moment.solution, state, played)
        rows = snapshot.why(found)
        assert sum(row["played"] for row in rows) == 1
        assert sum(row["probability"] for row in rows) == pytest.approx(1, abs=2e-3)
        for row in rows:
            if row["open"]:
                assert sum(row["terms"].values()) == pytest.approx(row["total"], abs=1e-2)


def test_an_action_without_a_chance_is_not_told_as_closed() -> None:
    moment = record(replayed(Plan("twelve-days").changed("russia.rule", "always_arm"), 2)).moments[
        1
    ]
    found = decision(moment.before, moment.game, moment.solution, 0, "arms")
    rows = {row["action"]: row for row in snapshot.why(found)}
    assert rows["arms"]["probability"] == 1.0
    assert rows["rhetoric"]["open"] and rows["rhetoric"]["probability"] == 0.0
    assert rows["rhetoric"]["total"] is not None


def test_hidden_support_is_shown_as_silence_until_it_is_asked_for() -> None:
    plan = Plan(
        "twelve-days", changes=(("russia.weights.ties", 0.0), ("russia.weights.stakes", 9.0))
    )
    for run in range(20):
        model = replayed(replace(plan, run=run), 8)
        for moment in record(model).moments:
            seen, true = (
                snapshot.scene(model.preset, moment.after, moment, each)["states"][0]
                for each in (False, True)
            )
            if true["action"] == "hidden" and not moment.after.leaked[0]:
                assert seen["action"] == "silence" and not seen["rung"]
                return
    pytest.fail("no run with hidden support that did not leak")


def test_events_of_the_scenario_and_of_the_run_are_told() -> None:
    model = replayed(PLAN, 16)
    told = [
        each for moment in record(model).moments for each in snapshot.happened(model.preset, moment)
    ]
    assert "war: Israel attacks Iran" in told
    assert "the US announces and holds the ceasefire" in told


def test_long_lines_are_thinned_and_keep_their_end() -> None:
    line = [float(k) for k in range(1001)]
    assert len(snapshot.thinned(line)) <= snapshot.POINTS + 1
    assert snapshot.thinned(line)[-1] == 1000
    assert snapshot.places(1001)[-1] == 1000


def test_a_change_in_the_middle_is_replayed_from_its_turn() -> None:
    model = replayed(PLAN, 2)
    model.waiting = [("russia.weights.ties", 0.0)]
    for _ in range(3):
        model.step()
    again = replayed(replace(PLAN, later=model.applied), 5)
    assert model.applied == ((2, "russia.weights.ties", 0.0),)
    assert again.record.lines == model.record.lines
    assert float(model.world.weights["ties"][0]) == 0.0


@pytest.mark.slow
def test_every_figure_with_a_slider_can_change_at_once() -> None:
    world = replayed(PLAN, 0).world
    for each in parameters(load("twelve-days")):
        if changeable("twelve-days")[each["key"]]:
            assert changed_world(world, each["key"], each["high"]) is not world, each["key"]


def test_rule_and_precision_change_at_once() -> None:
    world = replayed(PLAN, 0).world
    assert changed_world(world, "russia.rule", "always_talk").rules[0] == "always_talk"
    assert float(changed_world(world, "russia.precision", 9.0).precision[0]) == 9.0


def test_an_error_in_a_step_is_kept_and_the_record_stays_whole() -> None:
    model = replayed(PLAN, 2)
    model.waiting = [("russia.rule", "no such rule")]
    model.step()
    assert model.error and not model.running
    assert record(model).turn == 2 and len(record(model).lines["price"]) == 3


def test_a_run_that_is_over_plays_no_further_turn() -> None:
    model = replayed(PLAN, 99)
    model.step()
    assert record(model).turn == 16 and not model.running


def test_models_that_are_done_are_forgotten() -> None:
    import gc
    import weakref

    model = weakref.ref(replayed(PLAN, 1))
    gc.collect()
    assert model() is None
