"""What theory expects of 36 parameters: which way each moves what, written before it was tried."""

from dataclasses import dataclass

CRISIS, YEAR = "twelve-days", "iran-2025"

OUTCOMES = {
    "attack": (YEAR, "chance that Iran is attacked"),
    "war": (CRISIS, "weeks of war"),
    "programme": (CRISIS, "Iran's programme at the end"),
    "price": (CRISIS, "highest price of oil"),
    "russia helps": (CRISIS, "turns with Russian arms or force"),
    "russia speaks": (CRISIS, "turns with Russian words or more"),
    "china helps": (CRISIS, "turns with Chinese arms or force"),
    "china trades": (CRISIS, "turns with Chinese economic help"),
    "gulf speaks": (CRISIS, "turns with words of the Gulf states or more"),
    "us strikes": (CRISIS, "turns with American force"),
    "iran strikes": (CRISIS, "force of Iran a turn of war"),
    "talk": (CRISIS, "value of talk less force, Russia"),
}
"""What is looked at: the preset in which it is, and its name in words."""


@dataclass(frozen=True)
class Expectation:
    """Theory's direction (+1 or -1) for an outcome as a parameter goes from low to high."""

    key: str
    low: float
    high: float
    outcome: str
    direction: int
    reason: str


EXPECTATIONS = tuple(
    Expectation(*each)
    for each in (
        ("russia.means.money_tied", 20, 80, "russia helps", -1, "convex cost (Powell 1999)"),
        ("russia.means.systems_tied", 10, 52, "russia helps", -1, "scarce systems cannot be twice"),
        ("russia.means.forces_tied", 300, 1400, "talk", +1, "who is tied down loses by force"),
        ("russia.posture.access", 0.1, 0.9, "russia helps", +1, "loss of strength (Boulding 1962)"),
        ("russia.posture.vulnerability", 0, 1, "russia helps", -1, "entrapment (Snyder 1984)"),
        ("russia.posture.sensitivity", 0, 3, "russia helps", +1, "audience costs (Fearon 1994)"),
        ("russia.posture.delivery_weeks", 1, 104, "russia helps", -1, "what comes late helps less"),
        ("russia.reputation.discount", 0, 0.9, "russia helps", +1, "the future (Sechser 2018)"),
        ("russia.reputation.value", 0, 0.6, "russia helps", +1, "opinion counts (Sartori 2005)"),
        ("russia.economy.threatened", 0, 0.8, "russia helps", -1, "sanctions held back deter"),
        ("russia.ties.israel", 0, 0.45, "russia helps", -1, "competing ties (Snyder 1997)"),
        ("russia.ties.united_states", 0, 0.8, "russia helps", -1, "competing ties (Snyder 1997)"),
        (
            "russia.stakes.iran", 0.1, 0.9, "russia helps", +1,
            "stakes (Altfeld & Bueno de Mesquita 1979)",
        ),
        ("russia.pledges.iran", 0, 0.9, "russia helps", +1, "tied hands (Fearon 1997)"),
        (
            "russia.treaties.iran.consultation", 0, 1, "russia speaks", +1,
            "a clause is kept (Leeds 2003)",
        ),
        ("russia.weights.resources", 0.2, 3, "talk", +1, "cost counts more, and force costs most"),
        ("china.stakes.iran", 0.1, 0.9, "china helps", +1, "stakes, as for Russia"),
        ("china.economy.trade", 2, 60, "china trades", +1, "more trade to be had by help"),
        ("gulf.stakes.iran", -0.6, 0.3, "gulf speaks", +1, "who wishes it ill keeps silent"),
        ("gulf.ties.united_states", 0, 0.9, "gulf speaks", -1, "competing ties (Snyder 1997)"),
        (
            "united_states.posture.vulnerability", 0, 3, "us strikes", -1,
            "the striker is struck (Snyder 1984)",
        ),
        (
            "united_states.stakes.israel", 0, 0.9, "us strikes", +1,
            "stakes (Altfeld & Bueno de Mesquita 1979)",
        ),
        ("united_states.posture.reach", 0, 1, "us strikes", +1, "only who can break it gains"),
        (
            "united_states.reputation.matched", 0, 40, "iran strikes", -1,
            "honest words deter (Sartori 2005)",
        ),
        ("iran.means.money", 2.5, 40, "attack", -1, "strength deters (Zagare & Kilgour 2000)"),
        ("iran.posture.nuclear", 0, 1, "attack", -1, "a nuclear power deters (Fearon 1995)"),
        ("iran.target.proxies", 0, 1, "attack", -1, "proxies strike back"),
        ("iran.target.air_defence", 0, 1, "attack", -1, "strikes that are stopped gain less"),
        ("iran.target.hardened", 0, 0.9, "attack", -1, "what cannot be broken is left alone"),
        ("iran.posture.vulnerability", 0, 1, "iran strikes", -1, "harm of escalation"),
        ("israel.stakes.iran", -1, -0.3, "attack", -1, "a smaller threat, a smaller prize"),
        ("israel.posture.vulnerability", 0, 3, "attack", -1, "the war's cost (Fearon 1995)"),
        ("restraint", 0, 5, "attack", -1, "friends hold their friend back (Snyder 1997)"),
        ("conflict.settlement", 2, 20, "war", -1, "wars that can end, end sooner"),
        ("conflict.destruction", 0.2, 1.5, "programme", -1, "strikes break more"),
        ("oil.elasticity", 0.05, 0.5, "price", -1, "a small fall of supply moves less"),
    )
)  # fmt: skip
