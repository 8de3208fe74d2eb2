"""What an exception means to the caller."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog
from ltc_events import CurrencyMismatch, Refusal
from pydantic import ValidationError
from starlette.responses import Response

from ltc_runtime.log.errors import AlreadyThere, Unavailable

from .problems import MEDIA_TYPE, AlreadyDone, DatabaseAway, Fault, InternalError, Invalid, field_errors, problem
from .responses import Answer, header_pairs

_log = structlog.get_logger("ltc.edge")

_AWAY = (
    Unavailable, OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError,
)  # fmt: skip


def answer_to(error: Exception, trace_id: str | None, *, writes: bool) -> Answer:
    """The problem that an exception is to the caller."""
    refusal = as_refusal(error, writes=writes)
    if isinstance(refusal, InternalError):
        _log.error("request failed", trace_id=trace_id, exc_info=error)
    headers: Mapping[str, str] = refusal.headers if isinstance(refusal, Fault) else {}
    return Answer(refusal.status, header_pairs([*headers.items(), ("content-type", MEDIA_TYPE)]), problem(refusal, trace_id))


def as_response(answer: Answer) -> Response:
    """An answer of ours, where Starlette wants one of its own."""
    return Response(answer.body, answer.status, {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers})


def as_refusal(error: Exception, *, writes: bool) -> Refusal:
    """The refusal that an exception amounts to.

    Args:
        writes: what a command or event cannot hold was sent by the caller; what a view cannot hold is our mistake.
    """
    if isinstance(error, Refusal):
        return error
    if writes and isinstance(error, ValidationError):
        return Invalid(errors=field_errors(error.errors(include_url=False, include_input=False, include_context=False), "body"))
    if writes and isinstance(error, CurrencyMismatch):
        return Invalid(errors=[_at_body("currency_mismatch", "Amounts of different currencies cannot be combined")])
    if _is_data(error):
        return Invalid(errors=[_at_body("not_storable", "A value cannot be stored")])
    if isinstance(error, AlreadyThere):
        return AlreadyDone()
    if isinstance(error, _AWAY):
        return DatabaseAway()
    return InternalError()


def _is_data(error: Exception) -> bool:
    """SQLSTATE class 22, from the server or foreseen by the client: the data is at fault."""
    state = getattr(error, "sqlstate", None)
    return isinstance(error, asyncpg.DataError) or (isinstance(state, str) and state.startswith("22"))


def _at_body(code: str, detail: str) -> dict[str, Any]:
    return {"pointer": "", "code": code, "detail": detail}
