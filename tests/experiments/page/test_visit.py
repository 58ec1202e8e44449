"""A visit to the page without a browser: what is changed, and what its address restores."""

import gc
import weakref
from pathlib import Path

import pytest

pytest.importorskip("solara", reason="the page needs pip install -e '.[view]'")

from experiments.page.address import Plan, address, from_address, offered, read, view_in, what_ifs
from experiments.page.run import replayed
from experiments.page.sliders import figures_by_owner
from experiments.page.visit import Visit, new_visit
from experiments.page.what_if import titled_presets
from experiments.page.words import facts
from model.preset.load import PRESETS

TIES = "russia.weights.ties"


@pytest.fixture
def visit() -> Visit:
    found = new_visit()
    found.begin(Plan("twelve-days"))
    return found


def play(visit: Visit, turns: int) -> None:
    for _ in range(turns):
        visit.model.step()


def reloaded(visit: Visit) -> Visit:
    """Another visit that opens the address of the first."""
    model = visit.model
    again = new_visit()
    again.begin(*from_address(address(visit.watched(model), model.record.turn)))
    return again


def test_a_reload_restores_a_run_that_was_changed_in_the_middle(visit: Visit) -> None:
    play(visit, 3)
    visit.change(TIES, 0.0)
    play(visit, 3)
    again = reloaded(visit)
    assert again.model.record.lines == visit.model.record.lines
    assert again.plan.value == visit.plan.value
    play(visit, 2)
    play(again, 2)
    assert again.model.record.lines == visit.model.record.lines


def test_a_reload_keeps_a_change_that_no_turn_has_seen_yet(visit: Visit) -> None:
    play(visit, 3)
    visit.change(TIES, 0.0)
    again = reloaded(visit)
    play(visit, 1)
    play(again, 1)
    assert again.model.record.lines == visit.model.record.lines


def test_a_reload_keeps_what_was_given_back_in_the_middle(visit: Visit) -> None:
    visit.change(TIES, 0.0)
    play(visit, 3)
    visit.change(TIES, None)
    play(visit, 1)
    again = reloaded(visit)
    assert again.model.record.lines == visit.model.record.lines
    assert again.plan.value == visit.plan.value == Plan("twelve-days")


def test_a_change_that_waits_for_reset_waits_after_a_reload_too(visit: Visit) -> None:
    visit.at_once.value = False
    play(visit, 2)
    visit.change(TIES, 0.0)
    again = reloaded(visit)
    play(visit, 2)
    play(again, 2)
    assert again.model.record.lines == visit.model.record.lines
    assert again.plan.value.given == {TIES: 0.0}


def test_what_only_makes_the_first_world_is_offered_at_reset_alone(visit: Visit) -> None:
    rows = {
        row["key"]: row["at_once"]
        for owner in figures_by_owner("twelve-days").values()
        for group in owner["groups"]
        for row in group["rows"]
    }
    assert rows[TIES] and rows["iran.economy.trade"]
    assert not any(rows[each] for each in ("iran.economy.sanctions", "iran.target.hardened"))
    play(visit, 2)
    visit.change("iran.economy.sanctions", 0.2)
    assert not visit.model.waiting
    again = reloaded(visit)
    play(visit, 2)
    play(again, 2)
    assert again.model.record.lines == visit.model.record.lines
    assert again.plan.value.given == {"iran.economy.sanctions": 0.2}


def test_another_preset_is_explained_by_its_own_first_patron(visit: Visit) -> None:
    visit.begin(Plan("taiwan"))  # in which Russia is a patron, too, but not the first
    assert visit.selected.value == "united_states"


def test_the_page_opens_no_other_preset_and_changes_nothing_but_figures(visit: Visit) -> None:
    visit.begin(Plan("/etc/passwd"))
    assert f"valid: {', '.join(offered())}" in visit.message.value
    visit.change("with", "/etc/passwd")
    assert "no figure or rule" in visit.message.value
    assert visit.plan.value == Plan("twelve-days")


def test_a_preset_of_ones_own_stays_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('extends = "twelve-days"\ntitle = "My own crisis"\n', "utf-8")
    monkeypatch.setenv("CHEAPTALK_PRESET", str(own))
    visit = new_visit()
    visit.begin(Plan("iran-2025"))
    assert {"name": str(own), "title": "My own crisis"} in titled_presets()
    visit.begin(Plan(str(own)))
    assert visit.model.preset.path == own


def test_a_run_that_is_left_is_played_no_further_and_forgotten(visit: Visit) -> None:
    play(visit, 2)
    left, kept = visit.model, weakref.ref(visit.model)
    visit.begin(Plan("twelve-days", run=3))
    left.step()  # as a Play does that has not ended yet
    assert left.record.turn == 2 and not left.running
    assert visit.model.record.turn == 0 and visit.model.running
    del left
    gc.collect()
    assert kept() is None


def test_a_timeline_is_read_beside_its_preset_and_told_where_it_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts, own = tmp_path / "acts.csv", tmp_path / "own.toml"
    text = (PRESETS / "twelve-days.toml").read_text("utf-8")
    own.write_text(text.replace('"timeline_2025.csv"', '"acts.csv"'), "utf-8")
    row = "date,actor,action_class,ladder_level,what\n2025-06-13,US,arms,4,ships\n"
    acts.write_text(row, "utf-8")
    monkeypatch.setenv("CHEAPTALK_PRESET", str(own))
    visit = new_visit()
    visit.begin(Plan(str(own)))
    play(visit, 2)
    found = [each for turn in (0, 1, 2) for each in facts(visit.model.preset, turn, "russia")]
    assert [(each["actor"], each["what"]) for each in found] == [("US", "ships")]
    acts.write_text(row.replace(",4,", ",7,"), "utf-8")
    read.cache_clear()  # as a page that is served anew
    visit.begin(Plan(str(own)))
    assert "ladder_level: found '7'" in visit.message.value


def test_a_link_restores_preset_changes_seed_run_turn_tab_and_selection(visit: Visit) -> None:
    visit.begin(Plan("twelve-days", 7, 3, ((TIES, 0.1 + 0.2),), what_if="china-commits"), 5)
    visit.change("oil.elasticity", 0.1234567890123)
    play(visit, 4)
    visit.selected.value, visit.act.value, visit.tab.value = "china", "force", 1
    visit.show(4)
    link = address(visit.watched(visit.model), visit.model.record.turn, visit.view())
    again = new_visit()
    again.begin(*from_address(link))
    again.look(view_in(link))
    assert again.model.record.lines == visit.model.record.lines
    choices = [[m.after.choice.tolist() for m in v.model.record.moments] for v in (visit, again)]
    assert choices[0] == choices[1] and len(choices[0]) == 9
    assert again.plan.value == visit.plan.value
    assert again.view() == visit.view() and again.turn == 4


def test_a_seat_is_restored_by_its_link_and_differs_only_by_what_was_chosen(visit: Visit) -> None:
    visit.begin(Plan("twelve-days", seat="russia"))
    for action in ("silence", "arms", "rhetoric", "mediation"):
        visit.choose(action)
    again = reloaded(visit)
    assert again.model.chosen == ("silence", "arms", "rhetoric", "mediation")
    assert again.model.record.lines == visit.model.record.lines
    names = visit.model.world.ladder.names[0]
    done = [names[int(moment.after.choice[0])] for moment in visit.model.record.moments]
    assert done == list(visit.model.chosen)
    alone = replayed(Plan("twelve-days"), 1)
    others = slice(1, None)
    assert visit.model.record.moments[0].after.choice[others].tolist() == (
        alone.world.choice[others].tolist()
    )


def test_a_seat_waits_for_its_turn_and_refuses_what_is_not_on_its_menu(visit: Visit) -> None:
    visit.begin(Plan("twelve-days", seat="russia"))
    visit.step()
    assert visit.model.record.turn == 0 and visit.model.waits
    visit.begin(Plan("twelve-days", seat="russia", chosen=("campaign",)))
    assert "chosen: found 'campaign'; valid: silence" in visit.message.value
    visit.begin(Plan("twelve-days", seat="atlantis"))
    assert "seat: found 'atlantis'; valid: russia" in visit.message.value


def test_a_reset_of_a_seat_begins_it_again(visit: Visit) -> None:
    visit.begin(Plan("twelve-days", seat="russia"))
    visit.choose("rhetoric")
    visit.reset()
    assert visit.model.record.turn == 0 and visit.plan.value.seat == "russia"


def test_an_unknown_what_if_is_refused_with_those_that_there_are(visit: Visit) -> None:
    visit.begin(Plan("twelve-days", what_if="../secret"))
    assert "what_if: found '../secret'; valid: a-defence-clause" in visit.message.value
    assert len(what_ifs()) == 10
