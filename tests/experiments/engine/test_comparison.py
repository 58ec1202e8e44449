"""How two results differ: verdicts side by side with their intervals, whichever kind they are."""

import json
import shutil

import pytest

from experiments.engine.comparison import as_json, compared, in_words
from experiments.engine.store import Folder
from model.preset.load import ROOT
from tests.experiments.command_line.test_experiment_commands import cheaptalk, done

RESULTS = ROOT / "results"


@pytest.fixture
def other(tmp_path):
    """The run of the README with its first duel turned, the second moved, the last left out."""
    folder = tmp_path / "other"
    shutil.copytree(RESULTS / "reference", folder)
    answer = json.loads((folder / "answer.json").read_text("utf-8"))
    first, second, *_ = answer["duel"]
    first |= {"difference": -3.0, "low": -3.1, "high": -2.9, "history": None}
    second |= {"history": {**second["history"], "low": -3.0, "high": 3.0}}
    answer["duel"].pop()
    Folder(folder).write_json("answer.json", answer)
    return folder


def test_a_result_has_the_verdicts_of_itself():
    found = compared(RESULTS / "reference", RESULTS / "reference")
    assert found.same and found.shared_seed and found.alone == (0, 0)
    assert len(found.pairs) == 16 and not any(each.turned or each.apart for each in found.pairs)
    assert found.pairs[3].first.of == "russia rhetoric force"


def test_verdicts_that_differ_and_intervals_that_are_apart_are_told(other):
    found = compared(RESULTS / "reference", other)
    first, second, *rest = found.pairs
    assert first.turned and first.apart
    assert (first.first.verdict, first.second.verdict) == ("words", "silence")
    assert second.turned and not second.apart and second.second.verdict == "open"
    assert not any(each.turned for each in rest) and found.alone == (1, 0)
    told = in_words(found)
    assert "Verdicts: 15 in both; 2 differ; the intervals of 1 do not overlap." in told
    assert "1 more in the first alone." in told
    assert "the verdict differs, the intervals are apart" in told
    assert json.loads(as_json(found))["verdicts"][0]["same_verdict"] is False


def test_a_run_and_a_duel_share_the_duels_of_a_patron():
    found = compared(RESULTS / "reference", RESULTS / "duel-june-2025")
    assert [each.first.of for each in found.pairs] == [
        "russia rhetoric arms", "russia rhetoric force",
    ]  # fmt: skip
    assert found.alone == (14, 1)


def test_planes_are_compared_cell_by_cell_and_the_first_cells_are_told():
    one, other = (RESULTS / f"phase-{name}" for name in ("slack-ties", "slack-ties"))
    found = compared(one, other)
    assert len(found.pairs) == 2 * 41 * 41
    assert found.pairs[0].first.of == "arms, slack 0.05, ties 0"
    assert "and 3338 more" in in_words(found)


def test_the_command_prints_one_json_object(other):
    told = json.loads(done("results", "compare", RESULTS / "reference", other, "--json").stdout)
    assert told["same_experiment"] and told["only_in_one"] == {"first": 1, "second": 0}


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    told = cheaptalk("results", "compare", RESULTS / "reference", tmp_path)
    assert told.exit_code == 2 and "found no manifest.json" in told.stderr
