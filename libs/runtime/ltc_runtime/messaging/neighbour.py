"""The client of /feed and /heads of another service."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import orjson

from ..settings import Settings
from .cloudevents import Envelope, Unreadable, read_attributes

ANSWER_SECONDS = 5.0
PAGE = 500


class Unanswered(Exception):
    """The teller gave no usable answer; asking again later may help."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of one partition: how much was published, and a digest of everything before."""

    partition: int
    position: int
    count: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Heads:
    """How far a publisher's log is, and how far it is published."""

    log_id: UUID
    head: int
    told: int
    partitions: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some published events in log order."""

    log_id: UUID
    events: tuple[Envelope, ...]
    next: int | None
    """Where to go on; nothing more: none."""


class Neighbour:
    """One service to ask."""

    def __init__(self, name: str, client: httpx.AsyncClient) -> None:
        self.name = name
        self._client = client

    async def heads(self) -> Heads:
        """How far it has published.

        Raises:
            Unanswered: it cannot be asked now.
        """
        body = await self._get("/heads", {})
        try:
            partitions = [Head(one["partition"], one["position"], one["count"], bytes.fromhex(one["hash"])) for one in body["partitions"]]
            return Heads(UUID(body["log_id"]), body["head"], body["told"], tuple(partitions))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unanswered(f"{self.name}: /heads is malformed: {error}") from None

    async def page(self, after: int, partition: int, limit: int = PAGE) -> FeedPage:
        """What it published behind ``after`` in a partition.

        Raises:
            Unanswered: it cannot be asked now.
            Unreadable: it answers an event that this version cannot read.
        """
        body = await self._get("/feed", {"after": after, "limit": limit, "partition": partition})
        try:
            log_id, following = UUID(body["log_id"]), body["next"]
            events = [(_texts(event), event["data"].encode()) for event in body["events"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unanswered(f"{self.name}: /feed is malformed: {error}") from None
        told = tuple(read_attributes(attributes, data, self.name, partition) for attributes, data in events)
        if any(event.log_id != log_id for event in told):
            raise Unanswered(f"{self.name}: /feed answers events of several logs")
        return FeedPage(log_id, told, following)

    async def at(self, log_id: UUID, position: int, partition: int) -> Envelope | None:
        """What it published at exactly this position of this log, in this partition; nothing: none."""
        try:
            page = await self.page(position - 1, partition, limit=1)
        except Unreadable:
            return None
        return next((told for told in page.events if told.log_id == log_id and told.position == position), None)

    async def _get(self, path: str, query: dict[str, int]) -> Any:
        try:
            answer = await self._client.get(path, params=query)
            if answer.status_code != 200:
                raise Unanswered(f"{self.name}: {path} answers {answer.status_code}")
            return orjson.loads(answer.content)
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise Unanswered(f"{self.name}: {path}: {type(error).__name__}: {error}") from None


def _texts(event: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in event.items() if name != "data" and value is not None}


class Neighbours:
    """The services whose addresses are known."""

    def __init__(self, settings: Settings) -> None:
        headers = {"Authorization": f"Bearer {settings.service_token}"} if settings.service_token else {}
        self._clients = {
            name: httpx.AsyncClient(base_url=url, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
            for name, url in settings.neighbours.items()
        }

    def get(self, name: str) -> Neighbour | None:
        """The service ``name``, if its address is known."""
        client = self._clients.get(name)
        return Neighbour(name, client) if client is not None else None

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
