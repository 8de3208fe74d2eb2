"""A quote as a UBL 2.1 Quotation: elements in the order of the schema, amounts that sum, text that stays what it was."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from floor import SERVER, Floor, good
from hypothesis import given, settings
from hypothesis import strategies as st
from ltc_events import Money
from ltc_events.opportunity import PricedLine
from opportunity_svc.quote_ubl.read import CAC, CBC, NOT_XML, QUOTATION, Offer, ubl, unit_code
from quote_paper import line, paper, usd

# What the schemas of UBL 2.1 (OASIS) say of the elements we write: their order, and which of them must be there.
ORDER = {
    "Quotation": "UBLVersionID ID! IssueDate! Note PricingCurrencyCode LineCountNumeric ValidityPeriod AdditionalDocumentReference "
    "SellerSupplierParty! BuyerCustomerParty TaxTotal QuotedMonetaryTotal! QuotationLine!",
    "ValidityPeriod": "StartDate EndDate",
    "AdditionalDocumentReference": "ID! DocumentType",
    "SellerSupplierParty": "Party",
    "BuyerCustomerParty": "Party",
    "Party": "PartyIdentification PartyName",
    "PartyIdentification": "ID!",
    "PartyName": "Name!",
    "TaxTotal": "TaxAmount! TaxSubtotal",
    "TaxSubtotal": "TaxableAmount TaxAmount! TaxCategory!",
    "TaxCategory": "Percent TaxScheme!",
    "ClassifiedTaxCategory": "Percent TaxScheme!",
    "TaxScheme": "Name",
    "QuotedMonetaryTotal": "LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount PayableAmount!",
    "QuotationLine": "ID LineItem!",
    "LineItem": "ID! Note Quantity LineExtensionAmount AllowanceCharge Price Item!",
    "AllowanceCharge": "ChargeIndicator! AllowanceChargeReason Amount! BaseAmount",
    "Price": "PriceAmount! BaseQuantity",
    "Item": "Name SellersItemIdentification ClassifiedTaxCategory",
    "SellersItemIdentification": "ID!",
}
SEVERAL = {"Note", "TaxSubtotal", "QuotationLine"}
NS = {"cac": CAC, "cbc": CBC, "q": QUOTATION}


def offer(**changed: Any) -> Offer:
    return Offer(replace(paper(), **changed), "OpenLTC (Shanghai) Ltd", UUID(int=5), current=True)


def read(of: Offer) -> ET.Element:
    return ET.fromstring(ubl(of))


def said(root: ET.Element, path: str) -> list[str | None]:
    return [each.text for each in root.findall(path, NS)]


def every(root: ET.Element) -> Iterator[tuple[str, str, ET.Element]]:
    for each in root.iter():
        namespace, name = each.tag[1:].split("}")
        yield namespace, name, each


def must_keep_the_schema(root: ET.Element) -> None:
    assert root.tag == f"{{{QUOTATION}}}Quotation"
    for namespace, name, element in every(root):
        inner = [child.tag.split("}")[1] for child in element]
        if name not in ORDER:
            assert (namespace, inner, bool(element.text)) == (CBC, [], True), f"{name} holds text, and some"
            continue
        assert namespace == (QUOTATION if name == "Quotation" else CAC)
        order = [word.rstrip("!") for word in ORDER[name].split()]
        assert [order.index(each) for each in inner] == sorted(order.index(each) for each in inner), name
        assert {word[:-1] for word in ORDER[name].split() if word.endswith("!")} <= set(inner), name
        assert all(inner.count(each) == 1 for each in inner if each not in SEVERAL), name
        assert inner, f"{name} is not empty"


def test_a_quote_is_a_quotation_by_the_schema() -> None:
    written = ubl(offer())
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<Quotation xmlns=\"" + QUOTATION.encode())
    assert b"<cbc:UBLVersionID>2.1</cbc:UBLVersionID>" in written
    must_keep_the_schema(ET.fromstring(written))


def test_the_same_version_gives_the_same_bytes() -> None:
    assert ubl(offer()) == ubl(offer())
    assert ubl(offer()) != ubl(offer(revision=3))


def test_it_says_who_offers_what_to_whom_and_until_when() -> None:
    root = read(offer())
    assert said(root, "cbc:ID") == ["00000000-0000-0000-0000-000000000003-v2"]
    assert said(root, "cac:SellerSupplierParty/cac:Party/cac:PartyName/cbc:Name") == ["OpenLTC (Shanghai) Ltd"]
    assert said(root, "cac:BuyerCustomerParty/cac:Party/cac:PartyName/cbc:Name") == ["云泽科技"]
    assert said(root, "cac:BuyerCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID") == [str(UUID(int=5))]
    assert said(root, "cac:ValidityPeriod/cbc:EndDate") == ["2026-12-23"]
    assert said(root, "cac:AdditionalDocumentReference/cbc:ID") == ["ab" * 32]
    assert said(root, "cac:QuotationLine/cac:LineItem/cac:Item/cac:SellersItemIdentification/cbc:ID") == ["CARD-1", "CARD-2"]
    assert said(root, "cbc:Note") == []
    assert said(read(replace(offer(), buyer_id=None)), "cac:BuyerCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID") == []


def test_what_binds_nobody_says_so() -> None:
    assert said(read(offer(binding=False)), "cbc:Note") == ["Draft. Not an offer: it was not approved yet."]
    assert said(read(offer(binding=False, over=True)), "cbc:Note") == ["Not an offer any more."]
    old = read(replace(offer(binding=False), current=False))
    assert said(old, "cbc:Note") == ["Not an offer: the quote was written anew since."]
    assert said(old, "cac:ValidityPeriod/cbc:EndDate") == []
    must_keep_the_schema(old)


def test_tax_is_told_by_rate_and_its_scheme_is_not_guessed() -> None:
    root = read(offer(lines=(line(1), line(2, "0.06"))))
    assert said(root, "cac:TaxTotal/cbc:TaxAmount") == ["48.45"]
    assert said(root, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent") == ["6", "13"]
    assert said(root, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount") == ["15.30", "33.15"]
    assert {name for _, name, _ in every(root)} & {"TaxTypeCode", "TaxExemptionReasonCode"} == set()
    assert said(root, "cac:QuotedMonetaryTotal/cbc:PayableAmount") == ["558.45"]


@pytest.mark.parametrize(
    ("currency", "amounts"),
    [
        ("USD", ["255.00", "45.00", "300.00"]),
        ("JPY", ["25500", "4500", "30000"]),
        ("KWD", ["25.500", "4.500", "30.000"]),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amounts: list[str]) -> None:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=currency)

    only = line(1).model_copy(update={"list_price": money(10_000), "net": money(25_500)})
    root = read(offer(lines=(only,), names=("A card",), net=money(25_500)))
    item = "cac:QuotationLine/cac:LineItem"
    charged = "cac:AllowanceCharge"
    found = [said(root, f"{item}/{path}")[0] for path in ("cbc:LineExtensionAmount", f"{charged}/cbc:Amount", f"{charged}/cbc:BaseAmount")]
    assert found == amounts
    currencies = {each.get("currencyID") for _, name, each in every(root) if name.endswith("Amount")}
    assert currencies == {currency}


UNIT_CODES = [
    ("C62", "C62"), ("piece", "H87"), ("Hour", "HUR"), ("kg", "KGM"), ("KG", "KGM"), ("PCS", "H87"), ("kWh", "KWH"), ("kwh", "KWH"),
    ("m", "MTR"), ("M", None), ("XBX", "XBX"), ("crate", None),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "code"), UNIT_CODES)
def test_a_unit_has_its_code_where_it_has_one(unit: str, code: str | None) -> None:
    assert unit_code(unit) == code
    root = read(offer(lines=(line(1).model_copy(update={"unit": unit}),), names=("A card",)))
    (quantity,) = root.findall("cac:QuotationLine/cac:LineItem/cbc:Quantity", NS)
    assert (quantity.text, quantity.get("unitCode")) == ("3", code)
    assert (quantity.get("unitCodeListID") == "UNECERec20") == (code not in ("XBX", None))
    assert said(root, "cac:QuotationLine/cac:LineItem/cbc:Note") == ([] if code else [f"Unit: {unit}"])
    must_keep_the_schema(root)


ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_any_text_comes_back_as_it_was_but_for_what_xml_has_no_place_for(company: str, name: str) -> None:
    of = offer(company=f"x{company}", names=(name, f"<b>&{name}]]>"))
    root = read(of)
    kept = [each.replace("\r\n", "\n").replace("\r", "\n") for each in (NOT_XML.sub("\ufffd", text) for text in (f"x{company}", name))]
    assert said(root, "cac:BuyerCustomerParty/cac:Party/cac:PartyName/cbc:Name")[0] == kept[0]
    assert said(root, "cac:QuotationLine/cac:LineItem/cac:Item/cbc:Name")[0] == kept[1]


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.decimals("0.000001", "9999", places=6), st.integers(0, 10**12))
def test_quantity_times_price_less_allowance_is_the_net_price(price: int, quantity: Decimal, net: int) -> None:
    only = PricedLine(
        line=1, product="P", description="A card", quantity=quantity, unit="C62", list_price=usd(price), discount=Decimal(0), net=usd(net),
        tax_rate=Decimal("0.13"),
    )  # fmt: skip
    root = read(offer(lines=(only,), names=("A card",), net=usd(net)))
    must_keep_the_schema(root)
    item = "cac:QuotationLine/cac:LineItem"
    (written,) = said(root, f"{item}/cbc:LineExtensionAmount")
    given = [Decimal(each or "") for each in said(root, f"{item}/cac:AllowanceCharge/cbc:Amount")]
    base = [Decimal(each or "") for each in said(root, f"{item}/cac:AllowanceCharge/cbc:BaseAmount")]
    charged = said(root, f"{item}/cac:AllowanceCharge/cbc:ChargeIndicator") == ["true"]
    assert Decimal(written or "") == Decimal(net).scaleb(-2)
    if given:
        assert base[0] + (given[0] if charged else -given[0]) == Decimal(net).scaleb(-2)
    assert all(each > 0 for each in given)


async def test_a_version_of_a_quote_is_taken_as_xml(floor: Floor) -> None:
    quote = await floor.approved(await floor.deal(), SERVER)
    answer = await floor.nat.get(f"/quotes/{quote}/versions/1/ubl", params={"seller": "A & B <Ltd>", "language": "zh"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml"), answer.text
    root = ET.fromstring(answer.content)
    must_keep_the_schema(root)
    assert said(root, "cac:SellerSupplierParty/cac:Party/cac:PartyName/cbc:Name") == ["A & B <Ltd>"]
    assert said(root, "cac:QuotationLine/cac:LineItem/cac:Item/cbc:Name") == ["服务器"]
    assert (said(root, "cbc:Note"), said(root, "cac:QuotedMonetaryTotal/cbc:LineExtensionAmount")) == ([], ["900.00"])
    await good(floor.ann, f"/quotes/{quote}/revise", {"price_book": "list", "lines": [{**SERVER, "quantity": "2"}]})
    old, new = [ET.fromstring((await floor.nat.get(f"/quotes/{quote}/versions/{number}/ubl?seller=A")).content) for number in (1, 2)]
    assert said(old, "cbc:Note") == ["Not an offer: the quote was written anew since."]
    assert (said(old, "cac:QuotationLine/cac:LineItem/cbc:Quantity"), said(new, "cac:QuotationLine/cac:LineItem/cbc:Quantity")) == (
        ["1"],
        ["2"],
    )


async def test_only_what_was_written_is_taken_as_xml_and_somebody_offers_it(floor: Floor) -> None:
    quote = await floor.quote(await floor.deal())
    assert (await floor.nat.get(f"/quotes/{quote}/versions/2/ubl?seller=A")).json()["code"] == "unknown-version"
    assert (await floor.nat.get(f"/quotes/{UUID(int=9)}/versions/1/ubl?seller=A")).json()["code"] == "unknown-quote"
    assert (await floor.nat.get(f"/quotes/{quote}/versions/1/ubl")).status_code == 422
