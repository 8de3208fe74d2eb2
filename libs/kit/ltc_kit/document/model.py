"""What stands on a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ltc_events import Money

Language = Literal["en", "zh"]
Kind = Literal["quotation", "contract", "invoice"]


@dataclass(frozen=True, slots=True)
class Seller:
    """The legal entity that offers, contracts or bills.

    Args:
        logo: an SVG or PNG file.
    """

    name: str
    address: str | None = None
    country: str | None = None
    tax_number: str | None = None
    bank_account: str | None = None
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the document is for; ``contact`` is the person there."""

    name: str
    address: str | None = None
    country: str | None = None
    tax_number: str | None = None
    contact: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line; ``unit`` is a code of UN/ECE Recommendation 20 or a trade word."""

    line: int
    product: str
    name: str
    quantity: Decimal
    unit: str
    list_price: Money
    discount: Decimal
    net: Money
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """The tax of all lines of one rate."""

    rate: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is read; equal documents give equal bytes.

    Args:
        number: the human number; without one, the id.
        notice: why it binds nobody: it is a draft, or it is over.
        fingerprint: SHA-256 of the lines.
        to_sign: it has a place where both sides sign.
    """

    kind: Kind
    language: Language
    number: str
    customer: Customer
    lines: Sequence[DocumentLine]
    net: Money
    taxes: Sequence[TaxTotal]
    tax: Money
    gross: Money
    dated_on: date
    seller: Seller | None = None
    version: int | None = None
    valid_until: date | None = None
    contact: str | None = None
    terms: Sequence[str] = ()
    notice: Literal["draft", "over"] | None = None
    fingerprint: str | None = None
    to_sign: bool = True


def plain(number: Decimal) -> str:
    """3, not 3.000000."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
