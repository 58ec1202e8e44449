"""The essay's mechanisms S1-S17 of the model document: each acts, and stops when switched off."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from agents.payoffs import TERMS
from model.alliance_model import AllianceModel
from model.game.stage_game import NOTHING, credit
from model.preset.load import Change
from model.rules.beliefs import judged
from model.rules.conflict import accepted_mediation
from model.rules.means import delivered
from model.world import World
from tests.model.rules.test_beliefs import playing, told
from tests.worlds import PLAYERS, a_model, a_world, at_war, whole

RUSSIA, IRAN, ISRAEL, US, CHINA, GULF = range(6)
Changes = tuple[tuple[str, Change], ...]


def laid(changes: Changes) -> dict[str, Change]:
    """Changes as the model takes them: a tuple stands for a list, so that it can be a key."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in changes}


@cache
def played(turns: int, runs: int, changes: Changes = (), policy: Changes = ()) -> AllianceModel:
    """A batch of runs of the twelve days' war, played once for all tests."""
    return a_model("twelve-days", turns, range(runs), laid(changes), dict(policy))


@cache
def chances(state: int, changes: Changes = ()) -> dict[str, float]:
    """How likely each action of a state is on the second day of war, over forty runs."""
    model = a_model("twelve-days", 2, range(40), laid(changes))
    model.shock()
    model.weigh()
    model.solve()
    assert model.solution is not None
    there = np.broadcast_to(model.world.war, model.solution.play.shape[2:])
    play = model.solution.play[state][:, there].mean(1)
    return dict(zip(model.world.ladder.names[state], play.tolist(), strict=False))


def war(*changes: tuple[str, Change], **more: Change) -> World:
    """The first day of war under changed figures; dots are written as double underscores."""
    named = {key.replace("__", "."): value for key, value in more.items()}
    return at_war(a_world(changes=laid(changes) | named))


def term(world: World, name: str, state: int) -> dict[str, float]:
    """A payoff term by action, against nobody."""
    return dict(
        zip(
            world.ladder.names[state],
            whole(world, TERMS[name].rule(world, NOTHING))[state],
            strict=False,
        )
    )


NO_TREATY: Changes = (("russia.treaties", ()),)


def defence_pact() -> Changes:
    signed = date(2025, 1, 17)
    pact = {
        "partner": "iran",
        "clause": "defence",
        "depth": 0.5,
        "signed": signed,
        "in_force": signed,
    }
    return (("russia.treaties", (pact,)),)


# ------------------------------------------------------------------ S1


def test_s1_the_partnership_is_kept_by_consulting_and_asks_for_no_fighting():
    kept = term(war(), "commitment", RUSSIA)
    assert kept["silence"] < kept["mediation"] < kept["economic"]
    # more than consulting adds nothing: there is no defence clause
    assert kept["economic"] == kept["arms"] == kept["force"]
    pact = term(war(*defence_pact()), "commitment", RUSSIA)
    assert pact["economic"] < pact["arms"] < pact["force"]


def test_s1_the_partnership_makes_russia_speak_and_mediate():
    silent, without = chances(RUSSIA)["silence"], chances(RUSSIA, NO_TREATY)["silence"]
    assert without > 1.2 * silent


def test_s1_written_and_implied_commitments_are_apart():
    bare = war(*NO_TREATY)
    assert not any(term(bare, "commitment", RUSSIA).values())
    assert term(bare, "audience", RUSSIA) == term(war(), "audience", RUSSIA)
    unpledged = war(russia__pledges__iran=0.0)
    assert not any(term(unpledged, "audience", RUSSIA).values())
    assert term(unpledged, "commitment", RUSSIA) == term(war(), "commitment", RUSSIA)


STRONG: Changes = (
    ("russia.posture.access", 1.0),
    ("russia.means.money_tied", 0.0),
    ("russia.means.forces_tied", 0.0),
)


def pact(clause: str) -> Changes:
    """One treaty of Russia with Iran, as deep as can be and long in force."""
    since = date(2020, 1, 1)
    entry = {"partner": "iran", "clause": clause, "depth": 1.0, "signed": since, "in_force": since}
    return (*STRONG, ("russia.treaties", (entry,)))


def test_a_defence_clause_alone_makes_the_protege_bold():
    # on the same ground; over a whole war its patron's help also ends the fighting sooner
    strikes = a_world().ladder.names[IRAN].index("campaign")
    expected = replace(NOTHING, force=np.float64(1.0))
    harm = {
        clause: float(
            TERMS["escalation"].rule(at_war(a_world(changes=laid(pact(clause)))), expected)[
                IRAN, strikes
            ]
        )
        for clause in ("consultation", "neutrality", "offensive", "defence")
    }
    assert harm["consultation"] == harm["neutrality"] == harm["offensive"] < harm["defence"] < 0


def test_a_defence_clause_alone_deters_the_adversary_in_peace():
    def onset(clause: str) -> float:
        half = {"russia.posture.access": 0.5}  # all the way there nobody attacks, pact or not
        model = a_model("iran-2025", 1, changes=laid(pact(clause)) | half)
        names = model.world.ladder.names[ISRAEL]
        strike = [names.index(each) for each in ("limited", "campaign")]
        return float(model.solution.play[ISRAEL, strike].sum())

    calm = {clause: onset(clause) for clause in ("consultation", "offensive", "defence")}
    assert calm["defence"] < 0.8 * min(calm["consultation"], calm["offensive"])


# ------------------------------------------------------------------ S2


def test_s2_condemning_and_mediating_cost_next_to_nothing():
    cost = term(war(), "resources", RUSSIA)
    assert cost["rhetoric"] == 0
    assert -0.05 < cost["mediation"] <= 0
    assert cost["arms"] < 10 * cost["mediation"]


def test_s2_a_partisans_mediation_is_rebuffed():
    neutral = war(gulf__stakes__iran=0.0)
    accepted = [
        float(accepted_mediation(playing(neutral, **{who: "mediation"})))
        for who in ("gulf", "russia", "united_states")
    ]
    assert accepted[0] > accepted[1] > accepted[2] == 0
    # who has no stake is not a partisan
    impartial = war(russia__stakes__iran=0.0, russia__stakes__israel=0.0)
    assert accepted_mediation(playing(impartial, russia="mediation")) == accepted[0]


# ------------------------------------------------------------------ S3


def test_s3_ukraine_leaves_russia_little_to_help_with():
    free = tuple((f"russia.means.{kind}_tied", 0.0) for kind in ("money", "forces", "systems"))
    help_now, help_free = (
        sum(chances(RUSSIA, changes)[a] for a in ("economic", "hidden", "arms", "force"))
        for changes in ((), free)
    )
    assert help_free > 2 * help_now
    assert war().free_money[RUSSIA] < 0.15 * war().money[RUSSIA]
    assert term(war(*free), "resources", RUSSIA)["arms"] > -0.2
    assert term(war(), "resources", RUSSIA)["arms"] < -0.5


# ------------------------------------------------------------------ S5


def test_s5_sanctions_held_back_are_imposed_on_who_arms_iran():
    arms: Changes = (("russia", "arms"),)
    off: Changes = (("russia.economy.threatened", 0.0),)
    threatened, spared = (played(6, 40, changes, arms).world for changes in ((), off))
    start = a_world().sanctions[RUSSIA]
    assert (threatened.sanctions[RUSSIA] > start + 0.02).all()
    assert (spared.sanctions[RUSSIA] == start).all()


def test_s5_the_threat_and_ties_to_washington_keep_russia_from_arms():
    now = chances(RUSSIA)["arms"]
    assert chances(RUSSIA, (("russia.economy.threatened", 0.0),))["arms"] > 1.3 * now
    assert chances(RUSSIA, (("russia.ties.united_states", 0.0),))["arms"] > 1.3 * now


# ------------------------------------------------------------------ S6


def test_s6_ties_to_israel_and_the_gulf_keep_russia_from_arms():
    now = chances(RUSSIA)["arms"]
    cut = tuple((f"russia.ties.{friend}", 0.0) for friend in ("israel", "gulf"))
    assert chances(RUSSIA, cut)["arms"] > 2 * now


def test_s6_gulf_lobbying_stops_arms_that_were_ordered():
    def left(**changes: Change) -> float:
        world = playing(war(**changes), gulf="lobby")
        ordered = np.where(np.arange(6) == RUSSIA, 10.0, 0.0)
        return float(delivered(replace(world, ordered=ordered, weeks=4.0)).ordered[RUSSIA])

    arrived = 10 * np.exp(-4 / war().posture.delivery_weeks[RUSSIA])
    assert left() < 0.95 * arrived
    assert left(russia__ties__gulf=0.0) == pytest.approx(arrived)


# ------------------------------------------------------------------ S7


def test_s7_syria_and_armenia_make_russias_words_weigh_less():
    remembered = credit(war())[RUSSIA]
    forgotten = credit(war(russia__reputation__failed=0.0, russia__reputation__unmatched=0.0))[
        RUSSIA
    ]
    assert remembered < 0.8 * forgotten
    assert (
        term(war(), "sway", RUSSIA)["rhetoric"]
        < 0.8 * term(war(russia__reputation__unmatched=0.0), "sway", RUSSIA)["rhetoric"]
    )


def test_s7_every_audience_sees_an_abandonment():
    def change(**changes: Change) -> np.ndarray:
        world = told(war(beliefs__memory=0.0, **changes))
        moved = judged(world).reliability.mean - world.reliability.mean
        return np.delete(moved[CHINA], CHINA)

    # China's consultation of 2021 is not answered by silence
    assert (change() < 0).all()
    assert (change(beliefs__evidence=0.0) == 0).all()


# ------------------------------------------------------------------ S9


def test_s9_a_campaign_sets_the_programme_back_and_wears_down_air_defence():
    hit = played(12, 60).world
    spared = played(12, 60, (("conflict.destruction", 0.0),)).world
    left = (hit.programme + hit.hardened).mean()
    assert 0.3 < left < 0.8
    assert hit.air_defence.mean() < 0.8 * spared.air_defence.mean()
    assert spared.programme + spared.hardened == pytest.approx(1.0)
    # repair at the declared rate takes years, not weeks
    assert 52 < 1 / hit.conflict.repair < 4 * 52


def test_s9_air_defence_lost_in_2024_lets_strikes_through():
    lost, whole = (
        played(5, 60, (("iran.target.air_defence", share),), ()).world.programme.mean()
        for share in (0.0, 1.0)
    )
    assert lost < whole - 0.02


# ------------------------------------------------------------------ S10


def test_s10_american_bunker_busters_break_what_israel_cannot():
    joins: Changes = (("united_states", "force"),)
    stays: Changes = (("united_states", "silence"),)
    blunt: Changes = (("united_states.posture.reach", 0.0),)
    broken, left, dull = (
        played(12, 60, changes, policy).world.hardened.mean()
        for changes, policy in (((), joins), ((), stays), (blunt, joins))
    )
    assert broken < 0.75 * left
    assert dull == pytest.approx(left, abs=0.02)


# ------------------------------------------------------------------ S11


def test_s11_striking_the_base_in_qatar_turns_the_gulf_from_iran():
    policy: Changes = (("united_states", "force"), ("iran", "bases"))
    hosting, empty = (
        played(8, 40, (("gulf.posture.hosts", share),), policy).world.affinity[GULF, IRAN]
        for share in (1.0, 0.0)
    )
    first = a_world().affinity[GULF, IRAN]
    assert hosting.mean() < first - 0.2
    assert empty == pytest.approx(first)


# ------------------------------------------------------------------ S12


def test_s12_supply_at_risk_raises_brent_and_russias_income():
    risk, none = (played(8, 60, (("oil.at_risk", at),)).world for at in (1.5, 0.0))
    assert 1.05 < (risk.price / none.price).mean() < 1.25
    assert (risk.money[RUSSIA] > none.money[RUSSIA]).all()
    # USD 10 a barrel are about USD 2 bn a month before the budget's share of it
    rise = (risk.price - none.price).mean() / 10
    gained = (risk.money - none.money)[RUSSIA].mean() / risk.oil.windfall / 12
    assert 1.5 < gained / rise < 3


def test_s12_half_of_chinas_oil_passes_hormuz_and_russias_none():
    closed = replace(NOTHING, supply=np.float64(1.0))
    world = war()
    effect = [float(TERMS["economy"].rule(world, closed)[s, 0]) for s in range(6)]
    assert effect[CHINA] < 0 < effect[RUSSIA]
    open_ = war(oil__closure=0.0)
    assert float(TERMS["economy"].rule(open_, closed)[CHINA, 0]) == 0


# ------------------------------------------------------------------ S16


def test_s16_china_condemns_and_stays_out():
    now = chances(CHINA)
    assert now["arms"] + now["force"] < 0.02
    assert now["rhetoric"] + now["mediation"] > 0.5
    loose = tuple((f"china.ties.{friend}", 0.0) for friend in ("israel", "united_states", "gulf"))
    free = tuple((f"china.means.{kind}_tied", 0.0) for kind in ("money", "forces", "systems"))
    then = chances(CHINA, loose + free)
    assert then["arms"] + then["force"] > 10 * (now["arms"] + now["force"])
    assert then["economic"] / then["silence"] > 1.5 * now["economic"] / now["silence"]


def test_s16_buying_irans_oil_pays_by_the_trade_it_adds():
    def gain(**changes: Change) -> float:
        worth = term(war(china__economy__threatened=0.0, **changes), "economy", CHINA)
        return worth["economic"] - worth["silence"]

    assert gain() > 0
    assert gain(china__economy__trade=0.0) == 0


# ------------------------------------------------------------------ S17


def test_s17_the_gulf_stands_with_iran_in_public_and_approves_in_private():
    world = war()
    assert world.side[GULF] > 0
    assert world.interest[GULF] < 0
    # without the detente it sides with the campaign
    assert war(gulf__ties__iran=-0.3).side[GULF] < 0
    assert war(gulf__stakes__iran=0.2).interest[GULF] > 0


def test_s17_detente_makes_the_gulf_mediate_rather_than_lobby_against_iran():
    now, then = chances(GULF), chances(GULF, (("gulf.ties.iran", -0.3),))
    assert now["mediation"] > then["mediation"]
    assert now["lobby"] < 0.6 * then["lobby"]


def test_s17_mediation_by_the_gulf_shortens_the_war():
    def days(mediation: float, does: str) -> float:
        changes: Changes = (("conflict.mediation", mediation),)
        policy: Changes = (("gulf", does), ("china", "silence"), ("russia", "silence"),
                           ("united_states", "silence"), ("iran", "limited"),
                           ("israel", "limited"))  # fmt: skip
        model = a_model("twelve-days", 1, range(150), dict(changes), dict(policy))
        spent = 0.0
        for _ in range(12):
            model.step()
            spent += float(model.world.war.mean())
        return spent

    assert days(3.0, "mediation") < days(3.0, "silence") - 0.2
    assert days(0.0, "mediation") == pytest.approx(days(0.0, "silence"), abs=0.15)


def test_every_state_of_the_essay_plays():
    assert a_model().world.names == PLAYERS
