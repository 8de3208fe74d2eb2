"""The ``ltc`` command. The module of a command is imported when the command is used."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from .output import EXIT_CODES

COMMANDS = {
    "up": ("stack", "Start PostgreSQL, Kafka and the services on this machine and leave them running."),
    "down": ("stack", "Stop the stack that runs here. Its data stays."),
    "status": ("stack", "Show each process of each service: ready, how far its log is, what waits."),
    "demo": ("demo", "Start the stack if none runs, drive deals from a file through the five services, and report."),
    "import": ("file_import", "Import the deals or the leads of FILE. The same file again changes nothing."),
    "forms": ("forms", "Write the forms of FILES as versions. A form without a change gets no new version."),
    "serve": ("serve", "Run one process of a service; everything else comes from the environment (.env.example lists it)."),
    "migrate": ("serve", "Create or update the tables of a service (LTC_OWNER_DATABASE for the login that LTC_DATABASE names)."),
    "token": ("token", "Print a token that the embedded stack of this directory accepts."),
    "asyncapi": ("asyncapi", "Print the AsyncAPI 3.0 document of these services, to be read by other tools."),
    "verify": ("log", "Verify the hash chain of each log and compare it with the copies in other services. Exits 1 if anything is wrong."),
    "rebuild": ("log", "Rebuild read models from the log beside the live ones and swap them in; commands go on meanwhile."),
    "republish": ("log", "Publish every published event again, after a topic was lost. Consumers skip what they have."),
    "trace": ("trace", "Show who did what, and what followed from it, in every service, with trace ids. Shows no personal data."),
    "forget": ("forget", "Erase a person in every service, for good: their personal data and that of merged contacts becomes unreadable."),
    "map": ("service_map", "Print which service consumes which event, and which role may use which operation."),
    "site": ("containers", "Run what the containers of deploy/compose.yaml run beside the services."),
    "clock": ("clock", "Show or set the business clock of the embedded stack."),
    "topics": ("topics", "Show or change the Kafka topics of the services."),
    "parked": ("parked", "Show, retry or skip policies' work that was refused, and what waits behind it."),
}
"""Command → its module and its line in `ltc --help`."""


class Commands(TyperGroup):
    """The commands of `ltc`: lines of help, each replaced by the command itself when that is used."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is used."""
        if args[0] in COMMANDS:
            self.add_command(loaded(args[0]), args[0])
        return super().resolve_command(ctx, args)


def loaded(name: str) -> Any:
    """The command, from its module."""
    module = typer.Typer()
    import_module(f".{COMMANDS[name][0]}", __package__).add_to(module)
    return get_group(module).commands[name]


app = typer.Typer(name="ltc", cls=Commands, epilog=EXIT_CODES, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def ltc() -> None:
    """OpenLTC: from lead to cash. The embedded stack, and what operators need."""
