"""Which engine plays a block of runs: numpy, or the compiled turn where it is proven equal."""

import os
import sys
from dataclasses import dataclass

import numpy as np

from model.alliance_model import AllianceModel
from model.compiled import machine, objects
from model.compiled.by_numpy import ByNumpy
from model.compiled.driver import turn_text
from model.compiled.emitting import LANES
from model.compiled.machine import Machine
from model.compiled.planning import Planner
from model.compiled.records import leaves
from model.compiled.solver import traced_solver
from model.compiled.strips import Layout, Strips
from model.compiled.symbols import NotTraceable
from model.compiled.tracing import Recorder, traced_turn
from model.preset.load import ConfigError
from model.world import Array

ENGINES = ("auto", "numpy", "compiled")
SETTING = "CHEAPTALK_ENGINE"
"""The environment variable that names the engine where none is asked for; workers inherit it."""

WORTH_COMPILING, WORTH_LOADING = 150_000, 10_000
"""Runs times turns from which it pays to compile a turn, and to load a compiled one."""

MOST_NODES = 160_000
"""Operations of a turn up to which it is compiled: 6 states make 24,000, 20 states 150,000."""

CHECKED_TURNS = 2


@dataclass(frozen=True)
class Compiled:
    """A compiled turn that was found equal to numpy's."""

    layout: Layout
    machine: Machine

    def strips(self, model: AllianceModel, recorder: Recorder) -> Strips:
        """The runs of a model, to be played by it."""
        return Strips(self.layout, self.machine, model, recorder)


known: dict[str, Compiled | str] = {}
"""Compiled turns by their key, or why there is none."""


def preferred() -> str:
    """The engine that is asked for where none is named. Raises ConfigError for an unknown one."""
    return checked(os.environ.get(SETTING) or "auto")


def checked(engine: str) -> str:
    """An engine's name. Raises ConfigError for an unknown one."""
    if engine not in ENGINES:
        raise ConfigError(f"engine: found '{engine}'; valid: {', '.join(ENGINES)}")
    return engine


def playing(model: AllianceModel, recorder: Recorder, engine: str, runs: int) -> ByNumpy | Strips:
    """A model's runs, ready to be played by the engine: `runs` in all belong to the same job.

    By itself (auto) the compiled turn plays where the job is large enough for it.
    Raises ConfigError where it is asked for and cannot play.
    """
    made = compiled(model, recorder, engine, runs)
    return ByNumpy(model, recorder) if made is None else made.strips(model, recorder)


def compiled(model: AllianceModel, recorder: Recorder, engine: str, runs: int) -> Compiled | None:
    """The compiled turn for a model's runs, made if it pays; None where numpy plays."""
    if engine == "numpy" or (engine == "auto" and not machine.available()):
        return None
    if not machine.available():
        raise ConfigError("engine 'compiled': needs llvmlite; pip install 'cheaptalk[fast]'")
    work = runs * len(model.policies) * model.preset.file.turns
    if isinstance(model.runs, int) or model.count < 2:
        return None
    if engine == "auto" and work < WORTH_LOADING:
        return None
    name = objects.key(model, recorder)
    found = known.get(name)
    if found is None:
        found = _found(name, model, recorder, make=engine != "auto" or work >= WORTH_COMPILING)
        if found is None:
            return None
        known[name] = found
        if isinstance(found, str) and engine == "auto":
            print(f"numpy plays {model.preset.name}: {found}", file=sys.stderr)
    if isinstance(found, str):
        if engine == "auto":
            return None
        raise ConfigError(f"engine 'compiled': {found}")
    return found


def _found(
    name: str, model: AllianceModel, recorder: Recorder, *, make: bool
) -> Compiled | str | None:
    """The compiled turn, kept or made now; or why there is none; None where it does not pay."""
    kept = objects.stored(name)
    if kept is None:
        if not make:
            return None
        try:
            kept = made(model, recorder)
        except NotTraceable as error:
            return str(error)
        objects.store(name, *kept)
    layout, code = kept
    found = Compiled(layout, Machine(code))
    wrong = differences(found, model, recorder)
    return f"its compiled turn differs from numpy's in {wrong}" if wrong else found


def made(model: AllianceModel, recorder: Recorder) -> tuple[Layout, bytes]:
    """A turn of a model, traced and compiled. Raises NotTraceable."""
    trace = traced_turn(model, recorder)
    solver = traced_solver(trace.solves)
    nodes = len(trace.graph.nodes) + len(solver.graph.nodes)
    if nodes > MOST_NODES:
        raise NotTraceable(f"a turn takes {nodes:,} operations, more than {MOST_NODES:,}")
    plan = Planner(trace, solver).made()
    layout = Layout(tuple(trace.rows), tuple(trace.calendar), trace.sums)
    return layout, machine.object_code(turn_text(trace, solver, plan, layout.number_row))


def differences(found: Compiled, model: AllianceModel, recorder: Recorder) -> str:
    """Where the first runs of a model come out otherwise than by numpy; '' where nowhere."""
    assert isinstance(model.runs, range)
    runs = model.runs[: min(LANES, model.count)]

    def few() -> AllianceModel:
        return AllianceModel(
            model.preset, rng=model.seed, runs=runs, policy=model.policies, doctrine=model.doctrine
        )

    strips, numpys = found.strips(few(), recorder), ByNumpy(few(), recorder)
    wrong: list[str] = []
    with np.errstate(all="ignore"):
        for _ in range(min(CHECKED_TURNS, model.preset.file.turns)):
            if not all(map(_same, strips.step(), numpys.step())):
                wrong.append("what is counted")
            own, usual = strips.by_row(), numpys.by_row()
            wrong += [] if _same(own.play, usual.play) else ["play"]
            for name in ("world", "record"):
                theirs = leaves(getattr(usual, name), name)
                for path, array in leaves(getattr(own, name), name).items():
                    if not _same(array, theirs[path]):
                        wrong.append(path)
    return ", ".join(dict.fromkeys(wrong))


def _same(one: Array, other: Array | None) -> bool:
    return other is not None and np.array_equal(one, np.broadcast_to(other, one.shape))
