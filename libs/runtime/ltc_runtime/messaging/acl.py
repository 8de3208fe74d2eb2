"""Who may do what on the topics: a service writes its own and reads those it consumes, an analyst reads all, others nothing.

Written from the services' own pages, and kept in the cluster as access lists (ACLs), which deny whatever they do not name.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from ..service import Service
from ..settings import Settings
from .broker import PATIENCE, admin, prefixed, topic_for

Kind = Literal["topic", "group"]
Act = Literal["read", "write"]

ANALYST = "analyst"

# The numbers of Kafka's protocol.
_KINDS: dict[Kind, int] = {"topic": 2, "group": 3}
_ACTS: dict[Act, int] = {"read": 3, "write": 4}
_ANY, _EXACT, _BEGINNING, _ALLOW = 1, 3, 4, 3
_EVERYWHERE = "*"
_SECURITY_DISABLED = 54


class Grant(NamedTuple):
    """One line of the access list. Reading or writing a topic includes seeing that it is there."""

    user: str
    act: Act
    kind: Kind
    name: str
    beginning: bool = False
    """Everything whose name begins so."""


class NoAccessLists(Exception):
    """The cluster keeps no access lists: it has no authorizer, so everybody may do everything there."""


def grants(services: Sequence[Service], settings: Settings) -> list[Grant]:
    """The whole list, as the services' pages want it."""
    wanted = [grant for service in services for grant in grants_of(service, settings)]
    return [*wanted, *analysts(services, settings)]


def grants_of(service: Service, settings: Settings) -> list[Grant]:
    """What a service may: write and read its own topic, read the topics it consumes, and commit offsets in its group."""
    own = topic_for(service.name, settings)
    heard = [Grant(service.name, "read", "topic", topic_for(publisher, settings)) for publisher in service.consumes]
    return [
        Grant(service.name, "write", "topic", own),
        Grant(service.name, "read", "topic", own),
        *heard,
        Grant(service.name, "read", "group", prefixed(service.name, settings)),
    ]


def analysts(services: Iterable[Service], settings: Settings) -> list[Grant]:
    """Analysts read every topic, in groups whose names begin with theirs."""
    topics = [Grant(ANALYST, "read", "topic", topic_for(service.name, settings)) for service in services]
    return [*topics, Grant(ANALYST, "read", "group", prefixed(ANALYST, settings), beginning=True)]


async def show(users: Iterable[str], settings: Settings) -> set[Grant]:
    """What these users may in the cluster as it is, as far as it is of the kinds we grant.

    Raises:
        NoAccessLists: the cluster keeps none.
    """
    async with admin(settings) as client:
        return {grant for user in users for grant in await _of(client, user)}


async def apply(wanted: Sequence[Grant], settings: Settings) -> tuple[set[Grant], set[Grant]]:
    """Grant what is missing and take back what is too much, of these users alone; returns both.

    Raises:
        NoAccessLists: the cluster keeps none.
    """
    async with admin(settings) as client:
        has = {grant for user in {grant.user for grant in wanted} for grant in await _of(client, user)}
        missing, surplus = set(wanted) - has, has - set(wanted)
        await asyncio.gather(*(_ask(client, CreateAclsRequest(*_line(grant), _ALLOW), "creation_responses") for grant in missing))
        await asyncio.gather(*(_ask(client, DeleteAclsRequest(*_line(grant), _ALLOW), "filter_responses") for grant in surplus))
        return missing, surplus


async def _of(client: AIOKafkaAdminClient, user: str) -> set[Grant]:
    request = DescribeAclsRequest(_ANY, None, _ANY, f"User:{user}", None, _ANY, _ALLOW)
    async with asyncio.timeout(PATIENCE):
        answer = await client._send_request(request)
    if answer.error_code == _SECURITY_DISABLED:
        raise NoAccessLists
    if answer.error_code:
        raise for_code(answer.error_code)(answer.error_message)
    kinds: dict[int, Kind] = {number: kind for kind, number in _KINDS.items()}
    acts: dict[int, Act] = {number: act for act, number in _ACTS.items()}
    return {
        Grant(user, acts[act], kinds[kind], name, pattern == _BEGINNING)
        for kind, name, pattern, lines in answer.resources
        for _, _, act, _ in lines
        if kind in kinds and act in acts
    }


def _line(grant: Grant) -> tuple[int, str, int, str, str, int]:
    pattern = _BEGINNING if grant.beginning else _EXACT
    return _KINDS[grant.kind], grant.name, pattern, f"User:{grant.user}", _EVERYWHERE, _ACTS[grant.act]


async def _ask(client: AIOKafkaAdminClient, request: Any, name: str) -> None:
    async with asyncio.timeout(PATIENCE):
        answer = await client._send_request(request)
    for code, message, *_ in getattr(answer, name):
        if code:
            raise for_code(code)(message)
