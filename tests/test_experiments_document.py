"""The example of docs/EXPERIMENTS.md runs as it stands, and what it names exists."""

import re
from pathlib import Path

import pytest

from tests.small import conducted

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "EXPERIMENTS.md").read_text("utf-8")


@pytest.mark.slow
def test_the_example_reads_the_points_as_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    conducted(tmp_path / "results" / "ties")
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.S | re.M)
    known: dict = {}
    exec(compile(example, "docs/EXPERIMENTS.md", "exec"), known)
    assert len(known["points"]) == 6
    assert len(known["settled"]) <= 6


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:^|`)cheaptalk (\w+)", PAGE, re.M))))
def test_every_command_of_the_page_exists(command):
    from experiments.__main__ import main

    assert command in main.commands


def test_the_file_of_the_page_is_a_right_design(tmp_path):
    from experiments.study.design import read

    (tmp_path / "page.toml").write_text(re.search(r"```toml\n(.*?)```", PAGE, flags=re.S)[1])
    design, _ = read(str(tmp_path / "page.toml"))
    assert design.names == ["russia.ties.israel", "slack"]
