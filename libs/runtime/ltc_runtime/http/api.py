"""The routes of a service, each with who may use it and how it may refuse."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast, overload
from uuid import UUID

from fastapi import APIRouter
from fastapi.routing import APIRoute
from ltc_events import Command, Decider, Refusal
from ltc_events.filled import DayInTheFuture
from sqlalchemy import Select

from .command_routes import can_refuse_day, endpoint_of
from .history import history_of
from .openapi import BINARY, headers_of, responses_of, stub
from .operation import Kind, NaturalKey
from .public import Gate
from .roles import ROLES, Role
from .route import Route
from .signature import Signature

Kin = Callable[[UUID], Select[Any]]
F = TypeVar("F", bound=Callable[..., Any])


class OperationRoute(APIRoute):
    """A route that FastAPI describes and the edge serves."""

    operation: Route

    def __init__(self, path: str, endpoint: Callable[..., Any], *, operation: Route | None = None, **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if operation is not None:
            self.operation = operation


class Api(APIRouter):
    """The routes below one prefix, usually those of one aggregate.

    Args:
        prefix: such as ``/leads``.
        stream: the decider whose streams the URLs name; its version is the ``ETag``.
        natural: what the URLs name them by, if not by their ids. A command then holds the id of what its URL names.
    """

    def __init__(self, prefix: str = "", *, stream: Decider[Any, Any, Any] | None = None, natural: NaturalKey | None = None) -> None:
        words = [word for word in re.split(r"[/-]", prefix) if word]
        super().__init__(prefix=prefix, tags=[" ".join(words)] if words else None)
        self.stream = stream
        self.natural = natural
        self.operations: list[Route] = []

    @overload
    def create(
        self,
        path: str,
        command: type[Command],
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        money: bool = False,
        cap: int | None = None,
        found_at: str | None = None,
    ) -> None: ...

    @overload
    def create(
        self,
        path: str,
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        money: bool = False,
        cap: int | None = None,
        found_at: str | None = None,
        upload: bool = False,
    ) -> Callable[[F], F]: ...

    def create(
        self,
        path: str,
        command: type[Command] | None = None,
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        money: bool = False,
        cap: int | None = None,
        found_at: str | None = None,
        upload: bool = False,
    ) -> Callable[[F], F] | None:
        """A POST that founds something: 201 with its ``Location``.

        Args:
            command: what it sends, the body made of its fields (`self_binding`); without one it decorates a function.
            roles: who may.
            refuses: how it may be refused.
            money: money moves, so an Idempotency-Key is required.
            cap: the largest body in bytes, where the usual cap does not fit.
            found_at: the collection that what it founds belongs to, where that is not the prefix: ``Location`` is under it.
            upload: its body is a file, which the function gets as an `Upload`.
        """
        return self._bound(
            command, self._command("create", path, 201, roles, _with_day(refuses, command), money, cap, found_at, upload), path
        )

    @overload
    def act(
        self,
        path: str,
        command: type[Command],
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        money: bool = False,
        cap: int | None = None,
    ) -> None: ...

    @overload
    def act(
        self, path: str, *, roles: Sequence[Role], refuses: Sequence[type[Refusal]] = (), money: bool = False, cap: int | None = None
    ) -> Callable[[F], F]: ...

    def act(
        self,
        path: str,
        command: type[Command] | None = None,
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        money: bool = False,
        cap: int | None = None,
    ) -> Callable[[F], F] | None:
        """A POST that does something to what is there: 204, or 200 where it has something to say. ``command``: as of `create`."""
        return self._bound(command, self._command("act", path, None, roles, _with_day(refuses, command), money, cap), path)

    def _bound(self, command: type[Command] | None, register: Callable[[F], F], path: str) -> Callable[[F], F] | None:
        if command is None:
            return register
        register(cast("F", endpoint_of(command, self.prefix + path)))
        return None

    def public(
        self,
        path: str,
        *,
        gate: Gate,
        refuses: Sequence[type[Refusal]] = (),
        cap: int = 16 * 1024,
        media: str | None = None,
    ) -> Callable[[F], F]:
        """A POST that is open to the public: 202. The gate decides who may.

        No role opens it, no Idempotency-Key is kept, and its requests wait behind all others.

        Args:
            gate: who may come in.
            refuses: how it may be refused beside.
            cap: the largest body in bytes.
            media: the media type of a page it answers with; the function then returns an `Answer`, and a body is not read.
        """

        def register(endpoint: F) -> F:
            self._add(endpoint, "act", "POST", path, 202, (), refuses, cap=cap, media=media, gate=gate)
            return endpoint

        return register

    def public_page(self, path: str, *, gate: Gate, refuses: Sequence[type[Refusal]] = ()) -> Callable[[F], F]:
        """A GET of a web page open to the public; it returns an `Answer`. Programs follow links: it must change nothing."""

        def register(endpoint: F) -> F:
            self._add(endpoint, "query", "GET", path, 200, (), refuses, media="text/html", gate=gate)
            return endpoint

        return register

    def query(
        self, path: str, *, roles: Sequence[Role], refuses: Sequence[type[Refusal]] = (), media: str | None = None
    ) -> Callable[[F], F]:
        """A GET.

        Args:
            roles: who may.
            refuses: how it may be refused.
            media: the media type of a file it answers with; the function then returns an `Answer`.
        """

        def register(endpoint: F) -> F:
            self._add(endpoint, "query", "GET", path, 200, roles, refuses, media=media)
            return endpoint

        return register

    def history(
        self,
        path: str,
        *,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]] = (),
        opened_for: Sequence[Role] | None = None,
        kin: Kin | None = None,
    ) -> None:
        """A GET of everything that ever happened to the one the URL names, from the log.

        Args:
            roles: who may.
            refuses: how it may be refused.
            opened_for: for whom sealed texts are opened, where that is not everybody who may.
            kin: the ids of those whose history is shown with it, itself among them, where there may be others.
        """
        assert self.stream is not None, "only streams have a history"
        unknown = refuses[0] if refuses else None
        self._add(
            history_of(self.stream, self.natural, unknown, frozenset(roles if opened_for is None else opened_for), kin),
            "query",
            "GET",
            path,
            200,
            roles,
            refuses,
        )

    def _command(
        self,
        kind: Kind,
        path: str,
        status: int | None,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]],
        money: bool,
        cap: int | None,
        found_at: str | None = None,
        upload: bool = False,
    ) -> Callable[[F], F]:
        def register(endpoint: F) -> F:
            self._add(endpoint, kind, "POST", path, status, roles, refuses, money, cap, found_at, upload=upload)
            return endpoint

        return register

    def _add(
        self,
        endpoint: Callable[..., Any],
        kind: Kind,
        method: str,
        path: str,
        status: int | None,
        roles: Sequence[Role],
        refuses: Sequence[type[Refusal]],
        money: bool = False,
        cap: int | None = None,
        found_at: str | None = None,
        media: str | None = None,
        gate: Gate | None = None,
        upload: bool = False,
    ) -> None:
        unknown = set(roles) - ROLES
        if unknown:
            raise ValueError(f"{endpoint.__name__}: no such roles: {', '.join(sorted(unknown))}")
        whole = self.prefix + path
        signature = Signature(endpoint, whole)
        silent = media is not None or signature.answer in (None, type(None))
        operation = Route(
            id=endpoint.__name__, kind=kind, method=method, prefix=found_at or self.prefix, path=whole, roles=frozenset(roles),
            endpoint=endpoint, signature=signature, status=status or (204 if silent else 200), stream=self.stream, natural=self.natural,
            refuses=tuple(refuses), money=money, cap=cap, media=media, gate=gate, upload=upload,
        )  # fmt: skip
        self.operations.append(operation)
        described = stub(endpoint, signature.described(headers_of(operation)))
        self.routes.append(
            OperationRoute(
                whole, described, operation=operation, methods=[method], operation_id=operation.id, name=operation.id, tags=self.tags,
                status_code=operation.status, response_model=None if silent else signature.answer, responses=responses_of(operation),
                openapi_extra=BINARY if upload else None,
                summary=_summary(endpoint), description=_description(endpoint),
            )
        )  # fmt: skip
        self._mark_routes_changed()


def _summary(endpoint: Callable[..., Any]) -> str:
    lines = (endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().splitlines()
    return lines[0].strip().rstrip(".")


def _description(endpoint: Callable[..., Any]) -> str:
    lines = (endpoint.__doc__ or "").strip().splitlines()
    return " ".join(line.strip() for line in lines[1:]).strip()


def _with_day(refuses: Sequence[type[Refusal]], command: type[Command] | None) -> Sequence[type[Refusal]]:
    return refuses if command is None or not can_refuse_day(command) else (*refuses, DayInTheFuture)
