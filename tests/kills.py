"""Faults at the system calls by which a command writes: it is killed there, or the call fails.

`strike_all` (`scripts/kills`) kills every long command at its writes and at random moments, and
lets its calls fail; each time the same command, or `resume`, must end with the same bytes.
"""

import errno
import io
import itertools
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any  # system calls take and give anything
from unittest.mock import patch

import pyarrow.parquet as pq

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "tests.kills",
        "experiments.answer.run",
        "experiments.study.kinds.sweep",
        "experiments.study.html_report",
        "experiments.history.calibrate",
        "experiments.history.backtest",
        "experiments.theory.ablate",
    ]
)

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)

Strike = Callable[[], None]


@contextmanager
def striking(root: Path, strike: Callable[[int], None]) -> Iterator[None]:
    """Call `strike` with 1, 2, ... before each call that writes within a folder.

    A file's write is struck when half of the data is there.
    """
    root, count = root.resolve(), itertools.count(1)

    def struck(call: Callable[..., Any], here: Callable[..., bool]) -> Callable[..., Any]:
        def instead(*given: Any, **named: Any) -> Any:
            if here(*given, **named):
                strike(next(count))
            return call(*given, **named)

        return instead

    def within(path: Any, *_: Any, **__: Any) -> bool:
        return isinstance(path, str | Path) and (Path.cwd() / path).is_relative_to(root)

    def missing(path: Any, *_: Any, **__: Any) -> bool:
        """A folder that is there already need not be made: that it cannot is no failure."""
        return within(path) and not (Path.cwd() / path).exists()

    def always(*_: Any, **__: Any) -> bool:
        return True

    class Half:
        """A file whose write is struck in the middle."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def __enter__(self) -> "Half":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> None:
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            strike(next(count))
            self.file.write(data[len(data) // 2 :])

    opened = io.open

    def half(path: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        if not within(path) or not set(mode) & set("wax+"):
            return opened(path, mode, *given, **named)
        strike(next(count))
        file = opened(path, mode, *given, **named)
        return Half(file) if mode == "wb" else file

    writer = pq.ParquetWriter
    with (
        patch("os.replace", struck(os.replace, within)),
        patch("os.mkdir", struck(os.mkdir, missing)),
        patch("os.unlink", struck(os.unlink, within)),
        patch("os.fsync", struck(os.fsync, always)),
        patch("io.open", half),
        patch.object(writer, "write_table", struck(writer.write_table, always)),
        patch.object(writer, "close", struck(writer.close, always)),
    ):
        yield


class Killed(BaseException):
    """The end of a process, as far as its files are concerned."""


def killing(at: int) -> Callable[[int], None]:
    """End what is going on at a call, as if the process were gone."""

    def strike(number: int) -> None:
        if number == at:
            raise Killed

    return strike


def failing(at: int) -> Callable[[int], None]:
    """Let a call fail as on a full disk."""

    def strike(number: int) -> None:
        if number == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return strike


def calls(root: Path, work: Callable[[], object]) -> int:
    """How many calls some work makes that can be struck."""
    numbers = [0]
    with striking(root, numbers.append):
        work()
    return numbers[-1]


def tree(root: Path) -> dict[str, bytes]:
    """The files below a folder and their bytes, but for locks."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


# ------------------------------------------------------------------- whole commands

TINY = ("--runs", "4", "--workers", "1", "--quiet", "--out", "out")
EXPERIMENTS = {
    "duel": ("duel", "twelve-days", "--set", "turns=2", *TINY),
    "sweep": ("sweep", "twelve-days", "--x", "oil.at_risk=1:2:3", "--act", "arms",
              "--set", "turns=2", *TINY),
    "phase": ("phase", "twelve-days", "--x", "russia.ties.israel=0:0.5:3", "--y",
              "russia.stakes.iran=0:1:3", "--act", "arms", "--set", "turns=2", *TINY),
    "compare": ("compare", "twelve-days", "--second", "oil.price=80", "--set", "turns=2", *TINY),
    "sensitivity": ("sensitivity", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--x",
                    "oil.at_risk=1:2", "--trajectories", "2", "--top", "2", "--base", "4",
                    "--act", "arms", "--set", "turns=2", *TINY),
    "discover": ("discover", "twelve-days", "--x", "russia.ties.israel=0:0.5", "--x",
                 "russia.stakes.iran=0:1", "--points", "24", "--set", "turns=2", *TINY),
    "experiment": ("experiment", "design.toml", *TINY),
}  # fmt: skip
CASES = str(Path(__file__).resolve().parent.parent / "experiments/history/cases_1904_2013.csv")
COMMANDS = EXPERIMENTS | {
    "run": ("run", "twelve-days", "--turns", "2", *TINY),
    "ablate": ("ablate", "twelve-days", "--runs", "10", "--set", "turns=2", "--workers", "1",
               "--out", "out"),
    "forecast": ("forecast", "twelve-days", "--until", "2025-06-14", "--runs", "10", "--out",
                 "out/f.json"),
    "game": ("game", "twelve-days", "--states", "russia,iran", "--out", "out/stage.nfg"),
    "calibrate": ("calibrate", "--cases", CASES, "--starts", "1", "--states", "russia", "--out",
                  "out/fit.toml"),
    "backtest": ("backtest", "--cases", CASES, "--predict", CASES, "--out", "out/p.csv"),
    "schema": ("schema", "twelve-days", "--out", "out"),
}  # fmt: skip
DESIGN = """title = "2025-06-13"
kind = "sweep"
preset = "twelve-days"
runs = 4
acts = ["arms"]
block = 4
draws = "same"
[set]
turns = 2
[sampling]
method = "each"
[factors."russia.ties.israel"]
low = 0.0
high = 0.5
count = 8
"""


def command(folder: Path, words: tuple[str, ...], at: int, number: int, fail: bool) -> None:
    """A command in a process of its own, struck at a call by a signal or by a full disk."""
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from experiments.__main__ import main

    def strike(call: int) -> None:
        Path("../calls").write_text(str(call))
        if call == at and fail:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if call == at:
            os.kill(os.getpid(), number)

    sys.argv = ["cheaptalk", *words]
    with open("../told", "w") as told, redirect_stdout(told), redirect_stderr(told):  # noqa: PTH123
        code: object = 1
        try:
            with striking(folder / "out", strike):
                main(list(words), prog_name="cheaptalk")
        except SystemExit as done:
            code = done.code
        except BaseException as error:
            print(f"Traceback: {error!r}", file=told)
        told.flush()
        os._exit(int(code) if isinstance(code, int) else 0)


def started(
    folder: Path, words: tuple[str, ...], at: int = 0, number: int = 0, fail: bool = False
) -> Any:
    """A command that was begun in a folder which has a finished neighbour."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "design.toml").write_text(DESIGN, "utf-8")
    child = CONTEXT.Process(target=command, args=(folder, words, at, number, fail))
    child.start()
    return child


class Trial:
    """A command that is struck again and again, and what it gives when it is left alone."""

    def __init__(self, place: Path, name: str) -> None:
        self.place, self.name, self.words = place, name, COMMANDS[name]
        self.numbers = itertools.count()
        begin = time.monotonic()
        self.whole = self.finished(place / "whole" / "at", self.words)
        self.seconds = time.monotonic() - begin
        self.calls = int((place / "whole" / "calls").read_text())

    def finished(self, folder: Path, words: tuple[str, ...]) -> dict[str, bytes]:
        child = started(folder, words)
        child.join()
        assert child.exitcode == 0, (self.name, words, (folder.parent / "told").read_text())
        return tree(folder)

    def struck(self, at: int, number: int, fail: bool = False, after: float = 0.0) -> None:
        """Strike the command at a call, or after some time; then let it go on."""
        count = next(self.numbers)
        folder = self.place / str(count) / "at"
        child = started(folder, self.words, at, number, fail)
        if after:
            child.join(after)
            if child.is_alive():
                os.kill(child.pid, number)
        child.join()
        told = (folder.parent / "told").read_text() if (folder.parent / "told").exists() else ""
        if fail:
            assert child.exitcode == 2, (self.name, at, child.exitcode, told)
        assert "Traceback" not in told, (self.name, at, told)
        kept = blocks_listed(folder / "out")
        again = ("resume", "out", "--workers", "1", "--quiet")
        resumes = self.name in EXPERIMENTS and count % 2 and (folder / "out/manifest.json").exists()
        assert self.finished(folder, again if resumes else self.words) == self.whole, (
            self.name,
            at,
        )
        assert kept.items() <= blocks_listed(folder / "out").items(), (self.name, at, "lost")


def blocks_listed(folder: Path) -> dict[str, int]:
    """The blocks that count, and when each was written."""
    from experiments.engine.store import Blocks

    return {
        name: (folder / name).stat().st_mtime_ns
        for name in Blocks(folder, "").checksums()
        if name.startswith("blocks/")
    }


def strike_all(place: Path, kills: int, failures: int, seed: int = 0) -> Iterator[str]:
    """Strike the commands in turn; three of four kills are at a call, the others at any time."""
    chance = random.Random(seed)
    trials = [Trial(place / name, name) for name in COMMANDS]
    for number in range(kills):
        trial, sign = trials[number % len(trials)], SIGNALS[number // len(trials) % 3]
        if number % 4:
            trial.struck(chance.randint(1, trial.calls), sign)
        else:
            trial.struck(0, sign, after=chance.uniform(0.01, trial.seconds))
    yield f"{kills} kills of {len(trials)} commands: none lost, altered or refused by itself"
    for number in range(failures):
        trial = trials[number % len(trials)]
        trial.struck(chance.randint(1, trial.calls), 0, fail=True)
    whole = sum(each.calls for each in trials)
    yield f"{failures} failures at {whole} calls: each one line, then the same bytes"
