"""What the OpenAPI page says beyond what a signature says: headers, refusals, who may."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ltc_events import AmountTooLarge, Refusal
from pydantic.json_schema import models_json_schema

from ltc_runtime.log.errors import Stale, Unstorable

from .components import hoist
from .export import CSV, XLSX, TooManyRows
from .problems import (
    MEDIA_TYPE,
    AlreadyDone,
    BadRequest,
    Busy,
    DatabaseAway,
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InternalError,
    Invalid,
    IssuerAway,
    Malformed,
    NotAdmitted,
    NotCaughtUp,
    NotJson,
    OccurredAtForbidden,
    OriginNotAllowed,
    Overloaded,
    Problem,
    TooLarge,
    TooManyRequests,
    TooOften,
    Unauthenticated,
    page,
    sentence,
    title,
)
from .route import Route
from .signature import header

BINARY = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
"""A body that is a file."""

_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_text: dict[str, Any] = {"type": "string"}
_AFTER = r"^[a-z]+(-[a-z]+)*@[0-9]{1,18}(; told=[0-9]{1,18})?$"
_TAGS = r'^(\*|(W/)?"[\x21\x23-\x7e]*"(, ?(W/)?"[\x21\x23-\x7e]*")*)$'
_KEY = r'^("[\x20\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255})$'
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
_POSITION = {"description": "Where in its log the service stands, and the last published event of this command.", "schema": _text}
_ETAG = {"description": "The version of the one the URL names.", "schema": _text}


def stub(endpoint: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    """A function that looks to FastAPI like what a caller sees of ``endpoint``."""

    async def described(**arguments: Any) -> None:
        raise AssertionError("the edge serves this route")

    described.__name__ = endpoint.__name__
    described.__doc__ = endpoint.__doc__
    described.__module__ = endpoint.__module__
    described.__signature__ = signature  # type: ignore[attr-defined]
    return described


def headers_of(operation: Route) -> dict[str, Any]:
    """The request headers an operation understands."""
    if operation.gate is not None:
        if operation.gate.header is None:
            return {}
        return {"gate_token": header(operation.gate.header, "The token this operation is open with.", "^[!-~]{1,200}$")}
    if operation.kind == "query":
        found = {"ltc_after": header("LTC-After", "Wait until this position of another service, or of this one, has arrived.", _AFTER)}
        if operation.names_stream:
            found["if_none_match"] = header("If-None-Match", "Versions you have: the answer is 304 if one of them is the newest.", _TAGS)
        return found
    found = {
        "idempotency_key": header("Idempotency-Key", _key(operation), _KEY),
        "ltc_occurred_at": header("LTC-Occurred-At", "When it happened (RFC 3339); importers only.", _INSTANT),
    }
    if operation.kind == "act" and operation.names_stream:
        found["if_match"] = header("If-Match", "The version you have seen: refused with 412 if it is no longer the newest.", _TAGS)
    return found


def responses_of(operation: Route) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer, and why."""
    refusals: dict[int, list[type[Refusal]]] = {}
    for refusal in (*operation.refuses, *_faults(operation)):
        refusals.setdefault(refusal.status, []).append(refusal)
    documented: dict[int | str, dict[str, Any]] = {status: _refused(classes) for status, classes in sorted(refusals.items())}
    documented[operation.status] = {"description": "Done.", "headers": _headers(operation)}
    if operation.media is not None:
        documented[operation.status]["content"] = {operation.media: {"schema": {"type": "string", "format": "binary"}}}
    if operation.lists is not None:
        documented[operation.status]["content"] = {kind: {"schema": _text} for kind in (CSV, XLSX)}
    if operation.kind == "query" and operation.names_stream and operation.gate is None:
        documented[304] = {"description": "You have the newest version.", "headers": {"ETag": _ETAG}}
    return documented


def _faults(operation: Route) -> list[type[Refusal]]:
    found: list[type[Refusal]] = [Unauthenticated, Forbidden, Invalid, AmountTooLarge]
    found += [TooManyRequests, InternalError, Overloaded, DatabaseAway, IssuerAway]
    if operation.gate is not None:
        open_to_all = [each for each in found if each not in (Unauthenticated, Forbidden, IssuerAway)]
        closed = [] if operation.gate.header is None else [NotAdmitted, OriginNotAllowed]
        sent = [OccurredAtForbidden, Unstorable, Malformed, NotJson] if operation.kind == "act" else []
        return [*closed, *open_to_all, *sent, BadRequest, TooLarge, TooOften]
    if operation.kind == "query":
        return [BadRequest, *found, NotCaughtUp, *((TooManyRows,) if operation.lists is not None else ())]
    found += [BadRequest, Busy, AlreadyDone, Unstorable, TooLarge, IdempotencyKeyReused, OccurredAtForbidden]
    if operation.signature.body is not None:
        found += [Malformed, NotJson]
    if operation.money:
        found.append(IdempotencyKeyMissing)
    if operation.kind == "act" and operation.names_stream:
        found.append(Stale)
    return found


def _refused(classes: list[type[Refusal]]) -> dict[str, Any]:
    examples = {
        refusal.code(): {
            "summary": title(refusal),
            "value": {
                "type": page(refusal.code()), "title": title(refusal), "status": refusal.status, "code": refusal.code(),
                "detail": sentence(refusal),
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            },
        }
        for refusal in classes
    }  # fmt: skip
    return {
        "description": " ".join(sentence(refusal) for refusal in classes),
        "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": examples}},
    }


def _headers(operation: Route) -> dict[str, Any]:
    if operation.kind == "query":
        return {"ETag": _ETAG} if operation.names_stream else {}
    if operation.gate is not None:
        return {}
    found = {"LTC-Position": _POSITION, "Idempotency-Replayed": {"description": "This was answered before.", "schema": _text}}
    if operation.stream is not None:
        found["ETag"] = _ETAG
    if operation.kind == "create":
        found["Location"] = {"description": "Where it is.", "schema": _text}
    return found


def _key(operation: Route) -> str:
    needed = "Required: money moves." if operation.money else "Recommended."
    return (
        f"{needed} Your name for this request: a retry under the same name does nothing twice and gets the same answer, for days (a week, "
        "unless the operator says otherwise); later, what took effect is refused as `already-done`. Never use a name for anything else."
    )


def finished_openapi(document: dict[str, Any], operations: Mapping[str, Route]) -> dict[str, Any]:
    """What FastAPI wrote, with the problem schema, the bearer scheme, and who may do what."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas.update(problem["$defs"])
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["security"] = [{"bearer": []}]
    for path in document["paths"].values():
        for described in path.values():
            operation = operations[described["operationId"]]
            described["x-roles"] = sorted(operation.roles)
            if operation.gate is not None:
                described["security"] = []
            if operation.gate is not None and operation.gate.header is not None:
                components["securitySchemes"]["gate"] = {"type": "apiKey", "in": "header", "name": operation.gate.header}
                described["security"] = [{"gate": []}]
    return hoist(document)
