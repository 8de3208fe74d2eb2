"""What the demo works out by itself: parts of deliveries, payment plans, receipts, who is paid together."""

import io
from datetime import date
from decimal import Decimal

import pytest
from ltc_demo import report
from ltc_demo.billing import receipts
from ltc_demo.deal import Days, Deal, DealFile, Item, Payment, Price, Stage, Team, UnreadRow, major, minor
from ltc_demo.driver import joint_groups
from ltc_demo.fulfilment import parts, payment_plan
from ltc_demo.ledger import Ledger
from ltc_demo.outcome import DealOutcome, Invoice
from ltc_demo.timings import Timings
from rich.console import Console

PUMP = Price("PMP", "Pump", "C62", "USD", 10000)


def deal(
    key: str = "D-1", *, net: int = 10000, advance: str = "0", joint: str | None = None, stage: Stage = "won", company: str = "Acme"
) -> Deal:
    return Deal(
        line=2, key=key, stage=stage, company=company, need="Pumps", channel="site", currency="USD", team=Team("a", "b", "c", "d"),
        items=(Item(PUMP, Decimal(1), net),), days=Days(closed=date(2024, 1, 2)), advance=Decimal(advance), payment=Payment(joint=joint),
    )  # fmt: skip


def quantities(found: list[list[dict[str, object]]]) -> list[dict[object, object]]:
    return [{line["line"]: line["quantity"] for line in lines} for lines in found]


def test_deliveries_share_whole_units_and_leave_nothing() -> None:
    assert quantities(parts([Decimal(5), Decimal("2.5")], 2)) == [{1: "2", 2: "1"}, {1: "3", 2: "1.5"}]
    assert quantities(parts([Decimal(1)], 3)) == [{1: "1"}]
    assert quantities(parts([Decimal(4)], 1)) == [{1: "4"}]


def test_a_plan_sums_to_the_net_and_has_no_empty_line() -> None:
    assert [line["amount"]["amount"] for line in payment_plan(deal(net=10001, advance="0.3"))] == [3000, 7001]
    assert [line["kind"] for line in payment_plan(deal(advance="1"))] == ["advance"]
    assert [line["kind"] for line in payment_plan(deal(net=1, advance="0.3"))] == ["acceptance"]


def test_receipts_pay_the_oldest_invoice_first_and_all_of_it() -> None:
    assert receipts({"a": 100, "b": 50}, 2) == [{"a": 75}, {"a": 25, "b": 50}]
    assert receipts({"a": 100, "b": 1}, 1) == [{"a": 100, "b": 1}]
    assert receipts({"a": 1}, 3) == [{"a": 1}]
    assert receipts({"a": 0}, 1) == []


def test_deals_of_one_customer_that_name_one_receipt_walk_together() -> None:
    groups = joint_groups(
        [deal("1", joint="J"), deal("2"), deal("3", joint="J"), deal("4", joint="J", company="Other"), deal("5", joint="J", stage="open")]
    )
    assert [[each.key for each in group] for group in groups] == [["1", "3"], ["2"], ["4"], ["5"]]


@pytest.mark.parametrize(("amount", "currency", "units"), [("12.345", "USD", 1235), ("12", "JPY", 12), ("1.2345", "KWD", 1235)])
def test_amounts_have_the_decimals_of_their_currency(amount: str, currency: str, units: int) -> None:
    assert minor(Decimal(amount), currency) == units
    assert minor(major(units, currency), currency) == units


def figures(*, paid: int = 10000, unread: tuple[UnreadRow, ...] = (), failure: str = "") -> report.Figures:
    usd = {"currency": "USD"}
    ledger = Ledger(
        leads={"l": {"status": "converted"}},
        opportunities={"o": {"status": "won"}},
        contracts={"c": {"status": "closed"}},
        orders={"f": {"status": "accepted"}},
        invoices={
            "i": {
                "contract_id": "c", "net": {"amount": 10000, **usd}, "gross": {"amount": 10000, **usd}, "paid": {"amount": paid, **usd},
                "open": {"amount": 10000 - paid, **usd},
            }
        },
        receipts={"r": {"amount": {"amount": 10000, **usd}, "unapplied": {"amount": 10000 - paid, **usd}}},
        heads={"lead-svc": 4},
    )  # fmt: skip
    outcome = DealOutcome(deal(), "l", "o", "q", "c", "f", [Invoice("i", "LTC-US-000001", 10000, 10000)], ["r"], 10000, failure)
    deal_file = DealFile("deals", "x.csv", (deal(),), unread, (PUMP,), ())
    timings = Timings()
    timings.took("capture lead", 0.002)
    return report.Figures(deal_file, [outcome], ledger, timings, 1.0)


def test_the_report_says_whether_it_adds_up() -> None:
    console = Console(file=io.StringIO(), width=160)
    assert report.print_report(console, figures(), None)
    assert "All of it adds up." in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        (figures(paid=9999), {"money received = money applied", "invoiced − paid = open"}),
        (figures(unread=(UnreadRow(3, "no date"),)), {"rows read"}),
        (figures(failure="send quote: 409"), {"deals refused"}),
    ],
)
def test_the_report_names_what_does_not_add_up(given: report.Figures, broken: set[str]) -> None:
    assert {check.name for check in report.checks(given) if not check.holds} == broken
    console = Console(file=io.StringIO(), width=160)
    assert not report.print_report(console, given, None)
