"""The folder and the report of what a command of theory plays."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from experiments.engine.manifest import experiment_key, manifest, result_folder, words_of_call
from experiments.engine.provenance import deciding
from experiments.engine.store import Blocks
from experiments.figures.report import JUDGEMENTS, OF_SAMPLING, Report, keep
from model.preset.load import Preset


@dataclass(frozen=True)
class Theory:
    """A preset that is played for a question of theory, and the folder that was claimed for it."""

    kind: str
    preset: Preset
    runs: int
    seed: int
    folder: Blocks

    @property
    def labels(self) -> dict[str, str]:
        """The names of states for readers."""
        return {name: each.label for name, each in self.preset.profiles.items()}

    def keep(
        self,
        asked: str,
        answer: str,
        table: tuple[str, pd.DataFrame],
        figure: tuple[Figure, str],
        method: str,
    ) -> None:
        """Write table, figure and report; table and figure have the same name."""
        file, (name, rows), (drawn, caption) = self.preset.file, table, figure
        changes: Mapping[str, object] = self.preset.changes
        report = Report(
            title=f"{file.title}: {asked}",
            question=file.question,
            answer=answer,
            figures={name: caption},
            tables={name: rows},
            method=method,
            rows=[
                ("kind", self.kind),
                ("preset", self.preset.name),
                ("seed", self.seed),
                ("runs", self.runs),
                ("turns", file.turns),
                *((key, f"set to {value}") for key, value in changes.items()),
            ],
            caveats=[JUDGEMENTS, OF_SAMPLING],
        )
        keep(self.folder, report, {name: drawn})


@contextmanager
def claimed(kind: str, preset: Preset, runs: int, seed: int, out: Path | None) -> Iterator[Theory]:
    """Hold the folder of what is played, with its manifest."""
    settings = {"seed": seed, "runs": runs, "kind": kind, **deciding(kind)}
    key = experiment_key(preset, settings)
    folder = result_folder(kind, preset.name, seed, key, out)
    with folder.locked():
        folder.claim(manifest(preset, settings, words_of_call()))
        yield Theory(kind, preset, runs, seed, folder)
