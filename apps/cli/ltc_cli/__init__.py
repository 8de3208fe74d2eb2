"""The ``ltc`` command."""

import typer

from . import asyncapi, atlas, clock, demo, forget, forms, importing, log, parked, serve, site, token, topics, trace, up
from .output import EXIT_CODES

app = typer.Typer(
    name="ltc",
    help="OpenLTC: from lead to cash. The embedded stack, and what operators need.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for group in (up, demo, importing, forms, serve, site, token, clock, topics, asyncapi, log, parked, trace, forget, atlas):
    group.add_to(app)
