"""What is open to a state, and what an act tells of its word, action by action."""

from dataclasses import replace
from math import exp

import numpy as np
import pytest
from hypothesis import given

from agents.weighing import (
    affine,
    bases_used,
    decisive_channels,
    feasible,
    game_of,
    means_used,
    readings,
    weighed,
)
from model.game.stage_game import CHANNELS
from model.world import LEAST, World
from tests.worlds import a_model, a_world, seeds, stirred


def from_bases(world: World) -> bool:
    """Whether a state of the challenger's side other than itself strikes."""
    strikes = world.ladder.played(world.ladder.strike, world.choice)
    return any(
        strikes[i] > 0 and world.side[i] < 0 and i != world.challenger
        for i in range(world.state_count)
    )


@given(seeds())
def test_an_action_takes_its_largest_share_of_free_means_and_its_share_of_readiness(seed):
    world = stirred(seed)
    ladder, found = world.ladder, means_used(world)
    for i, a in np.ndindex(ladder.aid.shape):
        largest = max(
            ladder.money[i, a] / world.free_money[i],
            ladder.forces[i, a] / world.free_forces[i],
            ladder.systems[i, a] / world.free_systems[i],
        )
        ready = max(world.readiness[i], LEAST)
        assert found[i, a] == pytest.approx(largest + ladder.share[i, a] / ready)


@given(seeds())
def test_what_is_open_is_on_the_menu_within_means_and_no_strike_in_peace_but_the_first(seed):
    world = replace(
        stirred(seed), collapsed=np.bool_(seed % 5 == 0), onset=np.float64(seed % 4 > 0)
    )
    ladder, found, used = world.ladder, feasible(world), means_used(world)
    assert bases_used(world) == from_bases(world)
    for i, a in np.ndindex(ladder.aid.shape):
        starts = i == world.challenger and world.onset > 0 and not world.collapsed
        fights = not ladder.strike[i, a] or world.war or starts
        hosted = not ladder.at_hosts[i, a] or from_bases(world)
        assert found[i, a] == (ladder.on_menu[i, a] and used[i, a] <= 1 and fights and hosted)


def test_all_that_one_has_may_be_used_but_no_more():
    world = a_world()
    i, a = np.argwhere((world.ladder.money > 0) & world.ladder.on_menu)[0]
    share = means_used(world)[i, a]
    for factor, open_ in ((1.0, True), (1 + 1e-9, False)):
        scaled = replace(world.ladder, money=world.ladder.money * factor / share)
        assert means_used(replace(world, ladder=scaled))[i, a] == pytest.approx(factor)
        assert feasible(replace(world, ladder=scaled))[i, a] == open_


def test_a_principal_that_has_nothing_ready_cannot_fight_and_may_do_all_else():
    world = a_world()
    worn = replace(world, systems=np.zeros_like(world.systems))
    fights = world.ladder.share > 0
    assert not worn.readiness[list(world.principals)].any()
    assert (means_used(worn)[fights] > 1).all()
    free = ~fights & (world.ladder.systems == 0)
    assert means_used(worn)[free].tolist() == means_used(world)[free].tolist()


@given(seeds())
def test_an_act_is_as_telling_as_the_term_that_minds_the_word_makes_it_likelier(seed):
    world = stirred(seed)
    found, open_ = readings(world), feasible(world)
    for i in range(world.state_count):
        menu = np.flatnonzero(open_[i])
        sharp = world.precision[i]
        level = {
            name: np.broadcast_to(affine(world, name)[0], open_.shape)[i] for name in world.terms
        }
        other = sum(level[n] for n in level if n not in ("commitment", "audience", "reputation"))
        chance = np.exp(sharp * (other[menu] - other[menu].max()))
        chance = chance / chance.sum()
        for place, name in enumerate(("commitment", "audience")):
            for a in menu:
                exponents = sharp * (level[name][menu] - level[name][a])
                mean = sum(p * exp(e) for p, e in zip(chance, exponents, strict=True))
                assert found[place, i, a] == pytest.approx(1 / mean if world.war else 1.0)


def test_nothing_is_told_to_be_likelier_than_e_to_the_30th():
    world = replace(a_world(), war=np.True_)
    certain = readings(replace(world, precision=np.full(6, 1e5)))
    assert np.isfinite(certain).all()
    assert certain.max() < exp(31)
    assert certain.min() > exp(-31)


@given(seeds())
def test_a_weighing_is_the_sum_of_its_lines_and_the_slopes_of_their_channels(seed):
    world = stirred(seed)
    again = {"again": world.terms["economy"]}  # one more that reads a channel
    weights = world.weights | {"again": 0.5 * world.weights["economy"]}
    world = replace(world, terms={**world.terms, **again}, weights=weights)
    found, open_ = weighed(world), feasible(world)
    level, slopes = np.zeros(open_.shape), np.zeros((len(CHANNELS), *open_.shape))
    for name in world.weights:
        term = world.terms[name]
        if term.wartime and not world.war:
            assert name not in found.lines
            continue
        line = affine(world, name)
        level = level + line[0]
        if term.channel:
            slopes[CHANNELS.index(term.channel)] += line[1]
        assert found.lines[name][1] == pytest.approx(line[1])
    assert found.base[open_] == pytest.approx(level[open_])
    assert (found.base[~open_] == -np.inf).all()
    assert found.slopes == pytest.approx(slopes)
    assert found.reading == pytest.approx(readings(world))


def test_terms_of_war_count_in_the_few_runs_that_are_at_war_alone():
    world = a_model(runs=range(5), turns=1).world
    some = replace(world, war=np.arange(5) == 3)
    found, all_at_war = weighed(some), weighed(replace(world, war=np.ones(5, bool)))
    wartime = [name for name in world.weights if world.terms[name].wartime]
    assert wartime
    for name in wartime:
        level = np.broadcast_to(found.lines[name][0], found.base.shape)
        assert not level[..., [0, 1, 2, 4]].any()
        whole = np.broadcast_to(all_at_war.lines[name][0], found.base.shape)
        assert level[..., 3] == pytest.approx(whole[..., 3])
    assert (found.reading[..., [0, 1, 2, 4]] == 1).all()
    assert found.reading[..., 3] == pytest.approx(all_at_war.reading[..., 3])


def test_the_decisive_channels_end_with_the_last_that_some_term_does_not_share():
    world = a_world()
    assert decisive_channels(world) == CHANNELS.index("lobbying") + 1
    assert game_of(world).decisive == decisive_channels(world)
    terms = dict(world.terms)
    for channel in ("lobbying", "force", "aid"):
        terms = {name: each for name, each in terms.items() if each.channel != channel}
        assert decisive_channels(replace(world, terms=terms)) == CHANNELS.index(channel)
