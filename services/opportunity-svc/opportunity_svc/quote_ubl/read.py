"""A quote as a UBL 2.1 Quotation, which the customer's purchasing can read by machine: the same version gives the same bytes."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID
from xml.etree import ElementTree as ET

from ltc_events import Name
from ltc_events.opportunity import PricedLine
from ltc_events.values import decimals_of
from ltc_kit.document import Language, plain
from ltc_kit.document.words import UNITS
from ltc_runtime.http import EVERYONE, Answer, Api, Read

from ..quote.read import deal_and_party_of_quote
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.price import gross_of, listed, tax_of
from ..quote_document.read import Paper, names_of, paper_of
from ..quote_version.read import Revision, UnknownVersion, version_of

quotations = Api("/quotes")

QUOTATION = "urn:oasis:names:specification:ubl:schema:xsd:Quotation-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
for prefix, namespace in (("", QUOTATION), ("cac", CAC), ("cbc", CBC)):
    ET.register_namespace(prefix, namespace)  # so that they are written with the prefixes everybody uses
RECOMMENDATION_20 = "UNECERec20"

CODES = frozenset(UNITS["en"])
"""Units of UN/ECE Recommendation 20 that we know by name."""

CODE_LIKE = re.compile(r"^[A-Z0-9]{2,3}$")
TRADE_WORDS = {word.lower(): code for code, word in UNITS["en"].items() if code != "C62"} | {"pieces": "H87", "pcs": "H87"}
"""What people write for them, in small letters."""

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no place for, not even escaped."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of a quote, and between whom it is."""

    paper: Paper
    seller: str
    buyer_id: UUID | None
    current: bool
    """The quote says nothing newer, so that its days are those of this version."""


@quotations.query(
    "/{quote_id}/versions/{revision}/ubl", roles=EVERYONE, refuses=(UnknownQuote, UnknownVersion), media="application/xml"
)  # fmt: skip
async def export_quotation(quote_id: UUID, revision: Revision, seller: Name, read: Read, language: Language = "en") -> Answer:
    """A version of a quote as a UBL 2.1 Quotation; `seller` is the name of the legal entity that offers.

    Neither cost nor margin. It says for how long only of the version that counts, and of tax only rates and amounts; a unit has its
    code of UN/ECE Recommendation 20 where it has one, and is a note otherwise.
    """
    offer = await offer_of(quote_id, revision, seller, language, read)
    written = await asyncio.to_thread(ubl, offer)
    named = f'attachment; filename="quote-{quote_id}-v{revision}.xml"'
    return Answer(200, ((b"content-type", b"application/xml"), (b"content-disposition", named.encode())), written)


async def offer_of(quote_id: UUID, revision: int, seller: str, language: Language, read: Read) -> Offer:
    """A version of a quote, in the frame of the quote as it is now."""
    now = await paper_of(quote_id, language, read)
    buyer = (await deal_and_party_of_quote(quote_id, read))["party_id"]
    if revision == now.revision:
        return Offer(now, seller, buyer, current=True)
    then = await version_of(quote_id, revision, read)
    written_on = then.written_at.date()
    paper = replace(
        now,
        revision=revision,
        lines=then.lines,
        names=await names_of(then.lines, written_on, language, read),
        net=then.net,
        quote_hash=then.quote_hash,
        written_on=written_on,
        binding=False,
    )
    return Offer(paper, seller, buyer, current=False)


def ubl(offer: Offer) -> bytes:
    """The offer as XML in UTF-8; elements in the order of the schema, amounts with the decimals of their currency."""
    paper = offer.paper
    root = ET.Element(f"{{{QUOTATION}}}Quotation")
    text(root, "UBLVersionID", "2.1")
    text(root, "ID", f"{paper.quote_id}-v{paper.revision}")
    text(root, "IssueDate", paper.written_on.isoformat())
    for note in notes(offer):
        text(root, "Note", note)
    text(root, "PricingCurrencyCode", paper.net.currency)
    text(root, "LineCountNumeric", str(len(paper.lines)))
    if offer.current:
        period(group(root, "ValidityPeriod"), paper.written_on, paper.last_day)
    fingerprint = group(root, "AdditionalDocumentReference")
    text(fingerprint, "ID", paper.quote_hash)
    text(fingerprint, "DocumentType", "SHA-256 of the lines")
    party(group(root, "SellerSupplierParty"), offer.seller)
    party(group(root, "BuyerCustomerParty"), paper.company, offer.buyer_id)
    taxes(group(root, "TaxTotal"), paper)
    totals(group(root, "QuotedMonetaryTotal"), paper)
    for line, name in zip(paper.lines, paper.names, strict=True):
        quoted(group(root, "QuotationLine"), line, name)
    whole: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole


def notes(offer: Offer) -> Iterator[str]:
    """Warnings to the reader."""
    if not offer.current:
        yield "Not an offer: the quote was written anew since."
    elif offer.paper.over:
        yield "Not an offer any more."
    elif not offer.paper.binding:
        yield "Draft. Not an offer: it was not approved yet."


def period(parent: ET.Element, first: date, last: date) -> None:
    text(parent, "StartDate", first.isoformat())
    text(parent, "EndDate", last.isoformat())


def party(parent: ET.Element, name: str, id: UUID | None = None) -> None:
    one = group(parent, "Party")
    if id is not None:
        text(group(one, "PartyIdentification"), "ID", str(id))
    text(group(one, "PartyName"), "Name", name)


def taxes(parent: ET.Element, paper: Paper) -> None:
    """By rate, as the paper says it. The kind of tax is not known, so its scheme is only called a tax."""
    currency = paper.net.currency
    amount(parent, "TaxAmount", tax_of(paper.lines, currency).amount, currency)
    for rate in sorted({line.tax_rate for line in paper.lines}):
        taxed = [line for line in paper.lines if line.tax_rate == rate]
        part = group(parent, "TaxSubtotal")
        amount(part, "TaxableAmount", sum(line.net.amount for line in taxed), currency)
        amount(part, "TaxAmount", tax_of(taxed, currency).amount, currency)
        category(group(part, "TaxCategory"), rate)


def category(parent: ET.Element, rate: Decimal) -> None:
    text(parent, "Percent", plain(rate * 100))
    text(group(parent, "TaxScheme"), "Name", "Tax")


def totals(parent: ET.Element, paper: Paper) -> None:
    currency = paper.net.currency
    gross = gross_of(paper.lines, currency).amount
    for name in ("LineExtensionAmount", "TaxExclusiveAmount"):
        amount(parent, name, paper.net.amount, currency)
    for name in ("TaxInclusiveAmount", "PayableAmount"):
        amount(parent, name, gross, currency)


def quoted(parent: ET.Element, line: PricedLine, name: str) -> None:
    """Quantity × list price, less what is given or plus what is charged on top, is exactly the net price."""
    text(parent, "ID", str(line.line))
    item = group(parent, "LineItem")
    text(item, "ID", str(line.line))
    code = unit_code(line.unit)
    if code is None:
        text(item, "Note", f"Unit: {line.unit}")
    measure(item, "Quantity", line.quantity, code)
    amount(item, "LineExtensionAmount", line.net.amount, line.net.currency)
    if given := listed(line) - line.net.amount:
        allowance(group(item, "AllowanceCharge"), given, line)
    price = group(item, "Price")
    amount(price, "PriceAmount", line.list_price.amount, line.list_price.currency)
    measure(price, "BaseQuantity", Decimal(1), code)
    described(group(item, "Item"), line, name)


def allowance(parent: ET.Element, given: int, line: PricedLine) -> None:
    text(parent, "ChargeIndicator", "false" if given > 0 else "true")
    text(parent, "AllowanceChargeReason", "Discount" if given > 0 else "Surcharge")
    amount(parent, "Amount", abs(given), line.net.currency)
    amount(parent, "BaseAmount", listed(line), line.net.currency)


def described(parent: ET.Element, line: PricedLine, name: str) -> None:
    text(parent, "Name", name)
    text(group(parent, "SellersItemIdentification"), "ID", line.product)
    category(group(parent, "ClassifiedTaxCategory"), line.tax_rate)


def unit_code(unit: str) -> str | None:
    """The code of Recommendation 20 for a unit; nothing for a trade word that we know no code of."""
    if unit in CODES:
        return unit
    # KG looks like a code, but people mean the word; of one letter the size says which unit it is.
    word = TRADE_WORDS.get(unit if len(unit) == 1 else unit.lower())
    return word or (unit if CODE_LIKE.match(unit) else None)


def group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def text(parent: ET.Element, name: str, said: str) -> ET.Element:
    one = ET.SubElement(parent, f"{{{CBC}}}{name}")
    one.text = NOT_XML.sub("\ufffd", said)
    return one


def amount(parent: ET.Element, name: str, minor_units: int, currency: str) -> None:
    decimals = decimals_of(currency)
    text(parent, name, f"{Decimal(minor_units).scaleb(-decimals):.{decimals}f}").set("currencyID", currency)


def measure(parent: ET.Element, name: str, quantity: Decimal, code: str | None) -> None:
    one = text(parent, name, plain(quantity))
    if code is not None:
        one.set("unitCode", code)
    if code in CODES:
        one.set("unitCodeListID", RECOMMENDATION_20)
