"""The reader of tables: what users' files look like, and what is refused by its line."""

import codecs

import pytest

from model.preset.tables import read_table
from model.preset.toml import ConfigError

TEXT = "name,level,day\none,4,2025-06-13\ntwo,0,2025-06-14\n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def cells(path):
    return [tuple(row.cells.values()) for row in read_table(path, ("name", "level", "day")).rows]


PLAIN = [("one", "4", "2025-06-13"), ("two", "0", "2025-06-14")]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace(",", ";"),
        TEXT.replace(",", "\t"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        TEXT.replace(",", " , "),
        TEXT.replace("\n", ",,\n").replace("day,,", "day"),
        TEXT + "\n\n,,\n",
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
)
def test_delimiters_line_ends_encodings_and_spaces_make_no_difference(text, tmp_path):
    assert cells(written(tmp_path, text)) == PLAIN


def test_lines_are_those_of_the_file_below_a_quoted_line_break(tmp_path):
    path = written(tmp_path, 'name,level,day\n"one\nand a half",4,2025-06-13\ntwo,x,nope\n')
    table = read_table(path, ("name", "level", "day"))
    assert [row.line for row in table.rows] == [2, 4]
    table.whole(table.rows[1], "level", 0, 5)
    table.day(table.rows[1], "day")
    with pytest.raises(ConfigError) as told:
        table.refuse()
    assert f"{path}:4: level: found 'x'; valid: a whole number from 0 to 5" in str(told.value)
    assert f"{path}:4: day: found 'nope'; valid: a day as 2025-06-13" in str(told.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no rows"),
        ("name,level,day\n", "no rows"),
        ("name,level\none,4\n", ":1: column 'day' is missing"),
        ("name,level,day,day\none,4,x,x\n", ":1: column 'day' stands twice"),
        ("name,level,day\none,4\n", ":2: found 2 cells; valid: 3"),
        ("name,level,day\none,4,x,y\n", ":2: found 4 cells; valid: 3"),
        (b"name,level,day\n\xff\xfftwo,1,x\n", ":2: found the byte 0xff, which is not UTF-8"),
        ("name,level,day\na\x00b,4,x\n", ":2: found 'a\\x00b'; valid: text without control"),
        ('name,level,day\n"one,4,x\n', "not readable as CSV"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_line(text, part, tmp_path):
    with pytest.raises(ConfigError) as told:
        read_table(written(tmp_path, text), ("name", "level", "day"))
    assert part in str(told.value)


@pytest.mark.parametrize(
    ("cell", "level"), [("4", 4), ("4.0", 4), ("4.", 4), ("+4", 4), ("4e0", 4), ("0004", 4)]
)
def test_a_level_is_read_however_a_program_wrote_it(cell, level, tmp_path):
    table = read_table(written(tmp_path, f"level\n{cell}\n"), ("level",))
    assert table.whole(table.rows[0], "level", 0, 5) == level
    assert not table.mistakes


@pytest.mark.parametrize("cell", ["4.5", "6", "-1", "four", "nan", "inf", "1_0", "9" * 400, "0x4"])
def test_a_level_that_is_none_is_refused(cell, tmp_path):
    table = read_table(written(tmp_path, f"level\n{cell}\n"), ("level",))
    table.whole(table.rows[0], "level", 0, 5)
    with pytest.raises(ConfigError, match="valid: a whole number from 0 to 5"):
        table.refuse()


def test_a_key_that_stands_twice_is_refused_with_both_lines(tmp_path):
    table = read_table(written(tmp_path, "event,x\nwar,1\npeace,0\nwar,0\n"), ("event",))
    table.unique("event")
    with pytest.raises(ConfigError, match=r":4: event: found 'war', as in line 2; valid: once"):
        table.refuse()
