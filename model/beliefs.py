"""What audiences believe: pledges heard in words, reliability, honesty and affinity.

Reliability is about written obligations kept when the clause bound, honesty about
words matched by deeds. Both are Beta distributions for each audience.
"""

from dataclasses import replace

import numpy as np

from model.world import Array, Beta, PerAction, PerPair, PerRun, PerState, World, total


def growth(world: World) -> PerRun:
    r"""Growth of audience costs, $\min(ceiling, 1 + growth \cdot t)$, t in weeks (Fearon 1994)."""
    return np.minimum(world.beliefs.ceiling, 1 + world.beliefs.growth * world.weeks_at_war)


def seen_share(world: World, state: int) -> PerAction:
    """Chance that the public sees each action: 1, or for hidden support that it leaks."""
    return 1 - world.ladder.hidden[state] * (1 - world.beliefs.visibility)


def affront_seen(world: World, state: int) -> PerAction:
    """Affront of each action as far as it is seen; hidden support by what leaks."""
    return world.ladder.affront[state] * seen_share(world, state)


def beneficiary_pledge(world: World, state: int) -> PerRun:
    """The pledge that binds a state's words: to the principal of its side, or its own threat."""
    pledge = world.pledge[state]
    return np.where(world.side[state] > 0, pledge[world.target], pledge[world.challenger])


# ------------------------------------------------------------------ reliability


def commitments(world: World, state: int, answer: PerAction) -> tuple[PerRun, PerAction]:
    r"""Depth of a state's treaties that bind now, and the share of it each answer keeps.

    Defence and consultation bind when the partner is attacked, an offensive clause when
    it attacks, neutrality when it is attacked, non-aggression at all times.
    """
    depth, kept = 0.0 * np.asarray(world.war), 0.0 * answer
    against = world.ladder.aid[state] + world.ladder.delivery[state] + world.ladder.strike[state]
    for treaty in world.treaties:
        if treaty.holder != world.names[state]:
            continue
        partner = world.names.index(treaty.partner)
        if partner not in world.principals or not _clause_binds(world, treaty.clause, partner):
            continue
        enemy = world.challenger if partner == world.target else world.target
        if not treaty.covers(world.names[enemy]):
            continue
        force = treaty.force(world.day, world.beliefs.provisional)
        tested = world.war | (treaty.clause == "non-aggression")
        bound = np.where(tested, force * treaty.depth, 0.0)
        ours = world.side[state] * (1.0 if partner == world.target else -1.0) > 0
        if treaty.forbids:
            share = np.where(ours | (against == 0), 1.0, 0.0)
        else:
            share = np.where(ours, np.minimum(1.0, answer / treaty.required), 0.0)
        depth = depth + bound
        kept = kept + bound * share
    return depth, kept / np.maximum(depth, 1e-12)


def _clause_binds(world: World, clause: str, partner: int) -> bool:
    """Whether a war in which the partner is a principal is this clause's casus foederis."""
    if clause == "offensive":
        return partner == world.challenger
    return clause == "non-aggression" or partner == world.target


def _gain(
    record: Beta,
    state: int,
    weight: PerRun,
    seen: PerAction,
    told: PerAction,
    near: tuple[PerState, PerState],
) -> PerAction:
    r"""$\sum_j E[posterior_j] - prior_j$ when a case of this weight shows `seen` to all.

    The beneficiary, of whom `near` picks the column, sees `told` instead.
    """
    cases = record.kept[state] + record.failed[state]
    learning = weight / (cases + weight) * near[0]
    told_learning = weight / (cases + weight) * near[1]
    before = (learning + told_learning) * record.kept[state] / cases
    return seen * total(learning) + told * total(told_learning) - total(before)


def _audiences(world: World, state: int) -> tuple[Array, Array]:
    """Which states are an audience of this one: the others, and the beneficiary apart."""
    side = world.side[state]
    near = np.zeros((world.state_count, *np.shape(side)))
    near[world.target] = side > 0
    near[world.challenger] = side < 0
    near[state] = 0.0
    far = 1.0 - near
    far[state] = 0.0
    return far, near


def obligations(world: World, state: int, shown: PerAction) -> tuple[PerRun, PerAction, PerAction]:
    """Weight of a week as a case, share kept as it is shown, and as the beneficiary is told.

    What is not shown counts as no answer; `shown` is the chance of being seen, or 0 or 1.
    """
    answer = world.ladder.answer[state]
    depth, told = commitments(world, state, answer)
    _, none = commitments(world, state, 0.0 * answer)
    weight = np.where(world.war, world.beliefs.evidence * np.minimum(depth, 1.0), 0.0)
    return weight, none + (told - none) * shown, told


def reliability_gain(world: World, state: int) -> PerAction:
    r"""Expected change of reliability by each action, summed over audiences.

    A week in which the clause binds is $w$ cases: $w\,(kept(a) - m_j)/(n_j + w)$.
    """
    weight, seen, told = obligations(world, state, seen_share(world, state))
    seen = normed(world, state, seen)
    return _gain(world.reliability, state, weight, seen, told, _audiences(world, state))


def honesty_gain(world: World, state: int) -> PerAction:
    r"""Expected change of honesty by each action, summed over audiences.

    Words are matched by $\min(1, answer(a)/pledge)$; their weight is the pledge.
    """
    weight, seen, told = words_matched(world, state, seen_share(world, state))
    return _gain(world.honesty, state, weight, seen, told, _audiences(world, state))


def words_matched(
    world: World, state: int, shown: PerAction
) -> tuple[PerRun, PerAction, PerAction]:
    """Weight of a week's test of one's words, and their match by each action: shown, and told."""
    pledge = beneficiary_pledge(world, state)
    weight = np.where(world.war, world.beliefs.evidence * pledge, 0.0)
    told = np.minimum(1.0, world.ladder.answer[state] / np.maximum(pledge, 1e-9))
    return weight, told * shown, told


# ------------------------------------------------------------------------ judge


def _chosen(table: PerAction, choice: Array) -> PerRun:
    """The row of the action played, run by run."""
    if np.ndim(choice) == 0:
        return table.reshape(len(table))[int(choice)]
    if table.shape[-1] == 1:
        return table[:, 0][choice]
    return np.take_along_axis(table, choice[None], 0)[0]


def _learned(world: World, record: Beta, cases: list[tuple[PerRun, PerRun, PerRun]]) -> Beta:
    """A record after each state's case of this turn, with older ones fading to Beta(1, 1)."""
    lasting = np.exp(-world.beliefs.memory * world.weeks)
    kept, failed = 1 + (record.kept - 1) * lasting, 1 + (record.failed - 1) * lasting
    shape = np.broadcast_shapes(kept.shape, (1, 1, *np.shape(world.weeks_at_war)))
    kept, failed = np.broadcast_to(kept, shape).copy(), np.broadcast_to(failed, shape).copy()
    for state, (weight, seen, told) in enumerate(cases):
        far, near = _audiences(world, state)
        share = seen * far + told * near
        kept[state] += weight * world.weeks * share
        failed[state] += weight * world.weeks * (far + near - share)
    return Beta(kept, failed)


def judged(world: World) -> World:
    """The world after the audiences have seen this turn's actions.

    Sources: Crescenzi et al. 2012 (reputation), Sartori 2005 (honesty).
    """
    duties, words = [], []
    for state in range(world.state_count):
        shown = 1 - world.ladder.hidden[state] * (1 - world.leaked[state])
        choice = world.choice[state]
        weight, seen, told = obligations(world, state, shown)
        judged_by_all = normed(world, state, _chosen(seen, choice))
        duties.append((weight, judged_by_all, _chosen(told, choice)))
        weight, seen, told = words_matched(world, state, shown)
        words.append((weight, _chosen(seen, choice), _chosen(told, choice)))
    return replace(
        world,
        reliability=_learned(world, world.reliability, duties),
        honesty=_learned(world, world.honesty, words),
        pledge=pledge_after(world),
        affinity=affinity_after(world),
        dependence=dependence_after(world),
    )


def judgement(norm: str, kept: PerRun, disrepute: PerRun) -> PerRun:
    r"""How good a deed is judged by a norm, given the share kept k and the client's disrepute d.

    scoring: $k$; standing: $k + (1 - k)\,d$, abandoning a disreputable client is excused;
    stern: $k\,(1 - d) + (1 - k)\,d$, it is held to one's credit (Ohtsuki & Iwasa 2006).

    >>> [judgement(norm, 0.0, 0.8) for norm in ("scoring", "standing", "stern")]
    [0.0, 0.8, 0.8]
    """
    if norm == "scoring":
        return kept
    if norm == "standing":
        return kept + (1 - kept) * disrepute
    return kept * (1 - disrepute) + (1 - kept) * disrepute


def client_disrepute(world: World, state: int) -> PerRun:
    """How little the words of the principal of a state's side are believed, over all audiences."""
    honesty = world.honesty.mean
    own = np.stack([honesty[each, each] for each in range(world.state_count)])
    known = (total(honesty, 1) - own) / (world.state_count - 1)
    client = np.where(world.side[state] > 0, known[world.target], known[world.challenger])
    return 1 - client


def normed(world: World, state: int, kept: PerRun) -> PerRun:
    """How an audience judges a state's deed by the world's norm."""
    return judgement(world.norm, kept, client_disrepute(world, state))


def dependence_after(world: World) -> PerState:
    r"""The target's dependence on each friend (S8).

    $D_i \propto D_i\,e^{hedging\,(answer_i - pledge_i)\,t}$ while there is war.

    A friend that answers less than its words let expect loses share to the others but not
    all of it (Narang & LeVeck 2019).
    """
    answer = world.ladder.played(world.ladder.answer, world.choice)
    gap = (answer - world.pledge[:, world.target]) * np.where(world.war, 1.0, 0.0)
    grown = world.dependence * np.exp(world.beliefs.hedging * gap * world.weeks)
    return grown / np.maximum(total(grown), 1e-9)


def pledge_after(world: World) -> PerPair:
    r"""Pledges after this turn's words, $\dot p = c\,v\,(1-p) - f\,(p-basis)$ solved exactly."""
    voice = world.ladder.played(world.ladder.voice, world.choice)
    pledge = np.broadcast_to(world.pledge, (*world.pledge.shape[:2], *voice.shape[1:])).copy()
    for principal, toward in ((world.target, 1.0), (world.challenger, -1.0)):
        heard = world.beliefs.credence * np.where(world.side == toward, voice, 0.0)
        rate = heard + world.beliefs.fading
        goal = (heard + world.beliefs.fading * world.basis[:, principal]) / (rate + 1e-300)
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
