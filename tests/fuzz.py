"""Spoiled configurations: files and options mutated in every way that users and disks manage.

`python -m tests.fuzz FIRST COUNT` tries some in a folder of its own, and prints what came of
them. A try may give a preset or a ConfigError, within two seconds; anything else is a failure.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from model.preset.load import ConfigError, first_world, load

PRESET = """\
title = "Two rivals"
start = 2025-06-12
turn_days = 1.0
turns = 3
players = ["north", "south"]
target = "north"
challenger = "south"
attack = "scripted"
attack_day = 2025-06-13
profiles = "states"

[[events]]
day = 2025-06-14
sets = "restraint"
value = 5.0

[oil]
price = 70.0

[observed.brent]
2025-06-12 = 70.84
"""
NORTH = """\
label = "North"
colour = "#3b6fb6"
[means]
money = 84.0
money_tied = 74.0
[ties]
south = -0.5
[stakes]
north = 1.0
[[treaties]]
partner = "south"
clause = "neutrality"
depth = 0.4
signed = 2025-01-17
[weights]
audience = 0.8
"""
SOUTH = 'extends = "basis"\nlabel = "South"\n[posture]\naccess = 0.4\n'
BASIS = 'label = "Basis"\n[target]\nprogramme = 1.0\n[pledges]\nnorth = 0.3\n'
MINE = 'extends = "north"\n[means]\nmoney = 99.0\n'
FILES = {
    "crisis.toml": PRESET,
    "states/north.toml": NORTH,
    "states/south.toml": SOUTH,
    "states/basis.toml": BASIS,
    "mine.toml": MINE,
}

VALUES = [
    "nan", "inf", "-inf", "1e400", "-1e308", "9" * 400, "9" * 5000, "0x" + "f" * 5000, "-0.0",
    "1_000.5", "true", "false", '""', '"north"', '"../../etc/passwd"', '"a/b.toml"', '"/dev/zero"',
    '"\\u0000"', '"\\ud800"', '"\\uffff\\u202e"', "'''", '"""', '"' + "x" * 3000 + '"', "[]", "{}",
    "[[]]", '["north"]', '["north", "north"]', '["../north", "south/..", "."]', "[1, 2.5, true]",
    "{a = 1}", "{north = 0.5, north = 0.6}", "[" * 12 + "]" * 12, "[" * 900 + "]" * 900,
    "{a=" * 300 + "1" + "}" * 300, "2025-02-30", "2025-06-12", "9999-12-31", "0001-01-01",
    "2025-06-12T00:00:00Z", "12:00:00", "84e9", "0,35", "=", "", "\x00", "é", "0.5 0.5", "#",
    "[" + "0, " * 5000 + "]", "1e-320", "-1", "16.5", "10000000000000000000000",
]  # fmt: skip
KEYS = [
    "audiance", "means", "means.money", "extends", "terms", "profiles", "players", "states.north",
    '""', '"a b"', "'..'", '"\\u0000"', "a" * 500, ".".join("a" * 15), ".".join("a" * 2000),
    "label", "[means]", "[[means]]", "[north]", "[states.south.ties]", "[ties.south]", "__class__",
    "model_fields", "north", "oil", "target", "with", "é", "[" + ".".join("b" * 500) + "]",
]  # fmt: skip


def change_value(text: str, random: Random) -> str:
    return _replaced(text, random, lambda line: f"{line.split('=')[0]}= {random.choice(VALUES)}")


def change_key(text: str, random: Random) -> str:
    return _replaced(text, random, lambda line: f"{random.choice(KEYS)} ={line.partition('=')[2]}")


def drop_line(text: str, random: Random) -> str:
    return _replaced(text, random, lambda line: "")


def repeat_line(text: str, random: Random) -> str:
    return _replaced(text, random, lambda line: f"{line}\n{line}")


def add_line(text: str, random: Random) -> str:
    added = f"{random.choice(KEYS)} = {random.choice(VALUES)}"
    return _replaced(text, random, lambda line: f"{line}\n{added}")


def misspell(text: str, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    return (
        text[:place]
        + chr(random.choice([random.randrange(32, 127), 0, 0xFFFD]))
        + text[place + 1 :]
    )


def cut_off(text: str, random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def shuffle(text: str, random: Random) -> str:
    lines = text.splitlines()
    random.shuffle(lines)
    return "\n".join(lines)


def repeat_all(text: str, random: Random) -> str:
    return text * random.choice([2] * 15 + [40])


def other_file(text: str, random: Random) -> str:
    return random.choice(list(FILES.values()))


def enormous(text: str, random: Random) -> str:
    piece = random.choice(["#", "\n", "[", '"', "a.", "a=1\n", "[a]\n", "[[a]]\n", "x" * 9 + "\n"])
    size = random.choice([3_000, 60_000, 120_000, 120_000, 300_000])
    lines = "".join(f"key{number} = {number}\n" for number in range(size // 16))
    return random.choice([text + piece * (size // len(piece)), text + lines, lines + text])


def windows(text: str, random: Random) -> str:
    return "\ufeff" + text.replace("\n", random.choice(["\r\n", "\r"]))


TEXTS: list[Callable[[str, Random], str]] = [
    change_value, change_value, change_value, change_key, change_key, drop_line, repeat_line,
    add_line, add_line, misspell, misspell, cut_off, shuffle, repeat_all, other_file, windows,
]  # fmt: skip


def _replaced(text: str, random: Random, by: Callable[[str], str]) -> str:
    lines = text.splitlines() or [""]
    place = random.randrange(len(lines))
    return "\n".join([*lines[:place], by(lines[place]), *lines[place + 1 :]]) + "\n"


def scrambled(data: bytes, random: Random) -> bytes:
    """Bytes that are not UTF-8, or not the ones that were saved."""
    place = random.randrange(len(data) + 1)
    return data[:place] + random.randbytes(random.choice([1, 2, 30])) + data[place + 1 :]


def unusual(path: Path, random: Random) -> None:
    """Something else than a file in a file's place."""
    path.unlink()
    kind = random.randrange(6)
    if kind == 0:
        path.symlink_to(path)
    elif kind == 1:
        path.symlink_to(random.choice(["/dev/zero", "/dev/null", "/", "nowhere", "/etc/passwd"]))
    elif kind == 2:
        path.mkdir()
    elif kind == 3:
        os.mkfifo(path)
    elif kind == 4:
        path.symlink_to(path.parent / "south.toml")


def option(random: Random) -> tuple[str, object]:
    """A key and value as an option may give them."""
    keys = ["oil.price", "north.means.money", "north.weights.ties", "players", "turns", "x.y.z",
            "north", "south.treaties", "profiles", "", ".", "north..means", "states", "terms",
            "a." * 300, "north.label.x", "states.south.label", "é/../", "events.0.day"]  # fmt: skip
    values = [0.5, -1, 10**400, float("nan"), float("inf"), "", "north", "../x", [], ["north"],
              [[[]]], {"a": {"b": 1.0}}, True, "\0", "\ud800", ["a/b", "north"], 84e9]  # fmt: skip
    return random.choice(keys), random.choice(values)


def attempt(folder: Path, number: int, spoiled: set[str]) -> str:
    """What comes of one spoiled configuration: 'refused', 'read' or what went wrong.

    `spoiled` are the files that are to be written anew, and then those that were spoiled.
    """
    random = Random(number)
    for name in spoiled:
        _write(folder / name, FILES[name].encode())
    spoiled.clear()
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        name = random.choice(list(FILES))
        path, kind = folder / name, random.random()
        spoiled.add(name)
        if path.is_symlink() or not path.is_file():
            continue
        if kind < 0.85:
            text = path.read_text("utf-8", "replace")
            path.write_bytes(random.choice(TEXTS)(text, random).encode("utf-8", "replace"))
        elif kind < 0.95:
            path.write_bytes(scrambled(path.read_bytes(), random))
        elif kind < 0.952:
            path.write_bytes(enormous(path.read_text("utf-8", "replace"), random).encode())
        else:
            unusual(path, random)
    changes = dict([option(random)]) if random.random() < 0.2 else {}
    if random.random() < 0.4:
        changes["with"] = [str(folder / "mine.toml")]
    before = time.process_time()
    try:
        preset = load(str(folder / "crisis.toml"), changes)
        if number % 4 == 0:
            first_world(preset, 0)
        outcome = "read"
    except ConfigError as error:
        told = str(error)
        told.encode()  # it can be printed
        outcome = "refused" if told.strip() and len(told) < 40_000 else f"unclear: {len(told)}"
    except Exception as error:  # any other is what is looked for
        outcome = f"{type(error).__name__}: {error} in {number}"
    taken = time.process_time() - before  # what waits for ever is stopped by the test's timeout
    return outcome if taken < 2 else f"took {taken:.1f} s in {number}"


def _write(path: Path, data: bytes) -> None:
    if path.is_symlink() or path.is_fifo():
        path.unlink()
    elif path.is_dir():
        path.rmdir()
    path.write_bytes(data)


def tried(first: int, count: int) -> dict[str, object]:
    """What came of some spoiled configurations, and which files are there that should not be."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    spoiled = set(FILES)
    (folder / "states").mkdir()
    (folder / "here").mkdir()
    before = Path.cwd()
    os.chdir(folder / "here")
    try:
        outcomes = Counter(
            attempt(folder, number, spoiled) for number in range(first, first + count)
        )
    finally:
        os.chdir(before)
    known = {*FILES, "states", "here"}
    written = {str(path.relative_to(folder)) for path in folder.rglob("*")} - known
    shutil.rmtree(folder)
    return {"outcomes": dict(outcomes), "written": sorted(written)}


if __name__ == "__main__":
    print(json.dumps(tried(int(sys.argv[1]), int(sys.argv[2]))))
