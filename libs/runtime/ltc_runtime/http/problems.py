"""Every answer that is not what was hoped for: RFC 9457 problem details with a stable ``code``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from ltc_events import Refusal
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one part of the request."""

    pointer: str | None = Field(default=None, description="JSON pointer into the body.", examples=["/budget/amount"])
    parameter: str | None = Field(default=None, description="The path, query or header parameter.", examples=["limit"])
    code: str = Field(examples=["greater_than_equal"])
    detail: str = Field(examples=["Input should be greater than or equal to 0"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). ``code`` is stable; a program reads it, a person reads ``detail``."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A page that explains the problem.", examples=["/problems/lead-closed"])
    title: str = Field(examples=["Lead closed"])
    status: int = Field(ge=400, le=599, examples=[409])
    code: str = Field(examples=["lead-closed"])
    detail: str = Field(examples=["The lead is already qualified or dropped."])
    trace_id: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    errors: list[FieldError] | None = None


class Fault(Refusal):
    """The request cannot be served as it is."""

    # A refusal of the edge itself: besides the message it may set headers and name the parts of the request at fault.
    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}

    def __init__(self, errors: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None, **details: Any) -> None:
        self.errors = list(errors)
        if headers is not None:
            self.headers = headers
        super().__init__(**details)


class Malformed(Fault):
    """The body is not JSON, or nested too deep, or names a field twice, or holds a number out of all bounds."""


class BadRequest(Fault):
    """The request cannot be understood: {reason}."""


class IdempotencyKeyMissing(Fault):
    """Money moves here: send an Idempotency-Key, so that a retry cannot move it twice."""


class Unauthenticated(Fault):
    """A valid bearer token is needed."""

    status = 401
    headers = {"WWW-Authenticate": 'Bearer realm="ltc"'}


class Forbidden(Fault):
    """Your roles do not allow this."""

    status = 403


class NotAdmitted(Fault):
    """The token this is open with is missing, unknown or no longer valid, or this is closed."""

    status = 401
    headers = {"WWW-Authenticate": 'Gate realm="ltc"'}


class OriginNotAllowed(Fault):
    """Pages of this origin may not send here."""

    status = 403


class OccurredAtForbidden(Fault):
    """Only an importer may say when something occurred."""

    status = 403


class NotFound(Fault):
    """There is nothing here."""

    status = 404


class MethodNotAllowed(Fault):
    """This cannot be done here."""

    status = 405


class Busy(Fault):
    """The first request with this Idempotency-Key is still being handled."""

    status = 409
    headers = {"Retry-After": "1"}


class AlreadyDone(Fault):
    """This was done before, and its answer is no longer kept."""

    status = 409


class TooLarge(Fault):
    """The body is larger than {limit} bytes."""

    status = 413


class NotJson(Fault):
    """The body must be sent as application/json."""

    status = 415


class Invalid(Fault):
    """Some of what was sent is not valid."""

    status = 422


class IdempotencyKeyReused(Fault):
    """This Idempotency-Key was used for another request."""

    status = 422


class TooManyRequests(Fault):
    """You have as many requests here as are worked on at once, and others wait; ask again."""

    status = 429
    headers = {"Retry-After": "1"}


class TooOften(Fault):
    """You come too often: ask again later."""

    status = 429


class Overloaded(Fault):
    """More is asked of the service than it can do now; nothing of this was done, ask again."""

    status = 503
    headers = {"Retry-After": "1"}


class NotCaughtUp(Fault):
    """What you wrote elsewhere has not arrived here yet."""

    status = 503
    headers = {"Retry-After": "1"}


class DatabaseAway(Fault):
    """The service cannot reach its database now; ask again."""

    status = 503
    headers = {"Retry-After": "1"}


class IssuerAway(Fault):
    """The issuer of tokens cannot be reached, so nobody can be believed yet; ask again."""

    status = 503
    headers = {"Retry-After": "1"}


class InternalError(Fault):
    """Something failed on our side. It is recorded under the trace id."""

    status = 500


FAULTS: tuple[type[Fault], ...] = (
    Malformed, BadRequest, IdempotencyKeyMissing, Unauthenticated, NotAdmitted, Forbidden, OriginNotAllowed, OccurredAtForbidden,
    NotFound, MethodNotAllowed, Busy, AlreadyDone, TooLarge, NotJson, Invalid, IdempotencyKeyReused, TooManyRequests, TooOften,
    Overloaded, NotCaughtUp, DatabaseAway, IssuerAway, InternalError,
)  # fmt: skip

# `errors` is not among them: a refusal of the domain may name fields too, in the same words as an invalid body.
_RESERVED = frozenset({"type", "title", "status", "code", "detail", "trace_id"})


def title(refusal: type[Refusal]) -> str:
    """A few words for people: ``LeadClosed`` is "Lead closed"."""
    return refusal.code().replace("-", " ").capitalize()


def sentence(refusal: type[Refusal]) -> str:
    """The message before its details are known."""
    text = " ".join((refusal.__doc__ or refusal.__name__).split())
    return re.sub(r"\{(\w+)[^}]*\}", r"‹\1›", text)


def page(code: str) -> str:
    """Where the problem is explained."""
    return f"/problems/{code}"


def problem(refusal: Refusal, trace_id: str | None) -> bytes:
    """The body of the answer."""
    code = type(refusal).code()
    content: dict[str, Any] = {
        "type": page(code),
        "title": title(type(refusal)),
        "status": refusal.status,
        "code": code,
        "detail": refusal.message,
    }
    if trace_id is not None:
        content["trace_id"] = trace_id
    if isinstance(refusal, Fault) and refusal.errors:
        content["errors"] = refusal.errors
    content |= {name: value for name, value in refusal.details.items() if name not in _RESERVED}
    return to_json(content, fallback=str, inf_nan_mode="null")


Where = Literal["body", "parameter"]


def field_errors(errors: Sequence[Mapping[str, Any]], where: Where, name: str | None = None) -> list[dict[str, Any]]:
    """What pydantic found, as pointers into the body or names of parameters. Never what was sent: it may be personal."""
    found = []
    for error in errors[:100]:
        at: dict[str, Any] = {"pointer": pointer(error["loc"])} if where == "body" else {"parameter": name}
        found.append({**at, "code": error["type"], "detail": error["msg"]})
    return found


def pointer(location: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)
