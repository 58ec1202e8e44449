"""The store: what was written is found whole, or its damage is."""

import json
import multiprocessing
import random
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.experiment import conduct, resumed, stored
from experiments.store import Blocks, Folder, block_name, table_of, verified
from model.preset import ConfigError
from tests.small import conducted, hold, work_in

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.small", "experiments.sweep", "experiments.dossier"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return conducted(tmp_path_factory.mktemp("whole") / "result")


def checksums(folder: Path) -> dict[str, str]:
    return json.loads((folder / "checksums.json").read_bytes())


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_a_complete_folder_is_verified(whole):
    assert verified(whole) == []
    names = {"rows.parquet", "points.parquet", "duels.parquet", "sweep.svg", "report.html"}
    assert names <= set(checksums(whole))
    assert not [path for path in whole.rglob(".*") if path.name != ".lock"]


def test_a_flipped_bit_is_found_in_any_file(whole, tmp_path):
    chance = random.Random(1)
    for name in checksums(whole):
        data = bytearray((whole / name).read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        before = (whole / name).read_bytes()
        (whole / name).write_bytes(data)
        assert verified(whole) == [f"{name}: its bytes are not those that were written"]
        (whole / name).write_bytes(before)
    (whole / "answer.txt").rename(tmp_path / "answer.txt")
    assert verified(whole) == ["answer.txt: missing"]
    (tmp_path / "answer.txt").rename(whole / "answer.txt")


def test_a_damaged_block_is_played_again(whole):
    before = checksums(whole)
    path = whole / block_name(1, "rows")
    path.write_bytes(path.read_bytes()[:-40])
    conduct(resumed(whole), quiet=True)
    assert checksums(whole) == before and verified(whole) == []


@pytest.mark.parametrize("block", [pytest.param(4, marks=pytest.mark.slow), 100])
def test_the_block_size_leaves_no_trace_in_the_tables(whole, tmp_path, block):
    assert tables(conducted(tmp_path / "other", block=block)) == tables(whole)


@pytest.mark.slow
def test_workers_leave_no_trace(whole, tmp_path):
    assert checksums(conducted(tmp_path / "other", workers=2)) == checksums(whole)


def test_a_folder_of_another_experiment_is_refused_and_what_differs_is_said(whole):
    before = checksums(whole)
    with pytest.raises(ConfigError) as refused:
        work_in(whole, runs=5)
    assert "holds another experiment" in str(refused.value)
    assert "settings.design.runs: 4 there, 5 here" in str(refused.value)
    assert checksums(whole) == before


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(ConfigError, match=r"found thesis\.docx and no manifest"):
        work_in(tmp_path)


def test_blocks_of_another_experiment_do_not_mix_in(whole, tmp_path):
    stranger = Blocks(tmp_path, "another key")
    stranger.write_json("manifest.json", {"key": "mine", "command": "cheaptalk", "settings": {}})
    stranger.add(0, {"rows": {"run": np.arange(3)}})
    assert verified(tmp_path) == ["blocks/00000.rows.parquet: of another experiment"]


def test_two_runs_in_one_folder_are_refused_by_a_lock_that_dies_with_its_process(tmp_path):
    held = CONTEXT.Event()
    holder = CONTEXT.Process(target=hold, args=(tmp_path / "one", held), daemon=True)
    holder.start()
    assert held.wait(60)
    with pytest.raises(ConfigError, match="another run writes here"):
        work_in(tmp_path / "one")
    holder.kill()
    holder.join()
    with work_in(tmp_path / "one").folder.locked():
        pass


def test_a_table_is_read_as_it_was_written(tmp_path):
    columns = {"run": np.arange(4), "worth": np.array([0.1, np.nan, -1e300, 0.0])}
    columns |= {"word": np.array(["a", "", "é", "b"], object)}
    path = Folder(tmp_path).write_table("t.parquet", columns)
    read = table_of(path.read_bytes())
    for name, column in columns.items():
        np.testing.assert_array_equal(read[name], column)


@pytest.mark.slow
@pytest.mark.timeout(900)  # on a busy machine
def test_killed_at_thirty_random_moments_and_resumed_it_ends_with_identical_checksums(tmp_path):
    fields = {"block": 4, "factors": small_factors(16)}
    start = time.monotonic()
    reference = checksums(conducted(tmp_path / "reference", **fields))
    length = min(time.monotonic() - start, 5.0)  # the first time imports much
    chance, kills, folders = random.Random(7), 0, 0
    while kills < 30:
        folder = tmp_path / f"killed {folders}"
        folders += 1
        while True:
            workers = 2 if kills % 10 == 9 else 1
            child = CONTEXT.Process(target=conducted, args=(folder, workers), kwargs=fields)
            child.start()
            if kills < 30:
                child.join(chance.uniform(0, (length if workers == 1 else 3 * length) / 2))
            else:
                child.join()
            if child.exitcode is not None:
                assert child.exitcode == 0
                break
            child.kill()
            child.join()
            kills += 1
        assert checksums(folder) == reference
        assert verified(folder) == []
    assert kills == 30


def small_factors(count: int):
    from experiments.design import Factor

    return {"russia.ties.israel": Factor(low=0, high=0.5, count=count)}


def test_the_blocks_make_the_rows(whole):
    rows = stored(resumed(whole).folder, 3)
    assert rows["first_run"].tolist() == [0, 4, 8, 12, 16, 20]
    assert (rows["error"] == "").all()
