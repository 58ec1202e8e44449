"""The answer in words and as plain data: what states do, whether talk beats intervention, why."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from experiments.engine import estimates
from experiments.engine.batch import Ensemble
from experiments.engine.duel import ACTS, Duel, proteges, unbound
from experiments.engine.estimates import INTERVENTION, TALK
from experiments.engine.record import BINS, FIXED, series
from experiments.engine.words import aligned, decimal, interval
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


def record(
    preset: Preset,
    seed: int,
    ensemble: Ensemble,
    fought: Sequence[Duel],
    results: str,
) -> dict[str, object]:
    """The answer as plain data, for `--json`."""
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
        "seed": seed,
        "runs": ensemble.runs,
        "turns": preset.file.turns,
        "states": states,
        "war": {"share_of_runs": ensemble.mean("fought"), "price_peak": peak(ensemble)},
        "sides": proteges(preset),
        "restraint": {name: only_talk(ensemble, name) for name in proteges(preset)},
        "duel": [each.record() for each in fought],
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


def verdict(
    preset: Preset,
    seed: int,
    ensemble: Ensemble,
    fought: Sequence[Duel],
    results: str,
) -> str:
    """The answer for a reader who does not program."""
    label = {name: preset.profiles[name].label for name in ensemble.names}
    wars = ensemble.mean("fought")
    lines = [
        preset.file.title,
        f"{ensemble.runs} runs of {preset.file.turns} turns, seed {seed}; "
        f"{label[preset.file.target]} is attacked in {wars:.0%} of them.",
        "",
        f"{preset.file.question} ".lstrip() + answer(fought, label),
        "",
        *sides_in_words(preset, ensemble),
        "",
        "What each state does while there is war (share of turns by true rung; hidden support that",
        "does not leak is seen as silence)",
        *_table(preset, ensemble, label),
        "",
        *_restraint(preset, ensemble, label),
        "",
        "Talk or else? Realised value of talk less that of the other policy, on the same random",
        "draws. The verdict follows the wider interval: of sampling, or over what history leaves",
        "open of the weights. Then how often talk was better, worse, the same, and the main terms",
        *_duels(fought, label),
    ]
    short = [each for each in fought if each.forced_down > 0.005]
    lines += [
        f"  {label[each.patron]} lacked the means for {each.act} in {each.forced_down:.0%} of its "
        "war turns and then did the most it could."
        for each in short
    ]
    lines += [
        "",
        "The patrons' ledger: oil income above the start price, and credibility won or lost",
    ]
    rows = []
    for name in dict.fromkeys(each.patron for each in fought):
        income, standing = (ensemble.mean(f"{kind}.{name}") for kind in ("income", "credibility"))
        rows.append((label[name], decimal(income), "USD bn", decimal(standing, 3), "in value"))
    lines += aligned(("<14", ">8", " <6", " >8", " <"), rows)
    lines += ["", f"Largest residual of the equilibria: {ensemble.residual:.1e}."]
    if results:
        lines.append(f"Tables, figures and manifest: {results}")
    return "\n".join(lines)


def _duels(fought: Sequence[Duel], label: dict[str, str]) -> list[str]:
    """Each duel's difference with its intervals and verdict, how often talk was better, and why."""
    columns = ("<14", "<9", "<10", ">10", "  <16", "  <18", "  <13", *[">6.0%"] * 3, "  <")
    heads = ("patron", "protege", "against", "difference", "sampling", "left open", "verdict",
             "better", "worse", "same", "by terms")  # fmt: skip
    rows = []
    for each in fought:
        found, worse = each.estimate, abs(1 - each.talk_better - each.same)
        left = each.posterior
        spread = interval(left.low, left.high) if left else "not played"
        told = (decimal(found.mean), interval(found.low, found.high), spread, each.verdict)
        terms = ", ".join(f"{name} {decimal(each.terms[name])}" for name in each.deciding)
        sides = (label[each.patron], label[each.protege], each.act)
        rows.append((*sides, *told, each.talk_better, worse, each.same, terms))
    return aligned(columns, rows, heads)


def only_talk(ensemble: Ensemble, name: str) -> dict[str, float]:
    """Share of the runs with war in which a state's highest rung was at most mediation.

    As it was seen, and as it was: hidden support that did not leak is not seen.
    """
    fought = ensemble.mean("at_war")
    kinds = {"seen": f"restrained_seen.{name}", "true": f"restrained.{name}"}
    return {
        kind: ensemble.mean(column) / fought if fought else float("nan")
        for kind, column in kinds.items()
    }


def _restraint(preset: Preset, ensemble: Ensemble, label: dict[str, str]) -> list[str]:
    """How often each patron did no more than talk through the whole war."""
    if not ensemble.mean("at_war"):
        return []
    told = []
    for name in proteges(preset):
        shares = only_talk(ensemble, name)
        told.append(f"{label[name]} {shares['seen']:.0%} ({shares['true']:.0%})")
    return [
        "No more than talk and mediation through the whole war, as seen (and in truth), in these",
        f"shares of the runs with war: {', '.join(told)}.",
    ]


def answer(fought: Sequence[Duel], label: dict[str, str]) -> str:
    """One sentence about the first patron's duels with arms and force."""
    first = [each for each in fought if each.patron == fought[0].patron and each.act in ACTS]
    if not first:
        return "There is no patron here that could talk or intervene."
    name = label[first[0].patron]
    if all(each.verdict == TALK for each in first):
        return (
            f"Yes: for {name} talk was worth more than {' and than '.join(e.act for e in first)}."
        )
    if all(each.verdict == INTERVENTION for each in first):
        return f"No: for {name} {' and '.join(e.act for e in first)} were worth more than talk."
    parts = [f"against {e.act} {_word(e.verdict)}" for e in first]
    return f"It depends: for {name}, {', '.join(parts)}."


def _word(verdict: str) -> str:
    words = {TALK: "talk was better", INTERVENTION: "intervention was better"}
    return words.get(verdict, f"it is {verdict}")


def sides_in_words(preset: Preset, ensemble: Ensemble) -> list[str]:
    """Who sides with whom, and whose side is doubtful: nothing holds it there, or it changes."""
    label = {name: each.label for name, each in preset.profiles.items()}
    sides = proteges(preset)
    lines = []
    for principal in (preset.file.target, preset.file.challenger):
        friends = [label[name] for name, side in sides.items() if side == principal]
        lines.append(f"On the side of {label[principal]}: {', '.join(friends) or 'no other'}.")
    lines += [f"Beware: {each}" for each in unbound(preset).values()]
    for name in sides:
        share = ensemble.mean(f"turned.{name}")
        if share > 0:
            lines.append(f"Beware: {label[name]} changes sides in {share:.1%} of the runs.")
    return lines


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
