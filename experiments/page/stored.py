"""Reads stored results: what a run wrote, with its figures."""

import base64
from pathlib import Path

import solara

from experiments.engine.manifest import RESULTS
from experiments.page.components import Results
from experiments.page.snapshot import Plain


@solara.component
def Stored() -> None:
    """A result that a run wrote, with its figures."""
    folder, set_folder = solara.use_state("")
    folders = result_names()
    text, problem = "", ""
    images: list[Plain] = []
    if folder in folders:
        try:
            text, images = stored(RESULTS / folder)
        except OSError as error:
            problem = f"{folder}: cannot be read: {error.strerror}"
    Results(
        folders=folders,
        folder=folder,
        text=text,
        figures=images,
        problem=problem,
        event_open_folder=set_folder,
    )


def result_names() -> list[str]:
    """The folders under `results/` that hold a result."""
    return sorted(path.parent.name for path in RESULTS.glob("*/manifest.json"))


def stored(folder: Path) -> tuple[str, list[Plain]]:
    """The answer in words and the figures of a result."""
    answer = folder / "answer.txt"
    text = answer.read_text("utf-8") if answer.exists() else ""
    images = [
        {
            "name": path.stem,
            "image": "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode(),
        }
        for path in sorted(folder.glob("*.png"))
    ]
    return text, images
