"""Commands that hold the model against theory."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.command_line.options import (
    Complaint,
    json_option,
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def tournament(norm: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Let support policies compete by imitation: which survive under a norm of judging?"""
    from experiments.theory import tournament as contest

    found = contest.played(norm, parsed(settings))
    click.echo(contest.as_json(found) if as_json else contest.in_words(found))


@click.command()
@click.option("--target", "targets", multiple=True, help="Only this target, as T4; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def validate(targets: tuple[str, ...], as_json: bool) -> None:
    """Check the model against what theory proves or found (T1-T17)."""
    from experiments.theory import targets as validating
    from model.preset.load import suggestion

    for each in targets:
        if each.upper() not in validating.TARGETS:
            known = list(validating.TARGETS)
            raise Complaint(f"--target: found '{each}'{suggestion(each.upper(), known)}")
    findings = validating.validation([each.upper() for each in targets] or None)
    click.echo(validating.as_json(findings) if as_json else validating.in_words(findings))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def statics(as_json: bool) -> None:
    """Show which way 36 parameters move what theory says they move: right, wrong or flat."""
    from experiments.theory import statics as comparing

    found = comparing.statics()
    click.echo(comparing.as_json(found) if as_json else comparing.in_words(found))


@click.command()
@runs_option
@seed_option
@preset_options
@workers_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Result folder.")
@json_option
def ablate(
    preset: "Preset", runs: int, seed: int, workers: int | None, out: Path | None, as_json: bool
) -> None:
    """Show the verdict with and without each mechanism, on the same random draws."""
    from experiments.engine.batch import all_workers
    from experiments.theory import ablate as ablating

    rows, where = ablating.kept(preset, runs, seed, workers or all_workers(), out)
    click.echo(ablating.as_json(rows) if as_json else ablating.in_words(rows, runs, where))


@click.command()
@runs_option
@seed_option
@preset_options
@workers_option
@json_option
def robustness(preset: "Preset", runs: int, seed: int, workers: int | None, as_json: bool) -> None:
    """Show whether the verdict survives the choice of decision rule."""
    from experiments.engine.batch import all_workers
    from experiments.theory import robustness as ruling

    found = ruling.robustness(preset, runs, seed=seed, workers=workers or all_workers())
    click.echo(ruling.as_json(found) if as_json else ruling.in_words(found))


COMMANDS = (tournament, validate, statics, ablate, robustness)
