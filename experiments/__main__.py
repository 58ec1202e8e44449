"""The command line. Heavy imports wait until a command needs them."""

import gc

import click

from experiments.command_line import ask, crises, history, results, study, theory
from experiments.command_line.options import Complaint, allow_code_option, engine_option


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
        except KeyboardInterrupt:
            told = "\nInterrupted. Nothing is left half-written; the same command begins again."
            click.echo(told, err=True)
            raise SystemExit(130) from None
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


for room in (ask, crises, study, results, history, theory):
    for each in room.COMMANDS:
        main.add_command(each)
        if {"preset", "file", "folder"} & {param.name for param in each.params}:
            each.params += [allow_code_option(), engine_option()]


if __name__ == "__main__":
    main(prog_name="cheaptalk")
