"""Options that several commands share, and how their values are read."""

import functools
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


def allow_code_option() -> click.Option:
    """`--allow-code FILE`, as every command has that reads a preset, a design or a folder."""

    def allow(_: click.Context, __: click.Parameter, files: tuple[Path, ...]) -> None:
        if files:
            from model.preset.own_terms import allow_code

            allow_code(*files)

    return click.Option(
        ["--allow-code"],
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        multiple=True,
        expose_value=False,
        is_eager=True,
        callback=allow,
        metavar="FILE",
        help="Python file whose payoff terms may run; repeatable.",
    )


def engine_option() -> click.Option:
    """`--engine NAME`, as every command has that plays; the workers that it starts inherit it."""

    def choose(_: click.Context, __: click.Parameter, engine: str | None) -> None:
        if engine is not None:
            os.environ["CHEAPTALK_ENGINE"] = engine

    return click.Option(
        ["--engine"],
        type=click.Choice(["auto", "numpy", "compiled"]),
        expose_value=False,
        is_eager=True,
        callback=choose,
        help="Who plays large jobs: numpy, or the compiled turn (the same bits); default: auto.",
    )


def parsed(settings: tuple[str, ...], files: tuple[str, ...] = ()) -> dict[str, Any]:
    """`--with FILE` and `--set KEY=VALUE` options as changes; values are TOML, else words."""
    import tomllib

    changes: dict[str, Any] = {"with": list(files)} if files else {}
    wrong = []
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key.strip() or key.strip() == "with":
            wrong.append(
                f"--set {setting}: found no '='; valid: KEY=VALUE, as in oil.elasticity=0.2"
            )
            continue
        try:
            (changes[key.strip()],) = tomllib.loads(f"value = {value}").values()
        except (ValueError, RecursionError):
            changes[key.strip()] = value.strip()
    if wrong:
        raise Complaint("\n".join(wrong))
    return changes


preset_argument = click.argument("preset", default=DEFAULT)
set_option = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a parameter; repeatable."
)
with_option = click.option(
    "--with",
    "files",
    multiple=True,
    metavar="FILE",
    help="Lay a file of changes over the preset: TOML, or CSV as `cheaptalk table` gives it.",
)


def change_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--with FILE` and `--set KEY=VALUE`: the command takes them together as `changes`."""

    @with_option
    @set_option
    @functools.wraps(command)
    def changed(
        *given: Any, files: tuple[str, ...], settings: tuple[str, ...], **named: Any
    ) -> None:
        command(*given, changes=parsed(settings, files), **named)

    return changed


def preset_options(command: Callable[..., None]) -> Callable[..., None]:
    """PRESET, `--with FILE` and `--set KEY=VALUE`: the command takes the preset, read and checked.

    Nothing behind the command reads the files again.
    """

    @preset_argument
    @change_options
    @functools.wraps(command)
    def loaded(*given: Any, preset: str, changes: dict[str, Any], **named: Any) -> None:
        from model.preset.load import load

        command(*given, preset=load(preset, changes), **named)

    return loaded


SEED = click.IntRange(0, 2**64 - 1)
NUMBER = click.IntRange(0, 2**63 - 1)
WRITTEN = click.Path(path_type=Path, dir_okay=False, writable=True)
"""A file that a command writes: not a folder, and not one that may not be written."""

seed_option = click.option("--seed", default=0, type=SEED, help="Seed of all random draws.")
runs_option = click.option(
    "--runs", default=200, type=click.IntRange(10), help="Runs of each comparison."
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Result folder; default: one of its own in results/.",
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="Worker processes; default: all cores."
)


@dataclass(frozen=True)
class Said:
    """What a command answers: as JSON, and in words; what it tells beside, and its exit status."""

    json: str
    words: str
    beside: tuple[str, ...] = ()
    status: int = 0


def files(written: Iterable[Path]) -> Said:
    """The answer of a command that writes files: their names."""
    import json

    names = [str(each) for each in written]
    return Said(json.dumps({"files": names}, indent=1), "\n".join(names))


def answering(command: Callable[..., Said]) -> Callable[..., None]:
    """`--json` and `--quiet`: the command returns its answer, and shows that it is at work."""

    @json_option
    @quiet_option
    @functools.wraps(command)
    def answered(*given: Any, as_json: bool, quiet: bool, **named: Any) -> None:
        from experiments.engine.progress import working

        with working(command.__name__.strip("_").replace("_", " "), quiet=quiet):
            said = command(*given, **named)
        for line in said.beside:
            click.echo(line, err=True)
        if as_json or said.words:
            click.echo(said.json if as_json else said.words)
        if said.status:
            raise SystemExit(said.status)

    return answered
