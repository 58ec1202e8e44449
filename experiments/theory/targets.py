"""The targets of theory: what the literature proves or found, and what the model shows."""

import json
from collections.abc import Callable

from experiments.engine import estimates
from experiments.engine.words import aligned
from experiments.theory.agreement import agree
from experiments.theory.crisis_targets import t14, t15, t17
from experiments.theory.deterrence_targets import t13
from experiments.theory.equilibrium_targets import t1, t2, t3, t10
from experiments.theory.finding import Finding
from experiments.theory.reputation_targets import t4, t7, t8, t9
from experiments.theory.treaty_targets import t5, t6, t16

TARGETS: dict[str, Callable[[], Finding]] = {
    rule.__name__.upper(): rule
    for rule in (t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t13, t14, t15, t16, t17, agree)
}
"""T1 to T17 (T11 and T12, on events and cases, are those of `backtest`), and whether choice and
value agree."""


def validation(names: list[str] | None = None) -> list[Finding]:
    """The findings on all targets, or on those named."""
    return [rule() for name, rule in TARGETS.items() if names is None or name in names]


def as_json(findings: list[Finding]) -> str:
    """The findings as a JSON list."""
    return json.dumps([estimates.columns(each, "found") for each in findings], indent=1)


def in_words(findings: list[Finding]) -> str:
    """The table of targets."""
    rows = []
    for each in findings:
        found = each.estimate
        rows.append((each.id, "holds" if each.holds else "FAILS", each.target))
        told = f"found {found.mean:.4g} [{found.low:.4g}, {found.high:.4g}]"
        rows.append(("", "", f"expected {each.expected}; {told}"))
        rows += [("", "", line) for line in each.note.splitlines()]
        if each.breaks:
            rows.append(("", "", f"would break: {each.breaks}"))
    kept = sum(each.holds for each in findings)
    lines = aligned(("<4", "<7", "<"), rows, indent=0)
    return "\n".join([*lines, f"{kept} of {len(findings)} targets hold."])
