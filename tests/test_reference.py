"""The committed reference results are those that their command gives."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.engine.manifest import features
from experiments.engine.store import read_manifest, verified
from experiments.study.conduct import conduct, prepared
from experiments.study.design import read

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"
COMMITTED = sorted(
    ROOT / line[1:].strip("/")
    for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    if line.startswith("!results/")
)
"""What is kept with the project; a user's own results lie beside them and are not looked at."""


def test_there_are_reference_results():
    assert RESULTS / "duel-june-2025" in COMMITTED
    assert all((each / "checksums.json").is_file() for each in COMMITTED)


@pytest.mark.parametrize("folder", COMMITTED, ids=lambda folder: folder.name)
def test_committed_results_are_whole(folder):
    assert verified(folder) == []


@pytest.mark.parametrize(
    "folder",
    [each for each in COMMITTED if "design" in read_manifest(each)["settings"]],
    ids=lambda each: each.name,
)
def test_committed_experiments_are_of_the_design_as_it_stands(folder):
    known = read_manifest(folder)
    design, _ = read(folder.name)
    stored = known["settings"]["design"]
    assert stored == design.model_dump(mode="json", exclude={"block"})
    assert known["command"] == f"cheaptalk experiment {folder.name}"
    page = (RESULTS / "README.md").read_text("utf-8")
    answer = (folder / "answer.txt").read_text("utf-8").splitlines()
    assert answer[0] in page and answer[2] in page


@pytest.mark.slow
@pytest.mark.timeout(900)  # on a busy machine
def test_the_june_duel_is_made_again_to_the_last_bit(tmp_path):
    folder = RESULTS / "duel-june-2025"
    conduct(prepared(*read("duel-june-2025"), tmp_path / "again", ["cheaptalk"]), quiet=True)
    known = read_manifest(folder)
    for name in ("points.parquet", "duels.parquet"):
        one, other = (pd.read_parquet(each / name) for each in (folder, tmp_path / "again"))
        if known["processor"]["features"] == features():
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        else:  # numpy's exp and log differ in their last bits between processors
            pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-12)
    assert np.isfinite(one["difference"]).all()
