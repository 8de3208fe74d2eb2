"""A lead becomes cash, and everything that can be different about it."""

import asyncio

import pytest

from ..api_client import ANN, FAY, FIN, MAX, Person, Refused
from ..deals import BILLING, BOOK, CONTRACTS, LEADS, OPPORTUNITIES, ORDERS, PUMP, Deal, pay, usd
from ..platform import Platform


async def eventually(platform: Platform, service: str, path: str, field: str, value: object) -> dict[str, object]:
    """What a resource says once a field has a value."""
    async with asyncio.timeout(60):
        while True:
            shown = await platform.api_client.look(service, path)
            if shown[field] == value:
                return dict(shown)
            await asyncio.sleep(0.05)


async def test_a_lead_becomes_cash_and_the_contract_closes(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "plain").to_cash()
    contract = await eventually(platform, CONTRACTS, f"/contracts/{deal.ids['contract']}", "status", "closed")
    assert [line["paid"] for line in contract["plan"]] == [line["billed_gross"] for line in contract["plan"]]  # type: ignore[attr-defined]
    invoices = await deal.invoices(deal.net)
    assert {invoice["status"] for invoice in invoices} == {"settled"}
    assert sum(invoice["open"]["amount"] for invoice in invoices) == 0
    evidence = await platform.assert_sound()
    ids = {
        row["correlation_id"] for ledger in evidence.ledgers.values() for row in ledger.log if str(row["stream_id"]) in deal.ids.values()
    }
    assert len(ids) == 1, "one deal, one correlation id, in all five logs"


async def test_goods_delivered_in_parts_are_billed_in_parts_to_the_last_cent(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "parts", advance=0, quantities=(3, 7)).to_order()
    await deal.deliver(1, 2, part="first")
    (first,) = await deal.invoices(1)
    pumps, training = 3 * 99_999, 7 * 12_345
    accepted = 99_999 + 2 * 12_345
    assert deal.net == pumps + training
    assert first["net"]["amount"] == accepted
    await deal.deliver(2, 5, part="second")
    invoices = await deal.invoices(deal.net)
    assert sum(invoice["net"]["amount"] for invoice in invoices) == deal.net
    assert all(invoice["gross"]["amount"] == invoice["net"]["amount"] + invoice["tax"]["amount"] for invoice in invoices)
    await deal.pay(invoices)
    await platform.assert_sound()


async def test_an_invoice_paid_in_parts_is_open_until_the_last_one(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "instalments", advance=0).to_order()
    await deal.deliver()
    (invoice,) = await deal.invoices(deal.net)
    gross = invoice["gross"]["amount"]
    await deal.pay([invoice], 100, receipt="first")
    shown = await platform.api_client.look(BILLING, f"/invoices/{invoice['invoice_id']}")
    assert (shown["open"]["amount"], shown["paid"]["amount"]) == (gross - 100, 100)
    await deal.pay([invoice], gross - 100, receipt="second")
    assert (await platform.api_client.look(BILLING, f"/invoices/{invoice['invoice_id']}"))["status"] == "settled"
    await platform.assert_sound()


async def test_one_receipt_pays_several_invoices_of_several_contracts(platform: Platform) -> None:
    deals = [Deal(platform.api_client, f"joint-{number}", advance=50) for number in range(2)]
    await asyncio.gather(*(deal.to_order() for deal in deals))
    await asyncio.gather(*(deal.deliver() for deal in deals))
    invoices = [invoice for deal in deals for invoice in await deal.invoices(deal.net)]
    assert len(invoices) == 4
    opened = [invoice["open"]["amount"] for invoice in invoices]
    receipt = await pay(deals[0], invoices, [*opened[:3], opened[3] - 7], "joint", received=sum(opened))
    shown = await platform.api_client.look(BILLING, f"/receipts/{receipt}")
    assert shown["unapplied"]["amount"] == 7
    assert len(shown["applications"]) == 4
    await platform.assert_sound()


async def test_more_than_was_received_cannot_be_applied(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "greedy", advance=0).to_order()
    await deal.deliver()
    (invoice,) = await deal.invoices(deal.net)
    with pytest.raises(Refused, match="more-than-unapplied"):
        await pay(deal, [invoice], [100], "small", received=99)
    with pytest.raises(Refused, match="more-than-open"):
        await pay(deal, [invoice], [invoice["open"]["amount"] + 1], "large")
    await platform.assert_sound()


async def test_money_that_moves_needs_a_key_and_moves_once(platform: Platform) -> None:
    deal = Deal(platform.api_client, "once")
    money = {"amount": usd(1234), "remitter": "Acme"}
    first = await deal.act(BILLING, "record_payment", "/receipts", FIN, money)
    again = await deal.act(BILLING, "record_payment", "/receipts", FIN, money)
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    with pytest.raises(Refused) as reused:
        await deal.act(BILLING, "record_payment", "/receipts", FIN, {**money, "amount": usd(1235)})
    assert reused.value.status == 422
    await platform.assert_sound()


async def test_a_discount_beyond_authority_needs_another_pair_of_eyes(platform: Platform) -> None:
    api_client = platform.api_client
    deal = await Deal(api_client, "cheap").to_opportunity()
    mia = Person("mia", ("sales", "sales_manager"))
    lines = [{"product": PUMP, "quantity": "2", "discount": "0.4"}]
    drafted = await deal.act(
        OPPORTUNITIES, "draft_quote", f"/opportunities/{deal.ids['opportunity']}/quotes", mia, {"price_book": BOOK, "lines": lines}
    )
    quote = f"/quotes/{drafted.body['quote_id']}"
    await deal.act(OPPORTUNITIES, "submit_quote", f"{quote}/submit", mia)
    shown = await api_client.look(OPPORTUNITIES, quote)
    assert shown["status"] == "in_approval"
    approval = {"quote_hash": shown["quote_hash"]}
    grant = {"max_discount": "0.5", "max_amount": usd(10**9), "valid_from": "2000-01-01"}
    for name, granter in (("mia", MAX), ("max", mia)):
        await api_client.act(OPPORTUNITIES, "grant_authority", f"/authority-grants/{name}", granter, grant, key=f"grant-{name}")
    with pytest.raises(Refused, match="approver-is-maker"):
        await deal.act(OPPORTUNITIES, "approve_quote", f"{quote}/approve", mia, approval, key="self")
    with pytest.raises(Refused, match="quote-has-changed"):
        await deal.act(OPPORTUNITIES, "approve_quote", f"{quote}/approve", MAX, {"quote_hash": "0" * 64}, key="blind")
    await deal.act(OPPORTUNITIES, "approve_quote", f"{quote}/approve", MAX, approval, key="other")
    assert (await api_client.look(OPPORTUNITIES, quote))["approved_by"] == "max"
    await platform.assert_sound()


async def test_a_contract_is_not_reviewed_by_the_account_manager_of_the_deal(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "own").to_opportunity()
    await deal.win()
    await deal.drafted()
    ann_as_lawyer = Person("ann", ("legal",))
    path = f"/contracts/{deal.ids['contract']}/review"
    with pytest.raises(Refused, match="review-of-own-deal"):
        await deal.act(CONTRACTS, "review_contract", path, ann_as_lawyer, {"verdict": "approve"})
    await platform.assert_sound()


async def test_what_a_role_may_not_do_is_refused_and_changes_nothing(platform: Platform) -> None:
    before = {name: len(ledger.log) for name, ledger in (await platform.evidence()).ledgers.items()}
    for service, operation, path, who in (
        (LEADS, "capture_lead", "/leads", FIN),
        (BILLING, "record_payment", "/receipts", ANN),
        (OPPORTUNITIES, "set_price_book", "/price-books/mine", ANN),
        (ORDERS, "ship_order", "/orders/00000000-0000-0000-0000-000000000001/ship", Person("imp", ("importer",))),
    ):
        with pytest.raises(Refused) as refused:
            await platform.api_client.act(service, operation, path, who, {}, key=f"forbidden-{operation}")
        assert refused.value.status == 403
    evidence = await platform.assert_sound()
    assert {name: len(ledger.log) for name, ledger in evidence.ledgers.items()} == before


async def test_a_lead_that_is_not_ready_is_refused_with_what_is_missing(platform: Platform) -> None:
    api_client = platform.api_client
    lead = (await api_client.act(LEADS, "capture_lead", "/leads", ANN, {"company": "Bit Ltd", "channel": "site"}, key="bit")).body[
        "lead_id"
    ]
    await api_client.act(LEADS, "assign_lead", f"/leads/{lead}/assign", ANN, {"owner": "ann"}, key="bit-assign")
    with pytest.raises(Refused) as refused:
        await api_client.act(LEADS, "qualify_lead", f"/leads/{lead}/qualify", ANN, {"need": "bits"}, key="bit-qualify")
    assert set(refused.value.problem["missing"]) == {"budget", "authority", "timing"}
    await platform.assert_sound()


async def test_more_than_ordered_cannot_be_shipped_nor_more_than_shipped_accepted(platform: Platform) -> None:
    deal = await Deal(platform.api_client, "over").to_order()
    order = f"/orders/{deal.ids['order']}"
    with pytest.raises(Refused, match="more-shipped-than-ordered"):
        await deal.act(ORDERS, "ship_order", f"{order}/ship", FAY, {"lines": [{"line": 1, "quantity": "5"}]}, key="over")
    await deal.act(ORDERS, "ship_order", f"{order}/ship", FAY, {"lines": [{"line": 1, "quantity": "1"}]}, key="one")
    with pytest.raises(Refused, match="more-accepted-than-shipped"):
        await deal.act(ORDERS, "accept_delivery", f"{order}/accept", FAY, {"lines": [{"line": 1, "quantity": "2"}]}, key="over")
    await platform.assert_sound()
