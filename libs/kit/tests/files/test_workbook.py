"""Workbooks as others write them, and such as nobody should."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import BadFile
from ltc_kit.files import is_workbook, workbook_rows
from ltc_kit.files.workbook import as_written

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "xl/workbook.xml": f'<workbook xmlns:r="{RELATIONS}"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": '<worksheet><row r="1"><c r="A1"><v>1</v></c></row></worksheet>',
}


def written(*rows: list[Any]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def packed(**changes: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, **{name.replace("__", "/") + ".xml": text for name, text in changes.items()}}.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet(xml: str) -> bytes:
    return packed(xl__worksheets__sheet1=f"<worksheet>{xml}</worksheet>")


def misplaced(archive: bytes) -> bytes:
    """An archive that says its directory is far behind its end."""
    place = archive.index(b"PK\x01\x02").to_bytes(4, "little")
    return archive.replace(place + b"\0\0", b"\xff" * 4 + b"\0\0")


def test_a_workbook_is_read_as_its_writer_meant_it() -> None:
    data = written(["公司", "Phone", "Budget", "Hot"], ["华为", 13812345678, 1.5, True], [], ["Acme & <Sons>", "+1 555"])
    assert is_workbook(data)
    assert [(row.line, row.cells) for row in workbook_rows(data)] == [
        (1, ["公司", "Phone", "Budget", "Hot"]),
        (2, ["华为", "13812345678", "1.5", "1"]),
        (4, ["Acme & <Sons>", "+1 555", "", ""]),
    ]


@pytest.mark.parametrize(
    ("number", "text"), [("1.3812345678E10", "13812345678"), ("42.0", "42"), ("0.5", "0.5"), ("1E99", "1E99"), ("x", "x"), ("100", "100")]
)
def test_a_number_is_written_as_people_do(number: str, text: str) -> None:
    assert as_written(number) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and no more", "not a readable workbook"),
        (b"PK\x01\x02" * 1001, "more than 1000 files"),
        (packed(xl__worksheets__sheet1="<row>" + " " * 40_000_000), "unpacks to 40,000,005 bytes"),
        (sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "more than 500 columns"),
        (sheet('<row r="1"><c r="A1"><v>' + "1" * 40_000 + "</v></c></row>"), "holds more than 32,767 characters"),
        (sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "names a text that is not there"),
        (sheet('<row r="1"><c r="A1" t="s"><v>\u00b2</v></c></row>'), "names a text that is not there"),
        (sheet('<row r="1048577"><c r="A1"><v>1</v></c></row>'), "numbers a row as no sheet does"),
        (sheet('<row r="99999999999"><c r="A1"><v>1</v></c></row>'), "numbers a row as no sheet does"),
        (sheet(f'<row r="{"9" * 5000}"><c r="A1"><v>1</v></c></row>'), "numbers a row as no sheet does"),
        (sheet('<row r="\u00b2"><c r="A1"><v>1</v></c></row>'), "numbers a row as no sheet does"),
        (packed(xl__workbook='<?xml version="1.0" encoding="UTF-9"?><workbook/>'), "not a readable workbook: LookupError"),
        (misplaced(packed()), "not a readable workbook: ValueError"),
        (packed(xl__workbook="<workbook/>"), "has no sheet"),
        (packed(xl__worksheets__sheet1="<worksheet><row>"), "not a readable workbook"),
        (packed(xl__worksheets__sheet1='<!DOCTYPE a [<!ENTITY b "cc">]><worksheet>&b;</worksheet>'), "declares a document type"),
        (packed(xl__sharedStrings='<!DOCTYPE a SYSTEM "file:///etc/passwd"><sst/>'), "declares a document type"),
    ],
)
def test_what_no_honest_workbook_holds_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadFile, match=reason):
        list(workbook_rows(data))


def test_far_rows_cost_nothing() -> None:
    data = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>')
    assert [row.line for row in workbook_rows(data)] == [1, 1_048_576]


@given(st.binary(max_size=300))
def test_whatever_it_is_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(BadFile):
        list(workbook_rows(b"PK\x03\x04" + data))
