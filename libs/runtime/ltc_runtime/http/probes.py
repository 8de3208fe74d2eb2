"""What operators and their tools ask: is it alive, is it ready, how is it doing, what does that problem mean."""

import html
from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import FastAPI, Request
from ltc_events import AmountTooLarge, Refusal
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import HTMLResponse, Response

from ltc_runtime.log.connection import DATABASE_ERRORS
from ltc_runtime.log.errors import Stale, Unstorable
from ltc_runtime.log.models import models_of

from .context import HttpContext
from .failures import answer_to, as_response
from .metrics import read_gauges
from .problems import FAULTS, NotFound, sentence, title
from .route import Route

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{detail}</p><p>Status {status}, code <code>{code}</code>.</p></body></html>"""


def add_probes(app: FastAPI, context: HttpContext, operations: Iterable[Route]) -> None:
    """The open pages of every service: they tell nothing about the business and need no token."""

    async def livez(request: Request) -> Response:
        failed = sorted(name for name, alive in context.alive.items() if not alive())
        return _json(503 if failed else 200, {"alive": not failed, "failed": failed})

    async def readyz(request: Request) -> Response:
        report = {
            "database": await _database(context),
            "draining": app.state.draining,
            **{name: state() for name, state in context.states.items()},
        }
        ready = report["database"] == "ok" and not app.state.draining
        return _json(200 if ready else 503, {"ready": ready, **report})

    async def metrics(request: Request) -> Response:
        await read_gauges(context)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    known = problem_pages(operations)

    async def problems(request: Request) -> Response:
        refusal = known.get(request.path_params["code"])
        if refusal is None:
            return as_response(answer_to(NotFound(), None, writes=False))
        text = {"title": title(refusal), "detail": sentence(refusal), "status": str(refusal.status), "code": refusal.code()}
        return HTMLResponse(_PAGE.format(**{name: html.escape(value) for name, value in text.items()}))

    for path, endpoint in {"/livez": livez, "/readyz": readyz, "/metrics": metrics, "/problems/{code}": problems}.items():
        app.add_route(path, endpoint, methods=["GET"], include_in_schema=False)


def problem_pages(operations: Iterable[Route]) -> dict[str, type[Refusal]]:
    """Every problem this service can answer with, by its code."""
    known: list[type[Refusal]] = [*FAULTS, Stale, Unstorable, AmountTooLarge]
    for operation in operations:
        known += operation.refuses
    return {refusal.code(): refusal for refusal in known}


async def _database(context: HttpContext) -> str:
    try:
        async with context.log.pool.acquire(timeout=1.0) as connection:
            row: Any = await connection.fetchrow("SELECT max(number) AS newest, (SELECT models FROM head) FROM migration", timeout=1.0)
    except DATABASE_ERRORS:
        return "away"
    if row["newest"] is None:
        return "not migrated"
    return "ok" if row["models"] in (None, models_of(context.service.projections)) else "of another version"


def _json(status: int, content: Any) -> Response:
    return Response(orjson.dumps(content, default=str), status, media_type="application/json", headers={"cache-control": "no-store"})
