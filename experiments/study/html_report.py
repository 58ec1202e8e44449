"""Writes the report of an experiment as one HTML file that fetches nothing."""

from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING, Any  # a manifest is plain data of mixed type

import pandas as pd

from experiments.engine.store import read_manifest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.study.work import Findings, Work

SHOWN = 40
"""The most rows of a table that the report shows; the Parquet file has them all."""


def dossier(work: "Work", found: "Findings") -> str:
    """The report: question, verdict, figures, method, parameters, versions, caveats, command."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    page = environment.from_string(
        files("experiments.study").joinpath("html_report.html").read_text("utf-8")
    )
    known: Any = read_manifest(work.folder.path)
    design = work.design
    tables = {name: table for name, table in found.tables.items() if name != "points"}
    return page.render(
        title=design.title,
        question=design.question or work.preset.file.question,
        verdict=found.verdict,
        caveats=[*found.caveats, *always(work)],
        figures=[(name, svg(figure), caption) for name, (figure, caption) in found.figures.items()],
        tables=[(name, shown(table.head(SHOWN)), len(table)) for name, table in tables.items()],
        method=found.method,
        factors=[(design.label(name), extent(design, name)) for name in design.names],
        changes=design.set,
        design=design,
        plan=work.plan,
        known=known,
        configuration=settings(known["config"]),
        files=sorted(known["inputs"].items()),
    )


def always(work: "Work") -> list[str]:
    """The caveats of every experiment."""
    return [
        "The default weights and every figure marked 'own coding' or 'own assumption' "
        "(cheaptalk list) are judgements, not estimates.",
        f"Intervals hold the parameters fixed: they tell sampling error over {work.design.runs} "
        "runs a point, not doubt about the model.",
    ]


def svg(figure: "Figure") -> str:
    """The figure as an SVG element with the same bytes each time."""
    from matplotlib import rc_context

    from experiments.figures.style import STYLE

    text = StringIO()
    with rc_context(STYLE):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def shown(table: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The head and cells of a table as words."""
    return [str(name) for name in table], [
        [f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]


def extent(design: Any, name: str) -> str:
    """A factor's range or list in words."""
    factor = design.factors[name]
    if factor.values:
        listed = ", ".join(str(each) for each in factor.values[:12])
        return listed + (", ..." if len(factor.values) > 12 else "")
    moved = "; ".join(f"{k} from {a:g} to {b:g}" for k, (a, b) in factor.keys.items())
    return f"{factor.low:g} to {factor.high:g}" + (f" ({moved})" if moved else "")


def settings(config: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The resolved configuration as key and value, one after another."""
    if not isinstance(config, dict) or not config:
        return [(prefix, str(config))]
    return [
        pair
        for key, value in config.items()
        for pair in settings(value, f"{prefix}.{key}" if prefix else str(key))
    ]
