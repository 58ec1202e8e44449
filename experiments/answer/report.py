"""The answer in words and as plain data: the verdict, and what states do."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from experiments.answer import verdict
from experiments.answer.verdict import Verdict
from experiments.engine import estimates
from experiments.engine.batch import Ensemble
from experiments.engine.record import BINS, FIXED, series
from experiments.engine.words import aligned, decimal
from model.measures import MEASURES
from model.parameters import RUNGS
from model.preset.load import Preset, ladder_entries, menu
from model.world import Array


def days(preset: Preset) -> list[date]:
    """The first day of each turn."""
    file = preset.file
    return [file.start + timedelta(days=round(file.turn_days * turn)) for turn in range(file.turns)]


def trajectory(preset: Preset, ensemble: Ensemble) -> pd.DataFrame:
    """The tidy table by turn: shares of actions with Wilson intervals, measures with 10-90 %."""
    tally, runs, on = ensemble.tally, ensemble.runs, days(preset)
    rows: list[tuple[object, ...]] = []
    for turn, day in enumerate(on):
        for state, name in enumerate(ensemble.names):
            for column, action in enumerate(menu(preset, name)):
                share = float(tally.plays[turn, state, column]) / runs
                ends = estimates.of_share(share, runs)
                rows.append((turn + 1, day, "play", name, action, share, ends.low, ends.high))
        for place, (measure, name) in enumerate(series(ensemble.names)):
            known = MEASURES.get(measure)
            low, high = (known.low, known.high) if known else (0.0, 1.0)
            mean = float(tally.sums[turn, place]) / runs / FIXED * 1024
            bands = quantiles(tally.histograms[turn, place], low, high, (0.1, 0.9))
            rows.append((turn + 1, day, measure, name, "", mean, *bands))
    names = ["turn", "day", "measure", "state", "action", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def quantiles(counts: Array, low: float, high: float, at: Sequence[float]) -> tuple[float, ...]:
    """Quantiles of a histogram, at the middle of the bin each falls in."""
    reached = counts.cumsum() / max(counts.sum(), 1)
    places = [int(np.searchsorted(reached, each)) for each in at]
    return tuple(low + (high - low) * (place + 0.5) / BINS for place in places)


def play_shares(preset: Preset, ensemble: Ensemble, counts: Array) -> dict[str, dict[str, float]]:
    """Share of each action by counts (turns, states, actions): state to action to share."""
    counts = counts.sum(0)
    return {
        name: {
            action: float(counts[state, column] / max(counts[state].sum(), 1))
            for column, action in enumerate(menu(preset, name))
        }
        for state, name in enumerate(ensemble.names)
    }


def record(found: Verdict, results: str) -> dict[str, object]:
    """The answer as plain data, for `--json`."""
    preset, ensemble = found.preset, found.ensemble
    shares = play_shares(preset, ensemble, ensemble.tally.plays)
    at_war = play_shares(preset, ensemble, ensemble.tally.plays_at_war)
    seen = play_shares(preset, ensemble, ensemble.tally.seen_at_war)
    states = {
        name: {
            "play": shares[name],
            "play_at_war": at_war[name],
            "seen_at_war": seen[name],
            "reliability": ensemble.mean(f"reliability.{name}"),
            "honesty": ensemble.mean(f"honesty.{name}"),
            "worth": ensemble.mean(f"worth.{name}"),
            "ledger": {
                "income": ensemble.mean(f"income.{name}"),
                "credibility": ensemble.mean(f"credibility.{name}"),
            },
        }
        for name in ensemble.names
    }
    return {
        "preset": preset.name,
        "seed": found.seed,
        "runs": ensemble.runs,
        "turns": preset.file.turns,
        **verdict.record(found),
        "states": states,
        "war": {"price_peak": peak(ensemble)},
        "equilibrium": {
            "max_residual": ensemble.residual,
            "share_followed": ensemble.followed,
        },
        "results": results,
    }


def peak(ensemble: Ensemble) -> float:
    """Mean highest oil price of the runs that saw war, USD/bbl; of all where none did."""
    fought = ensemble.mean("fought")
    return ensemble.mean("peak_in_war") / fought if fought else ensemble.mean("price_peak")


# ----------------------------------------------------------------------- in words


def in_words(found: Verdict, results: str) -> str:
    """The answer for a reader who does not program: the verdict, then what each state does."""
    lines = [
        *verdict.in_words(found),
        "",
        "What each state does while there is war (share of turns by true rung; hidden support that",
        "does not leak is seen as silence)",
        *_table(found.preset, found.ensemble, found.label),
        "",
        *_ledger(found),
        "",
        f"Largest residual of the equilibria: {found.ensemble.residual:.1e}.",
    ]
    return "\n".join([*lines, f"Tables, figures and manifest: {results}"] if results else lines)


def _ledger(found: Verdict) -> list[str]:
    """What each patron won in credibility, and in oil income if any patron trades in oil."""
    profiles = found.preset.profiles
    if not any(profiles[name].economy.oil_exports for name in found.sides):
        won = [
            (found.label[each], decimal(found.ensemble.mean(f"credibility.{each}"), 3), "in value")
            for each in found.sides
        ]
        return [
            "The patrons' ledger: credibility won or lost",
            *aligned(("<14", " >8", " <"), won),
        ]
    rows = []
    for name in found.sides:
        income, standing = (
            found.ensemble.mean(f"{kind}.{name}") for kind in ("income", "credibility")
        )
        told = (decimal(income), "USD bn", decimal(standing, 3), "in value")
        rows.append((found.label[name], *told))
    head = "The patrons' ledger: oil income above the start price, and credibility won or lost"
    return [head, *aligned(("<14", ">8", " <6", " >8", " <"), rows)]


def _table(preset: Preset, ensemble: Ensemble, label: dict[str, str]) -> list[str]:
    """Shares by rung and the commonest actions of each state."""
    entries = ladder_entries()
    heads = ("", "silence/hold", "words", "mediate", "economic", "arms/strike", "force/campaign",
             "most often (unseen)")  # fmt: skip
    shares_at_war = play_shares(preset, ensemble, ensemble.tally.plays_at_war)
    seen_at_war = play_shares(preset, ensemble, ensemble.tally.seen_at_war)
    rows = []
    for name, shares in shares_at_war.items():
        by_rung = dict.fromkeys(RUNGS, 0.0)
        for action, share in shares.items():
            by_rung[int(entries[action].rung)] += share
        unseen = 1 - sum(min(seen_at_war[name][a], share) for a, share in shares.items())
        most = sorted(shares, key=lambda action: -shares[action])[:2]
        told = f"{most[0]}, {most[1]} ({unseen:.0%})"
        rows.append((label[name], *by_rung.values(), told))
    return aligned(("<14", *[">15.0%"] * len(RUNGS), "   <"), rows, heads)
