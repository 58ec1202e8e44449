"""Names that a package promises, imported when they are first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module


def promised(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package whose names lie in these modules: `--help` needs none of them.

    >>> promised("model", {"load": "model.preset.load"})("load").__name__
    'load'
    """

    def named(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return named
