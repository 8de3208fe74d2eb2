"""Documents drawn by typst: the same document gives the same bytes, and the fonts that it uses are in it."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from threading import Lock
from typing import Any

from .model import Customer, Document, DocumentLine, Seller, plain
from .words import UNITS, WORDS

_LONG_WORD = re.compile(r"[!-~]{24}(?=[!-~])")
_drawing = Lock()  # a compiler serves one document at a time


class Undrawable(ValueError):
    """The logo is no file that can be drawn."""


def render(document: Document) -> bytes:
    """The document as PDF/A-2u, or as plain PDF where no font has one of its letters.

    It takes 20 ms, and a second for 500 lines: call it in a thread.

    Raises:
        Undrawable: by the logo.
    """
    project: dict[str, bytes] = {
        "main.typ": (files(__package__) / "document.typ").read_bytes(),
        "document.json": json.dumps(content_of(document), ensure_ascii=False).encode(),
    }
    if document.seller is not None and document.seller.logo is not None:
        project["logo"] = document.seller.logo
    with _drawing:
        drawn: bytes
        try:
            drawn = _compiler().compile(project, format="pdf", pdf_standards="a-2u", timestamp=_seconds(document))
        except RuntimeError:
            try:
                drawn = _compiler().compile(project, format="pdf", timestamp=_seconds(document))
            except RuntimeError as error:  # not a TypstError where a picture is no text either
                raise Undrawable(str(error)) from None
    return drawn


@cache
def _compiler() -> Any:
    import typst  # 35 MB that only a process that draws needs

    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
        return typst.Compiler(font_paths=[str(font.parent)], ignore_system_fonts=True)


def _seconds(document: Document) -> int:
    """When the document counts as made: the day it is dated, so that the clock is not in it."""
    return (document.dated_on.toordinal() - 719_163) * 86_400


def content_of(document: Document) -> dict[str, Any]:
    """The texts of the document, as the template places them."""
    words, seller = WORDS[document.language], document.seller
    facts = {
        "number": document.number if document.version is None else f"{document.number}, {words['version']} {document.version}",
        "date": document.dated_on.isoformat(),
        "until": document.valid_until and document.valid_until.isoformat(),
        "contact": document.contact,
    }
    taxes = [
        (words["tax_on"].format(rate=percent(each.rate), net=each.net), str(each.tax)) for each in document.taxes
    ] if len(document.taxes) > 1 else []  # fmt: skip
    rate = f" {percent(document.taxes[0].rate)}" if len(document.taxes) == 1 else ""
    return {
        "words": words,
        "language": document.language,
        "title": words[document.kind],
        "number": document.number,
        "seller": None if seller is None else {"name": seller.name, "lines": address_of(seller, words), "logo": seller.logo is not None},
        "customer": {"name": document.customer.name, "lines": address_of(document.customer, words)},
        "facts": [(words[name], text) for name, text in facts.items() if text],
        "notice": document.notice and words[document.notice],
        "lines": [line_of(line, UNITS[document.language]) for line in document.lines],
        "totals": [
            (words["total_net"], str(document.net)),
            *taxes,
            (words["total_tax"] + rate, str(document.tax)),
            (words["total_gross"], str(document.gross)),
        ],
        "terms": list(document.terms),
        "fingerprint": document.fingerprint and f"{words['fingerprint']}: {document.fingerprint}",
        "to_sign": document.to_sign,
    }


def address_of(party: Seller | Customer, words: Mapping[str, str]) -> list[str]:
    """Address, country and what else is known of a party, line by line."""
    known = {"tax_number": party.tax_number}
    if isinstance(party, Seller):
        known["bank_account"] = party.bank_account
    else:
        known["attention"] = party.contact
    lines = [*(party.address or "").splitlines(), party.country, *(f"{words[name]}: {text}" for name, text in known.items() if text)]
    if isinstance(party, Customer):
        lines.append(party.mail)
    return [line for line in lines if line]


def line_of(line: DocumentLine, units: Mapping[str, str]) -> list[str]:
    """The cells of a line; a very long word may be broken."""
    return [
        str(line.line), breakable(line.product), breakable(line.name), plain(line.quantity), units.get(line.unit, line.unit),
        str(line.list_price), percent(line.discount), percent(line.tax_rate), str(line.net),
    ]  # fmt: skip


def percent(rate: Decimal) -> str:
    """``0.13`` is 13%."""
    return f"{plain(rate * 100)}%"


def breakable(text: str) -> str:
    """The text with a place to break within very long words."""
    return _LONG_WORD.sub(lambda found: f"{found.group()}\u200b", text)
