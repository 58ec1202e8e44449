from dataclasses import replace
from datetime import date
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.weighing import readings
from model.preset.first_world import dependence
from model.rules.beliefs import (
    affinity_after,
    commitments,
    dependence_after,
    drawn_together,
    growth,
    honesty_gain,
    judged,
    judged_share,
    moved,
    pledge_after,
    protege_pledge,
    reliability_gain,
    seen_share,
    settled,
)
from model.treaties import REQUIRED, Treaty
from model.world import Beta, played
from tests.worlds import (
    PLAYERS,
    RUNS,
    a_world,
    alone,
    at_war,
    differences,
    numbers,
    reached,
    seeds,
    stirred,
    whole,
)

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)


def playing(world, **actions: str):
    """The world in which these states play these actions, and all others their lowest."""
    choice = np.zeros_like(world.choice)
    for name, action in actions.items():
        state = world.names.index(name)
        choice[state] = world.ladder.names[state].index(action)
    return replace(world, choice=choice)


@pytest.fixture(scope="module")
def war():
    return at_war(a_world())


# ------------------------------------------------------------------ words and deeds


def told(world, **actions: str):
    """The world in which these states play these actions, and audiences read what they do."""
    acted = playing(world, **actions)
    table = readings(acted)
    both = [[played(each, choice) for choice in (acted.choice, acted.seen)] for each in table]
    return replace(acted, reading=np.array(both))


def test_words_without_deeds_cost_honesty(war):
    said, armed = told(war, russia="silence"), told(war, russia="arms")
    for _ in range(60):
        said, armed = judged(said), judged(armed)
    before = war.honesty.mean[RUSSIA, US]
    assert said.honesty.mean[RUSSIA, US] < before < armed.honesty.mean[RUSSIA, US]


def test_an_act_that_any_state_would_have_done_teaches_nothing(war):
    calm = replace(war, weeks=1.0, reading=np.ones_like(war.reading))
    calm = replace(calm, beliefs=replace(war.beliefs, memory=0.0))
    after = judged(calm)
    for record in ("honesty", "reliability"):
        assert getattr(after, record).kept == pytest.approx(getattr(calm, record).kept)
        assert getattr(after, record).failed == pytest.approx(getattr(calm, record).failed)


def test_a_week_in_which_an_act_is_three_times_likelier_moves_the_belief_by_bayes(war):
    reading = np.ones_like(war.reading)
    reading[1, :, RUSSIA] = 3.0
    calm = replace(war, weeks=1.0, reading=reading)
    calm = replace(calm, beliefs=replace(war.beliefs, memory=0.0, evidence=0.5))
    record = calm.honesty
    mean, cases = record.mean[RUSSIA, US], (record.kept + record.failed)[RUSSIA, US]
    after = judged(calm).honesty
    moved = settled(mean, np.array(3.0)) - mean
    assert after.mean[RUSSIA, US] == pytest.approx(mean + 0.5 * moved / (cases + 0.5))
    weight = (after.kept + after.failed)[RUSSIA, US]
    assert weight == pytest.approx(cases + 0.5 * moved)


def test_standing_by_at_a_cost_teaches_more_than_doing_nothing_untempted(war):
    # with no stake in the matter silence is what anybody would do; with a large one it is telling
    aloof, tempted = (
        replace(
            war, stakes=np.where(np.eye(6)[RUSSIA][:, None] * np.eye(6)[IRAN], stake, war.stakes)
        )
        for stake in (0.05, 0.9)
    )
    arms = war.ladder.names[RUSSIA].index("arms")
    silent = war.ladder.names[RUSSIA].index("silence")
    for world in (aloof, tempted):
        assert readings(world)[1, RUSSIA, silent] < readings(world)[1, RUSSIA, arms]
    assert readings(tempted)[1, RUSSIA, arms] < readings(aloof)[1, RUSSIA, arms]


def test_no_conduct_is_judged_in_peace_and_records_return_to_where_they_began():
    peace = playing(a_world())
    for record in ("reliability", "honesty"):
        start = getattr(peace, record)
        assert getattr(judged(peace), record).kept == pytest.approx(start.kept)
        more = replace(peace, **{record: Beta(start.kept + 1, start.failed)})
        after = getattr(judged(more), record)
        fade = np.exp(-peace.beliefs.memory * peace.weeks)
        assert after.kept == pytest.approx(start.kept + fade)


def test_the_expected_gain_is_what_judging_brings(war):
    # over a week, without forgetting, the expectation of each action is exact
    calm = replace(war, weeks=1.0, beliefs=replace(war.beliefs, memory=0.0))
    deeds, words = readings(calm)
    for action in war.ladder.names[RUSSIA]:
        column = war.ladder.names[RUSSIA].index(action)
        others = [j for j in range(6) if j != RUSSIA]
        hidden = calm.ladder.hidden[RUSSIA, column]
        share = float(calm.beliefs.visibility) if hidden else 1.0
        for record, gain, table in (
            ("honesty", honesty_gain, words),
            ("reliability", reliability_gain, deeds),
        ):
            change = 0.0
            for leaked, weight in ((0.0, 1 - share), (1.0, share)):
                acted = told(replace(calm, leaked=np.full(6, leaked)), russia=action)
                after = getattr(judged(acted), record).mean - getattr(calm, record).mean
                change += weight * after[RUSSIA, others].sum()
            expected = gain(calm, table)[RUSSIA, column]
            assert change == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_hidden_help_is_known_to_the_protege_and_to_others_only_where_it_leaks(war):
    kept, leaked = (
        judged(told(replace(war, weeks=1.0, leaked=np.full(6, each)), russia="hidden"))
        for each in (0.0, 1.0)
    )
    silent = judged(told(replace(war, weeks=1.0)))
    assert kept.honesty.mean[RUSSIA, IRAN] > kept.honesty.mean[RUSSIA, US]
    assert kept.honesty.mean[RUSSIA, US] == silent.honesty.mean[RUSSIA, US]
    assert leaked.honesty.mean[RUSSIA, US] > silent.honesty.mean[RUSSIA, US]
    assert seen_share(war)[RUSSIA, war.ladder.names[RUSSIA].index("hidden")] == 0.25


def test_nobody_judges_itself(war):
    after = judged(told(war, russia="force"))
    for record in ("honesty", "reliability"):
        for state in range(6):
            before = getattr(war, record).kept[state, state]
            assert getattr(after, record).kept[state, state] == pytest.approx(before)


# ------------------------------------------------------------------ treaties


def with_treaty(world, clause: str, partner: str, **changed):
    pact = Treaty("russia", partner, clause, 0.5, date(2020, 1, 1), date(2020, 1, 1), **changed)
    return replace(world, treaties=(pact,))


@pytest.mark.parametrize(
    ("clause", "partner", "binds"),
    [
        ("defence", "iran", True),
        ("defence", "israel", False),
        ("consultation", "iran", True),
        ("neutrality", "iran", True),
        ("neutrality", "israel", False),
        ("offensive", "israel", True),
        ("offensive", "iran", False),
        ("non-aggression", "iran", True),
        ("non-aggression", "israel", True),
        ("defence", "united_states", False),
    ],
)
def test_a_clause_binds_when_its_case_arises(war, clause, partner, binds):
    depth, _, _ = commitments(with_treaty(war, clause, partner), war.ladder.answer)
    assert (depth[RUSSIA] > 0) == binds
    assert not np.delete(depth, RUSSIA).any()


def test_a_defence_clause_is_kept_by_force_alone_and_neutrality_by_all_that_does_not_harm(war):
    names = war.ladder.names[RUSSIA]
    answer = war.ladder.answer
    kept = commitments(with_treaty(war, "defence", "iran"), answer)[1][RUSSIA]
    assert [names[i] for i in np.flatnonzero(kept >= 1)] == ["force"]
    kept = commitments(with_treaty(war, "neutrality", "iran"), answer)[1][RUSSIA]
    assert (kept[: len(names)] == 1).all()


def test_neutrality_is_broken_by_aiding_the_attacker(war):
    ties = war.affinity.copy()
    ties[RUSSIA, ISRAEL], ties[RUSSIA, IRAN] = 0.9, -0.5
    turned = with_treaty(replace(war, affinity=ties), "neutrality", "iran")
    names = war.ladder.names[RUSSIA]
    kept = commitments(turned, war.ladder.answer)[1][RUSSIA]
    shares = dict(zip(names, kept, strict=False))
    assert shares["silence"] == shares["rhetoric"] == shares["mediation"] == 1
    assert shares["economic"] == shares["hidden"] == shares["arms"] == shares["force"] == 0


def test_a_treaty_against_others_does_not_bind(war):
    pact = with_treaty(war, "defence", "iran", against=("united_states",))
    assert not commitments(pact, war.ladder.answer)[0].any()


# ------------------------------------------------------------------ pledges and affinity


def test_words_raise_the_pledge_and_silence_lets_it_fade_to_its_basis(war):
    words = pledge_after(playing(war, russia="rhetoric"))[RUSSIA, IRAN]
    assert words > war.pledge[RUSSIA, IRAN]
    raised = replace(war, pledge=np.minimum(war.pledge + 0.3, 1.0))
    silent = pledge_after(playing(raised))[RUSSIA, IRAN]
    assert war.basis[RUSSIA, IRAN] < silent < raised.pledge[RUSSIA, IRAN]


def test_what_is_expected_falls_to_what_came(war):
    # a pledge of .8, answered by arms of .7, by words of .12, by nothing
    pledged = replace(war, pledge=np.full_like(war.pledge, 0.8), weeks=1.0)
    fell = {
        act: 0.8 - pledge_after(playing(pledged, russia=act))[RUSSIA, IRAN]
        for act in ("arms", "hidden", "silence")
    }
    assert fell["arms"] < fell["hidden"] < fell["silence"]
    rate = war.beliefs.fading + war.beliefs.disillusion
    goal = war.beliefs.fading * war.basis[RUSSIA, IRAN] / rate
    expected = goal + (0.8 - goal) * np.exp(-rate)
    assert 0.8 - fell["silence"] == pytest.approx(float(expected))
    # who is not disappointed, by a deed or by rule, keeps what fading alone leaves
    patient = replace(pledged, beliefs=replace(war.beliefs, disillusion=0.0))
    kept = pledge_after(playing(patient))[RUSSIA, IRAN]
    assert kept > 0.8 - fell["silence"]
    assert (
        pledge_after(playing(pledged, russia="force"))[RUSSIA, IRAN]
        == pledge_after(playing(patient, russia="force"))[RUSSIA, IRAN]
    )


def test_in_peace_words_and_silence_leave_a_pledge_and_ties_as_they_are():
    peace = a_world()
    for act in ("silence", "rhetoric", "arms"):
        acted = playing(peace, russia=act, iran="threaten")
        assert pledge_after(acted) == pytest.approx(peace.pledge, abs=1e-15)
        assert (affinity_after(acted) == peace.affinity).all()
        assert dependence_after(acted) == pytest.approx(peace.dependence)


def test_two_half_turns_move_a_pledge_as_one_whole(war):
    whole = pledge_after(playing(replace(war, weeks=1.0), russia="rhetoric"))
    half = playing(replace(war, weeks=0.5), russia="rhetoric")
    twice = pledge_after(replace(half, pledge=pledge_after(half)))
    assert twice == pytest.approx(whole, rel=1e-12)


def test_audience_costs_grow_from_one_to_the_ceiling(war):
    assert growth(replace(war, weeks_at_war=0.0)) == 1
    assert growth(replace(war, weeks_at_war=1e6)) == war.beliefs.ceiling


def test_the_protege_warms_to_who_answers_and_cools_to_who_falls_short(war):
    after = affinity_after(playing(war, russia="arms"))
    assert after[IRAN, RUSSIA] > war.affinity[IRAN, RUSSIA]
    assert after[IRAN, CHINA] < war.affinity[IRAN, CHINA]


def test_a_challenger_cools_to_who_affronts_it(war):
    after = affinity_after(playing(war, russia="arms"))
    assert after[ISRAEL, RUSSIA] < war.affinity[ISRAEL, RUSSIA]
    assert after[ISRAEL, CHINA] == war.affinity[ISRAEL, CHINA]


def sanctioned(world, **levels: float):
    """The world in which these states are under sanctions of these levels."""
    levels_of = [levels.get(n, s) for n, s in zip(world.names, world.sanctions, strict=True)]
    return replace(world, sanctions=np.array(levels_of), weeks=1.0)


def test_shared_new_sanctions_draw_together_up_to_a_level_and_no_further(war):
    together = sanctioned(war, russia=1.5, china=1.0)
    level = float(war.beliefs.alignment)
    new = 1.5 * 1.0 - war.economy.sanctions[RUSSIA] * war.economy.sanctions[CHINA]
    before = war.affinity[RUSSIA, CHINA]
    pull = 1 - np.exp(-war.beliefs.solidarity * new)
    after = drawn_together(together, war.affinity.copy())
    assert after[RUSSIA, CHINA] == pytest.approx(before + (level - before) * pull)
    for _ in range(2000):
        after = drawn_together(together, after)
    assert before < after[RUSSIA, CHINA] == pytest.approx(level)
    closer = np.full_like(war.affinity, 0.9)
    assert (drawn_together(together, closer.copy()) == closer).all()


def test_sanctions_as_they_were_at_the_start_draw_nobody_together(war):
    assert (drawn_together(war, war.affinity.copy()) == war.affinity).all()


@given(st.floats(-1, 1), st.floats(-20, 20), st.floats(0, 50), st.floats(0, 50))
def test_affinity_stays_in_its_range_and_time_adds_up(value, rate, first, second):
    start, pull = np.array([value]), np.array([rate])
    whole = moved(start, pull, first + second)
    assert -1 <= whole <= 1
    assert moved(moved(start, pull, first), pull, second) == pytest.approx(whole, abs=1e-12)
    assert moved(start, np.zeros(1), 3.0) == start


# ------------------------------------------------------------------ laws


@given(numbers())
def test_beliefs_stay_in_their_ranges(number):
    world = judged(reached(number).world)
    for record in (world.reliability, world.honesty):
        assert (record.kept >= 1).all() and (record.failed >= 1).all()
        assert ((record.mean > 0) & (record.mean < 1)).all()
    assert ((world.pledge >= 0) & (world.pledge <= 1)).all()
    assert ((world.affinity >= -1) & (world.affinity <= 1)).all()


@given(numbers())
def test_no_run_is_judged_by_another(number):
    world = reached(number).world
    batch = judged(world)
    for run in range(RUNS):
        assert differences(judged(alone(world, run)), alone(batch, run)) == []


@given(numbers())
def test_an_act_that_a_loyal_state_is_likelier_to_take_never_gains_less(number):
    world = reached(number).world
    for reading in readings(world):
        open_to_all = whole(world, seen_share(world)) == 1
        gain = whole(world, honesty_gain(world, reading))
        for state in range(len(PLAYERS)):
            for run in range(RUNS):
                seen = open_to_all[state, :, run]
                order = np.argsort(reading[state, seen, run])
                assert (np.diff(gain[state, seen, run][order]) >= -1e-12).all()


def test_dependence_adds_up_to_1_however_fast_the_target_turns_away():
    turning = a_world(changes={"beliefs.hedging": 10.0, "turn_days": 366.0})
    ties = np.full_like(turning.affinity, -0.5)
    ties[turning.target, RUSSIA] = 0.5
    alone = replace(turning, dependence=dependence(ties, turning.target), pledge=turning.pledge + 1)
    after = dependence_after(at_war(playing(alone, russia="silence")))
    assert after[RUSSIA] == after.sum() == 1


# ------------------------------------------------------------------ each rule, state by state


def acts(world, attribute):
    """An attribute of the action that each state plays, as plain numbers."""
    return [float(attribute[i, world.choice[i]]) for i in range(len(world.names))]


def protege(world, state):
    return world.target if world.side[state] > 0 else world.challenger


@given(seeds())
def test_words_bind_to_the_pledge_to_ones_own_principal_and_cost_more_as_war_goes_on(seed):
    world = stirred(seed)
    own = [world.pledge[i, protege(world, i)] for i in range(6)]
    assert protege_pledge(world).tolist() == own
    cost = 1 + world.beliefs.growth * world.weeks_at_war
    assert growth(world) == pytest.approx(min(cost, world.beliefs.ceiling))


DATES = (None, date(2019, 1, 1), date(2031, 1, 1))
pacts = st.lists(
    st.tuples(
        st.sampled_from(PLAYERS[::3]),
        st.sampled_from(("iran", "israel", "iran", "israel", "china")),
        st.sampled_from(sorted(REQUIRED)),
        st.floats(0.1, 1),
        st.just(date(2018, 1, 1)),
        st.sampled_from(DATES),
        st.sampled_from((None, None, date(2020, 1, 1))),
        st.sampled_from(((), ("israel",), ("iran",))),
    ),
    min_size=5,
    max_size=12,
)


@given(seeds(), pacts)
def test_commitments_are_the_mean_of_those_that_bind_by_their_depth(seed, signed):
    treaties = tuple(Treaty(*each) for each in signed)
    world = replace(stirred(seed), treaties=treaties)
    few = np.random.default_rng(seed).random((3, *world.ladder.aid.shape)) < 0.3
    acts = zip(("aid", "delivery", "strike"), few * 1.0, strict=True)
    world = replace(world, ladder=replace(world.ladder, **dict(acts)))
    ladder = world.ladder
    harm = ladder.aid + ladder.delivery + ladder.strike
    depth, kept, unanswered = commitments(world, ladder.answer)
    for i in range(6):
        bound, share, none = 0.0, np.zeros(8), np.zeros(8)
        for pact in (each for each in treaties if each.holder == world.names[i]):
            attacked = pact.partner == "iran"
            enemy = "israel" if attacked else "iran"
            wanted = {"offensive": not attacked, "non-aggression": True}.get(pact.clause, attacked)
            fights = world.war or pact.clause == "non-aggression"
            if pact.partner == "china" or not (wanted and fights and pact.covers(enemy)):
                continue
            weight = pact.depth * float(pact.force(world.day, world.beliefs.provisional))
            ours = world.side[i] == (1 if attacked else -1)
            bound += weight
            if pact.forbids:
                peaceful = ours | (harm[i] == 0)
                share, none = share + weight * peaceful, none + weight * peaceful
            elif ours:
                share = share + weight * np.minimum(ladder.answer[i] / pact.required, 1)
        assert depth[i] == pytest.approx(bound)
        assert kept[i] == pytest.approx(share / bound if bound else share)
        assert unanswered[i] == pytest.approx(none / bound if bound else none)


def disrepute(world, state):
    """Of the protege of a state: how little its words are believed by the mean audience."""
    client = protege(world, state)
    return 1 - np.mean([world.honesty.mean[client, j] for j in range(6) if j != client])


@given(seeds(), st.sampled_from(("scoring", "standing", "stern")))
def test_judging_moves_ties_and_words_and_a_record_learns_by_bayes_and_fades(seed, norm):
    world = replace(stirred(seed), norm=norm)
    after, fresh = judged(world), world.weeks * world.beliefs.evidence
    lasting, past = exp(-world.beliefs.memory * world.weeks), world.reputation
    assert (after.pledge == pledge_after(world)).all()
    assert (after.affinity == affinity_after(world)).all()
    assert (after.dependence == dependence_after(world)).all()
    for place, name, first in (
        (0, "reliability", (past.kept, past.failed)),
        (1, "honesty", (past.matched, past.unmatched)),
    ):
        record, new = getattr(world, name), getattr(after, name)
        for i in range(6):
            spared = {"scoring": 0, "standing": 1, "stern": 2}[norm] if name != "honesty" else 0
            share = 1 - spared * disrepute(world, i)
            for j in range(6):
                mean, cases = record.mean[i, j], record.kept[i, j] + record.failed[i, j]
                near = j == protege(world, i)
                odds = mean / (1 - mean) * world.reading[place, 0 if near else 1, i]
                moved_by = fresh * (odds / (1 + odds) - mean) * (1 if near else share) * (i != j)
                then = mean + moved_by / (cases + fresh)
                weight = cases + abs(moved_by)
                for kept, part, start in (
                    (new.kept, then, first[0]),
                    (new.failed, 1 - then, first[1]),
                ):
                    expected = 1 + start[i] + (part * weight - 1 - start[i]) * lasting
                    assert kept[i, j] == pytest.approx(expected)


@settings(max_examples=6)
@given(seeds(), st.sampled_from(("scoring", "standing", "stern")))
def test_each_actions_expected_gain_is_what_judging_brings_under_every_norm(seed, norm):
    world = replace(stirred(seed), norm=norm, weeks=1.0)
    world = replace(world, beliefs=replace(world.beliefs, memory=0.0))
    table = np.random.default_rng(seed).uniform(0.2, 5, world.ladder.aid.shape)
    for name, gain in (("reliability", reliability_gain), ("honesty", honesty_gain)):
        before, expected = getattr(world, name).mean, np.zeros_like(table)
        for column in range(table.shape[1]):
            hidden = world.ladder.hidden[:, column] > 0
            for leaked in (False, True):
                share = world.beliefs.visibility if leaked else 1 - world.beliefs.visibility
                told = table[:, column]
                seen = np.where(hidden & (not leaked), table[:, 0], told)
                acted = judged(replace(world, reading=np.array([[told, seen]] * 2)))
                change = getattr(acted, name).mean - before
                np.fill_diagonal(change, 0.0)
                expected[:, column] += change.sum(1) * share
        assert gain(world, table) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_stern_norm_holds_abandoning_a_disreputable_protege_to_ones_credit(war):
    words = replace(war.honesty, kept=np.full_like(war.honesty.kept, 0.1))
    doubted = replace(war, honesty=words, norm="stern")
    assert (judged_share(doubted, "stern") < 0).all()
    assert (judged_share(doubted, "standing") > 0).all()
    assert (judged_share(doubted, "scoring") == 1).all()


@given(seeds())
def test_dependence_pledges_and_affinities_move_by_their_formulas(seed):
    world = stirred(seed)
    world = replace(world, economy=replace(world.economy, threatened=np.zeros(6)))
    beliefs, ladder, weeks, war = world.beliefs, world.ladder, world.weeks, bool(world.war)
    answer, voice = acts(world, ladder.answer), acts(world, ladder.voice)
    affront = acts(world, ladder.affront * (1 - ladder.hidden))
    struck = acts(world, ladder.strike * ladder.at_hosts)[world.target]
    turned = [
        world.dependence[i]
        * exp(beliefs.hedging * (answer[i] - world.pledge[i, world.target]) * weeks * war)
        for i in range(6)
    ]
    assert dependence_after(world) == pytest.approx(np.array(turned) / sum(turned))
    pledges, ties = pledge_after(world), affinity_after(world)
    for i in range(6):
        for principal, side in ((world.target, 1), (world.challenger, -1)):
            near, now = world.side[i] == side, world.pledge[i, principal]
            pulls = [(beliefs.fading, world.basis[i, principal])]  # each rate and what it pulls to
            if near and war:
                pulls.append((beliefs.credence * voice[i], 1.0))
                pulls.append((beliefs.disillusion * (now > answer[i]), answer[i]))
            rate = sum(each for each, _ in pulls)
            goal = sum(each * to for each, to in pulls) / rate
            expected = goal + (now - goal) * exp(-rate * weeks)
            assert pledges[i, principal] == pytest.approx(expected)
            pull = (answer[i] - now if near else -affront[i]) * war
            pull = 0.0 if i in world.principals else pull * beliefs.drift
            tie = world.affinity[principal, i]
            tie = np.sign(pull) + (tie - np.sign(pull)) * exp(-abs(pull) * weeks) if pull else tie
            if i == world.target:  # a host cools to who strikes its soil
                tie = -1 + (tie + 1) * exp(
                    -beliefs.grievance * struck * world.posture.hosts[principal] * weeks
                )
            assert ties[principal, i] == pytest.approx(tie)
        host = world.posture.hosts[i]
        if i not in world.principals:
            tie = -1 + (world.affinity[i, 1] + 1) * exp(-beliefs.grievance * struck * host * weeks)
            assert ties[i, world.target] == pytest.approx(tie)


@given(seeds())
def test_whom_new_sanctions_threaten_they_draw_together(seed):
    world = stirred(seed)
    after, economy = drawn_together(world, world.affinity.copy()), world.economy
    for i in range(6):
        for j in range(6):
            new = (
                world.sanctions[i] * world.sanctions[j]
                - economy.sanctions[i] * economy.sanctions[j]
            )
            under = (economy.threatened[i] > 0 or economy.threatened[j] > 0) and i != j
            short = max(world.beliefs.alignment - world.affinity[i, j], 0.0) * under
            pull = 1 - exp(-world.beliefs.solidarity * new * world.weeks)
            assert after[i, j] == pytest.approx(world.affinity[i, j] + short * pull)


def test_a_target_that_depends_on_nobody_goes_on_so(war):
    assert not dependence_after(replace(war, dependence=np.zeros(6))).any()


def test_an_answer_that_is_just_what_was_pledged_disappoints_nobody(war):
    armed = playing(replace(war, weeks=1.0), russia="arms")
    came = armed.ladder.played(armed.ladder.answer, armed.choice)[RUSSIA]
    just = replace(armed, pledge=np.full_like(war.pledge, came))
    patient = replace(just, beliefs=replace(war.beliefs, disillusion=0.0))
    assert pledge_after(just)[RUSSIA, IRAN] == pledge_after(patient)[RUSSIA, IRAN]


def test_a_pledge_that_does_not_fade_stays_as_it_is_in_silence(war):
    lasting = replace(war, beliefs=replace(war.beliefs, fading=0.0, disillusion=0.0))
    assert (pledge_after(playing(lasting)) == war.pledge).all()
