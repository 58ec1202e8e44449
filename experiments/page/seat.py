"""A seat: the visitor plays one state, forecasts the others, and is scored at the end."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import solara
import solara.lab

from agents.weighing import feasible
from experiments.engine.batch import Job
from experiments.engine.duel import rows_under
from experiments.page import background as whatif
from experiments.page import words
from experiments.page.address import Plan
from experiments.page.components import SeatCard, sent
from experiments.page.run import WatchedModel, replayed
from experiments.page.snapshot import Plain
from experiments.page.visit import Guess, Visit
from experiments.why.plain import named
from model.measures import worth
from model.preset.load import Preset, changed, ladder_entries
from model.world import Array

RUNS, PIECE = 1000, 250
"""Runs of the model's own that a seat is set beside, and so many in a piece of work."""


@solara.component
def Seat(visit: Visit) -> None:
    """The seat that the visitor has, or may take."""
    _ = visit.turned.value
    plan, model = visit.plan.value, visit.model
    guesses = visit.guesses.value
    others, set_others = solara.use_state((None, None))
    seat = plan.seat if plan.seat == model.plan.seat else ""
    asked = (plan.preset, plan.what_if, plan.seed, plan.changes, seat)

    async def play() -> None:
        if seat:
            pieces = [
                (valued, (plan.crisis, plan.seed, plan.changes, seat, part)) for part in parts()
            ]
            set_others((asked, np.concatenate(await whatif.gathered(pieces, lambda share: None))))

    solara.lab.use_task(play, dependencies=[asked], raise_error=False)

    def sit(name: str) -> None:
        visit.begin(
            Plan(plan.preset, plan.seed, plan.run, plan.changes, what_if=plan.what_if, seat=name)
        )
        visit.selected.value = name

    def choose(wanted: Plain) -> None:
        names = [each for each in model.world.names if each != seat]
        guess = tuple(str(wanted["guesses"].get(each, "")) for each in names)
        visit.guesses.value = (*guesses[: model.record.turn], guess)
        visit.choose(wanted["action"])

    def leave(*_: object) -> None:
        visit.seating.value = False
        if plan.seat:
            visit.begin(replace(plan, seat="", chosen=()))

    if not seat and not visit.seating.value:
        return
    over = bool(seat) and (model.over or bool(model.error))
    value = others[1] if others[0] == asked else None
    labels = {name: each.label for name, each in model.preset.profiles.items()}
    SeatCard(
        state=seat,
        label=labels.get(seat, ""),
        states=[{"name": name, "label": label} for name, label in labels.items()],
        turn=model.record.turn,
        turns=model.preset.file.turns,
        day=words.span(model.preset, min(model.record.turn + 1, model.preset.file.turns)),
        options_sent=sent([] if over or not seat else options(model, seat)),
        others_sent=sent([] if over or not seat else menus(model, seat)),
        outcome_sent=sent(outcome(model, seat, guesses, value) if over else None),
        event_sit=sit,
        event_choose=choose,
        event_leave=leave,
    )


def parts() -> list[tuple[int, int]]:
    """The runs in pieces."""
    return [(first, first + PIECE) for first in range(0, RUNS, PIECE)]


def valued(
    preset: Preset, seed: int, changes: whatif.Changes, state: str, part: tuple[int, int]
) -> Array:
    """A state's realised value in runs of the model's own."""
    job = Job(changed(preset, whatif.by_run(changes)), seed, runs=RUNS)
    return rows_under(job, range(*part))[f"worth.{state}"][0]


def options(model: WatchedModel, seat: str) -> list[Plain]:
    """What a seat can do in the coming turn, in the order of the ladder."""
    state, entries = model.world.names.index(seat), ladder_entries()
    able = feasible(model.world)[state]
    return [
        {
            "action": action,
            "plain": named(action),
            "meaning": entries[action].meaning,
            "open": bool(able[place]),
        }
        for place, action in enumerate(model.world.ladder.names[state])
    ]


def menus(model: WatchedModel, seat: str) -> list[Plain]:
    """What the others may do, and what they were last seen doing."""
    world, begun = model.world, bool(model.record.moments)
    return [
        {
            "name": name,
            "label": model.preset.profiles[name].label,
            "last": named(world.ladder.names[state][int(world.seen[state])]) if begun else "",
            "menu": [
                {"action": action, "plain": named(action)} for action in world.ladder.names[state]
            ],
        }
        for state, name in enumerate(world.names)
        if name != seat
    ]


def outcome(
    model: WatchedModel, seat: str, guesses: Sequence[Guess], others: Array | None
) -> Plain:
    """How a seat fared: beside the model's own choice on the same random draws, and 1,000 runs."""
    state = model.world.names.index(seat)
    own = float(worth(model.world)[state])
    rival = replayed(replace(model.begun, seat="", chosen=()), model.record.turn)
    plays = [named(each) for each in model.chosen]
    return {
        "own": round(own, 3),
        "model": round(float(worth(rival.world)[state]), 3),
        "below": None if others is None else float((others < own).mean()),
        "mean": None if others is None else round(float(others.mean()), 3),
        "low": None if others is None else round(float(np.quantile(others, 0.1)), 3),
        "high": None if others is None else round(float(np.quantile(others, 0.9)), 3),
        "runs": RUNS,
        "did": [{"what": each, "turns": plays.count(each)} for each in dict.fromkeys(plays)],
        "forecast": forecast(model, seat, guesses),
    }


def forecast(model: WatchedModel, seat: str, guesses: Sequence[Guess]) -> Plain:
    """How many forecasts came true, beside the model's likeliest acts and its own expectation."""
    names = [each for each in model.world.names if each != seat]
    made = right = likeliest = 0
    expected = 0.0
    for moment, guess in zip(model.record.moments, guesses, strict=False):
        for name, action in zip(names, guess, strict=True):
            if not action:
                continue
            state = moment.after.names.index(name)
            place = moment.after.ladder.names[state].index(action)
            did, play = int(moment.after.seen[state]), moment.solution.play[state]
            made += 1
            right += did == place
            likeliest += did == int(np.argmax(play))
            expected += float(play[place])
    return {"made": made, "right": right, "likeliest": likeliest, "expected": round(expected, 1)}
