"""What decides a result: code, libraries and processor, so that only like is added to like."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from experiments.engine.manifest import features
from experiments.engine.store import digest
from model.preset.load import ROOT

PACKAGES = ("model", "agents")
"""Packages that decide, with all folders within, but for what only shows."""

SHOWN_ONLY = ("agents.profiles",)
"""What is left out: the states' figures, which are in the configuration."""

MODULES = (
    "experiments.answer.acts",
    "experiments.answer.decisions",
    "experiments.answer.doctrine",
    "experiments.answer.founding",
    "experiments.answer.listing",
    "experiments.answer.rates",
    "experiments.answer.reasons",
    "experiments.answer.report",
    "experiments.answer.run",
    "experiments.answer.turning",
    "experiments.answer.verdict",
    "experiments.engine.batch",
    "experiments.engine.duel",
    "experiments.engine.estimates",
    "experiments.engine.posterior",
    "experiments.engine.record",
    "experiments.engine.provenance",
    "experiments.study.conduct",
    "experiments.study.design",
    "experiments.study.factors",
    "experiments.study.kinds.compare",
    "experiments.study.kinds.discover",
    "experiments.study.kinds.phase",
    "experiments.study.kinds.sensitivity",
    "experiments.study.kinds.sweep",
    "experiments.study.rows",
    "experiments.study.sampling",
    "experiments.study.work",
    "experiments.theory.ablate",
    "experiments.theory.mechanisms",
    "experiments.theory.results",
    "experiments.theory.robustness",
)
"""Modules besides that decide what is played, and what is made of it."""

TABLES = ("experiments/history/base_rates.csv", "experiments/history/posterior.csv")
"""Tables that decide a result."""

LIBRARIES = ("numpy", "scipy")
"""Libraries whose versions decide arithmetic and points."""

OF_A_KIND = {"sensitivity": ("SALib",), "discover": ("ema_workbench",)}
"""Libraries that decide a kind of experiment besides."""


def deciding_files(root: Path = ROOT) -> list[Path]:
    """The files that decide a result; the last ones exist or reading them is an error."""
    left_out = {root / each.replace(".", "/") for each in SHOWN_ONLY}
    found = [
        path
        for package in PACKAGES
        for path in sorted((root / package).rglob("*"))
        if path.suffix in (".py", ".toml") and not left_out & {path.with_suffix(""), *path.parents}
    ]
    modules = [root / f"{name.replace('.', '/')}.py" for name in MODULES]
    return [*found, *modules, *(root / each for each in TABLES)]


def code_digest(root: Path = ROOT) -> str:
    """A hash of the files that decide a result, each by its path and its bytes."""
    return digest(
        b"".join(
            path.relative_to(root).as_posix().encode() + digest(path.read_bytes()).encode()
            for path in deciding_files(root)
        )
    )


def digest_of_room(name: str, root: Path = ROOT) -> str:
    """A hash of the modules and tables of one room, for results that another digest leaves out."""
    found = sorted((root / name).iterdir())
    kept = [each for each in found if each.suffix in (".py", ".csv") and each.is_file()]
    return digest(b"".join(each.name.encode() + each.read_bytes() for each in kept))


def deciding(kind: str) -> dict[str, object]:
    """Code, versions and processor features that a kind of results depends on, as settings."""
    libraries = (*LIBRARIES, *OF_A_KIND.get(kind, ()))
    return {
        "code": code_digest(),
        "libraries": {name: _version(name) for name in libraries},
        "features": features(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
