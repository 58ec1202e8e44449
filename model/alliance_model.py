"""The alliance commitment model: six lines a turn, for one run or for any number at once."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

import mesa
import numpy as np

from agents.realised import resolved, told
from agents.state import StateAgent, seated
from agents.strategies import attraction_after, imagined, with_strategies
from agents.weighing import Weighing, stage_game, weighed
from model.draws import MOST_SEED, state_uniforms, uniforms
from model.game.branch import NoEquilibrium
from model.game.equilibrium import Solution, logit_equilibrium
from model.game.stage_game import StageGame
from model.measures import MEASURES
from model.preset.load import Change, ConfigError, Preset, first_world, load, menu, suggestion
from model.preset.toml import Whole, whole_number
from model.rules import turn
from model.world import Array, Kept, PerRun, World, taken

MOST_RUN = 2**63 - 1
"""The largest number of a run."""


class AllianceModel(mesa.Model):
    """A crisis between a target and its challenger, and the states that may help either.

    `preset` is a name, a path, or a preset that was loaded before. `rng` is the seed, under the
    name that Mesa gives it. `runs` is the number of the one run to watch, or a range of runs to
    play together on a last axis; by default it is run 0, and in `mesa.batch_run` the run of the
    iteration's number. `policy` forces actions by state name while the principals fight:
    `{"russia": "rhetoric"}` is do(rhetoric); as a `doctrine` it is known to all from the first
    day, so that a challenger weighs it before it opens fire. Several policies play the range
    under each: a row a run and policy, one policy after the other. Until war first comes to a run
    its rows are the same and are played as one column of the run axis. Runs of the same number
    and seed have the same random draws whatever the policy. Raises ConfigError for a wrong preset
    or change, NoEquilibrium where a stage game is not solved or a value is not finite.
    """

    def __init__(
        self,
        preset: str | Preset = "iran-2025",
        *,
        rng: Whole | None = 0,
        runs: Whole | range | None = None,
        changes: Mapping[str, Change] | None = None,
        policy: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
        doctrine: bool = False,
    ) -> None:
        given = 0 if rng is None else rng  # batch_run of Mesa 3.5 gives None
        self.seed = whole_number(given, "rng", 0, MOST_SEED)
        super().__init__(rng=self.seed)
        self.runs = runs = checked_runs(iteration() if runs is None else runs)
        self.preset = load(preset, changes)
        several = [policy or {}] if policy is None or isinstance(policy, Mapping) else policy
        self.policies, self.doctrine = [dict(each) for each in several], doctrine
        for each in self.policies:
            _check_policy(self.preset, each)
        self.world: World = first_world(self.preset, runs)
        self.count = 1 if isinstance(runs, int) else len(runs)
        self.rows: Array = np.arange(self.count)  # the first row that each column plays
        self.columns: Array = np.tile(self.rows, len(self.policies))  # the column of each row
        if doctrine:
            self.announce()
        self.solution: Solution | None = None
        self.before: Array | None = None  # the last play, where the runs were begun elsewhere
        self.game: StageGame | None = None
        self.ceasefire: Array = np.zeros((), bool)  # whether more restraint is asked for this turn
        self.forced_down: Array = np.zeros(np.shape(self.world.weeks_at_war))
        self.states: list[StateAgent] = seated(self, self.world.names)
        self.datacollector = mesa.DataCollector(
            model_reporters=recorded() if isinstance(runs, int) else {},
            agent_reporters={
                name: attrgetter(name)
                for name in ("name", "action", "reliability", "honesty", "money")
            }
            if isinstance(runs, int)
            else {},
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        """Play one turn: shocks, weigh, solve, act, resolve, judge.

        Raises ConfigError where all turns were played.
        """
        if self.over:
            raise ConfigError(
                f"step: all {self.world.turn} turns of {self.preset.name} were played"
            )
        self.shock()
        self.weigh()
        self.solve()
        self.act()
        self.resolve()
        self.judge()
        self.running = not self.over
        self.datacollector.collect(self)

    @property
    def over(self) -> bool:
        """Whether all turns of the preset have been played."""
        return self.world.turn >= self.preset.file.turns

    def shock(self) -> None:
        """Known events of this turn's day; policies part where war has come."""
        self.part()
        world = self.world
        restraint = self.preset.event_value("restraint", world.day, world.restraint)
        attack = self.preset.attack_turn()
        onset = np.asarray(world.conflict.onset)
        if attack is not None:
            scripted = np.where(world.turn == attack, np.inf, 0.0)
            onset = np.where(world.turn <= attack, scripted, onset)
        self.ceasefire = np.asarray(restraint > world.restraint)
        self.world = replace(
            world,
            restraint=np.zeros_like(world.restraint) + restraint,
            onset=np.zeros_like(world.restraint) + onset,
        )

    def part(self) -> None:
        """Give each row of a run that is at war a column of its own, as policies now bind."""
        if len(self.rows) == len(self.columns):
            return
        every = np.arange(len(self.columns))
        at_war = np.broadcast_to(self.world.war, len(self.rows))[self.columns]
        parted = at_war | (self.rows[self.columns] == every)
        rows, columns = np.unique(np.where(parted, every, every % self.count), return_inverse=True)
        before = self.columns[rows]
        self.world = in_columns(self.world, before)
        self.solution = taken(self.solution, before)
        self.forced_down = taken(self.forced_down, before)
        self.rows, self.columns = rows, columns

    def announce(self) -> None:
        """Let all know each row's policy from the start, and give each row a column of its own."""
        one = isinstance(self.runs, int)
        world = self.world if one else in_columns(self.world, self.columns)
        self.rows = self.columns = np.arange(len(self.columns))
        runs = () if one else self.rows.shape
        doctrine = np.broadcast_to(world.doctrine, (world.state_count, *runs)).copy()
        for name, action in dict.fromkeys(item for each in self.policies for item in each.items()):
            state = world.names.index(name)
            place = world.ladder.names[state].index(action)
            doctrine[state] = np.where(self.bound_by(name, action), place, doctrine[state])
        self.world = replace(world, doctrine=doctrine)

    def by_row(self, array: Array) -> Array:
        """An array of the world for each run under each policy: its last axis is the rows."""
        shape = (*np.shape(array)[:-1], len(self.rows))
        whole = np.broadcast_to(array, shape)
        return whole if len(self.rows) == len(self.columns) else whole.take(self.columns, -1)

    def under_first(self, thing: Kept) -> Kept:
        """What an array or record with a run axis says of the runs under the first policy."""
        return thing if len(self.policies) == 1 else taken(thing, self.columns[: self.count])

    def weigh(self) -> None:
        """The states weigh their menus; together this is the stage game."""
        weighing = weighed(self.world)
        game = stage_game(self.world, weighing)
        self.game = replace(game, base=self.forced(game.base))
        self.weighing: Weighing = weighing

    def forced(self, base: Array) -> Array:
        """Payoffs with only the forced action open: by scripted attack, or do(policy) in fighting.

        A policy rests in the turn in which more restraint is asked for, and from then on where
        the principals keep to it.

        Where means do not allow the forced action, the highest feasible rung below it is played.
        """
        world = self.world
        attack, own = self.preset.attack_turn(), world.challenger
        attacked = attack is not None and world.turn == attack
        if np.any(attacked):
            base = base.copy()
            base[own] = np.where(attacked, _only(base[own], world, own, "campaign"), base[own])
        orders = dict.fromkeys(item for policy in self.policies for item in policy.items())
        fighting = turn.fighting(world) & ~self.ceasefire
        if not orders or not np.any(fighting):
            return base
        runs = () if isinstance(self.runs, int) else self.rows.shape
        base = np.broadcast_to(base, (*base.shape[:2], *runs)).copy()
        for name, action in orders:
            state = world.names.index(name)
            bound = fighting & self.bound_by(name, action)
            closed = base[state][world.ladder.names[state].index(action)] == -np.inf
            self.forced_down = self.forced_down + (bound & closed)
            base[state][:, bound] = _only(base[state][:, bound], world, state, action)
        return base

    def bound_by(self, name: str, action: str) -> Array:
        """In which runs the policy forces this action on a state."""
        bound = np.array([policy.get(name) == action for policy in self.policies])
        return bound[0] if isinstance(self.runs, int) else bound[self.rows // self.count]

    def solve(self) -> None:
        """Mixed strategies by the decision rules: the logit equilibrium of the stage game."""
        assert self.game is not None
        guess = self.before if self.solution is None else self.solution.play
        bound = with_strategies(self.world, self.game, self.world.rules, self.imagine)
        first = self.runs if isinstance(self.runs, int) else self.runs.start
        where = f"in turn {self.world.turn}"
        self.solution = logit_equilibrium(
            bound, guess, where, numbers=first + self.rows % self.count
        )

    def imagine(self, state: int, depth: int, samples: int) -> Array:
        """What each action of a state would be worth after some imagined turns."""
        assert self.game is not None

        def draws(sample: int, ahead: int) -> tuple[Array, Array]:
            purpose = f"imagine {self.world.turn}.{sample}"
            return self.draws_of(purpose, ahead, by_state=True), self.draws_of(
                f"{purpose} resolve", ahead
            )

        return imagined(self.world, self.game, self.weighing, state, depth, samples, draws)

    def draws_of(self, purpose: str, turn: PerRun | int, *, by_state: bool = False) -> Array:
        """Uniform draws (4, *runs) or (4, states, *runs), the same under each policy."""
        if by_state:
            drawn = state_uniforms(self.seed, purpose, int(turn), self.runs, self.world.state_count)
        else:
            drawn = uniforms(self.seed, purpose, int(turn), self.runs)
        whole = len(self.policies) == 1 and len(self.rows) == self.count
        return drawn if whole else drawn.take(self.rows % self.count, -1)

    def act(self) -> None:
        """Draw each state's action."""
        assert self.solution is not None
        draws = self.draws_of("act", self.world.turn, by_state=True)
        self.world = replace(self.world, reasons=self.reasons(draws[1]))
        self.world = told(turn.acted(self.world, self.solution.play, draws), self.weighing)

    def reasons(self, renewal: Array) -> Array:
        r"""Private reasons $e^{\varepsilon}$ of each state and action: (states, actions, *runs).

        Drawn by the number of the crisis, so that they are the same whatever the policy, and
        anew while it lasts at `conflict.renewal`.
        """
        world, kept = self.world, self.world.reasons
        begins, again = turn.starting(world), turn.renewed(world, renewal)
        numbers = np.unique(np.broadcast_to(world.wars, np.shape(begins))[begins])
        for number in numbers:
            fresh = self.drawn_reasons("reasons", number)
            kept = np.where(begins & (world.wars == number), fresh, kept)
        if np.any(again):
            kept = np.where(again[:, None], self.drawn_reasons("renewal", world.turn), kept)
        return kept

    def drawn_reasons(self, purpose: str, number: PerRun | int) -> Array:
        r"""Fresh reasons, $e^{\varepsilon} = -1 / \log u$ of uniform u: (states, actions)."""
        actions = self.world.ladder.on_menu.shape[1]
        parts = [
            np.moveaxis(self.draws_of(f"{purpose} {part}", number, by_state=True), 0, 1)
            for part in range(-(-actions // 4))
        ]
        draw = np.concatenate(parts, 1)[:, :actions]
        with np.errstate(divide="ignore"):
            return -1 / np.log(draw)

    def resolve(self) -> None:
        """Count what was gained by the actions played, then move the world."""
        assert self.game is not None
        draws = self.draws_of("resolve", self.world.turn)
        self.world = resolved(self.world, self.game, self.weighing, draws)
        if not np.isfinite(self.world.realised).all():
            raise NoEquilibrium(f"in turn {self.world.turn}: realised value is not a finite number")

    def judge(self) -> None:
        """Audiences update what they believe, states their experience; the turn ends."""
        assert self.game is not None
        if "experience" in self.world.rules:
            attraction = attraction_after(self.world, self.game)
            self.world = replace(self.world, attraction=attraction)
        self.world = turn.judged(self.world)


def in_columns(world: World, columns: Array) -> World:
    """Some columns of a world; what is the same in all stays one, but the world's own extent."""
    weeks = np.broadcast_to(taken(world.weeks_at_war, columns), columns.shape).copy()
    return replace(taken(world, columns), weeks_at_war=weeks)


def checked_runs(runs: Whole | range) -> int | range:
    """The number of a run, or a range of them that follow one another. Raises ConfigError."""
    if not isinstance(runs, range):
        return whole_number(runs, "runs", 0, MOST_RUN)
    if runs.step != 1 or not 0 <= runs.start < runs.stop <= MOST_RUN:
        raise ConfigError(
            f"runs: found {runs}; valid: a number, or a range from 0 on by steps of 1, not empty"
        )
    return runs


def iteration() -> int:
    """Which iteration of `mesa.batch_run` makes a model now, as Mesa does not tell; else 0."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") != "mesa.batchrunner":
        frame = frame.f_back  # type: ignore[assignment]  # ends with None
    run = frame.f_locals.get("run") if frame is not None else None
    return int(run[1]) if isinstance(run, tuple) and len(run) == 3 else 0


def _check_policy(preset: Preset, policy: Mapping[str, str]) -> None:
    """Refuse a policy of who does not play, or of an action that is not on the menu."""
    for name, action in policy.items():
        if name not in preset.profiles:
            known = suggestion(name, list(preset.profiles))
            raise ConfigError(f"policy: found '{name}'{known}")
        if action not in menu(preset, name):
            known = suggestion(action, list(menu(preset, name)))
            raise ConfigError(f"policy of {name}: found '{action}'{known}")


def _only(own: Array, world: World, state: int, action: str) -> Array:
    """A state's payoffs if it can only take one action, or the highest feasible rung below.

    Of one rung what is done openly comes before what is hidden, and before a lobby.
    """
    rung = world.ladder.rung[state].reshape(-1, *(1,) * (own.ndim - 1))
    column = world.ladder.names[state].index(action)
    wanted = np.arange(len(rung)).reshape(rung.shape) == column
    open_ = (own != -np.inf) & (wanted | (rung < rung[column]))
    ladder, shape = world.ladder, rung.shape
    apart = 0.1 * ladder.hidden[state] + 0.2 * (ladder.lobby[state] > 0)
    rank = np.where(open_, rung - apart.reshape(shape) + 0.5 * wanted, -1.0)
    best = rank == rank.max(0)
    return np.where(best & (best.cumsum(0) == 1), own, -np.inf)


def recorded() -> dict[str, Callable[[AllianceModel], object]]:
    """Reporters for Mesa's data collector: the day and every measure."""
    found: dict[str, Callable[[AllianceModel], object]] = {"day": day_of}
    return found | {name: partial(measured_by, name) for name in MEASURES}


def day_of(model: AllianceModel) -> str:
    """The day on which the model's present turn begins."""
    return str(model.world.day)


def measured_by(name: str, model: AllianceModel) -> float:
    """A measure of the model's world, by its name."""
    return float(MEASURES[name].rule(model.world))
