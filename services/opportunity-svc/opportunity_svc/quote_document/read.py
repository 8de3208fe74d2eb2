"""A quote as the customer gets it, as a PDF document and as JSON: the same quote gives the same bytes."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from ltc_events import Money, Sha256
from ltc_events.opportunity import PricedLine
from ltc_kit.document import Customer, Document, DocumentLine, Language, TaxTotal, render
from ltc_runtime.http import EVERYONE, Answer, Api, Read, View
from sqlalchemy import select

from ..catalogue.read import ProductRow, valid_on
from ..deal.read import OpportunityRow
from ..quote.read import QuoteContent
from ..quote.rules.gates import UnknownQuote
from ..quote.rules.price import gross_of, tax_of, taxes_of
from ..quote_version.read import QuoteVersion

documents = Api("/quotes")
BINDING = ("approved", "sent", "accepted")
OVER = ("expired", "superseded")


class NamedLine(PricedLine):
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
    lines: Sequence[NamedLine]
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
        lines=[NamedLine(**dict(line), name=name) for line, name in zip(paper.lines, paper.names, strict=True)],
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


@dataclass(frozen=True, slots=True)
class Paper:
    """What the customer gets to read; no cost, no margin."""

    quote_id: str
    revision: int
    company: str
    lines: Sequence[PricedLine]
    names: Sequence[str]
    """What each line is called in the language of the paper."""
    net: Money
    quote_hash: str
    written_on: date
    last_day: date
    binding: bool
    """Approved, so that it may be sent."""
    over: bool = False
    """It expired, or the customer decided for another one."""


def pdf(paper: Paper, language: Language) -> bytes:
    """The quote as a PDF document."""
    return render(document_of(paper, language))


def document_of(paper: Paper, language: Language) -> Document:
    """What stands on it: no cost, no margin."""
    currency = paper.net.currency
    return Document(
        kind="quotation",
        language=language,
        number=paper.quote_id,
        version=paper.revision,
        customer=Customer(paper.company),
        lines=[document_line(line, name) for line, name in zip(paper.lines, paper.names, strict=True)],
        net=paper.net,
        taxes=[TaxTotal(*each) for each in taxes_of(paper.lines, currency)],
        tax=tax_of(paper.lines, currency),
        gross=gross_of(paper.lines, currency),
        dated_on=paper.written_on,
        valid_until=paper.last_day,
        notice=None if paper.binding else "over" if paper.over else "draft",
        fingerprint=paper.quote_hash,
    )


def document_line(line: PricedLine, name: str) -> DocumentLine:
    return DocumentLine(
        line.line, line.product, name, line.quantity, line.unit, line.list_price, line.discount, line.net, line.tax_rate
    )  # fmt: skip


async def names_of(lines: Sequence[PricedLine], day: date, language: Language, read: Read) -> tuple[str, ...]:
    """What the lines are called in a language on a day."""
    chinese = await chinese_names({line.product for line in lines}, day, read) if language == "zh" else {}
    return tuple(chinese.get(line.product, line.description) for line in lines)


async def paper_of(quote_id: UUID, language: Language, read: Read) -> Paper:
    """The quote as it is now."""
    quotes, deals, versions = QuoteContent.table, OpportunityRow.table, QuoteVersion.table
    found = (
        select(quotes, deals.c.company, versions.c.written_at)
        .join(deals, deals.c.opportunity_id == quotes.c.opportunity_id)
        .join(versions, (versions.c.quote_id == quotes.c.quote_id) & (versions.c.revision == quotes.c.revision))
        .where(quotes.c.quote_id == quote_id)
    )
    row = await read.one(found, UnknownQuote)
    quote, written_on = QuoteContent(**row), row["written_at"].date()
    return Paper(
        quote_id=str(quote_id),
        revision=quote.revision,
        company=row["company"],
        lines=quote.lines,
        names=await names_of(quote.lines, written_on, language, read),
        net=quote.net,
        quote_hash=quote.quote_hash,
        written_on=written_on,
        last_day=quote.expires_on - timedelta(days=1),
        binding=quote.status in BINDING,
        over=quote.status in OVER,
    )


async def chinese_names(products: set[str], day: date, read: Read) -> dict[str, str]:
    """What the catalogue calls them in Chinese on that day; where it says nothing, the price book's words stay."""
    table = ProductRow.table.c
    found = select(table.product, table.name_zh).where(table.product.in_(sorted(products)), table.name_zh.is_not(None), valid_on(day))
    return {row["product"]: row["name_zh"] for row in await read.all(found)}
