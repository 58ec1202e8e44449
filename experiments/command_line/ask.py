"""Commands that play a preset, show what it holds and say why it turns out so."""

from pathlib import Path
from typing import TYPE_CHECKING, Any  # an option may hold any TOML value

import click

from experiments.command_line.options import (
    NUMBER,
    WRITTEN,
    Complaint,
    Said,
    answering,
    change_options,
    files,
    json_option,
    out_option,
    preset_argument,
    preset_options,
    quiet_option,
    seed_option,
    workers_option,
)

if TYPE_CHECKING:
    from model.preset.load import Preset


@click.command()
@click.option("--runs", type=click.IntRange(2), help="How many runs; default from the preset.")
@click.option("--turns", type=click.IntRange(1), help="How many turns; default from the preset.")
@seed_option
@preset_options
@out_option
@workers_option
@click.option(
    "--draws", type=click.IntRange(0, 200), help="Draws of the weights' posterior; default 40."
)
@click.option(
    "--codings", is_flag=True, help="Each draw with stakes, ties and access within a quarter, too."
)
@json_option
@quiet_option
def run(
    preset: "Preset",
    runs: int | None,
    turns: int | None,
    seed: int,
    out: Path | None,
    workers: int | None,
    draws: int | None,
    codings: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Play PRESET and say whether talking beat intervening, and why."""
    from experiments.answer import run as runner
    from experiments.engine.manifest import words_of_call

    answer = runner.run(
        preset,
        {"turns": turns} if turns else None,
        runs=runs,
        seed=seed,
        out=out,
        workers=workers,
        draws=runner.DRAWS if draws is None else draws,
        codings=codings,
        quiet=quiet,
        command=words_of_call(),
    )
    click.echo(runner.as_json(answer) if as_json else answer.words)


@click.command(name="list")
@preset_options
@answering
def list_(preset: "Preset") -> Said:
    """List presets, states, payoff terms and parameters with unit, range, default and source."""
    from experiments.answer import listing

    return Said(listing.as_json(preset), listing.in_words(preset))


@click.command()
@preset_options
@click.argument("key", required=False)
@answering
def show(preset: "Preset", key: str | None) -> Said:
    """Show every value of PRESET, or those under KEY, and the file and line it comes from."""
    from experiments.answer import show as showing

    rows = showing.resolved(preset, key=key)
    return Said(showing.as_json(rows), showing.in_words(rows))


@click.command()
@preset_options
@click.option("--out", type=WRITTEN, help="CSV file to write; default: it is printed.")
@answering
def table(preset: "Preset", out: Path | None) -> Said:
    """Give the figures of PRESET as CSV, a column a state; changed, --with FILE.csv plays it."""
    from experiments.answer import state_table
    from experiments.engine.store import write_files

    text = state_table.as_csv(preset)
    if out is None:
        return Said(state_table.as_json(preset), text.rstrip())
    write_files({out: text.encode()})
    return files([out])


@click.command()
@preset_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@answering
def schema(preset: "Preset", out: Path | None) -> Said:
    """Write the JSON Schemas by which editors complete and check profiles, presets and actions."""
    from experiments.answer import schema as describing

    return files(describing.write(preset, out))


@click.command()
@click.option("--turn", default=1, type=click.IntRange(1), help="Which turn, from 1.")
@click.option("--run", "run_number", default=0, type=NUMBER, help="Which run.")
@click.option("--states", help="Players of the game, a,b,c; the others' play is held.")
@click.option("--out", required=True, type=WRITTEN, help="The .nfg file.")
@seed_option
@preset_options
@answering
def game(
    preset: "Preset", turn: int, run_number: int, states: str | None, out: Path, seed: int
) -> Said:
    """Write a turn's stage game for Gambit, and its solution beside it."""
    from experiments.why.explain import watched
    from experiments.why.gambit_file import beside, write_game
    from model.preset.toml import names_given

    beside(out)  # what cannot be written is told before the turns are played
    model = watched(preset, turn, run_number, seed)
    assert model.game is not None and model.solution is not None
    names = model.world.names
    chosen = names_given("--states", states, names) if states else list(names)
    title = f"{preset.name}, turn {turn}, run {run_number}, seed {seed}"
    menus = model.world.ladder.names
    solution = write_game(model.game, model.solution.play, names, menus, chosen, out, title)
    return files([out, solution])


@click.command()
@click.option("--state", required=True, help="Whose decision.")
@click.option("--turn", type=click.IntRange(1), help="Which turn; default: the first at war.")
@click.option("--run", "run_number", default=0, type=NUMBER, help="Which run.")
@seed_option
@preset_options
@answering
def explain(preset: "Preset", state: str, turn: int | None, run_number: int, seed: int) -> Said:
    """Show a state's payoff ledger in one turn, and what would flip its choice."""
    from experiments.why import explain as explaining

    found = explaining.explained(preset, state, turn, run_number, seed)
    return Said(explaining.as_json(found), explaining.in_words(found))


@click.command()
@preset_argument
@change_options
@click.option("--runs", default=100, type=click.IntRange(2), help="Runs of each side.")
@seed_option
@click.option("--patron", "patrons", multiple=True, help="Whose verdict; default: who is changed.")
@click.option("--watch", type=click.Path(path_type=Path), help="A file: again at every save.")
@json_option
@quiet_option
def tweak(
    preset: str,
    changes: dict[str, Any],
    runs: int,
    seed: int,
    patrons: tuple[str, ...],
    watch: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Show at once what changes do: verdict, choices and ledger before and after, same draws."""
    if not changes and watch is None:
        raise Complaint(
            "tweak: nothing is changed; valid: --set KEY=VALUE, --with FILE or --watch FILE"
        )
    from experiments.engine.progress import working
    from experiments.why import tweak as tweaking

    told = tweaking.as_json if as_json else tweaking.in_words
    if watch is None:
        with working("tweak", quiet=quiet):
            found = tweaking.tweaked(preset, changes, runs=runs, seed=seed, patrons=patrons)
        click.echo(told(found))
        return
    rounds = tweaking.watched(preset, watch, changes, runs=runs, seed=seed, patrons=patrons)
    try:
        for each in rounds:
            click.echo(str(each) if isinstance(each, ValueError) else told(each))
            click.echo(f"\nWaiting for {watch} to be saved; end with Ctrl-C.", err=True)
    except KeyboardInterrupt:
        click.echo("", err=True)


@click.command()
@click.option("--state", required=True, help="The patron that talks or intervenes.")
@click.option("--key", required=True, help="The figure that is varied, as russia.means.money.")
@preset_options
@click.option("--runs", default=100, type=click.IntRange(10), help="Runs at each value.")
@click.option(
    "--draws", default=0, type=click.IntRange(0, 200),
    help="Draws of the weights' posterior that the verdict at each value covers as well.",
)  # fmt: skip
@seed_option
@answering
def flip(preset: "Preset", state: str, key: str, runs: int, draws: int, seed: int) -> Said:
    """Find the value of a figure at which talk and intervention change places."""
    from experiments.why import flip as flipping

    found = flipping.flips(preset, state, key, runs=runs, seed=seed, draws=draws)
    return Said(flipping.as_json(found), flipping.in_words(found))


@click.command()
@preset_argument
@click.option("--port", default=8765, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def view(preset: str, port: int, no_open: bool) -> None:
    """Watch PRESET in the browser: play it, ask why, move a weight."""
    from experiments.page import server as viewing

    viewing.view(preset, port, browser=not no_open)


@click.command()
@click.option("--rounds", default=5, type=click.IntRange(1), help="Rounds; figures are medians.")
@json_option
@quiet_option
def bench(rounds: int, as_json: bool, quiet: bool) -> None:
    """Measure speed and memory: ensemble, mesa.batch_run, Gambit, starts, growth."""
    try:
        from benchmarks import bench as benching
    except ImportError as error:
        raise Complaint(
            f"bench: {error}; valid: a checkout of the project, installed by pip install -e ."
        ) from error
    found = benching.measured(rounds, lambda words: None if quiet else click.echo(words, err=True))
    click.echo(benching.as_json(found) if as_json else benching.in_words(found))


COMMANDS = (run, list_, show, table, schema, game, explain, tweak, flip, view, bench)
