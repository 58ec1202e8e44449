"""How far a long computation is: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from experiments.batch import Block

PAUSE = 5.0
"""Seconds between two plain lines at least."""


def told(played: Iterator[Block], count: int) -> Iterator[Block]:
    """The blocks as they come, with runs done, rate and remaining time on standard error."""
    console = Console(stderr=True)
    yield from (_by_bar if console.is_terminal else _by_lines)(played, count, console)


def _by_bar(played: Iterator[Block], count: int, console: Console) -> Iterator[Block]:
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task, done = bar.add_task("", total=count, rate=""), 0
        for block in played:
            done += len(block.runs)
            rate = done / max(time.monotonic() - started, 1e-9)
            bar.update(task, completed=done, rate=f"{rate:,.0f} runs/s")
            yield block


def _by_lines(played: Iterator[Block], count: int, console: Console) -> Iterator[Block]:
    started, said, done = time.monotonic(), -PAUSE, 0
    for block in played:
        done += len(block.runs)
        spent = max(time.monotonic() - started, 1e-9)
        if spent - said >= PAUSE or done == count:
            said, rate = spent, done / spent
            left = (count - done) / rate
            print(
                f"{done:,} of {count:,} runs, {rate:,.0f} runs/s, {left:.0f} s left",
                file=sys.stderr,
            )
        yield block
