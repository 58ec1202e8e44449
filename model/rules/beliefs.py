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


def protege_pledge(world: World) -> PerState:
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


def settled(belief: Array, ratio: Array) -> Array:
    r"""Chance that a state minds its word, after an act by Bayes' rule: $m L / (1 + m (L - 1))$.

    m is the belief before and L how much likelier the act is from a state that minds its word.

    >>> settled(np.array(0.5), np.array(3.0)).item()
    0.75
    """
    return belief * ratio / (1 + belief * (ratio - 1))


def _gain(world: World, record: Beta, ratio: Play, norm: str) -> Play:
    r"""$\sum_j E[posterior_j] - prior_j$ of a week in which each action is seen: (states, actions).

    With the audience j's belief m on n cases, a week of w cases moves it by $w (r - m) / (n + w)$,
    $r - m = m (1 - m) x / (1 + m x)$ with $x = L - 1$ (`settled`). The protege sees hidden
    support, the others as far as it leaks.
    """
    mean, weight = record.mean, world.beliefs.evidence
    moved_by = weight * (1 - mean) / (record.kept + record.failed + weight) * _others(world)
    near = moved_by * protege_of(world)
    far = (moved_by - near) * judged_share(world, norm)[:, None]
    told, seen = np.zeros((2, *np.broadcast_shapes(ratio.shape, moved_by[:, :1].shape)))
    for audience in range(world.state_count):
        change = mean[:, audience, None] * (ratio - 1)
        change = change / (1 + change)
        told += change * near[:, audience, None]
        seen += change * far[:, audience, None]
    return told + seen[:, :1] + (seen - seen[:, :1]) * seen_share(world)


def judged_share(world: World, norm: str) -> PerState:
    """How much of what a deed shows a norm lets count: all, or less by the protege's disrepute."""
    if norm == "scoring":
        return np.ones(np.shape(world.side))
    disrepute = client_disrepute(world)
    return judgement(norm, np.ones(()), disrepute) - judgement(norm, np.zeros(()), disrepute)


def protege_of(world: World) -> Array:
    """Whether j is the principal on i's side: (states, states, *runs)."""
    place = np.arange(world.state_count).reshape(1, -1, *(1,) * (world.side.ndim - 1))
    own = np.where(world.side > 0, world.target, world.challenger)
    return place == own[:, None]


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


def reliability_gain(world: World, reading: Play) -> Play:
    """Expected change of reliability by each action in a week, summed over audiences."""
    return _gain(world, world.reliability, reading, world.norm)


def honesty_gain(world: World, reading: Play) -> Play:
    """Expected change of honesty by each action in a week, summed over audiences."""
    return _gain(world, world.honesty, reading, "scoring")


# ------------------------------------------------------------------------ judge


def _faded(world: World, record: Beta, kept: PerState, failed: PerState) -> Beta:
    """A record in which this crisis fades: it returns to what was remembered at the start."""
    lasting = np.exp(-world.beliefs.memory * world.weeks)
    first = 1 + kept[:, None], 1 + failed[:, None]
    return Beta(
        first[0] + (record.kept - first[0]) * lasting,
        first[1] + (record.failed - first[1]) * lasting,
    )


def _learned(world: World, record: Beta, reading: Array, norm: str) -> Beta:
    r"""A record after this turn's act of each state, by what it tells: `reading` (2, states) as the
    protege is told of it, and as all others see it.

    A turn of t weeks is $w = t \cdot evidence$ cases: $m' = m + w (r - m) / (n + w)$, and the
    weight of the record grows by $w\,|r - m|$: what any state would have done teaches nothing.
    """
    mean, cases = record.mean, record.kept + record.failed
    told, seen = (settled(mean, each[:, None]) - mean for each in reading)
    seen = seen * judged_share(world, norm)[:, None]
    new = world.weeks * world.beliefs.evidence
    moved_by = new * _others(world) * np.where(protege_of(world), told, seen)
    after = np.clip(mean + moved_by / (cases + new), TINY, 1 - TINY)
    weight = cases + np.abs(moved_by)
    return Beta(after * weight, (1 - after) * weight)


def judged(world: World) -> World:
    """The world after the audiences have seen this turn's actions.

    Sources: Crescenzi et al. 2012 (reputation), Sartori 2005 (honesty).
    """
    past = world.reputation
    reliability = _learned(world, world.reliability, world.reading[0], world.norm)
    honesty = _learned(world, world.honesty, world.reading[1], "scoring")
    reliability = _faded(world, reliability, past.kept, past.failed)
    honesty = _faded(world, honesty, past.matched, past.unmatched)
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
    r"""Pledges after this turn's words and deeds, solved exactly over the turn.

    $\dot p = c\,v\,(1-p) - f\,(p-basis) - d\,(p-answer)^+$ in war: words raise what is expected,
    and it falls to what came. In peace it returns to its basis, which usual words uphold.
    """
    ladder, war = world.ladder, np.where(world.war, 1.0, 0.0)
    voice = ladder.played(ladder.voice, world.choice) * war
    came = ladder.played(ladder.answer, world.choice)
    pledge = np.broadcast_to(world.pledge, (*world.pledge.shape[:2], *voice.shape[1:])).copy()
    for principal, toward in ((world.target, 1.0), (world.challenger, -1.0)):
        heard = world.beliefs.credence * np.where(world.side == toward, voice, 0.0)
        short = (pledge[:, principal] > came) & (world.side == toward)
        fallen = world.beliefs.disillusion * np.where(short, war, 0.0)
        rate = heard + world.beliefs.fading + fallen
        goal = heard + world.beliefs.fading * world.basis[:, principal] + fallen * came
        goal = goal / np.maximum(rate, SMALLEST)
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
    strike = ladder.played(ladder.strike * ladder.at_hosts, world.choice)
    shape = (*world.affinity.shape[:2], *answer.shape[1:])
    affinity = np.broadcast_to(world.affinity, shape).copy()
    for principal, toward in ((world.target, 1.0), (world.challenger, -1.0)):
        short = answer - world.pledge[:, principal]
        rate = np.where(world.side == toward, short, -affront) * np.where(world.war, 1.0, 0.0)
        rate[list(world.principals)] = 0.0
        affinity[principal] = moved(affinity[principal], beliefs.drift * rate, world.weeks)
    struck = strike[world.target] * world.posture.hosts
    cooled = moved(affinity[:, world.target], -beliefs.grievance * struck, world.weeks)
    affinity[:, world.target] = cooled
    return drawn_together(world, affinity)


def drawn_together(world: World, affinity: PerPair) -> PerPair:
    """Affinities after those newly sanctioned drew together, toward `alignment` (S14).

    At `solidarity` times both sanctions, as far as they exceed those at the start, which the
    ties at the start hold already.
    """
    threatened = [bool(np.any(each > 0)) for each in world.economy.threatened]
    sanctions, before = world.sanctions, world.economy.sanctions
    level = world.beliefs.alignment
    for i in range(world.state_count):
        for j in range(world.state_count):
            if i != j and (threatened[i] or threatened[j]):
                new = sanctions[i] * sanctions[j] - before[i] * before[j]
                pull = 1 - np.exp(-world.beliefs.solidarity * new * world.weeks)
                affinity[i, j] = affinity[i, j] + np.maximum(level - affinity[i, j], 0.0) * pull
    return affinity
