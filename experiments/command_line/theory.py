"""Commands that hold the model against theory."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.command_line.options import (
    Complaint,
    Said,
    answering,
    out_option,
    parsed,
    preset_options,
    runs_option,
    seed_option,
    set_option,
    workers_option,
)

if TYPE_CHECKING:
    from model.preset.load import Preset


@click.command()
@click.option("--norm", default="all", help="scoring, standing or stern; default: all of them.")
@set_option
@answering
def tournament(norm: str, settings: tuple[str, ...]) -> Said:
    """Let support policies compete by imitation: which survive under a norm of judging?"""
    from experiments.theory import tournament as contest

    found = contest.played(norm, parsed(settings))
    return Said(contest.as_json(found), contest.in_words(found))


@click.command()
@click.option("--target", "targets", multiple=True, help="Only this target, as T4; repeatable.")
@answering
def validate(targets: tuple[str, ...]) -> Said:
    """Check the model against what theory proves or found (T1-T17)."""
    from experiments.theory import targets as validating
    from model.preset.load import suggestion

    for each in targets:
        if each.upper() not in validating.TARGETS:
            known = list(validating.TARGETS)
            raise Complaint(f"--target: found '{each}'{suggestion(each.upper(), known)}")
    findings = validating.validation([each.upper() for each in targets] or None)
    return Said(validating.as_json(findings), validating.in_words(findings))


@click.command()
@answering
def statics() -> Said:
    """Show which way 36 parameters move what theory says they move: right, wrong or flat."""
    from experiments.theory import statics as comparing

    found = comparing.statics()
    return Said(comparing.as_json(found), comparing.in_words(found))


@click.command()
@runs_option
@seed_option
@preset_options
@workers_option
@out_option
@answering
def ablate(preset: "Preset", runs: int, seed: int, workers: int | None, out: Path | None) -> Said:
    """Show the verdict with and without each mechanism, on the same random draws."""
    from experiments.engine.batch import all_workers
    from experiments.theory import ablate as ablating

    rows, where = ablating.kept(preset, runs, seed, workers or all_workers(), out)
    return Said(ablating.as_json(rows), ablating.in_words(rows, runs, where))


@click.command()
@runs_option
@seed_option
@preset_options
@workers_option
@out_option
@answering
def robustness(
    preset: "Preset", runs: int, seed: int, workers: int | None, out: Path | None
) -> Said:
    """Show whether the verdict survives the choice of decision rule."""
    from experiments.engine.batch import all_workers
    from experiments.theory import robustness as ruling

    found, where = ruling.kept(preset, runs, seed, workers or all_workers(), out)
    return Said(ruling.as_json(found), ruling.in_words(found, where))


COMMANDS = (tournament, validate, statics, ablate, robustness)
