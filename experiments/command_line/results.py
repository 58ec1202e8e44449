"""Commands about stored result folders."""

from pathlib import Path

import click

from experiments.command_line.options import Said, answering, files


@click.group()
def results() -> None:
    """List, show, verify, compare, cite and export result folders."""


FOLDER = click.Path(path_type=Path)
folder_argument = click.argument("folder", type=FOLDER)


@results.command(name="list")
@click.argument("folder", type=FOLDER, default=Path("results"))
@answering
def list_(folder: Path) -> Said:
    """List the result folders in FOLDER: complete, or how far they are."""
    from experiments.engine import folders

    return Said(folders.as_json(folders.found_in(folder)), folders.listed(folder))


@results.command()
@folder_argument
@answering
def show(folder: Path) -> Said:
    """Show what a result folder holds and what it says."""
    from experiments.engine import folders

    found = folders.contents_of(folder)
    return Said(folders.as_json(found), folders.told(found))


@results.command()
@folder_argument
@answering
def verify(folder: Path) -> Said:
    """Check every file of a folder against its checksum; exit status 1 where one differs."""
    import json

    from experiments.engine.store import Blocks, verified

    mistakes, count = verified(folder), len(Blocks(folder, "").checksums())
    plain = json.dumps({"folder": str(folder), "files": count, "mistakes": mistakes}, indent=1)
    if mistakes:
        beside = tuple(f"{folder}: {line}" for line in mistakes)
        return Said(plain, "", beside, status=1)
    return Said(plain, f"{folder}: all {count} files are as written")


@results.command(name="compare")
@click.argument("first", type=FOLDER)
@click.argument("second", type=FOLDER)
@answering
def compare_(first: Path, second: Path) -> Said:
    """Compare two folders: settings that differ, verdicts with their intervals, and tables."""
    from experiments.engine import comparison

    found = comparison.compared(first, second)
    return Said(comparison.as_json(found), comparison.in_words(found))


@results.command()
@folder_argument
@answering
def cite(folder: Path) -> Said:
    """Print a BibTeX entry for a result: version, commit, preset, seed, and a digest of it."""
    import json
    from dataclasses import asdict

    from experiments.engine.citation import citation

    found = citation(folder)
    return Said(json.dumps(asdict(found) | {"bibtex": found.bibtex}, indent=1), found.bibtex)


@results.command(name="csv")
@folder_argument
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Another folder.")
@answering
def csv_(folder: Path, out: Path | None) -> Said:
    """Write the tables of a result folder as CSV, beside those in Parquet."""
    from experiments.engine import csv_tables

    return files(csv_tables.written(folder, out))


COMMANDS = (results,)
