"""How far a long computation is: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

PAUSE = 5.0
"""Seconds between two plain lines at least."""

PATIENCE = 2.0
"""Seconds after which what is at work says so."""

Each = TypeVar("Each")


class Meter:
    """Runs done, their rate and the time left, on standard error while it is entered."""

    def __init__(self, policies: int = 1, *, quiet: bool = False) -> None:
        self.policies, self.quiet = policies, quiet
        self.total = self.known = self.played = 0
        self.started = self.reported = monotonic()
        self.bar = None if quiet or not sys.stderr.isatty() else _bar()

    def __enter__(self) -> Self:
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
        if kind is None and not self.quiet:
            self._say(f"{monotonic() - self.started:.1f} s in all")

    def expect(self, runs: int, known: int = 0) -> None:
        """Count more runs as to be played, some of them as known already."""
        self.total += runs
        self.known += known

    def block(self, runs: int) -> None:
        """Count runs as played."""
        self.played += runs
        now = monotonic()
        left = self._missing * (now - self.started) / max(self.played, 1)
        if self.bar is not None:
            told = f"{self._so_far}, {left:.0f} s left"
            self.bar.update(
                self.bar.task_ids[0],
                description=told,
                total=self.total,
                completed=self.total - self._missing,
            )
        elif not self.quiet and now - self.reported >= PAUSE:
            self.reported = now
            self._say(f"{left:.0f} s left")

    def say(self, what: str) -> None:
        """Say what else is being played."""
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], description=what)
        elif not self.quiet:
            print(what, file=sys.stderr, flush=True)

    @property
    def _missing(self) -> int:
        return self.total - self.known - self.played

    @property
    def _so_far(self) -> str:
        known = f", {self.known:,} of them known already" if self.known else ""
        rate = self.played * self.policies / max(monotonic() - self.started, 1e-9)
        under = f" under {self.policies} policies" if self.policies > 1 else ""
        done = self.known + self.played
        return f"{done:,} of {self.total:,} runs{known}, {rate:,.0f} runs/s{under}"

    def _say(self, end: str) -> None:
        print(f"{self._so_far}, {end}", file=sys.stderr, flush=True)


def _bar() -> "Progress":
    """A bar with words beside it that vanishes when it is done."""
    from rich.console import Console  # late: without a terminal there is no bar
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("")
    return bar


class Working:
    """A line on a terminal that says what is at work, how much is done, and for how long.

    It appears after `PATIENCE` seconds and vanishes at the end.
    """

    def __init__(self, what: str) -> None:
        self.what, self.done, self.total = what, 0, 0
        self.inside = False  # of a count: what is counted within one part of it is not told
        self.bar: Progress | None = None
        self.ended, self.lock = False, Lock()
        self.timer = Timer(PATIENCE, self.begin)
        self.timer.daemon = True

    def begin(self) -> None:
        """Show the line, if there is still something to wait for."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with self.lock:
            if self.ended:
                return
            self.bar = Progress(
                *columns, console=Console(stderr=True), transient=True,
                redirect_stdout=False, redirect_stderr=False,
            )  # fmt: skip
            self.bar.add_task(self.told)
            self.bar.start()

    def count(self, done: int, total: int) -> None:
        """Say how much is done."""
        with self.lock:
            self.done, self.total = done, total
            if self.bar is not None:
                self.bar.update(self.bar.task_ids[0], description=self.told)

    def end(self) -> None:
        """Take the line away."""
        self.timer.cancel()
        with self.lock:
            self.ended = True
            if self.bar is not None:
                self.bar.stop()

    @property
    def told(self) -> str:
        """What is at work, and how much of it is done."""
        return f"{self.what}: {self.done} of {self.total}" if self.total else self.what


_now: list[Working] = []
"""What the command of this process shows; nothing in a worker."""


@contextmanager
def working(what: str, *, quiet: bool = False) -> Iterator[None]:
    """Show on a terminal that something is at work while this lasts."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    _now.append(Working(what))
    _now[-1].timer.start()
    try:
        yield
    finally:
        _now.pop().end()


def counted(parts: Iterable[Each], of: object) -> Iterator[Each]:
    """The parts as they come; how many there were is shown, of as many as `of` has if it knows."""
    shown = _now[-1] if _now and isinstance(of, Sized) else None
    if shown is None or shown.inside:
        yield from parts
        return
    assert isinstance(of, Sized)
    shown.inside = True
    try:
        shown.count(0, len(of))
        for number, each in enumerate(parts, 1):
            shown.count(number, len(of))
            yield each
    finally:
        shown.inside = False
