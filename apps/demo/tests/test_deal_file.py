"""A file of deals: what can be read is read, what cannot is reported with its line and the reason."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from ltc_demo import crm_format, own_format
from ltc_demo.deal_file import read
from ltc_demo.rows import Unreadable

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PIPELINE = ",".join(crm_format.COLUMNS)
WON = "A1,Ann Low,Big Box,Acme,Won,2017-01-02,2017-03-01,1054"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text("product,series,sales_price\nBig Box,B,1100\nSmall,S,55\n", encoding="utf-8")
    (tmp_path / "sales_teams.csv").write_text("sales_agent,manager,regional_office\nAnn Low,Max High,North\n", encoding="utf-8")
    return tmp_path / "pipeline.csv"


def lines(path: Path, *rows: str, header: str = PIPELINE) -> Path:
    path.write_bytes("\n".join((header, *rows)).encode("utf-8", errors="surrogateescape"))
    return path


def test_a_won_row_of_the_export_nets_its_close_value(export: Path) -> None:
    (deal,) = read(lines(export, WON)).deals
    assert (deal.stage, deal.net, deal.currency, deal.items[0].list) == ("won", 105400, "USD", 110000)
    assert (deal.team.owner, deal.team.manager, deal.team.solution) == ("ann.low", "max.high", "solution.north")
    assert str(deal.days.engaged) == "2017-01-02"
    assert str(deal.days.closed) == "2017-03-01"


def test_the_four_stages_of_the_export(export: Path) -> None:
    found = read(
        lines(
            export,
            WON,
            "A2,Ann Low,Small,,Prospecting,,,",
            "A3,X Y,Small,B,Engaging,2017-01-02,,",
            "A4,X,Small,B,LOST,2017-01-02,2017-01-02,0",
        )
    )
    assert [deal.stage for deal in found.deals] == ["won", "lead", "open", "lost"]
    assert found.unread == ()


def test_a_missing_account_becomes_a_placeholder_company(export: Path) -> None:
    first, second = read(lines(export, "A2,Ann Low,Small,,Prospecting,,,", "A3,Ann Low,Small,,Prospecting,,,")).deals
    assert first.company == "Unnamed account of A2"
    assert first.company != second.company


def test_a_product_is_found_whatever_its_spaces_and_case(export: Path) -> None:
    (deal,) = read(lines(export, WON.replace("Big Box", "bigBOX"))).deals
    assert deal.items[0].price.product == "Big Box"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (WON.replace("Won", "Wonn"), "deal_stage: 'Wonn' is none of"),
        (WON.replace("1054", "much"), "close_value: 'much' is not a number"),
        (WON.replace("1054", "NaN"), "close_value: 'NaN' is not a number"),
        (WON.replace("1054", "-1"), "close_value: '-1' is not between"),
        (WON.replace("1054", "1e40"), "close_value: '1e40' is not between"),
        (WON.replace("2017-03-01", "2017-02-30"), "close_date: '2017-02-30' is not a date"),
        (WON.replace("2017-03-01", ""), "close_date is empty"),
        (WON.replace("2017-03-01", "2016-03-01"), "close_date 2016-03-01 is before engage_date"),
        (WON.replace("Big Box", "Bigger Box"), "product: 'Bigger Box' has no price in USD"),
        (WON.replace("A1", ""), "opportunity_id is empty"),
        (WON + ",more", "9 columns where the header has 8"),
        ("A1,Ann Low", "2 columns where the header has 8"),
        (WON.replace("Acme", '"Acme'), "a quote is opened and not closed"),
        (WON.replace("Acme", "Ac\x00me"), "a NUL character"),
        (WON.replace("Acme", "Ac\udce9me"), "not UTF-8 text"),
        (WON.replace("Acme", "A" * 201), "is not one line of at most 200"),
        (WON.replace("Acme", "\x1b[31mAcme"), "is not one line of at most 200"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_reported_and_the_rest_goes_on(export: Path, row: str, reason: str) -> None:
    found = read(lines(export, WON.replace("A1", "A0"), row, WON.replace("A1", "A9")))
    assert [deal.key for deal in found.deals] == ["A0", "A9"]
    (unread,) = found.unread
    assert unread.line == 3
    assert reason in unread.reason


def test_an_id_that_comes_twice_is_read_once(export: Path) -> None:
    found = read(lines(export, WON, WON))
    assert len(found.deals) == 1
    assert found.unread[0].reason == "the id A1 is that of line 2 already"


def test_a_quoted_field_may_hold_line_breaks_and_commas(export: Path) -> None:
    found = read(lines(export, "", '"A,1",Ann Low,Small,"Ac\nme",Prospecting,,,', "A2,Ann Low,Small,,Prospecting,,,"))
    assert [(row.line, "one line" in row.reason) for row in found.unread] == [(3, True)]
    assert [deal.line for deal in found.deals] == [5]


def test_windows_line_ends_and_a_byte_order_mark_are_read(export: Path) -> None:
    export.write_bytes(("\ufeff" + PIPELINE + "\r\n" + WON + "\r\n").encode())
    assert len(read(export).deals) == 1


def test_an_unknown_header_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(
        Unreadable, match=r"(?s)the header is none we know.*opportunity_id.*Nearest is a CRM export, which lacks: close_value"
    ):
        read(lines(tmp_path / "x.csv", header=PIPELINE.replace("close_value", "value")))


@pytest.mark.parametrize("content", ["", "\n\n", "\x00"])
def test_an_empty_or_binary_file_says_what_is_expected(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.csv").write_text(content, encoding="utf-8")
    with pytest.raises(Unreadable):
        read(tmp_path / "x.csv")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "x.csv")


def test_the_export_without_its_products_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"products\.csv: No such file"):
        read(lines(tmp_path / "x.csv", WON))


def test_our_sample_is_clean_and_has_everything() -> None:
    found = read(EXAMPLES / "deals.csv")
    assert found.unread == ()
    assert {deal.stage for deal in found.deals} == {"lead", "open", "lost", "won"}
    won = [deal for deal in found.deals if deal.stage == "won"]
    assert {deal.currency for deal in won} == {"USD", "EUR", "CNY"}
    assert any(len(deal.items) > 2 for deal in won)
    assert any(deal.deliveries > 1 for deal in won)
    assert any(deal.payment.joint for deal in won)
    assert any(deal.payment.share < 1 for deal in won)


def test_our_sample_is_what_its_maker_writes() -> None:
    sys.path.insert(0, str(EXAMPLES))
    try:
        import make_sample
    finally:
        sys.path.pop(0)
    assert make_sample.written(make_sample.deals()) == (EXAMPLES / "deals.csv").read_text(encoding="utf-8")
    assert make_sample.written(make_sample.prices()) == (EXAMPLES / "prices.csv").read_text(encoding="utf-8")


def test_a_row_of_our_own_has_lines_discounts_and_parts(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(
        ",".join(own_format.PRICE_COLUMNS) + "\nP-1,Pump,C62,EUR,10.05,0.19\nHOSE,Hose,MTR,EUR,2,0.19\n", encoding="utf-8"
    )
    cells = dict.fromkeys(own_format.COLUMNS, "") | {
        "deal": "D-1", "stage": "won", "company": "Seerose AG", "channel": "site", "need": "Pumps", "owner": "Eva Zielonka",
        "manager": "Max", "region": "Süd", "currency": "EUR", "items": "P-1*3; hose*2.5", "discount": "10", "advance": "30",
        "deliveries": "2", "receipts": "2", "paid_share": "50", "captured": "2024-01-01", "closed": "2024-02-01",
    }  # fmt: skip
    found = read(lines(tmp_path / "deals.csv", ",".join(cells.values()), header=",".join(own_format.COLUMNS)))
    assert found.unread == ()
    (deal,) = found.deals
    assert [item.net for item in deal.items] == [2714, 450]  # 3 x 10.05 less 10 % is 27.135: half up
    assert (deal.advance, deal.deliveries, deal.payment.receipts, deal.payment.share) == (Decimal("0.3"), 2, 2, Decimal("0.5"))
    assert deal.days.engaged == deal.days.captured
    assert deal.days.paid == deal.days.closed


def test_only_a_few_columns_of_our_own_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(",".join(own_format.PRICE_COLUMNS) + "\nP-1,Pump,C62,USD,10,0\n", encoding="utf-8")
    (deal,) = read(lines(tmp_path / "deals.csv", "D-1,open,Acme,Eva,USD,P-1*2", header=",".join(own_format.REQUIRED))).deals
    assert (deal.need, deal.channel, deal.team.manager, deal.team.solution) == ("P-1*2", "other", "sales.management", "solution.desk")


def test_what_may_not_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(",".join(own_format.PRICE_COLUMNS) + "\nP-1,Pump,C62,USD,10,0\n", encoding="utf-8")
    given = {
        "P-1*2": "",
        "P-1": "items: 'P-1' is not written like PRODUCT*3",
        "P-1*0": "items: none of P-1",
        "P-1*x": "items: 'x' is not a number",
        "P-2*1": "product: 'P-2' has no price in USD",
        "P-1*2;": "items: '' is not written like PRODUCT*3",
    }
    rows = [f"D-{number},open,Acme,Eva,USD,{items}" for number, items in enumerate(given)]
    found = read(lines(tmp_path / "deals.csv", *rows, header=",".join(own_format.REQUIRED)))
    assert [unread.reason for unread in found.unread] == [reason for reason in given.values() if reason]
