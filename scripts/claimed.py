"""Which figures stand beside each claim of docs/CLAIMS.md, and how they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.engine.estimates import Estimate
from experiments.engine.words import estimated, markdown
from model.preset.catalogue import catalogue
from model.preset.load import Preset


@dataclass(frozen=True)
class Claim:
    """The figures on which a claim rests, and what else its mechanism may move."""

    keys: tuple[str, ...]
    columns: Mapping[str, str]


CLAIMS = {
    "S1": Claim(
        ("russia.treaties.iran.consultation", "russia.treaties.iran.neutrality",
         "russia.weights.commitment"),
        {"Russia's reliability in others' eyes": "reliability.russia"},
    ),
    "S2": Claim(
        ("conflict.mediation",),
        {"weeks of war": "weeks_at_war",
         "share of turns in which Russia mediates": "play.russia.mediation"},
    ),
    "S3": Claim(
        ("russia.means.money", "russia.means.money_tied", "russia.means.forces",
         "russia.means.forces_tied", "iran.means.money", "iran.means.forces"),
        {"share of turns in which Russia fights": "play.russia.force"},
    ),
    "S4": Claim(
        ("russia.means.systems", "russia.means.systems_tied", "russia.posture.delivery_weeks"),
        {"share of turns with open Russian arms": "play.russia.arms",
         "the same with hidden ones": "play.russia.hidden"},
    ),
    "S5": Claim(
        ("russia.economy.threatened", "russia.ties.united_states"),
        {"share of turns with open Russian arms": "play.russia.arms"},
    ),
    "S6": Claim(
        ("russia.ties.israel", "russia.ties.gulf", "gulf.ties.russia"),
        {"share of turns with open Russian arms": "play.russia.arms"},
    ),
    "S7": Claim(
        ("russia.reputation.failed", "russia.reputation.unmatched"),
        {"Russia's reliability in others' eyes": "reliability.russia",
         "Russia's honesty in others' eyes": "honesty.russia"},
    ),
    "S8": Claim(
        ("beliefs.hedging", "beliefs.drift", "iran.ties.russia", "iran.ties.china"),
        {"what the crisis leaves of Russia's credibility": "credibility.russia",
         "value to China": "worth.china"},
    ),
    "S9": Claim(
        ("conflict.destruction", "iran.target.programme", "iran.target.air_defence"),
        {"Iran's programme at the end": "programme", "Iran's survival": "survival"},
    ),
    "S10": Claim(
        ("united_states.posture.reach", "israel.posture.reach", "iran.target.hardened"),
        {"Iran's programme at the end": "programme",
         "share of turns in which the United States fights": "play.united_states.force"},
    ),
    "S11": Claim(
        ("beliefs.grievance", "gulf.posture.hosts"),
        {"share of turns in which Iran strikes bases": "play.iran.bases"},
    ),
    "S12": Claim(
        ("oil.at_risk", "oil.world_supply", "oil.elasticity", "oil.strait",
         "russia.economy.oil_exports"),
        {"highest price of oil, USD a barrel": "price_peak",
         "Russia's income": "income.russia"},
    ),
    "S13": Claim(
        ("iran.target.drones", "front.disruption", "front.drone_response"),
        {"value to Russia": "worth.russia"},
    ),
    "S14": Claim(
        ("russia.economy.sanctions", "iran.economy.sanctions", "beliefs.solidarity",
         "conflict.bite", "russia.economy.trade"),
        {"value to Russia": "worth.russia"},
    ),
    "S15": Claim(
        ("iran.target.proxies", "conflict.proxy"),
        {"Iran's survival": "survival", "weeks of war": "weeks_at_war"},
    ),
    "S16": Claim(
        ("china.economy.trade", "china.stakes.iran"),
        {"share of turns with Chinese economic help": "play.china.economic",
         "value to China": "worth.china"},
    ),
    "S17": Claim(
        ("gulf.stakes.iran", "gulf.ties.iran", "gulf.ties.israel"),
        {"share of turns in which the Gulf states speak for Iran": "play.gulf.rhetoric",
         "share in which they mediate": "play.gulf.mediation"},
    ),
    "S18": Claim(
        ("conflict.sprint",),
        {"chance of a bomb": "bomb", "share of turns in which Iran sprints": "play.iran.sprint"},
    ),
    "S19": Claim(
        ("conflict.collapse", "conflict.proliferation", "iran.target.regime",
         "russia.stakes.iran"),
        {"chance that the regime falls": "collapsed", "value to Russia": "worth.russia"},
    ),
    "S20": Claim(
        ("front.aid_response", "front.aid"),
        {"value to Russia": "worth.russia"},
    ),
    "S21": Claim(
        ("oil.windfall", "russia.reputation.value", "russia.reputation.discount"),
        {"Russia's income": "income.russia",
         "what the crisis leaves of Russia's credibility": "credibility.russia"},
    ),
}  # fmt: skip


def figures(claim: str, preset: Preset) -> str:
    """The figures on which a claim rests, as the preset has them, with their sources."""
    known = {each.key: each for each in catalogue(preset)}
    rows = [known[key] for key in CLAIMS[claim].keys]
    lines = markdown(
        ("figure", "value", "source"),
        ((f"`{each.key}`", f"{each.value:g} {each.unit}", each.source) for each in rows),
    )
    return "\n".join(lines) + "\n"


def table(
    labels: Mapping[str, str], found: Sequence[Mapping[str, Estimate]], heads: Sequence[str]
) -> str:
    """What a mechanism adds in each preset, with intervals."""
    rows = ((label, *(told(each[name]) for each in found)) for label, name in labels.items())
    return "\n".join(markdown(("the mechanism adds", *heads), rows)) + "\n"


def told(estimate: Estimate) -> str:
    """A mean with its interval; nothing where no run differs."""
    if estimate.low == estimate.high == 0.0:
        return "nothing"
    return estimated(estimate.mean, estimate.low, estimate.high, 3)
