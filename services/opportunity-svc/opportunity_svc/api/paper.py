"""A quote as a PDF document, in English or Chinese: the same quote gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ltc_events import Money
from ltc_events.opportunity import PricedLine
from ltc_kit.document import Customer, Document, DocumentLine, Language, TaxTotal, render

from ..quote.rules.price import gross_of, tax_of, taxes_of


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
