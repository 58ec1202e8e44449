"""Writes a report as one HTML file that fetches nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any  # a manifest is plain data of mixed type

import pandas as pd

from experiments.engine.store import Blocks, read_manifest
from experiments.figures.style import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 40
"""The most rows of a table that the report shows; the Parquet file has them all."""

JUDGEMENTS = (
    "The default weights and every figure marked 'own coding' or 'own assumption' "
    "(cheaptalk list) are judgements, not estimates."
)
"""The caveat of everything that is played."""

OF_SAMPLING = (
    "Intervals hold the parameters fixed: they tell sampling error, not doubt about the model."
)
"""The caveat of intervals that cover nothing else."""


@dataclass(frozen=True)
class Report:
    """What a report says: verdict in paragraphs, an answer as it was printed, figures, tables.

    `figures` are captions by the name under which a figure was saved, `rows` what was played.
    """

    title: str
    question: str
    verdict: Sequence[str] = ()
    answer: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    method: str = ""
    rows: Sequence[tuple[str, object]] = ()
    caveats: Sequence[str] = ()


def page(report: Report, folder: Path) -> str:
    """The report as HTML, with the figures and the manifest of a result folder."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        files("experiments.figures").joinpath("report.html").read_text("utf-8")
    )
    known: Any = read_manifest(folder)
    return template.render(
        report=report,
        figures=[
            (name, svg(folder / f"{name}.svg"), caption) for name, caption in report.figures.items()
        ],
        tables=[(n, shown(table.head(SHOWN)), len(table)) for n, table in report.tables.items()],
        known=known,
        configuration=settings(known["config"]) if known["config"] else [],
        files=sorted(known["inputs"].items()),
    )


def keep(folder: Blocks, report: Report, figures: Mapping[str, "Figure"]) -> None:
    """Write and list a report with its tables, its figures and the answer in words."""
    written = [path for name, each in figures.items() for path in save(each, folder.path, name)]
    for name, table in report.tables.items():
        columns = {str(head): column.to_numpy() for head, column in table.items()}
        written.append(folder.write_table(f"{name}.parquet", columns, folder.key))
    written.append(folder.write("answer.txt", (report.answer + "\n").encode()))
    written.append(folder.write("report.html", page(report, folder.path).encode()))
    folder.list_files([path.name for path in written])


def svg(path: Path) -> str:
    """The figure of a file as an SVG element."""
    text = path.read_text("utf-8")
    return text[text.index("<svg") :]


def shown(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The head and cells of a table as words."""
    return [str(name) for name in table], [
        [f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]


def settings(config: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The resolved configuration as key and value, one after another."""
    if not isinstance(config, dict) or not config:
        return [(prefix, str(config))]
    return [
        pair
        for key, value in config.items()
        for pair in settings(value, f"{prefix}.{key}" if prefix else str(key))
    ]
