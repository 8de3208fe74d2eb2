"""vCards, read whatever is in them."""

import tracemalloc
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ltc_events import BadFile, FileRow
from ltc_kit.files import Cards, are_cards, cards
from ltc_kit.files.card import COLUMNS
from ltc_kit.files.content_line import written

JO = "VERSION:4.0\nUID:jo\nFN:Jo Doe\nN:Doe;Jo;;;\nORG:Acme Inc;Sales\nEMAIL:jo@acme.example\nTEL:+1 555 0100\nNOTE:Forty cards\n"


def rows(data: bytes | str, *, size: int = 1 << 20, encoding: str = "auto") -> list[FileRow]:
    data = data.encode() if isinstance(data, str) else data
    read = Cards(encoding)
    found = [row for start in range(0, len(data), size) for row in read.feed(data[start : start + size])]
    return found + read.feed(b"", final=True)


def card(*lines: str, version: str = "4.0") -> str:
    return "\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def said(data: bytes | str, encoding: str = "auto") -> dict[str, str]:
    """What the one card says, without what it does not."""
    header, row = rows(data, encoding=encoding)
    assert (header, row.wrong) == (FileRow(1, list(COLUMNS)), None)
    return {name: cell for name, cell in zip(COLUMNS, row.cells, strict=True) if cell}


def why(data: bytes | str) -> str | None:
    return rows(data)[1].wrong


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_card_is_a_row_under_the_names_of_its_properties(version: str) -> None:
    lines = JO.replace("VERSION:4.0\n", "").splitlines()
    assert said(card(*lines, "TITLE:Head of IT", "CATEGORIES:fair,vip", "ADR:;;Main St 1;Town;;;CN", version=version)) == {
        "UID": "jo", "FN": "Jo Doe", "GIVEN": "Jo", "FAMILY": "Doe", "ORG": "Acme Inc", "UNIT": "Sales", "TITLE": "Head of IT",
        "EMAIL": "jo@acme.example", "TEL": "+1 555 0100", "NOTE": "Forty cards", "CATEGORIES": "fair, vip", "COUNTRY": "CN",
    }  # fmt: skip


def test_folded_lines_are_one_also_where_a_fold_cuts_a_character_in_two() -> None:
    whole = card("UID:1", "ORG:华为技术").encode().replace(b"\n", b"\r\n")
    at = whole.index("为".encode()) + 1
    for fold in (b"\r\n ", b"\r\n\t", b"\n "):
        assert said(whole[:at] + fold + whole[at:])["ORG"] == "华为技术"


def test_escapes_are_undone_and_parts_stay_apart() -> None:
    found = said(card("UID:1", "FN:Doe\\, Jo", "ORG:Acme\\; Sons\\, Inc\\\\;Sales", "NOTE:one\\ntwo\\Nthree\\: 4"))
    assert (found["FN"], found["ORG"], found["UNIT"]) == ("Doe, Jo", "Acme; Sons, Inc\\", "Sales")
    assert found["NOTE"] == "one\ntwo\nthree: 4"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_encoding_of_a_file_is_found_out(encoding: str) -> None:
    data = card("UID:1", "FN:张三", "ORG:华为技术").encode(encoding)
    assert are_cards(data)
    assert (said(data)["FN"], said(data)["ORG"]) == ("张三", "华为技术")


def test_an_encoding_that_is_named_counts_and_a_property_may_name_its_own() -> None:
    assert said(card("UID:1", "FN:Zoë").encode("windows-1252"), "windows-1252")["FN"] == "Zoë"
    data = card("UID:1", "ORG;CHARSET=GBK:@", "FN:Zoë").encode().replace(b"@", "华为".encode("gbk"))
    assert (said(data, "utf-8")["ORG"], said(data, "utf-8")["FN"]) == ("华为", "Zoë")


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        (["EMAIL:a@x", "EMAIL:b@x"], "a@x"),
        (["EMAIL:a@x", "EMAIL;TYPE=INTERNET,PREF:b@x"], "b@x"),
        (["EMAIL;PREF=2:a@x", "EMAIL;PREF=1:b@x", "EMAIL:c@x"], "b@x"),
        (["EMAIL:", "EMAIL:b@x"], "b@x"),
        (["EMAIL:mailto:b%40@x"], "b@@x"),
    ],
)
def test_of_several_addresses_the_preferred_one_counts(lines: list[str], counts: str) -> None:
    assert said(card("UID:1", *lines))["EMAIL"] == counts


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        (["TEL;TYPE=fax:1", "TEL;TYPE=work,voice:2"], "2"),
        (["TEL;VALUE=uri;TYPE=cell:tel:+1-555-0100;ext=7"], "+1-555-0100"),
        (["TEL;HOME:1", "TEL;CELL;PREF:2"], "2"),
    ],
)
def test_of_several_numbers_one_at_which_somebody_answers_counts(lines: list[str], counts: str) -> None:
    assert said(card("UID:1", *lines))["TEL"] == counts


@pytest.mark.parametrize(("parts", "name"), [("Doe;Jo;;;", "Jo Doe"), ("张;三;;;", "张三"), ("Doe;;;;", "Doe")])
def test_a_name_of_which_only_the_parts_are_said_is_composed(parts: str, name: str) -> None:
    assert said(card("UID:1", f"N:{parts}", version="3.0"))["FN"] == name


def test_a_card_of_a_company_names_nobody() -> None:
    assert said(card("KIND:org", "UID:1", "FN:Acme Inc", "EMAIL:info@acme.example")) == {
        "UID": "1", "ORG": "Acme Inc", "EMAIL": "info@acme.example"
    }  # fmt: skip


def test_a_uuid_is_one_however_it_is_written() -> None:
    uid = UUID(int=7)
    for spelled in (str(uid), f"urn:uuid:{uid}", f"URN:UUID:{str(uid).upper()}"):
        assert said(card(f"UID:{spelled}"))["UID"] == str(uid)


def test_a_card_without_a_uid_is_known_by_what_it_says_and_by_nothing_else() -> None:
    one = said(card("FN:Jo", "ORG:Acme"))["UID"]
    assert one.startswith("sha256:")
    for same in (
        card("ORG:Acme", "FN:Jo", version="3.0"),
        card("FN:Jo", "REV:20261124T120000Z", "item1.ORG:Acme", "PRODID:x", "PHOTO;ENCODING=b:AAAA"),
        card("FN:J\n o", "ORG:Acme"),
    ):
        assert said(same)["UID"] == one
    assert said(card("FN:Jo", "ORG:Acme", "BDAY:1980-01-01"))["UID"] != one


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (card("FN:Jo", version="2.1"), "vCard 2.1 is not read: export it as 3.0 or 4.0"),
        (card("N;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=", "=E4=B8=89", version="2.1"), "vCard 2.1 is not read: export it as 3.0 or 4.0"),
        (card("FN:Jo", version="5.0"), "a vCard that is neither 3.0 nor 4.0"),
        ("BEGIN:VCARD\nFN:Jo\nEND:VCARD\n", "says no VERSION: export it as vCard 3.0 or 4.0"),
        (card("FN;ENCODING=QUOTED-PRINTABLE:J=6F", version="3.0"), "quoted-printable text, which only vCard 2.1 has"),
        (card("FN;CHARSET=ebcdic:Jo"), "text in a charset that is not read"),
        (card("FN:Jo\x00"), "a NUL character"),
        (card("FN:Jo", "and so on"), "a line that says nothing: neither a property"),
        (card("KIND:group", "FN:All"), "a card of a group: nobody to talk to"),
        (card("NOTE:" + "x" * (cards.LARGEST + 1)), "more than 65,536 octets"),
        (card("NOTE:" + "x" * (cards.LONGEST_LINE + 9)), "more than 65,536 octets"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_next_card_is_read(data: str, reason: str) -> None:
    _, wrong, right = rows(data + card("UID:2"))
    assert (wrong.line, wrong.cells) == (1, [])
    assert (wrong.wrong or "").startswith(reason)
    assert (right.cells[0], right.line) == ("2", data.count("\n") + 1)


def test_text_in_another_encoding_than_the_file_is_said_of_its_card_alone() -> None:
    data = b"".join((card("UID:1", "FN:张三").encode(), card("UID:2").encode().replace(b"2", b"\xff"), card("UID:3").encode()))
    assert [row.wrong for row in rows(data, encoding="utf-8")[1:]] == [None, "not UTF-8 text", None]
    half = card("UID:1", "FN:J@").encode("utf-16").replace(b"@\x00", b"\x00\xd8")  # the first half of a character alone
    assert why(half) == "text that was damaged before"


def test_cards_that_are_not_closed_and_lines_in_no_card_are_said_where_they_are() -> None:
    data = "BEGIN:VCARD\nVERSION:4.0\nFN:Jo\n" + card("UID:2") + "stray\nstray\n" + card("UID:3") + "BEGIN:VCARD\nVERSION:4.0\n"
    assert [(row.line, row.wrong or row.cells[0]) for row in rows(data)[1:]] == [
        (1, "no END:VCARD before the next card begins"),
        (4, "2"),
        (8, "a line that is in no card"),
        (10, "3"),
        (14, "no END:VCARD: the file is cut off"),
    ]


def test_more_cards_than_there_may_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MAX_ROWS", 2)
    with pytest.raises(BadFile, match="more than 2 cards"):
        rows(card() * 3)


@pytest.mark.parametrize("data", ["", "Company,Email\n", "BEGIN:VCALENDAR\n", "PK\x03\x04"])
def test_what_are_no_cards_is_told_from_its_beginning(data: str) -> None:
    assert not are_cards(data.encode())


def test_how_it_begins_is_not_taken_literally() -> None:
    assert are_cards(b"\xef\xbb\xbf\r\n begin:vcard\r\n")
    assert said("begin:vcard\nversion:3.0\nuid:1\nend:vcard")["UID"] == "1"


def test_pictures_of_any_size_are_passed_over_in_flat_memory() -> None:
    folded = b"PHOTO;ENCODING=b:" + b"\r\n ".join([b"A" * 70] * 60_000) + b"\r\n"
    one = b"PHOTO:data:image/png;base64," + b"A" * (4 << 20) + b"\r\n"
    read, found = Cards(), []
    tracemalloc.start()
    for number in range(10):
        data = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:%d\r\n" % number + (folded if number % 2 else one) + b"END:VCARD\r\n"
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        for start in range(0, len(data), 1 << 18):
            found += read.feed(data[start : start + (1 << 18)])
        if number > 1:
            assert tracemalloc.get_traced_memory()[1] - before < 6 << 20
    tracemalloc.stop()
    found += read.feed(b"", final=True)
    assert [row.cells[0] for row in found[1:]] == [str(number) for number in range(10)]


FIELDS = ("UID", "FN", "ORG", "EMAIL", "NOTE")
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffd\r"), min_size=1).filter(
    lambda text: bool(text.strip()) and bool(text.strip(" ;,")) and not text.lower().startswith(("mailto:", "urn:"))
)


@given(st.lists(st.lists(WORDS, min_size=5, max_size=5), max_size=4), st.integers(1, 97))
def test_every_card_that_is_written_comes_back_however_it_is_cut(people: list[list[str]], size: int) -> None:
    data = b"".join(
        written("BEGIN", "VCARD") + written("VERSION", "4.0") + b"".join(map(written, FIELDS, texts)) + written("END", "VCARD")
        for texts in people
    )
    found = rows(data, size=size, encoding="utf-8")[1:]
    back = [[dict(zip(COLUMNS, row.cells, strict=True))[name] for name in FIELDS[1:]] for row in found]
    assert back == [[text.strip() for text in texts[1:]] for texts in people]


SIGNS = st.sampled_from([
    b"BEGIN:VCARD\r\n", b"END:VCARD\n", b"VERSION:3.0\n", b"FN:Jo\n", b" ", b"\t", b"\n", b"\r", b":", b";", b"=", b'"', b"\\", b"N:",
    b"PHOTO:", b"CHARSET=gbk", b"\xff", "华".encode(), b"TEL;VALUE=uri:tel:%",
])  # fmt: skip


@given(st.lists(SIGNS, max_size=40).map(b"".join), st.integers(1, 50))
def test_how_a_file_is_cut_in_chunks_changes_nothing_and_nothing_breaks_the_reader(data: bytes, size: int) -> None:
    assert rows(data, size=size) == rows(data)
