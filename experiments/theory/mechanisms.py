"""The mechanisms of the model, each with the changes that switch it off.

S1-S21 are what the founding essay argues, M1-M9 what the model's own game is made of.
"""

from dataclasses import dataclass

from model.preset.load import Change, Preset, menu


@dataclass(frozen=True)
class Mechanism:
    """A mechanism: what it is, and what switches it off.

    A key may begin with a role instead of a state: `patrons`, `all`, `challenger`, `fighting`
    (the state at the other front), `hosts`; `stakes.target` is the stake in the preset's target.
    """

    title: str
    off: dict[str, Change]


MECHANISMS: dict[str, Mechanism] = {
    "S1": Mechanism("treaties bind", {"all.treaties": []}),
    "S2": Mechanism("mediation speeds settlement", {"conflict.mediation": 0.0}),
    "S3": Mechanism(
        "another front ties means down",
        {"fighting.means.money_tied": 0.0, "fighting.means.forces_tied": 0.0},
    ),
    "S4": Mechanism(
        "scarce systems, late deliveries",
        {"fighting.means.systems_tied": 0.0, "patrons.posture.delivery_weeks": 1.0},
    ),
    "S5": Mechanism("sanctions held back", {"all.economy.threatened": 0.0}),
    "S6": Mechanism("lobbying", {"patrons.menu": "without lobby"}),
    "S7": Mechanism(
        "earlier abandonments are remembered",
        {"patrons.reputation.failed": 0.0, "patrons.reputation.unmatched": 0.0},
    ),
    "S8": Mechanism("the protege hedges", {"beliefs.hedging": 0.0, "beliefs.drift": 0.0}),
    "S9": Mechanism("strikes destroy", {"conflict.destruction": 0.0}),
    "S10": Mechanism("weapons for hardened sites", {"all.posture.reach": 0.0}),
    "S11": Mechanism("hosts resent being struck", {"beliefs.grievance": 0.0}),
    "S12": Mechanism("war moves the oil price", {"oil.at_risk": 0.0, "oil.closure": 0.0}),
    "S13": Mechanism("drones for the other front", {"front.drone_response": 0.0}),
    "S14": Mechanism(
        "sanctions bite and bring together",
        {"beliefs.solidarity": 0.0, "conflict.bite": 0.0},
    ),
    "S15": Mechanism("proxies", {"conflict.proxy": 0.0}),
    "S16": Mechanism("trade with the target", {"all.economy.trade": 0.0}),
    "S17": Mechanism("private approval of the attack", {"hosts.stakes.target": 0.0}),
    "S18": Mechanism("sprint for a bomb", {"conflict.sprint": 0.0}),
    "S19": Mechanism(
        "collapse of the regime", {"conflict.collapse": 0.0, "conflict.proliferation": 0.0}
    ),
    "S20": Mechanism("a distracted backer sends less", {"front.aid_response": 0.0}),
    "S21": Mechanism(
        "income now against credibility later",
        {"oil.windfall": 0.0, "patrons.reputation.value": 0.0},
    ),
    "M1": Mechanism("private reasons are kept in a crisis", {"conflict.renewal": 100.0}),
    "M2": Mechanism("open deeds carry words", {"beliefs.spoken": 0.0}),
    "M3": Mechanism("what lasts counts, in choice and value", {"value.horizon": 0.1}),
    "M4": Mechanism("a strike is worth the war it opens", {"challenger.weights.prospect": 0.0}),
    "M5": Mechanism("a nuclear principal is dreaded", {"conflict.dread": 0.0}),
    "M6": Mechanism("friends restrain all who strike", {"restraint": 0.0, "events": []}),
    "M7": Mechanism("balance and regime recover in peace", {"conflict.recovery": 0.0}),
    "M8": Mechanism("acts teach by what they tell", {"beliefs.evidence": 0.0}),
    "M9": Mechanism(
        "what falls short disappoints", {"beliefs.drift": 0.0, "beliefs.disillusion": 0.0}
    ),
}


def switched_off(preset: Preset, mechanism: Mechanism) -> dict[str, Change]:
    """The changes that switch a mechanism off in a preset, with roles made into states."""
    file = preset.file
    principals = (file.target, file.challenger)
    fighting = file.fronts.fighting if file.fronts else None
    roles = {
        "all": list(file.players),
        "challenger": [file.challenger],
        "patrons": [name for name in file.players if name not in principals],
        "hosts": [n for n, each in preset.profiles.items() if each.posture.hosts > 0],
        "fighting": [fighting] if fighting else [],
    }
    changes: dict[str, Change] = {}
    for key, value in mechanism.off.items():
        role, _, rest = key.partition(".")
        if role not in roles:
            changes[key] = value
            continue
        for name in roles[role]:
            if rest == "menu":
                changes[f"{name}.menu"] = [each for each in menu(preset, name) if each != "lobby"]
            else:
                changes[f"{name}.{rest.replace('target', file.target)}"] = value
    return changes
