"""`ltc topics`: the topics as they should be and as they are."""

from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from ltc_runtime.messaging import acl, topics
from ltc_runtime.service import installed, load

from .installation import find_installation, run
from .output import FAILED, UNAVAILABLE, CliError, Json, command, print_rows

app = typer.Typer(help="Show or change the Kafka topics of the services.", no_args_is_help=True)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="topics")


@app.command()
@command
def show(as_json: Json = False) -> None:
    """Show each topic as it should be and as it is. Exits 1 when they differ."""
    found = reached(topics.show)
    print_rows([row(topic) for topic in found], as_json)
    if not all(topic.right for topic in found):
        raise typer.Exit(FAILED)


@app.command()
@command
def apply(as_json: Json = False) -> None:
    """Create what is missing and set what differs. A partition count is never changed."""
    try:
        done = reached(topics.apply)
    except topics.PartitionCountFixed as fixed:
        raise CliError(str(fixed)) from None
    print_rows([row(topic) for topic in done], as_json, empty="nothing to do")


@app.command(name="access")
@command
def show_access(
    do: Annotated[
        bool, typer.Option("--apply", help="Grant what is missing and take back what is too much, as the cluster's operator.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the brokers' access list, from the code. With --apply, set it and print the changes."""
    here = find_installation()
    settings = here.wire if do or here.stack else here.settings
    wanted = acl.grants([load(name) for name in installed()], settings)
    if not do:
        print_rows([line(grant) for grant in wanted], as_json)
        return
    try:
        granted, taken = run(acl.apply(wanted, settings))
    except acl.NoAccessLists:
        raise CliError("the cluster keeps no access lists: set authorizer.class.name at the brokers", FAILED) from None
    except (KafkaError, TimeoutError) as error:
        raise CliError(f"Kafka cannot be reached or refuses the login: {error}", UNAVAILABLE) from None
    changes = [*(("granted", grant) for grant in sorted(granted)), *(("taken back", grant) for grant in sorted(taken))]
    print_rows([{"change": change, **line(grant)} for change, grant in changes], as_json, empty="nothing to do")


def line(grant: acl.Grant) -> dict[str, Any]:
    """A line of the access list in a table."""
    return {"user": grant.user, "may": grant.act, "kind": grant.kind, "name": f"{grant.name}*" if grant.beginning else grant.name}


def reached(work: Any) -> list[topics.Found]:
    """Ask the broker."""
    try:
        found: list[topics.Found] = run(work(installed(), find_installation().wire))
    except (KafkaError, TimeoutError) as error:
        raise CliError(f"Kafka cannot be reached: {error}", UNAVAILABLE) from None
    return found


def row(topic: topics.Found) -> dict[str, Any]:
    """A topic in a table."""
    differs = [f"{name} is {value or 'unset'}" for name, value in topic.differs.items()]
    return {"topic": topic.wanted.name, "partitions": topic.partitions, "wanted": topic.wanted.partitions,
            "state": "right" if topic.right else "missing" if not topic.partitions else "differs", "differs": differs}  # fmt: skip
