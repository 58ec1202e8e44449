"""Speed and memory, measured in one run: every round times all contestants one after another.

Absolute figures belong to the machine; ratios and exponents of growth are what to compare.
"""

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any  # a world's fields are arrays, records and words

import numpy as np

from agents.strategies import played_on
from experiments.engine.batch import Job, all_workers, blocks, gathered, play_block
from experiments.why.gambit_file import held, profile_payoffs, short_menus
from model.alliance_model import AllianceModel
from model.draws import state_uniforms, uniforms
from model.game.equilibrium import logit_equilibrium
from model.game.stage_game import CHANNELS, StageGame
from model.preset.load import ConfigError, load
from model.world import Play, World

PRESET = "iran-2025"
PHASES = ("shock", "weigh", "solve", "act", "resolve", "judge")
ROUNDS = 5
RUNS = 4000
"""Runs of the ensemble in each round."""
MESA_RUNS = 4
GAMES = 4000
"""Four-state games of six actions that are solved together."""
POSED_TURNS = 25
"""Turns after which the preset poses its games: by then half of the runs are at war."""
PEAK_RUNS = (10_000, 100_000, 1_000_000)
PEAK_TURNS = 2
STATES = (6, 10, 15, 20, 30)


@dataclass
class Bench:
    """Figures by name: one value a round; and what is measured once."""

    rounds: dict[str, list[float]] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    peak: dict[int, float] = field(default_factory=dict)
    growth: dict[str, dict[int, float]] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        """One more round's value."""
        self.rounds.setdefault(name, []).append(value)

    def middle(self, name: str) -> float | None:
        """Median over the rounds; None where it was not measured."""
        return median(self.rounds[name]) if self.rounds.get(name) else None

    def ratio(self, above: str, below: str) -> float | None:
        """Median over the rounds of a ratio within each."""
        if not self.rounds.get(above) or not self.rounds.get(below):
            return None
        pairs = zip(self.rounds[above], self.rounds[below], strict=True)
        return median(a / b for a, b in pairs)

    def record(self) -> dict[str, object]:
        """The figures as plain data."""
        return {
            "ensemble_runs_per_s": self.middle("ensemble_runs_per_s"),
            "mesa_batch_runs_per_s": self.middle("mesa_batch_runs_per_s"),
            "single_run_ms": self.middle("single_run_ms"),
            "exp_ns": self.middle("exp_ns"),
            "us_per_run_turn": self.middle("us_per_run_turn"),
            "exponentials_per_run_turn": self.ratio("us_per_run_turn", "exp_us"),
            "ratio_mesa": self.ratio("ensemble_runs_per_s", "mesa_batch_runs_per_s"),
            "games_per_s": self.middle("games_per_s"),
            "gambit_games_per_s": self.middle("gambit_games_per_s"),
            "ratio_gambit": self.ratio("games_per_s", "gambit_games_per_s"),
            "posed_games_per_s": self.middle("posed_games_per_s"),
            "gambit_posed_games_per_s": self.middle("gambit_posed_games_per_s"),
            "ratio_gambit_posed": self.ratio("posed_games_per_s", "gambit_posed_games_per_s"),
            "scaling_2": self.ratio("ensemble_runs_per_s", "one_worker_runs_per_s"),
            "peak_mib": {str(runs): value for runs, value in self.peak.items()},
            "ratio_help": self.ratio("help_s", "python_s"),
            "ratio_first_answer": self.ratio("first_answer_s", "import_mesa_s"),
            "import_mesa_s": self.middle("import_mesa_s"),
            "first_answer_s": self.middle("first_answer_s"),
            "phases": self.phases,
            "growth": {
                what: {str(n): value for n, value in each.items()}
                for what, each in self.growth.items()
            },
            "exponents": {what: exponent(each) for what, each in self.growth.items()},
            "rounds": {k: {"low": min(v), "high": max(v)} for k, v in self.rounds.items()},
            "machine": machine(),
        }


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return {
        "processor": platform.machine(),
        "cores": all_workers(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "features": sorted({*simd["baseline"], *simd["found"]}),
        "load": round(os.getloadavg()[0], 2),
    }


def measured(rounds: int = ROUNDS, tell: Callable[[str], object] = lambda words: None) -> Bench:
    """All figures, the contestants interleaved in every round."""
    bench = Bench()
    peak()  # where memory cannot be measured this is told before the work
    play_block(Job(PRESET), range(50))  # imports and first calls are not the engine's speed
    list(blocks(Job(PRESET), 2 * all_workers(), workers=all_workers(), trajectories=False))
    contests = (("", random_games(GAMES)), ("posed_", posed_games(GAMES)))
    for each in range(rounds):
        tell(f"round {each + 1} of {rounds}")
        bench.note("exp_ns", exponential())
        bench.note("exp_us", bench.rounds["exp_ns"][-1] / 1000)
        turns = load(PRESET).file.turns
        busy = time.process_time()
        bench.note("one_worker_runs_per_s", RUNS / timed(lambda: _ensemble(RUNS, 1)))
        bench.note("us_per_run_turn", 1e6 * (time.process_time() - busy) / RUNS / turns)
        bench.note("mesa_batch_runs_per_s", MESA_RUNS / timed(_mesa))
        bench.note("ensemble_runs_per_s", RUNS / timed(lambda: _ensemble(RUNS, all_workers())))
        bench.note("single_run_ms", 1000 * timed(_watched))
        for kind, games in contests:
            seconds = timed(lambda games=games: logit_equilibrium(games))  # type: ignore[misc]  # a default binds games
            bench.note(f"{kind}games_per_s", GAMES / seconds)
            gambit = _gambit(games)
            if gambit is not None:
                bench.note(f"gambit_{kind}games_per_s", gambit)
        _cold_starts(bench)
    tell("phases of a turn")
    bench.phases = phases()
    tell("growth with runs, turns and states")
    bench.growth = growth()
    for runs in PEAK_RUNS:
        tell(f"peak memory of {runs:,} runs")
        bench.peak[runs] = peak_memory(runs)
    return bench


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


def _ensemble(runs: int, workers: int) -> None:
    gathered(blocks(Job(PRESET), runs, workers=workers), rows=lambda table: None)


def _watched() -> None:
    model = AllianceModel(PRESET)
    while not model.over:
        model.step()


def _mesa() -> list[dict[str, object]]:
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


def _cold_starts(bench: Bench) -> None:
    """Times of whole commands from a cold start, beside the interpreter's own."""
    python, command = sys.executable, [sys.executable, "-m", "experiments"]
    answer = [*command, "run", PRESET, "--runs", "200", "--quiet", "--out", os.devnull + ".d"]
    bench.note("python_s", _command([python, "-c", "pass"]))
    bench.note("help_s", _command([*command, "--help"]))
    bench.note("import_mesa_s", _command([python, "-c", "import mesa"]))
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        answer[-1] = folder
        bench.note("first_answer_s", _command(answer))


def _command(words: Sequence[str]) -> float:
    return timed(lambda: subprocess.run(words, check=True, capture_output=True))


# ------------------------------------------------------------------ the solver against Gambit


def random_games(count: int, states: int = 4, actions: int = 6, seed: int = 0) -> StageGame:
    """Stage games of random payoffs, slopes and effects, one a run; precision 2."""
    size = states * actions
    draws = np.concatenate(
        [uniforms(seed, f"bench {k}", 0, range(count)) for k in range((9 * size + 3) // 4)]
    )
    base, rest = draws[:size], draws[size : 9 * size]
    slopes, effects = rest.reshape(2, len(CHANNELS), states, actions, count)
    others = np.broadcast_to(1 - np.eye(states), (len(CHANNELS), states, states))[..., None]
    return StageGame(
        base=2 * base.reshape(states, actions, count) - 1,
        slopes=(2 * slopes - 1) / states,
        effects=effects,
        relations=others,
        precision=np.full((states, 1), 2.0),
    )


def posed_games(count: int, actions: int = 6) -> StageGame:
    """Stage games of the preset's four patrons on their first open actions, one a run.

    The principals' play is held at the equilibrium of the whole game.
    """
    model = AllianceModel(PRESET, runs=range(count))
    for _ in range(POSED_TURNS):
        model.step()
    assert model.game is not None and model.solution is not None
    patrons = [s for s in range(model.world.state_count) if s not in model.world.principals]
    return short_menus(held(model.game, model.solution.play, patrons), actions)


def gambits_play(game: StageGame) -> Play:
    """Gambit's logit equilibrium of the game of one run, on the principal branch."""
    menus = open_menus(game)
    played = gambits_solution(strategic_form(game, menus))
    play = np.zeros_like(game.base)
    for state, (player, menu) in enumerate(zip(played.game.players, menus, strict=True)):
        play[state, menu] = [float(played[each]) for each in player.strategies]
    return play


def open_menus(game: StageGame) -> list[list[int]]:
    """The open actions of each state in the game of one run."""
    return [[int(action) for action in np.flatnonzero(row != -np.inf)] for row in game.base]


def strategic_form(game: StageGame, menus: list[list[int]]) -> Any:
    """The game of one run as Gambit's, payoffs times precision."""
    import pygambit

    return pygambit.Game.from_arrays(*profile_payoffs(game, menus))


def gambits_solution(form: Any) -> Any:
    """Gambit's mixed strategies at the end of the principal branch."""
    import pygambit

    return pygambit.qre.logit_solve_lambda(form, lam=[1.0])[-1].profile


def _gambit(games: StageGame, count: int = 2) -> float | None:
    """Games a second that Gambit solves, to our residual; None where it is not installed."""
    if find_spec("pygambit") is None:
        return None
    each_run = [games.run(number) for number in range(count)]
    forms = [strategic_form(game, open_menus(game)) for game in each_run]
    return count / timed(lambda: [gambits_solution(form) for form in forms])


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
        "runs": {n: timed(lambda n=n: _ensemble(n, 1)) for n in (1000, 2000, 4000, 8000)},  # type: ignore[misc]  # a default binds n
        "turns": {
            n: timed(lambda n=n: play_block(Job(PRESET, changes={"turns": n}), range(1000)))  # type: ignore[misc]  # a default binds n
            for n in (12, 25, 50)
        },
        "states": {n: _with_states(n) for n in STATES},
    }


def _with_states(count: int, runs: int = 500, turns: int = 3) -> float:
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
        _copied(world, order, world.state_count),
        names=names,
        rules=tuple(world.rules[each] for each in order),
    )


def _copied(thing: Any, order: list[int], states: int) -> Any:
    """A record with its arrays by state, and by pair of states, in a new order."""
    if isinstance(thing, np.ndarray):
        for axis in (0, 1):
            if thing.ndim > axis and thing.shape[axis] == states:
                thing = thing.take(order, axis)
            else:
                break
        return thing
    if isinstance(thing, dict):
        return {key: _copied(value, order, states) for key, value in thing.items()}
    if is_dataclass(thing):
        parts = {f.name: _copied(getattr(thing, f.name), order, states) for f in fields(thing)}
        if "names" in parts and "on_menu" in parts:
            parts["names"] = tuple(parts["names"][each] for each in order)
        return replace(thing, **parts)  # type: ignore[type-var]  # any of the world's records
    return thing


def exponent(seconds: dict[int, float]) -> float:
    """The power of size with which time grows, between the smallest and the largest."""
    sizes = sorted(seconds)
    first, last = sizes[0], sizes[-1]
    return float(np.log(seconds[last] / seconds[first]) / np.log(last / first))


# ------------------------------------------------------------------ memory


def peak_memory(runs: int) -> float:
    """Peak memory in MiB of a process that plays and stores an ensemble of short runs."""
    words = [sys.executable, "-m", "benchmarks.bench", str(runs)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def peak() -> float:
    """Peak memory of this process so far, MiB, as Linux tells it. Raises ConfigError elsewhere."""
    status = Path("/proc/self/status")
    told = re.search(r"VmHWM:\s*(\d+) kB", status.read_text("utf-8") if status.exists() else "")
    if told is None:
        raise ConfigError("bench: memory is read from /proc/self/status; valid: a Linux machine")
    return int(told[1]) / 1024


def _play_and_store(runs: int) -> None:
    """What `cheaptalk run` does with its runs; prints the peak memory of this process, MiB."""
    import tempfile

    from experiments.engine.store import Folder, Rows

    with tempfile.TemporaryDirectory() as place:
        rows = Rows(Folder(Path(place)), "runs.parquet")
        played: Iterator[Any] = blocks(Job(PRESET, changes={"turns": PEAK_TURNS}), runs)
        gathered(played, rows.append)
        rows.close()
    print(peak())


# ------------------------------------------------------------------ in words


def as_json(bench: Bench) -> str:
    """The figures as one JSON object."""
    return json.dumps(bench.record(), indent=1)


def in_words(bench: Bench) -> str:
    """The figures for a reader, medians over the rounds with their range."""
    found = bench.record()

    def line(name: str, what: str, form: str = ",.0f") -> str:
        value = found.get(name, bench.middle(name))
        if value is None:
            return f"  {what:<58}not measured: it needs pygambit"
        span = bench.rounds.get(name)
        told = f"  [{min(span):{form}}, {max(span):{form}}]" if span else ""
        return f"  {what:<58}{value:>12{form}}{told}"

    lines = [
        f"{PRESET}, {load(PRESET).file.turns} turns; medians of {len(bench.rounds['exp_ns'])} "
        "interleaved rounds [least, most]",
        line("ensemble_runs_per_s", f"ensemble, runs a second on {all_workers()} workers"),
        line("one_worker_runs_per_s", "ensemble, runs a second on one worker"),
        line("scaling_2", "ratio of the two", ".2f"),
        line("mesa_batch_runs_per_s", "mesa.batch_run, runs a second", ".2f"),
        line("ratio_mesa", "ensemble over mesa.batch_run"),
        line("single_run_ms", "one watched run, ms", ",.1f"),
        line("us_per_run_turn", "CPU a run and turn, us", ".2f"),
        line("exp_ns", "one exponential in cache, ns", ".2f"),
        line("exponentials_per_run_turn", "exponentials' worth a run and turn"),
        line("games_per_s", "random four-state games of six actions, solved a second"),
        line("gambit_games_per_s", "the same by Gambit", ".1f"),
        line("ratio_gambit", "ratio of the two"),
        line("posed_games_per_s", f"such games posed by {PRESET}, solved a second"),
        line("gambit_posed_games_per_s", "the same by Gambit", ".1f"),
        line("ratio_gambit_posed", "ratio of the two"),
        line("ratio_help", "--help over `python -c pass`", ".1f"),
        line("ratio_first_answer", "`run --runs 200` over `import mesa`", ".1f"),
        "",
        "Share of a turn: " + ", ".join(f"{k} {v:.0%}" for k, v in bench.phases.items()),
        "Growth, time as a power of size: "
        + ", ".join(f"{what} {exponent(each):.2f}" for what, each in bench.growth.items()),
        f"Peak memory, MiB (runs of {PEAK_TURNS} turns, stored): "
        + ", ".join(f"{runs:,} runs {value:.0f}" for runs, value in bench.peak.items()),
        "Machine: " + ", ".join(f"{k} {v}" for k, v in machine().items() if k != "features"),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    _play_and_store(int(sys.argv[1]))
