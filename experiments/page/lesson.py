"""The lesson: six steps of a minute each; a question first, then what the model says."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import solara

from experiments.engine.duel import proteges
from experiments.page.address import Plan
from experiments.page.components import LessonCard
from experiments.page.run import WatchedModel, replayed
from experiments.page.visit import LESSON_STEPS, Visit, first_patron
from experiments.why.explain import decision
from experiments.why.plain import choice_in_words, named, plain_term, share
from model.measures import standing
from model.preset.load import Preset

DOORS = "russia-not-in-ukraine"
"""The what-if of the fifth step."""


@dataclass(frozen=True)
class Step:
    """One idea: what it is about, a question with its choices, and what the model says."""

    title: str
    text: str
    ask: str
    choices: tuple[str, ...]
    answer: str
    deed: str = ""


@dataclass(frozen=True)
class Told:
    """What the steps speak of: the patron of the question and its protege in a run."""

    preset: Preset
    run: WatchedModel

    @property
    def patron(self) -> str:
        """The patron that the preset's question is about."""
        return first_patron(self.preset)

    @property
    def label(self) -> str:
        """Its name."""
        return self.preset.profiles[self.patron].label

    @property
    def protege(self) -> str:
        """The name of whom it stands with."""
        return self.preset.profiles[proteges(self.preset)[self.patron]].label


@solara.component
def Lesson(visit: Visit) -> None:
    """The step that the visitor is at, if any."""
    number, plan = visit.lesson.value, visit.plan.value
    told = solara.use_memo(
        lambda: told_of(Plan(plan.preset, plan.seed, plan.run)) if number else None,
        [plan.preset, plan.seed, plan.run, bool(number)],
    )
    if not number or told is None:
        return
    step = STEPS[number - 1](told)

    def do(*_: object) -> None:
        DEEDS[number - 1](visit, told)

    LessonCard(
        step=number,
        steps=LESSON_STEPS,
        title=step.title,
        text=step.text,
        ask=step.ask,
        choices=list(step.choices),
        answer=step.answer,
        deed=step.deed,
        event_go=visit.lesson.set,
        event_close=lambda *_: visit.lesson.set(0),
        event_do=do,
    )


def told_of(plan: Plan) -> Told:
    """What the steps speak of: the crisis as it is shipped, whatever was changed meanwhile."""
    return Told(plan.crisis, war_of(plan))


def war_of(plan: Plan) -> WatchedModel:
    """The run of a plan one turn into its war, or at its end."""
    model = replayed(plan, 0)
    while not (model.over or model.error):
        fought = bool(model.world.war)
        model.step()
        if fought:
            break
    return model


# -------------------------------------------------------------------------- the steps


def promised(told: Told) -> Step:
    """What is promised: the treaties that bind the patron."""
    profile = told.preset.profiles[told.patron]
    bound = [f"{each.clause} (signed {each.signed:%-d %B %Y})" for each in profile.treaties]
    clauses = ", ".join(bound) or "no treaty at all"
    has = any(each.clause == "defence" for each in profile.treaties)
    pledge = profile.pledges.get(proteges(told.preset)[told.patron], 0.0)
    duty = "must fight for it" if has else "owes it no help in war"
    return Step(
        "What is promised?",
        f"{told.protege} is attacked. {told.label} has a treaty with it. A treaty's clause "
        "says what is "
        "owed: defence, consultation, neutrality. Words may let others expect more than that.",
        f"What does {told.label} owe {told.protege}?",
        ("To fight beside it", "To send arms", "To consult, and not to help who attacks"),
        f"Its treaties say: {clauses}. So {told.label} {duty}. Its words promise {pledge:.0%} "
        "of fighting "
        "alongside: the gap between treaty and word is what this crisis is about.",
        "Show the attack on the map",
    )


def why_words(told: Told) -> Step:
    """Why words: what was likely and what was played on the first day of war."""
    moment = told.run.record.moments[-1]
    state = moment.before.names.index(told.patron)
    played = moment.before.ladder.names[state][int(moment.after.choice[state])]
    found = decision(moment.before, moment.game, moment.solution, state, played)
    ranked = np.argsort(-found.probability, kind="stable")[:3]
    chances = ", ".join(
        f"{named(found.actions[k])} {share(float(found.probability[k]))}" for k in ranked
    )
    return Step(
        "Why words?",
        "Each state weighs all that it could do, and the others weigh theirs. Nobody is "
        "certain: a state "
        "has reasons of its own that the others do not see, so each act has a chance.",
        f"War has come. What is {told.label} likeliest to do?",
        ("Silence", "Words or mediation", "Arms", "Force"),
        f"In the model: {chances}. {choice_in_words(found, told.label)}",
        f"Ask {told.label} why",
    )


def believed(told: Told) -> Step:
    """Who believes: the honesty that the others see in each state."""
    world = told.run.world
    honesty = standing(world.honesty.mean)
    ranked = sorted(range(world.state_count), key=lambda k: float(honesty[k]))
    label = [told.preset.profiles[name].label for name in world.names]
    least, most = ranked[0], ranked[-1]
    own = world.names.index(told.patron)
    beside = "" if own in (least, most) else f", {told.label} {float(honesty[own]):.0%}"
    return Step(
        "Who believes?",
        "Words work only if they are believed. Two rings around each state on the map say how "
        "far: the "
        "outer for treaties kept (reliability), the inner for words meant (honesty).",
        "Whose words are believed least?",
        tuple(label),
        f"{label[least]}'s: the others give it {float(honesty[least]):.0%}; {label[most]} has most "
        f"({float(honesty[most]):.0%}){beside}. Words that cost nothing and are not meant wear "
        "this down: "
        "that is their price.",
        "Show the map with its rings",
    )


def ledger(told: Told) -> Step:
    """The ledger: what words save and cost beside arms on the first day of war."""
    moment = told.run.record.moments[-1]
    state = moment.before.names.index(told.patron)
    found = decision(moment.before, moment.game, moment.solution, state, "rhetoric")
    if "arms" in found.actions:
        gaps = found.deciding("rhetoric", "arms")
        saved = [f"{plain_term(told.preset, n)} (+{g:.2f})" for n, g in gaps if g > 0.005][:3]
        lost = [f"{plain_term(told.preset, n)} (−{-g:.2f})" for n, g in gaps if g < -0.005][:3]
        gained, given = (", ".join(each) or "nothing" for each in (saved, lost))
        answer = f"In that turn words beat arms by {gained}, and lose {given}."
    else:
        answer = "Arms are not on its menu."
    return Step(
        "The ledger",
        "Each act is a sum: treaties kept, standing at home, means spent, ties to others, the "
        "protege's "
        "survival, and more. The bars below the map add up to what the act is worth.",
        f"What speaks most for words and against arms, for {told.label}?",
        ("Means", "Ties to others", f"{told.protege}'s survival", "Standing at home"),
        answer,
        "Open the ledger",
    )


def where(told: Told) -> Step:
    """Where talk wins: one what-if, before and after."""
    return Step(
        "Where does talk win?",
        "The verdict stands on figures that could be others. Much of what Russia has is tied "
        "down in "
        "Ukraine. Suppose it were not.",
        "Without the war in Ukraine, would arms have served it better than words?",
        ("Yes, clearly", "They would be nearer to words", "It changes nothing"),
        "Press the button: the verdict is played before and after on the same random draws. Look "
        "at the row of arms, and at the reason beside it.",
        "Play 'Russia not in Ukraine'",
    )


def your_turn(told: Told) -> Step:
    """Your turn: take the seat."""
    return Step(
        "Your turn",
        f"You have seen what {told.label} owed, what it did, and what it was worth. Now play "
        "it: choose each "
        "day, and say what you expect of the others.",
        "Will you do better than the model?",
        ("Yes", "As well", "No"),
        "You will see: at the end your value stands beside the model's own choice on the same "
        "random draws.",
        "Take the seat",
    )


STEPS: tuple[Callable[[Told], Step], ...] = (
    promised, why_words, believed, ledger, where, your_turn,
)  # fmt: skip


# ----------------------------------------------------------------------- their deeds


def to_the_war(visit: Visit, told: Told) -> None:
    """Show the first turn of war with the patron selected."""
    turn, plan = told.run.record.turn, visit.plan.value
    if plan != told.run.plan or visit.model.record.turn < turn:
        visit.begin(told.run.plan, turn)
    visit.tab.value = 0
    visit.show(turn)
    visit.selected.value = told.patron


def to_the_door(visit: Visit, told: Told) -> None:
    """Press the what-if of the fifth step, and look at its row of arms."""
    plan = visit.plan.value
    if plan.what_if != DOORS:
        visit.begin(Plan(plan.preset, plan.seed, plan.run, what_if=DOORS))
    visit.selected.value, visit.act.value = told.patron, "arms"


def to_the_seat(visit: Visit, told: Told) -> None:
    """Take the patron's seat in the crisis as it was."""
    plan = visit.plan.value
    visit.begin(Plan(plan.preset, plan.seed, plan.run, seat=told.patron))
    visit.selected.value, visit.lesson.value = told.patron, 0


DEEDS = (to_the_war, to_the_war, to_the_war, to_the_war, to_the_door, to_the_seat)
