"""How far a long computation is: a bar on a terminal, plain lines elsewhere."""

import sys
from time import monotonic
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress

PAUSE = 5.0
"""Seconds between two plain lines at least."""


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
