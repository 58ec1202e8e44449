"""The alliance commitment model: six lines a turn, for one run or for any number at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import mesa
import numpy as np

from agents.payoffs import stage_game, weighed
from agents.state import StateAgent
from agents.strategies import attraction_after, imagined, with_strategies
from model import turn
from model.draws import state_uniforms, uniforms
from model.equilibrium import Solution, logit_equilibrium
from model.measures import recorded
from model.preset import Change, ConfigError, Preset, first_world, load, menu, suggestion
from model.stage_game import StageGame
from model.world import Array, World


class AllianceModel(mesa.Model):
    """A crisis between a target and its challenger, and the states that may help either.

    `runs` is the number of the one run to watch, or a range of runs to play
    together on a last axis. `policy` forces actions by state name while there is
    war: `{"russia": "rhetoric"}` is do(rhetoric). Several policies play the range once under
    each, one after the other on the run axis. Runs of the same number and `rng`
    have the same luck whatever the policy. Raises ConfigError for a wrong preset or
    change, NoEquilibrium where a stage game is not solved.
    """

    def __init__(
        self,
        preset: str = "iran-2025",
        *,
        rng: int | None = 0,
        runs: int | range = 0,
        changes: Mapping[str, Change] | None = None,
        policy: Mapping[str, str] | Sequence[Mapping[str, str]] | None = None,
    ) -> None:
        self.luck = int(rng or 0)  # batch_run of Mesa 3.5 gives None
        super().__init__(rng=self.luck)
        self.runs = runs
        self.preset = load(preset, changes)
        several = [policy or {}] if policy is None or isinstance(policy, Mapping) else policy
        self.policies = [dict(each) for each in several]
        for each in self.policies:
            _check_policy(self.preset, each)
        self.world: World = first_world(self.preset, runs, len(self.policies))
        self.solution: Solution | None = None
        self.game: StageGame | None = None
        self.forced_down: Array = np.zeros(np.shape(self.world.weeks_at_war))
        for state, name in enumerate(self.world.names):
            StateAgent(self, name, state)
        self.states: list[StateAgent] = [
            each for each in self.agents if isinstance(each, StateAgent)
        ]
        self.datacollector = mesa.DataCollector(
            model_reporters=recorded() if isinstance(runs, int) else {},
            agent_reporters={
                name: name for name in ("name", "action", "reliability", "honesty", "money")
            }
            if isinstance(runs, int)
            else {},
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        """Play one turn: shocks, weigh, solve, act, resolve, judge."""
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
        """Known events of this turn's day."""
        world = self.world
        restraint = self.preset.event_value("restraint", world.day, world.restraint)
        attack = self.preset.attack_turn()
        onset = np.asarray(world.conflict.onset)
        if attack is not None and world.turn <= attack:
            onset = np.asarray(np.inf if world.turn == attack else 0.0)
        self.world = replace(
            world,
            restraint=np.zeros_like(world.restraint) + restraint,
            onset=np.zeros_like(world.restraint) + onset,
        )

    def weigh(self) -> None:
        """The states weigh their menus; together this is the stage game."""
        weighing = weighed(self.world)
        game = stage_game(self.world, weighing)
        self.game = replace(game, base=self.forced(game.base))
        self.flows = weighing.flow

    def forced(self, base: Array) -> Array:
        """Payoffs with only the forced action open: scripted attack, and do(policy) in war.

        Where means do not allow the forced action, the highest feasible rung below it is played.
        """
        world = self.world
        if self.preset.attack_turn() == world.turn:
            base = _only(base, world, world.challenger, "campaign", np.ones_like(world.war))
        for name, action in dict.fromkeys(
            item for policy in self.policies for item in policy.items()
        ):
            state = world.names.index(name)
            bound = world.war & self.bound_by(name, action)
            base = _only(base, world, state, action, bound)
            wanted = base[state][world.ladder.names[state].index(action)]
            self.forced_down = self.forced_down + (bound & (wanted == -np.inf))
        return base

    def bound_by(self, name: str, action: str) -> Array:
        """In which runs the policy forces this action on a state."""
        bound = np.array([policy.get(name) == action for policy in self.policies])
        return bound[0] if isinstance(self.runs, int) else np.repeat(bound, len(self.runs))

    def solve(self) -> None:
        """Mixed strategies by the decision rules: the logit equilibrium of the stage game."""
        assert self.game is not None
        guess = None if self.solution is None else self.solution.play
        bound = with_strategies(self.world, self.game, self.world.rules, self.imagine)
        first = self.runs if isinstance(self.runs, int) else self.runs.start
        where = f"in turn {self.world.turn}"
        self.solution = logit_equilibrium(bound, guess, where, first_run=first)

    def imagine(self, state: int, depth: int, samples: int) -> Array:
        """What each action of a state would be worth after some imagined turns."""
        assert self.game is not None

        def draws(sample: int, ahead: int) -> tuple[Array, Array]:
            purpose = f"imagine {self.world.turn}.{sample}"
            return self.luck_of(purpose, ahead, by_state=True), self.luck_of(
                f"{purpose} resolve", ahead
            )

        return imagined(self.world, self.game, self.flows, state, depth, samples, draws)

    def luck_of(self, purpose: str, turn: int, *, by_state: bool = False) -> Array:
        """Uniform draws (4, *runs) or (4, states, *runs), the same under each policy."""
        if by_state:
            drawn = state_uniforms(self.luck, purpose, turn, self.runs, self.world.state_count)
        else:
            drawn = uniforms(self.luck, purpose, turn, self.runs)
        return (
            drawn if len(self.policies) == 1 else np.concatenate([drawn] * len(self.policies), -1)
        )

    def act(self) -> None:
        """Draw each state's action."""
        assert self.solution is not None
        draws = self.luck_of("act", self.world.turn, by_state=True)
        self.world = turn.acted(self.world, self.solution.play, draws)

    def resolve(self) -> None:
        """Count what was gained by the actions played, then move the world."""
        assert self.game is not None
        self.world = turn.valued(self.world, self.game, self.flows)
        draws = self.luck_of("resolve", self.world.turn)
        self.world = turn.resolved(self.world, draws)

    def judge(self) -> None:
        """Audiences update what they believe, states their experience; the turn ends."""
        assert self.game is not None
        if "experience" in self.world.rules:
            attraction = attraction_after(self.world, self.game)
            self.world = replace(self.world, attraction=attraction)
        self.world = turn.judged(self.world)


def _check_policy(preset: Preset, policy: Mapping[str, str]) -> None:
    """Refuse a policy of who does not play, or of an action that is not on the menu."""
    for name, action in policy.items():
        if name not in preset.profiles:
            known = suggestion(name, list(preset.profiles))
            raise ConfigError(f"policy: found '{name}'{known}")
        if action not in menu(preset, name):
            known = suggestion(action, list(menu(preset, name)))
            raise ConfigError(f"policy of {name}: found '{action}'{known}")


def _only(base: Array, world: World, state: int, action: str, when: Array) -> Array:
    """Payoffs in which a state can only take one action, or the highest feasible rung below."""
    names, rung = world.ladder.names[state], world.ladder.rung[state]
    column = names.index(action)
    allowed = (rung < rung[column]) | (
        np.arange(len(rung)).reshape(rung.shape[:1] + (1,) * (rung.ndim - 1)) == column
    )
    open_ = allowed & (base[state] > -np.inf)
    rank = np.where(
        open_,
        rung + 0.5 * (np.arange(len(rung)).reshape(-1, *(1,) * (rung.ndim - 1)) == column),
        -1.0,
    )
    best = rank == rank.max(0)
    first = best & (best.cumsum(0) == 1)
    shape = np.broadcast_shapes(base.shape, np.shape(when))
    forced = np.broadcast_to(base, shape).copy()
    forced[state] = np.where(when & ~first, -np.inf, base[state])
    return forced
