"""`ltc map`: which service consumes which event, and which role may use which operation, from the code, as Markdown."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

import typer
from ltc_events import event_classes
from ltc_runtime.http.api import Api
from ltc_runtime.http.roles import Role
from ltc_runtime.http.trace import trace_routes
from ltc_runtime.messaging import feed
from ltc_runtime.service import Service, installed, load

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
    sys.stdout.write("\n".join([*event_flow(services), "", *permissions(services)]) + "\n")


def reactions(services: Iterable[Service]) -> Iterator[dict[str, str]]:
    """Every event that a service consumes: its publisher, and the policy or read model that handles it."""
    for service in services:
        for event, policies in service.policies_of.items():
            for policy in policies:
                yield {"publisher": event.origin(), "event": event.__name__, "consumer": service.name, "policy": policy.name}
        shown = {on.event for projection in service.projections for on in projection.ons} - set(service.policies_of)
        for event in sorted(shown, key=lambda event: event.__name__):
            if event.origin() != service.name:
                yield {"publisher": event.origin(), "event": event.__name__, "consumer": service.name, "policy": "(read model)"}


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


def event_flow(services: Sequence[Service]) -> Iterator[str]:
    """Which service consumes which event, as a table."""
    yield from ("### Which service consumes which event", "", "| publisher | event | consumer | policy or read model |", "|--|--|--|--|")
    order = [service.name for service in services]
    rows = sorted(
        reactions(services), key=lambda row: (*map(order.index, (row["publisher"], row["consumer"])), row["event"], row["policy"])
    )
    for row in rows:
        policy = row["policy"] if row["policy"].startswith("(") else f"`{row['policy']}`"
        yield f"| {row['publisher']} | `{row['event']}` | {row['consumer']} | {policy} |"
    consumed = {row["event"] for row in rows if row["publisher"] != row["consumer"]}
    published = sorted(event.__name__ for event in event_classes().values() if event.published and event.origin() in order)
    rest = [name for name in published if name not in consumed]
    if rest:
        yield from ("", "Published, and consumed by no service: " + ", ".join(f"`{name}`" for name in rest) + ".")


def permissions(services: Sequence[Service]) -> Iterator[str]:
    """Role × operation, as a table."""
    yield from ("### Which role may use which operation", "", f"| operation | {' | '.join(ORDER)} |", f"|--|{'--|' * len(ORDER)}")
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
