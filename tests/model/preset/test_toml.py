"""TOML files with the line of every key."""

import os
import tomllib
from pathlib import Path

import pytest

from model.preset.load import PRESETS, PROFILES
from model.preset.toml import (
    DEEPEST,
    LARGEST,
    ConfigError,
    document,
    named_file,
    positions,
    suggestion,
    told,
    word,
)

TEXT = '''\
# a comment = with [brackets]
label = "a # no comment = [1]"
"quoted key" = 1
long = """
not = a key
[nor.a.table]
"""
list = [
  1, # one
  [2, 3],
]
inline = { a = 1, b = 2 }
dotted.key = 5

[table.deeper]
value = 1

[[treaties]]
partner = "iran"

[[treaties]]
partner = "china"
[treaties.more]
depth = 1
'''


def a_file(folder: Path, text: str | bytes) -> Path:
    path = folder / "some.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        document(path)
    return str(caught.value)


def leaves(values: object, place: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The locations of all values that are not tables."""
    if isinstance(values, dict):
        return [each for k, v in values.items() for each in leaves(v, (*place, k))]
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return [e for i, v in enumerate(values) for e in leaves(v, (*place, str(i)))]
    return [place]


def test_every_key_has_its_line_whatever_strings_and_lists_hold(tmp_path):
    found = document(a_file(tmp_path, TEXT))
    rows = TEXT.splitlines()
    expected = {
        ("label",): 2, ("quoted key",): 3, ("long",): 4, ("list",): 8, ("inline",): 12,
        ("dotted", "key"): 13, ("table", "deeper"): 15, ("table", "deeper", "value"): 16,
        ("treaties", "0", "partner"): 19, ("treaties", "1", "partner"): 22,
        ("treaties", "1", "more", "depth"): 24,
    }  # fmt: skip
    for location, line in expected.items():
        assert found.line(location) == line, (location, rows[line - 1])
    assert found.line(("treaties", "1", "clause")) == 21  # the nearest table around it
    assert found.line(("inline", "b")) == 12
    assert found.line(("nothing",)) is None


@pytest.mark.parametrize("path", [*PROFILES.glob("*.toml"), *PRESETS.glob("*.toml")])
def test_the_line_of_every_value_in_the_projects_files_holds_its_key(path):
    found, rows = document(path), path.read_text("utf-8").splitlines()
    places = leaves(found.values)
    assert len(places) > 10
    for place in places:
        line = found.line(place)
        assert line is not None and place[-1] in rows[line - 1], place


def test_all_broken_lines_of_a_file_are_told_and_the_others_read(tmp_path):
    text = 'label = "Russia\n[means]\nmoney = 84,0\nforces = \nsystems = 5.0\ncount = ten\n'
    found = document(a_file(tmp_path, text))
    assert [each.split(": ")[0].rsplit(":")[-1] for each in found.faults] == ["1", "3", "4", "6"]
    for fault, part in zip(
        found.faults,
        ("quotation mark", "did you mean 84.0?", "the value is missing", 'did you mean "ten"?'),
        strict=True,
    ):
        assert part in fault
    assert found.values == {"means": {"systems": 5.0}}


def test_a_broken_header_ends_what_can_be_read(tmp_path):
    found = document(a_file(tmp_path, "a = 1\n[means\nmoney = 84.0\n"))
    assert len(found.faults) == 1 and ":2: " in found.faults[0]
    assert found.values == {}


def test_a_key_given_twice_names_both_lines(tmp_path):
    (fault,) = document(a_file(tmp_path, "[means]\nmoney = 1\nforces = 2\nmoney = 3\n")).faults
    assert fault.endswith("some.toml:4: means.money: given twice, in lines 2 and 4; valid: once")


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"a = 1\nb = \xff\n", ":2: found the byte 0xff, which is not UTF-8"),
        (b"a = " + b"[" * 50 + b"]" * 50, f"nested too deep in line 1; valid: at most {DEEPEST}"),
        (b"#" * (LARGEST + 1), "larger than"),
        (".".join("a" * 9000).encode() + b" = 1", "too deep in line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, data, part):
    (line,) = refusal(a_file(tmp_path, data)).splitlines()
    assert part in line


def test_only_regular_files_are_read(tmp_path):
    pipe, loop, folder = tmp_path / "pipe.toml", tmp_path / "loop.toml", tmp_path / "folder.toml"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    folder.mkdir()
    for path in (pipe, loop, folder, tmp_path / "none.toml", Path("/dev/zero"), Path("a\0b.toml")):
        assert len(refusal(path).splitlines()) == 1


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    assert document(a_file(tmp_path, b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")).values == {"a": 1, "b": 2}


def test_the_scan_stops_where_nesting_is_absurd():
    assert positions("a = 1\nb = " + "[" * 100_000)[2] == 2
    assert positions("a = " + "[" * DEEPEST + "]" * DEEPEST)[2] == 0


def test_values_and_names_are_shown_short_and_printable():
    assert told(int("f" * 5000, 16)) == "a int too large to show"
    assert len(told("x" * 1000)) == 60
    assert told("\ud800") == "'\\ud800'"
    assert word("a\nb\x1b[31m").isprintable()
    assert suggestion("rusia", ["russia", "iran"]) == "; did you mean russia?"


def test_names_do_not_lead_out_of_their_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    a_file(tmp_path, "a = 1\n")
    for name in ("../some", "inner/../../some", "/etc/passwd", "", ".", "some\0"):
        with pytest.raises(ConfigError):
            named_file([tmp_path / "inner"], name, "profile")
    assert named_file([tmp_path / "inner", tmp_path], "some", "profile") == tmp_path / "some.toml"


def test_the_text_of_this_test_is_toml():
    assert tomllib.loads(TEXT)["dotted"] == {"key": 5}


@pytest.mark.parametrize(
    "text", ['a = 1\n[b]\nlabel = "x\\u001b[31m"\n', 'a = 1\n[b]\n"\\u0000" = 1\n']
)
def test_control_characters_are_refused_by_their_line(tmp_path, text):
    path = tmp_path / "a.toml"
    path.write_text(text, "utf-8")
    (fault,) = document(path).faults
    assert fault.startswith((f"{path}:3: b.label: found", f"{path}:3: 'b.\\x00': found"))
    assert fault.isprintable() and fault.endswith("valid: text without control characters")


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 2\r\n")
    found = document(path)
    assert found.values == {"a": 1, "b": {"c": 2}} and not found.faults
    assert found.lines["b", "c"] == 3
