"""What a quote is recorded as, byte for byte: however quickly it is priced, these bytes stay."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from ltc_events import Fact, Money
from ltc_events.opportunity import OpportunityOpened, PricedLine, lines_hash
from ltc_events.testing import given, rows_after
from opportunity_svc.catalogue.rules import CATALOGUE_ID, CatalogueChanged, Product
from opportunity_svc.price_book.rules import PriceBookSet, PriceItem, price_book_id
from opportunity_svc.quote.read import QuoteContent, quote_list
from opportunity_svc.quote.rules import decider
from opportunity_svc.quote.rules.draft import DraftQuote, ReviseQuote
from opportunity_svc.quote.rules.events import QuoteDrafted, QuoteRevised
from opportunity_svc.quote.rules.price import AskedLine
from opportunity_svc.quote_version.read import QuoteVersion, quote_version_list

DEAL, QUOTE, TODAY = UUID(int=1), UUID(int=3), date(2026, 11, 24)
RECORDED = "05d63afdc9b8a8876cc9b8dd52bc6bf59262fe2f220d3b75e5a4c09c2397a5b6"
"""SHA-256 of the eight lines in JSON, one after the other."""
COSTS = ((1, 18_003), (2, 18_003), (3, 2), (4, 7))


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


def item(code: str, description: str, price: int, rate: str) -> PriceItem:
    return PriceItem(product=code, description=description, unit="piece", list_price=usd(price), tax_rate=Decimal(rate))


book = PriceBookSet(
    price_book_id=price_book_id("list"), code="list", version=7, currency="USD", valid_from=TODAY, set_by="mia",
    items=(
        item("P-1", "A card", 10_000, "0.13"), item("P-2", 'Fan, 12" \\ "quiet"', 333, "0.130000"),
        item("P 3.5/x", "显卡 – 24 GB ×2", 482_100, "0"), item("FREE", "A label", 0, "1"),
    ),
)  # fmt: skip
catalogue = CatalogueChanged(
    catalogue_id=CATALOGUE_ID, version=1, removed=(), difference_hash="0" * 64, changed_by="mia",
    written=tuple(
        Product(product=code, name="A product", unit="piece", cost=cost, valid_from=TODAY)
        for code, cost in (("P-1", usd(6_001)), ("P-2", usd(7)), ("P 3.5/x", Money(amount=5, currency="CNY")), ("FREE", None))
    ),
)  # fmt: skip
opened = OpportunityOpened(
    opportunity_id=DEAL, lead_id=UUID(int=4), party_id=UUID(int=5), company="Acme", need="Servers", value=usd(500_000),
    account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=TODAY,
)  # fmt: skip
ASKED = (
    AskedLine(product="P-1", quantity=Decimal(3)),
    AskedLine(product="P-1", quantity=Decimal("3.0"), discount=Decimal("0.15")),
    AskedLine(product="P-2", quantity=Decimal("0.333333"), discount=Decimal("0.50")),
    AskedLine(product="P-2", quantity=Decimal(1), discount=Decimal("-0.1")),
    AskedLine(product="P 3.5/x", quantity=Decimal("1"), net=usd(448_500)),
    AskedLine(product="P 3.5/x", quantity=Decimal("1E+2"), discount=Decimal("0")),
    AskedLine(product="FREE", quantity=Decimal("12.500000"), net=usd(0)),
    AskedLine(product="FREE", quantity=Decimal(1), discount=Decimal(1)),
)
draft = DraftQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=ASKED, actor="ann", today=TODAY)
(drafted,) = (each for each in given(decider, opened, book, catalogue).when(draft).events if isinstance(each, QuoteDrafted))


def in_json(lines: tuple[PricedLine, ...]) -> bytes:
    return b",".join(line.model_dump_json().encode() for line in lines)


def test_lines_are_recorded_as_ever() -> None:
    assert sha256(in_json(drafted.lines)).hexdigest() == RECORDED
    assert b'"lines":[' + in_json(drafted.lines) + b"]" in drafted.model_dump_json().encode()
    assert drafted.quote_hash == "b33e45432adde69069c3a8d1ba10a58e73d8af67c3f839837e146be6943106ca"


def test_costs_are_recorded_as_ever() -> None:
    said = "".join(f'{{"line":{line},"cost":{{"amount":{cost},"currency":"USD"}}}},' for line, cost in COSTS)
    assert f'"costs":[{said.removesuffix(",")}]' in drafted.model_dump_json()
    assert drafted.net == usd(48_714_421)


def test_a_priced_line_is_no_other_than_one_that_was_read() -> None:
    stored = QuoteDrafted.model_validate_json(drafted.model_dump_json())
    assert stored == drafted
    assert [line.model_fields_set for line in drafted.lines] == [line.model_fields_set for line in stored.lines]
    assert [line.model_copy(update={"line": 9}).net for line in drafted.lines] == [line.net for line in stored.lines]


def test_a_quote_written_anew_says_the_same_in_the_same_bytes() -> None:
    other = ReviseQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=ASKED[:2], actor="bob", today=TODAY)
    again = ReviseQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=ASKED, actor="ann", today=TODAY)
    revised = given(decider, opened, book, catalogue, drafted).when(other).events[0]
    back = given(decider, opened, book, catalogue, drafted, revised).when(again).events[0]
    assert isinstance(revised, QuoteRevised)
    assert isinstance(back, QuoteRevised)
    assert (back.quote_hash, in_json(back.lines)) == (drafted.quote_hash, in_json(drafted.lines))
    assert revised.quote_hash == lines_hash(revised.lines) != back.quote_hash


def test_read_models_show_each_revision_as_it_was_recorded() -> None:
    other = ReviseQuote(quote_id=QUOTE, opportunity_id=DEAL, price_book="list", lines=ASKED[:2], actor="bob", today=TODAY)
    revised = given(decider, opened, book, catalogue, drafted).when(other).events[0]
    assert isinstance(revised, QuoteRevised)
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    fact = Fact(1, "quote", QUOTE, 1, at, at, "ann", DEAL)
    versions = rows_after(fact, quote_version_list, QuoteVersion.table, [drafted, revised])
    (shown,) = rows_after(fact, quote_list, QuoteContent.table, [drafted, revised])
    wanted = [[line.model_dump(mode="json") for line in said.lines] for said in (drafted, revised)]
    assert [row["lines"] for row in versions] == wanted
    assert shown["lines"] == wanted[1]
