"""What an approval and a contract are bound to."""

from decimal import Decimal

import pytest
from ltc_events import Money
from ltc_events.opportunity import PricedLine, lines_hash

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
