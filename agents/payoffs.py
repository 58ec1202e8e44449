r"""The nine payoff terms: what a state gains and loses by each action.

`u_i(a) = sum_k weight_ik * term_k(i, a)`. A term is declared once; its weight, range and
documentation are read from there by the profiles, the command line and the tables.
Every term is a pure function of the world and of what the state expects of the
others, and gives (actions, *runs).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from model.beliefs import (
    affront_seen,
    beneficiary_pledge,
    commitments,
    growth,
    honesty_gain,
    reliability_gain,
    seen_share,
)
from model.stage_game import (
    CHANNELS,
    NOTHING,
    Expected,
    StageGame,
    credit,
    effects,
    relations,
)
from model.world import BILLIONS, Array, Menu, PerAction, PerRun, World, total

Rule = Callable[[World, int, Expected], PerAction]


@dataclass(frozen=True)
class Term:
    """A declared payoff term and the range of its weight."""

    name: str
    rule: Rule
    default: float
    low: float
    high: float
    channel: str | None
    realised: bool
    source: str

    @property
    def meaning(self) -> str:
        """The first line of the rule's documentation."""
        return (self.rule.__doc__ or "").strip().splitlines()[0]


TERMS: dict[str, Term] = {}


def term(
    *,
    default: float = 1.0,
    low: float = 0.0,
    high: float = 10.0,
    channel: str | None = None,
    realised: bool = False,
    source: str = "",
) -> Callable[[Rule], Rule]:
    """Declare a payoff term under its function's name.

    `channel` names the expectation the term reads; it must be affine in it. A
    `realised` term also counts in the realised value, on the actions played.
    """

    def declare(rule: Rule) -> Rule:
        name = rule.__name__
        TERMS[name] = Term(name, rule, default, low, high, channel, realised, source)
        return rule

    return declare


@term(default=1.0, source="Leeds 2003; Morrow 2000; Berkemeier & Fuhrmann 2018")
def commitment(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Worth of keeping a treaty that binds.

    $\sum_{treaties} depth \cdot force \cdot \min(1, answer(a) / required)$ over the treaties in
    force with the beneficiary whose clause binds; a neutrality or non-aggression
    clause is kept by every action that does not aid the aggressor.
    """
    depth, told = commitments(world, state, world.ladder.answer[state])
    _, none = commitments(world, state, 0.0 * world.ladder.answer[state])
    return depth * (none + (told - none) * seen_share(world, state))


@term(default=1.0, source="Fearon 1994, 1997; Tomz 2007")
def audience(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Domestic cost of words that deeds do not answer.

    $-sensitivity \cdot \max(0, pledge - answer(a)) \cdot growth(t)$ while the
    beneficiary is under attack.
    """
    pledge = beneficiary_pledge(world, state)
    open_gap = np.maximum(pledge - world.ladder.answer[state], 0.0)
    gap = pledge + (open_gap - pledge) * seen_share(world, state)
    return -world.posture.sensitivity[state] * gap * np.where(world.war, growth(world), 0.0)


@term(default=1.0, source="Sartori 2005; Crescenzi et al. 2012; Sechser 2018")
def reputation(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""What the audiences' opinion of reliability and honesty gains, valued by the future.

    $shadow \sum_j value\,(E[posterior_j] - prior_j)$, $shadow = discount/(1-discount)$.
    """
    discount = world.reputation.discount[state]
    shadow = discount / (1 - discount) * world.reputation.value[state]
    return shadow * (reliability_gain(world, state) + honesty_gain(world, state))


@term(default=1.0, realised=True, source="convex opportunity cost; Powell 1999")
def resources(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Opportunity cost of the means used.

    $-(x + x^2)$, with x the largest share of free money, forces and systems, and for a
    principal's fighting its share over readiness.
    """
    used = means_used(world, state)
    return -(used + used * used)


@term(default=4.0, channel="aid", source="Altfeld & Bueno de Mesquita 1979")
def stakes(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Worth of what the aid changes in the beneficiary's survival.

    $interest \cdot \Delta\pi(a)$, with $\Delta\pi$ the ratio contest function with and without
    the state's own aid against the other side's last effort. Others' expected aid
    crowds it out: linear between nobody's and everybody's help. A lobby
    moves survival by `conflict.leverage`, a sprint by the chance of a bomb.
    """
    ladder, interest = world.ladder, world.interest[state]
    own = world.help[state] * world.power[state]
    ours, theirs, most = contest_around(world, state)
    alone = own * theirs / ((ours + own + theirs) * (ours + theirs))
    crowded = own * theirs / ((ours + most + own + theirs) * (ours + most + theirs))
    scale = world.strengths[0] + world.strengths[1]
    slope = (crowded - alone) / most * scale
    change = (alone + slope * expected.aid) * world.side[state]
    left = world.programme + world.hardened
    made = world.conflict.sprint / world.aims.breakout_weeks * left
    bomb = ladder.sprint[state] * made * theirs / (ours + theirs)
    pressed = np.abs(interest) * world.conflict.leverage * ladder.lobby[state]
    return interest * (change + bomb * world.side[state]) + pressed


@term(default=2.0, source="Sartori 2005; McManus 2018")
def sway(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Worth of words, which deter as far as the adversary believes them.

    $\pm interest \cdot voice(a) \cdot deterrence \cdot honesty\,(1-2/n) \cdot q / (q+s_T+s_C)$,
    q the power within reach, n the cases on record, minus on the challenger's side.
    """
    reachable = world.power[state]
    weight = reachable / (reachable + world.strengths[0] + world.strengths[1])
    believed = credit(world)[state] * world.conflict.deterrence
    worth = world.interest[state] * world.side[state]
    return worth * believed * weight * world.ladder.voice[state]


@term(default=1.0, channel="force", realised=True, source="Snyder 1984")
def escalation(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Expected harm from the other side's force.

    $-vulnerability \cdot exposure(a) \cdot (E[force] + pledged)$, force relative to the
    principals' strength, doubled where it is a nuclear power's. In peace a striker also
    counts the force that treaties pledge against it, as far as the pledgers are reliable.
    """
    strikes = world.ladder.strike[state] > 0
    met = expected.force + np.where(strikes, pledged_force(world, state), 0.0)
    return -world.posture.vulnerability[state] * world.ladder.exposure[state] * met


@term(default=1.0, channel="lobbying", realised=True, source="competing ties; Snyder 1997")
def ties(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Harm to ties with friends on the other side.

    $-affront(a)\,(\sum_j tie_{ij}\,opposition_j + E[lobbying])$.
    """
    felt = total(world.friction[state]) + expected.lobbying
    return -affront_seen(world, state) * felt


@term(default=1.0, channel="supply", realised=True, source="US EIA 2025; Caldara et al. 2019")
def economy(world: World, state: int, expected: Expected = NOTHING) -> PerAction:
    r"""Change of oil income and trade less sanctions brought down, as share of the budget.

    $\kappa\,(\Delta\log p - hormuz \cdot closure)\,closed + trade \cdot commerce(a) -
    threatened \cdot affront(a)$, $\kappa$ the windfall of oil income over the budget. Who closes
    the strait itself loses all its oil that passes there. Trade follows the target's
    dependence on the state (S8).
    """
    oil, figures = world.oil, world.economy
    budget = np.maximum(world.means.money[state], 0.01)
    income = figures.oil_exports[state] * oil.price * BILLIONS / budget
    dearer = oil.closure * oil.strait / oil.world_supply / oil.elasticity
    by_own = dearer - figures.hormuz[state]
    by_others = dearer - figures.hormuz[state] * oil.closure
    closed = by_own * world.ladder.supply[state] + by_others * expected.supply
    drawn = world.dependence[state] / np.maximum(world.courted[state], 1e-9)
    trade = figures.trade[state] / budget * drawn * world.ladder.commerce[state]
    threatened = figures.threatened[state] * affront_seen(world, state)
    return oil.windfall * income * closed + trade - threatened


# ------------------------------------------------------- what several terms share


def pledged_force(world: World, state: int) -> PerRun:
    """Force that treaties promise against a principal that opens fire, in peace.

    Depth of a defence clause with its prey, times the holder's reliability as the striker sees
    it, times its power over the principals' strength. None in war: force is expected then.
    """
    if state not in world.principals:
        return np.zeros(())
    prey = world.challenger if state == world.target else world.target
    scale = world.strengths[0] + world.strengths[1]
    pledged = 0.0 * scale
    for treaty in world.treaties:
        if treaty.partner != world.names[prey] or treaty.clause != "defence":
            continue
        if not treaty.covers(world.names[state]):
            continue
        holder = world.names.index(treaty.holder)
        depth = treaty.depth * treaty.force(world.day, world.beliefs.provisional)
        trusted = world.reliability.mean[holder, state]
        pledged = pledged + depth * trusted * world.power[holder] / scale
    return np.where(world.war, 0.0, pledged)


def means_used(world: World, state: int) -> PerAction:
    """Largest share of free money, forces and systems that each action takes."""
    ladder = world.ladder
    used = np.maximum(
        ladder.money[state] / world.free_money[state],
        ladder.forces[state] / world.free_forces[state],
    )
    used = np.maximum(used, ladder.systems[state] / world.free_systems[state])
    return used + ladder.share[state] / np.maximum(world.readiness[state], 0.01)


def contest_around(world: World, state: int) -> tuple[PerRun, PerRun, PerRun]:
    """Strength of one's side without aid, of the other with its last aid, and all others' aid."""
    on_target, target, challenger = world.side[state] > 0, *world.strengths
    aid_target, aid_challenger = world.aid_given
    ours = np.where(on_target, target, challenger)
    theirs = np.where(on_target, challenger + aid_challenger, target + aid_target)
    same = world.side == world.side[state]
    full = world.power * world.help.max(1) * same
    return ours, theirs, np.maximum(total(full) - full[state], 1e-9)


# ----------------------------------------------------------------- the whole payoff


def weighted(world: World, state: int, name: str, expected: Expected) -> PerAction:
    """A term times the state's weight for it."""
    return world.weights[name][state] * TERMS[name].rule(world, state, expected)


def slope(world: World, state: int, name: str) -> PerAction:
    """How a strategic term grows with its channel (it is affine in it)."""
    unit = replace(NOTHING, **{str(TERMS[name].channel): np.ones(())})
    return weighted(world, state, name, unit) - weighted(world, state, name, NOTHING)


def feasible(world: World, state: int) -> Menu:
    """Which actions are open: on the menu, within free means, and fighting only where there is war.

    In peace only the challenger may open fire, and no patron can fight.
    """
    open_ = world.ladder.on_menu[state] & (means_used(world, state) <= 1)
    may_start = (state == world.challenger) & (world.onset > 0)
    return open_ & ((world.ladder.strike[state] == 0) | world.war | may_start)


def ledger(world: World, state: int, expected: Expected) -> dict[str, PerAction]:
    """Each term times its weight, (actions, *runs); they add up to the payoff."""
    return {name: weighted(world, state, name, expected) for name in world.weights}


def weighed(world: World, state: int) -> tuple[PerAction, Array, PerAction]:
    """Payoffs against no one, slopes by channel, and the part that counts as realised.

    Shapes (actions, *runs), (channels, actions, *runs), (actions, *runs);
    infeasible actions have payoff -inf.
    """
    entries = ledger(world, state, NOTHING)
    base = sum(entries.values(), np.zeros(1))
    flow = sum((entries[name] for name in entries if TERMS[name].realised), np.zeros(1))
    base = np.where(feasible(world, state), base, -np.inf)
    slopes = [np.zeros(1) for _ in CHANNELS]
    for name in entries:
        declared = TERMS[name]
        if declared.channel is not None:
            place = CHANNELS.index(declared.channel)
            slopes[place] = slopes[place] + slope(world, state, name)
    shaped = [np.broadcast_to(each, base.shape) for each in slopes]
    return base, np.stack(shaped), np.broadcast_to(flow, base.shape)


def stage_game(world: World, weighings: list[tuple[PerAction, Array, PerAction]]) -> StageGame:
    """The stage game that the states' weighings make together."""
    bases, slopes, _ = zip(*weighings, strict=True)
    return StageGame(
        base=np.stack(np.broadcast_arrays(*bases)),
        slopes=np.stack(np.broadcast_arrays(*slopes), axis=1),
        effects=effects(world),
        relations=relations(world),
        precision=world.precision,
    )


def game_of(world: World) -> StageGame:
    """The stage game of a world in which every state weighs its whole menu."""
    return stage_game(world, [weighed(world, state) for state in range(world.state_count)])
