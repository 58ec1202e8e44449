"""Speed: ensembles, single runs, Mesa's batch, cold starts, and how time grows with size."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import partial
from typing import Any  # a world's fields are arrays, records and words

import numpy as np

from agents.strategies import played_on
from experiments.engine.batch import Job, blocks, gathered, play_block
from experiments.engine.record import RECORDER
from model.alliance_model import AllianceModel
from model.compiled import engine, machine
from model.draws import state_uniforms, uniforms
from model.preset.load import load
from model.world import World

PRESET = "iran-2025"
PHASES = ("shock", "weigh", "solve", "act", "resolve", "judge")
MESA_RUNS = 4
STATES = (6, 10, 15, 20, 30)


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def exponential(size: int = 4000, times: int = 500) -> float:
    """Nanoseconds of one exponential of a double in cache, the least of seven trials."""
    values, results = np.linspace(-20.0, 0.0, size), np.empty(size)

    def many() -> float:
        started = time.process_time()
        for _ in range(times):
            np.exp(values, out=results)
        return time.process_time() - started

    return min(many() for _ in range(7)) / size / times * 1e9


# ------------------------------------------------------------------ contestants


def ensemble(runs: int, workers: int, by: str = "numpy") -> None:
    """Play an ensemble by an engine and reduce it, as `cheaptalk run` does."""
    job = Job(load(PRESET), engine=by)
    gathered(blocks(job, runs, workers=workers), rows=lambda table: None)


def best_engine() -> str:
    """The engine that plays large jobs on this machine."""
    return "compiled" if machine.available() else "numpy"


def compiling() -> dict[str, float]:
    """CPU seconds to compile a turn from nothing, and to load one that is kept, with its check."""
    model = AllianceModel(PRESET, runs=range(16))
    started = time.process_time()
    layout, code = engine.made(model, RECORDER)
    made = time.process_time() - started
    started = time.process_time()
    found = engine.Compiled(layout, machine.Machine(code))
    assert not engine.differences(found, model, RECORDER)
    return {"compile_s": made, "load_s": time.process_time() - started}


def watched() -> None:
    """Play a single run, as the page does."""
    model = AllianceModel(PRESET)
    while not model.over:
        model.step()


def mesas_batch() -> list[dict[str, object]]:
    """Runs played one by one by Mesa; a row for each."""
    import mesa

    rows: list[dict[str, object]] = mesa.batch_run(
        AllianceModel,
        {"preset": PRESET, "runs": list(range(MESA_RUNS))},
        max_steps=load(PRESET).file.turns,
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
    )
    return rows


def cold_starts() -> dict[str, float]:
    """Seconds of whole commands from a cold start, beside the interpreter's own."""
    program = ["-m", "experiments"]
    answer = [*program, "run", PRESET, "--runs", "200", "--quiet", "--out"]
    with tempfile.TemporaryDirectory() as folder:
        calls = {
            "python_s": ["-c", "pass"],
            "help_s": [*program, "--help"],
            "import_mesa_s": ["-c", "import mesa"],
            "first_answer_s": [*answer, folder],
        }
        return {name: timed(partial(started, words)) for name, words in calls.items()}


def started(words: Sequence[str]) -> None:
    """Call the interpreter and wait for its end."""
    subprocess.run([sys.executable, *words], check=True, capture_output=True)


# ------------------------------------------------------------------ phases and growth


def phases(runs: int = 1000) -> dict[str, float]:
    """Share of a turn's time in each of its six phases."""
    spent = dict.fromkeys(PHASES, 0.0)
    model = AllianceModel(PRESET, runs=range(runs))
    while not model.over:
        for phase in PHASES:
            spent[phase] += timed(getattr(model, phase))
    whole = sum(spent.values())
    return {phase: seconds / whole for phase, seconds in spent.items()}


def growth() -> dict[str, dict[int, float]]:
    """Seconds by number of runs, of turns, and of states."""
    return {
        "runs": {n: timed(lambda n=n: ensemble(n, 1)) for n in (1000, 2000, 4000, 8000)},  # type: ignore[misc]  # a default binds n
        "turns": {
            n: timed(lambda n=n: play_block(Job(load(PRESET, {"turns": n})), range(1000)))  # type: ignore[misc]  # a default binds n
            for n in (12, 25, 50)
        },
        "states": {n: with_states(n) for n in STATES},
    }


def with_states(count: int, runs: int = 500, turns: int = 3) -> float:
    """Seconds of some turns with more patrons: copies of those that play."""
    model = AllianceModel(PRESET, runs=range(runs))
    for _ in range(24):
        model.step()
    world = crowded(model.world, count)

    def played() -> None:
        present = world
        for turn in range(turns):
            acting = state_uniforms(0, "bench act", turn, range(runs), count)
            present = played_on(present, (acting, uniforms(0, "bench resolve", turn, range(runs))))

    return timed(played)


def crowded(world: World, count: int) -> World:
    """The world with copies of its patrons, so that `count` states play."""
    patrons = [each for each in range(world.state_count) if each not in world.principals]
    extra = [patrons[k % len(patrons)] for k in range(count - world.state_count)]
    order = [*range(world.state_count), *extra]
    names = tuple(
        f"{world.names[each]} {place}" if place >= world.state_count else world.names[each]
        for place, each in enumerate(order)
    )
    return replace(
        copied(world, order, world.state_count),
        names=names,
        rules=tuple(world.rules[each] for each in order),
    )


STATE_AXES = {"realised": 1, "reading": 2}
"""Fields of a world in which the states are not the first axis."""


def copied(thing: Any, order: list[int], states: int) -> Any:
    """A record with its arrays by state, and by pair of states, in a new order."""
    if isinstance(thing, np.ndarray):
        for axis in (0, 1):
            if thing.ndim > axis and thing.shape[axis] == states:
                thing = thing.take(order, axis)
            else:
                break
        return thing
    if isinstance(thing, dict):
        return {key: copied(value, order, states) for key, value in thing.items()}
    if is_dataclass(thing):
        parts = {f.name: copied(getattr(thing, f.name), order, states) for f in fields(thing)}
        parts |= {
            name: getattr(thing, name).take(order, axis)
            for name, axis in STATE_AXES.items()
            if isinstance(parts.get(name), np.ndarray)
        }
        if "names" in parts and "on_menu" in parts:
            parts["names"] = tuple(parts["names"][each] for each in order)
        return replace(thing, **parts)  # type: ignore[type-var]  # any of the world's records
    return thing


def exponent(seconds: dict[int, float]) -> float:
    """The power of size with which time grows, between the smallest and the largest."""
    sizes = sorted(seconds)
    first, last = sizes[0], sizes[-1]
    return float(np.log(seconds[last] / seconds[first]) / np.log(last / first))
