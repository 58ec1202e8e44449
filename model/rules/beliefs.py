"""What audiences believe: pledges heard in words, reliability, honesty and affinity.

Reliability is about written obligations kept when the clause bound, honesty about
words matched by deeds. Both are Beta distributions for each audience.
"""

from dataclasses import replace

import numpy as np

from model.world import (
    SMALLEST,
    TINY,
    Array,
    Beta,
    PerPair,
    PerRun,
    PerState,
    Play,
    World,
    once,
    played,
    total,
)


def growth(world: World) -> PerRun:
    r"""Growth of audience costs, $\min(ceiling, 1 + growth \cdot t)$, t in weeks (Fearon 1994)."""
    return np.minimum(world.beliefs.ceiling, 1 + world.beliefs.growth * world.weeks_at_war)


def seen_share(world: World) -> Play:
    """Chance that the public sees each action: 1, or for hidden support that it leaks."""
    return 1 - world.ladder.hidden * (1 - world.beliefs.visibility)


def affront_seen(world: World) -> Play:
    """Affront of each action as far as it is seen; hidden support by what leaks."""
    return world.ladder.affront * seen_share(world)


def beneficiary_pledge(world: World) -> PerState:
    """The pledge that binds each state's words: to the principal of its side."""
    pledge = world.pledge
    return np.where(world.side > 0, pledge[:, world.target], pledge[:, world.challenger])


# ------------------------------------------------------------------ reliability


def commitments(world: World, answer: Play) -> tuple[PerState, Play, Play]:
    r"""Depth of each state's treaties that bind now, the share each answer keeps, and none keeps.

    Defence and consultation bind when the partner is attacked, an offensive clause when
    it attacks, neutrality when it is attacked, non-aggression at all times. Shapes
    (states, *runs), (states, actions, *runs) twice.
    """
    opposing = world.ladder.aid + world.ladder.delivery + world.ladder.strike
    parts = (world.side[0], world.war, world.beliefs.provisional, answer[0, 0], opposing[0, 0])
    depths = (treaty.depth for treaty in world.treaties)
    runs = np.broadcast_shapes(*(np.shape(each) for each in (*parts, *depths)))
    depth = np.zeros((world.state_count, *runs))
    kept, unanswered = np.zeros((2, *answer.shape[:2], *runs))
    for treaty in world.treaties:
        partner = world.names.index(treaty.partner)
        if partner not in world.principals or not _clause_binds(world, treaty.clause, partner):
            continue
        enemy = world.challenger if partner == world.target else world.target
        if not treaty.covers(world.names[enemy]):
            continue
        state = world.names.index(treaty.holder)
        force = treaty.force(world.day, world.beliefs.provisional)
        tested = world.war | (treaty.clause == "non-aggression")
        bound = np.where(tested, force * treaty.depth, 0.0)
        ours = world.side[state] * (1.0 if partner == world.target else -1.0) > 0
        depth[state] += bound
        if treaty.forbids:
            share = bound * (ours | (opposing[state] == 0))
            kept[state] += share
            unanswered[state] += share
        else:
            kept[state] += bound * ours * np.minimum(1.0, answer[state] / treaty.required)
    whole = np.maximum(depth, TINY)[:, None]
    return depth, kept / whole, unanswered / whole


def _clause_binds(world: World, clause: str, partner: int) -> bool:
    """Whether a war in which the partner is a principal is this clause's casus foederis."""
    if clause == "offensive":
        return partner == world.challenger
    return clause == "non-aggression" or partner == world.target


def _gain(record: Beta, weight: PerState, seen: Play, told: Play, world: World) -> Play:
    r"""$\sum_j E[posterior_j] - prior_j$ when a case of this weight shows `seen` to all.

    The protege sees `told` instead.
    """
    learning = _others(world) * weight[:, None] / (record.kept + record.failed + weight[:, None])
    before = total(learning * record.mean, 1)
    by_one = np.where(world.side > 0, learning[:, world.target], learning[:, world.challenger])
    by_all = total(learning, 1) - by_one
    return seen * by_all[:, None] + (told * by_one[:, None] - before[:, None])


def _others(world: World) -> PerPair:
    """1 where j is an audience of i, as all the others are: (states, states, *1)."""
    runs = (1,) * (world.side.ndim - 1)
    return 1 - np.eye(world.state_count).reshape(world.state_count, world.state_count, *runs)


@once
def obligations(world: World) -> tuple[PerState, Play, Play]:
    """Depth of the treaties that bind, share kept as the protege is told, and as is seen.

    What is not seen counts as no answer.
    """
    depth, told, none = commitments(world, world.ladder.answer)
    return depth, told, none + (told - none) * seen_share(world)


def duty(world: World, depth: PerState) -> PerState:
    """Weight of a week in which treaties of this depth bind, as cases."""
    return np.where(world.war, world.beliefs.evidence * np.minimum(depth, 1.0), 0.0)


def reliability_gain(world: World) -> Play:
    r"""Expected change of reliability by each action, summed over audiences.

    A week in which the clause binds is $w$ cases: $w\,(kept(a) - m_j)/(n_j + w)$.
    """
    depth, told, seen = obligations(world)
    return _gain(world.reliability, duty(world, depth), normed(world, seen), told, world)


def honesty_gain(world: World) -> Play:
    r"""Expected change of honesty by each action, summed over audiences.

    Words are matched by $\min(1, answer(a)/pledge)$; their weight is the pledge.
    """
    weight, told = words_matched(world, world.ladder.answer)
    return _gain(world.honesty, weight, told * seen_share(world), told, world)


def words_matched(world: World, answer: Play) -> tuple[PerState, Play]:
    """Weight of a week's test of one's words, and their match by each answer."""
    pledge = beneficiary_pledge(world)
    weight = np.where(world.war, world.beliefs.evidence * pledge, 0.0)
    return weight, np.minimum(1.0, answer / np.maximum(pledge, TINY)[:, None])


# ------------------------------------------------------------------------ judge


def _after(world: World, record: Beta, cases: Array, kept: Array) -> Beta:
    """A record after these cases of a turn, with older ones fading to Beta(1, 1)."""
    lasting = np.exp(-world.beliefs.memory * world.weeks)
    return Beta(
        kept=record.kept * lasting + (kept + (1 - lasting)),
        failed=record.failed * lasting + (cases - kept + (1 - lasting)),
    )


def _learned(world: World, record: Beta, weight: PerState, seen: PerState, told: PerState) -> Beta:
    """A record after each state's case of this turn: what all saw, and the protege was told."""
    cases = _others(world) * (weight * world.weeks)[:, None]
    kept = cases * seen[:, None]
    for principal, near in ((world.target, world.side > 0), (world.challenger, world.side < 0)):
        kept[:, principal] = cases[:, principal] * np.where(near, told, seen)
    return _after(world, record, cases, kept)


def _tested(world: World) -> tuple[Beta, Beta]:
    """Reliability and honesty after a turn of war, in which treaties bind and words are tested."""
    shown = 1 - played(world.ladder.hidden, world.choice) * (1 - world.leaked)
    depth, *shares = commitments(world, world.ladder.answer)
    told, none = (played(share, world.choice) for share in shares)
    deed = normed(world, none + (told - none) * shown)
    answer = played(world.ladder.answer, world.choice)
    weight, match = words_matched(world, answer[:, None])
    words = match[:, 0]
    return (
        _learned(world, world.reliability, duty(world, depth), deed, told),
        _learned(world, world.honesty, weight, words * shown, words),
    )


def judged(world: World) -> World:
    """The world after the audiences have seen this turn's actions.

    Sources: Crescenzi et al. 2012 (reputation), Sartori 2005 (honesty).
    """
    none = np.zeros(())
    reliability = _after(world, world.reliability, none, none)
    honesty = _after(world, world.honesty, none, none)
    if world.at_war:
        runs, some = world.at_war
        for record, tested in zip((reliability, honesty), _tested(some), strict=True):
            record.kept[..., runs], record.failed[..., runs] = tested.kept, tested.failed
    return replace(
        world,
        reliability=reliability,
        honesty=honesty,
        pledge=pledge_after(world),
        affinity=affinity_after(world),
        dependence=dependence_after(world),
    )


def judgement(norm: str, kept: PerRun, disrepute: PerRun) -> PerRun:
    r"""How good a deed is judged by a norm, given the share kept k and the protege's disrepute d.

    scoring: $k$; standing: $k + (1 - k)\,d$, abandoning a disreputable protege is excused;
    stern: $k\,(1 - d) + (1 - k)\,d$, it is held to one's credit (Ohtsuki & Iwasa 2006).

    >>> [judgement(norm, 0.0, 0.8) for norm in ("scoring", "standing", "stern")]
    [0.0, 0.8, 0.8]
    """
    if norm == "scoring":
        return kept
    if norm == "standing":
        return kept + (1 - kept) * disrepute
    return kept * (1 - disrepute) + (1 - kept) * disrepute


def client_disrepute(world: World) -> PerState:
    """How little the words of the principal of a state's side are believed, over all audiences."""
    honesty = world.honesty.mean
    own = np.stack([honesty[each, each] for each in range(world.state_count)])
    known = (total(honesty, 1) - own) / (world.state_count - 1)
    return 1 - np.where(world.side > 0, known[world.target], known[world.challenger])


def normed(world: World, kept: Array) -> Array:
    """How an audience judges deeds by the world's norm, from the share (states, ...) they keep."""
    if world.norm == "scoring":
        return kept
    disrepute = client_disrepute(world)
    extra = kept.ndim - disrepute.ndim
    return judgement(world.norm, kept, disrepute[:, None] if extra else disrepute)


def dependence_after(world: World) -> PerState:
    r"""The target's dependence on each friend (S8).

    $D_i \propto D_i\,e^{hedging\,(answer_i - pledge_i)\,t}$ while there is war.

    A friend that answers less than its words let expect loses share to the others but not
    all of it (Narang & LeVeck 2019).
    """
    answer = world.ladder.played(world.ladder.answer, world.choice)
    gap = (answer - world.pledge[:, world.target]) * np.where(world.war, 1.0, 0.0)
    grown = world.dependence * np.exp(world.beliefs.hedging * gap * world.weeks)
    return grown / np.maximum(total(grown), SMALLEST)


def pledge_after(world: World) -> PerPair:
    r"""Pledges after this turn's words, $\dot p = c\,v\,(1-p) - f\,(p-basis)$ solved exactly."""
    voice = world.ladder.played(world.ladder.voice, world.choice)
    pledge = np.broadcast_to(world.pledge, (*world.pledge.shape[:2], *voice.shape[1:])).copy()
    for principal, toward in ((world.target, 1.0), (world.challenger, -1.0)):
        heard = world.beliefs.credence * np.where(world.side == toward, voice, 0.0)
        rate = heard + world.beliefs.fading
        goal = (heard + world.beliefs.fading * world.basis[:, principal]) / np.maximum(
            rate, SMALLEST
        )
        lasting = np.exp(-rate * world.weeks)
        pledge[:, principal] = goal + (pledge[:, principal] - goal) * lasting
    return pledge


def moved(value: Array, rate: Array, weeks: float) -> Array:
    """A value in [-1, 1] pulled toward +1 or -1, by the sign of the rate, for some weeks.

    >>> moved(np.array(0.0), np.array(-0.5), 1.0).round(3).item()
    -0.393
    """
    goal = np.sign(rate)
    return goal + (value - goal) * np.exp(-np.abs(rate) * weeks)


def affinity_after(world: World) -> PerPair:
    """Affinities after this turn's acts.

    The protege warms to those who answer beyond their pledge and cools to those who
    fall short; a principal cools to those who affront it; a host whose soil is
    struck cools to the striker (S11).
    """
    ladder, beliefs = world.ladder, world.beliefs
    answer = ladder.played(ladder.answer, world.choice)
    affront = ladder.played(ladder.affront * (1 - ladder.hidden), world.choice)
    strike = ladder.played(ladder.strike, world.choice)
    shape = (*world.affinity.shape[:2], *answer.shape[1:])
    affinity = np.broadcast_to(world.affinity, shape).copy()
    for principal, toward in ((world.target, 1.0), (world.challenger, -1.0)):
        short = answer - world.pledge[:, principal]
        rate = np.where(world.side == toward, short, -affront) * np.where(world.war, 1.0, 0.0)
        rate[list(world.principals)] = 0.0
        affinity[principal] = moved(affinity[principal], beliefs.drift * rate, world.weeks)
    enemy_force = np.where(world.side < 0, strike, 0.0)
    enemy_force[world.challenger] = 0.0
    struck = strike[world.target] * np.minimum(total(enemy_force), 1.0) * world.posture.hosts
    cooled = moved(affinity[:, world.target], -beliefs.grievance * struck, world.weeks)
    affinity[:, world.target] = np.where(struck > 0, cooled, affinity[:, world.target])
    return drawn_together(world, affinity)


def drawn_together(world: World, affinity: PerPair) -> PerPair:
    """Affinities after the sanctioned drew together, at `solidarity` times both sanctions (S14).

    Those whom sanctions can reach: in force at the start, or threatened.
    """
    most = world.economy.sanctions + world.economy.threatened
    under = np.flatnonzero(most.reshape(world.state_count, -1).max(1) > 0)
    for i in under:
        for j in under:
            if i != j:
                rate = world.beliefs.solidarity * world.sanctions[i] * world.sanctions[j]
                affinity[i, j] = moved(affinity[i, j], rate, world.weeks)
    return affinity
