"""The command line. Heavy imports wait until a command needs them."""

import sys
from pathlib import Path
from typing import Any  # an option may hold any TOML value

import click

DEFAULT = "iran-2025"


class Complaint(click.ClickException):
    """A mistake in what the user gave: its message and exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the message alone, a line for each mistake."""
        click.echo(self.message, err=True)


class Group(click.Group):
    """Commands whose ConfigError and NoEquilibrium become one clear message."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn known errors into messages."""
        try:
            return super().invoke(ctx)
        except (ValueError, ArithmeticError) as error:
            if type(error).__name__ in ("ConfigError", "NoEquilibrium"):
                raise Complaint(str(error)) from error
            raise


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cheaptalk")
def main() -> None:
    """When do words beat intervention? Alliance commitments as a repeated game."""


def parsed(settings: tuple[str, ...]) -> dict[str, Any]:
    """`--set KEY=VALUE` options as changes; values are read as TOML, else as words."""
    import tomllib

    changes: dict[str, Any] = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key.strip():
            raise Complaint(
                f"--set {setting}: found no '='; valid: KEY=VALUE, as in oil.elasticity=0.2"
            )
        try:
            changes[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            changes[key.strip()] = value.strip()
    return changes


preset_argument = click.argument("preset", default=DEFAULT)
set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a parameter; repeatable."
)
seed_option = click.option("--seed", default=0, type=click.IntRange(0), help="Seed of all luck.")


@main.command()
@preset_argument
@click.option("--runs", type=click.IntRange(2), help="How many runs; default from the preset.")
@click.option("--turns", type=click.IntRange(1), help="How many turns; default from the preset.")
@seed_option
@set_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Result folder.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
@click.option("--quiet", is_flag=True, help="No progress.")
def run(
    preset: str,
    runs: int | None,
    turns: int | None,
    seed: int,
    settings: tuple[str, ...],
    out: Path | None,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Play PRESET and say whether talking beat intervening, and why."""
    from experiments import run as runner

    changes = parsed(settings) | ({"turns": turns} if turns else {})
    command = ["cheaptalk", *sys.argv[1:]] if sys.argv[1:] else ["cheaptalk", "run"]
    answer = runner.run(
        preset,
        changes,
        runs=runs,
        seed=seed,
        out=out,
        workers=workers,
        quiet=quiet,
        command=command,
    )
    click.echo(runner.as_json(answer) if as_json else answer.words)


@main.command()
@preset_argument
@click.option("--state", required=True, help="Whose decision.")
@click.option("--turn", type=click.IntRange(1), help="Which turn; default: the first at war.")
@click.option("--run", "run_number", default=0, type=click.IntRange(0), help="Which run.")
@seed_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def explain(
    preset: str,
    state: str,
    turn: int | None,
    run_number: int,
    seed: int,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show a state's payoff ledger in one turn, and what would flip its choice."""
    from experiments import explain as explaining

    found = explaining.explained(preset, state, turn, run_number, seed, parsed(settings))
    click.echo(explaining.as_json(found) if as_json else explaining.in_words(found))


@main.command()
@preset_argument
@click.option("--turn", default=1, type=click.IntRange(1), help="Which turn, from 1.")
@click.option("--run", "run_number", default=0, type=click.IntRange(0), help="Which run.")
@click.option("--states", help="Players of the game, a,b,c; the others' play is held.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .nfg file.")
@seed_option
@set_option
def game(
    preset: str,
    turn: int,
    run_number: int,
    states: str | None,
    out: Path,
    seed: int,
    settings: tuple[str, ...],
) -> None:
    """Write a turn's stage game for Gambit, and its solution beside it."""
    from experiments.explain import watched
    from experiments.game import write_game

    model = watched(preset, turn, run_number, seed, parsed(settings))
    assert model.game is not None and model.solution is not None
    names = model.world.names
    chosen = [each.strip() for each in states.split(",")] if states else list(names)
    title = f"{preset}, turn {turn}, run {run_number}, seed {seed}"
    menus = model.world.ladder.names
    beside = write_game(model.game, model.solution.play, names, menus, chosen, out, title)
    click.echo(f"{out} and {beside}", err=True)


@main.command()
@click.option("--norm", default="all", help="scoring, standing or stern; default: all of them.")
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def tournament(norm: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Let support policies compete by imitation: which survive under a norm of judging?"""
    from experiments import tournament as contest

    found = contest.played(norm, parsed(settings))
    click.echo(contest.as_json(found) if as_json else contest.in_words(found))


@main.command(name="list")
@click.argument("preset", default=DEFAULT)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def list_(preset: str, as_json: bool) -> None:
    """List presets, states, payoff terms and parameters with unit, range, default and source."""
    from experiments import listing

    click.echo(listing.as_json(preset) if as_json else listing.in_words(preset))


runs_option = click.option(
    "--runs", default=200, type=click.IntRange(10), help="Runs of each comparison."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="Worker processes; default: all cores."
)


@main.command()
@click.option("--target", "targets", multiple=True, help="Only this target, as T4; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def validate(targets: tuple[str, ...], as_json: bool) -> None:
    """Check the model against what theory proves or found (T1-T10)."""
    from experiments import validate as validating
    from model.preset import suggestion

    for each in targets:
        if each.upper() not in validating.TARGETS:
            known = list(validating.TARGETS)
            raise Complaint(f"--target: found '{each}'{suggestion(each.upper(), known)}")
    findings = validating.validation([each.upper() for each in targets] or None)
    click.echo(validating.as_json(findings) if as_json else validating.in_words(findings))


@main.command()
@preset_argument
@runs_option
@seed_option
@set_option
@workers_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Result folder.")
@json_option
def ablate(
    preset: str,
    runs: int,
    seed: int,
    settings: tuple[str, ...],
    workers: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show the verdict with and without each mechanism (S1-S21), on the same luck."""
    from experiments import ablate as ablating
    from experiments.batch import all_workers

    changes = parsed(settings)
    rows = ablating.ablations(
        preset, runs, rng=seed, changes=changes, workers=workers or all_workers()
    )
    where = ablating.write(preset, changes, rows, {"seed": seed, "runs": runs}, out)
    click.echo(ablating.as_json(rows) if as_json else ablating.in_words(rows, runs, where))


@main.command()
@preset_argument
@runs_option
@seed_option
@set_option
@workers_option
@json_option
def robustness(
    preset: str,
    runs: int,
    seed: int,
    settings: tuple[str, ...],
    workers: int | None,
    as_json: bool,
) -> None:
    """Show whether the verdict survives the choice of decision rule."""
    from experiments import robustness as ruling
    from experiments.batch import all_workers

    found = ruling.robustness(
        preset, runs, rng=seed, changes=parsed(settings), workers=workers or all_workers()
    )
    click.echo(ruling.as_json(found) if as_json else ruling.in_words(found))


@main.command()
@preset_argument
@click.option("--port", default=8765, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def view(preset: str, port: int, no_open: bool) -> None:
    """Watch PRESET in the browser: play it, ask why, move a weight."""
    from experiments import view as viewing

    viewing.view(preset, port, browser=not no_open)


if __name__ == "__main__":
    main(prog_name="cheaptalk")
