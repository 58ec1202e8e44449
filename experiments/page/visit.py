"""Visits: what each visitor watches and has chosen."""

import time
from dataclasses import dataclass, field, replace
from typing import Any  # a field holds what its declaration says

import solara
from solara._stores import SharedStore

from experiments.engine.duel import ACTS, BASELINES, proteges
from experiments.page.address import Plan, Value, base_value, changeable, opened, read
from experiments.page.run import WatchedModel, replayed
from experiments.page.snapshot import known_acts
from model.preset.load import ConfigError, Preset

TABS = 3
"""The crisis, where talk wins, stored results."""
LESSON_STEPS = 6
Guess = tuple[str, ...]
"""What each other state was expected to do in a turn; an empty word is no forecast."""


def kept(value: Any) -> Any:
    """A field with a value that the page follows; each visit has its own."""
    return field(default_factory=lambda: solara.reactive(value))


@dataclass
class Visit:
    """What one visitor watches and has chosen; each visitor has their own.

    `plan` is what a Reset plays; the run that is watched may have begun with other figures.
    `run` is that run behind its number in this visit; `restored` counts addresses that were opened,
    `turned` what happened to the run. `plays` counts how often Play was pressed, `paused`
    says at which events it rests, `stepped` when the last turn was played (seconds of the
    monotonic clock).
    """

    plan: solara.Reactive[Plan]
    run: solara.Reactive[tuple[int, WatchedModel]]
    selected: solara.Reactive[str]
    restored: solara.Reactive[int] = kept(0)
    turned: solara.Reactive[int] = kept(0)
    playing: solara.Reactive[bool] = kept(False)
    plays: solara.Reactive[int] = kept(0)
    speed: solara.Reactive[str] = kept("normal")
    paused: solara.Reactive[tuple[str, ...]] = kept(())
    shown: solara.Reactive[int | None] = kept(None)
    hidden: solara.Reactive[bool] = kept(False)
    at_once: solara.Reactive[bool] = kept(True)
    act: solara.Reactive[str] = kept(ACTS[0])
    message: solara.Reactive[str] = kept("")
    tab: solara.Reactive[int] = kept(0)
    lesson: solara.Reactive[int] = kept(0)
    projector: solara.Reactive[bool] = kept(False)
    seating: solara.Reactive[bool] = kept(False)
    guesses: solara.Reactive[tuple[Guess, ...]] = kept(())
    stepped: float = -9.0

    @property
    def seat(self) -> int:
        """The number of runs begun in this visit before this one."""
        return self.run.value[0]

    @property
    def model(self) -> WatchedModel:
        """The run that is watched."""
        return self.run.value[1]

    @property
    def turn(self) -> int:
        """The turn that is shown: the latest, unless the visitor went back."""
        latest, shown = self.model.record.turn, self.shown.value
        return latest if shown is None else min(shown, latest)

    def begin(self, plan: Plan, turn: int = 0) -> None:
        """Watch a plan's run from its start, or as it stands after some turns."""
        try:
            model = replayed(plan.checked(), turn)
            known_acts(model.preset)
        except ConfigError as error:
            self.message.value = in_the_page(error)
            return
        self.message.value, self.paused.value = "", ()
        self.playing.value, self.guesses.value = False, ()
        another = plan.preset != self.plan.value.preset
        self.plan.value, self.shown.value = plan.at_last(), None
        if another or self.selected.value not in model.world.names:
            self.selected.value = first_patron(plan.crisis)
        self.model.leave()
        self.run.value = (self.seat + 1, model)

    def play(self) -> None:
        """Play on from the latest turn."""
        self.shown.value, self.paused.value = None, ()
        self.playing.value = True
        self.plays.value += 1

    def show(self, turn: int) -> None:
        """Go back to a turn, or on to the latest one."""
        latest = self.model.record.turn
        self.playing.value = False
        self.shown.value = None if turn >= latest else max(0, turn)

    def reset(self) -> None:
        """Begin the run again with the figures as they now stand."""
        self.begin(replace(self.plan.value, chosen=()))

    def step(self) -> None:
        """Play one turn, and show it."""
        self.shown.value, self.paused.value = None, ()
        self.stepped = time.monotonic()
        self.model.step()
        self.turned.value += 1

    def choose(self, action: str) -> None:
        """Play one turn with what the visitor's seat does."""
        self.shown.value, self.paused.value = None, ()
        self.model.choose(action)
        self.turned.value += 1

    def change(self, key: str, value: Value | None) -> None:
        """Change a figure of the plan; at once if that is possible and the visitor wants it."""
        plan = self.plan.value.changed(key, value)
        try:
            plan.checked()
        except ConfigError as error:
            self.message.value = in_the_page(error)
            return
        self.message.value = ""
        self.plan.value = plan
        if self.at_once.value and changeable(plan.preset)[key]:
            model = self.model
            now = value if value is not None else base_value(plan, key)
            model.waiting = [*model.waiting, (key, now)]

    def watched(self, model: WatchedModel) -> Plan:
        """The plan that restores both the run as it stands and the figures that await Reset."""
        begun, wanted = model.begun, self.plan.value.given
        now = begun.at_last().given
        waiting = tuple(
            (key, wanted[key] if key in wanted else base_value(begun, key))
            for key in sorted({*wanted, *now})
            if wanted.get(key) != now.get(key)
        )
        same = begun.preset == self.plan.value.preset  # else another run is about to be watched
        return replace(begun, waiting=waiting) if same else begun

    def view(self) -> dict[str, str]:
        """What is in view, for the address: nothing that is as at first."""
        shown = self.shown.value
        return {
            "tab": str(self.tab.value or ""),
            "state": self.selected.value,
            "act": self.act.value if self.act.value != ACTS[0] else "",
            "shown": "" if shown is None else str(self.turn),
            "lesson": str(self.lesson.value or ""),
            "projector": "1" if self.projector.value else "",
        }

    def look(self, view: dict[str, str]) -> None:
        """Bring into view what an address says; what is none there is passed over."""
        number = {
            key: int(each) for key, each in view.items() if each.isdecimal() and each < "9" * 9
        }
        if view.get("state") in self.model.world.names:
            self.selected.value = view["state"]
        if view.get("act"):
            self.act.value = view["act"] if view["act"] in known_policies() else self.act.value
        self.tab.value = number.get("tab", 0) % TABS
        self.shown.value = number.get("shown")
        self.lesson.value = min(number.get("lesson", 0), LESSON_STEPS)
        self.projector.value = bool(number.get("projector", 0))


def known_policies() -> tuple[str, ...]:
    """The policies that talk is compared with."""
    return (*BASELINES, *ACTS)


def in_the_page(error: ConfigError) -> str:
    """A message of the preset's check, without the command line's option."""
    return str(error).replace("--set ", "")


def first_patron(preset: Preset) -> str:
    """The patron that the page explains first."""
    return next(iter(proteges(preset)))


def new_visit() -> Visit:
    """A visit to the preset that the page was opened with."""
    plan = Plan(opened())
    # the server keeps a run no longer than the page does
    run = solara.Reactive(SharedStore((0, WatchedModel(plan))))
    return Visit(solara.reactive(plan), run, solara.reactive(first_patron(plan.crisis)))


def use_patron(visit: Visit) -> tuple[str, dict[str, str]]:
    """The selected patron, or the first where another state is selected; and all with labels."""
    preset, wanted = visit.plan.value.preset, visit.selected.value
    labels = solara.use_memo(lambda: patrons(preset), [preset])
    return (wanted if wanted in labels else next(iter(labels), "")), labels


def patrons(preset: str) -> dict[str, str]:
    """The patrons of a preset and their labels."""
    crisis = read(preset)
    return {name: crisis.profiles[name].label for name in proteges(crisis)}
