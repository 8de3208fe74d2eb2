"""What a teller says of itself over HTTP, through the real edge and the client that heals."""

import asyncio
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.messaging.cloudevents import Envelope
from ltc_runtime.messaging.neighbour import Neighbour, Neighbours, Unanswered
from ltc_runtime.process import http_server
from messaging_world import World


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest_asyncio.fixture
async def address(here: World, issuer: Issuer) -> AsyncIterator[str]:
    """Where the shop answers."""
    settings = here.settings.model_copy(update={"service": "shop-svc", "jwks": str(issuer.jwks), "drain_seconds": 1.0})
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = http_server(create_app(here.teller.service, here.teller, settings), settings)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest_asyncio.fixture
async def shop(here: World, address: str, issuer: Issuer) -> AsyncIterator[Neighbour]:
    token = issuer.token("service:stall-svc", ["service"])
    neighbours = Neighbours(here.settings.model_copy(update={"neighbours": {"shop-svc": address}, "service_token": token}))
    asked = neighbours.get("shop-svc")
    assert asked is not None
    yield asked
    await neighbours.close()


async def test_the_feed_says_each_partition_as_the_log_has_it_page_by_page(here: World, shop: Neighbour) -> None:
    await here.baskets(20, close=True)
    events = await here.events()
    for partition in range(3):
        found, after = list[Envelope](), 0
        while True:
            page = await shop.page(after, partition, limit=4)
            assert page.log_id == here.teller.log_id
            found += page.events
            if page.next is None:
                break
            after = page.next
        assert found == [told for told in events if told.partition == partition]
    one = events[7]
    assert await shop.at(here.teller.log_id, one.position, one.partition) == one
    assert await shop.at(here.teller.log_id, one.position, (one.partition + 1) % 3) is None
    assert await shop.at(uuid4(), one.position, one.partition) is None
    assert await shop.at(here.teller.log_id, 10**12, 0) is None


async def test_heads_say_what_was_told_with_a_digest(here: World, shop: Neighbour) -> None:
    assert (await shop.heads()).partitions == ()
    for told_now in (10, 25, 40, 5):
        while len(await here.published()) < told_now:
            await here.baskets(5)
        events = await here.events()
        last = events[told_now - 1]
        await here.mark_told(last.position)
        heads = await shop.heads()
        assert (heads.log_id, heads.head, heads.told) == (here.teller.log_id, events[-1].position, last.position)
        for head in heads.partitions:
            mine = [told for told in events[:told_now] if told.partition == head.partition]
            assert (head.count, head.position, head.hash) == (len(mine), mine[-1].position, mine[-1].hash)


async def test_only_machines_and_analysts_may_ask(here: World, address: str, issuer: Issuer) -> None:
    await here.baskets(3)
    async with httpx.AsyncClient(base_url=address) as client:
        for path in ("/feed", "/heads"):
            for roles, status in ((["analyst"], 200), (["service"], 200), (["sales"], 403), (["operator"], 403)):
                token = issuer.token("somebody", roles)
                answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
                assert answer.status_code == status, answer.text
            assert (await client.get(path)).status_code == 401
        ann = {"authorization": f"Bearer {issuer.token('ann', ['analyst'])}"}
        everything = (await client.get("/feed", params={"limit": 2}, headers=ann)).json()
        assert [event["position"] for event in everything["events"]] == [told.position for told in (await here.events())[:2]]
        assert everything["next"] == everything["events"][-1]["position"]
        for wrong in ({"after": -1}, {"after": 2**63}, {"limit": 0}, {"limit": 10**6}, {"partition": -1}, {"before": 1}):
            assert (await client.get("/feed", params=wrong, headers=ann)).status_code == 422


async def test_a_teller_that_cannot_be_asked_is_unanswered(here: World) -> None:
    neighbours = Neighbours(here.settings.model_copy(update={"neighbours": {"shop-svc": "http://127.0.0.1:9"}}))
    shop = neighbours.get("shop-svc")
    assert shop is not None
    with pytest.raises(Unanswered):
        await shop.heads()
    here.feed_down = True
    theirs = here.ask().get("shop-svc")
    assert theirs is not None
    with pytest.raises(Unanswered, match="503"):
        await theirs.page(0, 0)
    await neighbours.close()
