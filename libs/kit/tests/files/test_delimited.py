"""Text with delimiters, read whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import BadFile, FileRow
from ltc_kit.files import Delimited
from ltc_kit.files.delimited import LONGEST_LINE, told


def rows(data: bytes, *, size: int = 1 << 20, encoding: str = "auto") -> list[FileRow]:
    text = Delimited(encoding)
    found = [row for start in range(0, len(data), size) for row in text.feed(data[start : start + size])]
    return found + text.feed(b"", final=True)


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in rows(data)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    assert cells(f"a{delimiter}b\n1{delimiter}2".encode()) == [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    assert cells("公司名称,联系人\n华为技术,张三".encode(encoding)) == [["公司名称", "联系人"], ["华为技术", "张三"]]


def test_a_quoted_field_may_hold_breaks_and_the_next_row_knows_its_line() -> None:
    assert rows(b'a,b\r\n"1\r\n2","x ""y"""\r\n3,4\r\n') == [FileRow(1, ["a", "b"]), FileRow(2, ["1\n2", 'x "y"']), FileRow(4, ["3", "4"])]


def test_a_quote_that_is_not_closed_spoils_its_row_alone() -> None:
    data = b'a,b\n"1,2\n' + b"".join(b"%d,x\n" % number for number in range(30))
    found = rows(data)
    assert found[1] == FileRow(2, [], "a quote is opened and not closed")
    assert [row.cells[0] for row in found[2:]] == [str(number) for number in range(30)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'1,"2"3', "',' expected after '\"'"),
        (b"1,\xff2", "not UTF-8 text"),
        (b"1,\x002", "a NUL character"),
        (b"1" + b"," * 600, "more than 500 columns"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(row: bytes, reason: str) -> None:
    found = rows(b"a,b\n" + row + b"\n3,4\n", encoding="utf-8")
    assert found == [FileRow(1, ["a", "b"]), FileRow(2, [], reason), FileRow(3, ["3", "4"])]


def test_what_is_no_table_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(BadFile, match="longer than"):
        rows(b"x" * (LONGEST_LINE + 2), size=1 << 16)


def test_nothing_has_no_rows() -> None:
    assert rows(b"") == rows(b"\n \n") == []


@given(st.binary(max_size=200), st.integers(1, 50))
def test_how_a_file_is_cut_in_chunks_changes_nothing(data: bytes, size: int) -> None:
    assert rows(data, size=size) == rows(data)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters='\x00\ufffd\r",;\t\n')), min_size=2, max_size=2)))
def test_every_text_comes_back(table: list[list[str]]) -> None:
    data = "\n".join(["a,b", *(",".join(f'"{cell}"' for cell in row) for row in table)]).encode("utf-8")
    assert [row.cells for row in rows(data, encoding="utf-8")[1:]] == [[cell.strip() for cell in row] for row in table]


def test_a_character_that_is_cut_in_two_does_not_mislead() -> None:
    assert told("公司".encode()[:-1]) == "utf-8"
