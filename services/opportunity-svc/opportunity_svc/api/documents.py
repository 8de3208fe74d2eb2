"""A quote as the customer gets it: as a PDF document, as JSON, and as a UBL Quotation."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from ltc_events import Money, Name, Sha256
from ltc_events.opportunity import PricedLine
from ltc_kit.document import Language
from ltc_runtime.http import EVERYONE, Answer, Api, Read, View
from sqlalchemy import select

from .. import projections as shown
from ..catalogue.read import ProductRow, valid_on
from ..deal.read import OpportunityRow
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.price import gross_of, tax_of
from .comparing import Revision, UnknownVersion
from .paper import Paper, pdf
from .ubl import Offer, ubl
from .waterfall import version_of

documents = Api("/quotes")
BINDING = ("approved", "sent", "accepted")
OVER = ("expired", "superseded")


class DocumentLine(PricedLine):
    """A line, with what the product is called in the language of the document."""

    name: str


class QuoteDocument(View):
    """A quote as the customer gets it: neither cost nor margin, nor who approved it."""

    quote_id: UUID
    revision: int
    quote_hash: Sha256
    language: Language
    company: str
    written_on: date
    last_day: date
    binding: bool
    lines: Sequence[DocumentLine]
    net: Money
    tax: Money
    gross: Money
    pdf_sha256: Sha256


@documents.query("/{quote_id}/document", roles=EVERYONE, refuses=(UnknownQuote,))
async def show_quote_document(quote_id: UUID, read: Read, language: Language = "en") -> QuoteDocument:
    """A quote as the customer gets it, with the hash of its PDF."""
    paper = await paper_of(quote_id, language, read)
    written = await asyncio.to_thread(pdf, paper, language)
    return QuoteDocument(
        quote_id=quote_id,
        revision=paper.revision,
        quote_hash=paper.quote_hash,
        language=language,
        company=paper.company,
        written_on=paper.written_on,
        last_day=paper.last_day,
        binding=paper.binding,
        lines=[DocumentLine(**dict(line), name=name) for line, name in zip(paper.lines, paper.names, strict=True)],
        net=paper.net,
        tax=tax_of(paper.lines, paper.net.currency),
        gross=gross_of(paper.lines, paper.net.currency),
        pdf_sha256=sha256(written).hexdigest(),
    )


@documents.query("/{quote_id}/document.pdf", roles=EVERYONE, refuses=(UnknownQuote,), media="application/pdf")
async def download_quote(quote_id: UUID, read: Read, language: Language = "en") -> Answer:
    """A quote as a PDF document, in English or Chinese; `Repr-Digest` is the SHA-256 of its bytes."""
    paper = await paper_of(quote_id, language, read)
    written = await asyncio.to_thread(pdf, paper, language)
    name = f"quote-{quote_id}-v{paper.revision}-{language}.pdf"
    headers = (
        (b"content-type", b"application/pdf"),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        (b"repr-digest", b"sha-256=:" + b64encode(sha256(written).digest()) + b":"),
    )
    return Answer(200, headers, written)


@documents.query(
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
    """What a version of a quote says, in the frame of what its quote says now."""
    now = await paper_of(quote_id, language, read)
    deal = select(shown.quotes.c.party_id).where(shown.quotes.c.quote_id == quote_id)
    buyer = (await read.one(deal, UnknownQuote))["party_id"]
    if revision == now.revision:
        return Offer(now, seller, buyer, current=True)
    then = await version_of(quote_id, revision, read)
    lines, written_on = tuple(PricedLine(**line) for line in then["lines"]), then["written_at"].date()
    said = replace(
        now,
        revision=revision,
        lines=lines,
        names=await names_of(lines, written_on, language, read),
        net=Money(amount=then["net"], currency=then["currency"]),
        quote_hash=then["quote_hash"],
        written_on=written_on,
        binding=False,
    )
    return Offer(said, seller, buyer, current=False)


async def names_of(lines: Sequence[PricedLine], day: date, language: Language, read: Read) -> tuple[str, ...]:
    """What the lines are called in a language on a day."""
    chinese = await chinese_names({line.product for line in lines}, day, read) if language == "zh" else {}
    return tuple(chinese.get(line.product, line.description) for line in lines)


async def paper_of(quote_id: UUID, language: Language, read: Read) -> Paper:
    quotes, deals, versions = shown.quotes, OpportunityRow.table, shown.quote_versions
    found = (
        select(quotes, deals.c.company, versions.c.written_at)
        .join(deals, deals.c.opportunity_id == quotes.c.opportunity_id)
        .join(versions, (versions.c.quote_id == quotes.c.quote_id) & (versions.c.revision == quotes.c.revision))
        .where(quotes.c.quote_id == quote_id)
    )
    row = await read.one(found, UnknownQuote)
    lines = tuple(PricedLine(**line) for line in row["lines"])
    written_on = row["written_at"].date()
    return Paper(
        quote_id=str(quote_id),
        revision=row["revision"],
        company=row["company"],
        lines=lines,
        names=await names_of(lines, written_on, language, read),
        net=Money(amount=row["net"], currency=row["currency"]),
        quote_hash=row["quote_hash"],
        written_on=written_on,
        last_day=row["expires_on"] - timedelta(days=1),
        binding=row["status"] in BINDING,
        over=row["status"] in OVER,
    )


async def chinese_names(products: set[str], day: date, read: Read) -> dict[str, str]:
    """What the catalogue calls them in Chinese on that day; where it says nothing, the price book's words stay."""
    table = ProductRow.table.c
    found = select(table.product, table.name_zh).where(table.product.in_(sorted(products)), table.name_zh.is_not(None), valid_on(day))
    return {row["product"]: row["name_zh"] for row in await read.all(found)}
