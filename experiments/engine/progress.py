"""How far a long computation is: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator

from experiments.engine.batch import Block

PAUSE = 5.0
"""Seconds between two plain lines at least."""


def told(played: Iterator[Block], count: int) -> Iterator[Block]:
    """The blocks as they come, with runs done, rate and remaining time on standard error."""
    yield from (_by_bar if sys.stderr.isatty() else _by_lines)(played, count)


def _by_bar(played: Iterator[Block], count: int) -> Iterator[Block]:
    from rich.console import Console  # late: without a terminal there is no bar
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task("", total=count, rate=""), 0
        for block in played:
            done += len(block.runs)
            rate = done / max(time.monotonic() - started, 1e-9)
            bar.update(task, completed=done, rate=f"{rate:,.0f} runs/s")
            yield block


def _by_lines(played: Iterator[Block], count: int) -> Iterator[Block]:
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
