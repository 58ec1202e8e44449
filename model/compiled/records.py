"""Records of arrays, such as a world: every array in them by its path."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any  # a world's fields are arrays, records and words

import numpy as np

from model.world import Array


def parts(thing: Any) -> dict[str, Any]:
    """What a record, a dictionary or a tuple holds, by name or place; nothing of all else."""
    if isinstance(thing, dict):
        return dict(thing)
    if isinstance(thing, tuple):
        return {str(place): each for place, each in enumerate(thing)}
    if is_dataclass(thing) and not isinstance(thing, type):
        return {each.name: getattr(thing, each.name) for each in fields(thing)}
    return {}


def found_leaves(thing: Any, path: str) -> Iterator[tuple[str, Array]]:
    """Every array in a record by its path such as `world.means.money`."""
    if isinstance(thing, np.ndarray):
        yield path, thing
    for name, each in parts(thing).items():
        yield from found_leaves(each, f"{path}.{name}")


def leaves(thing: Any, path: str) -> dict[str, Array]:
    """Every array in a record by its path, together."""
    return dict(found_leaves(thing, path))


def changed_leaves(thing: Any, change: Callable[[str, Array], Any], path: str) -> Any:
    """A record with every array in it changed, each by its path."""
    if isinstance(thing, np.ndarray):
        return change(path, thing)
    before = parts(thing)
    after = {name: changed_leaves(each, change, f"{path}.{name}") for name, each in before.items()}
    other = {name: each for name, each in after.items() if each is not before[name]}
    if not other:
        return thing
    if isinstance(thing, dict):
        return after
    return tuple(after.values()) if isinstance(thing, tuple) else replace(thing, **other)
