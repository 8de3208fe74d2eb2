"""A quote as the customer gets it: as a PDF document, and as JSON."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from ltc_events import Money, Sha256
from ltc_events.opportunity import PricedLine
from ltc_runtime.edge import EVERYONE, Answer, Api, Read, View
from sqlalchemy import or_, select

from .. import projections as shown
from ..domain.quote.states import UnknownQuote
from .paper import Language, Paper, pdf, tax_of

documents = Api("/quotes")
BINDING = ("approved", "sent", "accepted")


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
    tax = tax_of(paper.lines, paper.net.currency)
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
        tax=tax,
        gross=Money(amount=paper.net.amount + tax.amount, currency=tax.currency),
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


async def paper_of(quote_id: UUID, language: Language, read: Read) -> Paper:
    quotes, deals, versions = shown.quotes, shown.opportunities, shown.quote_versions
    found = (
        select(quotes, deals.c.company, versions.c.written_at)
        .join(deals, deals.c.opportunity_id == quotes.c.opportunity_id)
        .join(versions, (versions.c.quote_id == quotes.c.quote_id) & (versions.c.revision == quotes.c.revision))
        .where(quotes.c.quote_id == quote_id)
    )
    row = await read.one(found, UnknownQuote)
    lines = tuple(PricedLine(**line) for line in row["lines"])
    written_on = row["written_at"].date()
    chinese = await chinese_names({line.product for line in lines}, written_on, read) if language == "zh" else {}
    return Paper(
        quote_id=str(quote_id),
        revision=row["revision"],
        company=row["company"],
        lines=lines,
        names=tuple(chinese.get(line.product, line.description) for line in lines),
        net=Money(amount=row["net"], currency=row["currency"]),
        quote_hash=row["quote_hash"],
        written_on=written_on,
        last_day=row["expires_on"] - timedelta(days=1),
        binding=row["status"] in BINDING,
    )


async def chinese_names(products: set[str], day: date, read: Read) -> dict[str, str]:
    """What the catalogue calls them in Chinese on that day; where it says nothing, the price book's words stay."""
    table = shown.products.c
    valid = (table.valid_from <= day, or_(table.valid_to.is_(None), table.valid_to >= day))
    found = select(table.product, table.name_zh).where(table.product.in_(sorted(products)), table.name_zh.is_not(None), *valid)
    return {row["product"]: row["name_zh"] for row in await read.all(found)}
