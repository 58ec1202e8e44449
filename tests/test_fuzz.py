"""100,000 spoiled configurations: never a traceback, a hang, or a file written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import tried

ROOT = Path(__file__).resolve().parent.parent
FAST, ALL, PARTS = 2_000, 100_000, 4


def clean(found: dict) -> None:
    """Every try was read or refused, both often enough, and nothing was written."""
    outcomes = found["outcomes"]
    assert set(outcomes) == {"read", "refused"}
    assert min(outcomes.values()) > 0.05 * sum(outcomes.values())
    assert found["written"] == []


def test_two_thousand_spoiled_configurations_are_read_or_refused():
    found = tried(0, FAST)
    clean(found)
    assert sum(found["outcomes"].values()) == FAST


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_thousand_spoiled_configurations_are_read_or_refused(part):
    # in a process without the shape checks, which would take most of the time
    first = FAST + part * (ALL - FAST) // PARTS
    count = (ALL - FAST) // PARTS
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", str(first), str(count)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    clean(json.loads(done.stdout))
