"""What an approval and a contract are bound to."""

import json
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import Money
from ltc_events.opportunity import PricedLine, lines_as_json, lines_hash

LINE = PricedLine(
    line=1,
    product="GTX Pro",
    description="显卡",
    quantity=Decimal(3),
    unit="piece",
    list_price=Money(amount=10_000, currency="USD"),
    discount=Decimal("0.200000"),
    net=Money(amount=24_000, currency="USD"),
    tax_rate=Decimal("0.13"),
)


def test_whoever_holds_the_lines_comes_to_the_same_hash() -> None:
    heard = PricedLine.model_validate_json(LINE.model_dump_json())
    assert lines_hash([heard]) == lines_hash((LINE,)) == "3db6801460db46cfdcb0d782a4b6670dff981c1bd5698f182e7cd2fc9873af2a"


@pytest.mark.parametrize(
    "change", [{"line": 2}, {"quantity": Decimal(4)}, {"net": Money(amount=24_001, currency="USD")}, {"tax_rate": Decimal("0.06")}]
)
def test_any_change_to_a_line_is_another_hash(change: dict[str, object]) -> None:
    assert lines_hash([LINE.model_copy(update=change)]) != lines_hash([LINE])


def test_the_order_of_lines_counts() -> None:
    second = LINE.model_copy(update={"line": 2})
    assert lines_hash([LINE, second]) != lines_hash([second, LINE])


def test_what_is_shown_is_what_was_written_also_where_the_decimals_are_equal() -> None:
    other = LINE.model_copy(update={"quantity": Decimal("3.0")})
    assert other == LINE
    assert [lines_as_json([line])[0]["quantity"] for line in (LINE, other, LINE)] == ["3", "3.0", "3"]
    assert lines_hash([LINE]) != lines_hash([other])


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 10**15))
def test_the_hash_is_that_of_the_plain_json(description: str, amount: int) -> None:
    line = LINE.model_copy(update={"description": description, "net": Money(amount=amount, currency="USD")})
    plain = json.dumps([line.model_dump(mode="json", exclude_none=True)], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert lines_hash([line]) == sha256(plain.encode()).hexdigest()
