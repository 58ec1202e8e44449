"""A command killed at any write, or refused by the system, leaves what it can go on with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked")
@pytest.mark.timeout(600)
def test_two_dozen_interruptions_lose_and_alter_nothing():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.kills", "24"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcomes = done.stdout.strip().splitlines()
    assert outcomes and all(line.endswith("whole") for line in outcomes), done.stdout
    assert any("ended, whole" in line for line in outcomes)
