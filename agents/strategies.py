"""Decision rules: how a state turns the stage game into a mixed strategy.

The default, `logit`, plays the quantal response equilibrium. The others fix a state's
mixed strategy by what it has seen or can imagine; those who play `logit` then play
the equilibrium against it. A rule is declared once and chosen in a profile: `rule = "level_k"`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from agents.realised import resolved, told
from agents.weighing import Weighing, stage_game, weighed
from model.game.equilibrium import logit_equilibrium
from model.game.quantal_response import quantal_response, uniform
from model.game.stage_game import StageGame
from model.measures import worth
from model.rules import turn
from model.world import Array, PerAction, World

Imagine = Callable[[int, int, int], PerAction]
"""What each action of a state would be worth: (state, depth, samples) to (actions, *runs)."""


@dataclass(frozen=True)
class Situation:
    """What a rule may use: the world, the stage game, whose turn it is, and imagination."""

    world: World
    game: StageGame
    state: int
    imagine: Imagine

    @property
    def feasible(self) -> Array:
        """Which actions are open: (actions, *runs)."""
        return self.game.base[self.state] != -np.inf


Strategy = Callable[[Situation], PerAction]
STRATEGIES: dict[str, Strategy] = {}


def strategy(rule: Strategy) -> Strategy:
    """Declare a decision rule under its function's name."""
    STRATEGIES[rule.__name__] = rule
    return rule


@strategy
def logit(situation: Situation) -> PerAction:
    """The quantal response equilibrium, solved for all who play it together.

    Reference: McKelvey & Palfrey 1995.
    """
    game = situation.game
    return logit_equilibrium(game).play[situation.state]


@strategy
def best_response(situation: Situation) -> PerAction:
    """The best reply to what the others last did (Cournot 1838); ties go to the lower action."""
    game, world = situation.game, situation.world
    payoffs = game.payoffs(game.expectations(last_play(world, game)))
    return only_best(payoffs[situation.state], situation.feasible)


@strategy
def level_k(situation: Situation) -> PerAction:
    """The quantal reply to players of level k - 1; level 0 plays at random.

    Reference: Stahl & Wilson 1995.
    """
    game, state = situation.game, situation.state
    play = uniform(game)
    level = situation.world.decision.level[state]
    for step in range(int(np.max(level))):
        reply = quantal_response(game.payoffs(game.expectations(play)), game.precision)
        play = np.where(step < level, reply, play)
    return play[state]


@strategy
def experience(situation: Situation) -> PerAction:
    """Logit choice on attractions that experience weighs (Camerer & Ho 1999)."""
    game, state, world = situation.game, situation.state, situation.world
    attraction = np.where(situation.feasible, world.attraction[state], -np.inf)
    return quantal_response(attraction[None], game.precision[state][None])[0]


@strategy
def look_ahead(situation: Situation) -> PerAction:
    """The action whose imagined coming turns are worth most, by roll-out.

    Reference: Tesauro & Galperin 1996.
    """
    decision, state = situation.world.decision, situation.state
    depth, samples = (int(np.max(each[state])) for each in (decision.depth, decision.samples))
    return only_best(situation.imagine(state, depth, samples), situation.feasible)


@strategy
def always_talk(situation: Situation) -> PerAction:
    """The highest feasible rung up to words."""
    return highest_up_to(situation, np.full((), 1.0))


@strategy
def always_arm(situation: Situation) -> PerAction:
    """The highest feasible rung up to arms, or a limited strike."""
    return highest_up_to(situation, np.full((), 4.0))


@strategy
def always_fight(situation: Situation) -> PerAction:
    """The highest feasible rung."""
    return highest_up_to(situation, np.full((), np.inf))


@strategy
def repay_in_kind(situation: Situation) -> PerAction:
    """The highest feasible rung that the other side last reached (tit for tat)."""
    world = situation.world
    rung = world.ladder.played(world.ladder.rung, world.choice)
    against = np.where(world.side != world.side[situation.state], rung, 0.0)
    return highest_up_to(situation, against.max(0))


# ------------------------------------------------------------------- what rules share


def last_play(world: World, game: StageGame) -> Array:
    """The actions last played as pure strategies: (states, actions, *runs)."""
    actions = np.arange(game.base.shape[1])
    places = actions.reshape(-1, *(1,) * (world.choice.ndim - 1))
    return (places[None] == world.choice[:, None]) * 1.0


def only_best(value: PerAction, feasible: Array) -> PerAction:
    """The pure strategy of the highest value among feasible actions, the first where equal."""
    ranked = np.where(feasible, value, -np.inf)
    best = ranked == ranked.max(0)
    return (best & (best.cumsum(0) == 1)) * 1.0


def highest_up_to(situation: Situation, rung: Array) -> PerAction:
    """The pure strategy of the highest feasible rung not above one; overt before hidden."""
    ladder, state = situation.world.ladder, situation.state
    height = ladder.rung[state] - 0.1 * ladder.hidden[state] - 0.2 * (ladder.lobby[state] > 0)
    return only_best(np.where(ladder.rung[state] <= rung, height, -1.0), situation.feasible)


def with_strategies(
    world: World, game: StageGame, rules: tuple[str, ...], imagine: Imagine
) -> StageGame:
    r"""The stage game in which every state but the logit players is bound to its rule.

    A mixed strategy p is bound by payoffs $\log(p) / \lambda$ that do not depend on others:
    the quantal response to them is p.
    """
    return bound(
        game,
        {
            state: STRATEGIES[rule](Situation(world, game, state, imagine))
            for state, rule in enumerate(rules)
            if rule != "logit"
        },
    )


def bound(game: StageGame, chosen: Mapping[int, PerAction]) -> StageGame:
    """The stage game in which some states play a given mixed strategy, whatever the others do."""
    if not chosen:
        return game
    slopes = game.slopes.copy()
    rows, precision = list(game.base), list(game.precision)
    for state, play in chosen.items():
        with np.errstate(divide="ignore"):
            rows[state] = np.log(play)
        slopes[:, state] = 0.0
        precision[state] = np.ones_like(precision[state])
    return replace(
        game,
        base=np.stack(np.broadcast_arrays(*rows)),
        slopes=slopes,
        precision=np.stack(precision),
    )


def attraction_after(world: World, game: StageGame) -> Array:
    r"""Attractions after this turn's experience (Camerer & Ho 1999).

    $A \leftarrow \varphi A + (1 - \varphi)\,(\delta + (1 - \delta)\,1[a\ played])\,u(a)$ against
    what the others played, with the retention $\varphi = e^{-forgetting \cdot weeks}$.
    """
    lasting = np.exp(-world.decision.forgetting * world.weeks)[:, None]
    play = last_play(world, game)
    payoffs = game.payoffs(game.expectations(play))
    known = np.where(payoffs != -np.inf, payoffs, 0.0)
    share = world.decision.foregone[:, None] + (1 - world.decision.foregone[:, None]) * play
    return lasting * world.attraction + (1 - lasting) * share * known


def imagined(
    world: World,
    game: StageGame,
    weighing: Weighing,
    state: int,
    depth: int,
    samples: int,
    draws: Callable[[int, int], tuple[Array, Array]],
) -> PerAction:
    """What each action would be worth after some turns: (actions, *runs), by roll-out.

    The others are imagined to play the logit equilibrium, and so is the state itself from the
    next turn on. `draws(sample, turn)` gives the imagined draws of acting and resolving.
    """
    play = logit_equilibrium(game, None, "of an imagined future").play
    values = []
    for action in range(game.base.shape[1]):
        added = np.zeros(())
        for sample in range(samples):
            drawn = draws(sample, 0)
            acts = turn.acted(world, play, drawn[0])
            choice = acts.choice.copy()
            choice[state] = action
            future = after(replace(acts, choice=choice), game, weighing, drawn[1])
            for ahead in range(1, depth):
                future = played_on(future, draws(sample, ahead))
            added = added + worth(future)[state]
        values.append(added / samples)
    return np.stack(np.broadcast_arrays(*values))


def played_on(world: World, draws: tuple[Array, Array]) -> World:
    """A world one imagined turn on, all playing the logit equilibrium."""
    weighing = weighed(world)
    game = stage_game(world, weighing)
    play = logit_equilibrium(game, None, "of an imagined future").play
    return after(turn.acted(world, play, draws[0]), game, weighing, draws[1])


def after(acts: World, game: StageGame, weighing: Weighing, draws: Array) -> World:
    """A world after an imagined turn's acts: what they tell, give, change, and teach."""
    return turn.judged(resolved(told(acts, weighing), game, weighing, draws))
