"""From the catalogue to the contract: what fits together, who may give how much away, what was negotiated, and what is delivered."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from ..api_client import ANN, MAX, Person
from ..catch_up import settled
from ..deals import OPPORTUNITIES, Deal
from ..platform import Platform
from ..story_client import MIA, NAT, SAM, SalesStoryClient, facts

pytestmark = pytest.mark.stack

CATALOGUE = """product,name,name_zh,unit,cost,currency,valid_from,valid_to,options
SKID,Reverse osmosis skid,反渗透装置,C62,118000.00,USD,2020-01-01,,SKID-X
SKID-X,Skid of another maker,另一家的装置,C62,96000.00,USD,2020-01-01,,
PLC,Plant controller,水厂控制器,C62,14200.00,USD,2020-01-01,,
"""
PRICES = """product,description,unit,currency,list_price,tax_rate
SKID,Reverse osmosis skid,C62,USD,186000.00,0
PLC,Plant controller,C62,USD,23800.00,0.13
"""
FITS = {"rules": [{"name": "A skid needs a controller", "kind": "requires", "product": "SKID", "any_of": ["PLC"]}]}
FROM = {"valid_from": "2020-01-01"}
MATRIX = {
    "rows": [
        {"role": "sales", "max_discount": "0.05", "max_amount": {"amount": 50_000_000, "currency": "USD"}, "min_margin": "0.25", **FROM},
        {"role": "sales_manager", "max_discount": "0.12", "max_amount": {"amount": 50_000_000, "currency": "USD"}, **FROM},
    ],
    "split_days": 0,
}  # fmt: skip
PLC = {"product": "PLC", "quantity": "1"}


def skid(discount: str = "0") -> dict[str, str]:
    """A line with a discount."""
    return {"product": "SKID", "quantity": "2", "discount": discount}


def lines(*asked: dict[str, str]) -> dict[str, Any]:
    """What a quote asks for."""
    return {"price_book": "offers", "lines": list(asked)}


async def by_file(story: SalesStoryClient, difference: str, apply: tuple[str, str], body: dict[str, Any], **more: Any) -> None:
    """A list is changed by the difference that was read, and by no other."""
    read = await story.api_client.ask(OPPORTUNITIES, f"{difference}/difference", MIA, body)
    if not read["added"] and not read["changed"]:
        return
    assert (read["invalid"], read["removed"]) == ([], 0)
    other = {**body, **more, "difference_hash": "0" * 64}
    assert (await story.no(*apply, MIA, other))["code"] == "difference-has-changed"
    applied = {**body, **more, "difference_hash": read["difference_hash"]}
    assert (await story.no(*apply, ANN, applied))["code"] == "forbidden"
    await story.sell(*apply, MIA, applied)


async def house(office: Platform, name: str) -> SalesStoryClient:
    """A scene with a catalogue, a price book, and rules that count."""
    story = SalesStoryClient(office, name)
    await by_file(story, "/catalogue", ("apply_catalogue", "/catalogue"), {"csv": CATALOGUE})
    book = "/price-books/offers"
    body = {"csv": PRICES, "currency": "USD"}
    await by_file(story, book, ("apply_price_book", f"{book}/apply"), body, valid_from="2020-01-01")
    await story.rules("configuration", FITS, at=OPPORTUNITIES)
    await story.rules("discount", MATRIX, at=OPPORTUNITIES)
    return story


async def drafted(story: SalesStoryClient, deal: Deal, *asked: dict[str, str], **more: Any) -> str:
    """A quote; its path."""
    path = f"/opportunities/{deal.ids['opportunity']}/quotes"
    return f"/quotes/{(await story.sell('draft_quote', path, ANN, {**lines(*asked), **more}))['quote_id']}"


async def test_a_quote_is_refused_what_does_not_fit_and_approved_by_others_for_its_content_until_its_contract_is_signed(
    office: Platform,
) -> None:
    story = await house(office, "offer")
    deal = await story.deal("Halden Ridge Water")
    at = f"/opportunities/{deal.ids['opportunity']}"
    quote = await drafted(story, deal, skid("0.04"))
    no = await story.no("submit_quote", f"{quote}/submit")
    assert (no["code"], no["violations"][0]["lines"], no["violations"][0]["remedy"]) == (
        "configuration-invalid", [1], "add PLC, or take SKID out",
    )  # fmt: skip
    await story.sell("revise_quote", f"{quote}/revise", ANN, lines(skid("0.04"), PLC))
    await story.sell("submit_quote", f"{quote}/submit")
    shown = await story.see(quote)
    assert (shown["status"], shown["approved_by"], shown["matrix_version"]) == ("approved", "ann", office.live["discount"][1]), (
        "her own authority"
    )

    await story.sell("revise_quote", f"{quote}/revise", ANN, lines(skid("0.2"), PLC))
    assert (await story.see(quote))["status"] == "draft", "a revision undoes what was approved"
    await story.sell("submit_quote", f"{quote}/submit")
    beyond = {"quote_hash": (await story.see(quote))["quote_hash"]}
    assert (await story.no("approve_quote", f"{quote}/approve", MAX, beyond))["code"] == "beyond-authority"
    await story.sell("revise_quote", f"{quote}/revise", ANN, lines(skid("0.1"), PLC))
    await story.sell("submit_quote", f"{quote}/submit")
    shown = await story.see(quote)
    assert shown["status"] == "in_approval"
    content = {"quote_hash": shown["quote_hash"]}
    assert (await story.no("approve_quote", f"{quote}/approve", MAX, beyond))["code"] == "quote-has-changed"
    assert (await story.no("approve_quote", f"{quote}/approve", ANN, content))["code"] == "forbidden"
    herself = Person("ann", ("sales", "sales_manager"))
    assert (await story.no("approve_quote", f"{quote}/approve", herself, content))["code"] == "approver-is-maker"
    await story.sell("approve_quote", f"{quote}/approve", MAX, content)
    await story.sell("send_quote", f"{quote}/send")
    await story.sell("accept_quote", f"{quote}/accept", ANN, {})
    swap = {"line": 1, "product": "SKID-X", "reason": "The same skid by another maker"}
    assert (await story.no("propose_swap", f"{at}/swaps", SAM, swap))["code"] == "not-won-yet"
    await story.sell("win_opportunity", f"{at}/win", ANN, {"quote_id": quote[8:]})

    whole = await story.contract(deal)
    net = 2 * 18_600_000 * 9 // 10 + 2_380_000
    assert (whole["status"], whole["net"]["amount"], whole["quote_hash"]) == ("draft", net, shown["quote_hash"])
    assert [(line["product"], line["net"]["amount"]) for line in whole["lines"]] == [("SKID", net - 2_380_000), ("PLC", 2_380_000)]

    assert (await story.no("propose_swap", f"{at}/swaps", SAM, {**swap, "product": "PLC"}))["code"] == "no-such-option"
    await story.sell("propose_swap", f"{at}/swaps", SAM, swap)
    himself = Person("sam", ("solution", "sales_manager"))
    assert (await story.no("approve_swap", f"{at}/swaps/1/approve", himself))["code"] == "approver-is-proposer"
    await story.sell("approve_swap", f"{at}/swaps/1/approve", MIA)
    assert (await story.see(f"{at}/swaps", NAT))["gained"] == [{"amount": 2 * (11_800_000 - 9_600_000), "currency": "USD"}]
    await deal.register()
    await settled(office.services, office.dsns)
    assert (await story.no("propose_swap", f"{at}/swaps", SAM, swap))["code"] == "contract-stands"
    evidence = await office.assert_sound()
    (swapped,) = facts(evidence, "opportunity.option-swapped", about=deal.ids["opportunity"])
    assert (swapped["old"], swapped["new"]) == ("SKID", "SKID-X")
    (ordered,) = facts(evidence, "order.received", about=deal.ids["contract"])
    assert [line["product"] for line in ordered["lines"]] == ["SKID", "PLC"], "an order names what was sold"


def read_out(file: bytes) -> str:
    """Every word of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)


async def test_alternatives_are_compared_negotiated_round_by_round_and_had_on_paper_in_both_languages(office: Platform) -> None:
    story = await house(office, "alternatives")
    deal = await story.deal("云泽水务")
    at = f"/opportunities/{deal.ids['opportunity']}"
    two = await drafted(story, deal, skid(), PLC, option="Two skids")
    one = await drafted(story, deal, {**skid(), "quantity": "1"}, PLC, option="One skid")
    compared = (await story.see(f"{at}/comparison"))["alternatives"]
    assert [
        (each["option"], each["net"]["amount"], each["cost"]["amount"], each["cheapest"], each["best_margin"]) for each in compared
    ] == [
        ("One skid", 20_980_000, 13_220_000, True, False),
        ("Two skids", 39_580_000, 25_020_000, False, True),
    ]

    about = {"quote_id": two[8:], "quote_hash": (await story.see(two))["quote_hash"]}
    service = {"about": "service", "what": "A year of service", "value": {"amount": 500_000, "currency": "USD"}}
    advance = {"about": "payment", "what": "Half in advance", "value": {"amount": 200_000, "currency": "USD"}}
    await story.sell("record_round", f"{at}/rounds", ANN, {**about, "gave": [service]})
    await story.sell("record_round", f"{at}/rounds", ANN, {**about, "got": [advance]})
    await story.sell("note_deadlock", f"{at}/deadlock", ANN, {"about": "Penalty", "alternatives": [{"what": "A smaller step"}]})
    assert (await story.no("record_round", f"{at}/rounds", ANN, about))["code"] == "in-deadlock"
    await story.sell("break_deadlock", f"{at}/deadlock/break", ANN, {"how": "They took one skid", "alternative": 1})
    shown = await story.see(f"{at}/negotiation")
    assert [(row["round"], len(row["gave"]), len(row["got"])) for row in shown["rounds"]] == [(1, 1, 0), (2, 0, 1)]
    assert shown["ledger"] == [{"currency": "USD", "gave": 500_000, "got": 200_000, "balance": -300_000}]
    assert shown["deadlock"]["how"] == "They took one skid"

    for operation in ("submit", "send"):
        await story.sell(f"{operation}_quote", f"{one}/{operation}")
    content = (await story.see(one))["quote_hash"]
    papers = [await story.api_client.fetch(OPPORTUNITIES, f"{one}/document.pdf{language}") for language in ("", "?language=zh")]
    assert {paper.headers["content-type"] for paper in papers} == {"application/pdf"}
    english, chinese = [read_out(paper.content) for paper in papers]
    for text, words in ((english, ("Quotation", "Reverse osmosis skid")), (chinese, ("报价单", "反渗透装置"))):
        for word in (*words, "云泽水务", "209,800.00 USD", content):
            assert word in text, word
    await story.sell("accept_quote", f"{one}/accept", ANN, {})
    await story.sell("win_opportunity", f"{at}/win", ANN, {"quote_id": one[8:]})
    assert (await story.no("win_opportunity", f"{at}/win", ANN, {"quote_id": two[8:]}))["code"] == "opportunity-closed"
    contract = await story.contract(deal)
    assert (contract["net"]["amount"], contract["company"]) == (20_980_000, "云泽水务")
    evidence = await office.assert_sound()
    (won,) = facts(evidence, "opportunity.won", about=deal.ids["opportunity"])
    assert (won["quote_hash"], len(won["lines"])) == (content, 2)
