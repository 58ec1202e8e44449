"""Commands that conduct experiments."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any  # an option may hold any TOML value

import click

from experiments.command_line.options import (
    SEED,
    Complaint,
    json_option,
    out_option,
    parsed,
    preset_argument,
    quiet_option,
    seed_option,
    set_option,
    with_option,
    workers_option,
)

Command = Callable[..., None]

executor_option = click.option(
    "--executor", default="local", metavar="WHO", help="local, dask, or tcp://host:port."
)
patron_option = click.option(
    "--patron", default="", show_default=False, help="Whose policy; default: the first patron."
)
act_option = click.option(
    "--act",
    "acts",
    multiple=True,
    help="What talk is compared with; repeatable; default: arms, force.",
)


draws_option = click.option(
    "--draws", "posterior", default=0, type=click.IntRange(0, 200),
    help="Draws of the weights' posterior that the interval covers as well.",
)  # fmt: skip


def runs_of(default: int) -> Callable[[Command], Command]:
    """The option of runs a point."""
    return click.option("--runs", default=default, type=click.IntRange(2), help="Runs a point.")


def playing(command: Command) -> Command:
    """The options of every command that plays an experiment."""
    for option in (
        json_option,
        quiet_option,
        workers_option,
        executor_option,
        out_option,
        set_option,
        with_option,
        seed_option,
    ):
        command = option(command)
    return command


def conducted(design: Any, preset: Any, how: dict[str, Any]) -> None:
    """Conduct a design and print what it says."""
    from experiments.engine import workers as executor
    from experiments.engine.manifest import words_of_call
    from experiments.study import conduct as experiment

    executor.refuse_unknown(how["executor"])
    finish(experiment.prepared(design, preset, how["out"], words_of_call()), how)


def finish(work: Any, how: dict[str, Any]) -> None:
    """Play what is missing and print what it says."""
    from experiments.engine.batch import all_workers
    from experiments.study import conduct as experiment

    found = experiment.conduct(
        work,
        executor=how["executor"],
        workers=how["workers"] or all_workers(),
        quiet=how["quiet"],
    )
    told = experiment.as_json if how["as_json"] else experiment.in_words
    click.echo(told(found, work))


def made(how: dict[str, Any], **fields: Any) -> tuple[Any, Any]:
    """The design that a one-line command means, and its preset, both checked."""
    from experiments.study.design import Design, complete

    given = {key: value for key, value in fields.items() if value not in ("", (), None, [], {})}
    return complete(Design(seed=how["seed"], set=laid(how["settings"], how["files"]), **given))


def named(preset: str) -> str:
    """The name of a preset that is given by its name or path."""
    return Path(preset).stem


def laid(settings: tuple[str, ...], files: tuple[str, ...]) -> dict[str, Any]:
    """The changes of `--set` and `--with`; a file's path is absolute, so `resume` finds it."""
    from experiments.study.design import rooted

    return rooted(parsed(settings, files), Path.cwd())


def ranges(option: str, texts: tuple[str, ...]) -> dict[str, Any]:
    """`KEY=LO:HI:N` and `KEY=a,b,c` as factors."""
    from experiments.study.factors import Factor, number_or_word

    factors: dict[str, Any] = {}
    for text in texts:
        key, sign, extent = text.partition("=")
        parts = extent.split(":")
        try:
            if not sign or not key.strip() or len(parts) not in (1, 3):
                raise ValueError
            if key.strip() in factors:
                raise Complaint(f"{option} {text}: {key.strip()} is given twice; valid: once")
            if len(parts) == 1:
                values = [number_or_word(each.strip()) for each in extent.split(",")]
                factors[key.strip()] = Factor(values=values)
            else:
                low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
                if not math.isfinite(low + high):
                    raise ValueError
                factors[key.strip()] = Factor(low=low, high=high, count=count)
        except (ValueError, IndexError) as error:
            raise Complaint(
                f"{option} {text}: valid: KEY=LOW:HIGH:COUNT with a count of 2 or more, "
                "or KEY=VALUE,VALUE,..."
            ) from error
    return factors


# ------------------------------------------------------------------- experiments


@click.command()
@click.argument("file")
@click.option("--runs", type=click.IntRange(2), help="Runs a point, instead of the file's.")
@click.option("--seed", type=SEED, help="Seed, instead of the file's.")
@set_option
@with_option
@click.option("--block", type=click.IntRange(1), help="Least runs of a stored block.")
@out_option
@executor_option
@workers_option
@quiet_option
@json_option
def experiment(
    file: str,
    runs: int | None,
    seed: int | None,
    settings: tuple[str, ...],
    files: tuple[str, ...],
    block: int | None,
    **how: Any,
) -> None:
    """Conduct the experiment of FILE, or of a ready one by its name."""
    from experiments.study.design import read

    given = {"runs": runs, "seed": seed, "block": block}
    overrides = {key: value for key, value in given.items() if value is not None}
    conducted(*read(file, overrides, laid(settings, files)), how)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@executor_option
@workers_option
@quiet_option
@json_option
def resume(folder: Path, **how: Any) -> None:
    """Go on with an experiment that was interrupted, in its FOLDER."""
    from experiments.engine.workers import refuse_unknown
    from experiments.study.conduct import resumed

    refuse_unknown(how["executor"])
    finish(resumed(folder), how)


@click.command()
@preset_argument
@patron_option
@runs_of(1000)
@act_option
@draws_option
@click.option("--doctrine", is_flag=True, help="Each policy as known to all from the first day.")
@playing
def duel(
    preset: str,
    patron: str,
    runs: int,
    acts: tuple[str, ...],
    posterior: int,
    doctrine: bool,
    **how: Any,
) -> None:
    """Talk against silence, mediation, arms, force and the own choice, on the same draws."""
    from experiments.engine.duel import ACTS, BASELINES

    if doctrine:
        announced(preset, patron, runs, how)
        return
    ready = made(
        how, title=f"{named(preset)}: talk or intervention?", kind="duel", preset=preset, runs=runs,
        patron=patron, acts=list(acts or (*BASELINES, *ACTS)), own=True, keep="runs", draws="same",
        posterior=posterior,
    )  # fmt: skip
    conducted(*ready, how)


def announced(preset: str, patron: str, runs: int, how: dict[str, Any]) -> None:
    """Print what each policy of a patron does as a doctrine."""
    from experiments.answer import doctrine
    from experiments.engine.batch import all_workers
    from experiments.engine.duel import proteges
    from experiments.engine.progress import working
    from model.preset.load import load

    ready = load(preset, parsed(how["settings"], how["files"]))
    with working("doctrines", quiet=how["quiet"]):
        found = doctrine.doctrines(
            ready, patron or next(iter(proteges(ready)), ""), runs,
            seed=how["seed"], workers=how["workers"] or all_workers(),
        )  # fmt: skip
    label = {name: each.label for name, each in ready.profiles.items()}
    click.echo(doctrine.as_json(found) if how["as_json"] else doctrine.in_words(found, label))


@click.command()
@preset_argument
@click.option("--x", required=True, metavar="KEY=LO:HI:N", help="The parameter across.")
@click.option("--y", required=True, metavar="KEY=LO:HI:N", help="The parameter upward.")
@patron_option
@runs_of(400)
@act_option
@draws_option
@click.option("--full", is_flag=True, help="All runs in every cell, not only along the contour.")
@playing
def phase(
    preset: str,
    x: str,
    y: str,
    patron: str,
    runs: int,
    acts: tuple[str, ...],
    posterior: int,
    full: bool,
    **how: Any,
) -> None:
    """Where talk beats intervention over two parameters, with the contour and its band."""
    from experiments.study.design import PhaseOptions

    factors = ranges("--x", (x,)) | ranges("--y", (y,))
    ready = made(
        how, title=f"{' and '.join(factors)}: where does talk beat intervention?", kind="phase",
        preset=preset, factors=factors, patron=patron, runs=runs, acts=list(acts),
        phase=PhaseOptions(refine=not full), posterior=posterior,
    )  # fmt: skip
    conducted(*ready, how)


@click.command()
@preset_argument
@click.option(
    "--x", "xs", required=True, multiple=True, metavar="KEY=LO:HI:N",
    help="A parameter, or KEY=a,b,c; repeatable: one at a time, or all with --grid.",
)  # fmt: skip
@click.option("--grid", is_flag=True, help="Every combination of two parameters.")
@patron_option
@runs_of(400)
@act_option
@playing
def sweep(
    preset: str,
    xs: tuple[str, ...],
    grid: bool,
    patron: str,
    runs: int,
    acts: tuple[str, ...],
    **how: Any,
) -> None:
    """The advantage of talk along parameters, as lines with bands."""
    from experiments.study.design import Sampling

    factors = ranges("--x", xs)
    ready = made(
        how, title=f"{', '.join(factors)}: talk or intervention?", kind="sweep",
        preset=preset, factors=factors, patron=patron, runs=runs, acts=list(acts), own=True,
        draws="same", sampling=Sampling(method="grid" if grid else "each"),
    )  # fmt: skip
    conducted(*ready, how)


@click.command()
@preset_argument
@click.option(
    "--x", "xs", multiple=True, metavar="KEY=LO:HI", help="Only these; default: all declared."
)
@click.option("--spread", default=0.25, help="Ranges: value x (1 ± this).")
@click.option("--trajectories", default=10, help="Trajectories of Morris.")
@click.option("--top", default=8, help="How many go on to Sobol; 0: all.")
@click.option("--base", default=64, help="Base sample of Sobol, a power of 2.")
@patron_option
@runs_of(8)
@act_option
@playing
def sensitivity(
    preset: str,
    xs: tuple[str, ...],
    spread: float,
    trajectories: int,
    top: int,
    base: int,
    patron: str,
    runs: int,
    acts: tuple[str, ...],
    **how: Any,
) -> None:
    """Which parameters move the advantage of talk: Morris over all, Sobol over the foremost."""
    options = {"spread": spread, "trajectories": trajectories, "top": top, "base": base}
    ready = made(
        how, title=f"{named(preset)}: what moves the advantage of talk?", kind="sensitivity",
        preset=preset, factors=ranges("--x", extents(xs)), patron=patron, runs=runs,
        acts=list(acts), sensitivity=checked("sensitivity", options),
    )  # fmt: skip
    conducted(*ready, how)


@click.command()
@preset_argument
@click.option(
    "--x", "xs", required=True, multiple=True, metavar="KEY=LO:HI", help="A parameter; repeatable."
)
@click.option("--points", default=512, type=click.IntRange(20))
@click.option("--density", default=0.8, help="Least share of talk in a box.")
@patron_option
@runs_of(40)
@act_option
@playing
def discover(
    preset: str,
    xs: tuple[str, ...],
    points: int,
    density: float,
    patron: str,
    runs: int,
    acts: tuple[str, ...],
    **how: Any,
) -> None:
    """In which boxes of the parameters talk beats intervention, as rules in words."""
    from experiments.study.design import Sampling

    ready = made(
        how, title=f"{named(preset)}: in which circumstances does talk win?", kind="discover",
        preset=preset, factors=ranges("--x", extents(xs)), patron=patron, runs=runs,
        acts=list(acts), sampling=Sampling(method="latin", points=points),
        discover=checked("discover", {"density": density}),
    )  # fmt: skip
    conducted(*ready, how)


def extents(texts: tuple[str, ...]) -> tuple[str, ...]:
    """`KEY=LO:HI` with a count that does not matter where points are spread."""
    return tuple(f"{each}:2" if each.count(":") == 1 else each for each in texts)


def checked(kind: str, options: dict[str, Any]) -> Any:
    """A kind's options; a Complaint names what is out of range."""
    from pydantic import ValidationError

    from experiments.study.design import Design

    try:
        return Design.model_fields[kind].annotation(**options)  # type: ignore[misc]  # a model class
    except ValidationError as error:
        lines = [
            f"--{each['loc'][0]}: found {each['input']!r}; valid: {each['msg'].lower()[16:]}"
            for each in error.errors()
        ]
        raise Complaint("\n".join(lines)) from error


@click.command()
@preset_argument
@click.option("--first", multiple=True, metavar="KEY=VALUE", help="Changes of the first side.")
@click.option("--second", multiple=True, metavar="KEY=VALUE", help="Changes of the second side.")
@click.option("--first-with", multiple=True, metavar="FILE", help="File of the first side.")
@click.option("--second-with", multiple=True, metavar="FILE", help="File of the second side.")
@patron_option
@runs_of(400)
@playing
def compare(
    preset: str,
    first: tuple[str, ...],
    second: tuple[str, ...],
    first_with: tuple[str, ...],
    second_with: tuple[str, ...],
    patron: str,
    runs: int,
    **how: Any,
) -> None:
    """Two configurations on the same random draws: what changes, in which runs, by which term."""
    if not (first or second or first_with or second_with):
        raise Complaint("--second: missing; valid: KEY=VALUE, as in russia.ties.israel=0")
    one, other = (
        ", ".join(each) or "as it is" for each in (first_with + first, second_with + second)
    )
    ready = made(
        how, title=f"{named(preset)}: {other} against {one}", kind="compare", preset=preset,
        first=laid(first, first_with), second=laid(second, second_with), patron=patron, runs=runs,
        own=True, keep="runs", draws="same",
    )  # fmt: skip
    conducted(*ready, how)


COMMANDS = (experiment, resume, duel, phase, sweep, sensitivity, discover, compare)
