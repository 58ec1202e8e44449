"""Hostile files of every kind that is read, spoiled as disks, programs and people spoil them.

`python -m tests.hostile FIRST COUNT` tries some and prints what came of them. A try may give a
result or a ConfigError; anything else is a failure.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from experiments.answer.acts import timeline
from experiments.engine.citation import citation
from experiments.engine.comparison import compared
from experiments.engine.comparison import in_words as compared_in_words
from experiments.engine.csv_tables import written as csv_written
from experiments.engine.folders import contents_of, listed, told
from experiments.engine.store import Blocks, verified
from experiments.history.cases import FOLDER, read_cases
from experiments.history.forecast import read_forecast, read_outcomes, seal
from experiments.history.icb import TABLE, read_patrons
from experiments.study.conduct import resumed
from experiments.study.design import factors_of, read
from experiments.study.sampling import points
from model.preset.load import PRESETS, ConfigError, load

WORDS = [
    "nan", "-inf", "1e999", "9" * 400, "0x10", "1_0", "4.0", "-9", "-88", "", " ", "\0", "\x1b[31m",
    "\u202e", "\ufffe", '"', "'", ",", ";", "\t", "\n", "\r", "[", "]" * 50, "{" * 900, "[" * 900,
    "2025-6-13", "2025-02-30", "true", "null", "x" * 5000, "../../etc/passwd", "=1+1", "é", "-0",
]  # fmt: skip

FORECAST = {
    "made": "2025-06-01",
    "preset": "twelve-days",
    "events": [{"event": "war", "probability": 0.5}, {"event": "arms", "probability": 0.1}],
}
DESIGN = """\
title = "t"
kind = "sweep"
preset = "twelve-days"
runs = 4
acts = ["arms"]
[sampling]
method = "each"
[factors."russia.weights.ties"]
low = 0.0
high = 2.0
count = 2
"""
TABLED = """\
title = "t"
kind = "discover"
preset = "twelve-days"
runs = 4
acts = ["arms"]
[sampling]
method = "table"
file = "p.csv"
"""


DUEL = {
    "patron": "russia", "talk": "rhetoric", "act": "arms", "difference": 0.2, "low": 0.1,
    "high": 0.3, "history": {"low": 0.0, "high": 0.4},
}  # fmt: skip
WHOLE = (
    "manifest.json", "checksums.json", "answer.json", "duels.parquet", "blocks/00000.rows.parquet"
)  # fmt: skip


def written(folder: Path) -> dict[str, bytes]:
    """A right file of each kind, by its name in the folder."""
    cases = "\n".join((FOLDER / "cases_1904_2013.csv").read_text("utf-8").splitlines()[:5])
    acts = "\n".join((PRESETS / "timeline_2025.csv").read_text("utf-8").splitlines()[:6])
    rows = "\n".join(f"{n},{n},1970,630,645,2,3,1" for n in range(1, 5))
    files = {
        "cases.csv": cases,
        "timeline.csv": acts,
        "icb.csv": f"{','.join(TABLE)}\n{rows}\n",
        "outcomes.csv": "event,happened\nwar,1\narms,0\n",
        "seal.json": json.dumps(FORECAST | {"sha256": seal(FORECAST)}),
        "design.toml": DESIGN,
        "states.csv": "key,unit,crisis,russia\noil.price,x,70,\nmeans.money,x,,80\n",
        "p.csv": "russia.weights.ties,russia.weights.audience\n0.1,0.2\n0.3,0.4\n",
    }
    blocks = Blocks(folder / "whole", "key")
    settings = {"design": {"title": "t", "kind": "sweep", "factors": {}}, "seed": 0}
    blocks.path.mkdir()
    blocks.claim({"key": "key", "command": "cheaptalk x", "settings": settings, "block": 4})
    blocks.add(0, {"rows": {"run": np.arange(3)}})
    blocks.write_json("answer.json", {"duel": [DUEL, DUEL | {"act": "force", "history": None}]})
    blocks.write_table("duels.parquet", {"low": np.arange(2.0), "act": np.array(["a", "b"])})
    for name in WHOLE:
        files[f"whole/{name}"] = (blocks.path / name).read_bytes().decode("latin-1")
    (folder / "tabled.toml").write_text(TABLED, "utf-8")
    return {name: text.encode("latin-1", "replace") for name, text in files.items()}


def of_a_folder(path: Path) -> None:
    """Everything that reads a result folder."""
    whole = path.parent
    listed(whole.parent)
    uses = (
        lambda each: told(contents_of(each)), verified, citation, csv_written, resumed,
        lambda each: compared_in_words(compared(each, each)),
    )  # fmt: skip
    for use in uses:
        try:
            use(whole)
        except ConfigError:
            continue


def of_points(path: Path) -> None:
    """A table of points and the design that names it."""
    factors_of(path)
    design, _ = read(str(path.parent / "tabled.toml"))
    points(design)


def of_states(path: Path) -> None:
    """A table of states that is laid over a preset."""
    load("twelve-days", {"with": [str(path)]})


READERS: dict[str, Callable[[Path], object]] = {
    "cases.csv": read_cases,
    "timeline.csv": timeline,
    "icb.csv": read_patrons,
    "outcomes.csv": lambda path: read_outcomes(path, ["war", "arms"]),
    "seal.json": read_forecast,
    "design.toml": lambda path: read(str(path)),
    "p.csv": of_points,
    "states.csv": of_states,
    **{f"whole/{name}": of_a_folder for name in WHOLE},
}
OFTEN = ["cases.csv", "timeline.csv", "icb.csv", "outcomes.csv", "seal.json"] * 3 + list(READERS)


def spoiled(data: bytes, random: Random) -> bytes:
    """The bytes of a file, spoiled in one way."""
    kind, place = random.randrange(10), random.randrange(len(data) + 1)
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + random.randbytes(random.choice([1, 2, 30])) + data[place + 1 :]
    if kind == 2:
        return data.decode("latin-1").encode(random.choice(["utf-16", "utf-32", "utf-8-sig"]))
    if kind == 3:
        return data.replace(b",", random.choice([b";", b"\t", b",,", b""]))
    if kind == 4:
        return data.replace(b"\n", random.choice([b"\r\n", b"\r", b"\n\n", b""]))
    if kind == 5:
        return data * random.choice([0, 2, 30])
    lines = data.split(b"\n")
    row = random.randrange(len(lines))
    if kind == 6:
        lines.insert(row, lines[row])
    elif kind == 7:
        del lines[row]
    else:
        cells = lines[row].split(b",")
        cells[random.randrange(len(cells))] = random.choice(WORDS).encode("utf-8", "replace")
        lines[row] = b",".join(cells)
    return b"\n".join(lines)


def attempt(folder: Path, files: dict[str, bytes], number: int) -> str:
    """What comes of one hostile file: 'read', 'refused', or what went wrong."""
    random = Random(number)
    name = random.choice(OFTEN)
    data = files[name]
    for _ in range(random.choice([1, 1, 2, 3])):
        data = spoiled(data, random)
    path = folder / name
    path.write_bytes(data)
    try:
        READERS[name](path)
        outcome = "read"
    except ConfigError as error:
        said = str(error)
        said.encode()
        outcome = "refused" if said.strip() and "\0" not in said else f"unclear {name} {number}"
    except Exception as error:  # any other is what is looked for
        outcome = f"{type(error).__name__}: {error} in {name} {number}"
    path.write_bytes(files[name])
    return outcome


def tried(first: int, count: int) -> dict[str, int]:
    """What came of some hostile files."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = written(folder)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return Counter(attempt(folder, files, n) for n in range(first, first + count))


if __name__ == "__main__":
    for outcome, times in tried(int(sys.argv[1]), int(sys.argv[2])).items():
        print(times, outcome)
