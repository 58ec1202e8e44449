"""Commands by which a crisis of one's own is begun and checked."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from experiments.command_line.options import Complaint, Said, answering, files, preset_options

if TYPE_CHECKING:
    from model.preset.load import Preset

TABLE = click.Path(path_type=Path, dir_okay=False, exists=True)
DAY = click.DateTime(["%Y-%m-%d"])
FEATURES = ("programme", "proxies", "strait", "drones")


@click.command()
@preset_options
@answering
def check(preset: "Preset") -> Said:
    """List what is undecided in PRESET, who sides with whom, and which defaults act."""
    from experiments.answer import decisions

    found = decisions.checked(preset)
    return Said(decisions.as_json(found), decisions.in_words(found, preset))


def asked_for_patrons(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """The patrons given, or those that are typed in."""
    if given:
        return given
    asked = click.prompt("Patrons, who may help a side (as united_states,japan)")
    return tuple(each.strip() for each in asked.split(","))


@click.command()
@click.argument("name")
@click.option("--target", prompt="Who is attacked (as taiwan)", help="The state attacked.")
@click.option("--challenger", prompt="Who attacks (as china)", help="The state that attacks.")
@click.option("--start", type=DAY, prompt="First day (YYYY-MM-DD)", help="The first day.")
@click.option("--until", type=DAY, prompt="Last day (YYYY-MM-DD)", help="The last day.")
@click.option(
    "--patron", "patrons", multiple=True, callback=asked_for_patrons,
    help="A state that may help one side; repeatable.",
)  # fmt: skip
@click.option("--attack-day", type=DAY, help="Day of the attack; default: its own decision.")
@click.option(
    "--turn-days", default=7.0, type=click.FloatRange(0.05, 366),
    help="Length of a turn in days.",
)  # fmt: skip
@click.option(
    "--has", "features", multiple=True, type=click.Choice(FEATURES),
    help="What is off unless declared; repeatable.",
)  # fmt: skip
@click.option("--capabilities", type=TABLE, help="CSV by country and year, for anchors.")
@click.option("--affinity", type=TABLE, help="CSV by pair and year, for anchors.")
@click.option(
    "--country", "countries", multiple=True, metavar="STATE=CODE",
    help="A state's code in these tables, as united_states=USA; repeatable.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder; default: NAME."
)
@answering
def new(
    name: str,
    target: str,
    challenger: str,
    patrons: tuple[str, ...],
    start: datetime,
    until: datetime,
    attack_day: datetime | None,
    turn_days: float,
    features: tuple[str, ...],
    capabilities: Path | None,
    affinity: Path | None,
    countries: tuple[str, ...],
    out: Path | None,
) -> Said:
    """Begin a crisis of your own, NAME: a preset, and profiles with all that must be decided."""
    from experiments.answer.anchors import tables
    from experiments.answer.new_crisis import Crisis, write

    crisis = Crisis(
        name, target, challenger, patrons, start.date(), until.date(),
        attack_day.date() if attack_day else None, turn_days, features,
    )  # fmt: skip
    known = tables(coded(countries, crisis.players), capabilities, affinity)
    folder = out or Path(name)
    written = write(crisis, known, folder)
    further = (
        f"\nDecide the figures of {folder / 'states'}, then:\n"
        f"  cheaptalk check {written[0]}\n  cheaptalk run {written[0]}"
    )
    return replace(files(written), beside=(further,))


def coded(countries: tuple[str, ...], players: tuple[str, ...]) -> dict[str, str]:
    """The codes of states; a Complaint names what is no player or has no code."""
    found, wrong = dict[str, str](), []
    for each in countries:
        state, _, code = each.partition("=")
        if not code or state not in players:
            wrong.append(
                f"--country {each}: valid: STATE=CODE with a state of {', '.join(players)}"
            )
        found[state] = code
    if wrong:
        raise Complaint("\n".join(wrong))
    return found


COMMANDS = (new, check)
