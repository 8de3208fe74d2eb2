"""Catalogue, rules, alternatives, negotiation and the quote on paper over HTTP, on a real log."""

import io
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from ltc_events import Money
from ltc_events.lead import LeadConverted
from opportunity_svc.deal.policies import open_opportunity
from opportunity_svc.service import service
from pypdf import PdfReader

PRICES = "product,description,unit,list_price,tax_rate\nSERVER,A server,piece,1000.00,0.13\nRACK,A rack,piece,200.00,0.13\n"
CATALOGUE = (
    "product,name,name_zh,unit,cost,currency,valid_from,valid_to,options\n"
    "SERVER,A server,服务器,piece,600.00,USD,2020-01-01,,SERVER-B\n"
    "RACK,A rack,机柜,piece,100.00,USD,2020-01-01,,\n"
)
GRANT = {"max_discount": "0.3", "max_amount": {"amount": 10**9, "currency": "USD"}, "valid_from": "2020-01-01"}
RULES = {"rules": [{"name": "A server needs a rack", "kind": "requires", "product": "SERVER", "any_of": ["RACK"]}]}
SERVER = {"product": "SERVER", "quantity": "1", "discount": "0.1"}
RACK = {"product": "RACK", "quantity": "1"}


@dataclass
class Desk:
    """People who work on offers."""

    served: Any
    ann: httpx.AsyncClient
    """sells"""
    mia: httpx.AsyncClient
    """manages"""
    max: httpx.AsyncClient
    """manages too"""

    async def deal(self, number: int = 1) -> str:
        """An open deal of the one party there is."""
        converted = LeadConverted(
            lead_id=UUID(int=number),
            opportunity_id=UUID(int=100 + number),
            party_id=UUID(int=3),
            company="云泽科技",
            need="Servers",
            budget=Money(amount=500_000, currency="USD"),
            account_manager="ann",
            solution_manager="sam",
            fulfilment_manager="fay",
            expected_close=date(2026, 12, 24),
        )
        for command in open_opportunity(converted):
            await self.served.decide(command)
        return str(converted.opportunity_id)

    async def quote(self, deal: str, *lines: Any, **more: Any) -> str:
        """A draft."""
        body = {"price_book": "list", "lines": lines, **more}
        answer = await self.ann.post(f"/opportunities/{deal}/quotes", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["quote_id"])


@pytest.fixture
async def desk(serve: Any) -> AsyncIterator[Desk]:
    served = await serve(service)
    people = {"ann": "sales", "mia": "sales_manager", "max": "sales_manager"}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(served.client(name, role)) for name, role in people.items()}
        desk = Desk(served, **clients)
        await put_file(desk.mia, "/price-books/list", PRICES, {"currency": "USD"}, {"valid_from": "2020-01-01"}, "/price-books/list/apply")
        await put_file(desk.mia, "/catalogue", CATALOGUE)
        yield desk


async def put_file(
    client: httpx.AsyncClient, path: str, csv: str, said: dict[str, Any] | None = None, more: Any = None, apply: str | None = None
) -> None:
    """Read the difference, then apply it."""
    read = await good(client, f"{path}/difference", {"csv": csv, **(said or {})})
    assert read["invalid"] == []
    await good(client, apply or path, {"csv": csv, **(said or {}), **(more or {}), "difference_hash": read["difference_hash"]})


async def good(client: httpx.AsyncClient, path: str, body: Any = None) -> Any:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def seen(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, path: str, body: Any = None) -> tuple[int, str]:
    answer = await (client.post(path) if body is None else client.post(path, json=body))
    return answer.status_code, answer.json().get("code")


async def test_a_catalogue_is_changed_by_the_difference_that_was_read_and_by_no_other(desk: Desk) -> None:
    new = CATALOGUE.replace("600.00", "550.00").replace("RACK,A rack,机柜", "SHELF,A shelf,架")
    read = await good(desk.mia, "/catalogue/difference", {"csv": new})
    assert [read[name] for name in ("added", "changed", "removed")] == [1, 1, 1]
    (change,) = read["difference"]["changed"]
    assert change["changes"] == [
        {"field": "cost", "old": {"amount": 60_000, "currency": "USD"}, "new": {"amount": 55_000, "currency": "USD"}}
    ]
    wrong = {"csv": new.replace("550.00", "540.00"), "difference_hash": read["difference_hash"]}
    assert await refused(desk.mia, "/catalogue", wrong) == (409, "difference-has-changed")
    assert await refused(desk.ann, "/catalogue", wrong) == (403, "forbidden")
    await good(desk.mia, "/catalogue", {"csv": new, "difference_hash": read["difference_hash"]})
    listed = (await seen(desk.ann, "/catalogue?on=2026-11-24"))["data"]
    assert [(row["product"], row["version"]) for row in listed] == [("SERVER", 2), ("SHELF", 2)]
    assert (await seen(desk.ann, "/catalogue?on=2019-12-31"))["data"] == []
    assert [row["product"] for row in (await seen(desk.ann, "/catalogue?name=架"))["data"]] == ["SHELF"]


async def test_a_file_with_lines_that_say_nothing_usable_changes_nothing(desk: Desk) -> None:
    broken = CATALOGUE + "SERVER,Again,,piece,1,USD,2021-01-01,,\nX,,,piece,,,2020-01-01,,\n"
    read = await good(desk.mia, "/catalogue/difference", {"csv": broken})
    assert [(each["line"], each["reason"][:30]) for each in read["invalid"]] == [
        (5, "name: String should have at le"),
        (4, "SERVER is there for 2021-01-01"),
    ]
    long = {"csv": "product,name,unit,valid_from\n" + "".join(f"P{n},A part,piece,2020-01-01\n" for n in range(10_001))}
    assert await refused(desk.mia, "/catalogue", {**long, "difference_hash": "0" * 64}) == (409, "catalogue-too-long")
    applied = {"csv": broken, "difference_hash": read["difference_hash"]}
    assert await refused(desk.mia, "/catalogue", applied) == (409, "sheet-unusable")


async def test_a_price_book_says_what_it_said_on_any_day_and_quotes_keep_their_version_kill_bill_1395_frappe_2258(desk: Desk) -> None:
    # Kill Bill #1395, Frappe CRM #2258: a new version of the catalogue, or another rate, changes nothing that was quoted.
    quote = await desk.quote(await desk.deal(), SERVER, RACK)
    dearer = PRICES.replace("1000.00", "1100.00")
    body = {"currency": "USD"}
    await put_file(desk.mia, "/price-books/list", dearer, body, {"valid_from": "2020-01-01"}, "/price-books/list/apply")
    shown = await seen(desk.ann, f"/quotes/{quote}")
    assert [(line["price_book"], line["price_book_version"], line["list_price"]["amount"]) for line in shown["lines"]] == [
        ("list", 1, 100_000),
        ("list", 1, 20_000),
    ]
    newer = await seen(desk.ann, f"/quotes/{await desk.quote(shown['opportunity_id'], SERVER)}")
    assert (newer["lines"][0]["price_book_version"], newer["net"]["amount"]) == (2, 99_000)
    versions = (await seen(desk.ann, "/price-books/list/versions"))["data"]
    assert [row["version"] for row in versions] == [2, 1]
    today = versions[0]["set_at"][:10]
    assert (await seen(desk.ann, f"/price-books/list/as-of/{today}"))["version"] == 2
    assert (await desk.ann.get("/price-books/list/as-of/2019-01-01")).json()["code"] == "unknown-price-book"
    empty = {**body, "csv": PRICES.splitlines()[0], "valid_from": "2020-01-01", "difference_hash": "0" * 64}
    assert await refused(desk.mia, "/price-books/list/apply", empty) == (409, "price-file-empty")


async def test_what_does_not_go_together_is_tried_shown_and_cannot_be_submitted_frappe_580_twenty_21682(desk: Desk) -> None:
    # Frappe CRM #580, Twenty #21682: a deal has products, line by line, and they must fit.
    deal = await desk.deal()
    quote = await desk.quote(deal, SERVER)
    await good(desk.mia, "/rule-books/configuration", RULES)
    preview = await seen(desk.ann, "/rule-books/configuration/1/preview")
    assert (preview["judged"], [each["quote_id"] for each in preview["broken"]]) == (1, [quote])
    assert (await good(desk.ann, "/rule-books/configuration/check", {"lines": [{"product": "SERVER", "quantity": "1"}]}))["version"] is None
    await good(desk.mia, "/rule-books/configuration/1/activate")
    found = await good(desk.ann, "/rule-books/configuration/check", {"lines": [{"product": "SERVER", "quantity": "1"}]})
    assert (found["version"], found["violations"][0]["remedy"]) == (1, "add RACK, or take SERVER out")
    answer = await desk.ann.post(f"/quotes/{quote}/submit")
    assert (answer.status_code, answer.json()["code"]) == (409, "configuration-invalid")
    assert answer.json()["violations"][0]["lines"] == [1]
    await good(desk.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [SERVER, RACK]})
    await good(desk.ann, f"/quotes/{quote}/submit")
    assert (await seen(desk.ann, f"/quotes/{quote}"))["configuration_version"] == 1
    assert (await seen(desk.ann, "/rule-books/configuration?status=live"))["data"][0]["activated_by"] == "mia"


async def test_two_deals_that_look_split_need_the_higher_approver(desk: Desk) -> None:
    may = {"max_discount": "0.1", "valid_from": "2020-01-01"}
    rows = [
        {**may, "role": "sales", "max_amount": {"amount": 100_000, "currency": "USD"}, "min_margin": "0.3"},
        {**may, "role": "sales_manager", "max_amount": {"amount": 150_000, "currency": "USD"}},
    ]
    await good(desk.mia, "/rule-books/discount", {"rows": rows, "split_days": 30})
    first = await desk.quote(await desk.deal(1), SERVER)
    preview = await seen(desk.mia, "/rule-books/discount/1/preview")
    assert (preview["judged"], {row["role"]: row["quotes"] for row in preview["by_role"]}) == (1, {"sales": 1, "sales_manager": 1})
    assert await refused(desk.mia, "/rule-books/discount/1/activate") == (409, "activator-is-drafter")
    await good(desk.max, "/rule-books/discount/1/activate")
    await good(desk.ann, f"/quotes/{first}/submit")
    shown = await seen(desk.ann, f"/quotes/{first}")
    assert (shown["status"], shown["matrix_version"], shown["margin"]) == ("approved", 1, "0.3333")
    second = await desk.quote(await desk.deal(2), SERVER)
    await good(desk.ann, f"/quotes/{second}/submit")
    shown = await seen(desk.ann, f"/quotes/{second}")
    assert (shown["status"], shown["combined"]["amount"], shown["split_with"]) == ("in_approval", 180_000, [first])
    flagged = (await seen(desk.mia, "/quotes?split=true"))["data"]
    assert [row["quote_id"] for row in flagged] == [second]
    approval = {"quote_hash": shown["quote_hash"]}
    assert await refused(desk.mia, f"/quotes/{second}/approve", approval) == (409, "beyond-authority")
    await good(desk.max, "/authority-grants/mia", GRANT)
    await good(desk.mia, f"/quotes/{second}/approve", approval)


async def test_a_copy_of_an_approved_quote_was_approved_by_nobody_odoo_51081(desk: Desk) -> None:
    # Odoo #51081: a block that is bypassed by copying a quote.
    deal = await desk.deal()
    first = await desk.quote(deal, SERVER)
    await good(desk.ann, f"/quotes/{first}/submit")
    await good(desk.max, "/authority-grants/mia", GRANT)
    content = (await seen(desk.ann, f"/quotes/{first}"))["quote_hash"]
    await good(desk.mia, f"/quotes/{first}/approve", {"quote_hash": content})
    copy = await desk.quote(deal, SERVER)
    shown = await seen(desk.ann, f"/quotes/{copy}")
    assert (shown["quote_hash"], shown["status"], shown["approved_by"]) == (content, "draft", None)
    assert await refused(desk.ann, f"/quotes/{copy}/send") == (409, "quote-not-approved")
    await good(desk.ann, f"/quotes/{copy}/submit")
    assert (await seen(desk.ann, f"/quotes/{copy}"))["status"] == "in_approval"


async def test_alternatives_are_compared_by_price_cost_and_margin(desk: Desk) -> None:
    deal = await desk.deal()
    await desk.quote(deal, SERVER, RACK, option="With a rack")
    await desk.quote(deal, SERVER, option="Without", valid_days=10)
    await put_file(desk.mia, "/catalogue", "\n".join(CATALOGUE.splitlines()[:2]))
    await desk.quote(deal, SERVER, {**RACK, "quantity": "9"})
    found = (await seen(desk.ann, f"/opportunities/{deal}/comparison"))["alternatives"]
    assert [(each["option"], each["net"]["amount"], each["margin"] and each["margin"]["amount"]) for each in found] == [
        ("Without", 90_000, 30_000),
        ("With a rack", 110_000, 40_000),
        (None, 270_000, None),
    ]
    assert [each["cheapest"] for each in found] == [True, False, False]
    assert [each["best_margin"] for each in found] == [False, True, False]
    assert (found[2]["lines_without_cost"], found[1]["margin_rate"]) == ([2], "0.3636")


async def test_any_two_versions_are_laid_side_by_side_and_a_revision_may_give_more_time(desk: Desk) -> None:
    quote = await desk.quote(await desk.deal(), SERVER, RACK, valid_days=5)
    await good(desk.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [{**SERVER, "quantity": "2"}], "valid_days": 60})
    assert [row["revision"] for row in (await seen(desk.ann, f"/quotes/{quote}/versions"))["data"]] == [2, 1]
    step = await seen(desk.ann, f"/quotes/{quote}/versions/1/difference/2")
    assert (step["net_old"]["amount"], step["net_new"]["amount"]) == (110_000, 180_000)
    (changed,) = step["difference"]["changed"]
    assert (changed["key"], [each["field"] for each in changed["changes"]]) == ("SERVER", ["quantity", "net"])
    assert [each["key"] for each in step["difference"]["removed"]] == ["RACK"]
    assert (await desk.ann.get(f"/quotes/{quote}/versions/1/difference/3")).json()["code"] == "unknown-version"
    desk.served.pass_days(6)
    await desk.served.react()
    assert (await seen(desk.ann, f"/quotes/{quote}"))["status"] == "draft", "it was given more time"
    desk.served.pass_days(60)
    await desk.served.react()
    assert (await seen(desk.ann, f"/quotes/{quote}"))["status"] == "expired"


async def test_rounds_keep_a_ledger_and_a_deadlock_its_alternatives(desk: Desk) -> None:
    deal = await desk.deal()
    quote = await desk.quote(deal, SERVER)
    content = (await seen(desk.ann, f"/quotes/{quote}"))["quote_hash"]
    about = {"quote_id": quote, "quote_hash": content}
    gave = {"about": "service", "what": "A year of service", "value": {"amount": 5_000, "currency": "USD"}}
    got = {"about": "payment", "what": "Half in advance", "value": {"amount": 2_000, "currency": "USD"}}
    await good(desk.ann, f"/opportunities/{deal}/rounds", {**about, "gave": [gave]})
    await good(desk.ann, f"/opportunities/{deal}/rounds", {**about, "got": [got]})
    await good(desk.ann, f"/opportunities/{deal}/deadlock", {"about": "Penalty", "alternatives": [{"what": "A smaller step"}]})
    future = {**about, "held_on": "2999-01-01"}
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", future) == (409, "day-in-the-future")
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", about) == (409, "in-deadlock")
    shown = await seen(desk.mia, f"/opportunities/{deal}/negotiation")
    assert [(row["round"], len(row["gave"]), len(row["got"])) for row in shown["rounds"]] == [(1, 1, 0), (2, 0, 1)]
    assert shown["ledger"] == [{"currency": "USD", "gave": 5_000, "got": 2_000, "balance": -3_000}]
    assert (shown["deadlock"]["after_round"], shown["deadlock"]["broken_on"]) == (2, None)
    await good(desk.ann, f"/opportunities/{deal}/deadlock/break", {"how": "They took it", "alternative": 1})
    assert (await seen(desk.mia, f"/opportunities/{deal}/negotiation"))["deadlock"]["how"] == "They took it"


async def test_a_quote_is_had_on_paper_in_both_languages_and_its_hash_is_said(desk: Desk) -> None:
    quote = await desk.quote(await desk.deal(), SERVER, RACK)
    english = await desk.ann.get(f"/quotes/{quote}/document.pdf")
    chinese = await desk.ann.get(f"/quotes/{quote}/document.pdf?language=zh")
    assert (english.status_code, english.headers["content-type"]) == (200, "application/pdf")
    digest = sha256(chinese.content)
    assert chinese.headers["repr-digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert chinese.content == (await desk.ann.get(f"/quotes/{quote}/document.pdf?language=zh")).content
    said = await seen(desk.ann, f"/quotes/{quote}/document?language=zh")
    assert (said["pdf_sha256"], said["gross"]["amount"], said["lines"][1]["name"]) == (digest.hexdigest(), 124_300, "机柜")
    assert {"cost", "margin"}.isdisjoint(said), "the customer does not see what it costs us"
    texts = ["\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages) for file in (english, chinese)]
    assert "A server" in texts[0]
    assert "服务器" in texts[1]
    assert all("1,243.00 USD" in text and said["quote_hash"] in text and "云泽科技" in text for text in texts)
    assert (await desk.ann.get(f"/quotes/{quote}/document.pdf?language=de")).status_code == 422


async def test_a_won_deal_takes_no_other_quote_and_its_quote_no_other_lines(desk: Desk) -> None:
    deal = await desk.deal()
    quote = await desk.quote(deal, RACK)
    await good(desk.ann, f"/quotes/{quote}/submit")
    await good(desk.ann, f"/quotes/{quote}/send")
    await good(desk.ann, f"/quotes/{quote}/accept", {})
    await good(desk.ann, f"/opportunities/{deal}/win", {"quote_id": quote})
    lines = {"price_book": "list", "lines": [SERVER]}
    assert await refused(desk.ann, f"/quotes/{quote}/revise", lines) == (409, "quote-final")
    assert await refused(desk.ann, f"/opportunities/{deal}/quotes", lines) == (409, "opportunity-closed")
    about = {"quote_id": quote, "quote_hash": (await seen(desk.ann, f"/quotes/{quote}"))["quote_hash"]}
    assert await refused(desk.ann, f"/opportunities/{deal}/rounds", about) == (409, "opportunity-closed")
