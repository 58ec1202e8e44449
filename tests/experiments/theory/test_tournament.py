"""The tournament of support policies: known fixation chances, laws, and what the norms select."""

import itertools
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some

from experiments.__main__ import main
from experiments.theory.tournament import (
    NORMS,
    POLICIES,
    Tournament,
    downfall,
    encounters,
    fixation,
    good_standing,
    log_downfall,
    log_fixation,
    log_shares,
    outcome,
    payoffs,
    support,
    tournament,
)
from model.preset.load import ConfigError
from model.rules.beliefs import judgement

shares = some.floats(0, 1)
norms = some.sampled_from(NORMS)
policies = some.sampled_from(sorted(POLICIES))
rules = some.builds(
    Tournament,
    benefit=some.floats(0, 20),
    cost=some.floats(0, 5),
    population=some.integers(2, 6),
    selection=some.floats(0, 5),
    execution_error=some.floats(0, 0.5),
    assessment_error=some.floats(1e-4, 0.5),
)


# ---------------------------------------------------------------- known answers


@pytest.mark.parametrize(
    ("norm", "abandon_bad", "support_bad", "abandon_good", "support_good"),
    [("scoring", 0, 1, 0, 1), ("standing", 1, 1, 0, 1), ("stern", 1, 0, 0, 1)],
)
def test_the_norms_judge_the_four_cases_as_in_the_literature(
    norm, abandon_bad, support_bad, abandon_good, support_good
):
    assert judgement(norm, 0.0, 1.0) == abandon_bad
    assert judgement(norm, 1.0, 1.0) == support_bad
    assert judgement(norm, 0.0, 0.0) == abandon_good
    assert judgement(norm, 1.0, 0.0) == support_good


@pytest.mark.parametrize("norm", NORMS)
def test_without_selection_a_mutant_takes_over_by_chance_alone(norm):
    drift = Tournament(selection=0.0, population=37)
    for resident, mutant in itertools.permutations(POLICIES, 2):
        assert fixation(norm, resident, mutant, drift) == pytest.approx(1 / 37, rel=1e-12)
    found = outcome(norm, drift)
    assert list(found.share.values()) == pytest.approx([1 / 3] * 3, rel=1e-12)
    assert found.survivors == [] and found.invaders("discriminate") == []
    assert 10 ** found.log10_downfall["discriminate"]["always_abandon"] == pytest.approx(2 * 37)


@pytest.mark.parametrize("norm", NORMS)
def test_unconditional_policies_play_a_donation_game_with_a_closed_form(norm):
    # pi_A - pi_S is constant, so rho = (1 - e^{-x}) / (1 - e^{-N x}), x = beta (pi_A - pi_S)
    fair = Tournament(benefit=3.0, population=20, selection=0.1)
    ahead = (1 - fair.execution_error) * (fair.cost + fair.benefit / (fair.population - 1))
    x = fair.selection * ahead
    exact = math.expm1(-x) / math.expm1(-fair.population * x)
    assert fixation(norm, "always_support", "always_abandon", fair) == pytest.approx(exact, 1e-12)
    back = math.expm1(x) / math.expm1(fair.population * x)
    assert fixation(norm, "always_abandon", "always_support", fair) == pytest.approx(back, 1e-12)


def test_discriminators_alone_have_the_standing_of_the_closed_form():
    rule = Tournament(execution_error=0.05, assessment_error=0.03)
    kept = 0.03 + 0.94 * 0.95  # chance of praise when the client is in good standing
    alone = {"discriminate": rule.population}
    scoring = 0.03 / (1 - 0.94 * 0.95)
    excused = 0.97 / (1 + 0.97 - kept)
    assert good_standing("scoring", alone, rule) == pytest.approx([scoring], rel=1e-12)
    assert good_standing("standing", alone, rule) == pytest.approx([excused], rel=1e-12)
    assert good_standing("stern", alone, rule) == pytest.approx([excused], rel=1e-12)


@pytest.mark.parametrize("norm", NORMS)
def test_the_settled_reputations_are_those_of_every_state_followed_one_by_one(norm):
    """The chain on all 2^N reputations of four states, of whom a pair meets each round."""
    rule = Tournament(execution_error=0.1, assessment_error=0.07)
    counts = {"discriminate": 2, "always_support": 1, "always_abandon": 1}
    players = [policy for policy, number in counts.items() for _ in range(number)]
    worlds = list(itertools.product((0.0, 1.0), repeat=4))
    step = np.zeros((16, 16))
    for start, standing in enumerate(worlds):
        for patron, client in itertools.permutations(range(4), 2):
            meant = POLICIES[players[patron]](np.array(standing))[client]
            for kept, chance in ((1.0, 0.9 * meant), (0.0, 1 - 0.9 * meant)):
                praised = judgement(norm, kept, 1 - standing[client])
                for verdict in (0.0, 1.0):
                    after = list(standing)
                    after[patron] = verdict
                    likely = 0.93 if verdict == praised else 0.07
                    step[start, worlds.index(tuple(after))] += chance * likely / 12
    settled = np.linalg.matrix_power(step, 4096)[0]
    exact = settled @ np.array(worlds)
    found = good_standing(norm, counts, rule)
    assert found == pytest.approx([exact[0], exact[2], exact[3]], rel=1e-9)


@pytest.mark.parametrize("norm", NORMS)
def test_fixation_is_the_absorption_of_the_fermi_birth_death_chain(norm):
    fair = Tournament(population=9, selection=0.7)
    step = np.zeros((8, 8))
    up = np.zeros(8)
    for mutants in range(1, 9):
        mixed = {"discriminate": mutants, "always_abandon": 9 - mutants}
        ahead = np.subtract(*payoffs(norm, mixed, fair))
        pair = mutants / 9 * (9 - mutants) / 8
        gain = pair / (1 + math.exp(-fair.selection * ahead))
        loss = pair / (1 + math.exp(fair.selection * ahead))
        step[mutants - 1, mutants - 1] = gain + loss
        if mutants < 8:
            step[mutants - 1, mutants] = -gain
        else:
            up[mutants - 1] = gain
        if mutants > 1:
            step[mutants - 1, mutants - 2] = -loss
    absorbed = np.linalg.solve(step, up)[0]
    found = fixation(norm, "always_abandon", "discriminate", fair)
    assert found == pytest.approx(absorbed, rel=1e-9)


def test_the_shares_and_waits_of_a_chain_are_those_of_linear_algebra():
    rates = np.array([[0, 0.1, 0.02], [0.3, 0, 0.05], [0.01, 0.2, 0]])
    chain = rates + np.diag(1 - rates.sum(1))
    settled = np.linalg.matrix_power(chain, 4096)[0]
    with np.errstate(divide="ignore"):
        logs = np.log(rates)
    assert np.exp(log_shares(logs)) == pytest.approx(settled, rel=1e-10)
    wait = np.linalg.solve(np.eye(2) - chain[:2, :2], np.ones(2))
    assert math.exp(log_downfall(logs, 0, 2)) == pytest.approx(wait[0], rel=1e-10)
    assert math.exp(log_downfall(logs, 1, 2)) == pytest.approx(wait[1], rel=1e-10)


def test_takeovers_too_rare_for_a_number_still_give_shares():
    hard = Tournament(benefit=100.0, population=100, selection=10.0)
    assert log_fixation("stern", "discriminate", "always_abandon", hard) < -10_000
    found = outcome("stern", hard)
    assert sum(found.share.values()) == pytest.approx(1)
    assert found.survivors == ["discriminate"]


# ------------------------------------------------------------ what the norms select


@pytest.mark.parametrize(("norm", "falls"), list(zip(NORMS, (True, False, False), strict=True)))
@pytest.mark.parametrize("error", [0.02, 0.05])
def test_scoring_lets_discriminators_fall_and_the_other_norms_protect_them(norm, falls, error):
    usual = Tournament(execution_error=error, assessment_error=error)
    wait = downfall(norm, "discriminate", "always_abandon", usual)
    assert (wait < 2 * usual.population) == falls
    rho = fixation(norm, "discriminate", "always_support", usual)
    assert (rho > 1 / usual.population) == falls


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("error", [0.02, 0.05])
def test_a_single_abandoner_never_profits_among_discriminators_at_five_to_one(norm, error):
    usual = Tournament(execution_error=error, assessment_error=error)
    rho = fixation(norm, "discriminate", "always_abandon", usual)
    assert rho < 1 / usual.population


@pytest.mark.parametrize(
    ("norm", "low", "high", "survivors"),
    [
        ("scoring", 0.0, 0.1, ["always_abandon"]),
        ("standing", 0.2, 0.5, ["always_abandon", "discriminate"]),
        ("stern", 0.9, 1.0, ["discriminate"]),
    ],
)
def test_support_is_scarce_under_scoring_and_common_under_stern(norm, low, high, survivors):
    found = outcome(norm)
    assert low < found.support < high
    assert found.survivors == survivors


# ------------------------------------------------------------------------- laws


@given(norms, rules)
def test_shares_and_chances_are_probabilities(norm, rules):
    found = outcome(norm, rules)
    assert sum(found.share.values()) == pytest.approx(1)
    chances = [*found.share.values(), *found.supports.values(), found.support]
    chances += [rho for row in found.fixation.values() for rho in row.values()]
    assert all(0 <= chance <= 1 + 1e-12 for chance in chances)
    assert all(wait > -1e-9 for row in found.log10_downfall.values() for wait in row.values())


@given(norms, rules, some.permutations(sorted(POLICIES)))
def test_the_order_of_policies_does_not_matter(norm, rules, order):
    usual, other = outcome(norm, rules), outcome(norm, rules, order)
    assert other.share == pytest.approx(usual.share, rel=1e-9)
    for policy in order:
        assert other.fixation[policy] == pytest.approx(usual.fixation[policy], rel=1e-9)
        waits = usual.log10_downfall[policy]
        assert other.log10_downfall[policy] == pytest.approx(waits, rel=1e-9, abs=1e-9)


@given(norms, rules, some.lists(some.integers(1, 9), min_size=3, max_size=3))
def test_what_patrons_give_clients_receive(norm, rules, numbers):
    counts = dict(zip(POLICIES, numbers, strict=True))
    assert encounters(np.array(numbers)).sum(1) == pytest.approx(1)
    given, received = support(norm, counts, rules)
    assert np.dot(numbers, given) == pytest.approx(np.dot(numbers, received), abs=1e-12)
    standing = good_standing(norm, counts, rules)
    assert (standing > -1e-12).all() and (standing < 1 + 1e-12).all()


@given(norms, policies, policies, rules, some.floats(0.1, 5))
def test_the_unit_of_value_does_not_matter(norm, resident, mutant, rules, unit):
    if resident == mutant:
        return
    scaled = Tournament(
        rules.benefit * unit,
        rules.cost * unit,
        rules.population,
        rules.selection / unit,
        rules.execution_error,
        rules.assessment_error,
    )
    log = log_fixation(norm, resident, mutant, rules)
    assert log_fixation(norm, resident, mutant, scaled) == pytest.approx(log, rel=1e-9)


@given(norms, shares, shares)
def test_a_judgement_lies_between_blame_and_praise(norm, kept, disrepute):
    assert 0 <= judgement(norm, kept, disrepute) <= 1


# -------------------------------------------------------------- the command line


def cheaptalk(*words: str):
    return CliRunner().invoke(main, ["tournament", *words])


def test_the_command_tells_every_norm_and_its_json_says_the_same():
    told = cheaptalk("--set", "population=20")
    assert told.exit_code == 0
    for each in (*NORMS, *POLICIES, "population 20", "takeovers"):
        assert each in told.output
    data = json.loads(cheaptalk("--set", "population=20", "--json").output)
    assert data["rules"]["population"] == 20
    assert [each["norm"] for each in data["outcomes"]] == list(NORMS)
    for each in data["outcomes"]:
        assert each["neutral"] == 1 / 20
        assert sum(each["share"].values()) == pytest.approx(1)


def test_one_norm_alone_can_be_asked_for():
    data = json.loads(cheaptalk("--norm", "stern", "--json").output)
    assert [each["norm"] for each in data["outcomes"]] == ["stern"]
    assert data["outcomes"][0]["survivors"] == ["discriminate"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("--norm", "stren"), ("stren", "did you mean stern?")),
        (("--set", "benfit=2"), ("benfit", "did you mean benefit?")),
        (("--set", "benefit=much"), ("benefit", "'much'", "0 to 100 value")),
        (("--set", "benefit=nan"), ("benefit", "nan", "0 to 100 value")),
        (("--set", "population=2.5"), ("2.5", "a whole number from 2 to 500 states")),
        (("--set", "assessment_error=0"), ("found 0", "1e-06 to 0.5 share")),
        (("--set", "cost"), ("cost", "KEY=VALUE")),
    ],
)
def test_bad_input_gets_one_clear_line_and_status_2(words, parts):
    done = cheaptalk(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    for part in parts:
        assert part in done.stderr


def test_a_truth_value_is_no_number():
    with pytest.raises(ConfigError, match="cost"):
        tournament({"cost": True})


# ------------------------------------------------------------- an independent solver


@pytest.mark.slow
@pytest.mark.parametrize("norm", NORMS)
def test_egttools_finds_the_same_fixation_chances_and_shares(norm):
    pytest.importorskip("egttools")
    from egttools.analytical import StochDynamics
    from egttools.utils import calculate_stationary_distribution

    fair, names = Tournament(population=20, selection=0.1), list(POLICIES)

    def ahead(mutants: int, mutant: int, resident: int) -> float:
        counts = {names[mutant]: mutants, names[resident]: fair.population - mutants}
        return float(np.subtract(*payoffs(norm, counts, fair)))

    oracle = StochDynamics(3, np.zeros((3, 3)), fair.population)
    oracle.fitness = ahead
    transitions, chances = oracle.transition_and_fixation_matrix(fair.selection)
    found = outcome(norm, fair)
    for (i, resident), (j, mutant) in itertools.permutations(enumerate(names), 2):
        assert found.fixation[resident][mutant] == pytest.approx(chances[i, j], rel=1e-6)
    settled = calculate_stationary_distribution(transitions)
    assert list(found.share.values()) == pytest.approx(settled, rel=1e-4)
