from datetime import date, timedelta

import pytest

pytest.importorskip("solara", reason="the page needs pip install -e '.[view]'")

from experiments.answer.acts import acts_of
from experiments.page import words
from experiments.page.address import Plan, read, what_ifs
from experiments.page.answer import differences
from experiments.page.background import Contested, contested, judged
from experiments.page.run import replayed
from experiments.page.snapshot import happened
from experiments.page.take_away import as_csv
from experiments.why.explain import decision, smallest_flip
from experiments.why.plain import choice_in_words, flip_in_words, named, reasons_in_words
from model.compiled.tracing import unchecked
from model.preset.load import load

TWELVE, YEAR = read("twelve-days"), read("iran-2025")


def test_every_coded_act_stands_on_its_date_in_both_presets() -> None:
    for preset in (TWELVE, YEAR):
        acts = acts_of(preset)
        assert len(acts) > 40
        shown = [
            (each["iso"], each["actor"], each["what"], turn)
            for turn in range(preset.file.turns + 1)
            for each in words.facts(preset, turn, "russia")
        ]
        assert sorted(each[:3] for each in shown) == sorted(
            (act.day.isoformat(), act.actor, act.what) for act in acts
        )
        for iso, _, _, turn in shown:
            first, after = words.days(preset, turn)
            assert first <= date.fromisoformat(iso) < after
            assert words.turn_of(preset, iso) == turn


def test_the_first_patrons_acts_come_first() -> None:
    told = words.facts(TWELVE, 2, "russia")
    assert [each["first"] for each in told] == sorted((e["first"] for e in told), reverse=True)
    assert told[0]["actor"] == "Russia" and len(told) == 9


def test_a_week_shows_its_days_and_not_its_monday_alone() -> None:
    assert words.span(YEAR, 23) == "9-15 June 2025"
    assert words.span(TWELVE, 0) == "before 12 June 2025"
    assert words.days(YEAR, 1)[1] - words.days(YEAR, 1)[0] == timedelta(7)


def test_play_rests_at_the_three_moments_and_at_what_happens_in_the_run() -> None:
    model = replayed(Plan("twelve-days"), 16)
    rests = {
        moment.before.day.day: words.pauses(TWELVE, moment, happened(TWELVE, moment))
        for moment in model.record.moments
    }
    assert {13, 22, 24} <= {day for day, why in rests.items() if why}
    assert rests[13] == ("war: Israel attacks Iran",)
    assert rests[22][-1].startswith("in fact: United States: B-2s")
    assert not rests[12]
    assert [(round(m["turn"], 6), m["what"]) for m in words.moments(TWELVE)] == [
        (2, "Israel strikes"), (11, "US strikes"), (13, "ceasefire"),
    ]  # fmt: skip


def test_the_story_of_a_turn_says_what_each_state_does() -> None:
    model = replayed(Plan("twelve-days"), 2)
    told = words.story(TWELVE, model.record.moments[-1], "russia", hidden=True)
    assert told.startswith("Israel bombs Iran with all it has; Iran ")
    for profile in TWELVE.profiles.values():
        assert profile.label.lower() in told.lower()


@pytest.mark.parametrize("run", range(20))
def test_the_sentence_names_the_act_that_was_played(run: int) -> None:
    model = replayed(Plan("twelve-days", run=run), 16)
    for moment in model.record.moments:
        for state, name in enumerate(moment.before.names):
            played = moment.before.ladder.names[state][int(moment.after.choice[state])]
            found = decision(moment.before, moment.game, moment.solution, state, played)
            label = TWELVE.profiles[name].label
            said = choice_in_words(found, label)
            assert f"chose {named(played)}" in said, said
            likeliest = found.actions[int(found.probability.argmax())]
            if likeliest != played and found.open.sum() > 1:
                assert said.startswith(f"Likeliest was {named(likeliest)}"), said
            why = reasons_in_words(found, TWELVE, "Iran")
            assert found.open.sum() == 1 or named(played) in why or "nothing sets" in why


def test_the_smallest_change_is_told_in_words_with_its_figures() -> None:
    moment = replayed(Plan("twelve-days"), 3).record.moments[-1]
    with unchecked():  # hundreds of games
        flip = smallest_flip(TWELVE, moment.before, 0, moment.solution)
    assert flip is not None
    said = flip_in_words(flip, TWELVE)
    assert flip.key in said and named(flip.action) in said and "instead of" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(what_ifs()))
def test_each_what_if_changes_something_and_says_what(name: str) -> None:
    loaded = load("twelve-days", {"with": [str(what_ifs()[name])]})
    assert loaded.file.turns == 16
    before, after = (
        judged([contested(crisis, 0, (), "russia", 40)], 0)
        for crisis in (TWELVE, read("twelve-days", name))
    )
    told = differences(before, after)
    assert any(each["before"] != each["after"] for each in told)
    assert any(any(sign in each["reason"] for sign in "+-") for each in told)


def test_the_run_as_csv_has_a_row_for_each_turn_and_state() -> None:
    model = replayed(Plan("twelve-days", run=1), 3)
    head, *rows = as_csv(model).splitlines()
    assert head.split(",")[:6] == ["turn", "day", "state", "action", "seen", "chance"]
    assert len(rows) == 3 * 6 and rows[0].startswith("1,2025-06-12,russia,")
    assert {len(row.split(",")) for row in rows} == {len(head.split(","))}
    assert isinstance(contested(TWELVE, 0, (("turns", 2),), "russia", 4), Contested)
