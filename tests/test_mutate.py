"""A fixed sample of changes of the rules, each of which some test notices."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.timeout(1200)  # two CPU-minutes, on a busy machine
def test_no_change_of_the_sample_survives_unexplained():
    command = [sys.executable, "scripts/mutate", "--sample"]
    checked = {**os.environ, "JAXTYPING_DISABLE": "0"}  # a shape may be what is noticed
    found = subprocess.run(
        command, cwd=ROOT, env=checked, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert " 0 survived" in found.stdout.splitlines()[-1]
