"""40,000 spoiled configurations: never a traceback, a hang, or a file written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import tried

ROOT = Path(__file__).resolve().parent.parent
CHECKED, FAST, ALL, PARTS = 200, 2_000, 40_000, 2


def clean(found: dict, count: int) -> None:
    """Every try was read or refused, both often enough, and nothing was written."""
    outcomes = found["outcomes"]
    assert set(outcomes) == {"read", "refused"}
    assert min(outcomes.values()) > 0.05 * count
    assert sum(outcomes.values()) == count
    assert found["written"] == []


def in_a_process(first: int, count: int) -> dict:
    """Tries in a process without the shape checks, which would take most of the time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", str(first), str(count)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_thousand_spoiled_configurations_are_read_or_refused():
    clean(tried(0, CHECKED), CHECKED)
    clean(in_a_process(CHECKED, FAST - CHECKED), FAST - CHECKED)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_forty_thousand_spoiled_configurations_are_read_or_refused(part):
    count = (ALL - FAST) // PARTS
    clean(in_a_process(FAST + part * count, count), count)
