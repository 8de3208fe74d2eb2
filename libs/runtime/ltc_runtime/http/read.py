"""What a query does: read rows of the read models and of the log, for the caller of this request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from ltc_events import Refusal, Stream
from ltc_events.read_model import ReadModel
from sqlalchemy import ColumnElement, Select, select, tuple_

from . import cursor
from .call import Call
from .conditions import none_match
from .pages import Page, Paging
from .personal import whose_link
from .responses import HeaderPair
from .statement import compiled

V = TypeVar("V")
M = TypeVar("M", bound=ReadModel)
Row = dict[str, Any]

_VERSION = "SELECT version FROM log WHERE stream_id = $1 AND stream = $2 AND origin IS NULL ORDER BY version DESC LIMIT 1"


def rows_of(model: type[ReadModel], values: Mapping[str, Any]) -> Select[Any]:
    """The rows of ``model`` with exactly these values."""
    return select(model.table).where(*(model.table.c[name] == value for name, value in values.items()))


class NotModified(Exception):
    """The caller has this version already."""

    def __init__(self, version: int) -> None:
        self.version = version


class Read:
    """Reads for the caller of this request."""

    injected_as = "read"
    __slots__ = ("_call", "headers")

    def __init__(self, call: Call) -> None:
        self._call = call
        self.headers: list[HeaderPair] = []

    @property
    def service_name(self) -> str:
        """The service that is asked."""
        return self._call.context.service_name

    @property
    def roles(self) -> frozenset[str]:
        """What the caller may do."""
        return self._call.caller.roles

    @property
    def caller(self) -> str:
        """Who asks: the subject of the token."""
        return self._call.caller.subject

    @property
    def now(self) -> datetime:
        """This instant by the business clock."""
        return self._call.context.log.clock.now()

    async def whose_link(self, token: str) -> UUID | None:
        """The person whose mail has the link with this token; None where no mail has it, or the person is forgotten."""
        return await whose_link(self._call.context.log.pool, token)

    async def one(self, statement: Select[Any], refusal: type[Refusal], *, stream: Stream | None = None) -> Row:
        """The one row of ``statement``.

        Args:
            refusal: raised where there is none.
            stream: the stream the row is made of, and of nothing else; its version becomes the ``ETag``.
        """
        row = await self.maybe(statement, stream=stream)
        if row is None:
            raise refusal
        return row

    async def maybe(self, statement: Select[Any], *, stream: Stream | None = None) -> Row | None:
        """The one row of ``statement``, or none."""
        if stream is not None:
            await self._tag(stream)
        shape, sql, values = compiled(statement)
        record = await self._call.context.log.pool.fetchrow(sql, *values)
        return None if record is None else shape.row(record)

    async def version_of(self, stream: Stream, refusal: type[Refusal]) -> None:
        """Have the version of ``stream`` as the ``ETag`` of what several rows of it are answered with.

        Args:
            refusal: raised where nothing happened in it.
        """
        if not await self._tag(stream):
            raise refusal

    async def all(self, statement: Select[Any]) -> list[Row]:
        """All rows of ``statement``; for lists that are short by nature."""
        shape, sql, values = compiled(statement)
        return [shape.row(record) for record in await self._call.context.log.pool.fetch(sql, *values)]

    async def first(self, most: int, statement: Select[Any]) -> tuple[list[Row], bool]:
        """The first rows of ``statement``, ``most`` of them, and whether there are more; for what is shown in part."""
        rows = await self.all(statement.limit(most + 1))
        return rows[:most], len(rows) > most

    async def latest(self, most: int, statement: Select[Any], *, key: Sequence[ColumnElement[Any]]) -> tuple[list[Row], bool]:
        """The last rows of ``statement`` by ``key``, in its order, and whether there are earlier ones."""
        rows, more = await self.first(most, statement.order_by(*(column.desc() for column in key)))
        return rows[::-1], more

    async def page(
        self,
        statement: Select[Any],
        *,
        key: Sequence[ColumnElement[Any]],
        into: Callable[..., V],
        paging: Paging,
        personal: Sequence[str] = (),
        newest_first: bool = True,
    ) -> Page[V]:
        """One page of ``statement``, ordered by ``key``.

        Args:
            key: columns that order the list and together are unique; none of them may be null, and all are selected.
            into: what a row becomes.
            personal: columns that hold sealed texts, to be opened.
            newest_first: largest key first.
        """
        call = self._call
        if paging.cursor is not None:
            behind = cursor.decode(call.operation.id, paging.cursor, key)
            here = tuple_(*key)
            statement = statement.where(here < behind if newest_first else here > behind)
        ordered = statement.order_by(*(column.desc() if newest_first else column.asc() for column in key))
        rows, more = await self.first(paging.limit, ordered)
        next_cursor = None
        if more:
            next_cursor = cursor.encode(call.operation.id, [rows[-1][str(column.key)] for column in key])
            self._link_next(next_cursor)
        for name in personal:
            opened = await self.open_many([row[name] for row in rows])
            for row, text in zip(rows, opened, strict=True):
                row[name] = text
        return Page(data=[into(**row) for row in rows], next_cursor=next_cursor)

    async def row(self, model: type[M], refusal: type[Refusal], *, stream: Stream | None = None, **values: Any) -> M:
        """The one row of ``model`` with these values; ``refusal`` and ``stream`` as of `one`."""
        return model(**await self.one(rows_of(model, values), refusal, stream=stream))

    async def rows(self, model: type[M], **values: Any) -> list[M]:
        """All rows of ``model`` with these values, by primary key; for lists that are short by nature."""
        return [model(**row) for row in await self.all(rows_of(model, values).order_by(*model.table.primary_key))]

    async def latest_rows(self, most: int, model: type[M], by: Sequence[str], **values: Any) -> tuple[list[M], bool]:
        """The last rows of ``model`` by the columns ``by``, and whether there are earlier ones."""
        rows, more = await self.latest(most, rows_of(model, values), key=[model.table.c[name] for name in by])
        return [model(**row) for row in rows], more

    async def page_of(self, model: type[M], by: Sequence[str], paging: Paging, **filters: Any) -> Page[M]:
        """One page of the rows of ``model``, newest first by the columns ``by``; a filter that is None filters nothing."""
        return await self.page_of_part(model, model, by, paging, **filters)

    async def page_of_part(self, view: type[M], model: type[ReadModel], by: Sequence[str], paging: Paging, **filters: Any) -> Page[M]:
        """As `page_of`, but of each row only the columns that ``view`` has."""
        asked = {name: value for name, value in filters.items() if value is not None}
        table, names = model.table, {*view.model_fields, *view.currencies.values(), *by}
        statement = rows_of(model, asked).with_only_columns(*(column for column in table.c if column.name in names))
        return await self.page(statement, key=[table.c[name] for name in by], into=view, paging=paging)

    def actions(self, possible: Iterable[str]) -> list[str]:
        """Of the operations a state allows, those the caller's roles allow."""
        call = self._call
        return [name for name in possible if call.context.roles[name] & call.caller.roles]

    async def open(self, sealed: str | None) -> str | None:
        """A sealed text as it was; ``None`` where its person is forgotten."""
        return (await self.open_many([sealed]))[0]

    async def open_many(self, sealed: Sequence[str | None]) -> list[str | None]:
        """Sealed texts as they were, all at once."""
        opened: list[str | None] = await self._call.context.open_many(sealed)
        return opened

    async def _tag(self, stream: Stream) -> bool:
        # The version is read before the row: at worst the tag is older than what it names, and a later If-Match is
        # refused though it need not be. The other way round, one could overwrite what one never saw.
        version = await self._call.context.log.pool.fetchval(_VERSION, stream.id, stream.kind)
        if version is None:
            return False
        if_none_match = self._call.header(b"if-none-match")
        if if_none_match is not None and none_match(if_none_match, version):
            raise NotModified(version)
        self.headers.append((b"etag", b'"%d"' % version))
        return True

    def _link_next(self, next_cursor: str) -> None:
        call = self._call
        filters = [(name, value) for name, value in parse_qsl(call.query.decode("ascii"), keep_blank_values=True) if name != "cursor"]
        query = urlencode([*filters, ("cursor", next_cursor)])
        self.headers.append((b"link", f'<{call.path}?{query}>; rel="next"'.encode()))
