"""Peak memory of a process that plays and stores: `python -m benchmarks.memory RUNS`."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.speed import PRESET
from experiments.engine.batch import Job, blocks, gathered
from experiments.engine.store import Folder, Rows
from model.preset.load import ConfigError, load

PEAK_TURNS = 2


def peak_memory(runs: int) -> float:
    """Peak memory in MiB of a process that plays and stores an ensemble of short runs."""
    words = [sys.executable, "-m", "benchmarks.memory", str(runs)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def peak() -> float:
    """Peak memory of this process so far, MiB, as Linux tells it. Raises ConfigError elsewhere."""
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s*(\d+) kB", status.read_text("utf-8") if status.exists() else "")
    if told is None:
        raise ConfigError("bench: memory is read from /proc/self/status; valid: a Linux machine")
    return int(told[1]) / 1024


def play_and_store(runs: int) -> None:
    """What `cheaptalk run` does with its runs; prints the peak memory of this process, MiB."""
    with tempfile.TemporaryDirectory() as place:
        rows = Rows(Folder(Path(place)), "runs.parquet")
        gathered(blocks(Job(load(PRESET, {"turns": PEAK_TURNS})), runs), rows.append)
        rows.close()
    print(peak())


if __name__ == "__main__":
    play_and_store(int(sys.argv[1]))
