"""Visits: what each visitor watches and has chosen."""

from dataclasses import dataclass, field, replace

import solara
from solara._stores import SharedStore

from experiments.engine.duel import ACTS, proteges
from experiments.page.address import Plan, Value, base_value, changeable, opened, read
from experiments.page.run import WatchedModel, replayed
from experiments.page.snapshot import known_acts
from model.preset.load import ConfigError


@dataclass
class Visit:
    """What one visitor watches and has chosen; each visitor has their own.

    `plan` is what a Reset plays; the run that is watched may have begun with other figures.
    `run` is that run behind its number in this visit; `restored` counts addresses that were opened.
    """

    plan: solara.Reactive[Plan]
    run: solara.Reactive[tuple[int, solara.Reactive[WatchedModel]]]
    selected: solara.Reactive[str]
    restored: solara.Reactive[int] = field(default_factory=lambda: solara.reactive(0))
    shown: solara.Reactive[int | None] = field(default_factory=lambda: solara.reactive(None))
    hidden: solara.Reactive[bool] = field(default_factory=lambda: solara.reactive(False))
    at_once: solara.Reactive[bool] = field(default_factory=lambda: solara.reactive(True))
    act: solara.Reactive[str] = field(default_factory=lambda: solara.reactive(ACTS[0]))
    message: solara.Reactive[str] = field(default_factory=lambda: solara.reactive(""))
    tab: solara.Reactive[int] = field(default_factory=lambda: solara.reactive(0))

    @property
    def seat(self) -> int:
        """The number of runs begun in this visit before this one."""
        return self.run.value[0]

    @property
    def model(self) -> WatchedModel:
        """The run that is watched, which a Reset begins anew."""
        return self.run.value[1].value

    def begin(self, plan: Plan, turn: int = 0) -> None:
        """Watch a plan's run from its start, or as it stands after some turns."""
        try:
            model = replayed(plan.checked(), turn)
            known_acts(model.preset)
        except ConfigError as error:
            self.message.value = in_the_page(error)
            return
        self.message.value = ""
        self.plan.value, self.shown.value = plan.at_last(), None
        if self.selected.value not in model.world.names:
            self.selected.value = first_patron(plan.preset)
        self.model.leave()
        self.run.value = (self.seat + 1, watching(model))

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
            now = value if value is not None else base_value(plan.preset, key)
            model.waiting = [*model.waiting, (key, now)]

    def watched(self, model: WatchedModel) -> Plan:
        """The plan that restores both the run as it stands and the figures that await Reset."""
        begun, wanted = model.begun, self.plan.value.given
        now = begun.at_last().given
        waiting = tuple(
            (key, wanted[key] if key in wanted else base_value(begun.preset, key))
            for key in sorted({*wanted, *now})
            if wanted.get(key) != now.get(key)
        )
        same = begun.preset == self.plan.value.preset  # else another run is about to be watched
        return replace(begun, waiting=waiting) if same else begun


def watching(model: WatchedModel) -> solara.Reactive[WatchedModel]:
    """A place for the run that is watched; the server keeps it no longer than the page does."""
    return solara.Reactive(SharedStore(model))


def in_the_page(error: ConfigError) -> str:
    """A message of the preset's check, without the command line's option."""
    return str(error).replace("--set ", "")


def first_patron(preset: str) -> str:
    """The patron that the page explains first."""
    return next(iter(proteges(read(preset))))


def new_visit() -> Visit:
    """A visit to the preset that the page was opened with."""
    plan = Plan(opened())
    return Visit(
        solara.reactive(plan),
        solara.reactive((0, watching(WatchedModel(lambda: plan)))),
        solara.reactive(first_patron(plan.preset)),
    )


def use_patron(visit: Visit) -> tuple[str, dict[str, str]]:
    """The selected patron, or the first where another state is selected; and all with labels."""
    preset, wanted = visit.plan.value.preset, visit.selected.value
    labels = solara.use_memo(lambda: patrons(preset), [preset])
    return (wanted if wanted in labels else next(iter(labels), "")), labels


def patrons(preset: str) -> dict[str, str]:
    """The patrons of a preset and their labels."""
    crisis = read(preset)
    return {name: crisis.profiles[name].label for name in proteges(crisis)}
