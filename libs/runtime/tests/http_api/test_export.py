"""A list as a file: the same rows, and nothing a spreadsheet would run."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from desk import Client, code_of
from ltc_events import Money
from ltc_runtime.http import AsColumns, View, export
from ltc_runtime.http.export import CSV, XLSX, cells, columns, harmless, requested_format
from pydantic import Field

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", " =1", "\n=1", "\u00a0=1", "\ufeff=1", "\u200b=1", "＝1+1",
    "＠x", "\tx",
    "=HYPERLINK(\"http://evil.example\")", "+49 170 123", "-", "--1",
)  # fmt: skip
PLAIN = ("Acme", "1+1", "a=b", "-5", "+7", "-0.15", "3,5", "", "'=1", "云泽 @ 望川")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_be_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


class Line(View):
    """A row with everything in it."""

    id: UUID
    net: Money
    won: Money | None
    discount: Decimal
    at: datetime
    on: date | None
    tags: Sequence[str]
    late: bool


def test_a_row_is_laid_flat() -> None:
    line = Line(
        id=UUID(int=1), net=Money(amount=-5, currency="USD"), won=None, discount=Decimal("-0.10"), at=datetime(2026, 1, 2, tzinfo=UTC),
        on=None, tags=["a", "=b"], late=True,
    )  # fmt: skip
    ways = list(columns(Line))
    money = ["net.amount", "net.currency", "won.amount", "won.currency"]
    assert [".".join(way) for way in ways] == ["id", *money, "discount", "at", "on", "tags", "late"]
    assert cells(line, ways) == [
        str(UUID(int=1)), -5, "USD", None, None, Decimal("-0.10"), "2026-01-02T00:00:00+00:00", None, '["a","=b"]', "true",
    ]  # fmt: skip


class Keyed(View):
    """A row with a column that no answer shows."""

    id: UUID
    key: int = Field(exclude=True)


def test_what_an_answer_leaves_out_a_file_leaves_out_too() -> None:
    assert list(columns(Keyed)) == [("id",)]


class Told(View):
    """A row with a map."""

    id: int
    fields: Annotated[dict[str, Any], AsColumns()]


def test_a_map_that_is_marked_has_a_column_for_each_key_of_the_first_row() -> None:
    first, second = Told(id=1, fields={"a.b": "=1", "c": Decimal("1.5")}), Told(id=2, fields={"a.b": None, "c": 2})
    ways = list(columns(Told, first))
    assert [".".join(way) for way in ways] == ["id", "fields.a.b", "fields.c"]
    assert [cells(row, ways) for row in (first, second)] == [[1, "'=1", Decimal("1.5")], [2, None, 2]]
    assert list(columns(Told)) == [("id",)]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, None),
        (b"*/*", None),
        (b"application/json, text/csv", None),
        (b"text/csv", CSV),
        (b"text/html, TEXT/CSV;q=0.9, */*", CSV),
        (XLSX.encode(), XLSX),
    ],
)
def test_json_is_what_is_sent_unless_a_file_is_asked_for_first(accept: bytes | None, kind: str | None) -> None:
    assert requested_format(accept) == kind


async def as_file(client: Client, kind: str, path: str = "/guests") -> Any:
    return await client.get(path, headers={**client.as_("sales"), "accept": kind})


async def guests(client: Client, names: Sequence[str]) -> None:
    """Guests with these names; the last is the newest."""
    for name in names:
        assert (await client.sign_in(name=name)).status_code == 201


async def test_a_list_as_csv_has_every_row_whatever_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    await guests(client, ["Ann", "Bob", "云", "=1+1", 'say "hi", twice'])
    answer = await as_file(client, CSV)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="guests.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ['say "hi", twice', "'=1+1", "云", "Bob", "Ann"]
    listed = (await client.get("/guests", headers=client.as_("sales"))).json()["data"]
    assert [row["guest_id"] for row in rows] == [row["guest_id"] for row in listed]


async def test_a_list_as_xlsx_holds_texts_and_no_formula(client: Client) -> None:
    await guests(client, ["Ann", "=1+1"])
    answer = await as_file(client, XLSX)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not [part for part in sheet.iter() if part.tag.endswith("}f")], "a formula"
    texts = [part.text for part in sheet.iter() if part.tag.endswith("}t")]
    assert {"Ann", "'=1+1", "name"} <= set(texts)


async def test_the_filters_of_the_list_hold_for_the_file(client: Client) -> None:
    await guests(client, ["Ann"])
    answer = await as_file(client, CSV, "/guests?status=gone")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 1, "the heading alone"
    wrong = await as_file(client, CSV, "/guests?status=odd")
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")


async def test_who_may_not_list_gets_no_file(client: Client) -> None:
    answer = await client.get("/guests", headers={"accept": CSV})
    assert answer.status_code == 401


async def test_a_list_that_is_too_long_is_refused_before_anything_is_sent(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_ROWS", 2)
    await guests(client, ["Ann", "Bob", "Cid"])
    answer = await as_file(client, CSV)
    assert (answer.status_code, code_of(answer)) == (409, "too-many-rows")
    assert "More than 2 rows" in answer.json()["detail"]


async def test_what_is_no_list_is_json_whatever_is_asked(client: Client) -> None:
    guest = await client.guest()
    answer = await as_file(client, CSV, guest)
    assert answer.headers["content-type"] == "application/json"
