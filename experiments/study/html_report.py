"""The report of an experiment: what it asked, found and played."""

from typing import TYPE_CHECKING, Any  # a factor's values may be words

from experiments.figures.report import JUDGEMENTS, Report, page

if TYPE_CHECKING:
    from experiments.study.work import Findings, Work


def dossier(work: "Work", found: "Findings") -> str:
    """The report: question, verdict, figures, method, parameters, versions, caveats, command."""
    design = work.design
    report = Report(
        title=design.title,
        question=design.question or work.preset.file.question,
        verdict=found.verdict,
        figures={name: caption for name, (_, caption) in found.figures.items()},
        tables={name: table for name, table in found.tables.items() if name != "points"},
        method=found.method,
        rows=rows(work),
        caveats=[*found.caveats, *always(work)],
    )
    return page(report, work.folder.path)


def rows(work: "Work") -> list[tuple[str, object]]:
    """What was played, a label and a value each."""
    design, plan = work.design, work.plan
    same = "the same random draws at all points"
    draws = same if design.draws == "same" else "each point with random draws of its own"
    return [
        ("kind", design.kind),
        ("preset", design.preset),
        ("patron and protege", f"{plan.patron}, {plan.protege}"),
        ("policies", ", ".join(plan.policies)),
        ("seed", design.seed),
        ("runs a point", f"{design.runs}, {draws}"),
        ("sampling", design.sampling.method),
        *((design.label(name), extent(design, name)) for name in design.names),
        *((key, f"set to {value}") for key, value in design.set.items()),
    ]


def always(work: "Work") -> list[str]:
    """The caveats of every experiment."""
    return [
        JUDGEMENTS,
        f"Intervals hold the parameters fixed: they tell sampling error over {work.design.runs} "
        "runs a point, not doubt about the model.",
    ]


def extent(design: Any, name: str) -> str:
    """A factor's range or list in words."""
    factor = design.factors[name]
    if factor.values:
        listed = ", ".join(str(each) for each in factor.values[:12])
        return listed + (", ..." if len(factor.values) > 12 else "")
    moved = "; ".join(f"{k} from {a:g} to {b:g}" for k, (a, b) in factor.keys.items())
    return f"{factor.low:g} to {factor.high:g}" + (f" ({moved})" if moved else "")
