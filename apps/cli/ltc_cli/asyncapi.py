"""`ltc asyncapi`: what services publish and consume, as an AsyncAPI document."""

import typer
from ltc_runtime.http.app import installed_version
from ltc_runtime.messaging.asyncapi import asyncapi
from ltc_runtime.service import installed, load
from ltc_runtime.settings import Settings

from .installation import ServiceNames, load_service
from .output import command, print_json


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="asyncapi")(show)


@command
def show(services: ServiceNames = None) -> None:
    """Print the AsyncAPI 3.0 document of these services, to be read by other tools."""
    chosen = [load_service(name) for name in services] if services else [load(name) for name in installed()]
    print_json(asyncapi(chosen, installed_version(), Settings().topic_prefix))
