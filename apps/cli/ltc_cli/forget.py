"""`ltc forget`: erase a person in every service that keeps people, by deleting the keys of everything that says who they are."""

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import httpx
import typer
from ltc_runtime.service import load

from .installation import Installation, find_installation, run
from .output import FAILED, REFUSED, USAGE_ERROR, CliError, command, out, print_rows
from .service_client import Token, client, problem_text, request

FORGET, FIND = "/people/{subject_id}/forget", "/people/find"
KEEPER = "lead-svc"
"""Reports a person who was forgotten before; other services no longer know the id then."""
ROLES = ("operator",)

Subjects = Annotated[list[UUID] | None, typer.Argument(metavar="[SUBJECT]...", help="A contact_id, or the subject_id of a name elsewhere.")]
Named = Annotated[
    str, typer.Option("--named", help="Also find people of this name who have an id of their own, such as in decision chains.")
]
Yes = Annotated[bool, typer.Option("--yes", help="All people found are the person: do not ask.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forget)


@command
def forget(subjects: Subjects = None, named: Named = "", yes: Yes = False, token: Token = "") -> None:
    """Erase a person in every service, for good: their personal data and that of merged contacts becomes unreadable.

    A name in a decision chain has an id of its own; --named finds those. Other people may have the same name:
    the command asks about each, and --yes confirms all.
    """
    if not subjects and not named:
        raise CliError("name a person: a SUBJECT, or --named", USAGE_ERROR)
    here = find_installation()
    for subject in subjects or ():
        now = run(erase(here, subject, token))
        out.print(f"{subject} is forgotten" if now else f"{subject} was forgotten before; nothing was left to do")
    if named:
        forget_named(here, named, yes, token)


def forget_named(here: Installation, name: str, yes: bool, token: str) -> None:
    """Show who is called so, and forget those who are meant."""
    people = run(find(here, name, token))
    print_rows(people, as_json=False, empty=f"no other person is called {name}")
    if people and not yes and not sys.stdin.isatty():
        raise CliError("none of them is forgotten: say --yes if all of them are the person, or forget each by its subject_id", FAILED)
    for person in people:
        if yes or typer.confirm(f"Forget {person['name']} ({person['subject_id']})?"):
            run(erase(here, UUID(person["subject_id"]), token))
            out.print(f"{person['subject_id']} is forgotten")


async def erase(here: Installation, subject: UUID, token: str) -> bool:
    """Ask every service that keeps people; returns whether it had not been done before.

    Raises:
        CliError: none of them knows the id, or one cannot be asked or refuses.
    """
    now, unknown = list[bool](), list[str]()
    async with client(here, ROLES, token) as http:
        for service in that_have(here, FORGET):
            url = f"{here.url(service)}{FORGET.format(subject_id=subject)}"
            reply = await request(http, "POST", url, answers=(httpx.codes.NOT_FOUND,))  # it may be no id of its own
            if reply.status_code == httpx.codes.NOT_FOUND:
                unknown.append(problem_text(reply))
            else:
                now.append(service != KEEPER or "told=" in reply.headers["LTC-Position"])
    if not now:
        raise CliError("; ".join(unknown), REFUSED)
    return any(now)


async def find(here: Installation, name: str, token: str) -> Sequence[dict[str, Any]]:
    """Everybody called so, by every service that finds people by their name."""
    people: list[dict[str, Any]] = []
    async with client(here, ROLES, token) as http:
        for service in that_have(here, FIND):
            found = (await request(http, "POST", f"{here.url(service)}{FIND}", {"name": name})).json()
            if found["more"]:
                raise CliError(f"{service} knows too many people called {name}: say more of the name", USAGE_ERROR)
            people += [{"service": service, **person} for person in found["data"]]
    return people


def that_have(here: Installation, path: str) -> Iterator[str]:
    """The services that have this operation."""
    for name in here.names:
        if any(one.path == path for api in load(name).apis for one in api.operations):
            yield name
