"""Options that several commands share, and how their values are read."""

from typing import Any  # an option may hold any TOML value

import click

DEFAULT = "iran-2025"


class Complaint(click.ClickException):
    """A mistake in what the user gave: its message and exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the message alone, a line for each mistake."""
        click.echo(self.message, err=True)


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
runs_option = click.option(
    "--runs", default=200, type=click.IntRange(10), help="Runs of each comparison."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
workers_option = click.option(
    "--workers", type=click.IntRange(1), help="Worker processes; default: all cores."
)
