"""What a change does, at once: the verdict, the choices and the ledger before and after it.

Both sides have the same random draws, run by run, so all that differs is what the change causes.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from agents.weighing import ledger
from experiments.engine.duel import ACTS, Duel, asked_for, duels, proteges
from experiments.engine.words import aligned, decimal, interval
from model.alliance_model import AllianceModel
from model.game.stage_game import Expected
from model.preset.load import Change, ConfigError, Preset, changed, load, shown
from model.world import Array, total

RUNS = 100
"""Runs of each side: enough for a first look, within seconds."""

NOTABLE = 0.005
"""A term that moved less is not told."""


@dataclass(frozen=True)
class Play:
    """One side of the comparison: what states did, why, and whether talk beat acts.

    `actions` is (turns, states, runs), by names of `catalogue`; `terms` has the mean of each
    (state, term) under the state's own strategy, over the turns of war.
    """

    names: tuple[str, ...]
    catalogue: tuple[str, ...]
    actions: Array
    days: tuple[str, ...]
    terms: dict[tuple[str, str], float]
    duels: list[Duel]


@dataclass(frozen=True)
class Moved:
    """A term of a state's ledger before and after the change."""

    state: str
    term: str
    before: float
    after: float


@dataclass(frozen=True)
class Differing:
    """In which share of runs a state chooses differently, and from which turn on (1 the first)."""

    state: str
    share: float
    first_turn: int | None
    usual_turn: float | None
    first_day: str


@dataclass(frozen=True)
class Consequence:
    """What a change does: who chooses differently, the duels and the ledger on both sides."""

    runs: int
    seed: int
    anyone: Differing
    states: list[Differing]
    before: list[Duel]
    after: list[Duel]
    moved: list[Moved]


def played(preset: Preset, patrons: Sequence[str], runs: int, seed: int) -> Play:
    """Play a preset, and the duels of some patrons."""
    model = AllianceModel(preset, rng=seed, runs=range(runs))
    names = model.world.names
    catalogue = tuple(sorted({name for menu in model.world.ladder.names for name in menu}))
    places = [np.array([catalogue.index(e) for e in menu]) for menu in model.world.ladder.names]
    sums: dict[tuple[str, str], float] = {}
    actions, days, turns = [], [], 0
    while not model.over:
        model.shock()
        model.weigh()
        model.solve()
        world, solution = model.world, model.solution
        assert solution is not None
        days.append(str(world.day))
        war = np.broadcast_to(world.war, runs)
        turns += int(war.sum())
        if war.any():
            for term, value in ledger(world, Expected.of(solution.expectations)).items():
                mean = total(np.where(solution.play > 0, value * solution.play, 0.0), 1)
                at_war = np.where(war, mean, 0.0).sum(1)
                for name, each in zip(names, at_war, strict=True):
                    sums[name, term] = sums.get((name, term), 0.0) + float(each)
        model.act()
        chosen = [places[state][each] for state, each in enumerate(model.world.choice)]
        actions.append(np.broadcast_to(np.stack(chosen), (len(names), runs)))
        model.resolve()
        model.judge()
    terms = {key: value / max(turns, 1) for key, value in sums.items()}
    known = [each for each in patrons if each in proteges(preset)]
    fought = duels(preset, runs, seed=seed, patrons=known, acts=ACTS)[0]
    return Play(names, catalogue, np.stack(actions), tuple(days), terms, fought)


def consequence(before: Play, after: Play, seed: int = 0) -> Consequence:
    """What differs between two sides on the same random draws; states and turns that both have."""
    turns = min(len(before.days), len(after.days))
    common = [name for name in before.names if name in after.names]
    differs = {name: _acts(before, name)[:turns] != _acts(after, name)[:turns] for name in common}
    anyone = np.any(list(differs.values()), axis=0)
    keys = list(dict.fromkeys([*before.terms, *after.terms]))
    moved = [Moved(*key, before.terms.get(key, 0.0), after.terms.get(key, 0.0)) for key in keys]
    notable = [each for each in moved if abs(each.after - each.before) >= NOTABLE]
    return Consequence(
        runs=before.actions.shape[2],
        seed=seed,
        anyone=_differing("any state", anyone, before.days),
        states=[_differing(name, each, before.days) for name, each in differs.items()],
        before=before.duels,
        after=after.duels,
        moved=sorted(notable, key=lambda each: -abs(each.after - each.before)),
    )


def _acts(play: Play, name: str) -> Array:
    """A state's actions by name, (turns, runs)."""
    return np.array(play.catalogue)[play.actions[:, play.names.index(name)]]


def _differing(state: str, differs: Array, days: Sequence[str]) -> Differing:
    """Share of runs, first and median turn of the first difference; `differs` is (turns, runs)."""
    runs = differs.any(0)
    if not runs.any():
        return Differing(state, 0.0, None, None, "")
    first = differs.argmax(0)[runs]
    earliest = int(first.min())
    return Differing(
        state, float(runs.mean()), earliest + 1, float(np.median(first)) + 1, days[earliest]
    )


def concerned(before: Preset, after: Preset, asked: Sequence[str]) -> list[str]:
    """The patrons whose verdict is shown: those asked for, those changed, or the first.

    Raises ConfigError for who is no patron.
    """
    patrons = list(proteges(before))
    moved = [each for each in patrons if before.profiles[each] != after.profiles.get(each)]
    return asked_for(asked, patrons) if asked else moved or patrons[:1]


def tweaked(
    preset: str | Preset,
    changes: Mapping[str, Change],
    *,
    runs: int = RUNS,
    seed: int = 0,
    patrons: Sequence[str] = (),
) -> Consequence:
    """What the changes do to a preset. Raises ConfigError."""
    preset = load(preset)
    after = changed(preset, changes)
    chosen = concerned(preset, after, patrons)
    before = played(preset, chosen, runs, seed)
    return consequence(before, played(after, chosen, runs, seed), seed)


# ------------------------------------------------------------------- at every save


def saves(path: Path, pause: float = 0.2) -> Iterator[None]:
    """Now, and whenever the file is saved; ends never."""
    seen: tuple[int, int, int] | None = None
    while True:
        now = seen
        with contextlib.suppress(OSError):  # an editor may take the file away for a moment
            found = path.stat()
            now = (found.st_mtime_ns, found.st_size, found.st_ino)
        if now is not None and now != seen:
            seen = now
            yield
        time.sleep(pause)


def watched(
    preset: str,
    path: Path,
    changes: Mapping[str, Change],
    *,
    runs: int = RUNS,
    seed: int = 0,
    patrons: Sequence[str] = (),
) -> Iterator[Consequence | ConfigError]:
    """At every save of a file what it does; a mistake in it is given as its error.

    A file that the preset is made of is compared with what it was at the start; any
    other is laid over the preset. Raises ConfigError where the preset itself is wrong.
    """
    start = load(preset)
    if not path.is_file():
        raise ConfigError(f"--watch: {shown(path)}: no such file")
    part = any(path.samefile(each) for each in start.inputs)
    files = changes.get("with", [])
    over = [*(files if isinstance(files, list) else []), *([] if part else [str(path)])]
    laid = dict(changes) | ({"with": over} if over else {})
    owners = [each for each in start.profiles if _owns(start, each, path)]
    patrons = patrons or [each for each in proteges(start) if each in owners]
    before: dict[tuple[str, ...], Play] = {}
    for _ in saves(path):
        try:
            after = load(preset, laid)  # read again: that is what is watched
            chosen = concerned(start, start if part else after, patrons)
            if tuple(chosen) not in before:
                before[tuple(chosen)] = played(start, chosen, runs, seed)
            yield consequence(before[tuple(chosen)], played(after, chosen, runs, seed), seed)
        except ConfigError as error:
            yield error


def _owns(preset: Preset, player: str, path: Path) -> bool:
    """Whether a file is a state's profile."""
    sources = [each.source for each in preset.origins(player)]
    return any(not isinstance(each, str) and each.path.samefile(path) for each in sources)


# ------------------------------------------------------------------- in words


def as_json(found: Consequence) -> str:
    """The consequence as one JSON object."""
    return json.dumps(
        asdict(found)
        | {
            side: [each.record() | {"verdict": each.estimate.verdict} for each in duels_]
            for side, duels_ in (("before", found.before), ("after", found.after))
        },
        indent=1,
    )


def in_words(found: Consequence) -> str:
    """Verdict, choices and ledger before and after."""
    lines = [
        f"What the change does: {found.runs} runs before and after it, seed {found.seed}, on the "
        "same random draws",
        "",
        "Talk or intervention? Realised value of talk less that of the act",
    ]
    duels_ = [_of_a_duel(found, each) for each in dict.fromkeys(_keys(found))]
    lines += aligned(("<14", " <6", *SIDE, " <2", *SIDE, "   <"), duels_) or ["  no patron"]
    lines += ["", "Who chooses differently"]
    if not found.anyone.share:
        lines.append("  no state, in any run and turn")
    differing = [
        (
            each.state,
            "in",
            each.share,
            f"of runs; first in turn {each.first_turn} ({each.first_day}), usually from turn "
            f"{each.usual_turn:g}",
        )
        for each in (found.anyone, *found.states)
        if each.share
    ]
    lines += aligned(("<15", "<2", " >4.0%", " <"), differing)
    lines += ["", "Terms of the ledger that moved (mean under the state's strategy, turns of war)"]
    moves = [
        (
            moved.state,
            moved.term,
            decimal(moved.before, 3),
            "->",
            decimal(moved.after, 3),
            f"({decimal(moved.after - moved.before, 3)})",
        )
        for moved in found.moved[:10]
    ]
    lines += aligned(("<15", "<12", ">8", " <2", ">8", "  <"), moves)
    if not found.moved:
        lines.append(f"  none by {NOTABLE:g} or more")
    elif len(found.moved) > 10:
        lines.append(f"  and {len(found.moved) - 10} more by {NOTABLE:g} or more")
    return "\n".join(lines)


def _keys(found: Consequence) -> list[tuple[str, str]]:
    return [(each.patron, each.act) for each in (*found.before, *found.after)]


SIDE = (" >6", " <16", " <13")
"""The columns of one duel on one side of the change."""


def _of_a_duel(found: Consequence, key: tuple[str, str]) -> tuple[str, ...]:
    """One duel before and after, and whether its verdict changes."""
    before, after = (
        next((each for each in side if (each.patron, each.act) == key), None)
        for side in (found.before, found.after)
    )
    changes = before is None or after is None or before.estimate.verdict != after.estimate.verdict
    told = "the verdict changes" if changes else ""
    return (*key, *_side(before), "->", *_side(after), told)


def _side(duel: Duel | None) -> tuple[str, str, str]:
    if duel is None:
        return "", "not on its menu", ""
    found = duel.estimate
    return decimal(found.mean), interval(found.low, found.high), found.verdict
