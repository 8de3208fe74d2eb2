"""Read your own write elsewhere: wait until what another service told has arrived here, and was reacted to."""

import asyncio
import re
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from .problems import BadRequest, NotCaughtUp

if TYPE_CHECKING:
    from .edge import Edge

_FORM = re.compile(r"^\s*([a-z]+(?:-[a-z]+)*)@([0-9]{1,18})(?:\s*;\s*told=([0-9]{1,18}))?\s*$")
_POLL = 0.005

_ARRIVED = """
SELECT heard.origin, log.origin_position, log.position
FROM unnest($1::text[], $2::bigint[]) AS wanted(origin, position)
JOIN (SELECT DISTINCT origin, log_id FROM heard) AS heard USING (origin)
JOIN log ON log.origin_log = heard.log_id AND log.origin_position = wanted.position AND log.origin IS NOT NULL
"""
# A policy that was never begun has no checkpoint yet, and one that was given up still has one.
_REACTED = "SELECT CASE WHEN count(*) = cardinality($1::text[]) THEN min(position) ELSE -1 END FROM checkpoint WHERE name = ANY($1)"

Wanted = tuple[str, int]


class Waiting:
    """Everybody who waits in this process; one of us asks the database for all of them."""

    def __init__(self, edge: "Edge") -> None:
        self._edge = edge
        self._arriving: dict[Wanted, list[asyncio.Future[int]]] = {}
        self._reacting: list[tuple[int, asyncio.Future[None]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._pause: asyncio.Future[int] | None = None

    async def arrived(self, service: str, position: int) -> int:
        """Wait until a fact was heard; its position here."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._arriving.setdefault((service, position), []).append(future)
        self._ask()
        return await future

    async def reacted(self, position: int) -> None:
        """Wait until every policy has passed a position."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reacting.append((position, future))
        self._ask()
        await future

    def _ask(self) -> None:
        if self._pause is not None:
            self._pause.cancel()  # what the newcomer waits for may be here already
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._keep_asking(), name="waiting")

    async def _keep_asking(self) -> None:
        try:
            while self._forget_who_left():
                head = self._edge.log.head
                if self._arriving:
                    await self._look_for_arrivals()
                if self._reacting:
                    await self._look_at_policies()
                # A reaction that decided something moved the head; one that had nothing to do moved only the checkpoint.
                seconds = _POLL if self._reacting else self._edge.after_seconds
                self._pause = asyncio.ensure_future(self._edge.log.changed(head, seconds))
                await asyncio.wait([self._pause])
        except Exception as error:
            self._fail(error)

    async def _look_for_arrivals(self) -> None:
        pool: Any = self._edge.log.pool
        services, positions = zip(*self._arriving, strict=True)
        for service, told, position in await pool.fetch(_ARRIVED, services, positions):
            for future in self._arriving.pop((service, told), ()):
                if not future.done():
                    future.set_result(position)
        await asyncio.sleep(0)  # who arrived may wait for the policies at once

    async def _look_at_policies(self) -> None:
        pool: Any = self._edge.log.pool
        reacted: int = await pool.fetchval(_REACTED, self._edge.followers)
        for position, future in self._reacting:
            if position <= reacted and not future.done():
                future.set_result(None)

    def _forget_who_left(self) -> bool:
        self._reacting = [waiter for waiter in self._reacting if not waiter[1].done()]
        kept = {wanted: [future for future in futures if not future.done()] for wanted, futures in self._arriving.items()}
        self._arriving = {wanted: futures for wanted, futures in kept.items() if futures}
        return bool(self._reacting or self._arriving)

    def _fail(self, error: Exception) -> None:
        waiting: list[asyncio.Future[Any]] = [future for _, future in self._reacting]
        for futures in self._arriving.values():
            waiting += futures
        for future in waiting:
            if not future.done():
                future.set_exception(error)
        self._arriving, self._reacting = {}, []


_waiting: "WeakKeyDictionary[Edge, Waiting]" = WeakKeyDictionary()


async def wait_until(edge: "Edge", after: str) -> None:
    """Wait for the positions that ``LTC-After`` names, such as ``lead-svc@41``, or a whole ``LTC-Position``.

    Raises:
        NotCaughtUp: the bound passed first.
        BadRequest: it names no position, or one of a service that is not heard here.
    """
    try:
        async with asyncio.timeout(edge.after_seconds):
            for part in after.split(","):
                await _wait_for(edge, part)
    except TimeoutError:
        raise NotCaughtUp from None


async def _wait_for(edge: "Edge", text: str) -> None:
    found = _FORM.match(text)
    if found is None:
        raise BadRequest(reason="LTC-After must be like lead-svc@41")
    service, position = found[1], int(found[2])
    if service == edge.service_name:
        while edge.log.head < position:  # read models are written with the log, so its head is enough
            await edge.log.changed(edge.log.head, edge.after_seconds)
        return
    if service not in edge.service.hears:
        raise BadRequest(reason=f"{edge.service_name} does not hear {service}")
    waiting = _waiting.setdefault(edge, Waiting(edge))
    arrived = await waiting.arrived(service, int(found[3] or position))
    if edge.service.policies:
        await waiting.reacted(arrived)
