"""The tutorial is carried out as it stands."""

from pathlib import Path

import pytest

from tests.test_extending import BLOCK, ROOT, added, output

PAGE = (ROOT / "docs" / "TUTORIAL.md").read_text("utf-8")
STEPS = [each for each in BLOCK.findall(PAGE) if each[1] != "no-test"]


@pytest.mark.slow
def test_each_command_of_the_tutorial_prints_the_lines_under_it(tmp_path: Path) -> None:
    told = ""
    for kind, name, text in STEPS:
        if kind == "sh":
            told = output(text, tmp_path, ROOT)
        elif kind == "toml":
            added(tmp_path / name, text)
        else:
            assert [line for line in text.splitlines() if line not in told] == [], told
    assert (tmp_path / "plane" / "phase.png").is_file()
    assert (tmp_path / "plane" / "report.html").is_file()


def test_the_tutorial_leads_from_the_founding_case_to_a_phase_diagram() -> None:
    commands = [text.split()[1] for kind, _, text in STEPS if kind == "sh"]
    assert commands == ["run", "new", "check", "check", "run", "explain", "phase"]
