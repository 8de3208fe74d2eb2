"""`ltc topics`: the topics as they should be and as they are."""

from typing import Any

import typer
from aiokafka.errors import KafkaError

from ..service import installed
from ..wire import topics
from .output import AWAY, WRONG, Json, Trouble, answer, command
from .place import place, run

app = typer.Typer(help="The Kafka topics of the services.", no_args_is_help=True)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="topics")


@app.command()
@command
def show(as_json: Json = False) -> None:
    """What should be and what is. Exits 1 when something is to be done."""
    found = reached(topics.show)
    answer([row(topic) for topic in found], as_json)
    if not all(topic.right for topic in found):
        raise typer.Exit(WRONG)


@app.command()
@command
def apply(as_json: Json = False) -> None:
    """Create what is missing and set what differs. A partition count is never changed."""
    try:
        done = reached(topics.apply)
    except topics.PartitionCountFixed as fixed:
        raise Trouble(str(fixed)) from None
    answer([row(topic) for topic in done], as_json, empty="nothing was to be done")


def reached(work: Any) -> list[topics.Found]:
    """Ask the broker."""
    try:
        found: list[topics.Found] = run(work(installed(), place().wire))
    except (KafkaError, TimeoutError) as error:
        raise Trouble(f"Kafka cannot be reached: {error}", AWAY) from None
    return found


def row(topic: topics.Found) -> dict[str, Any]:
    """A topic in a table."""
    differs = [f"{name} is {value or 'unset'}" for name, value in topic.differs.items()]
    return {"topic": topic.wanted.name, "partitions": topic.partitions, "wanted": topic.wanted.partitions,
            "state": "right" if topic.right else "missing" if not topic.partitions else "differs", "differs": differs}  # fmt: skip
