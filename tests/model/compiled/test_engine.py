"""The compiled turn plays every run as numpy does, to the last bit and the sign of a zero."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.engine.batch import Job, play_block, simulate
from experiments.engine.record import RECORDER
from model.alliance_model import AllianceModel
from model.compiled import engine, objects, solver
from model.compiled.arrays import traced
from model.compiled.by_numpy import ByNumpy
from model.compiled.engine import playing
from model.compiled.strips import Strips, Unsound
from model.preset.load import ConfigError, load
from model.preset.own_terms import allow_code
from model.preset.toml import ROOT
from tests import space
from tests.model.compiled.equality import Sides, handed

pytest.importorskip("llvmlite", reason="needs the extra 'fast'")

PACT = ROOT / "docs" / "examples" / "pact-2025"
PLAYERS = ("russia", "iran", "israel", "united_states", "china", "gulf")


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """Nothing compiled is known before, and what is compiled is kept in a folder of the test."""
    monkeypatch.setenv("CHEAPTALK_CACHE", str(tmp_path / "kept"))
    monkeypatch.delenv("CHEAPTALK_ENGINE", raising=False)
    monkeypatch.setattr(engine, "known", {})


def test_twelve_days_comes_out_the_same():
    assert Sides("twelve-days").different_after(8) == []


@pytest.mark.slow
def test_iran_2025_comes_out_the_same_to_its_last_turn():
    assert Sides("iran-2025", range(100), seed=5).different_after(51) == []


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["standing", "stern"])
def test_each_norm_comes_out_the_same(norm):
    assert Sides("twelve-days", changes={"norm": norm}).different_after(12) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "rule", ["best_response", "level_k", "experience", "always_talk", "always_arm", "always_fight",
             "repay_in_kind"],
)  # fmt: skip
def test_each_rule_but_look_ahead_comes_out_the_same(rule):
    changes = {"russia.rule": rule, "iran.rule": rule}
    assert Sides("twelve-days", changes=changes).different_after(8) == []


@pytest.mark.slow
@pytest.mark.parametrize("attack", ["endogenous", "scripted"])
def test_an_attack_of_either_kind_comes_out_the_same(attack):
    assert Sides("iran-2025", changes={"attack": attack}).different_after(16) == []


@pytest.mark.slow
def test_an_own_term_comes_out_the_same():
    allow_code(PACT / "fatigue.py")
    pact, tired = str(PACT / "pact.toml"), {"with": [str(PACT / "with_fatigue.toml")]}
    assert Sides(pact, changes=tired).different_after(14) == []
    assert Sides(pact).different_after(14) == []


@pytest.mark.slow
@pytest.mark.parametrize("doctrine", [False, True])
def test_policies_come_out_the_same_side_by_side(doctrine):
    policies = ({}, {"russia": "rhetoric"}, {"russia": "arms"}, {"china": "force"})
    sides = Sides("iran-2025", policies=policies, doctrine=doctrine)
    assert sides.different_after(20) == []


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["twelve-days", "iran-2025"])
@pytest.mark.parametrize("at_ends", [False, True])
def test_all_figures_by_run_come_out_the_same_over_their_ranges(preset, at_ends):
    runs = 60 if at_ends else 20  # in the middle of the space some games are followed, slowly
    sets = space.drawn(load(preset), runs, 7, at_ends=at_ends)
    with np.errstate(invalid="ignore"):  # a price beyond all bins
        assert Sides(preset, range(runs), sets).different_after(4) == []


@pytest.mark.slow
def test_each_figure_at_its_ends_comes_out_the_same():
    sets = space.one_at_an_end(load("twelve-days"))
    count = len(next(iter(sets.values())))
    assert Sides("twelve-days", range(count), sets).different_after(3) == []


@pytest.mark.slow
@pytest.mark.parametrize("times", [4, 16, 70])
def test_high_precision_comes_out_the_same(times):
    changes = {f"{name}.precision": min(2.61 * times, 200.0) for name in PLAYERS}
    assert Sides("twelve-days", range(40), changes).different_after(12) == []


@pytest.mark.slow
def test_games_without_a_proof_are_played_by_numpy_and_come_out_the_same(monkeypatch):
    never = lambda *_: traced([2.0])  # noqa: E731  # a bound that proves nothing
    monkeypatch.setattr(solver, "bound_by_spans", never)
    monkeypatch.setattr(solver, "bound_by_replies", never)
    policies = ({}, {"russia": "arms"})
    sides = Sides("twelve-days", policies=policies)
    with handed(sides.strips) as calls:
        assert sides.different_after(12) == []
    assert len(calls) == 12


@pytest.mark.slow
def test_a_job_gives_the_same_block_with_either_engine(tmp_path):
    policies = ({}, {"russia": "rhetoric"})
    blocks = [
        play_block(Job(load("iran-2025", {"turns": 20}), 1, policies, engine=each), range(40, 107))
        for each in ("numpy", "compiled")
    ]
    for key, column in blocks[0].table.items():
        assert np.array_equal(column, blocks[1].table[key])
        assert column.dtype == blocks[1].table[key].dtype
    assert list(blocks[0].table) == list(blocks[1].table)
    for name, counts in vars(blocks[0].tally).items():
        assert np.array_equal(counts, getattr(blocks[1].tally, name))
    assert blocks[0].residual == blocks[1].residual
    kept = list((tmp_path / "kept").iterdir())
    assert len(kept) == 1


@pytest.mark.slow
def test_what_is_kept_is_loaded_and_what_is_damaged_is_made_again(monkeypatch):
    model = AllianceModel("twelve-days", runs=range(16))
    made = engine.compiled(model, RECORDER, "compiled", 16)
    assert made is not None
    (kept,) = objects.folder().iterdir()
    monkeypatch.setattr(engine, "known", {})
    monkeypatch.setattr(engine, "made", lambda *_: pytest.fail("compiled again"))
    assert engine.compiled(model, RECORDER, "compiled", 16) is not None
    kept.write_bytes(kept.read_bytes()[:-1])
    assert objects.stored(kept.name) is None


@pytest.mark.slow
def test_a_compiled_turn_that_differs_is_not_used(monkeypatch, capsys):
    onward = solver.onward
    monkeypatch.setattr(solver, "onward", lambda *given: onward(*given) + 1e-12)
    model = AllianceModel("twelve-days", runs=range(16))
    with pytest.raises(ConfigError, match=r"differs from numpy's in play"):
        playing(model, RECORDER, "compiled", 16)
    monkeypatch.setattr(engine, "known", {})
    assert isinstance(playing(model, RECORDER, "auto", 10**6), ByNumpy)
    assert "numpy plays twelve-days: its compiled turn differs" in capsys.readouterr().err


def test_a_rule_that_looks_ahead_is_named_and_played_by_numpy(capsys):
    model = AllianceModel("twelve-days", runs=range(4), changes={"russia.rule": "look_ahead"})
    assert isinstance(playing(model, RECORDER, "auto", 10**6), ByNumpy)
    said = capsys.readouterr().err
    assert said.startswith("numpy plays twelve-days: look_ahead (")
    assert said.endswith("imagines coming turns\n")
    with pytest.raises(ConfigError, match="look_ahead"):
        playing(model, RECORDER, "compiled", 4)


def test_an_own_term_that_branches_on_values_is_named(tmp_path, capsys):
    place = Path(shutil.copytree(PACT, tmp_path / "pact"))
    (place / "fatigue.py").write_text(
        "from agents import term\n\n\n@term(source='own')\ndef fatigue(world, expected=None):\n"
        '    """Mood."""\n    if world.price > 80:\n        return world.ladder.rung\n'
        "    return -world.ladder.rung\n",
        "utf-8",
    )
    allow_code(place / "fatigue.py")
    tired = {"with": [str(place / "with_fatigue.toml")]}
    model = AllianceModel(str(place / "pact.toml"), runs=range(4), changes=tired)
    assert isinstance(playing(model, RECORDER, "auto", 10**6), ByNumpy)
    assert "fatigue.py, line 7) branches on a value" in capsys.readouterr().err


def test_small_jobs_are_numpys(monkeypatch):
    monkeypatch.setattr(engine, "made", lambda *_: pytest.fail("compiled"))
    model = AllianceModel("twelve-days", runs=range(16))
    assert isinstance(playing(model, RECORDER, "auto", 16), ByNumpy)
    assert isinstance(playing(model, RECORDER, "numpy", 10**7), ByNumpy)


def test_without_llvmlite_numpy_plays_and_the_compiled_engine_is_refused(monkeypatch):
    monkeypatch.setattr(engine.machine, "available", lambda: False)
    model = AllianceModel("twelve-days", runs=range(16))
    assert isinstance(playing(model, RECORDER, "auto", 10**7), ByNumpy)
    with pytest.raises(ConfigError, match=r"pip install 'cheaptalk\[fast\]'"):
        playing(model, RECORDER, "compiled", 16)


def test_an_unknown_engine_is_refused(monkeypatch):
    with pytest.raises(ConfigError, match="engine: found 'fortran'; valid: auto, numpy, compiled"):
        simulate("twelve-days", 4, engine="fortran")
    monkeypatch.setenv("CHEAPTALK_ENGINE", "cobol")
    with pytest.raises(ConfigError, match="engine: found 'cobol'"):
        simulate("twelve-days", 4)


@pytest.mark.slow
def test_a_block_with_a_figure_that_is_not_finite_is_numpys(monkeypatch):
    def unsound(self: Strips) -> None:
        raise Unsound("in turn 0: a figure is not finite")

    monkeypatch.setattr(engine, "differences", lambda *_: "")
    monkeypatch.setattr(Strips, "step", unsound)
    preset = load("twelve-days", {"turns": 2})
    usual, found = (
        play_block(Job(preset, engine=each), range(8)) for each in ("numpy", "compiled")
    )
    assert np.array_equal(found.table["worth.russia"], usual.table["worth.russia"])
