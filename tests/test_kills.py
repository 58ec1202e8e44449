"""A command killed at any moment, or refused by the system, leaves what it can go on with."""

import pytest

from tests.kills import COMMANDS, strike_all


@pytest.mark.slow
@pytest.mark.timeout(900)  # on a busy machine
def test_every_long_command_is_killed_and_refused_and_ends_with_the_same_bytes(tmp_path):
    count = len(COMMANDS)
    kills, failures = strike_all(tmp_path, count, count, seed=1)
    assert kills.startswith(f"{count} kills of {count} commands: none lost")
    assert failures.startswith(f"{count} failures at ")
