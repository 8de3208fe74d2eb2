"""The HTTP client of a frontline app: a bearer token, an idempotency key per command, and retries. It sees what any caller sees."""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any

import orjson

from .http import Response, Service, Unreachable
from .timings import Timings

Token = Callable[[str, tuple[str, ...]], str]
"""``token(subject, roles)``: a bearer token that is valid for some minutes at least."""

SERVICES = ("lead-svc", "opportunity-svc", "contract-svc", "order-svc", "billing-svc")
"""In the order a deal passes through them."""

MAX_WAIT_SECONDS = 600.0
"""Seconds before a service that cannot be reached is given up."""

_LONGEST_PAUSE = 3.0
_TOKEN_SECONDS = 120.0
_POSITION = re.compile(r"^([a-z-]+)@(\d+)(?:; *told=(\d+))?$")
# Retry: the service is down or overloaded, the key is in flight, or a proxy says so.
_AGAIN = frozenset({429, 502, 503, 504})


class Rejected(Exception):
    """A service refused a step for good; ``problem`` is its whole answer (RFC 9457)."""

    def __init__(self, step: str, status: int, code: str, detail: str, problem: Mapping[str, Any] | None = None) -> None:
        self.step, self.status, self.code, self.problem = step, status, code, problem or {}
        super().__init__(f"{step}: {status} {code}: {detail}")


class TimedOut(Exception):
    """A service was not reachable for the maximum wait."""


@dataclass(frozen=True)
class Person:
    """A user with roles."""

    subject: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A public page: no user, but the token of a capture form."""

    token: str


@dataclass(frozen=True)
class LogPosition:
    """The position of the last event a service had published when it answered: a read in another service waits for it."""

    service: str
    position: int

    def __str__(self) -> str:
        return f"{self.service}@{self.position}"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    """JSON, read; of a file, its bytes."""
    published: LogPosition | None
    replayed: bool = False
    """It was done before, with this key; nothing happened now."""


class ApiClient:
    """Speaks to the five services.

    Args:
        addresses: where each service answers.
        token: makes a bearer token.
        timings: takes what each step took.
        patience: seconds before we give up on a service that cannot be reached.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        token: Token,
        timings: Timings,
        *,
        patience: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._services = {name: Service(url) for name, url in addresses.items()}
        self._token = token
        self._tokens: dict[Person, tuple[float, str]] = {}
        self._timings = timings
        self._patience = patience
        self._jitter = Random(1)

    async def __aenter__(self) -> "ApiClient":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for service in self._services.values():
            service.close()

    async def post(
        self,
        service: str,
        step: str,
        path: str,
        who: Person | Form,
        body: Mapping[str, Any] | bytes | None,
        *,
        key: str,
        at: str | None = None,
    ) -> Answer:
        """POST, safe to repeat: the key is the same each time.

        Args:
            step: what it is called in the report.
            body: JSON, or the bytes of a file.
            at: when it happened, by RFC 3339; only an importer may say so.

        Raises:
            Rejected: the service refused.
            TimedOut: it could not be reached.
        """
        headers = {"idempotency-key": idempotency_key(key)}
        content = None
        if isinstance(body, bytes):
            headers["content-type"], content = "application/octet-stream", body
        elif body is not None:
            headers["content-type"], content = "application/json", orjson.dumps(body)
        if at is not None:
            headers["ltc-occurred-at"] = at
        return await self._until_answered(service, step, "POST", path, who, headers, content)

    async def get(
        self, service: str, step: str, path: str, who: Person, *, after: Iterable[LogPosition] = (), accept: str = "application/json"
    ) -> Answer:
        """GET, after the service has consumed these events of its neighbours.

        Args:
            accept: the kind of file that is wanted.

        Raises:
            Rejected: the service refused.
            TimedOut: it could not be reached.
        """
        waits = ", ".join(map(str, after))
        headers = {"accept": accept} | ({"ltc-after": waits} if waits else {})
        return await self._until_answered(service, step, "GET", path, who, headers, None)

    async def _until_answered(
        self, service: str, step: str, method: str, path: str, who: Person | Form, headers: dict[str, str], content: bytes | None
    ) -> Answer:
        began = time.monotonic()
        attempt = 0
        while True:
            pause, cause = 0.0, ""
            try:
                headers |= {"form-token": who.token} if isinstance(who, Form) else {"authorization": self._bearer(who)}
                response = await self._services[service].request(method, path, headers, content)
            except Unreachable as error:
                cause = str(error)
            else:
                if 200 <= response.status < 300:
                    self._timings.took(step, time.monotonic() - began)
                    return _answer(response)
                pause, cause = self._again(step, response, who, attempt)
            attempt += 1
            self._timings.retries[cause] += 1
            if time.monotonic() - began > self._patience:
                raise TimedOut(f"{step}: {service} did not answer within {self._patience:.0f} s; last: {cause}")
            await asyncio.sleep(max(pause, min(_LONGEST_PAUSE, 0.05 * 2**attempt)) * (0.75 + 0.5 * self._jitter.random()))

    def _again(self, step: str, response: Response, who: Person | Form, attempt: int) -> tuple[float, str]:
        """How long to wait before the next attempt, and why; raises where there is no use in one."""
        problem = _problem(response)
        code = str(problem.get("code", "no problem document"))
        if response.status in _AGAIN or code == "busy":
            return _retry_after(response), f"{response.status} {code}"
        if response.status == 401 and attempt < 5 and isinstance(who, Person):
            self._tokens.pop(who, None)  # the issuer may have new keys
            return 0.2, f"401 {code}"
        if response.status >= 500 and attempt < 5:
            return 0.5, f"{response.status} {code}"
        detail = str(problem.get("detail", response.content[:200].decode("utf-8", "replace")))
        wrong = [f"{error.get('pointer') or error.get('parameter')}: {error.get('detail')}" for error in problem.get("errors") or ()]
        raise Rejected(step, response.status, code, "; ".join((detail, *wrong)), problem)

    def _bearer(self, who: Person) -> str:
        now = time.monotonic()
        made, bearer = self._tokens.get(who, (-_TOKEN_SECONDS, ""))
        if now - made >= _TOKEN_SECONDS:
            bearer = "Bearer " + self._token(who.subject, who.roles)
            self._tokens[who] = now, bearer
        return bearer


def idempotency_key(key: str) -> str:
    """A key as the header takes it: printable ASCII, at most 255 letters."""
    if len(key) <= 200 and key.isascii() and key.isprintable() and '"' not in key:
        return f'"{key}"'
    return f'"{hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()}"'


def _answer(response: Response) -> Answer:
    is_file = "content-disposition" in response.headers
    body: Any = response.content if is_file else orjson.loads(response.content) if response.content else None
    return Answer(response.status, body, _published(response), response.headers.get("idempotency-replayed") == "true")


def _published(response: Response) -> LogPosition | None:
    found = _POSITION.match(response.headers.get("ltc-position", ""))
    return LogPosition(found[1], int(found[3])) if found and found[3] else None


def _problem(response: Response) -> dict[str, Any]:
    try:
        problem = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _retry_after(response: Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return min(_LONGEST_PAUSE, float(seconds)) if seconds.isdigit() else 0.0
