"""How an operation serves a request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ltc_events import Refusal
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ltc_runtime.log.errors import AlreadyThere

from ..telemetry import Span
from .admission import Kind as AdmissionKind
from .admission_queue import Admitted
from .body import check_json, must_be_json, read_body
from .call import Call
from .context import HttpContext
from .export import exported, requested_format
from .failures import answer_to
from .handle import Handle
from .idempotency import read_key, replay
from .operation import Operation
from .pages import Paging, listed_in
from .problems import Busy, Forbidden, IdempotencyKeyMissing, Invalid, Malformed, field_errors
from .public import Gate, preflight, readable
from .read import NotModified, Read
from .read_your_writes import wait_until
from .responses import JSON, Answer, Receive, Scope, Send
from .signature import Signature
from .uploads import stored_upload


@dataclass(frozen=True, eq=False, kw_only=True)
class Route(Operation):
    """An operation with the function that does it."""

    endpoint: Callable[..., Any]
    signature: Signature
    refuses: tuple[type[Refusal], ...] = ()
    gate: Gate | None = None
    """Open to the public: the gate decides who may, no role does."""
    upload: bool = False
    """Its body is a file: stored while it streams, and admitted as imports are."""

    @cached_property
    def lists(self) -> type[BaseModel] | None:
        """The view that it lists page by page, and so exports as a file too."""
        return None if self.signature.paging is None else listed_in(self.signature.answer)

    @property
    def admission_kind(self) -> AdmissionKind:
        """The queue its requests wait in."""
        return "import" if self.upload else "query" if self.kind == "query" else "command"

    async def serve(
        self, context: HttpContext, scope: Scope, receive: Receive, send: Send, values: dict[str, str], span: Span, admitted: Admitted
    ) -> int:
        """Answer one request.

        Returns:
            the status of the answer.
        """
        call = Call(context, self, scope, values, span, admitted)
        try:
            answer = await self._answer(call, receive)
        except NotModified as same:
            answer = Answer(304, [(b"etag", b'"%d"' % same.version)])
        except Exception as error:
            answer = answer_to(error, span.trace_id, writes=self.kind != "query")
        if self.gate is not None:
            answer.headers += readable(call)
        admitted.end()
        await answer(scope, receive, send)
        status: int = answer.status_code
        return status

    async def _answer(self, call: Call, receive: Receive) -> Any:
        if self.gate is not None:
            return await self._public(self.gate, call, receive)
        authorization = call.headers.get(b"authorization")
        call.caller = call.admitted.caller or await call.context.verifier.verify(authorization)
        if not self.roles & call.caller.roles:
            raise Forbidden
        if self.kind == "query":
            return await self._query(call)
        return await self._command(call, receive)

    async def _public(self, gate: Gate, call: Call, receive: Receive) -> Any:
        if self.method == "OPTIONS":
            await call.admitted.begin()
            return await preflight(gate, call)
        call.body = await read_body(call.headers, receive, self.cap or call.context.body_cap)
        await call.admitted.begin()
        call.caller = await gate.admit(call)
        return self._finished(await self.endpoint(**self._arguments(call)))

    async def _query(self, call: Call) -> Any:
        arguments: dict[str, Any] = {}
        self.signature.bind_path(call.path_values, arguments)
        self._bind_query(call, arguments)
        after = call.headers.get(b"ltc-after")
        if after is not None:
            await wait_until(call.context, after.decode("latin-1"))
        await call.admitted.begin()
        read = Read(call)
        if self.signature.read is not None:
            arguments[self.signature.read] = read
        if self.lists is not None and (kind := requested_format(call.headers.get(b"accept"))) is not None:
            return await self._export(kind, arguments)
        result = await self.endpoint(**arguments)
        if not isinstance(result, BaseModel):
            if hasattr(result, "status_code"):
                return result
            return Answer(self.status, [*read.headers, JSON], to_json(result))
        return Answer(self.status, [*read.headers, JSON], result.__pydantic_serializer__.to_json(result))

    async def _export(self, kind: str, arguments: dict[str, Any]) -> Any:
        def page_of(paging: Paging) -> Any:
            return self.endpoint(**{**arguments, str(self.signature.paging): paging})

        assert self.lists is not None
        return await exported(kind, self.id.removeprefix("list_").replace("_", "-"), self.lists, page_of)

    async def _command(self, call: Call, receive: Receive) -> Any:
        if self.upload:
            return await self._take_in(call, receive)
        call.body = await read_body(call.headers, receive, self.cap or call.context.body_cap)
        await call.admitted.begin()
        self._read_key(call)
        return await self._done(call, self._arguments(call))

    async def _take_in(self, call: Call, receive: Receive) -> Any:
        """Store a file while it streams, unless what is asked of it makes no sense; whatever is not taken over goes again."""
        self._read_key(call)
        arguments = self._arguments(call)
        async with stored_upload(call.context.log.pool, call.headers, receive, self.cap or call.context.body_cap) as upload:
            call.body = upload.digest
            await call.admitted.begin()
            assert self.signature.upload is not None
            arguments[self.signature.upload] = upload
            return await self._done(call, arguments)

    def _read_key(self, call: Call) -> None:
        key = call.header(b"idempotency-key")
        if key is not None:
            call.key = read_key(key)
        elif self.money:
            raise IdempotencyKeyMissing

    def _arguments(self, call: Call) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        self.signature.bind_path(call.path_values, arguments)
        self._bind_query(call, arguments)
        self._bind_body(call, arguments)
        if self.signature.handle is not None:
            arguments[self.signature.handle] = Handle(call)
        if self.signature.read is not None:
            arguments[self.signature.read] = Read(call)
        return arguments

    async def _done(self, call: Call, arguments: dict[str, Any]) -> Any:
        if call.key is None:
            return self._finished(await self.endpoint(**arguments))
        return await self._once(call, arguments)

    async def _once(self, call: Call, arguments: dict[str, Any]) -> Any:
        """The same key in flight twice: the second waits for the first and gets its answer."""
        slot = (call.caller.subject, self.id, call.key)
        in_flight = call.context.in_flight
        while (first := in_flight.get(slot)) is not None:
            await _wait(first, call.context.in_flight_seconds)
            if (replayed := await replay(call)) is not None:
                return replayed
        in_flight[slot] = asyncio.get_running_loop().create_future()
        try:
            return self._finished(await self.endpoint(**arguments))
        except Exception as error:
            # Known keys are not looked for beforehand: the unique key of the table finds them, or the state does, which
            # refuses what it has already done. Then what was answered the first time is the answer.
            if not isinstance(error, (Refusal, AlreadyThere)):
                raise
            if (replayed := await replay(call)) is None:
                raise
            return replayed
        finally:
            in_flight.pop(slot).set_result(None)

    def _finished(self, result: Any) -> Any:
        if result is None:
            return Answer(204)
        if isinstance(result, BaseModel):  # answered without a command
            return Answer(self.status, [JSON], result.__pydantic_serializer__.to_json(result))
        return result

    def _bind_query(self, call: Call, arguments: dict[str, Any]) -> None:
        if call.query or self.signature.asks:
            self.signature.bind_query(call.query, arguments)

    def _bind_body(self, call: Call, arguments: dict[str, Any]) -> None:
        parameter = self.signature.body
        if parameter is None:
            return
        if not call.body and not parameter.required:
            return
        must_be_json(call.headers.get(b"content-type"))
        check_json(call.body)
        assert parameter.adapter is not None
        try:
            arguments[parameter.name] = parameter.adapter.validate_json(call.body)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            if found[0]["type"] == "json_invalid":
                raise Malformed from None
            raise Invalid(errors=field_errors(found, "body")) from None


async def _wait(first: "asyncio.Future[None]", seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(first)
    except TimeoutError:
        raise Busy from None
