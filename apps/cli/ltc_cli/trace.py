"""`ltc trace`: the story of a deal across all services, found by any of its ids."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from .installation import Installation, find_installation, run
from .output import FAILED, UNAVAILABLE, CliError, Json, command, out, print_json, print_rows
from .service_client import Token, client, request

MOST_DEALS = 5
ROUNDS = 3


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)


@command
def trace(
    id: Annotated[
        str, typer.Argument(help="Of a lead, deal, quote, contract, order, invoice, event, command … or a number such as an invoice's.")
    ],
    token: Token = "",
    as_json: Json = False,
) -> None:
    """Show who did what, and what followed from it, in every service, with trace ids. Shows no personal data."""
    steps, complete = run(story(find_installation(), id, token))
    if as_json:
        print_json({"steps": steps, "complete": complete})
    elif steps:
        print_steps(steps)
        if not complete:
            out.print("[yellow]more than is shown here[/yellow]")
    if not steps:
        raise CliError(f"no log knows {id}", FAILED)


async def story(here: Installation, id: str, token: str) -> tuple[list[dict[str, Any]], bool]:
    """Everything about an id, and about the deals it belongs to, oldest first; each event once, as its own service publishes it."""
    if not here.names:
        raise CliError("no stack runs here and LTC_NEIGHBOURS names no service", UNAVAILABLE)
    async with client(here, ("operator", "analyst"), token) as http:
        found, complete = await ask_all(here, http, [id])
        deals = sorted({step["correlation_id"] for step in found.values()})
        more, all_of_it = await ask_all(here, http, deals[:MOST_DEALS])
        found.update(more)
        for _ in range(ROUNDS):
            causes = {step["causation_id"] for step in found.values() if step["causation_id"]} - found.keys()
            earlier, _ = await ask_all(here, http, causes)
            known = {event: step for event, step in earlier.items() if event in causes}
            if not known:
                break
            found.update(known)
    steps = sorted(found.values(), key=lambda step: (step["recorded_at"], step["service"], step["position"]))
    return steps, complete and all_of_it and len(deals) <= MOST_DEALS


async def ask_all(here: Installation, http: Any, ids: Iterable[str]) -> tuple[dict[str, dict[str, Any]], bool]:
    """What every service knows about some ids, by event; copies of events of other services are left out."""
    questions = [(name, f"{here.url(name)}/trace/{id}") for id in ids for name in here.names]
    answers = await asyncio.gather(*(request(http, "GET", url) for _, url in questions))
    found: dict[str, dict[str, Any]] = {}
    complete = True
    for (name, _), reply in zip(questions, answers, strict=True):
        page = reply.json()
        complete = complete and page["complete"]
        for step in page["steps"]:
            if step["origin"] is None:
                found[step["event_id"]] = {"service": name, **step}
    return found, complete


def print_steps(steps: list[dict[str, Any]]) -> None:
    """Print the story; what follows from something stands below and to the right of it."""
    depth: dict[str, int] = {}
    rows = []
    for step in steps:
        depth[step["event_id"]] = depth.get(step["causation_id"], -1) + 1
        rows.append(
            {
                "recorded": step["recorded_at"][:23].replace("T", " "),
                "service": step["service"],
                "position": step["position"],
                "fact": "  " * min(depth[step["event_id"]], 12) + step["type"],
                "stream": f"{step['stream']} {step['stream_id'][:8]} v{step['version']}",
                "actor": step["actor"],
                "trace": step["trace_id"],
            }
        )
    print_rows(rows, as_json=False)
