"""What brings a defect out: load, faults, and things that must be refused. On a sound stack each of them ends well."""

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

from ...api_client import ANN, MAX, Person, Refused
from ...deals import BILLING, BOOK, CONTRACTS, LEADS, OPPORTUNITIES, ORDERS, PUMP, Deal, pay, usd
from ...faults.failpoints import died, dying
from ...platform import Platform
from .. import nemesis

_numbers = itertools.count(1)


async def deals(platform: Platform, count: int = 5) -> None:
    """Deals of different sizes from lead to cash, at once."""
    chance = random.Random(count)

    async def one() -> None:
        sizes = chance.randint(1, 40), chance.randint(1, 40)
        await Deal(platform.api_client, f"deal-{next(_numbers)}", advance=chance.randint(1, 99), quantities=sizes).to_cash()

    await asyncio.gather(*(one() for _ in range(count)))


async def leads(platform: Platform, count: int = 30) -> None:
    """Leads, captured at once."""

    async def one() -> None:
        number = next(_numbers)
        body = {"company": f"Passer-by {number}", "channel": "site"}
        await platform.api_client.act(LEADS, "capture_lead", "/leads", ANN, body, key=f"passer-by-{number}")

    await asyncio.gather(*(one() for _ in range(count)))


async def flow(platform: Platform, _: Path) -> None:
    """Nothing but work."""
    await deals(platform)
    await leads(platform)


async def two_replicas(platform: Platform, _: Path) -> None:
    """Two processes of lead-svc are asked in turns."""
    other = platform.stack.add(LEADS, f"{LEADS}-twin-{next(_numbers)}")
    await other.ready()
    platform.api_client.replicas[LEADS] = itertools.cycle([platform.api_client.urls[LEADS], other.url])
    try:
        for _number in range(8):
            await leads(platform, 16)
    finally:
        platform.api_client.replicas.clear()
        await platform.stack.services.remove(other.name)


async def killed_under_load(platform: Platform, _: Path) -> None:
    """lead-svc is killed three times while leads are captured."""

    async def killing() -> None:
        for after in (0.5, 0.7, 0.9):
            await platform.stack.services[LEADS].ready()
            await asyncio.sleep(after)
            await platform.stack.services[LEADS].kill()

    over = asyncio.create_task(killing())
    while not over.done():
        await leads(platform)
    await over


async def kafka_silent_then_killed(platform: Platform, _: Path) -> None:
    """The broker takes no more, and dies with what it was sent; work goes on meanwhile."""
    kafka = platform.stack.kafka
    assert kafka is not None
    assert kafka.pid is not None
    await leads(platform)
    await asyncio.sleep(1)
    os.kill(kafka.pid, signal.SIGSTOP)
    for _number in range(6):
        await leads(platform)
        await asyncio.sleep(0.3)
    await kafka.kill()
    await kafka.start()
    await leads(platform)


async def kafka_wiped(platform: Platform, _: Path) -> None:
    """The broker loses every byte."""
    await deals(platform, 2)
    await asyncio.sleep(1)
    await nemesis.kafka_wiped(platform, random.Random(1))
    await deals(platform, 2)


@contextlib.asynccontextmanager
async def pointed(platform: Platform, directory: Path, service: str, point: str) -> AsyncIterator[None]:
    """A process of ``service`` that dies or fails at a point, which must be reached under the load of this block."""
    process = platform.stack.services[service]
    before = process.environment
    process.environment = dying(directory, point, env=before)
    await process.kill()
    try:
        await process.ready()
        yield
        if not died(directory):
            raise AssertionError(f"{point} was not reached")
    finally:
        process.environment = before


async def killed_before_hearing(platform: Platform, directory: Path) -> None:
    """opportunity-svc dies with a batch in its hands."""
    await deals(platform, 1)
    async with pointed(platform, directory, OPPORTUNITIES, "ltc_runtime.messaging.inbox:InboxConsumer._append:1:before"):
        await deals(platform, 3)


async def hearing_fails_once(platform: Platform, directory: Path) -> None:
    """A batch cannot be written the first time."""
    await deals(platform, 1)
    async with pointed(platform, directory, OPPORTUNITIES, "ltc_runtime.messaging.inbox:InboxConsumer._work:1:fails"):
        await deals(platform, 3)


async def killed_after_checkpoint(platform: Platform, directory: Path) -> None:
    """order-svc dies while it reacts: where the checkpoint goes first, with that and without the effect."""
    point = "PolicyRunner.carry_out:1:before" if _is_planted(platform) else "PolicyRunner._store:1:before"
    async with pointed(platform, directory, ORDERS, f"ltc_runtime.policies:{point}"):
        await deals(platform, 3)


async def reacting_fails_once(platform: Platform, directory: Path) -> None:
    """A reaction of order-svc cannot be written the first time."""
    point = "PolicyRunner.carry_out:1:fails" if _is_planted(platform) else "PolicyRunner._store:1:fails"
    async with pointed(platform, directory, ORDERS, f"ltc_runtime.policies:{point}"):
        await deals(platform, 3)


async def killed_before_answer(platform: Platform, directory: Path) -> None:
    """lead-svc dies when the events are there and the answer is due."""
    point = "Handle.save_answer:5:before" if _is_planted(platform) else "Handle.__call__:5:after"
    async with pointed(platform, directory, LEADS, f"ltc_runtime.http.handle:{point}"):
        await leads(platform)


def _is_planted(platform: Platform) -> bool:
    """Some points are in the plant itself; their counterpart in sound code has another name."""
    return "LTC_TEST_DEFECTS" in platform.stack.environment


async def refused(doing: Awaitable[Any]) -> None:
    """Must be refused."""
    try:
        await doing
    except Refused:
        return
    raise AssertionError("it was allowed")


async def quotes_beyond_authority(platform: Platform, _: Path) -> None:
    """A discount that nobody granted is submitted, approved by its maker, and by somebody without authority."""
    api_client, number = platform.api_client, next(_numbers)
    mia, eve = Person(f"mia{number}", ("sales", "sales_manager")), Person(f"eve{number}", ("sales_manager",))
    grant = {"max_discount": "0.5", "max_amount": usd(10**9), "valid_from": "2000-01-01"}
    deal = await Deal(api_client, f"cheap-{number}").to_opportunity()
    body = {"price_book": BOOK, "lines": [{"product": PUMP, "quantity": "2", "discount": "0.4"}]}
    drafted = await deal.act(OPPORTUNITIES, "draft_quote", f"/opportunities/{deal.ids['opportunity']}/quotes", mia, body)
    quote = f"/quotes/{drafted.body['quote_id']}"
    await deal.act(OPPORTUNITIES, "submit_quote", f"{quote}/submit", mia)
    await api_client.act(OPPORTUNITIES, "grant_authority", f"/authority-grants/{mia.name}", MAX, grant, key=f"grant-{number}")
    approval = {"quote_hash": (await api_client.look(OPPORTUNITIES, quote))["quote_hash"]}
    for who in (eve, mia):
        await refused(deal.act(OPPORTUNITIES, "approve_quote", f"{quote}/approve", who, approval, key=who.name))


async def the_other_quote_accepted_too(platform: Platform, _: Path) -> None:
    """Of two quotes the customer has, one is accepted, and then the other."""
    deal = await Deal(platform.api_client, f"either-{next(_numbers)}").to_opportunity()
    quotes = [f"/quotes/{await _sent(deal, quantity)}" for quantity in ("2", "3")]
    await deal.act(OPPORTUNITIES, "accept_quote", f"{quotes[1]}/accept", ANN, {}, key="one")
    await refused(deal.act(OPPORTUNITIES, "accept_quote", f"{quotes[0]}/accept", ANN, {}, key="other"))


async def _sent(deal: Deal, quantity: str) -> str:
    """A quote the customer has."""
    body = {"price_book": BOOK, "lines": [{"product": PUMP, "quantity": quantity}]}
    path = f"/opportunities/{deal.ids['opportunity']}/quotes"
    quote: str = (await deal.act(OPPORTUNITIES, "draft_quote", path, ANN, body, key=quantity)).body["quote_id"]
    for operation in ("submit", "send"):
        await deal.act(OPPORTUNITIES, f"{operation}_quote", f"/quotes/{quote}/{operation}", ANN, key=quantity)
    return quote


async def _drafted(platform: Platform) -> Deal:
    deal = await Deal(platform.api_client, f"paper-{next(_numbers)}").to_opportunity()
    await deal.win()
    await deal.drafted()
    return deal


async def contract_reviewed_by_its_seller(platform: Platform, _: Path) -> None:
    """The account manager approves the contract."""
    deal = await _drafted(platform)
    seller = Person("ann", ("legal",))
    await refused(deal.act(CONTRACTS, "review_contract", f"/contracts/{deal.ids['contract']}/review", seller, {"verdict": "approve"}))


async def contract_registered_unsigned(platform: Platform, _: Path) -> None:
    """A contract is registered before it is signed."""
    deal = await _drafted(platform)
    path = f"/contracts/{deal.ids['contract']}"
    lea = Person("lea", ("legal",))
    await deal.act(CONTRACTS, "review_contract", f"{path}/review", lea, {"verdict": "approve"})
    body = {"legal_entity": "LTC-TEST", "plan": deal.plan(), "payment_days": 30}
    await refused(deal.act(CONTRACTS, "register_contract", f"{path}/register", MAX, body))


async def plan_of_too_little(platform: Platform, _: Path) -> None:
    """A contract is registered with a plan that bills a cent less than it is worth."""
    deal = await Deal(platform.api_client, f"short-{next(_numbers)}").to_opportunity()
    await deal.win()
    await deal.drafted()
    await refused(deal.register([{"line": 1, "kind": "acceptance", "amount": usd(deal.net - 1), "covers": [1, 2]}]))


async def receipt_spent_twice(platform: Platform, _: Path) -> None:
    """Money that was set against one invoice is set against another one."""
    deal = await Deal(platform.api_client, f"twice-{next(_numbers)}").to_order()
    await deal.deliver()
    one, two = await deal.invoices(deal.net)
    money = min(one["open"]["amount"], two["open"]["amount"])
    receipt = await pay(deal, [one], [money], "one")
    payments = {"payments": [{"invoice_id": two["invoice_id"], "amount": usd(money)}]}
    fin = Person("fin", ("finance",))
    await refused(deal.act(BILLING, "apply_cash", f"/receipts/{receipt}/applications", fin, payments, key="again"))
