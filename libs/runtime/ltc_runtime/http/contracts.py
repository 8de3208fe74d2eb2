"""The contracts of a service for subscribers of its topic: AsyncAPI, a JSON Schema per event, and a page to read.

They need no token, as the OpenAPI document needs none: they describe events and contain none.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson
from fastapi import FastAPI, Request
from ltc_events import Event
from starlette.responses import HTMLResponse, Response

from ltc_runtime.messaging.asyncapi import asyncapi, consumed_by, published_by, schema_of
from ltc_runtime.service import Service

from .event_page import event_page
from .failures import answer_to, as_response
from .problems import NotFound

_SUFFIX = ".json"
_PAGE_HEADERS = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""The page holds text and its own style: nothing is loaded, nothing runs."""


class Contracts:
    """What one service publishes and consumes, written on the first request."""

    def __init__(self, service: Service, version: str, prefix: str) -> None:
        self.service, self.version, self.prefix = service, version, prefix

    @cached_property
    def document(self) -> bytes:
        """Its AsyncAPI document."""
        return _json(asyncapi([self.service], self.version, self.prefix))

    @cached_property
    def schemas(self) -> Mapping[str, bytes]:
        """The JSON Schema of every event it publishes or acts on, by type."""
        return {event.event_type: _json(schema_of(event)) for event in self.events}

    @cached_property
    def page(self) -> str:
        """The same for people."""
        return event_page(self.service, self.prefix)

    @property
    def events(self) -> list[type[Event]]:
        """The events it publishes, and those it acts on."""
        consumed = consumed_by(self.service)
        return [*published_by(self.service.name), *(event for events in consumed.values() for event in events)]


def add_contracts(app: FastAPI, service: Service, prefix: str) -> None:
    """``/asyncapi.json``, ``/schemas``, ``/schemas/<type>.json`` and ``/events``."""
    contracts = Contracts(service, app.version, prefix)

    async def document(request: Request) -> Response:
        return _answer(contracts.document)

    async def schemas(request: Request) -> Response:
        return _answer(_json({name: f"/schemas/{name}{_SUFFIX}" for name in contracts.schemas}))

    async def schema(request: Request) -> Response:
        found = contracts.schemas.get(request.path_params["type"].removesuffix(_SUFFIX))
        return as_response(answer_to(NotFound(), None, writes=False)) if found is None else _answer(found, "application/schema+json")

    async def events(request: Request) -> Response:
        return HTMLResponse(contracts.page, headers=_PAGE_HEADERS)

    pages = {"/asyncapi.json": document, "/schemas": schemas, "/schemas/{type}": schema, "/events": events}
    for path, endpoint in pages.items():
        app.add_route(path, endpoint, methods=["GET"], include_in_schema=False)


def _answer(body: bytes, kind: str = "application/json") -> Response:
    return Response(body, media_type=kind)


def _json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)
