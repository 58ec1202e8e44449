"""The duel: what talk and intervention would have brought, run by run on the same random draws."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from experiments.engine import estimates
from experiments.engine.batch import Job, blocks
from experiments.engine.estimates import INTERVENTION, Estimate
from experiments.engine.posterior import (
    COPIES,
    DRAWS,
    History,
    coded_anew,
    drawn_weights,
    left_open,
)
from model.preset.load import Change, ConfigError, Preset, first_world, load, menu, suggestion
from model.preset.preset import open_actions
from model.preset.toml import told
from model.world import Array

(TALK,) = open_actions("patron", 1)
"""The act that is talk: words and nothing else."""
ACTS = open_actions("patron", 4, 5)
"""The acts that are intervention, which talk is compared with."""

BASELINES = open_actions("patron", 0, 2)
"""What talk must beat besides intervention: to do nothing, and to mediate."""

NOTHING = 1e-9
"""Differences of value up to this are none."""

OWN = "own"
"""The state's own choice, as a policy to compare with."""

METHOD = (
    "While there is war the patron is made to play the named action, or the highest rung that its "
    "means allow; otherwise every state plays by its own rule. The same runs, with the same random "
    "numbers, are played under each policy and compared run by run; a policy is better where the "
    "95 % interval of the mean paired difference of realised value excludes zero."
)
"""How policies are compared, in words."""


@dataclass(frozen=True)
class Duel:
    """The paired difference of realised value, words less another policy, of one patron.

    The estimate's interval is that of sampling; `history` is what the posterior of weights and
    precision leaves open, where it was played. `terms` has the difference by payoff term: they add
    up to it. `better`, `worse` and `same` are the shares of runs in which words were worth more,
    less, and in which nothing differed; `moved` is the mean difference of the runs in which
    something did. `protege_difference` and `adversary_difference` are what the same words less the
    same act were worth to these two, `forced_down` the share of war turns in which means did not
    allow the forced rung.
    """

    patron: str
    protege: str
    adversary: str
    talk: str
    act: str
    estimate: Estimate
    better: float
    worse: float
    same: float
    moved: float
    protege_difference: float
    adversary_difference: float
    forced_down: float
    runs: int
    terms: Mapping[str, float] = field(default_factory=dict)
    history: History | None = None

    @property
    def headline(self) -> str:
        """Words, intervention (the other policy), or open: by the wider of the two intervals."""
        left = self.history.estimate if self.history else None
        return estimates.wider(self.estimate, left).verdict

    @property
    def winner(self) -> str:
        """The headline with the other policy's name where that is no intervention."""
        return winner(self.headline, self.act)

    def record(self) -> dict[str, object]:
        """The duel as plain data."""
        plain = estimates.columns(replace(self, history=None))
        history = None if self.history is None else self.history.record()
        return plain | {"terms": dict(self.terms), "history": history, "headline": self.headline}

    def row(self) -> dict[str, object]:
        """The duel as a row of a table."""
        plain = self.record()
        terms, left = plain.pop("terms"), self.history
        assert isinstance(terms, dict)
        plain |= {f"term.{name}": value for name, value in terms.items()}
        plain["history"] = None if left is None else left.draws
        if left is not None:
            plain |= {"history_low": left.estimate.low, "history_high": left.estimate.high}
        return plain


def winner(headline: str, act: str) -> str:
    """A headline in which a policy that is better but no intervention is named."""
    return act if headline == INTERVENTION and act in BASELINES else headline


def proteges(preset: Preset) -> dict[str, str]:
    """The patrons of a preset and whom each sides with at the start, by its ties."""
    world = first_world(preset, 0)
    return {
        name: world.names[world.target if world.side[state] > 0 else world.challenger]
        for state, name in enumerate(world.names)
        if state not in world.principals
    }


def principals_of(preset: Preset, protege: str) -> tuple[str, str]:
    """A protege, and the principal that it stands against."""
    target, challenger = preset.file.target, preset.file.challenger
    return protege, challenger if protege == target else target


def unbound(preset: Preset) -> dict[str, str]:
    """States with neither tie nor stake in a principal, whose side is therefore none of theirs."""
    principals, told = (preset.file.target, preset.file.challenger), dict[str, str]()
    for name, side in proteges(preset).items():
        profile = preset.profiles[name]
        bound = [profile.ties.get(p, 0.0) or profile.stakes.get(p, 0.0) for p in principals]
        if not any(bound):
            either = " or ".join(preset.profiles[each].label for each in principals)
            told[name] = (
                f"{profile.label} has neither tie nor stake in {either}, and counts on the side "
                f"of {preset.profiles[side].label} by default."
            )
    return told


def rows_under(job: Job, runs: int | range, workers: int = 1) -> dict[str, Array]:
    """The table of a job, its policies on the same random draws: (policies, runs) a column."""
    played = blocks(job, runs, workers=workers, trajectories=False)
    return joined([each.table for each in played], len(job.policies))


def asked_for(asked: Sequence[str] | None, patrons: Iterable[str]) -> list[str]:
    """The patrons that are asked for, or all. Raises ConfigError for who is none.

    >>> asked_for(None, ["russia", "china"]), asked_for(["china"], ["russia", "china"])
    (['russia', 'china'], ['china'])
    """
    known = list(patrons)
    for each in asked or ():
        if each not in known:
            raise ConfigError(f"--patron: found {told(each)}{suggestion(each, known)}")
    return known if asked is None else list(asked)


def joined(tables: Sequence[Mapping[str, Array]], policies: int) -> dict[str, Array]:
    """The tables of blocks under some policies as one: (policies, runs) a column."""
    return {
        key: np.concatenate([each[key].reshape(policies, -1) for each in tables], 1)
        for key in tables[0]
    }


def duels(
    preset: str | Preset,
    runs: int,
    *,
    seed: int = 0,
    patrons: Sequence[str] | None = None,
    acts: Sequence[str] = (*BASELINES, *ACTS),
    changes: Mapping[str, Change] | None = None,
    workers: int = 1,
) -> tuple[list[Duel], dict[str, Array]]:
    """Every patron's duels and the values behind them, a column `patron.action.state` each.

    Acts that are not on a patron's menu are left out.
    """
    preset = load(preset, changes)
    found = contest(preset, patrons=patrons, acts=acts)
    if not found.policies:
        return [], {}
    return found.fought(rows_under(Job(preset, seed, tuple(found.policies)), runs, workers))


@dataclass(frozen=True)
class Contest:
    """The acts that are compared with talk for each patron, and with whom each sides."""

    acts: dict[str, list[str]]
    proteges: dict[str, str]
    preset: Preset

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each patron and act."""
        return [(patron, act) for patron, acts in self.acts.items() for act in acts]

    @property
    def policies(self) -> list[dict[str, str]]:
        """What is forced, policy by policy: talk and each act, patron by patron."""
        return [
            {patron: action}
            for patron, acts in self.acts.items()
            for action in dict.fromkeys((TALK, *acts))
        ]

    @property
    def rows(self) -> dict[tuple[str, str], int]:
        """The place of each patron and action among the policies."""
        return {next(iter(each.items())): row for row, each in enumerate(self.policies)}

    def gap(self, table: Mapping[str, Array], patron: str, act: str) -> Array:
        """What talk is worth to a patron less another policy, run by run."""
        worth = table[f"worth.{patron}"]
        return np.asarray(worth[self.rows[patron, TALK]] - worth[self.rows[patron, act]])

    def fought(self, table: Mapping[str, Array]) -> tuple[list[Duel], dict[str, Array]]:
        """The duels and the values behind them, of a table (policies, runs) a column."""
        found: list[Duel] = []
        columns: dict[str, Array] = {}
        for patron, acts in self.acts.items():
            three = (patron, *principals_of(self.preset, self.proteges[patron]))
            rows = {action: row for (who, action), row in self.rows.items() if who == patron}
            values = {
                action: {state: table[f"worth.{state}"][row] for state in three}
                for action, row in rows.items()
            }
            for action in rows:
                for state in three:
                    columns[f"{patron}.{action}.{state}"] = values[action][state]
            for act in acts:
                down, turns = (table[key][rows[act]].sum() for key in ("forced_down", "war_turns"))
                duel = compared(three, act, values, float(down / max(turns, 1.0)))
                terms = {
                    key.removeprefix(f"value.{patron}."): float(
                        (column[rows[TALK]] - column[rows[act]]).mean()
                    )
                    for key, column in table.items()
                    if key.startswith(f"value.{patron}.")
                }
                found.append(replace(duel, terms={k: v for k, v in terms.items() if v}))
        return found, columns


def over_posterior(
    found: Contest,
    fought: Sequence[Duel],
    job: Job,
    draws: int = DRAWS,
    workers: int = 1,
    drawn: Mapping[str, Array] | None = None,
    codings: bool = False,
) -> list[Duel]:
    """The duels with what history leaves open of them.

    Each draw of weights and precision from the posterior plays `COPIES` runs under each policy,
    on the same random draws and private reasons; its mean difference is in its own weights.
    `drawn` are draws as multiples of the defaults in place of those kept with the project; with
    `codings` stakes, ties and access are drawn anew as well.
    """
    changes = drawn_weights(job.preset, draws, COPIES, drawn)
    changes |= coded_anew(job.preset, draws, COPIES) if codings else {}
    preset = load(job.preset, changes)
    spread = replace(job, preset=preset, policies=tuple(found.policies))
    table = rows_under(spread, draws * COPIES, workers)
    judged = []
    for duel in fought:
        history = left_open(found.gap(table, duel.patron, duel.act), draws, drawn)
        judged.append(replace(duel, history=replace(history, codings=codings)))
    return judged


def contest(
    preset: Preset,
    *,
    patrons: Sequence[str] | None = None,
    acts: Sequence[str] = (*BASELINES, *ACTS),
) -> Contest:
    """What can be compared: acts on the menu of a patron that can talk."""
    sided = proteges(preset)
    chosen: dict[str, list[str]] = {}
    wanted = asked_for(patrons, sided)
    for patron in sided:
        own = menu(preset, patron)
        offered = [act for act in acts if act in own] if TALK in own else []
        if offered and patron in wanted:
            chosen[patron] = offered
    return Contest(chosen, sided, preset)


def compared(
    three: tuple[str, str, str], act: str, values: Mapping[str, Mapping[str, Array]], down: float
) -> Duel:
    """The duel of words against another policy, for a patron, its protege and the adversary."""
    patron, protege, adversary = three
    own, theirs, others = (values[TALK][state] - values[act][state] for state in three)
    settled = np.abs(own) > NOTHING
    return Duel(
        patron=patron,
        protege=protege,
        adversary=adversary,
        talk=TALK,
        act=act,
        estimate=estimates.of(own),
        better=float((settled & (own > 0)).mean()),
        worse=float((settled & (own < 0)).mean()),
        same=float((~settled).mean()),
        moved=float(own[settled].mean()) if settled.any() else 0.0,
        protege_difference=estimates.of(theirs).mean,
        adversary_difference=estimates.of(others).mean,
        forced_down=down,
        runs=len(own),
    )
