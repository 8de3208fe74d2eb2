"""`ltc map`: who may do what, and who hears whom, printed from the code as Markdown."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import typer
from ltc_events import event_classes
from ltc_runtime.http.api import Api
from ltc_runtime.http.roles import Role
from ltc_runtime.http.trace import trace_routes
from ltc_runtime.messaging import feed
from ltc_runtime.service import Service, installed, load, policy_name

from .output import Json, command, print_json

ORDER: tuple[str, ...] = get_args(Role)
EVERY = "every service"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="map")(show_map)


@command
def show_map(as_json: Json = False) -> None:
    """Print which service consumes which event, and which role may use which operation."""
    services = [load(name) for name in installed()]
    if as_json:
        print_json({"reactions": list(reactions(services)), "operations": list(operations(services))})
        return
    sys.stdout.write("\n".join([*conversation(services), "", *permissions(services)]) + "\n")


def reactions(services: Iterable[Service]) -> Iterator[dict[str, str]]:
    """Every reaction: who hears what from whom, and what it does then."""
    for service in services:
        for event, policies in service.reacts.items():
            for policy in policies:
                yield {"teller": event.origin(), "event": event.__name__, "listener": service.name, "policy": policy_name(policy)}
        shown = {on.event for projection in service.shows for on in projection.ons} - set(service.reacts)
        for event in sorted(shown, key=lambda event: event.__name__):
            if event.origin() != service.name:
                yield {"teller": event.origin(), "event": event.__name__, "listener": service.name, "policy": "(shows it)"}


def operations(services: Iterable[Service]) -> Iterator[dict[str, object]]:
    """Every operation and the roles that may use it; last those that every service has."""
    for service in services:
        yield from operations_of(service.name, service.apis)
    yield from operations_of(EVERY, (trace_routes(), feed.api))


def operations_of(service: str, apis: Iterable[Api]) -> Iterator[dict[str, object]]:
    """The operations of these routes."""
    for api in apis:
        for one in api.operations:
            yield {
                "service": service,
                "operation": one.id,
                "method": one.method,
                "path": one.path,
                "roles": in_order(one.roles),
                "public": one.gate is not None,
            }


def conversation(services: Sequence[Service]) -> Iterator[str]:
    """Who hears whom, as a table."""
    yield from ("### Who hears whom", "", "| teller | fact | listener | does |", "|--|--|--|--|")
    order = [service.name for service in services]
    rows = sorted(reactions(services), key=lambda row: (*map(order.index, (row["teller"], row["listener"])), row["event"], row["policy"]))
    for row in rows:
        policy = row["policy"] if row["policy"].startswith("(") else f"`{row['policy']}`"
        yield f"| {row['teller']} | `{row['event']}` | {row['listener']} | {policy} |"
    heard = {row["event"] for row in rows if row["teller"] != row["listener"]}
    told = sorted(event.__name__ for event in event_classes().values() if event.published and event.origin() in order)
    rest = [name for name in told if name not in heard]
    if rest:
        yield from ("", "Told, and heard by no service: " + ", ".join(f"`{name}`" for name in rest) + ".")


def permissions(services: Sequence[Service]) -> Iterator[str]:
    """Role × operation, as a table."""
    yield from ("### Who may do what", "", f"| operation | {' | '.join(ORDER)} |", f"|--|{'--|' * len(ORDER)}")
    before = None
    for row in operations(services):
        if row["service"] != before:
            before = row["service"]
            yield f"| **{before}** | {' | '.join('' for _ in ORDER)} |"
        roles = row["roles"]
        assert isinstance(roles, list)
        what = f"`{row['operation']}` {row['method']} {row['path']}{' (open to the public)' if row['public'] else ''}"
        yield f"| {what} | {' | '.join('●' if role in roles else '' for role in ORDER)} |"


def in_order(roles: Iterable[str]) -> list[str]:
    """Roles in the order a deal meets them."""
    return sorted(roles, key=lambda role: ORDER.index(role) if role in ORDER else len(ORDER))
