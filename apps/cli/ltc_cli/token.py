"""`ltc token`: a bearer token of the embedded issuer."""

import sys
from typing import Annotated

import typer
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.settings import Settings

from .output import USAGE_ERROR, CliError, command


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(token)


@command
def token(
    role: Annotated[list[str], typer.Option("--role", help="A role; may be given several times.")],
    sub: Annotated[str, typer.Option("--sub", help="Who acts.")] = "somebody",
    minutes: Annotated[float, typer.Option("--minutes", min=0.1, help="How long it is valid.")] = 60.0,
) -> None:
    """Print a token that the embedded stack of this directory accepts."""
    settings = Settings()
    try:
        issuer = Issuer(settings.data_dir.absolute() / "issuer", settings.issuer, settings.audience)
        sys.stdout.write(issuer.token(sub, [word for words in role for word in words.split(",")], seconds=minutes * 60) + "\n")
    except ValueError as error:
        raise CliError(str(error), USAGE_ERROR) from None
