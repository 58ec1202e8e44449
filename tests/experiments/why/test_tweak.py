"""What a change does, on the same random draws before and after it."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from agents.weighing import ledger
from experiments.engine.duel import ACTS, duels
from experiments.why.tweak import (
    as_json,
    concerned,
    consequence,
    in_words,
    played,
    tweaked,
    watched,
)
from model.alliance_model import AllianceModel
from model.game.stage_game import Expected
from model.preset.load import ROOT, ConfigError, load

SHORT = {"turns": 4}
RUNS = 6


@pytest.fixture
def short(folders):
    """The folders of presets and profiles, with a preset of three turns."""
    path = folders / "presets" / "twelve-days.toml"
    path.write_text(path.read_text("utf-8").replace("turns = 16", "turns = 3"), "utf-8")
    return folders


@pytest.fixture(scope="module")
def before():
    return played(load("twelve-days", SHORT), [], RUNS, 0)


@pytest.fixture(scope="module")
def after():
    return played(load("twelve-days", SHORT | {"russia.weights.ties": 0.0}), [], RUNS, 0)


def test_no_change_changes_nothing(before):
    found = consequence(before, before)
    assert found.anyone.share == 0 and found.anyone.first_turn is None
    assert found.moved == []
    assert "no state, in any run and turn" in in_words(found)


def test_a_side_is_the_models_own_play(before):
    model = AllianceModel("twelve-days", runs=range(RUNS), changes=SHORT)
    for turn in range(4):
        model.step()
        for state, menu in enumerate(model.world.ladder.names):
            expected = [menu[int(each)] for each in model.world.choice[state]]
            assert [before.catalogue[each] for each in before.actions[turn, state]] == expected


def test_terms_are_the_ledgers_mean_under_the_states_strategy():
    side = played(load("twelve-days", {"turns": 3}), [], 1, 0)
    model = AllianceModel("twelve-days", runs=0, changes={"turns": 3})
    sums, turns = dict.fromkeys(side.terms, 0.0), 0
    while not model.over:
        model.shock()
        model.weigh()
        model.solve()
        if model.world.war:
            turns += 1
            entries = ledger(model.world, Expected.of(model.solution.expectations))
            for state, name in enumerate(model.world.names):
                play = model.solution.play[state]
                for term, value in entries.items():
                    own = np.broadcast_to(value, model.solution.play.shape)[state]
                    sums[name, term] += float(np.nansum(np.where(play > 0, play * own, 0)))
        model.act()
        model.resolve()
        model.judge()
    assert turns > 0
    for key, value in side.terms.items():
        assert value == pytest.approx(sums[key] / turns, abs=1e-12)


def test_shares_and_turns_count_the_runs_that_differ(before, after):
    found = consequence(before, after)
    differs = {
        name: np.array(before.catalogue)[before.actions[:, state]]
        != np.array(after.catalogue)[after.actions[:, state]]
        for state, name in enumerate(before.names)
    }
    for each in found.states:
        runs = differs[each.state].any(0)
        assert each.share == runs.mean()
        if runs.any():
            first = [list(column).index(True) + 1 for column in differs[each.state].T[runs]]
            assert (each.first_turn, each.usual_turn) == (min(first), np.median(first))
            assert each.first_day == before.days[min(first) - 1]
    assert found.anyone.share == np.any(list(differs.values()), axis=(0, 1)).mean() > 0
    moved = {(each.state, each.term): each.after for each in found.moved}
    assert moved["russia", "ties"] == 0.0


def test_a_new_player_and_a_shorter_menu_can_be_compared(before):
    fewer = ["russia", "iran", "israel", "united_states", "china"]
    changes = SHORT | {"players": fewer, "russia.menu": ["silence", "mediation"]}
    after = played(load("twelve-days", changes), ["russia"], RUNS, 0)
    found = consequence(before, after)
    assert [each.state for each in found.states] == fewer
    assert after.duels == []  # neither talk nor force is on its menu
    assert json.loads(as_json(found))["runs"] == RUNS


def test_the_patrons_shown_are_those_asked_for_or_changed_or_the_first():
    plain = load("twelve-days")
    changed = load("twelve-days", {"china.weights.ties": 0.0, "israel.weights.ties": 0.0})
    assert concerned(plain, changed, []) == ["china"]
    assert concerned(plain, plain, []) == ["russia"]
    assert concerned(plain, changed, ["gulf"]) == ["gulf"]
    with pytest.raises(ConfigError, match=r"--patron: found 'rusia'; did you mean russia\?"):
        concerned(plain, plain, ["rusia"])


def test_the_verdict_is_the_duels_own_on_both_sides(short):
    found = tweaked("twelve-days", {"china.weights.ties": 0.0}, runs=4)
    assert found.before == duels("twelve-days", 4, patrons=["china"], acts=ACTS)[0]
    assert {(each.patron, each.act) for each in found.before} == {
        ("china", "arms"), ("china", "force"),
    }  # fmt: skip
    assert len(found.after) == 2
    text = in_words(found)
    assert "china          arms" in text and "->" in text


def test_at_every_save_the_consequence_or_the_mistake_is_given(short, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "russia"\n[weights]\nties = 0.0\n', "utf-8")
    rounds = watched("twelve-days", mine, {}, runs=2, patrons=["russia"])
    assert next(rounds).anyone.share > 0
    mine.write_text('extends = "russia"\n[weights]\ntyes = 0.0  # misspelt\n', "utf-8")
    mistake = next(rounds)
    assert isinstance(mistake, ConfigError) and "mine.toml:3: weights.tyes" in str(mistake)
    aside = tmp_path / "aside.toml"  # as editors do that write a new file and rename it
    aside.write_text('extends = "russia"\n# nothing\n', "utf-8")
    aside.rename(mine)
    assert next(rounds).states[0].share == 0


def test_a_profile_that_is_edited_is_compared_with_what_it_was(short):
    path = short / "profiles" / "russia.toml"
    rounds = watched("twelve-days", path, {}, runs=2, patrons=["russia"])
    assert next(rounds).anyone.share == 0
    path.write_text(path.read_text("utf-8") + "\n[weights]\nties = 0.0\n", "utf-8")
    found = next(rounds)
    assert found.anyone.share > 0
    assert any((each.state, each.term) == ("russia", "ties") for each in found.moved)


def test_a_file_to_watch_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        next(watched("twelve-days", tmp_path / "none.toml", {}))


@pytest.mark.slow
def test_the_command_watches_until_it_is_interrupted(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "russia"\n[weights]\nties = 0.0\n', "utf-8")
    words = ("tweak", "twelve-days", "--runs", "2", "--set", "turns=3", "--watch", str(mine))
    with subprocess.Popen(
        [sys.executable, "-m", "experiments", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    ) as running:  # fmt: skip
        assert running.stdout is not None and running.stderr is not None
        assert "What the change does" in running.stdout.readline()
        while "Waiting for" not in running.stderr.readline():
            pass
        mine.write_text('extends = "russia"\n[weights]\nties = 99.0\n', "utf-8")
        while "from 0 to 10" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0


@pytest.mark.slow
def test_a_round_takes_a_few_seconds_from_a_cold_start():
    before = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "experiments", "tweak", "twelve-days",
         "--set", "russia.weights.ties=0"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "russia         force" in done.stdout
    assert time.perf_counter() - before < 20  # about five on an idle processor
