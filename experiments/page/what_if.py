"""What if: preset, seed, rules and sliders."""

from contextlib import suppress
from dataclasses import replace

import solara

from agents.strategies import STRATEGIES
from experiments.page.address import Plan, as_profile, offered, read, whole
from experiments.page.components import WhatIf, sent
from experiments.page.sliders import changed_count, figures_by_owner, worth_keeping
from experiments.page.snapshot import Plain
from experiments.page.visit import Visit
from model.preset.load import ConfigError


@solara.component
def Changes(visit: Visit) -> None:
    """Preset, seed, rules and sliders, made from the declarations."""
    _ = visit.turned.value
    plan, over = visit.plan.value, visit.model.over
    declared = solara.use_memo(
        lambda: figures_by_owner(plan.preset, plan.what_if), [plan.preset, plan.what_if]
    )
    presets = solara.use_memo(titled_presets, [])
    common, set_common = solara.use_state(False)
    owner = "" if common else visit.selected.value
    own, given = declared.get(owner) or declared[""], plan.given

    def pick(name: str) -> None:
        set_common(not name)
        if name:
            visit.selected.value = name

    def choose_run(chosen: dict[str, str]) -> None:
        now = visit.plan.value
        seed, run = chosen.get("seed", str(now.seed)), chosen.get("run", str(now.run))
        visit.begin(replace(now, seed=whole("seed", seed), run=whole("run", run)))

    def give_back(key: str) -> None:
        for each in [key] if key else [name for name, _ in visit.plan.value.changes]:
            visit.change(each, None)

    WhatIf(
        preset=plan.preset,
        presets=presets,
        seed=str(plan.seed),
        run=str(plan.run),
        at_once=visit.at_once.value,
        owner=owner,
        label=own["label"],
        owners=[
            {"name": name, "label": each["label"], "changed": changed_count(name, declared, given)}
            for name, each in declared.items()
        ],
        rule=str(given.get(f"{owner}.rule", own["rule"])) if owner else None,
        rules_sent=solara.use_memo(lambda: sent(rules_in_words()), []),
        groups_sent=sent(
            [
                group
                | {"rows": [row | {"value": given.get(row["key"], row["base"])} for row in rows]}
                for group, rows in ((each, each["rows"]) for each in own["groups"])
            ]
        ),
        message="",
        profile=as_profile(plan),
        count=len(plan.changes),
        over=over,
        event_choose_preset=lambda name: visit.begin(Plan(name, plan.seed, plan.run)),
        event_choose_run=choose_run,
        event_apply_at_once=visit.at_once.set,
        event_pick=pick,
        event_change=lambda each: visit.change(each["key"], worth_keeping(each, declared)),
        event_give_back=give_back,
    )


def rules_in_words() -> list[Plain]:
    """The decision rules, each with what it does."""
    return [
        {"name": name, "meaning": (rule.__doc__ or "").split("[")[0].split(".")[0].split(";")[0]}
        for name, rule in STRATEGIES.items()
    ]


def titled_presets() -> list[Plain]:
    """The presets that are offered and can be loaded, with their titles."""
    found = []
    for name in offered():
        with suppress(ConfigError):
            found.append({"name": name, "title": read(name).file.title})
    return found
