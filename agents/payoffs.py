r"""The nine payoff terms: what a state gains and loses by each action.

`u_i(a) = sum_k weight_ik * term_k(i, a)`. A term is declared once; its weight, range and
documentation are read from there by the profiles, the command line and the tables.
Every term is a pure function of the world and of what each state expects of the
others, and gives (states, actions, *runs) or what broadcasts to it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from model.game.stage_game import (
    CHANNELS,
    NOTHING,
    Affine,
    Expected,
    Payoff,
    StageGame,
    credit,
    effects,
    relations,
)
from model.rules.beliefs import (
    affront_seen,
    beneficiary_pledge,
    growth,
    honesty_gain,
    obligations,
    reliability_gain,
    seen_share,
)
from model.world import BILLIONS, LEAST, TINY, Array, PerRun, PerState, Play, World, once, total

Rule = Callable[[World, Expected], Payoff]


@dataclass(frozen=True)
class Term:
    """A declared payoff term and the range of its weight.

    The default is fitted to coded history from the assumed `prior`, or an assumption itself.
    """

    name: str
    rule: Rule
    default: float
    prior: float | None
    low: float
    high: float
    channel: str | None
    shared: bool
    realised: bool
    wartime: bool
    theory: str

    @property
    def meaning(self) -> str:
        """The first line of the rule's documentation."""
        return (self.rule.__doc__ or "").strip().splitlines()[0]

    @property
    def source(self) -> str:
        """Whence the formula is, and the default where history gave it."""
        return self.theory if self.prior is None else f"{self.theory}; weight: {FITTED}"


FITTED = "fitted to coded crises (docs/BACKTEST.md)"

TERMS: dict[str, Term] = {}
"""The built-in terms. A world has terms of its own (`World.terms`): these, and a user's."""

declaring: ContextVar[dict[str, Term]] = ContextVar("declaring", default=TERMS)
"""Where `@term` declares: here, or among the terms of the user's file that is being run."""


def term(
    *,
    default: float = 1.0,
    prior: float | None = None,
    low: float = 0.0,
    high: float = 10.0,
    channel: str | None = None,
    shared: bool = False,
    realised: bool = False,
    wartime: bool = False,
    source: str = "",
) -> Callable[[Rule], Rule]:
    """Declare a payoff term under its function's name.

    `prior` is the weight assumed before `cheaptalk calibrate` fitted the default to coded crises.
    `channel` names the expectation the term reads; it must be affine in it, and `shared` says
    that what is expected moves all actions alike. A `realised` term also counts in the
    realised value, on the actions played. A `wartime` term is nothing in peace.
    """

    def declare(rule: Rule) -> Rule:
        name = rule.__name__
        marks = (channel, shared, realised, wartime)
        declaring.get()[name] = Term(name, rule, default, prior, low, high, *marks, source)
        return rule

    return declare


@term(default=0.33, prior=1.0, source="Leeds 2003; Morrow 2000; Berkemeier & Fuhrmann 2018")
def commitment(world: World, expected: Expected = NOTHING) -> Play:
    r"""Worth of keeping a treaty that binds.

    $\sum_{treaties} depth \cdot force \cdot \min(1, answer(a) / required)$ over the treaties in
    force with the protege whose clause binds; a neutrality or non-aggression
    clause is kept by every action that does not aid the aggressor.
    """
    depth, _, shown = obligations(world)
    return depth[:, None] * shown


@term(default=1.08, prior=1.0, wartime=True, source="Fearon 1994, 1997; Tomz 2007")
def audience(world: World, expected: Expected = NOTHING) -> Play:
    r"""Domestic cost of words that deeds do not answer.

    $-sensitivity \cdot \max(0, pledge - answer(a)) \cdot growth(t)$ while the
    protege is under attack.
    """
    pledge = beneficiary_pledge(world)[:, None]
    open_gap = np.maximum(pledge - world.ladder.answer, 0.0)
    gap = pledge + (open_gap - pledge) * seen_share(world)
    return -gap * (world.posture.sensitivity * np.where(world.war, growth(world), 0.0))[:, None]


@term(
    default=0.691,
    prior=1.0,
    wartime=True,
    source="Sartori 2005; Crescenzi et al. 2012; Sechser 2018",
)
def reputation(world: World, expected: Expected = NOTHING) -> Play:
    r"""What the audiences' opinion of reliability and honesty gains, valued by the future.

    $shadow \sum_j value\,(E[posterior_j] - prior_j)$, $shadow = discount/(1-discount)$.
    """
    discount = world.reputation.discount
    shadow = discount / (1 - discount) * world.reputation.value
    return shadow[:, None] * (reliability_gain(world) + honesty_gain(world))


@term(default=0.869, prior=1.0, realised=True, source="convex opportunity cost; Powell 1999")
def resources(world: World, expected: Expected = NOTHING) -> Play:
    r"""Opportunity cost of the means used.

    $-(x + x^2)$, with x the largest share of free money, forces and systems, and for a
    principal's fighting its share over readiness.
    """
    used = means_used(world)
    return -(used + used * used)


@term(default=10.6, prior=4.0, high=20.0, channel="aid", source="Altfeld & Bueno de Mesquita 1979")
def stakes(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Worth of what the aid changes in the protege's survival.

    $interest \cdot \Delta\pi(a)$, with $\Delta\pi$ the ratio contest function with and without
    the state's own aid against the other side's last effort. Others' expected aid
    crowds it out: linear between nobody's and everybody's help. A lobby
    moves survival by `conflict.leverage`, a sprint by the chance of a bomb.
    """
    ladder, worth = world.ladder, world.interest * world.side
    ours, theirs, most = contest_around(world)

    def won(strength: PerState) -> Play:
        own = world.own_help
        return own / (own + strength[:, None]) * (worth * theirs / strength)[:, None]

    alone, crowded = won(ours + theirs), won(ours + most + theirs)
    scale = (world.strengths[0] + world.strengths[1]) / most
    made = world.conflict.sprint / world.aims.breakout_weeks * (world.programme + world.hardened)
    bomb = ladder.sprint * (made * worth * theirs / (ours + theirs))[:, None]
    pressed = ladder.lobby * (np.abs(world.interest) * world.conflict.leverage)[:, None]
    return alone + (bomb + pressed) + (crowded - alone) * (scale[:, None] * expected.aid)


@term(default=2.12, prior=2.0, source="Sartori 2005; McManus 2018")
def sway(world: World, expected: Expected = NOTHING) -> Play:
    r"""Worth of words, which deter as far as the adversary believes them.

    $\pm interest \cdot voice(a) \cdot deterrence \cdot honesty\,(1-2/n) \cdot q / (q+s_T+s_C)$,
    q the power within reach, n the cases on record, minus on the challenger's side.
    """
    weight = world.power / (world.power + world.strengths[0] + world.strengths[1])
    believed = credit(world) * world.conflict.deterrence
    return world.ladder.voice * (world.interest * world.side * believed * weight)[:, None]


@term(default=1.03, prior=1.0, channel="force", realised=True, source="Snyder 1984; Benson 2012")
def escalation(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Expected harm from the other side's force.

    $-vulnerability \cdot exposure(a) \cdot (E[force] + pledged) / (1 + promised)$, force relative
    to the principals' strength, doubled where it is a nuclear power's. In peace a striker also
    counts the force that treaties pledge against it, as far as the pledgers are reliable; what
    is promised to a principal itself makes it bold (Benson 2012).
    """
    fear = world.posture.vulnerability / (1 + shelter(world))
    exposed = world.ladder.exposure * fear[:, None]
    pledged = np.sign(world.ladder.strike) * pledged_force(world)[:, None]
    return -exposed * (expected.force + pledged)


@term(
    default=1.04, prior=1.0, channel="lobbying", realised=True, source="competing ties; Snyder 1997"
)
def ties(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Harm to ties with friends on the other side.

    $-affront(a)\,(\sum_j tie_{ij}\,opposition_j + E[lobbying])$.
    """
    return -affront_seen(world) * (total(world.friction, 1)[:, None] + expected.lobbying)


@term(
    default=0.859,
    prior=1.0,
    channel="supply",
    shared=True,
    realised=True,
    source="US EIA 2025; Caldara et al. 2019",
)
def economy(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Change of oil income and trade less sanctions brought down, as share of the budget.

    $\kappa\,(\Delta\log p - hormuz \cdot closure)\,closed + trade \cdot commerce(a) -
    threatened \cdot affront(a)$, $\kappa$ the windfall of oil income over the budget. Who closes
    the strait itself loses all its oil that passes there. Trade follows the target's
    dependence on the state (S8).
    """
    oil, figures = world.oil, world.economy
    budget = np.maximum(world.means.money, world.oil.least_budget)
    income = figures.oil_exports * oil.price * BILLIONS / budget * oil.windfall
    dearer = oil.closure * oil.strait / oil.world_supply / oil.elasticity
    by_own = income * (dearer - figures.hormuz)
    by_others = income * (dearer - figures.hormuz * oil.closure)
    closed = by_own[:, None] * world.ladder.supply + by_others[:, None] * expected.supply
    drawn = figures.trade / budget * (world.dependence / np.maximum(world.courted, TINY))
    trade = drawn[:, None] * world.ladder.commerce
    return closed + (trade - figures.threatened[:, None] * affront_seen(world))


# ------------------------------------------------------- what several terms share


def promised_force(world: World, partner: int, observer: int) -> PerRun:
    """Force that treaties promise to a principal under attack, as an observer believes them.

    Depth of a defence clause, times the holder's reliability in the observer's eyes, times its
    power over the principals' strength.
    """
    scale = world.strengths[0] + world.strengths[1]
    enemy = world.challenger if partner == world.target else world.target
    promised = 0.0 * scale
    for treaty in world.treaties:
        if treaty.partner != world.names[partner] or treaty.clause != "defence":
            continue
        if treaty.covers(world.names[enemy]):
            holder = world.names.index(treaty.holder)
            depth = treaty.depth * treaty.force(world.day, world.beliefs.provisional)
            trusted = world.reliability.mean[holder, observer]
            promised = promised + depth * trusted * world.power[holder] / scale
    return promised


def pledged_force(world: World) -> PerState:
    """Force promised to its prey that a principal counts before it opens fire, in peace.

    None in war: force is expected then.
    """
    return _of_principals(
        world,
        lambda state, prey: np.where(world.war, 0.0, promised_force(world, prey, state)),
    )


def shelter(world: World) -> PerState:
    """Force promised to a principal itself, as it believes its own allies."""
    return _of_principals(world, lambda state, enemy: promised_force(world, state, state))


def _of_principals(world: World, figure: Callable[[int, int], PerRun]) -> PerState:
    """A figure of each principal and its enemy, 0 for all others: (states, *runs)."""
    found = [figure(*pair) for pair in (world.principals, world.principals[::-1])]
    rows = np.zeros((world.state_count, *np.broadcast_shapes(*(np.shape(f) for f in found))))
    for state, each in zip(world.principals, found, strict=True):
        rows[state] = each
    return rows


@once
def means_used(world: World) -> Play:
    """Largest share of free money, forces and systems that each action takes."""
    ladder = world.ladder
    used = np.maximum(
        ladder.money * (1 / world.free_money)[:, None],
        ladder.forces * (1 / world.free_forces)[:, None],
    )
    used = np.maximum(used, ladder.systems * (1 / world.free_systems)[:, None])
    return used + ladder.share * (1 / np.maximum(world.readiness, LEAST))[:, None]


def contest_around(world: World) -> tuple[PerState, PerState, PerState]:
    """Strength of one's side without aid, of the other with its last aid, and all others' aid."""
    on_target, (target, challenger) = world.side > 0, world.strengths
    aid_target, aid_challenger = world.aid_given
    ours = np.where(on_target, target, challenger)
    theirs = np.where(on_target, challenger + aid_challenger, target + aid_target)
    full = world.power * world.help.max(1)
    for_target = np.where(on_target, full, 0.0)
    same = np.where(on_target, total(for_target), total(full - for_target))
    return ours, theirs, np.maximum(same - full, TINY)


# ----------------------------------------------------------------- the whole payoff


def weighted(world: World, name: str, expected: Expected) -> Payoff:
    """A term times each state's weight for it."""
    return world.weights[name][:, None] * world.terms[name].rule(world, expected)


def feasible(world: World) -> Array:
    """Which actions are open: on the menu, within free means, and fighting only where there is war.

    In peace only the challenger may open fire, and no patron can fight. Shape (states, actions,
    *runs).
    """
    open_ = world.ladder.on_menu & ~(means_used(world) > 1)  # NaN stays, and is not solved
    challenger = np.arange(world.state_count) == world.challenger
    may_start = challenger.reshape(-1, *(1,) * np.ndim(world.onset)) & (world.onset > 0)
    return open_ & ((world.ladder.strike == 0) | (world.war | may_start)[:, None])


def ledger(world: World, expected: Expected) -> dict[str, Play]:
    """Each term times its weight, (states, actions, *runs); they add up to the payoff."""
    return {name: weighted(world, name, expected) for name in world.weights}


@dataclass(frozen=True)
class Weighing:
    """What the states weigh: payoffs against no one, slopes by channel, what counts as realised.

    Shapes (states, actions, *runs), (channels, states, actions, *runs), (states, actions,
    *runs); infeasible actions have payoff -inf.
    """

    base: Play
    slopes: Array
    flow: Play


def weighed(world: World) -> Weighing:
    """The weighing of all states in a world."""
    shape = (*world.ladder.on_menu.shape[:2], *np.shape(world.weeks_at_war))
    base, flow = np.zeros((2, *shape))
    slopes = np.zeros((len(CHANNELS), *shape))
    for name in world.weights:
        declared = world.terms[name]
        those = world.at_war if declared.wartime else (slice(None), world)
        if those is None:
            continue
        runs, some = those
        entry, gain = affine(some, name)
        _add(entry, flow if declared.realised else base, runs)
        if declared.channel is not None:
            _add(gain, slopes[CHANNELS.index(declared.channel)], runs)
    base += flow
    np.copyto(base, -np.inf, where=~feasible(world))
    return Weighing(base, slopes, flow)


def _add(entry: Play, whole: Array, runs: Array | slice) -> None:
    """Add an entry of some of the runs, or of all, to the whole."""
    if isinstance(runs, slice):
        whole += entry
    else:
        whole[..., runs] += entry


def affine(world: World, name: str) -> tuple[Play, Array]:
    """A weighted term against no one, and how it grows with its channel; 0 where it has none."""
    channel = world.terms[name].channel
    found = weighted(world, name, Expected.unknown(channel) if channel else NOTHING)
    if isinstance(found, Affine):
        return np.asarray(found.level), np.asarray(found.slope)
    return found, np.zeros(())


def stage_game(world: World, weighing: Weighing) -> StageGame:
    """The stage game that the states' weighings make together."""
    return StageGame(
        base=weighing.base,
        slopes=weighing.slopes,
        effects=effects(world),
        relations=relations(world),
        precision=world.precision,
        decisive=decisive_channels(world),
    )


def decisive_channels(world: World) -> int:
    """How many leading channels move a choice: up to the last that some term does not share."""
    moving = [each.channel for each in world.terms.values() if each.channel and not each.shared]
    return max((1 + CHANNELS.index(channel) for channel in moving), default=0)


def game_of(world: World) -> StageGame:
    """The stage game of a world in which every state weighs its whole menu."""
    return stage_game(world, weighed(world))
