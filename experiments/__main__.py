"""The command line. Heavy imports wait until a command needs them."""

import gc

import click

from experiments.command_line import ask, crises, guide, history, results, study, theory
from experiments.command_line.options import Complaint, allow_code_option, engine_option

NOTHING_KEPT = "Nothing is left half-written; the same command begins again."


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
        except (KeyboardInterrupt, click.Abort) as stop:
            if isinstance(stop, click.Abort) and not isinstance(
                stop.__context__, KeyboardInterrupt
            ):
                raise
            kept = getattr(stop, "__notes__", [NOTHING_KEPT])
            click.echo(f"\nInterrupted. {kept[0]}", err=True)
            raise SystemExit(130) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename is not None else ""
            raise Complaint(f"{where}{error.strerror or error}") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what they are used for."""
        for title, names in guide.GROUPS.items():
            with formatter.section(title):
                told = {name: self.commands[name].get_short_help_str(100) for name in names}
                formatter.write_dl(list(told.items()))


SETTINGS = {"help_option_names": ["-h", "--help"], "show_default": True}


@click.group(cls=Group, context_settings=SETTINGS)
@click.version_option(package_name="cheaptalk")
def main() -> None:
    """When do words beat intervention? Alliance commitments as a repeated game."""
    gc.set_threshold(100_000, 20, 20)  # imports leave no garbage to be looked for


for room in (ask, crises, study, results, history, theory):
    for each in room.COMMANDS:
        main.add_command(each)
        if {"preset", "file", "folder"} & {param.name for param in each.params}:
            each.params += [allow_code_option(), engine_option()]
        parts = each.commands if isinstance(each, click.Group) else {"": each}
        for part, command in parts.items():
            command.epilog = guide.epilog(f"{each.name} {part}".rstrip(), command)


if __name__ == "__main__":
    main(prog_name="cheaptalk")
