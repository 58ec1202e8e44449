"""Dated forecasts of defined events, sealed by a hash, and scored once outcomes are known.

A probability is the share of simulated runs in which the event happens; its interval is that
for sampling error alone (Wilson), not for errors of the model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from experiments.answer.rates import known
from experiments.engine import estimates
from experiments.engine.batch import MEDIATION, RHETORIC, Ensemble, simulate
from experiments.engine.duel import proteges
from experiments.engine.estimates import Estimate
from experiments.engine.manifest import experiment_key
from experiments.engine.store import digest, read_json, write_files
from experiments.engine.words import aligned
from experiments.history.icb import NAMES
from experiments.history.scoring import ARMS, LEAST
from model.preset.load import ConfigError, Preset, changed, shown
from model.preset.tables import missing, read_table
from model.preset.toml import told
from model.world import Array

PROTEGES = "proteges_attacked"
"""The group of ICB's base rates that a patron's events are set beside."""


@dataclass(frozen=True)
class Event:
    """A question with the answer yes or no, and the chance of yes with its interval."""

    event: str
    question: str
    estimate: Estimate


def chance(happened: Array) -> Estimate:
    """Share of runs, with half a run of each answer added, and the 95 % interval of the share.

    >>> chance(np.array([True, False, False, False]))
    Estimate(mean=0.300, low=0.046, high=0.699)
    """
    count, share = len(happened), float(happened.mean())
    said = (count * share + 0.5) / (count + 1)
    return replace(estimates.of_share(share, count), mean=said)


def events(preset: Preset, played: Ensemble, until: date, sides: Mapping[str, str]) -> list[Event]:
    """The events of a preset and how often they happen; `sides` names each patron's protege.

    What a patron does is what it is seen to do in war, as coded history counts it: trade in a
    year of peace is no help in a crisis, and what nobody sees cannot be scored.
    """
    file, table = preset.file, played.table
    labels = {name: each.label for name, each in preset.profiles.items()}
    span = f"from {file.start} to {until}"
    found: list[Event] = []

    def ask(name: str, question: str, happened: Array) -> None:
        found.append(Event(name, f"{question} {span}", chance(happened)))

    target, challenger = labels[file.target], labels[file.challenger]
    ask("war", f"{challenger} attacks {target} with force at least once", table["wars"] > 0)
    for patron, protege in sides.items():
        who, whom, seen = labels[patron], labels[protege], table[f"highest_seen.{patron}"]
        war = f"while {target} is at war"
        ask(f"{patron}.arms", f"{who} openly gives arms to {whom} or fights, {war},", seen >= ARMS)
        ask(f"{patron}.force", f"{who} openly fights on the side of {whom}", seen > ARMS)
        # of 'only talks' the lenient meaning, then the strict one
        talk = f"{who} is seen to do no more for {whom} than speak and mediate, {war},"
        ask(f"{patron}.talk", talk, seen <= MEDIATION)
        words = f"{who} is seen to do no more for {whom} than speak, {war},"
        ask(f"{patron}.words", words, seen <= RHETORIC)
    for price in file.prices:
        ask(
            f"brent.{price:.0f}", f"Brent reaches {price:.0f} USD/bbl", table["price_peak"] >= price
        )
    return found


def forecast(preset: Preset, until: date, runs: int, seed: int, made: date) -> dict[str, object]:
    """The forecast of a preset's events until a day, sealed by its hash."""
    turns = int(((until - preset.file.start).days + 1) / preset.file.turn_days)
    if not 1 <= turns <= 10_000:
        raise ConfigError(f"--until: found {until}; valid: a day after {preset.file.start}")
    whole = changed(preset, {"turns": turns})
    played, sides = simulate(whole, runs, seed=seed), proteges(whole)
    record: dict[str, object] = {
        "made": str(made),
        "preset": preset.name,
        "from": str(preset.file.start),
        "until": str(until),
        "runs": runs,
        "seed": seed,
        "changes": {key: value for key, value in preset.changes.items() if key != "turns"},
        "configuration": experiment_key(whole, {"seed": seed, "runs": runs}),
        "events": [
            estimates.columns(each, "probability") for each in events(preset, played, until, sides)
        ],
    }
    return record | {"sha256": seal(record)}


def seal(record: Mapping[str, object]) -> str:
    """SHA-256 of a forecast without its seal."""
    plain = {key: value for key, value in record.items() if key != "sha256"}
    return digest(json.dumps(plain, sort_keys=True).encode())


def write(record: Mapping[str, object], out: Path) -> None:
    """Write a forecast in one step, so that no half-written file is left."""
    write_files({out: (json.dumps(record, indent=1, default=str) + "\n").encode()})


def in_words(record: Mapping[str, object]) -> str:
    """The events with their chances, and the seal."""
    listed = record["events"]
    assert isinstance(listed, list)
    lines = [f"{record['preset']}, made {record['made']}, {record['runs']} runs"]
    rows = [
        (
            each["probability"],
            f"[{each['low']:.1%}, {each['high']:.1%}]",
            f"{each['event']}: {each['question']}",
        )
        for each in listed
    ]
    lines += aligned((">6.1%", " <15", "  <"), rows)
    return "\n".join([*lines, f"SHA-256 {record['sha256']}"])


# ------------------------------------------------------------------- scoring it later


def read_forecast(path: Path) -> dict[str, float]:
    """The events of a forecast and their chances. Raises ConfigError if its seal is broken."""
    record = read_json(path, "a forecast, as cheaptalk forecast writes it")
    try:
        listed = [(str(each["event"]), each["probability"]) for each in record["events"]]
        said = str(record["sha256"])
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{shown(path)}: not a forecast: {told(error)} is missing") from error
    if said != seal(record):
        raise ConfigError(
            f"{shown(path)}: sha256: found {told(said)}; valid: {seal(record)}. "
            "The forecast was changed after it was made"
        )
    for place, (event, chance) in enumerate(listed):
        usual = isinstance(chance, int | float) and not isinstance(chance, bool)
        if not (usual and 0 <= chance <= 1):
            raise ConfigError(
                f"{shown(path)}: events.{place}.probability: found {told(chance)}; valid: a number "
                "from 0 to 1"
            )
        if [each for each, _ in listed].count(event) > 1:
            raise ConfigError(f"{shown(path)}: events: {told(event)} stands twice; valid: once")
    return {event: float(chance) for event, chance in listed}


def read_outcomes(path: Path, known: list[str]) -> dict[str, bool]:
    """The outcomes in a CSV with the columns event and happened (0, 1; empty: still open).

    Raises ConfigError, also if an event has two rows.
    """
    table = read_table(path, ("event", "happened"))
    table.unique("event")
    found: dict[str, bool] = {}
    for row in table.rows:
        event = table.one_of(row, "event", known)
        if not missing(row.cells["happened"]):
            found[event] = bool(table.whole(row, "happened", 0, 1))
    table.refuse()
    if not found:
        raise ConfigError(f"{shown(path)}: no event is known yet; valid: happened 0 or 1 for one")
    return found


def base_rate(event: str) -> float | None:
    """How often great powers did what an event says when a protege was attacked (ICB).

    None for an event that is no patron's.
    """
    shares = [each.mean for each in known()[PROTEGES].shares]
    first = NAMES.index("semi-military")
    rates = {"arms": sum(shares[first:]), "force": shares[-1], "talk": sum(shares[: first - 1])}
    return rates.get(event.rpartition(".")[2])


def by_state(chances: Mapping[str, float], happened: Mapping[str, bool]) -> dict[str, object]:
    """Each patron's Brier score, beside that of forecasting its events by the base rate."""
    losses: dict[str, list[tuple[float, float]]] = {}
    for event, yes in happened.items():
        rate, state = base_rate(event), event.rpartition(".")[0]
        if rate is not None:
            losses.setdefault(state, []).append(((chances[event] - yes) ** 2, (rate - yes) ** 2))
    found: dict[str, object] = {}
    for state, rows in losses.items():
        model, base = np.mean(rows, 0).tolist()
        found[state] = {"n": len(rows), "brier": model, "base_rate": base}
    return found


def as_json(found: Mapping[str, object]) -> str:
    """A forecast, or the score of one, as one JSON object."""
    return json.dumps(found, indent=1)


def scored(forecast_path: Path, outcomes: Path) -> dict[str, object]:
    """Brier and logarithmic score of a forecast, beside those of a coin and of base rates."""
    chances = read_forecast(forecast_path)
    happened = read_outcomes(outcomes, list(chances))
    chance = np.array([chances[each] for each in happened])
    told = np.array(list(happened.values()))
    likely = np.maximum(np.where(told, chance, 1 - chance), LEAST)
    return {
        "n": len(told),
        "brier": float(((chance - told) ** 2).mean()),
        "log": float(-np.log(likely).mean()),
        "coin": {"brier": 0.25, "log": float(np.log(2))},
        "states": by_state(chances, happened),
        "events": {
            each: {"probability": chances[each], "happened": happened[each]} for each in happened
        },
    }


def score_in_words(found: Mapping[str, object]) -> str:
    """The score in a sentence, each event, and each patron's score."""
    listed, states = found["events"], found["states"]
    assert isinstance(listed, dict) and isinstance(states, dict)
    patrons = [(name, each["brier"], each["base_rate"]) for name, each in states.items()]
    rows = [
        (each["probability"], "yes" if each["happened"] else "no", name)
        for name, each in listed.items()
    ]
    return "\n".join(
        [
            f"{found['n']} events: Brier {found['brier']:.3f} (a coin: 0.250), "
            f"log score {found['log']:.3f} (a coin: 0.693)",
            *aligned((">6.1%", "  <4", "<"), rows),
            *aligned(("<14", ">7.3f", ">11.3f"), patrons, ("Brier of", "model", "base rate")),
        ]
    )
