"""Scenario discovery: finds boxes of the parameters in which talk beats intervention.

PRIM peels slices off the space until what is left is mostly talk (Friedman & Fisher 1999); CART
cuts it into leaves (Breiman et al. 1984). A box is judged by its coverage (share of all cases
of talk that lie in it), its density (share of talk among the cases in it) and, for each
limit, a quasi-p-value (chance of this density without that limit, Bryant & Lempert 2010).
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from types import ModuleType
from typing import Any  # the workbench ships no types

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.engine.duel import METHOD
from experiments.engine.estimates import OPEN, verdicts
from experiments.study.design import Design
from experiments.study.kinds import discover_figure
from experiments.study.sampling import points
from experiments.study.work import Findings, Waves, Work, static, with_factors
from model.preset.load import ConfigError
from model.world import Array

ALL = "every act"


@dataclass(frozen=True)
class Box:
    """A box of the parameters: its limits, coverage, density and quasi-p-value.

    `limits` maps a factor to low and high (None: not limited), or to its words.
    `quasi_p` is the largest quasi-p-value of its limits.
    """

    method: str
    limits: Mapping[str, tuple[float | None, float | None] | tuple[str, ...]]
    coverage: float
    density: float
    mass: float
    quasi_p: float

    def rule(self, label: Mapping[str, str]) -> str:
        """The limits in words."""
        return " and ".join(limit_words(label[k], each) for k, each in self.limits.items())


def limit_words(name: str, limits: Sequence[object]) -> str:
    """A limit in words.

    >>> limit_words("slack", (None, 0.3)), limit_words("ties", (0.25, 1.0))
    ('slack < 0.3', '0.25 < ties < 1')
    """
    if len(limits) != 2 or any(isinstance(each, str) for each in limits):
        return f"{name} is {' or '.join(str(each) for each in limits)}"
    low, high = (None if each is None else f"{each:.3g}" for each in limits)
    if low is None or high is None:
        return f"{name} < {high}" if low is None else f"{name} > {low}"
    return f"{low} < {name} < {high}"


def waves(design: Design) -> Waves:
    """All points at once."""
    workbench("prim")  # missing extras are told before anything is played
    return static(design)


def workbench(name: str) -> ModuleType:
    """A module of the EMA workbench's analysis. Raises ConfigError if it is not installed."""
    from importlib import import_module

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optional parts that are not used here
            return import_module(f"ema_workbench.analysis.{name}")
    except ImportError as error:
        raise ConfigError(
            "discover: needs the EMA workbench; pip install 'cheaptalk[discover]'"
        ) from error


def prim_boxes(
    cases: pd.DataFrame, talk: Array, density: float, mass: float, most: int
) -> list[Box]:
    """Boxes that PRIM finds one after another, each among the cases outside earlier ones.

    From each peeling the box with the largest coverage at the required density is kept;
    limits that may be due to chance (quasi-p above 0.05) are reported, not dropped.
    """
    found: list[Box] = []
    if not talk.any() or talk.all():
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = peeling(cases, talk, density, mass)
        for _ in range(most):
            box = search.find_box()
            if box is None:
                break
            path = box.peeling_trajectory
            dense = path[(path["density"] >= density) & (path["res_dim"] > 0)]
            if dense.empty:
                break
            chosen = int(dense.sort_values(["coverage", "density"]).index[-1])
            box.select(chosen)
            row = path.loc[chosen]
            limits = limited(box.box_lims[chosen], cases)
            found.append(
                Box("PRIM", limits, float(row["coverage"]), float(row["density"]),
                    float(row["mass"]), worst(quasi_p_values(box)[chosen]))
            )  # fmt: skip
    return found


def peeling(cases: pd.DataFrame, talk: Array, density: float, mass: float) -> Any:
    """The workbench's PRIM; version 2 takes the density here, version 3 does not."""
    prim = workbench("prim").Prim
    wanted = {"threshold": density} if "threshold" in signature(prim).parameters else {}
    return prim(cases, talk, mass_min=mass, **wanted)


def quasi_p_values(box: Any) -> list[dict[str, list[float]]]:
    """The quasi-p-values along a peeling, as version 2 or 3 of the workbench calls them."""
    found: list[dict[str, list[float]]] = getattr(box, "p_values", None) or box.qp
    return found


def worst(quasi_p: Mapping[str, Sequence[float]]) -> float:
    """The largest quasi-p-value of a box's limits; the workbench marks absent limits with -1."""
    return float(max((p for pair in quasi_p.values() for p in pair if p >= 0), default=np.nan))


def limited(
    box: pd.DataFrame, cases: pd.DataFrame
) -> dict[str, tuple[float | None, float | None] | tuple[str, ...]]:
    """The limits of a box that exclude some points."""
    limits: dict[str, tuple[float | None, float | None] | tuple[str, ...]] = {}
    for name in cases:
        low, high = box[name].iloc[0], box[name].iloc[1]
        if isinstance(low, set):
            if low != set(cases[name].unique()):
                limits[str(name)] = tuple(sorted(str(each) for each in low))
            continue
        ends = (
            float(low) if low > cases[name].min() else None,
            float(high) if high < cases[name].max() else None,
        )
        if ends != (None, None):
            limits[str(name)] = ends
    return limits


@contextmanager
def seeded() -> Iterator[None]:
    """Start numpy's shared generator, by which scikit-learn draws, anew; as before in the end."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


def cart_boxes(cases: pd.DataFrame, talk: Array, density: float, leaf: float) -> list[Box]:
    """The leaves of a tree in which talk has at least this density.

    Of equally good splits one is drawn, the same one every time.
    """
    if not talk.any() or talk.all():
        return []
    with warnings.catch_warnings(), seeded():
        warnings.simplefilter("ignore")
        tree = workbench("cart").CART(cases, talk, mass_min=leaf)
        tree.build_tree()
        pairs = list(zip(tree.boxes, tree.stats, strict=True))
    return [
        Box("CART", limited(box, cases), float(stats["coverage"]), float(stats["density"]),
            float(stats["mass"]), np.nan)
        for box, stats in sorted(pairs, key=lambda pair: -pair[1]["coverage"])
        if stats["density"] >= density and limited(box, cases)
    ]  # fmt: skip


def outcomes(design: Design, table: pd.DataFrame) -> Iterator[tuple[str, Array]]:
    """Whether talk is worth more on average at each point, against each act and against all."""
    wins = {act: table[f"gain.{act}"].to_numpy(float) > 0 for act in design.acts}
    if len(wins) > 1:
        wins = {ALL: np.logical_and.reduce(list(wins.values())), **wins}
    yield from wins.items()


def findings(
    work: Work, by_point: pd.DataFrame, rows: pd.DataFrame, runs: pd.DataFrame | None
) -> Findings:
    """Boxes against each act, as rules in words, a table and a figure."""
    design, options = work.design, work.design.discover
    table = with_factors(design, by_point, points(design))
    known = table[table["error"] == ""].reset_index(drop=True)
    cases = known[design.names].infer_objects()
    label = {name: design.factors[name].label or name for name in design.names}
    words: list[str] = []
    records: list[dict[str, object]] = []
    drawn: dict[str, tuple[Figure, str]] = {}
    for act, talk in outcomes(design, known):
        words.append(f"Talk is better than {act} in {talk.mean():.0%} of {len(talk)} points.")
        boxes = prim_boxes(cases, talk, options.density, options.mass, options.boxes)
        boxes += cart_boxes(cases, talk, options.density, options.leaf)
        for box in boxes:
            words.append(box_words(box, act, label))
            records.append(record(box, act, label))
        if talk.all() or not talk.any():
            words.append(f"  No split: it is so {'everywhere' if talk.all() else 'nowhere'}.")
        elif not boxes:
            words.append(f"  No box has talk in {options.density:.0%} of its points.")
        first = next((box for box in boxes if box.method == "PRIM"), None)
        figure = discover_figure.boxes(design, cases, talk, first.limits if first else {}, act)
        name = "boxes" if not drawn else f"boxes-{act}"
        drawn[name] = (figure, f"Points by verdict of talk against {act}; frame: first PRIM box.")
    return Findings(
        words, {"points": table, "boxes": pd.DataFrame(records)}, drawn, beware(known, design),
        f"{METHOD} A point counts as talk where the mean difference over its runs is above zero. "
        "PRIM and CART are the EMA workbench's.",
    )  # fmt: skip


def beware(known: pd.DataFrame, design: Design) -> list[str]:
    """A caveat on the points whose sign is not settled."""
    loose = [
        float((verdicts(known[f"gain.{act}.low"], known[f"gain.{act}.high"]) == OPEN).mean())
        for act in design.acts
    ]
    told = ", ".join(
        f"{each:.0%} against {act}" for act, each in zip(design.acts, loose, strict=True)
    )
    return [f"Points whose sign is not settled at 95 % count by their mean: {told}."]


def box_words(box: Box, act: str, label: Mapping[str, str]) -> str:
    """A box as a rule."""
    sure = "" if np.isnan(box.quasi_p) else f", quasi-p at most {box.quasi_p:.2g}"
    return (
        f"  {box.method}: talk wins against {act} when {box.rule(label)} "
        f"(coverage {box.coverage:.0%}, density {box.density:.0%}{sure})."
    )


def record(box: Box, act: str, label: Mapping[str, str]) -> dict[str, object]:
    """A box as a row of a table."""
    return {
        "act": act,
        "method": box.method,
        "rule": box.rule(label),
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "quasi_p": box.quasi_p,
    }
