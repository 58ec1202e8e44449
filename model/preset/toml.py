"""Reads TOML files with the line of every key; ConfigError reports what is wrong with them."""

import difflib
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from numbers import Integral
from pathlib import Path
from typing import Any  # a parsed TOML document has values of any type

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 128_000
"""The most bytes of a file; a profile has about three thousand."""
DEEPEST = 20
"""The most levels of nesting, and the most parts of a key."""
REPAIRS = 10
"""The most broken lines of a file that are reported together."""
MANY = 40
"""The most mistakes of a kind that are reported together."""

Location = tuple[str, ...]
Whole = int | np.integer

TOKEN = re.compile(
    r'(?P<text>(?s:"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)|' + r"'''.*?(?:'{3,5}|\Z))"
    r'|"(?:\\.|[^"\\\n])*+(?:"|(?=\n)|\Z)|' + r"'[^'\n]*+(?:'|(?=\n)|\Z))"
    r"|(?P<comment>\#[^\n]*+)|(?P<newline>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)"
    r"|(?P<word>[A-Za-z0-9_-]++)|(?P<other>(?s:.))"
)

HINTS = {
    r"=\s*(-?\d+),(\d+)\s*(?:#.*)?\n": "a number has a decimal point; did you mean {0}.{1}?",
    r"=\s*(\d+-\d+-\d+)\s*(?:#.*)?\n": "there is no day {0}; valid: as 2025-06-13",
    r"Illegal character '\\n'|Unterminated string|Expected \"'\"": "a quotation mark is missing",
    r"=\s*([A-Za-z_]+)\s*(?:#.*)?\nInvalid value": 'words stand in quotes; did you mean "{0}"?',
    r"=\s*(?:#.*)?\nInvalid value": "the value is missing",
    r"digits": "a number of more than 4300 digits",
}
"""The likeliest fault of a line that is not TOML, by the line and the parser's message."""


class ConfigError(ValueError):
    """Mistakes in files or options, a line each: where, what was found, what would be valid."""


@dataclass(frozen=True)
class Document:
    """A parsed TOML file: its values, the line of each key, and the faults of its syntax.

    If there are faults, the values come from the lines that could be read. `digest` is the
    SHA-256 of the bytes that were read.
    """

    path: Path
    values: dict[str, Any]
    lines: dict[Location, int]
    faults: tuple[str, ...] = ()
    digest: str = ""

    def line(self, location: Location) -> int | None:
        """The line of a key, or of the nearest table around it."""
        return nearest(self.lines, location)


def nearest(lines: Mapping[Location, int], location: Location) -> int | None:
    """The line of a key, or of the nearest table around it."""
    around = (location[:length] for length in range(len(location), 0, -1))
    return next((lines[each] for each in around if each in lines), None)


def document(path: Path) -> Document:
    """The TOML file at a path. Raises ConfigError where it cannot be read at all."""
    data = contents(path, LARGEST, "a TOML file")
    text = decoded(path, data)
    try:
        values, lines, faults = _parsed(text)
    except ConfigError as error:
        raise ConfigError(f"{shown(path)}: {error}") from None
    placed = tuple(f"{shown(path)}:{each}" for each in faults)
    return Document(path, values, lines, placed, sha256(data).hexdigest())


def contents(path: Path, largest: int, valid: str) -> bytes:
    """The bytes of a regular file of sensible size. Raises ConfigError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigError(f"{shown(path)}: not a file; valid: {valid}")
        with path.open("rb") as opened:
            data = opened.read(largest + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"{shown(path)}: no such file; valid: {valid}") from error
    except OSError as error:
        raise ConfigError(f"{shown(path)}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"{shown(path)}: not a file name") from error
    if len(data) > largest:
        raise ConfigError(f"{shown(path)}: larger than {largest:,} bytes; valid: a smaller file")
    return data


def decoded(path: Path, data: bytes, encoding: str = "utf-8-sig") -> str:
    """The text that the bytes of a file hold, its lines ended by a newline. Raises ConfigError."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(
            f"{shown(path)}:{line}: found the byte 0x{data[error.start]:02x}, which is not "
            f"{encoding.upper().removesuffix('-SIG')}; valid: a file saved as UTF-8"
        ) from error
    return text.replace("\r\n", "\n")


CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that stand for nothing to be read: controls of terminals and of the direction of
writing, and halves of characters."""
NO_CONTROLS = "valid: text without control characters"


def with_controls(value: object, at: Location = ()) -> Iterator[tuple[Location, str]]:
    """Every text with control characters in a value, table or list, and where it stands.

    >>> list(with_controls({"label": ["Iran", "a\\x1b[31mb"], "about": "two\\nlines"}))
    [(('label', '1'), 'a\\x1b[31mb')]
    """
    if isinstance(value, str):
        if CONTROLS.search(value):
            yield at, value
        return
    parts: Iterable[tuple[object, object]] = enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, dict):
        parts = value.items()
    for key, each in parts:
        for part in (key, each):
            yield from with_controls(part, (*at, str(key)))


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[dict[str, Any], dict[Location, int], tuple[str, ...]]:
    """The values, the lines of keys, and the syntax errors; broken lines are skipped."""
    lines, twice, deep = positions(text)
    if deep:
        raise ConfigError(f"nested too deep in line {deep}; valid: at most {DEEPEST} levels")
    rows = text.split("\n")
    faults: list[str] = []
    for _ in range(REPAIRS):
        try:
            values = tomllib.loads("\n".join(rows))
            strange = [
                f"{nearest(lines, at)}: {word('.'.join(at))}: found {told(text)}; {NO_CONTROLS}"
                for at, text in with_controls(values)
            ]
            return values, lines, (*faults, *strange[:MANY])
        except (ValueError, RecursionError) as error:
            number = _line_of(error, rows)
            again = [key for key, _, second in twice if second == number]
            faults.append(f"{number}: {_syntax_fault(error, rows[number - 1], twice, again)}")
            header = rows[number - 1].lstrip().startswith("[")
            if header or not rows[number - 1].strip():
                break  # what follows a broken header belongs nowhere
            rows[number - 1] = ""
    return {}, lines, tuple(faults)


def _line_of(error: Exception, rows: Sequence[str]) -> int:
    """The line that a parser's message names, or the last nonempty one."""
    if found := re.search(r"\(at line (\d+), column (\d+)\)", str(error)):
        number, column = int(found[1]), int(found[2])
        # an error at the start of a line may be about the end of the one before
        return number - 1 if column == 1 and number > 1 and not rows[number - 1] else number
    for number, row in enumerate(rows, 1):
        if re.search(r"\d{4000}", row):
            return number
    return max((number for number, row in enumerate(rows, 1) if row.strip()), default=1)


def _syntax_fault(
    error: Exception, row: str, twice: Sequence[tuple[Location, int, int]], again: list[Location]
) -> str:
    """A description of what is wrong with a line that is not TOML."""
    for key, first, second in twice:
        if key in again:
            return f"{word('.'.join(key))}: given twice, in lines {first} and {second}; valid: once"
    what = re.sub(r" \(at .*\)$", "", str(error)) if not isinstance(error, RecursionError) else ""
    for sign, meant in HINTS.items():
        if found := re.search(sign, f"{row}\n{what}"):
            what = meant.format(*found.groups())
            break
    return f"not valid TOML: found {told(row.strip())}: {what or 'nested too deep'}"


# ------------------------------------------------------------------- where keys stand


def positions(text: str) -> tuple[dict[Location, int], list[tuple[Location, int, int]], int]:
    """The line of each key and table, both lines of repeated keys, and the line nested too deep.

    The index in an array of tables is part of the location: `("treaties", "0", "clause")`.

    >>> positions('[means]\\nmoney = 84.0')[0]
    {('means',): 1, ('means', 'money'): 2}
    """
    lines: dict[Location, int] = {}
    twice: list[tuple[Location, int, int]] = []
    counts: dict[Location, int] = {}
    table: Location = ()
    number, depth, deepest = 1, 0, 0
    parts: list[str] = []
    header, keyed = 0, True  # brackets of a table's header; whether the key is being read
    for found in TOKEN.finditer(text):
        if deepest > DEEPEST:
            return lines, twice, number
        kind, piece = str(found.lastgroup), found[0]
        if kind == "newline" and depth <= 0:
            if header and parts:
                table = _table(tuple(parts), header > 1, counts)
                lines.setdefault(table, number)
                lines.setdefault(table[:-1] if header > 1 else table, number)
            parts, header, keyed, depth = [], 0, True, 0
        elif keyed and kind in ("word", "text"):
            parts.append(_unquoted(piece) if kind == "text" else piece)
            deepest = max(deepest, len(parts))
        elif keyed and kind == "open" and not parts:
            header += 1
        elif keyed and kind == "equals" and not header:
            key = (*table, *parts)
            if key in lines:
                twice.append((key, lines[key], number))
            for length in range(len(table) + 1, len(key) + 1):
                lines.setdefault(key[:length], number)
            keyed = False
        elif not keyed:
            depth += (kind == "open") - (kind == "close")
            deepest = max(deepest, depth)
        number += piece.count("\n")
    if header and parts:
        lines.setdefault(_table(tuple(parts), header > 1, counts), number)
    return lines, twice, 0


def _table(parts: Location, repeated: bool, counts: dict[Location, int]) -> Location:
    """The location that a table's header names; in an array of tables, its latest table."""
    place: Location = ()
    for part in parts[:-1] if repeated else parts:
        place = (*place, part)
        if place in counts:
            place = (*place, str(counts[place] - 1))
    if repeated:
        place = (*place, parts[-1])
        counts[place] = counts.get(place, 0) + 1
        place = (*place, str(counts[place] - 1))
    return place


def _unquoted(text: str) -> str:
    """A key without its quotes."""
    try:
        return str(tomllib.loads(f"key = {text}")["key"])
    except ValueError:
        return text


# ------------------------------------------------------------------- in words


def shown(path: Path) -> str:
    """A path as messages show it: relative to the project if it lies inside."""
    inside = path.is_relative_to(ROOT)
    return word(str(path.relative_to(ROOT)) if inside else str(path), 200)


def whole_number(value: object, what: str, low: int, high: int) -> int:
    """A whole number within bounds, numpy's included. Raises ConfigError for anything else.

    >>> whole_number(7, "seed", 0, 9)
    7
    """
    usual = isinstance(value, Integral) and not isinstance(value, bool)
    if not (usual and low <= int(value) <= high):  # type: ignore[call-overload]  # it is Integral
        raise ConfigError(
            f"{what}: found {told(value)}; valid: a whole number from {low} to {high}"
        )
    return int(value)  # type: ignore[call-overload]  # it is Integral


def word(text: str, longest: int = 80) -> str:
    """A key or name as messages show it: printable and not too long.

    >>> word("a\\nb")
    "'a\\\\nb'"
    """
    return text if text.isprintable() and len(text) <= longest else told(text, longest)


def told(value: object, longest: int = 60) -> str:
    """A value as messages show it: as written, and not too long.

    >>> told([1] * 100, 10)
    '[1, 1, ...'
    """
    try:
        text = repr(value).encode("utf-8", "backslashreplace").decode("utf-8")
    except (ValueError, RecursionError):  # numbers of more digits than Python prints
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def suggestion(wrong: str, known: Sequence[str]) -> str:
    """A suggestion for an unknown word: a similar one, or all that are known.

    >>> suggestion("audiance", ["audience", "ties"])
    '; did you mean audience?'
    """
    near = difflib.get_close_matches(wrong[:80], known, 1)
    return f"; did you mean {near[0]}?" if near else f"; valid: {', '.join(known)}"


def named_file(folders: Sequence[Path], name: str, kind: str, base: Path | None = None) -> Path:
    """The file of a preset or profile, by name or path. Raises ConfigError with a suggestion.

    A path, which ends in `.toml`, is relative to `base` or to the working directory.
    """
    if name.endswith(".toml"):
        path = (base or Path()) / name
        if not is_there(path):
            raise ConfigError(f"{shown(path)}: no such file")
        return path
    if re.fullmatch(r"[\w-]{1,80}", name):
        for folder in folders:
            if is_there(folder / f"{name}.toml"):
                return folder / f"{name}.toml"
    near = suggestion(name, names(folders))
    raise ConfigError(f"{kind} '{word(name)}' does not exist{near}")


def names(folders: Sequence[Path]) -> list[str]:
    """The names of all TOML files in these folders."""
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def is_there(path: Path) -> bool:
    """Whether this path exists."""
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a null byte
        return False


def is_folder(path: Path) -> bool:
    """Whether this path is a folder."""
    return is_there(path) and path.is_dir()


def names_given(option: str, text: str, known: Sequence[str]) -> list[str]:
    """The names in an option such as a,b,c. Raises ConfigError for unknown or repeated ones."""
    given = [each.strip() for each in text.split(",")]
    for each in given:
        if each not in known:
            raise ConfigError(f"{option}: found '{each}'{suggestion(each, list(known))}")
        if given.count(each) > 1:
            raise ConfigError(f"{option}: found '{each}' twice; valid: each name once")
    return given
