"""Records of arrays, such as a world: every array in them by its path."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any  # a world's fields are arrays, records and words

import numpy as np

from model.world import Array


def changed_leaves(thing: Any, change: Callable[[str, Array], Any], path: str) -> Any:
    """A record with every array in it changed, each by its path such as `world.means.money`."""
    made: Any = thing
    if isinstance(thing, np.ndarray):
        made = change(path, thing)
    elif isinstance(thing, dict):
        made = {key: changed_leaves(each, change, f"{path}.{key}") for key, each in thing.items()}
    elif isinstance(thing, tuple):
        made = tuple(changed_leaves(e, change, f"{path}.{k}") for k, e in enumerate(thing))
    elif is_dataclass(thing) and not isinstance(thing, type):
        parts = {each.name: getattr(thing, each.name) for each in fields(thing)}
        found = {k: changed_leaves(v, change, f"{path}.{k}") for k, v in parts.items()}
        picked = {name: part for name, part in found.items() if part is not parts[name]}
        made = replace(thing, **picked) if picked else thing
    return made


def leaves(thing: Any, path: str) -> dict[str, Array]:
    """Every array in a record by its path."""
    found: dict[str, Array] = {}

    def note(at: str, array: Array) -> Array:
        found[at] = array
        return array

    changed_leaves(thing, note, path)
    return found
