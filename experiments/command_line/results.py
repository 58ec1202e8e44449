"""Commands about stored result folders."""

from pathlib import Path

import click


@click.group()
def results() -> None:
    """List, show, verify and compare result folders."""


folder_argument = click.argument("folder", type=click.Path(path_type=Path))


@results.command(name="list")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("results"))
def list_(folder: Path) -> None:
    """List the result folders in FOLDER."""
    from experiments.engine import folders

    click.echo(folders.listed(folder))


@results.command()
@folder_argument
def show(folder: Path) -> None:
    """Show what a result folder holds and what it says."""
    from experiments.engine import folders

    click.echo(folders.told(folder))


@results.command()
@folder_argument
def verify(folder: Path) -> None:
    """Check every file of a folder against its checksum; exit status 1 where one differs."""
    from experiments.engine.store import Blocks, verified

    mistakes = verified(folder)
    for line in mistakes:
        click.echo(f"{folder}: {line}", err=True)
    if mistakes:
        raise SystemExit(1)
    click.echo(f"{folder}: all {len(Blocks(folder, '').checksums())} files are as written")


@results.command(name="compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def compare_(first: Path, second: Path) -> None:
    """Compare two folders: settings that differ, and by how much their tables do."""
    from experiments.engine import folders

    click.echo(folders.compared(first, second))


COMMANDS = (results,)
