"""Everything that ever happened to one thing, from the log."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from ltc_events import Decider, Refusal
from sqlalchemy import Select, select

from ltc_runtime.log.tables import log

from ..telemetry import trace_id_of
from .operation import NaturalKey
from .pages import Page, Paging, View
from .problems import NotFound
from .read import Read

_SEALED = "sealed.v1."


class HistoryEntry(View):
    """One fact in the history of one thing. Sealed texts are opened; null where the person is forgotten, or not for the caller."""

    position: int
    version: int
    event_id: UUID
    type: str
    data: dict[str, Any]
    actor: str
    roles: list[str]
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    trace_id: str | None
    authority: str | None


_columns = (
    log.c.position, log.c.version, log.c.event_id, log.c.type, log.c.data, log.c.actor, log.c.roles, log.c.occurred_at, log.c.recorded_at,
    log.c.correlation_id, log.c.causation_id, log.c.traceparent, log.c.authority,
)  # fmt: skip


def history_of(
    decider: Decider[Any, Any, Any],
    natural: NaturalKey | None,
    unknown: type[Refusal] | None,
    opened_for: frozenset[str],
    kin: Callable[[UUID], Select[Any]] | None = None,
) -> Callable[..., Awaitable[Page[HistoryEntry]]]:
    """A query for the history of one stream of ``decider``, or of several that are ``kin``, in order. A caller with
    none of the roles ``opened_for`` reads no sealed text."""

    key = natural or NaturalKey(decider.id, UUID, lambda stream_id: stream_id)

    async def history(read: Read, paging: Paging, **named: Any) -> Page[HistoryEntry]:
        stream = decider.of(key.id(named[key.name]))
        which = log.c.stream_id == stream.id if kin is None else log.c.stream_id.in_(kin(stream.id))
        of_stream = select(*_columns).where(which, log.c.stream == stream.kind, log.c.origin.is_(None))
        order = log.c.version if kin is None else log.c.position
        page: Page[dict[str, Any]] = await read.page(of_stream, key=(order,), into=dict, paging=paging, newest_first=False)
        if not page.data and paging.cursor is None:
            raise (unknown or NotFound)
        rows: list[Any] = await _opened(page.data, read, opened_for)
        return Page(data=[HistoryEntry(**row, trace_id=trace_id_of(row["traceparent"])) for row in rows], next_cursor=page.next_cursor)

    history.__name__ = f"{decider.kind.replace('-', '_')}_history"
    history.__doc__ = "Everything that ever happened to it, oldest first."
    history.__annotations__ = {key.name: key.type, "read": Read, "paging": Paging, "return": Page[HistoryEntry]}
    keyword = inspect.Parameter.KEYWORD_ONLY
    history.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, keyword, annotation=annotation)
            for name, annotation in history.__annotations__.items()
            if name != "return"
        ]
    )
    return history


async def _opened(rows: Any, read: Read, opened_for: frozenset[str]) -> Any:
    sealed: list[str] = []
    _collect(rows, sealed)
    if not sealed:
        return rows
    texts = await read.open_many(sealed) if opened_for & read.roles else [None] * len(sealed)
    return _replaced(rows, dict(zip(sealed, texts, strict=True)))


def _collect(value: Any, sealed: list[str]) -> None:
    match value:
        case str() if value.startswith(_SEALED):
            sealed.append(value)
        case dict():
            for item in value.values():
                _collect(item, sealed)
        case list():
            for item in value:
                _collect(item, sealed)
        case _:
            pass


def _replaced(value: Any, opened: dict[str, str | None]) -> Any:
    match value:
        case str():
            return opened.get(value, value)
        case dict():
            return {name: _replaced(item, opened) for name, item in value.items()}
        case list():
            return [_replaced(item, opened) for item in value]
        case _:
            return value
