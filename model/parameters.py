"""Every parameter of the model, declared once: unit, range, default, source and meaning.

A section is a frozen dataclass. Its fields hold one number (or one value a run)
in a preset, and the stacked figures of all states in a `World`.
"""

from dataclasses import dataclass

from model.quantities import Number, declarations, quantity


@dataclass(frozen=True)
class Means:
    """What a state can spend on foreign crises, and what other fronts tie down (S3)."""

    money: Number = quantity(10.0, "USD bn/year", 0, 2000, "defence budget")
    forces: Number = quantity(100.0, "thousand troops", 0, 5000, "active forces")
    systems: Number = quantity(
        10.0, "systems", 0, 2000, "scarce systems: batteries, squadrons, launcher groups (S4)"
    )
    money_tied: Number = quantity(0.0, "USD bn/year", 0, 2000, "budget tied down elsewhere")
    forces_tied: Number = quantity(0.0, "thousand troops", 0, 5000, "forces tied down elsewhere")
    systems_tied: Number = quantity(0.0, "systems", 0, 2000, "systems tied down elsewhere (S4)")
    replenishment: Number = quantity(0.005, "1/week", 0, 1, "share of missing systems rebuilt")


@dataclass(frozen=True)
class Posture:
    """How a state can act on the theatre and what fighting does to it."""

    access: Number = quantity(
        0.2,
        "share",
        0,
        1,
        "share of free power that reaches the theatre (loss of strength over distance)",
        "Boulding 1962; Lemke 2002",
    )
    reach: Number = quantity(
        0.0, "share", 0, 1, "share of hardened targets that its weapons can break (S10)"
    )
    vulnerability: Number = quantity(
        0.3, "index", 0, 3, "domestic cost of being fought, by unit of force met", "Snyder 1984"
    )
    nuclear: Number = quantity(0.0, "index", 0, 1, "1 for a nuclear power, else 0", "SIPRI 2024")
    hosts: Number = quantity(
        0.0, "share", 0, 1, "how far it hosts the forces of the challenger's patrons (S11)"
    )
    sensitivity: Number = quantity(
        1.0, "index", 0, 3, "how much its public minds words that are not answered", "Tomz 2007"
    )
    delivery_weeks: Number = quantity(
        4.0, "weeks", 0.05, 520, "mean wait between an order of arms and its arrival (S4)"
    )


@dataclass(frozen=True)
class Reputation:
    """How a state's past conduct is remembered at the start (S7), and what it is worth."""

    kept: Number = quantity(
        2.0, "cases", 0, 50, "remembered obligations kept", "Crescenzi et al. 2012", initial=True
    )
    failed: Number = quantity(
        1.0, "cases", 0, 50, "remembered obligations failed (S7)", initial=True
    )
    matched: Number = quantity(
        2.0, "cases", 0, 50, "remembered words matched by deeds", initial=True
    )
    unmatched: Number = quantity(
        1.0, "cases", 0, 50, "remembered words without deeds (S7)", initial=True
    )
    discount: Number = quantity(
        0.7,
        "share",
        0,
        0.98,
        "weight of the next challenge against this one; 0 when none is expected",
        "Sechser 2018",
    )
    value: Number = quantity(
        0.15, "index", 0, 2, "what the good opinion of one audience is worth", "Sartori 2005"
    )


@dataclass(frozen=True)
class Economy:
    """A state's place in the oil market, in trade and under sanctions."""

    oil_exports: Number = quantity(
        0.0, "mb/d", -15, 25, "net oil exports; imports are negative (S12)"
    )
    hormuz: Number = quantity(
        0.0, "share", 0, 1, "share of that oil which passes the strait of `oil.strait` (S12)"
    )
    sanctions: Number = quantity(
        0.0, "index", 0, 1, "sanctions at the start; 1 is all there are (S14)", initial=True
    )
    threatened: Number = quantity(
        0.0, "index", 0, 2, "sanctions held back that an affront would bring down (S5)"
    )
    trade: Number = quantity(0.0, "USD bn/year", 0, 500, "trade with the target (S14)")


@dataclass(frozen=True)
class Decision:
    """How a state decides, for the rules that need more than precision."""

    level: Number = quantity(
        2.0, "level", 1, 20, "level of reasoning of rule level_k", "Stahl & Wilson 1995"
    )
    depth: Number = quantity(
        2.0, "turns", 1, 20, "turns that rule look_ahead imagines", by_run=False
    )
    samples: Number = quantity(
        4.0, "samples", 1, 200, "futures that rule look_ahead draws", by_run=False
    )
    forgetting: Number = quantity(
        0.3, "1/week", 0, 20, "rate at which rule experience forgets", "Camerer & Ho 1999"
    )
    foregone: Number = quantity(
        0.5, "share", 0, 1, "weight of payoffs foregone in rule experience", "Camerer & Ho 1999"
    )


@dataclass(frozen=True)
class Pairs:
    """What a state has toward each other state."""

    ties: Number = quantity(0.0, "index", -1.0, 1.0, "affinity to other states", "own coding")
    stakes: Number = quantity(
        0.0, "index", -1.0, 1.0, "worth of others' survival to it", "own coding"
    )
    pledges: Number = quantity(0.0, "share", 0.0, 1.0, "what others expect of it", "own coding")


@dataclass(frozen=True)
class Target:
    """What the challenger is after, and what shields it (S9, S15, S18, S19).

    A programme, proxies and drones are there only where a profile declares them.
    """

    programme: Number = quantity(
        0.0, "index", 0, 2, "what strikes set back; 1 is weeks from a first bomb", initial=True
    )
    hardened: Number = quantity(
        0.0, "share", 0, 1, "share of the programme under rock", initial=True
    )
    air_defence: Number = quantity(
        0.3, "share", 0, 1, "air defence at the start, as share of a full one (S9)", initial=True
    )
    proxies: Number = quantity(
        0.0, "share", 0, 1, "strength of armed groups abroad that fight for it (S15)", initial=True
    )
    regime: Number = quantity(0.8, "index", 0, 1, "stability of the regime (S19)", initial=True)
    breakout_weeks: Number = quantity(
        52.0, "weeks", 0.1, 500, "weeks to the material for a first bomb"
    )
    drones: Number = quantity(0.0, "share", 0, 1, "its share of the supplied front's drones (S13)")


@dataclass(frozen=True)
class Oil:
    """The oil market: log mean reversion to a price set by supply at risk (S12).

    No oil is at risk, and there is no strait, unless a preset declares it.
    """

    price: Number = quantity(70.0, "USD/bbl", 5, 500, "Brent at the start")
    world_supply: Number = quantity(102.0, "mb/d", 50, 150, "world supply", "IEA 2025")
    at_risk: Number = quantity(0.0, "mb/d", 0, 10, "the target's exports, put at risk by war (S12)")
    strait: Number = quantity(0.0, "mb/d", 0, 40, "oil through a strait that a principal can close")
    closure: Number = quantity(
        0.35, "share", 0, 1, "share of the strait's oil that a blockade stops"
    )
    elasticity: Number = quantity(
        0.11,
        "index",
        0.02,
        2,
        "short-run elasticity: loss of supply per rise in price",
        "Caldara et al. 2019; chosen within their range",
    )
    adjustment: Number = quantity(5.0, "1/week", 0, 50, "rate at which the price finds its level")
    volatility: Number = quantity(
        0.035, "1/sqrt(week)", 0, 0.5, "standard deviation of log price", "EIA daily, 2015-2025"
    )
    reversion: Number = quantity(
        0.05, "1/week", 0.0001, 10, "rate at which noise in the price dies out"
    )
    windfall: Number = quantity(
        0.3, "share", 0, 1, "share of oil income that reaches the defence budget"
    )
    least_budget: Number = quantity(
        1.0, "USD bn/year", 0.1, 100, "smallest budget that oil income and trade are set against"
    )


@dataclass(frozen=True)
class Conflict:
    """Onset, fighting, damage and its end."""

    renewal: Number = quantity(
        0.078,
        "1/week",
        0,
        100,
        "rate at which a state's private reasons are drawn anew; once in the 90 days of a crisis",
        "Harsanyi 1973; McKelvey & Palfrey 1995",
    )
    onset: Number = quantity(
        1.0, "1/week", 0.001, 20, "rate at which a decision for war can be carried out"
    )
    lethality: Number = quantity(
        0.25, "1/week", 0, 10, "log shift of the balance by full strikes of a power on its equal"
    )
    destruction: Number = quantity(
        0.6, "1/week", 0, 20, "rate at which full strikes wear down programme and defences (S9)"
    )
    repair: Number = quantity(
        0.008, "1/week", 0, 1, "rate of repair; set back 2-3 years (S9)", "Atlantic Council 2025"
    )
    settlement: Number = quantity(
        6.0, "1/week", 0, 50, "rate at which a war ends when no principal strikes"
    )
    mediation: Number = quantity(
        1.0, "index", 0, 10, "how much an accepted mediation speeds settlement (S2)"
    )
    expenditure: Number = quantity(
        0.6, "1/week", 0, 10, "rate at which full strikes use up scarce systems"
    )
    shipment: Number = quantity(
        4.0, "weeks", 0.1, 200, "weeks over which an order of arms is handed over"
    )
    menace: Number = quantity(
        0.25, "share", 0, 1, "what the programme weighs without a bomb, against one with it"
    )
    recovery: Number = quantity(
        0.02, "1/week", 0, 1, "rate at which balance and regime recover in peace"
    )
    dread: Number = quantity(
        0.5,
        "index",
        0,
        5,
        "what facing a nuclear principal adds to the force that is feared",
        "Asal & Beardsley 2007; size: own assumption",
    )
    proxy: Number = quantity(
        0.6, "share", 0, 5, "force that whole proxies add to the target's own (S15)"
    )
    decimation: Number = quantity(
        0.3, "share", 0, 2, "wear of proxies against that of the programme (S15)"
    )
    proliferation: Number = quantity(
        0.2, "share", 0, 1, "chance that a whole programme leaks a bomb if the regime falls (S19)"
    )
    remnant: Number = quantity(
        0.01, "power", 0.001, 10, "strength that a principal keeps whatever it has lost"
    )
    leverage: Number = quantity(0.012, "share", 0, 1, "chance of survival moved by one lobby (S6)")
    deterrence: Number = quantity(
        0.5, "share", 0, 1, "share of a believed promise that the adversary counts as force (S2)"
    )
    shield: Number = quantity(
        0.5, "share", 0, 1, "share of strikes that a whole air defence stops (S9)"
    )
    saturation: Number = quantity(
        1.5, "campaigns", 0.1, 10, "most strikes that find targets at once"
    )
    counterforce: Number = quantity(
        0.5, "share", 0, 1, "wear of the target's launchers against that of its programme"
    )
    unrest: Number = quantity(
        0.3, "share", 0, 2, "wear of the regime's stability against that of its programme (S19)"
    )
    rout: Number = quantity(3.0, "log ratio", 0.1, 10, "largest shift of the balance either way")
    lull: Number = quantity(
        0.25, "share", 0, 1, "rate of settlement under limited strikes against that under none"
    )
    simmering: Number = quantity(
        0.2, "share", 0, 1, "hazard of a shaken regime's fall in peace against that in war (S19)"
    )
    red_line: Number = quantity(
        0.5, "share", 0, 1, "affront from which sanctions held back are imposed (S5)"
    )
    bite: Number = quantity(
        0.03, "share", 0, 1, "share of the budget that full sanctions cost (S5, S14)"
    )
    collapse: Number = quantity(
        0.02, "1/week", 0, 5, "hazard of the regime's fall at no stability (S19)"
    )
    sprint: Number = quantity(
        0.2, "1/breakout", 0, 10, "hazard of a bomb by breakout time while sprinting (S18)"
    )


@dataclass(frozen=True)
class Beliefs:
    """How audiences learn from deeds and words."""

    evidence: Number = quantity(
        1.0, "cases/week", 0, 10, "weight of a week in crisis against a remembered case"
    )
    spoken: Number = quantity(
        1.0,
        "share",
        0,
        1,
        "share of the words of lower rungs that an open deed carries with it",
        "McManus & Nieman 2019: statements stand beside 68 % of arms, 84 % of troops",
        initial=True,
    )
    memory: Number = quantity(
        0.004, "1/week", 0, 1, "rate at which conduct is forgotten", "Crescenzi et al. 2012"
    )
    credence: Number = quantity(
        0.15, "1/week", 0, 5, "rate at which words raise the pledge heard in them"
    )
    fading: Number = quantity(0.03, "1/week", 0, 5, "rate at which a pledge fades to its basis")
    growth: Number = quantity(
        0.35, "1/week", 0, 5, "growth of audience costs over the crisis", "Fearon 1994"
    )
    ceiling: Number = quantity(2.5, "index", 1, 20, "highest multiple audience costs reach")
    visibility: Number = quantity(
        0.25, "share", 0, 1, "share of hidden support that leaks in a week"
    )
    drift: Number = quantity(0.3, "1/week", 0, 5, "rate of change of affinity by acts (S8)")
    disillusion: Number = quantity(
        0.15, "1/week", 0, 5, "rate at which what is expected falls to what came (S8)"
    )
    grievance: Number = quantity(
        2.0, "1/week", 0, 20, "rate of change of affinity by strikes on one's soil (S11)"
    )
    trust: Number = quantity(
        0.7, "share", 0, 1, "accepted mediation of a neutral; friends of one side are rebuffed (S2)"
    )
    hedging: Number = quantity(
        0.3, "1/week", 0, 10, "rate at which a protege turns to patrons that answer more (S8)"
    )
    solidarity: Number = quantity(
        0.02, "1/week", 0, 5, "rate at which shared new sanctions draw two states together (S14)"
    )
    alignment: Number = quantity(
        0.8, "index", -1, 1, "tie toward which shared sanctions draw (S14)"
    )
    provisional: Number = quantity(
        0.6,
        "share",
        0,
        1,
        "force of a treaty signed but not yet in force",
        "Vienna Convention on the Law of Treaties, art. 18",
    )


@dataclass(frozen=True)
class Front:
    """Another war that ties a patron down and that others feed (S3, S13, S20)."""

    aid: Number = quantity(
        75.0, "USD bn/year", 0, 500, "aid that the backer sends to the other side", "essay; Kiel"
    )
    aid_response: Number = quantity(
        0.004, "1/(USD bn/year)", 0, 0.1, "share of what is tied down by unit of this aid (S20)"
    )
    distraction: Number = quantity(
        0.4, "share", 0, 1, "cut of that aid while the backer fights elsewhere (S20)"
    )
    drone_response: Number = quantity(
        1.0, "index", 0, 10, "rise of needs by share of drones lost (S13)"
    )
    disruption: Number = quantity(
        0.2, "share", 0, 1, "share of the drone pipeline lost under full strikes (S13)"
    )
    adjustment: Number = quantity(0.1, "1/week", 0, 10, "rate at which the front's needs adjust")


@dataclass(frozen=True)
class Value:
    """How realised value adds up over time."""

    discount: Number = quantity(0.01, "1/week", 0, 1, "discount rate of realised value")
    horizon: Number = quantity(
        13.0,
        "weeks",
        0.1,
        520,
        "weeks for which a shift of the outcome still counts, in choice and in value alike (S19)",
        "the 90 days of a coded crisis",
    )


@dataclass(frozen=True)
class Action:
    """The attributes of one action on the ladder."""

    rung: Number = quantity(0.0, "rung", 0, 5, "0 silence .. 5 force")
    aid: Number = quantity(0.0, "share", 0, 1, "share of power that helps the protege at once")
    delivery: Number = quantity(0.0, "share", 0, 1, "the same, ordered now and arriving later")
    answer: Number = quantity(0.0, "share", 0, 1, "share of a full defence commitment answered")
    voice: Number = quantity(0.0, "share", 0, 1, "what the words promise, on the same scale")
    share: Number = quantity(0.0, "share", 0, 1, "cost as share of the state's own free means")
    money: Number = quantity(0.0, "USD bn/year", 0, 1000, "cost in money")
    forces: Number = quantity(0.0, "thousand troops", 0, 2000, "cost in forces")
    systems: Number = quantity(0.0, "systems", 0, 500, "cost in scarce systems")
    affront: Number = quantity(0.0, "share", 0, 1, "offence to friends on the other side")
    exposure: Number = quantity(0.0, "share", 0, 1, "share of the other side's force it draws")
    strike: Number = quantity(0.0, "share", 0, 1, "share of power used as force")
    supply: Number = quantity(0.0, "share", 0, 1, "share of the strait's closure it brings")
    commerce: Number = quantity(0.0, "share", 0, 1, "share of trade with the target it adds")
    lobby: Number = quantity(0.0, "share", 0, 1, "pressure on third states not to aid one's foe")
    mediation: Number = quantity(0.0, "share", 0, 1, "offer of good offices")
    hidden: Number = quantity(0.0, "share", 0, 1, "1 off stage: seen by the protege, leaks")
    sprint: Number = quantity(0.0, "share", 0, 1, "share of the programme turned to a bomb")
    at_hosts: Number = quantity(
        0.0, "share", 0, 1, "share of the strike that falls on forces in host countries (S11)"
    )


SECTIONS: dict[str, type] = {
    "oil": Oil,
    "conflict": Conflict,
    "beliefs": Beliefs,
    "front": Front,
    "value": Value,
}
STATE_SECTIONS: dict[str, type] = {
    "means": Means,
    "posture": Posture,
    "reputation": Reputation,
    "economy": Economy,
    "decision": Decision,
    "target": Target,
}


RUNGS = range(declarations(Action)["rung"]["low"], declarations(Action)["rung"]["high"] + 1)
"""The rungs of the ladder, from silence to force."""
