"""What operators do on a running stack: mend what is parked, give up what cannot be mended, forget a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from ..api_client import ANN, ApiClient
from ..cli_runner import Said, ltc
from ..deals import CONTRACTS, LEADS, OPPORTUNITIES, Deal
from ..platform import Platform

pytestmark = [pytest.mark.stack, pytest.mark.slow]

REFUSED = 4


@asynccontextmanager
async def refusing_two_accepted(platform: Platform) -> AsyncIterator[None]:
    """While this lasts, contract-svc's database takes no delivery of which exactly two pieces were accepted so far."""
    owner = await asyncpg.connect(platform.stack.databases[CONTRACTS].owner)
    try:
        await owner.execute("ALTER TABLE read.contract_delivery ADD CONSTRAINT not_two CHECK (accepted <> 2) NOT VALID")
        try:
            yield
        finally:
            await owner.execute("ALTER TABLE read.contract_delivery DROP CONSTRAINT not_two")
    finally:
        await owner.close()


async def parked(platform: Platform, count: int, *more: str) -> list[dict[str, Any]]:
    """What `ltc parked list` shows, as soon as it is so much."""
    async with asyncio.timeout(60):
        while True:
            said = await ltc(platform, "parked", "list", "contract", *more, "--json")
            assert said.code == 0, said.err
            if len(said.json) == count:
                return list(said.json)
            await asyncio.sleep(0.2)


async def closed(platform: Platform, deal: Deal) -> None:
    """The contract of a deal that was delivered whole and paid is closed."""
    await deal.pay(await deal.invoices(deal.net))
    async with asyncio.timeout(60):
        while (await platform.api_client.look(CONTRACTS, f"/contracts/{deal.ids['contract']}"))["status"] != "closed":
            await asyncio.sleep(0.05)


def of(rows: list[dict[str, Any]], deal: Deal) -> list[dict[str, Any]]:
    """The reactions to facts of a deal's order."""
    return [row for row in rows if row["stream_id"] == deal.ids["order"]]


async def test_a_parked_reaction_is_shown_retried_or_skipped_and_its_lane_goes_on(platform: Platform) -> None:
    api_client: ApiClient = platform.api_client
    mended, given_up = [await Deal(api_client, f"parked-{which}").to_order() for which in ("mended", "given-up")]
    async with refusing_two_accepted(platform):
        for deal in (mended, given_up):
            await deal.deliver(2, 3, part="first")
        await parked(platform, 2)  # both parts in one reaction would be more than two pieces at once
        for deal in (mended, given_up):
            await deal.deliver(2, 4, part="second")
        rows = await parked(platform, 4)
        for deal in (mended, given_up):
            first, second = of(rows, deal)
            assert (first["policy"], first["event_type"], first["state"], first["attempts"]) == (
                "note_delivery", "ltc.order.delivery-accepted.v1", "parked", 1,
            )  # fmt: skip
            assert "not_two" in first["error"]
            assert (second["state"], second["attempts"]) == ("waiting", 0)
        await Deal(api_client, "parked-nothing").to_cash()  # nothing else waits
        await told_what_is_parked(platform, of(rows, mended))
        await refused_as_long_as_the_cause_is_there(platform, of(rows, mended)[0]["id"])
    first, second = (row["id"] for row in of(rows, mended))
    retried = await ltc(platform, "parked", "retry", first)
    assert (retried.code, retried.out.strip()) == (0, "2 done: this reaction and 1 that waited behind it"), retried.err
    assert [row["stream_id"] for row in await parked(platform, 2)] == [given_up.ids["order"]] * 2

    hopeless = of(rows, given_up)[0]["id"]
    assert (await ltc(platform, "parked", "skip", hopeless, "--reason", " ")).code == 2, "a reason is needed"
    skipped = await ltc(platform, "parked", "skip", hopeless, "--reason", "noted by hand")
    assert (skipped.code, skipped.out.strip()) == (0, "skipped; 1 that waited behind it is done"), skipped.err
    nothing = await ltc(platform, "parked", "list")
    assert (nothing.code, nothing.out.strip()) == (0, "nothing is parked")
    settled = await parked(platform, 4, "--all")
    assert [(row["state"], row["note"]) for row in of(settled, given_up)] == [("skipped", "noted by hand"), ("done", "retried")]
    assert [row["state"] for row in of(settled, mended)] == ["done", "done"]
    await is_settled_already(platform, first)
    await asyncio.gather(closed(platform, mended), closed(platform, given_up))
    await platform.assert_sound()


async def told_what_is_parked(platform: Platform, rows: list[dict[str, Any]]) -> None:
    """The texts an operator reads name what is parked, why, since when, and the fact behind it."""
    table = (await ltc(platform, "parked", "list")).out
    shown = await ltc(platform, "parked", "show", rows[0]["id"])
    assert shown.code == 0, shown.err
    for word in ("contract-svc", rows[0]["id"], "note_delivery", "parked", "waiting"):
        assert word in table
    for word in ("note_delivery", "not_two", "ltc.order.delivery-accepted.v1", rows[0]["stream_id"], "order-svc", '"line"'):
        assert word in shown.out
    assert (await ltc(platform, "parked", "show", rows[0]["id"], "--json")).json["fact"]["origin"] == "order-svc"


async def refused_as_long_as_the_cause_is_there(platform: Platform, id: str) -> None:
    """A retry that comes too early changes nothing but the count of attempts, and says why."""
    early = await ltc(platform, "parked", "retry", id)
    assert early.code == REFUSED
    assert "not_two" in early.err
    assert "Traceback" not in early.err
    (row,) = [row for row in await parked(platform, 4) if row["id"] == id]
    assert (row["state"], row["attempts"]) == ("parked", 2)


async def is_settled_already(platform: Platform, id: str) -> None:
    """What was settled, or never was, cannot be settled again."""
    for words in (("retry", id), ("skip", id, "--reason", "again")):
        again = await ltc(platform, "parked", *words)
        assert again.code == REFUSED
        assert "settled already" in again.err
    unknown = await ltc(platform, "parked", "show", str(uuid4()))
    assert unknown.code == REFUSED
    assert "nothing with the id" in unknown.err


async def test_a_person_is_forgotten_once_and_it_is_said_if_there_was_none(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "forgotten").to_opportunity()
    lead = f"/leads/{deal.ids['lead']}"
    contact = (await platform.api_client.look(LEADS, lead, ANN))["contact"]["contact_id"]
    wrong = await ltc(platform, "forget", deal.ids["lead"])
    assert wrong.code == REFUSED
    assert "unknown-person" in wrong.err
    assert "contact_id" in wrong.err
    assert await ltc(platform, "forget", contact) == Said(0, f"{contact} is forgotten\n", "")
    assert await ltc(platform, "forget", contact) == Said(0, f"{contact} was forgotten before; nothing was left to do\n", "")
    assert (await platform.api_client.look(LEADS, lead, ANN))["contact"]["forgotten"]
    await platform.assert_sound()


async def test_a_person_is_forgotten_in_every_service_also_where_they_are_named_in_decision_chains(platform: Platform) -> None:
    api_client, deal = platform.api_client, await Deal(platform.api_client, "named").to_opportunity()
    contact = (await api_client.look(LEADS, f"/leads/{deal.ids['lead']}", ANN))["contact"]["contact_id"]
    chain = f"/opportunities/{deal.ids['opportunity']}/decision-chain"
    for code, name in (("cfo", "Remy Larch"), ("head", "Larch, Remy"), ("buyer", "Alba Larch")):
        seat = {"code": code, "role": "economic_buyer", "influence": "high", "name": name}
        await deal.act(OPPORTUNITIES, "note_chain_member", chain, ANN, seat, key=code)

    async def known() -> dict[str, str | None]:
        return {seat["seat"]: seat["name"] for seat in (await api_client.look(OPPORTUNITIES, chain, ANN))["data"]}

    careful = await ltc(platform, "forget", "--named", "Remy Larch")
    assert careful.code == 1
    assert "Larch, Remy" in careful.out
    assert "none of them is forgotten" in careful.err
    assert await known() == {"cfo": "Remy Larch", "head": "Larch, Remy", "buyer": "Alba Larch"}
    done = await ltc(platform, "forget", contact, "--named", "Remy Larch", "--yes")
    assert (done.code, done.err, done.out.count("is forgotten")) == (0, "", 3)
    assert await known() == {"cfo": None, "head": None, "buyer": "Alba Larch"}
    assert (await api_client.look(LEADS, f"/leads/{deal.ids['lead']}", ANN))["contact"]["forgotten"]
    again = await ltc(platform, "forget", "--named", "Remy Larch", "--yes")
    assert (again.code, again.out) == (0, "no other person is called Remy Larch\n")
    (row,) = (await ltc(platform, "forget", "--named", "Alba Larch")).out.splitlines()[1:]
    assert "buyer" in row
    (other,) = [word for word in row.split() if word.count("-") == 4 and word != deal.ids["opportunity"]]
    assert await ltc(platform, "forget", other) == Said(0, f"{other} is forgotten\n", "")
    assert (await ltc(platform, "forget", other)).code == REFUSED
    assert (await ltc(platform, "forget")).code == 2
    await platform.assert_sound()
