"""How a process logs: lines for people on a terminal, JSON for machines otherwise."""

import logging
import sys
from typing import Any

import orjson
import structlog

from . import telemetry
from .settings import Settings

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
LOUD = ("aiokafka", "httpx", "httpcore", "uvicorn.access")


def configure(settings: Settings) -> None:
    """Set up structlog and have the libraries' own messages pass through it."""
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        telemetry.add_trace,
    ]
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.dev.ConsoleRenderer()] if for_people else last),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[settings.log_level])
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    if settings.service:
        structlog.contextvars.bind_contextvars(service=settings.service)


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
