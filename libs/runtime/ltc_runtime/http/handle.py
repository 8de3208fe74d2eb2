"""What a route does with a command: hand it over, and answer when it is on disk."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar, cast, overload
from uuid import UUID

from ltc_events import Command, Refusal, Stream, derive_id
from pydantic import BaseModel

from ltc_runtime.log import Meta, Plan
from ltc_runtime.log.errors import AlreadyThere, NothingToDo, Stale

from .call import Call
from .conditions import expected_version, occurred_at
from .idempotency import answer_row, took_effect
from .personal import KEYS, Sealer
from .responses import JSON, Answer, HeaderPair
from .uploads import UPLOAD, Upload

A = TypeVar("A", bound=BaseModel)


class Handle:
    """Hands commands over for the caller of this request."""

    injected_as = "handle"
    __slots__ = ("_call", "_forgotten", "_handled", "_id", "_new", "_sealer", "_upload")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._id: UUID | None = None
        self._handled = False
        self._new: set[UUID] = set()
        self._sealer: Sealer | None = None
        self._forgotten: list[UUID] = []
        self._upload: Upload | None = None

    @property
    def actor(self) -> str:
        """Who asks: the subject of the token."""
        return self._call.caller.subject

    @property
    def roles(self) -> frozenset[str]:
        """What the caller may do."""
        return self._call.caller.roles

    @property
    def today(self) -> date:
        """Today by the business clock."""
        return self._call.context.today()

    @property
    def now(self) -> datetime:
        """When it happens by the business clock; when an importer says it happened."""
        return occurred_at(self._call) or self._call.context.log.clock.now()

    @property
    def command_id(self) -> UUID:
        """The id of this command; the same for a retry with the same Idempotency-Key."""
        if self._id is None:
            call = self._call
            if call.key is None:
                self._id = UUID(bytes=os.urandom(16), version=4)
            else:
                self._id = derive_id("command", call.context.service_name, call.caller.subject, call.operation.id, call.key)
        return self._id

    def new_id(self, what: str) -> UUID:
        """The id of something this command creates; the same for a retry with the same Idempotency-Key."""
        fresh = derive_id(self.command_id, what)
        self._new.add(fresh)
        return fresh

    def seal(self, subject: UUID, plain: str) -> str:
        """Encrypt what is known of a new person; their key is stored with the command.

        For a person we know already there is `known`.
        """
        return self._keys().seal(subject, plain)

    async def known(self, subject: UUID) -> bool:
        """Fetch the key of a person, so that `seal` uses it instead of making one. Returns whether there is one."""
        return await self._keys().fetch(subject)

    def takes(self, upload: Upload) -> None:
        """The stream that this command founds takes the file over: it is kept until that is done."""
        self._upload = upload

    def forget(self, subject: UUID) -> None:
        """Destroy the key of a person together with the command, which should tell it."""
        self._forgotten.append(subject)

    @overload
    async def __call__(self, command: Command, answer: A, *, authority: str | None = None) -> A: ...

    @overload
    async def __call__(self, command: Command, answer: None = None, *, authority: str | None = None) -> None: ...

    async def __call__(self, command: Command, answer: A | None = None, *, authority: str | None = None) -> A | None:
        """Decide the command, store what it led to, and answer.

        What is returned is the answer as bytes, with its headers; the type says what those bytes mean. A command that was refused did
        nothing: another may be given in its place, after the route has looked again at what changed.
        """
        if self._handled:
            raise RuntimeError("one request, one command: what must agree at once is one decision")
        self._handled = True
        work = self._work(command, answer, authority)
        log = self._call.context.log
        try:
            await log.submit(work)
        except NothingToDo:
            if await took_effect(log.pool, self.command_id):
                raise AlreadyThere(self.command_id) from None
            work.sure = True
            await log.submit(work)
        except Refusal:
            self._handled = False
            raise
        return cast("A | None", Answer(work.status, work.headers, work.body))

    def _work(self, command: Command, answer: BaseModel | None, authority: str | None) -> "CommandWork":
        call = self._call
        context, operation = call.context, call.operation
        stream = _addressed(call, command)
        streams = context.streams(command, stream)
        body = b"" if answer is None else answer.__pydantic_serializer__.to_json(answer)
        if_match = call.header(b"if-match") if operation.kind == "act" else None
        wanted = None if if_match is None else expected_version(if_match)
        meta = Meta(
            command_id=self.command_id, actor=call.caller.subject, roles=call.caller.listed, correlation_id=None,
            causation_id=None, traceparent=call.span.traceparent, occurred_at=occurred_at(call), authority=authority,
        )  # fmt: skip
        location = None
        if operation.kind == "create" and stream is not None:
            location = f"{operation.prefix}/{stream.id}"
        return CommandWork(
            call=call, command=command, meta=meta, streams=streams, fresh=[named for named in streams if named.id in self._new],
            stream=stream, wanted=wanted, location=location, status=operation.status, body=body, sealer=self._sealer,
            forgotten=self._forgotten, upload=self._upload, answer=answer,
        )  # fmt: skip

    def _keys(self) -> Sealer:
        if self._sealer is None:
            self._sealer = Sealer(self._call.context.log.pool)
        return self._sealer


def _addressed(call: Call, command: Command) -> Stream | None:
    """The stream that the URL names, or that a creating command founds."""
    decider = call.operation.stream
    if decider is None:
        return None
    if call.operation.natural is not None:
        return Stream(decider.kind, getattr(command, decider.id)) if call.operation.names_stream else None
    found = call.path_values.get(decider.id)
    if found is not None:
        return Stream(decider.kind, UUID(found))
    if call.operation.kind == "create":
        created = getattr(command, decider.id, None)
        return None if created is None else Stream(decider.kind, created)
    return None


@dataclass(slots=True)
class CommandWork:
    """One command of one request, as the log wants it."""

    call: Call
    command: Command
    meta: Meta
    streams: Collection[Stream]
    fresh: Collection[Stream]
    stream: Stream | None
    wanted: frozenset[int] | None
    location: str | None
    status: int
    body: bytes
    sealer: Sealer | None
    forgotten: list[UUID]
    upload: Upload | None = None
    answer: BaseModel | None = None
    tails: tuple[()] = ()
    headers: list[HeaderPair] = field(default_factory=list)
    """Of the answer; known when the command is decided."""
    sure: bool = False
    """It was looked whether this very command took effect before: it did not."""

    def plan(self, plan: Plan) -> None:
        """Decide, and stage what goes with the events: new keys of persons, and the answer for a retry."""
        stream = self.stream
        if self.wanted is not None and stream is not None and (version := plan.version(stream)) not in self.wanted:
            raise Stale(version=version, expected=" or ".join(map(str, sorted(self.wanted))) or "another")
        rows = plan.decide(self.command, self.meta)
        if not rows and self.call.key is not None and not self.sure:
            raise NothingToDo
        numbered = plan.numbered(self.command)
        if rows and self.answer is not None and numbered is not None and numbered.field in type(self.answer).model_fields:
            given = {numbered.field: getattr(rows[0].event, numbered.field, None)}
            self.body = self.answer.__pydantic_serializer__.to_json(self.answer.model_copy(update=given))
        told = max((row.position for row in rows if row.partition is not None), default=None)
        self.headers = self._headers(plan.head, told, None if stream is None else plan.version(stream))
        if self.sealer is not None and rows:
            for key in self.sealer.rows():
                plan.insert(KEYS, key)
        if self.upload is not None and rows:
            assert stream is not None
            plan.change(UPLOAD, {"id": self.upload.id, "state": "waiting", "stream": stream.kind, "stream_id": stream.id})
        for subject in self.forgotten:
            plan.remove(KEYS, {"subject": subject})
        if self.call.key is not None:
            plan.insert(*answer_row(self.call, self.meta.command_id, self.status, self.headers, self.body))

    def _headers(self, position: int, told: int | None, version: int | None) -> list[HeaderPair]:
        at = f"{self.call.context.service_name}@{position}"
        headers: list[HeaderPair] = [(b"ltc-position", (at if told is None else f"{at}; told={told}").encode())]
        if version is not None:
            headers.append((b"etag", b'"%d"' % version))
        if self.location is not None:
            headers.append((b"location", self.location.encode()))
        if self.body:
            headers.append(JSON)
        return headers
