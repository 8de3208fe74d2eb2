"""A frontline app as the tests have it: asks over HTTP, keeps a journal of what it asked and was told, and asks again with the same key."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TOKEN_SECONDS = 1200.0
"""A token is used so long, and then a new one: it is good for an hour."""

Token = Callable[[str, tuple[str, ...]], str]


@dataclass(frozen=True)
class Person:
    """Who asks."""

    name: str
    roles: tuple[str, ...]


ANN = Person("ann", ("sales",))
MAX = Person("max", ("sales_manager",))
FAY = Person("fay", ("fulfilment",))
LEA = Person("lea", ("legal",))
FIN = Person("fin", ("finance",))


class Refused(Exception):
    """A definite no."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.code, self.problem = status, problem.get("code"), problem
        super().__init__(f"{status} {self.code}: {problem.get('detail')}")


@dataclass(frozen=True)
class Done:
    """A definite yes."""

    body: Any
    told: str | None
    """What another service must have heard, as ``LTC-After`` wants it."""
    headers: httpx.Headers


class ApiClient:
    """Speaks to the five services.

    Args:
        urls: where they answer.
        token: makes a bearer token.
        journal: the file every attempt is written to.
        patience: seconds after which it gives up on one act.
    """

    def __init__(self, urls: dict[str, str], token: Token, journal: Path, patience: float = 180.0) -> None:
        self.urls = urls
        self.replicas: dict[str, Iterator[str]] = {}
        """Services that several processes answer for: the next one is asked each time."""
        self.patience = patience
        self._token = token
        self._tokens: dict[tuple[Person, int], str] = {}
        self._journal = journal.open("a", buffering=1)
        self._client = httpx.AsyncClient(trust_env=False, timeout=10.0, limits=httpx.Limits(max_connections=100))
        self.anybody = ANN
        self.passing: frozenset[int] = frozenset()
        """Refusals that will pass, such as those of a service whose clock is wrong: it is asked again."""
        self.unavailable: list[httpx.Response] = []
        """The answers 503 on the way."""

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()
        self._journal.close()

    async def act(self, service: str, operation: str, path: str, who: Person, body: Any = None, *, key: str) -> Done:
        """POST until there is a definite answer. A body of bytes is a file.

        Raises:
            Refused: the answer is no.
        """
        said = {"content": body} if isinstance(body, bytes) else {"json": body}
        known = {"service": service, "operation": operation, "subject": who.name, "key": key}
        headers = {"Idempotency-Key": key, **self._headers(who)}
        async with asyncio.timeout(self.patience):
            while True:
                self._note(known, "invoke")
                try:
                    answer = await self._client.post(self._url(service) + path, headers=headers, **said)
                except httpx.HTTPError:
                    self._note(known, "unknown")
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code >= 500 or answer.headers.get("Retry-After") or answer.status_code in self.passing:
                    self.unavailable.append(answer)
                    self._note(known, "unknown", status=answer.status_code)
                    await asyncio.sleep(min(1.0, float(answer.headers.get("Retry-After", 0.2))))
                    continue
                return self._concluded(known, answer)

    async def given_up(self, service: str, operation: str, path: str, body: Any, key: str, seconds: float) -> None:
        """POST and hang up after a moment, whatever was under way."""
        known = {"service": service, "operation": operation, "subject": self.anybody.name, "key": key}
        self._note(known, "invoke")
        url, content = httpx.URL(self._url(service)), json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Host": url.host, "Content-Type": "application/json", "Content-Length": str(len(content)), "Idempotency-Key": key}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**headers, **self._headers(self.anybody)}.items())]
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        await asyncio.sleep(seconds)
        writer.transport.abort()
        self._note(known, "unknown")

    def _concluded(self, known: dict[str, str], answer: httpx.Response) -> Done:
        if answer.status_code >= 400:
            self._note(known, "refused", status=answer.status_code)
            raise Refused(answer.status_code, answer.json())
        position, _, told = answer.headers["LTC-Position"].partition("; told=")
        number = int(position.partition("@")[2])
        self._note(known, "ok", status=answer.status_code, position=number, body=hashlib.sha256(answer.content).hexdigest())
        after = f"{known['service']}@{told}" if told else None
        return Done(answer.json() if answer.content else None, after, answer.headers)

    async def ask(self, service: str, path: str, who: Person, body: Any) -> Any:
        """POST what is only asked, and changes nothing."""
        answer = await self._client.post(self._url(service) + path, json=body, headers=self._headers(who))
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json())
        return answer.json()

    async def look(self, service: str, path: str, who: Person = MAX, *, after: Iterable[str | None] = ()) -> Any:
        """GET what is known, as often as the service is away or has not heard yet."""
        return (await self.fetch(service, path, who, after=after)).json()

    async def fetch(
        self, service: str, path: str, who: Person = MAX, *, after: Iterable[str | None] = (), media: str = "*/*"
    ) -> httpx.Response:
        """GET a file, or whatever of the media asked for is there.

        Raises:
            Refused: the answer is no.
        """
        wanted = ", ".join(filter(None, after))
        headers = {"Accept": media, **self._headers(who), **({"LTC-After": wanted} if wanted else {})}
        async with asyncio.timeout(self.patience):
            while True:
                try:
                    answer = await self._client.get(self._url(service) + path, headers=headers)
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code < 500 and answer.status_code not in (429, *self.passing):
                    break
                await asyncio.sleep(0.2)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, answer.json())
        return answer

    def _url(self, service: str) -> str:
        return next(self.replicas[service]) if service in self.replicas else self.urls[service]

    def _headers(self, who: Person) -> dict[str, str]:
        known = who, int(time.monotonic() // TOKEN_SECONDS)
        if known not in self._tokens:
            self._tokens[known] = self._token(who.name, who.roles)
        return {"Authorization": f"Bearer {self._tokens[known]}"}

    def _note(self, known: dict[str, str], outcome: str, **more: Any) -> None:
        self._journal.write(json.dumps({**known, "outcome": outcome, **more}) + "\n")
