"""Documents as PDF: what stands on them, in both languages, and the same bytes each time."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from ltc_events import Money
from ltc_kit.document import Customer, Document, DocumentLine, Language, Seller, TaxTotal, plain, render
from pypdf import PdfReader

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"><rect width="30" height="10" fill="#1a73e8"/></svg>'
SELLER = Seller("Harbour Pumps GmbH", "Speicherstadt 4\n20457 Hamburg", "Germany", "DE811234567", "DE89 3704 0044 0532 0130 00", LOGO)
CUSTOMER = Customer("云泽科技有限公司", "深圳市南山区科技园", "CN", "91440300MA5EXAMPLE", "李雷", "invoice@yunze.example")


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def line(number: int, rate: str = "0.13") -> DocumentLine:
    return DocumentLine(
        number, f"PMP-{number}", "离心泵", Decimal("3.000000"), "C62", usd(10_000), Decimal("0.15"), usd(25_500), Decimal(rate)
    )  # fmt: skip


def quotation(language: Language = "en", lines: int = 2) -> Document:
    return Document(
        kind="quotation",
        language=language,
        number="Q-2026-00017",
        version=2,
        seller=SELLER,
        customer=CUSTOMER,
        lines=[line(number) for number in range(1, lines + 1)],
        net=usd(51_000),
        taxes=[TaxTotal(Decimal("0.06"), usd(25_500), usd(1_530)), TaxTotal(Decimal("0.13"), usd(25_500), usd(3_315))],
        tax=usd(4_845),
        gross=usd(55_845),
        dated_on=date(2026, 11, 24),
        valid_until=date(2026, 12, 23),
        contact="Ann Ellis",
        terms=("Payment within 30 days.", "# not *markup* $x$ [at all]"),
        fingerprint="ab" * 32,
    )


def pages(document: Document) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(render(document))).pages]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_equal_documents_give_equal_bytes(language: Language) -> None:
    assert render(quotation(language)) == render(quotation(language))
    assert render(quotation(language)) != render(replace(quotation(language), dated_on=date(2026, 11, 25)))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Quotation", "Number: Q-2026-00017, version 2", "Date: 2026-11-24", "Valid until: 2026-12-23", "Contact: Ann Ellis",
                "Tax number: DE811234567", "Bank account: DE89 3704 0044 0532 0130 00", "Attention: 李雷", "3 piece",
                "Tax 6% on 255.00 USD",
                "Total with tax 558.45 USD", "For the seller", "Accepted for the customer", "Name, signature and stamp", "Page 1 of 1",
            ),
        ),
        (
            "zh",
            (
                "报价单", "编号: Q-2026-00017, 版本 2", "有效期至: 2026-12-23", "联系人: Ann Ellis", "税号: DE811234567", "收件人: 李雷",
                "3 件", "税额（6%，计税金额 255.00 USD） 15.30 USD", "含税合计 558.45 USD",
                "卖方", "客户确认", "签字及盖章", "第 1 页，共 1 页",
            ),
        ),
    ],
)  # fmt: skip
def test_everything_stands_on_it(language: Language, words: tuple[str, ...]) -> None:
    (text,) = pages(quotation(language))
    both = ("Harbour Pumps GmbH", "20457 Hamburg", "云泽科技有限公司", "深圳市南山区科技园", "invoice@yunze.example", "15%", "ab" * 32)
    for word in (*words, *both, "Payment within 30 days."):
        assert word in text, word


def test_texts_are_never_read_as_markup() -> None:
    assert "# not *markup* $x$ [at all]" in pages(quotation())[0]


def test_pages_are_counted_and_repeat_the_number_and_the_headings() -> None:
    texts = pages(quotation(lines=90))
    assert len(texts) > 2
    assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1))
    assert all("Quotation Q-2026-00017" in text for text in texts[1:])
    assert all("List price" in text for text in texts[:-1])


@pytest.mark.parametrize(("kind", "title"), [("contract", "Contract"), ("invoice", "Invoice")])
def test_contracts_and_invoices_are_the_same_piece(kind: str, title: str) -> None:
    document = replace(quotation(), kind=kind, seller=None, valid_until=None, to_sign=False, terms=())  # type: ignore[arg-type]
    (text,) = pages(document)
    assert title in text
    assert not any(word in text for word in ("Valid until", "signature", "Terms"))


def test_a_document_of_one_tax_rate_says_it_once() -> None:
    (text,) = pages(replace(quotation(), taxes=[TaxTotal(Decimal("0.13"), usd(51_000), usd(6_630))]))
    assert "Tax 13% 48.45 USD" in text
    assert "on 510.00" not in text


def test_it_is_made_for_archives_unless_a_letter_is_in_no_font() -> None:
    assert b"pdfaid:part" in render(quotation())
    odd = render(replace(quotation(), contact="😀 Ann"))
    assert b"pdfaid:part" not in odd
    assert "Ann" in PdfReader(io.BytesIO(odd)).pages[0].extract_text()


def test_a_very_long_product_code_does_not_run_into_the_next_column() -> None:
    long = replace(line(1), product="X" * 64, name="Y" * 200)
    (text,) = pages(replace(quotation(), lines=[long]))
    assert "X" * 64 in "".join(text.split()).replace("\u200b", "")
    assert "3 piece" in text


def test_numbers_are_written_plainly() -> None:
    assert [plain(Decimal(each)) for each in ("15.000000", "0.000000", "100", "2.50")] == ["15", "0", "100", "2.5"]
