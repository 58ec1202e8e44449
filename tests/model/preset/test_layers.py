"""Values laid over one another, and where each was given."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from model.preset.layers import Layers, Origin
from model.preset.toml import Document

VALUES = st.recursive(
    st.integers(0, 3), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
TABLES = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def merged(one: object, other: object) -> object:
    """What two layers come to: tables merge, all else is replaced."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            key: merged(one[key], other[key]) if key in one and key in other
            else other.get(key, one.get(key))
            for key in {**one, **other}
        }  # fmt: skip
    return other


def from_file(name: str, values: dict) -> Origin:
    return Origin(Document(Path(name), values, {}))


@given(st.lists(TABLES, max_size=4))
def test_the_last_layer_wins_and_tables_merge(tables):
    layers, expected = Layers(), {}
    for number, table in enumerate(tables):
        layers.lay(table, from_file(f"{number}.toml", table))
        expected = merged(expected, table)
    assert layers.values == expected


@given(st.lists(TABLES, max_size=4))
def test_every_value_knows_the_layers_that_gave_it_the_last_first_of_all(tables):
    layers = Layers()
    for number, table in enumerate(tables):
        layers.lay(table, from_file(f"{number}.toml", table))

    def check(values: dict, place: tuple[str, ...]) -> None:
        for key, value in values.items():
            here = (*place, key)
            if isinstance(value, dict):
                check(value, here)
                continue
            given_by = [each.source.path.name for each in layers.origins[here]]
            last = max(n for n, t in enumerate(tables) if at(t, here) is not None)
            assert given_by[-1] == f"{last}.toml"
            assert given_by == sorted(given_by)

    check(layers.values, ())


def at(values: object, place: tuple[str, ...]) -> object:
    for part in place:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def test_an_option_is_told_by_its_name_and_a_file_by_its_line():
    layers = Layers()
    document = Document(Path("some.toml"), {}, {("means",): 3, ("means", "money"): 4})
    layers.lay({"means": {"money": 1.0, "forces": 2.0}}, Origin(document), ("russia",))
    assert layers.where(("russia", "means", "money"), "") == "some.toml:4: means.money"
    assert layers.where(("russia", "means", "systems"), "") == "some.toml:3: means.systems"
    layers.put(("russia", "means", "money"), 5.0, Origin("--set russia.means.money"))
    assert layers.where(("russia", "means", "money"), "") == "--set russia.means.money"
    assert layers.where(("china",), "my.toml") == "my.toml: china"
