"""The examples of docs/EXPERIMENTS.md run as they stand."""

import re
import warnings
from pathlib import Path

import pytest

from tests.small import conducted

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "EXPERIMENTS.md").read_text("utf-8")
NEEDED = ("polars", "duckdb", "ema_workbench", "SALib", "optuna")


def examples() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.S | re.M)


@pytest.mark.slow
def test_the_examples_give_what_the_page_says(tmp_path, monkeypatch):
    for name in NEEDED:
        pytest.importorskip(name, reason=f"the example needs {name}")
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    monkeypatch.chdir(tmp_path)
    conducted(tmp_path / "results" / "ties")
    found: dict = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other tools' optional parts
        for example in examples():
            exec(compile(example, "docs/EXPERIMENTS.md", "exec"), found)
    assert len(examples()) == 7
    figures = found["figures"]
    apart = figures["worth.rhetoric"] - figures["worth.arms"]
    assert figures["gain.arms"] == pytest.approx(apart)
    assert len(found["settled"]) <= 6
    assert found["best"]["gain.arms"][0] == pytest.approx(
        max(found["pd"].read_parquet("results/ties/points.parquet")["gain.arms"])
    )
    assert found["mean"] == pytest.approx(
        found["pd"].read_parquet("results/ties/points.parquet")["gain.arms"].mean()
    )
    assert found["outcomes"]["gain"].shape == (4,)
    assert len(found["values"]) == 2 * (2 * 2 + 2) and len(found["shares"]) == 2
    assert found["study"].best_value == min(each.value for each in found["study"].trials)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:^|`)cheaptalk (\w+)", PAGE, re.M))))
def test_every_command_of_the_page_exists(command):
    from experiments.__main__ import main

    assert command in main.commands


def test_the_file_of_the_page_is_a_right_design(tmp_path):
    from experiments.study.design import read

    (tmp_path / "page.toml").write_text(re.search(r"```toml\n(.*?)```", PAGE, flags=re.S)[1])
    design, _ = read(str(tmp_path / "page.toml"))
    assert design.names == ["russia.ties.israel", "slack"]
