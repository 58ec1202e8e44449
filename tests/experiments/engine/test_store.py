"""The store: what was written is found whole, or its damage is."""

import errno
import json
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.engine.folders import listed
from experiments.engine.store import (
    Blocks,
    Folder,
    Rows,
    alone,
    block_name,
    read_json,
    table_of,
    verified,
    write_files,
)
from experiments.study.conduct import conduct, resumed, stored
from model.preset.load import ConfigError
from tests.kills import Killed, calls, failing, killing, striking, tree
from tests.small import conducted, hold, work_in

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["tests.small", "experiments.study.kinds.sweep", "experiments.study.html_report"]
)


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


COLUMNS = {"run": np.arange(5), "worth": np.linspace(0, 1, 5)}


def written_folder(root: Path) -> None:
    """Everything that commands write: a claim, blocks, a growing table, a list, files."""
    folder = Blocks(root / "result", "mine")
    with folder.locked():
        folder.claim({"key": "mine", "command": "cheaptalk small", "settings": {}})
        for number in range(2):
            if folder.block(number) is None:
                folder.add(number, {"rows": COLUMNS})
        rows = Rows(folder, "runs.parquet")
        rows.append(COLUMNS)
        folder.list_files([rows.close().name, folder.write("answer.txt", b"yes").name])
    write_files({root / "game.nfg": b"NFG 1 R", root / "game.json": b"{}"})


def test_killed_at_any_call_the_same_writes_end_with_the_same_bytes(tmp_path):
    count = calls(tmp_path / "whole", lambda: written_folder(tmp_path / "whole"))
    assert count > 40 and verified(tmp_path / "whole" / "result") == []
    for at in range(1, count + 1):
        root = tmp_path / str(at)
        with pytest.raises(Killed), striking(root, killing(at)):
            written_folder(root)
        kept = Blocks(root / "result", "mine").checksums()
        written_folder(root)
        assert tree(root) == tree(tmp_path / "whole"), at
        assert kept.items() <= Blocks(root / "result", "mine").checksums().items()


def test_any_call_may_fail_and_the_same_writes_end_with_the_same_bytes(tmp_path):
    count = calls(tmp_path / "whole", lambda: written_folder(tmp_path / "whole"))
    told = 0
    for at in range(1, count + 1):
        root = tmp_path / str(at)
        try:
            with striking(root, failing(at)):
                written_folder(root)
        except OSError as error:
            assert error.errno == errno.ENOSPC
            told += 1
        written_folder(root)
        assert tree(root) == tree(tmp_path / "whole"), at
    assert told > 40  # to make a folder that is there may fail without harm


def test_what_others_keep_in_a_folder_is_never_removed(tmp_path):
    for name in (".notes.2024", ".draft.aside", "thesis.docx"):
        mine = tmp_path / name / name
        mine.parent.mkdir()
        mine.write_text("mine")
        with pytest.raises(ConfigError, match=f"found {name} and no manifest"):
            work_in(mine.parent)
        assert mine.read_text() == "mine"


def test_a_changed_field_of_a_manifest_is_found_and_refused(tmp_path):
    folder = conducted(tmp_path / "result")
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"block": 8', '"block": 4'))
    wrong = "manifest.json: its bytes are not those that were written"
    assert verified(folder) == [wrong]
    with pytest.raises(ConfigError, match=wrong):
        work_in(folder)


def test_a_damaged_list_of_checksums_costs_a_replay_and_nothing_else(tmp_path):
    folder = conducted(tmp_path / "result")
    before = tree(folder)
    for damage in (b"", b"[1]", b'{"a', b'{"points.parquet": 7}'):
        (folder / "checksums.json").write_bytes(damage)
        assert "result" in listed(tmp_path)
        conduct(resumed(folder), quiet=True)
        kept = {name: data for name, data in tree(folder).items() if name in before}
        assert kept == before and verified(folder) == []


def test_results_are_listed_beside_a_damaged_manifest(whole, tmp_path):
    for name, damage in {"a": "", "b": "[]", "c": "{" * 100_000, "d": '{"key": 1}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(damage)
    shutil.copytree(whole, tmp_path / "whole")
    lines = listed(tmp_path).splitlines()
    assert [("damaged" in line, "complete" in line) for line in lines] == [
        *[(True, False)] * 4, (False, True)
    ]  # fmt: skip


def test_a_file_that_says_something_else_is_never_replaced(tmp_path):
    first, second = tmp_path / "a.nfg", tmp_path / "a.json"
    second.write_bytes(b"a neighbour's")
    with pytest.raises(ConfigError, match=r"a\.json: is there already and says something else"):
        write_files({first: b"NFG", second: b"{}"})
    assert tree(tmp_path) == {"a.json": b"a neighbour's"}
    second.unlink()
    for _ in range(2):
        write_files({first: b"NFG", second: b"{}"})
    assert tree(tmp_path) == {"a.nfg": b"NFG", "a.json": b"{}"}


def test_a_file_is_not_written_into_a_folder_of_results(whole):
    for path in (whole / "answer.txt", whole / "new.json", whole / "blocks" / "new.json"):
        with pytest.raises(ConfigError, match="holds results; valid: a file in another folder"):
            write_files({path: b"{}"})
    assert verified(whole) == []


def test_two_processes_do_not_write_one_file(tmp_path):
    with alone(tmp_path / ".a.json.lock", tmp_path), pytest.raises(ConfigError, match="another"):
        write_files({tmp_path / "a.json": b"{}"})
    write_files({tmp_path / "a.json": b"{}"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.slow
@pytest.mark.timeout(900)  # on a busy machine
def test_killed_at_fifteen_random_moments_and_resumed_it_ends_with_identical_checksums(tmp_path):
    fields = {"block": 4, "factors": small_factors(16)}
    start = time.monotonic()
    reference = checksums(conducted(tmp_path / "reference", **fields))
    length = min(time.monotonic() - start, 5.0)  # the first time imports much
    chance, kills, folders = random.Random(7), 0, 0
    while kills < 15:
        folder = tmp_path / f"killed {folders}"
        folders += 1
        while True:
            workers = 2 if kills % 10 == 9 else 1
            child = CONTEXT.Process(target=conducted, args=(folder, workers), kwargs=fields)
            child.start()
            if kills < 15:
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
    assert kills == 15


def small_factors(count: int):
    from experiments.study.factors import Factor

    return {"russia.ties.israel": Factor(low=0, high=0.5, count=count)}


def test_the_blocks_make_the_rows(whole):
    rows = stored(resumed(whole).folder, 3)
    assert rows["first_run"].tolist() == [0, 4, 8, 12, 16, 20]
    assert (rows["error"] == "").all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1,\n "b": }', ":2: not readable as JSON"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": ' + "9" * 5000 + "}", "not readable as JSON"),
        ('{"a": ' + "[" * 100_000 + "}", "not readable as JSON"),
        ('{"a": ["x\\u001b[31m"]}', ": a.0: found 'x\\x1b[31m'; valid: text without control"),
        ('"a"', "found 'a'; valid: an object"),
        ("\ufeff{", ":1: not readable as JSON"),
    ],
)
def test_damaged_json_is_one_line(tmp_path, text, words):
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        read_json(path, "an object")
    assert words in str(error.value) and str(error.value).isprintable()


def test_what_is_no_file_or_never_ends_is_not_read(tmp_path):
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        with pytest.raises(ConfigError, match=r"not a file|no such file"):
            read_json(path, "an object")
