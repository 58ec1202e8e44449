"""How two results differ: what was played, each table, and the verdicts with their intervals."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any  # manifests and answers are plain data of mixed type

import numpy as np
import pandas as pd

from experiments.engine.duel import winner
from experiments.engine.estimates import INTERVENTION, WORDS, Estimate, wider
from experiments.engine.store import differences, read_json, read_manifest, read_parquet
from experiments.engine.words import aligned, estimated
from model.preset.load import ConfigError

SHOWN = 24
"""The most verdicts that are told; beyond, those that differ come first."""

WHOSE = (
    "quantity",
    "mechanism",
    "rule",
    "design",
    "forecaster",
    "patron",
    "measure",
    "talk",
    "act",
)
"""Columns that say what an estimate is of."""


SIGNS = {WORDS: "above 0", INTERVENTION: "below 0"}
"""The verdicts on what is no comparison of words with another policy."""


@dataclass(frozen=True)
class Estimated:
    """An estimate in a result: of what, and with which act words are compared, if they are."""

    of: str
    act: str
    estimate: Estimate

    @property
    def verdict(self) -> str:
        """Which policy is better; of another quantity, whether its interval holds 0."""
        told = self.estimate.verdict
        return winner(told, self.act) if self.act else SIGNS.get(told, told)

    def record(self) -> dict[str, object]:
        """The estimate as plain data."""
        return asdict(self.estimate) | {"verdict": self.verdict}


@dataclass(frozen=True)
class Pair:
    """An estimate of the same thing in two results."""

    first: Estimated
    second: Estimated

    @property
    def apart(self) -> bool:
        """Whether the intervals do not overlap."""
        one, other = self.first.estimate, self.second.estimate
        return one.low > other.high or other.low > one.high

    @property
    def turned(self) -> bool:
        """Whether the verdicts are not the same."""
        return self.first.verdict != self.second.verdict

    def record(self) -> dict[str, object]:
        """The pair as plain data."""
        sides = {"first": self.first.record(), "second": self.second.record()}
        told = {"overlap": not self.apart, "same_verdict": not self.turned}
        return {"of": self.first.of, **sides, **told}


@dataclass(frozen=True)
class Comparison:
    """Two results: whether they are the same experiment, and where they differ, a line each."""

    same: bool
    settings: list[str]
    tables: list[str]
    pairs: list[Pair]
    alone: tuple[int, int]
    shared_seed: bool


def compared(first: Path, second: Path) -> Comparison:
    """The comparison of two result folders. Raises ConfigError."""
    known: list[Any] = [read_manifest(each) for each in (first, second)]
    kept = [{k: v for k, v in each.items() if k not in ("key", "command")} for each in known]
    one, other = ({e.of: e for e in estimates_of(each)} for each in (first, second))
    common = [name for name in one if name in other]
    seeds = [each["settings"].get("seed") for each in known]
    return Comparison(
        same=known[0]["key"] == known[1]["key"],
        settings=differences(kept[0], kept[1]),
        tables=list(tables(first, second)),
        pairs=[Pair(one[name], other[name]) for name in common],
        alone=(len(one) - len(common), len(other) - len(common)),
        shared_seed=seeds[0] is not None and seeds[0] == seeds[1],
    )


# ------------------------------------------------------------------- verdicts


def estimates_of(folder: Path) -> Iterator[Estimated]:
    """What a result estimates, each by a name that says of what.

    From the duels of a run's answer, tables of differences, and the planes of points; where
    there are two intervals the wider one, as in the verdict.
    """
    answer = folder / "answer.json"
    if answer.exists():
        valid = "an answer that a command wrote"
        try:
            yield from list(_of_rows(read_json(answer, valid).get("duel", [])))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, ConfigError):
                raise
            raise ConfigError(f"{answer}: duel: not as it was written; valid: {valid}") from error
        return
    tables = {
        each.stem: read_parquet(each).to_pandas() for each in sorted(folder.glob("*.parquet"))
    }
    found = [each for each in tables.values() if {"difference", "low", "high"} <= set(each)]
    for table in found:
        yield from _of_rows(table.to_dict("records"))
    if not found and "points" in tables:
        yield from _of_points(tables["points"])


def _of_rows(rows: list[dict[str, Any]]) -> Iterator[Estimated]:
    """The estimate of each row of a table of differences."""
    for row in rows:
        names = list(row)
        factors = names[: names.index("patron")] if names[:1] == ["point"] else []
        whose = [f"{row[each]}" for each in WHOSE if row.get(each)]
        at = [f"{each} {_value(row[each])}" for each in factors[1:] if not _absent(row[each])]
        sampled = Estimate(*(float(row[each]) for each in ("difference", "low", "high")))
        left = row["history"] if isinstance(row.get("history"), dict) else None
        if left is None and not _absent(row.get("history_low")):
            left = {each: row[f"history_{each}"] for each in ("low", "high")}
        both = left and Estimate(sampled.mean, float(left["low"]), float(left["high"]))
        act = str(row.get("act") or str(row.get("measure") or "").partition("talk - ")[2])
        yield Estimated(", ".join([" ".join(whose), *at]), act, wider(sampled, both or None))


def _of_points(points: pd.DataFrame) -> Iterator[Estimated]:
    """The estimate of each act at each point of a plane."""
    names = [str(each) for each in points]
    factors = names[1 : names.index("runs")]
    acts = [name[5:-4] for name in names if name.startswith("gain.") and name.endswith(".low")]
    for row in points.to_dict("records"):
        at = [f"{each} {_value(row[each])}" for each in factors if not _absent(row[each])]
        for act in acts:
            found = (row[f"gain.{act}"], row[f"gain.{act}.low"], row[f"gain.{act}.high"])
            yield Estimated(", ".join([act, *at]), act, Estimate(*map(float, found)))


def _value(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


# ------------------------------------------------------------------- tables


def tables(first: Path, second: Path) -> Iterator[str]:
    """Where the tables of two folders differ, a line each."""
    names = [{path.name for path in each.glob("*.parquet")} for each in (first, second)]
    for name in sorted(names[0] ^ names[1]):
        yield f"{name}: only in {first if name in names[0] else second}"
    for name in sorted(names[0] & names[1]):
        both = [read_parquet(each / name).to_pandas() for each in (first, second)]
        yield from [f"{name}: {each}" for each in table_differences(*both)] or [f"{name}: equal"]


def table_differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Where two tables differ: their rows, their columns, and by how much each column."""
    if len(one) != len(other):
        return [f"{len(one)} rows there, {len(other)} here"]
    lines = [
        f"column {name} only in one of them"
        for name in one.columns.symmetric_difference(other.columns)
    ]
    for name in (each for each in one if each in other):
        left, right = one[name], other[name]
        if left.equals(right):
            continue
        if pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right):
            apart = np.abs(left.to_numpy(float) - right.to_numpy(float))
            rows = int((apart > 0).sum())
            lines.append(f"{name} differs in {rows} rows, by {np.nanmax(apart):.4g} at most")
        else:
            lines.append(f"{name} differs in {int((left != right).sum())} rows")
    return lines


# ------------------------------------------------------------------- in words


def as_json(found: Comparison) -> str:
    """The comparison as one JSON object."""
    plain = {
        "same_experiment": found.same,
        "settings": found.settings,
        "tables": found.tables,
        "verdicts": [each.record() for each in found.pairs],
        "only_in_one": {"first": found.alone[0], "second": found.alone[1]},
        "shared_seed": found.shared_seed,
    }
    return json.dumps(plain, indent=1)


def in_words(found: Comparison) -> str:
    """The verdicts side by side, what was played, and the tables."""
    lines = ["The same experiment." if found.same else "Different experiments."]
    lines += ["", *_verdicts(found)]
    if found.settings:
        lines += ["", "Settings, configuration and versions that differ"]
        lines += [f"  {each}" for each in found.settings]
    lines += ["", "Tables", *(f"  {each}" for each in found.tables)]
    return "\n".join(lines)


def _verdicts(found: Comparison) -> Iterator[str]:
    """The verdicts side by side, what differs first where there are many."""
    if not found.pairs:
        yield "Verdicts: none that both have."
        return
    turned = sum(each.turned for each in found.pairs)
    apart = sum(each.apart for each in found.pairs)
    yield (
        f"Verdicts: {len(found.pairs)} in both; {turned} differ; the intervals of {apart} do not "
        "overlap."
    )
    for count, which in zip(found.alone, ("first", "second"), strict=True):
        if count:
            yield f"  {count} more in the {which} alone."
    if found.shared_seed:
        yield (
            "  Both have the same seed, so where they share random draws their difference is "
            "surer than the intervals of each."
        )
    ranked = sorted(found.pairs, key=lambda each: (not each.turned, not each.apart))
    chosen = ranked[:SHOWN] if len(ranked) > SHOWN else found.pairs
    rows = [
        (each.first.of, *_side(each.first), *_side(each.second), _told(each)) for each in chosen
    ]
    heads = ("", "first", "", "second", "", "")
    yield from aligned(("<24", "  <13", "<24", "  <13", "<24", "  <"), rows, heads)
    if len(ranked) > SHOWN:
        yield f"  and {len(ranked) - SHOWN} more"


def _side(found: Estimated) -> tuple[str, str]:
    each = found.estimate
    return found.verdict, estimated(each.mean, each.low, each.high, 3)


def _told(pair: Pair) -> str:
    """Whether verdicts and intervals differ."""
    verdicts = "the verdict differs" if pair.turned else "the same verdict"
    return f"{verdicts}, the intervals {'are apart' if pair.apart else 'overlap'}"
