"""Targets of the game: its solver, precision, indifference, and recovery (T1-T3, T10)."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace

import numpy as np

from agents.weighing import game_of
from experiments.engine.estimates import Estimate
from experiments.theory.finding import CRISIS, PATRON, Finding, exact, play_out
from experiments.theory.signorino import TRUE, games, plain, strategic
from model.alliance_model import AllianceModel
from model.game.equilibrium import logit_equilibrium
from model.game.stage_game import StageGame
from model.parameters import Action
from model.preset.load import ROOT, Change
from model.world import Array, World

STORED = ROOT / "experiments" / "theory" / "gambit_games.json"
"""Games that Gambit solved, with its solutions."""


def t1() -> Finding:
    """The logit equilibrium equals an independent solver's on the same stage games."""
    title = "logit equilibrium equals Gambit's on stored stage games"
    if not STORED.exists():
        return exact("T1", title, "<= 1e-6", np.nan, 1e-6, "no stored games here")
    worst, count = 0.0, 0
    for each in json.loads(STORED.read_text()):
        game = stored_game(each)
        solution = logit_equilibrium(game)
        for own, known in zip(solution.play, each["play"], strict=True):
            worst = max(worst, float(np.abs(own[: len(known)] - known).max()))
        count += 1
    return exact("T1", title, "largest difference <= 1e-6", worst, 1e-6, f"{count} games")


def stored_game(entry: dict[str, list[float]]) -> StageGame:
    """A stage game from its stored arrays."""
    names = ("base", "slopes", "effects", "relations", "precision")
    base, slopes, effects, relations, precision = (np.array(entry[each], float) for each in names)
    return StageGame(base, slopes, effects, relations, precision)


def crisis_game(**changes: Change) -> tuple[AllianceModel, StageGame]:
    """The model of one run at its fourth turn, in war, and its stage game."""
    model = AllianceModel(CRISIS, changes=dict(changes))
    for _ in range(3):
        model.step()
    world = model.world
    return model, game_of(world)


def t2() -> Finding:
    """Precision 0 gives uniform play, log-odds follow payoffs, high precision nears Nash."""
    _, game = crisis_game()
    feasible = game.base != -np.inf
    zero = logit_equilibrium(replace(game, precision=0 * game.precision)).play
    flat = np.abs(zero - feasible / feasible.sum(1, keepdims=True)).max()
    solution = logit_equilibrium(game, tolerance=1e-13)
    payoffs = game.payoffs(game.expectations(solution.play))
    odds = np.where(feasible, np.log(np.where(feasible, solution.play, 1.0)), 0.0)
    gap = 0.0
    for own, worth, open_, sharp in zip(odds, payoffs, feasible, game.precision, strict=True):
        first = int(np.argmax(open_))
        expected = sharp * (worth[open_] - worth[first])
        gap = max(gap, float(np.abs(own[open_] - own[first] - expected).max()))
    sharp_play = logit_equilibrium(replace(game, precision=400 + 0 * game.precision)).play
    sharp = game.payoffs(game.expectations(sharp_play))
    best = np.where(feasible, sharp, -np.inf).max(1)
    regret = float((best - (np.where(feasible, sharp, 0.0) * sharp_play).sum(1)).max())
    note = f"uniform to {flat:.0e}, log-odds to {gap:.0e}, regret at precision 400 {regret:.0e}"
    holds = bool(flat <= 1e-12 and gap <= 1e-10 and regret <= 0.02)
    found = Estimate(gap, gap, gap)
    return Finding("T2", "limits of precision", "log-odds gap <= 1e-10", found, holds, note)


def t3() -> Finding:
    """The myopic patron's indifference in closed form is where the simulated choice flips."""
    size = 41
    tied, stake = np.meshgrid(np.linspace(0, 50, size), np.linspace(0.05, 1, size), indexing="ij")
    others = ("iran", "israel", "united_states", "china", "gulf")
    changes: dict[str, Change] = {f"{name}.rule": "always_talk" for name in others}
    changes |= {
        f"{PATRON}.menu": ["rhetoric", "arms"],
        f"{PATRON}.precision": 200.0,
        f"{PATRON}.reputation.discount": 0.0,
        f"{PATRON}.means.money_tied": 0.0,
        f"{PATRON}.means.forces_tied": 0.0,
        f"{PATRON}.posture.access": 1.0,
        f"{PATRON}.weights.stakes": 10.0,
        f"{PATRON}.weights.ties": 0.5,
        f"{PATRON}.means.systems_tied": tied.ravel(),
        f"{PATRON}.stakes.iran": stake.ravel(),
        "turns": 2,
    }
    model = AllianceModel(CRISIS, runs=range(size * size), changes=changes)
    play_out(model)
    assert model.solution is not None and model.game is not None
    model.shock()
    model.world = replace(model.world, war=np.ones(size * size, bool))
    model.weigh()
    model.solve()
    chosen = (model.solution.play[0, 1] > 0.5).reshape(size, size)
    closed = (arms_over_talk(model) > 0).reshape(size, size)
    apart = int((chosen != closed).sum())
    flips = int(closed.any(1).sum())
    note = f"{flips} of {size} columns flip inside the grid"
    return exact("T3", "myopic indifference surface", "no cell apart", apart, 0, note)


def arms_over_talk(model: AllianceModel) -> Array:
    r"""Payoff of arms less that of rhetoric for a myopic patron, written out by hand.

    $w_c d\,(1 - a_t / r) + w_a s\,g\,[(p - a_t)^+ - (p - a_a)^+] - w_r (x + x^2) + w_s i\,\Delta\pi
    + w_v i\,(v_a - v_t)\,h - w_e\,vulnerability\,exposure\,E
    - (w_t f + w_o\,threatened)\,(c_a - c_t)$.
    """
    assert model.solution is not None
    world, expected = model.world, model.solution.expectations[:, 0]
    talk, arms = option(world, 0), option(world, 1)
    w = {name: float(weight[0].reshape(-1)[0]) for name, weight in world.weights.items()}
    interest = world.stakes[0, world.target] - world.stakes[0, world.challenger]
    x = np.maximum(arms["systems"] / world.free_systems[0], arms["money"] / world.free_money[0])
    y = talk["money"] / world.free_money[0]
    affront = arms["affront"] - talk["affront"]
    fear = expected[1] + world.conflict.dread * world.nuclear[world.challenger]
    return np.asarray(
        w["commitment"] * left_undone(talk, world)
        + w["audience"] * world.posture.sensitivity[0] * audience_cost(talk, arms, world)
        - w["resources"] * (x + x * x - y - y * y)
        + w["stakes"] * interest * helped(arms, world, expected[0])
        + w["sway"] * interest * (arms["voice"] - talk["voice"]) * heeded(world)
        - w["escalation"] * world.posture.vulnerability[0] * arms["exposure"] * fear
        - w["ties"] * affront * (world.friction[0].sum(0) + expected[2])
        - w["economy"] * world.economy.threatened[0] * affront
    )


def option(world: World, place: int) -> dict[str, float]:
    """The declared figures of the patron's action at a place of its menu."""
    figures = {each.name: getattr(world.ladder, each.name)[0, place] for each in fields(Action)}
    return {name: float(value.reshape(-1)[0]) for name, value in figures.items()}


def left_undone(talk: Mapping[str, float], world: World) -> float:
    """How much of the patron's duty to consult, $d$, mere talk leaves undone."""
    depth = sum(
        each.depth * float(each.force(world.day, np.asarray(world.beliefs.provisional)))
        for each in world.treaties
        if each.holder == PATRON and each.clause == "consultation"
    )
    return float(depth * (1 - min(1.0, talk["answer"] / 0.25)))


def audience_cost(talk: Mapping[str, float], arms: Mapping[str, float], world: World) -> Array:
    """Growth over the war times the gap to the pledge that talk leaves and arms does not."""
    pledge = world.pledge[0, world.target]
    growth = np.minimum(world.beliefs.ceiling, 1 + world.beliefs.growth * world.weeks_at_war)
    gap = np.maximum(pledge - talk["answer"], 0) - np.maximum(pledge - arms["answer"], 0)
    return np.asarray(gap * growth)


def helped(arms: Mapping[str, float], world: World, aid: Array) -> Array:
    r"""What arms add to the protege's chance, $\Delta\pi$, on the chord over the others' aid."""
    own, other = world.strengths
    theirs = other + world.aid_given[1]
    q = world.power[0] * arms["aid"]
    alone = (own + q) / (own + q + theirs) - own / (own + theirs)
    most = sum(
        float(world.ladder.aid[s].max()) * world.power[s]
        for s in range(1, world.state_count)
        if world.side[s].reshape(-1)[0] > 0
    )
    crowded = (own + most + q) / (own + most + q + theirs) - (own + most) / (own + most + theirs)
    shift = left_behind(arms["delivery"], own / (own + theirs), world)
    return np.asarray(alone + (crowded - alone) / most * (own + other) * aid + shift)


def left_behind(delivery: float, lives: Array, world: World) -> Array:
    r"""What the patron's order of a week leaves of survival: $H\,(\pi(b + \Delta b) - \pi(b))$."""
    wait, most = world.posture.delivery_weeks[0], world.value.horizon
    counted = 1 - wait / most * (1 - np.exp(-most / wait))
    moved = delivery * world.power[0] / world.conflict.shipment / world.strengths[0] * counted
    after = lives * np.exp(moved) / (lives * np.exp(moved) + 1 - lives)
    return np.asarray(most * (after - lives))


def heeded(world: World) -> Array:
    """How far the patron's voice deters the challenger, $h$, by its power and its honesty."""
    own, other = world.strengths
    kept = world.honesty.kept[0, world.challenger]
    cases = kept + world.honesty.failed[0, world.challenger]
    honest = kept / cases * (1 - 2 / cases)
    return np.asarray(
        world.power[0] / (world.power[0] + own + other) * world.conflict.deterrence * honest
    )


def t10() -> Finding:
    """A plain logit on data of the strategic model is biased, the strategic fit is not."""
    data = games(4000)
    weights, errors = strategic(data)
    own = float(np.abs((weights - TRUE) / errors).max())
    rough, spread = plain(data)
    bias = float(np.abs((rough - TRUE) / spread).max())
    note = (
        f"largest error in standard errors: plain {bias:.1f}, strategic {own:.1f}\n"
        "a game of its own, with two movers and none of this model's states: it says that the "
        "method is sound, not that the model is"
    )
    title = "parameter recovery (Signorino 1999)"
    holds = bool(own < 3 and bias > 5)
    found = Estimate(bias, own, bias)
    return Finding("T10", title, "strategic < 3 < 5 < plain", found, holds, note)
