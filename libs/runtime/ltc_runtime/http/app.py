"""The HTTP face of one service process."""

import re
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ltc_runtime.log import Log
from ltc_runtime.messaging import feed
from ltc_runtime.service import Service
from ltc_runtime.settings import Settings

from .. import telemetry
from .admission import Admission
from .admission_queue import AdmissionQueue, Admitted
from .api import Api, OperationRoute
from .auth import Verifier
from .context import HttpContext
from .contracts import add_contracts
from .docs import add_docs
from .failures import answer_to, as_response
from .keys import Keys, source_of
from .metrics import REQUESTS
from .openapi import finished_openapi
from .probes import add_probes
from .problems import BadRequest, Fault, MethodNotAllowed, NotFound, TooLarge
from .responses import Message, Receive, Scope, Send
from .route import Route
from .trace import trace_routes

BODY_CAP = 64 * 1024
"""For what is not an operation: probes and pages take no body worth the name."""


class RouteWithoutRoles(TypeError):
    """A route says not who may use it; such a service is not served."""


class ServiceApp(FastAPI):
    """FastAPI describes the operations; they are found and served without it, which is most of what makes them fast."""

    def __init__(self, context: HttpContext, apis: list[Api], topic_prefix: str = "") -> None:
        self.context = context
        self.operations = {operation.id: operation for api in apis for operation in api.operations}
        self._plain: dict[tuple[str, str], Route] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
        super().__init__(
            title=context.service_name, version=installed_version(), docs_url=None, redoc_url=None, redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
            exception_handlers={HTTPException: _http_problem, Exception: _unexpected}, max_body_size=BODY_CAP,
        )  # fmt: skip
        for api in apis:
            self.router.routes.extend(api.routes)
            for operation in api.operations:
                self._index(operation)
        self.state.draining = False
        add_probes(self, context, self.operations.values())
        add_docs(self)
        add_contracts(self, context.service, topic_prefix)

    def _index(self, operation: Route) -> None:
        if "{" in operation.path:
            self._patterns.setdefault(operation.method, []).append((operation.pattern, operation))
            if operation.gate is not None:  # a browser asks before it sends
                self._patterns.setdefault("OPTIONS", []).append((operation.pattern, replace(operation, method="OPTIONS")))
        else:
            self._plain[operation.method, operation.path] = operation

    def _find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        found = self._plain.get((method, path))
        if found is not None:
            return found, {}
        for pattern, operation in self._patterns.get(method, ()):
            matched = pattern.match(path)
            if matched is not None:
                return operation, matched.groupdict()
        return None, {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        method: str = scope["method"]
        operation, values = self._find(method, scope["path"])
        send = self._saying_goodbye(send)
        if operation is None:
            await super().__call__(scope, receive, send)
            return
        started = perf_counter()
        traceparent = _header(scope, b"traceparent")
        try:
            admitted = self._enter(operation, scope)
        except Fault as full:  # said before anything is read, verified or traced: an answer that is to cost nothing
            trace_id = None if traceparent is None else telemetry.trace_id_of(traceparent.decode("latin-1"))
            await answer_to(full, trace_id, writes=False)(scope, receive, send)
            REQUESTS.observe(method, operation.path, full.status, perf_counter() - started)
            return
        span = telemetry.Span(operation.span_name, telemetry.SERVER, None if traceparent is None else traceparent.decode("latin-1"))
        status = 500
        with span:
            try:
                status = await operation.serve(self.context, scope, receive, send, values, span, admitted)
            finally:
                admitted.leave()
                REQUESTS.observe(method, operation.path, status, perf_counter() - started)
                if span.recording:
                    span.describe(operation.span_attributes, status)

    def _enter(self, operation: Route, scope: Scope) -> Admitted:
        if operation.gate is not None:
            return self.context.admission.enter_public(operation.id)
        return self.context.admission.enter(operation.admission_kind, self.context.verifier.known(_header(scope, b"authorization")))

    def _saying_goodbye(self, send: Send) -> Send:
        """Every answer of a stopping process is the last one on its connection: the caller's next request goes elsewhere.

        Looked at when the answer begins: the process may have been asked to stop since the request came.
        """

        async def last(message: Message) -> None:
            if self.state.draining and message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        return last

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI page of the service."""
        if not self.openapi_schema:
            self.openapi_schema = finished_openapi(super().openapi(), self.operations)
        return self.openapi_schema


def create_app(service: Service, log: Log, settings: Settings) -> ServiceApp:
    """The app that serves ``service`` from ``log``; without the role ``api``, probes and metrics only.

    Raises:
        RouteWithoutRoles: a route says not who may use it.
        ValueError: two operations have one name.
    """
    apis = [*service.apis, trace_routes(), feed.api] if "api" in settings.roles else []
    operations: dict[str, Route] = {}
    for api in apis:
        for operation in _guarded(api):
            if operation.id in operations:
                raise ValueError(f"{service.name}: two operations are called {operation.id}")
            operations[operation.id] = operation
    keys = Keys(source_of(settings.jwks), settings.jwks_refresh_seconds, settings.jwks_max_age_seconds)
    verifier = Verifier(keys, settings.issuer, settings.audience, settings.roles_claim)
    admission = AdmissionQueue(
        Admission(settings.admit_work_seconds, settings.admit_at_once, settings.admit_inside), settings.admit_wait_seconds
    )
    roles = {operation.id: operation.roles for operation in operations.values()}
    context = HttpContext(
        service, log, verifier, roles, body_cap=settings.body_cap, after_seconds=settings.after_seconds, admission=admission
    )
    return ServiceApp(context, apis, settings.topic_prefix)


def _guarded(api: Api) -> list[Route]:
    for route in api.routes:
        if not isinstance(route, OperationRoute) or not (route.operation.roles or route.operation.gate):
            raise RouteWithoutRoles(f"{getattr(route, 'path', route)} says not who may use it: give it roles")
    return api.operations


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return None


async def _http_problem(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 404:
            fault: Fault = NotFound()
        case 405:
            fault = MethodNotAllowed(headers=error.headers)
        case 413:
            fault = TooLarge(limit=BODY_CAP)
        case _:
            fault = BadRequest(reason=str(error.detail))
    return as_response(answer_to(fault, None, writes=False))


async def _unexpected(request: Request, error: Exception) -> Response:
    return as_response(answer_to(error, None, writes=False))


def installed_version() -> str:
    """The version of OpenLTC that runs here."""
    try:
        return version("openltc")
    except PackageNotFoundError:  # run from the source tree
        return "0"
