"""Set up before any module of the project is imported: shapes are checked on every call."""

import sys

import numpy as np
from beartype import BeartypeConf, BeartypeHintOverrides, beartype
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

SCALARS = BeartypeHintOverrides({np.ndarray: np.ndarray | np.generic})

checked = beartype(conf=BeartypeConf(is_pep484_tower=True, hint_overrides=SCALARS))
"""beartype, for which an int is a float, and numpy's scalar an array without axes."""

assert "model" not in sys.modules, "shapes are checked only where the hook comes first"
install_import_hook(["model", "agents"], "tests.conftest.checked")

settings.register_profile(
    "project",
    derandomize=True,
    deadline=None,
    max_examples=25,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("project")
