r"""The ten payoff terms: what a state gains and loses by each action.

`u_i(a) = sum_k weight_ik * term_k(i, a)`. A term is declared once; its weight, range and
documentation are read from there by the profiles, the command line and the tables.
Every term is a pure function of the world and of what each state expects of the
others, and gives (states, actions, *runs) or what broadcasts to it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from agents.outcome import armed, contest_around, set_back, shifted, sprinted
from agents.prospect import war_worth
from agents.weighing import means_used, readings
from model.game.stage_game import NOTHING, Expected, Payoff, credit
from model.rules.beliefs import (
    affront_seen,
    growth,
    honesty_gain,
    obligations,
    protege_pledge,
    reliability_gain,
    seen_share,
)
from model.rules.conflict import pushed
from model.world import BILLIONS, TINY, PerRun, PerState, Play, World, once, only_where, total

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
    plain: str

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
    realised: bool = True,
    wartime: bool = False,
    source: str = "",
    plain: str = "",
) -> Callable[[Rule], Rule]:
    """Declare a payoff term under its function's name.

    `prior` is the weight assumed before `cheaptalk calibrate` fitted the default to coded crises.
    `channel` names the expectation the term reads; it must be affine in it, and `shared` says
    that what is expected moves all actions alike. A term is `realised` week by week at the
    actions played, unless it is realised otherwise (stakes by what all did, reputation at the
    end) or its effect is in what others then do. A `wartime` term is nothing in peace. `plain` is
    what it is about in a sentence, the term's own name by default: "words save 1.2 of means".
    """

    def declare(rule: Rule) -> Rule:
        name = rule.__name__
        marks = (channel, shared, realised, wartime)
        about = plain or name.replace("_", " ")
        declaring.get()[name] = Term(name, rule, default, prior, low, high, *marks, source, about)
        return rule

    return declare


@term(
    default=0.475,
    prior=1.0,
    source="Leeds 2003; Morrow 2000; Berkemeier & Fuhrmann 2018",
    plain="treaties kept",
)
def commitment(world: World, expected: Expected = NOTHING) -> Play:
    r"""Worth of keeping a treaty that binds.

    $\sum_{treaties} depth \cdot force \cdot \min(1, answer(a) / required)$ over the treaties in
    force with the protege whose clause binds; a neutrality or non-aggression
    clause is kept by every action that does not aid the aggressor.
    """
    depth, _, shown = obligations(world)
    return depth[:, None] * shown


@term(
    default=0.875,
    prior=1.0,
    wartime=True,
    source="Fearon 1994, 1997; Tomz 2007",
    plain="standing at home",
)
def audience(world: World, expected: Expected = NOTHING) -> Play:
    r"""Domestic cost of words that deeds do not answer.

    $-sensitivity \cdot \max(0, pledge - answer(a)) \cdot growth(t)$ while the
    protege is under attack.
    """
    pledge = protege_pledge(world)[:, None]
    open_gap = np.maximum(pledge - world.ladder.answer, 0.0)
    gap = pledge + (open_gap - pledge) * seen_share(world)
    return -gap * (world.posture.sensitivity * np.where(world.war, growth(world), 0.0))[:, None]


@term(
    default=1.22,
    prior=1.0,
    realised=False,
    wartime=True,
    source="Sartori 2005; Crescenzi et al. 2012; Sechser 2018",
    plain="reputation",
)
def reputation(world: World, expected: Expected = NOTHING) -> Play:
    r"""What the audiences' opinion of reliability and honesty gains, valued by the future.

    $shadow \sum_j value\,(E[posterior_j] - prior_j)$ a week, $shadow = discount/(1-discount)$, by
    what each act tells of a state's word (`readings`).
    """
    discount = world.reputation.discount
    shadow = discount / (1 - discount) * world.reputation.value
    deeds, words = readings(world)
    return shadow[:, None] * (reliability_gain(world, deeds) + honesty_gain(world, words))


@term(
    default=0.915,
    prior=1.0,
    source="convex opportunity cost; Powell 1999",
    plain="means",
)
def resources(world: World, expected: Expected = NOTHING) -> Play:
    r"""Opportunity cost of the means used.

    $-(x + x^2)$, with x the largest share of free money, forces and systems, and for a
    principal's fighting its share over readiness.
    """
    used = means_used(world)
    return -(used + used * used)


@term(
    default=11.2,
    prior=4.0,
    high=20.0,
    channel="aid",
    realised=False,
    source="Altfeld & Bueno de Mesquita 1979",
    plain="the protege's survival",
)
def stakes(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Worth of what the aid changes in the protege's survival.

    $interest\,side\,(\Delta\pi(a) + H\,(\pi(b + \Delta b(a)) - \pi(b)))$: the ratio contest
    function with and without the state's own aid against the other side's last effort, and for
    the H weeks of `value.horizon` what a week's shift of the balance b by its strikes and orders
    leaves behind. Others' expected aid crowds its own out, linearly between nobody's and
    everybody's. A strike also sets back what is feared of the target; a lobby moves survival by
    `conflict.leverage`, a sprint by the chance of a bomb.
    """
    ladder, worth = world.ladder, world.interest * world.side
    ours, theirs, most = contest_around(world)

    def won(strength: PerState) -> Play:
        own = world.own_help
        return own / (own + strength[:, None]) * (worth * theirs / strength)[:, None]

    alone, crowded = won(ours + theirs), won(ours + most + theirs)
    scale = (world.strengths[0] + world.strengths[1]) / most
    lives = (ours / (ours + theirs))[:, None]
    shift = pushed(world, ladder.strike) + armed(world, ladder.delivery)
    left = (world.value.horizon * worth)[:, None] * (shifted(lives, shift) - lives)
    pressed = ladder.lobby * (np.abs(world.interest) * world.conflict.leverage)[:, None]
    fought = world.war | (ladder.strike == 0)  # what a first strike is worth is its prospect
    own = np.where(fought, alone + left + set_back(world), 0.0) + (sprinted(world) + pressed)
    return own + np.where(fought, crowded - alone, 0.0) * (scale[:, None] * expected.aid)


@term(
    default=2.03,
    prior=2.0,
    realised=False,
    source="Sartori 2005; McManus 2018",
    plain="words believed",
)
def sway(world: World, expected: Expected = NOTHING) -> Play:
    r"""Worth of words, which deter as far as the adversary believes them.

    $\pm interest \cdot voice(a) \cdot deterrence \cdot honesty\,(1-2/n) \cdot q / (q+s_T+s_C)$,
    q the power within reach, n the cases on record, minus on the challenger's side.
    """
    weight = world.power / (world.power + world.strengths[0] + world.strengths[1])
    believed = credit(world) * world.conflict.deterrence
    return world.ladder.voice * (world.interest * world.side * believed * weight)[:, None]


@term(
    default=0.4,
    prior=1.0,
    channel="force",
    source="Snyder 1984; Benson 2012",
    plain="exposure to force",
)
def escalation(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Expected harm from the other side's force.

    $-vulnerability \cdot exposure(a) \cdot (E[force] + dread \cdot N) / (1 + promised)$, force
    relative to the principals' strength, N whether the principal of the other side is a nuclear
    power; what is promised to a principal itself, by treaty or known doctrine, makes it bold
    (Benson 2012).
    """
    fear = world.posture.vulnerability / (1 + shelter(world))
    exposed = world.ladder.exposure * fear[:, None]
    nuclear = world.nuclear
    facing = np.where(world.side > 0, nuclear[world.challenger], nuclear[world.target])
    return -exposed * (expected.force + (world.conflict.dread * facing)[:, None])


@term(
    default=1.17,
    prior=1.0,
    channel="lobbying",
    source="competing ties; Snyder 1997",
    plain="ties to others",
)
def ties(world: World, expected: Expected = NOTHING) -> Payoff:
    r"""Harm to ties with friends on the other side.

    $-affront(a)\,(\sum_j tie_{ij}\,opposition_j + E[lobbying] + 1[a\ strikes]\,restraint \sum_j
    tie_{ij})$: a ceasefire restrains all who strike, each by its own friendly ties.
    """
    affront, strikes = affront_seen(world), world.ladder.strike > 0
    asked = world.restraint * total(world.friends, 1)
    held = affront * strikes * asked[:, None]
    return -affront * (total(world.friction, 1)[:, None] + expected.lobbying) + -held


@term(
    default=0.847,
    prior=1.0,
    channel="supply",
    shared=True,
    source="US EIA 2025; Caldara et al. 2019",
    plain="trade and oil income",
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


@term(
    default=1.0,
    prior=None,
    realised=False,
    source="Fearon 1995; Zagare & Kilgour 2000",
    plain="the war in prospect",
)
def prospect(world: World, expected: Expected = NOTHING) -> Play:
    r"""Worth of the war that a first strike opens, to the challenger in peace.

    The war's own stage game is solved on the present world (`agents/prospect.py`): what its
    expected result is worth over the status quo, in which the threat remains, and what it costs.
    """
    possible = ~world.war & (world.onset > 0) & ~world.collapsed
    worth = only_where(possible, world, war_worth)
    table = np.zeros((*world.ladder.on_menu.shape[:2], *worth.shape))
    opens = world.ladder.strike[world.challenger] > 0
    table[world.challenger] = np.where(opens, worth, 0.0)
    return table


# ------------------------------------------------------- what several terms share


def promised_force(world: World, partner: int) -> PerRun:
    """Force promised to a principal under attack, as it believes the promises: (*runs).

    Depth of a defence clause times the holder's reliability, or the answer of the act that a
    patron on its side is known to hold ready (its doctrine, which stands in place of its treaties),
    times the holder's power over the principals' strength.
    """
    scale = world.strengths[0] + world.strengths[1]
    enemy = world.challenger if partner == world.target else world.target
    ready = answer_held_ready(world)
    beside = world.side * world.side[partner] > 0
    beside[partner] = False
    promised = total(np.where(beside, np.maximum(ready, 0.0) * world.power, 0.0)) / scale
    for treaty in world.treaties:
        if treaty.partner != world.names[partner] or treaty.clause != "defence":
            continue
        if treaty.covers(world.names[enemy]):
            holder = world.names.index(treaty.holder)
            depth = treaty.depth * treaty.force(world.day, world.beliefs.provisional)
            trusted = np.where(ready[holder] < 0, world.reliability.mean[holder, partner], 0.0)
            promised = promised + depth * trusted * world.power[holder] / scale
    return promised


@once
def answer_held_ready(world: World) -> PerState:
    """The answer of the act that each state's known doctrine names; -1 without one."""
    answer = world.ladder.played(world.ladder.answer, np.maximum(world.doctrine, 0))
    return np.where(world.doctrine < 0, -1.0, answer)


def shelter(world: World) -> PerState:
    """Force promised to a principal itself, as it believes its own allies; 0 for all others."""
    rows = np.zeros((world.state_count, *np.shape(world.weeks_at_war)))
    for state in world.principals:
        rows[state] = promised_force(world, state)
    return rows
