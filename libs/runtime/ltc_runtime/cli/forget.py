"""`ltc forget`: erase a person, by deleting the key of everything that says who they are."""

from uuid import UUID

import typer

from .http import Token, ask, client
from .output import command, out
from .place import Place, place, run

KEEPER = "lead-svc"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forget)


@command
def forget(subject: UUID, token: Token = "") -> None:
    """Erase a person for good: name, mail and phone become unreadable, also of contacts merged with theirs. SUBJECT is a contact_id."""
    now = run(erase(place(), subject, token))
    out.print(f"{subject} is forgotten" if now else f"{subject} was forgotten before; nothing was left to do")


async def erase(here: Place, subject: UUID, token: str) -> bool:
    """Ask the service that keeps people; returns whether it had not been done before."""
    async with client(here, ("operator",), token) as http:
        reply = await ask(http, "POST", f"{here.url(KEEPER)}/people/{subject}/forget")
    return "told=" in reply.headers["LTC-Position"]
