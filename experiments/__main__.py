"""The command line. Heavy imports wait until a command needs them."""

import gc
import sys
from pathlib import Path
from typing import Any  # an option may hold any TOML value

import click

from experiments.command_line.commands import COMMANDS, results
from experiments.command_line.options import (
    DEFAULT,
    NUMBER,
    WRITTEN,
    Complaint,
    allow_code_option,
    change_options,
    json_option,
    parsed,
    preset_argument,
    runs_option,
    seed_option,
    set_option,
    workers_option,
)


class Group(click.Group):
    """Commands whose mistakes, and what the system refuses, become one clear message."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn known errors into messages."""
        try:
            return super().invoke(ctx)
        except (ValueError, ArithmeticError) as error:
            if type(error).__name__ in ("ConfigError", "NoEquilibrium", "WorkerDied"):
                raise Complaint(str(error)) from error
            raise
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename is not None else ""
            raise Complaint(f"{where}{error.strerror or error}") from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cheaptalk")
def main() -> None:
    """When do words beat intervention? Alliance commitments as a repeated game."""
    gc.set_threshold(100_000, 20, 20)  # imports leave no garbage to be looked for


@main.command()
@preset_argument
@click.option("--runs", type=click.IntRange(2), help="How many runs; default from the preset.")
@click.option("--turns", type=click.IntRange(1), help="How many turns; default from the preset.")
@seed_option
@change_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Result folder.")
@click.option("--workers", type=click.IntRange(1), help="Worker processes; default: all cores.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
@click.option("--quiet", is_flag=True, help="No progress.")
def run(
    preset: str,
    runs: int | None,
    turns: int | None,
    seed: int,
    changes: dict[str, Any],
    out: Path | None,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Play PRESET and say whether talking beat intervening, and why."""
    from experiments.answer import run as runner

    changes |= {"turns": turns} if turns else {}
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
@click.option("--run", "run_number", default=0, type=NUMBER, help="Which run.")
@seed_option
@change_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def explain(
    preset: str,
    state: str,
    turn: int | None,
    run_number: int,
    seed: int,
    changes: dict[str, Any],
    as_json: bool,
) -> None:
    """Show a state's payoff ledger in one turn, and what would flip its choice."""
    from experiments.why import explain as explaining

    found = explaining.explained(preset, state, turn, run_number, seed, changes)
    click.echo(explaining.as_json(found) if as_json else explaining.in_words(found))


@main.command()
@preset_argument
@click.option("--turn", default=1, type=click.IntRange(1), help="Which turn, from 1.")
@click.option("--run", "run_number", default=0, type=NUMBER, help="Which run.")
@click.option("--states", help="Players of the game, a,b,c; the others' play is held.")
@click.option("--out", required=True, type=WRITTEN, help="The .nfg file.")
@seed_option
@change_options
def game(
    preset: str,
    turn: int,
    run_number: int,
    states: str | None,
    out: Path,
    seed: int,
    changes: dict[str, Any],
) -> None:
    """Write a turn's stage game for Gambit, and its solution beside it."""
    from experiments.why.explain import watched
    from experiments.why.gambit_file import beside, write_game
    from model.preset.toml import names_given

    beside(out)  # what cannot be written is told before the turns are played
    model = watched(preset, turn, run_number, seed, changes)
    assert model.game is not None and model.solution is not None
    names = model.world.names
    chosen = names_given("--states", states, names) if states else list(names)
    title = f"{preset}, turn {turn}, run {run_number}, seed {seed}"
    menus = model.world.ladder.names
    solution = write_game(model.game, model.solution.play, names, menus, chosen, out, title)
    click.echo(f"{out} and {solution}", err=True)


@main.command()
@click.option("--norm", default="all", help="scoring, standing or stern; default: all of them.")
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def tournament(norm: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Let support policies compete by imitation: which survive under a norm of judging?"""
    from experiments.theory import tournament as contest

    found = contest.played(norm, parsed(settings))
    click.echo(contest.as_json(found) if as_json else contest.in_words(found))


@main.command(name="list")
@click.argument("preset", default=DEFAULT)
@change_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def list_(preset: str, changes: dict[str, Any], as_json: bool) -> None:
    """List presets, states, payoff terms and parameters with unit, range, default and source."""
    from experiments.answer import listing

    click.echo(listing.as_json(preset, changes) if as_json else listing.in_words(preset, changes))


@main.command()
@preset_argument
@click.argument("key", required=False)
@change_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def show(preset: str, key: str | None, changes: dict[str, Any], as_json: bool) -> None:
    """Show every value of PRESET, or those under KEY, and the file and line it comes from."""
    from experiments.answer import show as showing

    rows = showing.resolved(preset, changes, key)
    click.echo(showing.as_json(rows) if as_json else showing.in_words(rows))


@main.command()
@preset_argument
@change_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
def schema(preset: str, changes: dict[str, Any], out: Path | None) -> None:
    """Write the JSON Schemas by which editors complete and check profiles, presets and actions."""
    from experiments.answer import schema as describing

    for path in describing.write(preset, changes, out):
        click.echo(str(path))


@main.command()
@preset_argument
@change_options
@click.option("--runs", default=100, type=click.IntRange(2), help="Runs of each side.")
@seed_option
@click.option("--patron", "patrons", multiple=True, help="Whose verdict; default: who is changed.")
@click.option("--watch", type=click.Path(path_type=Path), help="A file: again at every save.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def tweak(
    preset: str,
    changes: dict[str, Any],
    runs: int,
    seed: int,
    patrons: tuple[str, ...],
    watch: Path | None,
    as_json: bool,
) -> None:
    """Show at once what changes do: verdict, choices and ledger before and after, same luck."""
    if not changes and watch is None:
        raise Complaint(
            "tweak: nothing is changed; valid: --set KEY=VALUE, --with FILE or --watch FILE"
        )
    from experiments.why import tweak as tweaking

    told = tweaking.as_json if as_json else tweaking.in_words
    if watch is None:
        found = tweaking.tweaked(preset, changes, runs=runs, rng=seed, patrons=patrons)
        click.echo(told(found))
        return
    rounds = tweaking.watched(preset, watch, changes, runs=runs, rng=seed, patrons=patrons)
    try:
        for each in rounds:
            click.echo(str(each) if isinstance(each, ValueError) else told(each))
            click.echo(f"\nWaiting for {watch} to be saved; end with Ctrl-C.", err=True)
    except KeyboardInterrupt:
        click.echo("", err=True)


@main.command()
@preset_argument
@click.option("--state", required=True, help="The patron that talks or intervenes.")
@click.option("--key", required=True, help="The figure that is varied, as russia.means.money.")
@change_options
@click.option("--runs", default=100, type=click.IntRange(10), help="Runs at each value.")
@seed_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def flip(
    preset: str,
    state: str,
    key: str,
    changes: dict[str, Any],
    runs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Find the value of a figure at which talk and intervention change places."""
    from experiments.why import flip as flipping

    found = flipping.flips(preset, state, key, changes, runs=runs, rng=seed)
    click.echo(flipping.as_json(found) if as_json else flipping.in_words(found))


@main.command()
@click.option("--target", "targets", multiple=True, help="Only this target, as T4; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
def validate(targets: tuple[str, ...], as_json: bool) -> None:
    """Check the model against what theory proves or found (T1-T10)."""
    from experiments.theory import targets as validating
    from model.preset.load import suggestion

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
@change_options
@workers_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Result folder.")
@json_option
def ablate(
    preset: str,
    runs: int,
    seed: int,
    changes: dict[str, Any],
    workers: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show the verdict with and without each mechanism (S1-S21), on the same luck."""
    from experiments.engine.batch import all_workers
    from experiments.theory import ablate as ablating

    rows, where = ablating.kept(preset, changes, runs, seed, workers or all_workers(), out)
    click.echo(ablating.as_json(rows) if as_json else ablating.in_words(rows, runs, where))


@main.command()
@preset_argument
@runs_option
@seed_option
@change_options
@workers_option
@json_option
def robustness(
    preset: str,
    runs: int,
    seed: int,
    changes: dict[str, Any],
    workers: int | None,
    as_json: bool,
) -> None:
    """Show whether the verdict survives the choice of decision rule."""
    from experiments.engine.batch import all_workers
    from experiments.theory import robustness as ruling

    found = ruling.robustness(
        preset, runs, rng=seed, changes=changes, workers=workers or all_workers()
    )
    click.echo(ruling.as_json(found) if as_json else ruling.in_words(found))


cases_option = click.option(
    "--cases",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV of coded cases, as experiments/history/cases_1904_2013.csv.",
)


@main.command()
@cases_option
@click.option("--starts", default=5, type=click.IntRange(1), help="Starting points of the fit.")
@click.option("--recover", default=0, type=click.IntRange(0), help="Simulated histories to refit.")
@click.option("--posterior", default=0, type=click.IntRange(0), help="Steps of the sampler emcee.")
@click.option("--out", type=WRITTEN, help="Profile fragment to write (TOML).")
@click.option("--states", help="States the fragment is for, a,b,c; default: all profiles.")
@json_option
def calibrate(
    cases: Path,
    starts: int,
    recover: int,
    posterior: int,
    out: Path | None,
    states: str | None,
    as_json: bool,
) -> None:
    """Fit the payoff weights and the precision to coded cases."""
    from experiments.engine.store import refuse_unwritable
    from experiments.history import calibrate as calibrating

    named = calibrating.states_named(states)
    if out is not None:
        refuse_unwritable(out)
    found = calibrating.calibrated(cases, starts, recover, posterior)
    if out is not None:
        calibrating.write_fragment(found, out, named)
        click.echo(f"{out}", err=True)
    click.echo(calibrating.as_json(found) if as_json else calibrating.in_words(found))


@main.command()
@click.option("--cases", type=click.Path(path_type=Path), help="CSV of coded cases.")
@click.option("--train-before", type=int, help="Fit on cases before this year, test on the rest.")
@click.option("--without", help="Covariates to take away, as stakes,reputation.")
@click.option("--predict", "new", type=click.Path(path_type=Path), help="CSV of cases to forecast.")
@click.option("--out", type=WRITTEN, help="CSV of the forecasts to write.")
@click.option("--timeline", type=click.Path(path_type=Path), help="CSV of dated acts, day by day.")
@click.option("--preset", default="twelve-days", help="Preset that a timeline is played in.")
@click.option("--sequential", is_flag=True, help="Learn from case to case in time order.")
@change_options
@json_option
def backtest(
    cases: Path | None,
    train_before: int | None,
    without: str | None,
    new: Path | None,
    out: Path | None,
    timeline: Path | None,
    preset: str,
    sequential: bool,
    changes: dict[str, Any],
    as_json: bool,
) -> None:
    """Score the calibrated model and simple baselines on what they were not fitted to."""
    if timeline is not None:
        from experiments.history import daily

        days = daily.forecasts(preset, timeline, changes)
        click.echo(daily.as_json(days) if as_json else daily.in_words(days))
        return
    from experiments.history import backtest as testing

    if cases is None:
        raise Complaint("--cases: missing; valid: a CSV of coded cases (or --timeline FILE)")
    if (new is None) != (out is None):
        raise Complaint("--predict and --out go together: NEW.csv in, PRED.csv out")
    known = testing.read_known(cases, without)
    if new is not None and out is not None:
        count = testing.predict(known, new, out)
        click.echo(f"{out}: {count} cases", err=True)
        return
    if sequential:
        from experiments.history.sequential import sequential as learnt

        found = [learnt(known)]
    else:
        found = testing.backtests(known, train_before)
    click.echo(testing.as_json(found) if as_json else testing.in_words(found))


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--train-before", default=1962, help="Fit on crises before this year; default 1962.")
@click.option("--features", help="Columns for the logit, a,b,c; default: all that are allowed.")
@json_option
def icb(path: Path, train_before: int, features: str | None, as_json: bool) -> None:
    """Backtest on ICB: PATH is its actor-level CSV (version 13 or later)."""
    from experiments.history import icb as crises

    found = crises.backtest(path, train_before, features)
    click.echo(crises.as_json(found) if as_json else crises.in_words(found))


@main.command()
@preset_argument
@click.option("--until", required=True, help="Last day of the forecast, as 2025-12-31.")
@click.option("--runs", default=1000, type=click.IntRange(10), help="How many runs.")
@seed_option
@change_options
@click.option("--out", type=WRITTEN, help="JSON file; default by its name.")
def forecast(
    preset: str, until: str, runs: int, seed: int, changes: dict[str, Any], out: Path | None
) -> None:
    """Write dated, sealed probabilities of defined events of PRESET until a day."""
    from datetime import date

    from experiments.engine.store import refuse_unwritable
    from experiments.history import forecast as forecasting

    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        raise Complaint(f"--until: found '{until}'; valid: a day as 2025-12-31") from error
    path = out or Path(f"forecast-{Path(preset).stem}-{day}.json")
    refuse_unwritable(path)
    found = forecasting.forecast(preset, day, runs, seed, changes, date.today())
    forecasting.write(found, path)
    click.echo(f"{path}", err=True)
    click.echo(forecasting.in_words(found))


@main.command()
@click.argument("forecast", type=click.Path(path_type=Path))
@click.argument("outcomes", type=click.Path(path_type=Path))
@json_option
def score(forecast: Path, outcomes: Path, as_json: bool) -> None:
    """Score a FORECAST file against OUTCOMES, a CSV with the columns event, happened."""
    from experiments.history import forecast as forecasting

    found = forecasting.scored(forecast, outcomes)
    if as_json:
        import json

        click.echo(json.dumps(found, indent=1))
    else:
        click.echo(forecasting.score_in_words(found))


@main.command()
@click.option("--rounds", default=5, type=click.IntRange(1), help="Rounds; figures are medians.")
@json_option
def bench(rounds: int, as_json: bool) -> None:
    """Measure speed and memory: ensemble, mesa.batch_run, Gambit, starts, growth."""
    from benchmarks import bench as benching

    found = benching.measured(rounds, lambda words: click.echo(words, err=True))
    click.echo(benching.as_json(found) if as_json else benching.in_words(found))


@main.command()
@preset_argument
@click.option("--port", default=8765, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def view(preset: str, port: int, no_open: bool) -> None:
    """Watch PRESET in the browser: play it, ask why, move a weight."""
    from experiments.page import server as viewing

    viewing.view(preset, port, browser=not no_open)


for each in (*COMMANDS, results):
    main.add_command(each)
for each in main.commands.values():
    if {"preset", "file", "folder"} & {param.name for param in each.params}:
        each.params.append(allow_code_option())


if __name__ == "__main__":
    main(prog_name="cheaptalk")
