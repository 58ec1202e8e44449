"""Duels along factors: talk against each act, and against the state's own choice."""

from collections.abc import Iterator
from typing import Any  # a factor's values may be words

import numpy as np
import pandas as pd

from experiments.engine.duel import METHOD, OWN
from experiments.engine.estimates import INTERVENTION, OPEN, UNDEFINED, WORDS, verdicts
from experiments.engine.words import decimal, estimated, interval
from experiments.figures.duels import duels as duels_figure
from experiments.figures.duels import widest
from experiments.study.design import Design
from experiments.study.kinds import sweep_figure
from experiments.study.sampling import points
from experiments.study.work import Findings, Waves, Work, over_draws, static, with_factors
from model.world import TINY


def waves(design: Design) -> Waves:
    """All points at once."""
    return static(design)


def findings(
    work: Work, by_point: pd.DataFrame, rows: pd.DataFrame, runs: pd.DataFrame | None
) -> Findings:
    """Talk against its rivals at each point, in words, tables and a figure."""
    design = work.design
    table = with_factors(design, by_point, points(design))
    duels = long_duels(work, table, rows)
    labels = {name: each.label for name, each in work.preset.profiles.items()}
    if not design.factors:
        drawn = {
            "duels": (duels_figure(duels, labels), "Talk against acts, on the same random draws.")
        }
        words = list(duel_words(duels, labels))
    else:
        figure = sweep_figure.sweep(design, table, labels[design.patron])
        drawn = {"sweep": (figure, "Lines: mean paired difference; bands: 95 % intervals.")}
        words = list(sweep_words(design, table, labels[design.patron]))
    caveats = turned_words(design, table, labels)
    return Findings(words, {"points": table, "duels": duels}, drawn, caveats, METHOD)


def turned_words(design: Design, table: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """A warning if the patron changes sides in some runs: there its acts help the other side."""
    shares = table.filter(regex=rf"^turned\.{design.patron}\.").to_numpy(float)
    most = float(np.max(shares, initial=0.0))
    if most == 0:
        return []
    return [f"{labels[design.patron]} changes sides in up to {most:.1%} of the runs of a policy."]


def rivals(design: Design) -> list[str]:
    """The policies with which talk is compared."""
    return [each for each in design.policies if each != design.talk]


def long_duels(work: Work, table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each point and rival of talk.

    `moved` is the mean difference of the runs in which something differs. Where the posterior was
    played `history_low`, `history_high`, `history_better` and `history_draws` say what it leaves
    open. `saved` is the share of variance that pairing removes: 1 - var(a - b) / (var a + var b).
    `forced_down` is the share of weeks at war in which means did not allow the act.
    """
    design, frames = work.design, []
    for rival in rivals(design):
        apart = table[f"worth.{design.talk}.variance"] + table[f"worth.{rival}.variance"]
        front = table[["point", *design.names]].copy()
        frames.append(
            front.assign(
                patron=design.patron,
                protege=work.plan.protege,
                talk=design.talk,
                act="own choice" if rival == OWN else rival,
                difference=table[f"gain.{rival}"],
                low=table[f"gain.{rival}.low"],
                high=table[f"gain.{rival}.high"],
                better=table[f"better.{rival}"],
                worse=1 - table[f"better.{rival}"] - table[f"same.{rival}"],
                same=table[f"same.{rival}"],
                moved=table[f"gain.{rival}"] / np.maximum(1 - table[f"same.{rival}"], TINY),
                protege_difference=table[f"protege_gain.{rival}"],
                adversary_difference=table[f"adversary_gain.{rival}"],
                forced_down=table[f"short.{rival}"] / np.maximum(table[f"war.{rival}"], TINY),
                saved=1 - table[f"gain.{rival}.variance"] / np.maximum(apart, 1e-300),
                runs=table["runs"],
            )
        )
        if design.posterior:
            left = over_draws(rows, rival).reindex(table["point"]).add_prefix("history_")
            frames[-1] = frames[-1].join(left, on="point")
    return pd.concat(frames, ignore_index=True)


def duel_words(duels: pd.DataFrame, labels: dict[str, str]) -> Iterator[str]:
    """A sentence for each duel at one point."""
    words = {
        WORDS: "better than",
        INTERVENTION: "worse than",
        OPEN: "not told apart from",
        UNDEFINED: "not comparable with",
    }
    for row in duels.to_dict("records"):
        verdict = widest(row).verdict
        yield (
            f"{labels[row['patron']]} for {labels[row['protege']]}: {row['talk']} "
            f"is {words[verdict]} {row['act']}: "
            f"{estimated(row['difference'], row['low'], row['high'], 3)} "
            f"in {row['runs']} runs; better in {row['better']:.0%}, worse in {row['worse']:.0%}, "
            f"the same in {row['same']:.0%}; {decimal(row['moved'])} where it made a difference; "
            f"{decimal(row['protege_difference'])} for the protege, "
            f"{decimal(row['adversary_difference'])} for the adversary."
        )
        if "history_draws" in row:
            yield (
                f"  Over {row['history_draws']:.0f} draws of what history leaves open of the "
                f"weights {interval(row['history_low'], row['history_high'], 3)}: words win in "
                f"{row['history_better']:.0%} of them."
            )
        yield (
            f"  Pairing on the same random draws removed {row['saved']:.0%} of the variance of "
            "unpaired runs"
            + (f": {1 / (1 - row['saved']):.1f} times fewer runs for the same interval."
                       if 0 < row["saved"] < 1 else ".")
        )  # fmt: skip


def sweep_words(design: Design, table: pd.DataFrame, label: str) -> Iterator[str]:
    """The values of each factor at which the verdict changes, in words."""
    for factor, fixed, rows in lines(design, table):
        told = "".join(f", {design.label(name)} {value}" for name, value in fixed.items())
        for rival in rivals(design):
            parts = stretches(rows, factor, rival)
            yield (
                f"{label}, {design.talk} against {'its own choice' if rival == OWN else rival}, "
                f"along {design.label(factor)}{told}: {'; '.join(parts)}."
            )


def lines(
    design: Design, table: pd.DataFrame
) -> Iterator[tuple[str, dict[str, Any], pd.DataFrame]]:
    """The lines of a sweep: the factor that varies along it, the other's value, its points."""
    first, *others = design.names
    if design.sampling.method == "each" or not others:
        for name in design.names:
            yield name, {}, table[table[name].notna()]
    else:
        for value in dict.fromkeys(table[others[0]]):
            yield first, {others[0]: value}, table[table[others[0]] == value]


def stretches(rows: pd.DataFrame, factor: str, rival: str) -> list[str]:
    """Stretches of one verdict along a factor, in words."""
    words = {WORDS: "talk better", INTERVENTION: "talk worse"}
    told = verdicts(rows[f"gain.{rival}.low"], rows[f"gain.{rival}.high"])
    values, found, start = list(rows[factor]), [], 0
    for place in range(1, len(values) + 1):
        if place == len(values) or told[place] != told[start]:
            first, last = shown_value(values[start]), shown_value(values[place - 1])
            extent = f"at {first}" if first == last else f"from {first} to {last}"
            found.append(f"{words.get(told[start], told[start])} {extent}")
            start = place
    return found


def shown_value(value: Any) -> str:
    """A factor's value as readers see it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
