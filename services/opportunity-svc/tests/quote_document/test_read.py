"""A quote on paper: the same bytes for the same quote, and every word can be read back."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ltc_events import AmountTooLarge
from ltc_kit.document import Language, plain
from opportunity_svc.quote.rules.price import tax_of
from opportunity_svc.quote_document.read import pdf
from pypdf import PdfReader
from quote_paper import line, paper, usd


def pages(written: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(written)).pages]


def cells(written: bytes) -> list[str]:
    """Quantity and unit of the one line."""
    words = pages(written)[0].split()
    return words[words.index("显卡") + 1 :][:2]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_quote_gives_the_same_bytes(language: Language) -> None:
    assert pdf(paper(), language) == pdf(paper(), language)
    assert pdf(paper(), language) != pdf(paper(3), language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_letters_it_uses_are_in_it_and_no_others(language: Language) -> None:
    written = pdf(paper(name="显卡"), language)
    (page,) = PdfReader(io.BytesIO(written)).pages
    resources: Any = page["/Resources"]
    used = [font.get_object() for font in resources["/Font"].values()]
    drawn = [font["/DescendantFonts"][0].get_object() for font in used]
    assert drawn
    assert all("NotoSansSC" in font["/BaseFont"] for font in drawn)
    assert all("/FontFile3" in font["/FontDescriptor"] for font in drawn), "embedded"
    assert len(written) < 60_000, "a part of a font of eight million bytes"
    assert "云泽科技" in page.extract_text()


def test_documents_that_are_written_at_the_same_time_have_each_their_own_letters() -> None:
    names = ("显卡", "机柜", "服务器", "内存", "水泵") * 4
    with ThreadPoolExecutor(5) as at_once:
        assert list(at_once.map(lambda name: pdf(paper(name=name), "zh"), names)) == [pdf(paper(name=name), "zh") for name in names]


def test_a_letter_the_font_does_not_have_is_no_failure() -> None:
    assert "CARD-1" in pages(pdf(paper(name="😀 card"), "en"))[0]


def test_a_quote_of_old_with_more_tax_than_can_be_money_is_refused_by_name_and_is_no_failure() -> None:
    dear = line(1).model_copy(update={"net": usd(10**15)})
    with pytest.raises(AmountTooLarge, match=r"The total with tax comes to 11,300,000,000,000\.00 USD"):
        pdf(replace(paper(1), lines=(dear,), net=dear.net), "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Quotation", "Valid until: 2026-12-23", "version 2", "List price", "Total before tax", "510.00 USD")),
        ("zh", ("报价单", "有效期至: 2026-12-23", "版本 2", "目录价", "不含税合计", "510.00 USD")),
    ],
)
def test_what_it_says_can_be_read_out_again(language: Language, words: tuple[str, ...]) -> None:
    (text,) = pages(pdf(paper(), language))
    for word in (*words, "云泽科技", "CARD-1", "显卡", "15%", "255.00 USD", "66.30 USD", "576.30 USD", "ab" * 32):
        assert word in text, word


def test_many_lines_take_many_pages_each_with_its_headings_and_none_is_lost() -> None:
    texts = pages(pdf(paper(120), "en"))
    assert len(texts) > 2
    assert all("List price" in text for text in texts[:-1])
    whole = "\n".join(texts)
    assert all(f"CARD-{number} " in whole for number in range(1, 121))


def test_a_long_name_is_parted_and_stays_whole() -> None:
    name = "一张用于服务器的显卡，带水冷和三年保修" * 6
    (text,) = pages(pdf(paper(1, name), "zh"))
    assert name in "".join(text.split())


@pytest.mark.parametrize(("language", "said"), [("en", "3 piece"), ("zh", "3 件")])
def test_a_unit_is_called_what_people_call_it_and_an_unknown_one_as_it_is(language: Language, said: str) -> None:
    coded, own = (replace(paper(1), lines=(line(1).model_copy(update={"unit": unit}),)) for unit in ("C62", "crate"))
    assert said.split() == cells(pdf(coded, language))
    assert cells(pdf(own, language)) == ["3", "crate"]


def test_a_draft_says_that_it_binds_nobody() -> None:
    assert "not approved yet" in pages(pdf(paper(binding=False), "en"))[0]
    assert "not approved yet" not in pages(pdf(paper(), "en"))[0]


@pytest.mark.parametrize(("language", "words"), [("en", "Not an offer any more"), ("zh", "已失效")])
def test_what_expired_or_was_superseded_says_that_it_is_no_offer_any_more(language: Language, words: str) -> None:
    (text,) = pages(pdf(replace(paper(binding=False), over=True), language))
    assert words in text
    assert "not approved yet" not in text


def test_tax_is_taken_by_rate_and_rounded_once_for_each() -> None:
    assert tax_of((line(1), line(2), line(3, "0.06")), "USD") == usd(6_630 + 1_530)
    assert tax_of((), "USD") == usd(0)


def test_numbers_are_written_plainly() -> None:
    assert [plain(Decimal(each)) for each in ("15.000000", "0.000000", "100", "2.50")] == ["15", "0", "100", "2.5"]
