"""Set up before any module of the project is imported: shapes are checked where arrays are."""

import sys
from pathlib import Path

import numpy as np
import pytest
from beartype import BeartypeConf, FrozenDict, beartype
from hypothesis import HealthCheck, Phase, settings
from jaxtyping import config as jaxtyping_config
from jaxtyping import install_import_hook

SCALARS = FrozenDict({np.ndarray: np.ndarray | np.generic})

checked = beartype(conf=BeartypeConf(is_pep484_tower=True, hint_overrides=SCALARS))
"""beartype, for which an int is a float, and numpy's scalar an array without axes."""

assert "model" not in sys.modules, "shapes are checked only where the hook comes first"
PARTS = {each.stem for each in (Path(__file__).parent.parent / "model").glob("[a-z]*")}
OF_ARRAYS = [f"model.{each}" for each in sorted(PARTS - {"preset"})]
"""All but what reads and checks files: that takes no arrays, and hundreds of thousands of calls."""
if not jaxtyping_config.jaxtyping_disable:  # JAXTYPING_DISABLE=1: the slow suite in half the time
    install_import_hook(
        [*OF_ARRAYS, "model.preset.first_world", "agents"], "tests.conftest.checked"
    )

settings.register_profile(
    "project",
    derandomize=True,
    deadline=None,
    max_examples=25,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("project")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Presets and profiles in a folder that a test may change: `presets` and `profiles`."""
    from model.preset import load as preset

    for name in ("PROFILES", "PRESETS"):
        copied = tmp_path / name.lower()
        copied.mkdir()
        for path in getattr(preset, name).glob("*.*"):
            (copied / path.name).write_text(path.read_text("utf-8"), "utf-8")
        monkeypatch.setattr(preset, name, copied)
    return tmp_path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", help="write the baselines anew")


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--refresh"))
