"""Speed and memory, measured in one run: every round times all contestants one after another.

Absolute figures belong to the machine; ratios and exponents of growth are what to compare.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from benchmarks.games import gambits_rate, posed_games, random_games
from benchmarks.memory import PEAK_TURNS, peak, peak_memory
from benchmarks.speed import (
    MESA_RUNS,
    PRESET,
    best_engine,
    cold_starts,
    compiling,
    ensemble,
    exponent,
    exponential,
    growth,
    mesas_batch,
    phases,
    timed,
    watched,
)
from experiments.engine.batch import Job, all_workers, blocks, play_block
from experiments.engine.words import aligned
from model.game.equilibrium import logit_equilibrium
from model.preset.load import load

ROUNDS = 5
RUNS = 4000
"""Runs of the ensemble in each round."""
GAMES = 4000
"""Four-state games of six actions that are solved together."""
PEAK_RUNS = (10_000, 100_000, 1_000_000)


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
            "numpy_us_per_run_turn": self.middle("numpy_us_per_run_turn"),
            "ratio_engines": self.ratio("numpy_us_per_run_turn", "us_per_run_turn"),
            "compile_s": self.middle("compile_s"),
            "load_s": self.middle("load_s"),
            "ratio_mesa": self.ratio("ensemble_runs_per_s", "mesa_batch_runs_per_s"),
            "ratio_mesa_one_worker": self.ratio("one_worker_runs_per_s", "mesa_batch_runs_per_s"),
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
    play_block(Job(load(PRESET)), range(50))  # imports and first calls are not the engine's speed
    best = best_engine()
    list(blocks(Job(load(PRESET), engine=best), 64, workers=all_workers(), trajectories=False))
    ensemble(64, 1, best)
    contests = (("", random_games(GAMES)), ("posed_", posed_games(GAMES)))
    for each in range(rounds):
        tell(f"round {each + 1} of {rounds}")
        bench.note("exp_ns", exponential())
        bench.note("exp_us", bench.rounds["exp_ns"][-1] / 1000)
        turns = load(PRESET).file.turns
        for name, by in (("numpy_", "numpy"), ("", best)):
            busy = time.process_time()
            seconds = timed(lambda by=by: ensemble(RUNS, 1, by))  # type: ignore[misc]  # a default binds by
            bench.note(f"{name}one_worker_runs_per_s", RUNS / seconds)
            used = 1e6 * (time.process_time() - busy) / RUNS / turns
            bench.note(f"{name}us_per_run_turn", used)
        bench.note("mesa_batch_runs_per_s", MESA_RUNS / timed(mesas_batch))
        bench.note("ensemble_runs_per_s", RUNS / timed(lambda: ensemble(RUNS, all_workers(), best)))
        bench.note("single_run_ms", 1000 * timed(watched))
        for kind, games in contests:
            seconds = timed(lambda games=games: logit_equilibrium(games))  # type: ignore[misc]  # a default binds games
            bench.note(f"{kind}games_per_s", GAMES / seconds)
            gambit = gambits_rate(games)
            if gambit is not None:
                bench.note(f"gambit_{kind}games_per_s", gambit)
        for name, seconds in cold_starts().items():
            bench.note(name, seconds)
        if best == "compiled":
            for name, seconds in compiling().items():
                bench.note(name, seconds)
    tell("phases of a turn")
    bench.phases = phases()
    tell("growth with runs, turns and states")
    bench.growth = growth()
    for runs in PEAK_RUNS:
        tell(f"peak memory of {runs:,} runs")
        bench.peak[runs] = peak_memory(runs)
    return bench


# ------------------------------------------------------------------ in words


def as_json(bench: Bench) -> str:
    """The figures as one JSON object."""
    return json.dumps(bench.record(), indent=1)


def in_words(bench: Bench) -> str:
    """The figures for a reader, medians over the rounds with their range."""
    found = bench.record()

    def line(name: str, what: str, form: str = ",.0f") -> tuple[str, str, str]:
        value = found.get(name, bench.middle(name))
        if value is None:
            extra = "llvmlite" if name in ("compile_s", "load_s") else "pygambit"
            return what, "", f"not measured: it needs {extra}"
        span = bench.rounds.get(name)
        told = f"[{min(span):{form}}, {max(span):{form}}]" if span else ""
        return what, f"{value:{form}}", told

    lines = [
        f"{PRESET}, {load(PRESET).file.turns} turns; medians of {len(bench.rounds['exp_ns'])} "
        "interleaved rounds [least, most]",
        *aligned(
            ("<58", ">12", "  <"),
            [
                line("ensemble_runs_per_s", f"ensemble, runs a second on {all_workers()} workers"),
                line("one_worker_runs_per_s", "ensemble, runs a second on one worker"),
                line("scaling_2", "ratio of the two", ".2f"),
                line("mesa_batch_runs_per_s", "mesa.batch_run, runs a second", ".2f"),
                line("ratio_mesa", "ensemble over mesa.batch_run"),
                line("ratio_mesa_one_worker", "the same on one worker"),
                line("single_run_ms", "one watched run, ms", ",.1f"),
                line("us_per_run_turn", "CPU a run and turn, us", ".2f"),
                line("numpy_us_per_run_turn", "the same by numpy, us", ".2f"),
                line("ratio_engines", "ratio of the two", ".1f"),
                line("compile_s", "CPU to compile a turn, s", ".2f"),
                line("load_s", "CPU to load and check a compiled turn, s", ".2f"),
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
            ],
        ),
        "",
        "Share of a turn: " + ", ".join(f"{k} {v:.0%}" for k, v in bench.phases.items()),
        "Growth, time as a power of size: "
        + ", ".join(f"{what} {exponent(each):.2f}" for what, each in bench.growth.items()),
        f"Peak memory, MiB (runs of {PEAK_TURNS} turns, stored): "
        + ", ".join(f"{runs:,} runs {value:.0f}" for runs, value in bench.peak.items()),
        "Machine: " + ", ".join(f"{k} {v}" for k, v in machine().items() if k != "features"),
    ]
    return "\n".join(lines)
