"""Kills and failing calls of the writers: nothing is lost or altered, no folder refuses itself.

`python -m tests.kills COUNT` ends a child in the middle of so many writes, by all three signals and
also by the system's refusal, lets the same command go on, and compares every byte with a whole run.
"""

import hashlib
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.experiment import conduct, prepared, resumed
from experiments.run import run
from experiments.store import verified
from tests.small import COMMAND, small

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def experiment(folder: Path) -> None:
    """A small experiment, begun or gone on with."""
    conduct(prepared(small(), folder, COMMAND), quiet=True)


def resume(folder: Path) -> None:
    """The same by `resume`, where there is a manifest."""
    if (folder / "manifest.json").exists():
        conduct(resumed(folder), quiet=True)
    else:
        experiment(folder)


def single(folder: Path) -> None:
    """A small run with its duels."""
    run("twelve-days", {"turns": 2}, runs=4, out=folder, workers=1, quiet=True, command=["run"])


COMMANDS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "experiment": (experiment, experiment),
    "resume": (experiment, resume),
    "run": (single, single),
}
CALLS = (("replace", Path), ("fsync", os), ("write", os), ("mkdir", Path))
"""What the writers ask of the system, and where it is looked up."""


def interrupted(begin: Callable[[Path], None], folder: Path, call: int, how: object) -> bool:
    """Whether a child was ended at the call of this number, by a signal or a refusal."""
    child = os.fork()
    if child == 0:
        seen = 0
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, signal.SIG_DFL)

        def watched(usual: Callable[..., Any]) -> Callable[..., Any]:
            def at(*given: Any, **named: Any) -> Any:
                nonlocal seen
                seen += 1
                if seen == call and isinstance(how, signal.Signals):
                    os.kill(os.getpid(), how)
                if seen == call and isinstance(how, OSError):
                    raise how
                return usual(*given, **named)

            return at

        for name, owner in CALLS:
            if name != "write":
                setattr(owner, name, watched(getattr(owner, name)))
        try:
            begin(folder)
        except OSError:
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status != 0


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file that counts, by its hash; what is aside or a lock does not."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def tried(count: int) -> Counter[str]:
    """What came of so many interruptions, spread over commands, calls and ways to end."""
    found: Counter[str] = Counter()
    place = Path(tempfile.mkdtemp())
    whole = {}
    for name, (begin, _) in COMMANDS.items():
        folder = place / name / "result"
        begin(folder)
        whole[name] = bytes_of(folder)
    ways = [*SIGNALS, OSError(28, "No space left on device", "x")]
    number, call = 0, 0
    while number < count:
        call += 1
        for name, (begin, again) in COMMANDS.items():
            folder = place / "one" / "result"
            shutil.rmtree(folder.parent, ignore_errors=True)
            how = ways[number % len(ways)]
            ended = interrupted(begin, folder, 1 + call % 60, how)
            number += 1
            again(folder)
            same = bytes_of(folder) == whole[name] and not verified(folder)
            came = "whole" if same else f"LOST: {name}, {how!r}, call {call}"
            found[f"{'ended' if ended else 'not reached'}, {came}"] += 1
    shutil.rmtree(place)
    return found


if __name__ == "__main__":
    for outcome, times in tried(int(sys.argv[1])).items():
        print(times, outcome)
