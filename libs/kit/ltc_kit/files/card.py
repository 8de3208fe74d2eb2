"""One vCard of version 3.0 (RFC 2426) or 4.0 (RFC 6350) as a row of a table."""

from collections.abc import Sequence
from hashlib import sha256
from unicodedata import east_asian_width
from urllib.parse import unquote
from uuid import UUID

from .content_line import ContentLine, parts, unescaped

VERSIONS = ("3.0", "4.0")

COLUMNS = ("UID", "FN", "GIVEN", "FAMILY", "ORG", "UNIT", "TITLE", "EMAIL", "TEL", "NOTE", "CATEGORIES", "COUNTRY")
"""What a card says, as the header of a table. ``UID`` is never empty: a card that has none is known by a digest of what it says."""

PASSING = frozenset({"VERSION", "REV", "PRODID"})
"""What a program says of itself and its export: the same card written out again is the same card."""

_CHARSETS = {
    "utf-8": "utf-8", "us-ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5",
    "iso-8859-1": "windows-1252", "windows-1252": "windows-1252", "shift_jis": "shift_jis", "euc-kr": "euc-kr",
}  # fmt: skip
"""Charsets of single properties, which neither version has and programs write all the same → how these octets are read."""

_AWAY = frozenset({"fax", "pager", "modem"})
"""Numbers at which nobody answers."""


class BadCard(ValueError):
    """A card cannot be read; the message says why and repeats nothing of it."""


Said = tuple[ContentLine, str]
"""A property, and its value as text."""


def cells(lines: Sequence[ContentLine], encoding: str) -> list[str]:
    """What a card says, by `COLUMNS`.

    Raises:
        BadCard: it is of another version, or not to be read.
    """
    must_be_of_a_version(lines)
    said = [(line, text_of(line, encoding)) for line in lines]
    kind = first(said, "KIND").lower()
    if kind in ("group", "location", "thing", "application"):
        raise BadCard(f"a card of a {kind}: nobody to talk to")
    family, given, *_ = [*parts(first(said, "N")), "", ""]
    company, unit, *_ = [*parts(first(said, "ORG")), "", ""]
    name = unescaped(first(said, "FN")) or composed(family, given)
    if kind == "org":  # the card is of the company (RFC 6350, 6.1.4)
        company, name, given, family = company or name, "", "", ""
    country = [*parts(first(said, "ADR")), *[""] * 7][6]
    found = (
        known_by(said), name, given, family, company, unit, unescaped(first(said, "TITLE")), address(said), number(said),
        unescaped(first(said, "NOTE")), ", ".join(parts(first(said, "CATEGORIES"), ",")), country,
    )  # fmt: skip
    return [each.strip() for each in found]


def composed(family: str, given: str) -> str:
    """A name of which only the parts are said, though FN must be there: in wide scripts the family comes first, and no space."""
    if all(east_asian_width(sign) in "WF" for sign in family + given):
        return family + given
    return " ".join(filter(None, (given, family)))


def must_be_of_a_version(lines: Sequence[ContentLine]) -> None:
    version = next((line.value.decode("latin-1").strip() for line in lines if line.name == "VERSION"), None)
    if version is None:
        raise BadCard("says no VERSION: export it as vCard 3.0 or 4.0")
    if version not in VERSIONS:
        raise BadCard("vCard 2.1 is not read: export it as 3.0 or 4.0" if version == "2.1" else "a vCard that is neither 3.0 nor 4.0")


def text_of(line: ContentLine, encoding: str) -> str:
    if "quoted-printable" in (*line.parameters.get("ENCODING", ()), *line.parameters.get("TYPE", ())):
        raise BadCard("quoted-printable text, which only vCard 2.1 has: export it as 3.0 or 4.0")
    charset = next(iter(line.parameters.get("CHARSET", ())), None)
    if charset is not None and charset not in _CHARSETS:
        raise BadCard("text in a charset that is not read")
    try:
        text = line.value.decode(encoding if charset is None else _CHARSETS[charset])
    except UnicodeDecodeError:
        raise BadCard(f"not {(charset or encoding).upper()} text") from None
    if "\ufffd" in text:  # what could not be read when the whole file was put into UTF-8
        raise BadCard("text that was damaged before")
    if "\x00" in text:
        raise BadCard("a NUL character")
    return text


def first(said: Sequence[Said], name: str) -> str:
    """The value of a property, the preferred one of several; nothing, where it is not there or says nothing."""
    return next(iter(preferred(said, name)), "")


def preferred(said: Sequence[Said], name: str) -> list[str]:
    """Its values, the preferred one first: by PREF (RFC 6350, 5.3), or by TYPE=pref (RFC 2426); of equals the first that is there."""
    found = [(line, text) for line, text in said if line.name == name and text.strip(" ;,")]
    return [text for _, text in sorted(found, key=lambda each: preference(each[0]))]


def preference(line: ContentLine) -> int:
    """The smaller, the more preferred."""
    by_number = next(iter(line.parameters.get("PREF", ())), "")
    if by_number.isdecimal() and by_number.isascii():
        return int(by_number[:3])
    return 1 if "pref" in line.parameters.get("TYPE", ()) else 101


def address(said: Sequence[Said]) -> str:
    text = unescaped(first(said, "EMAIL"))
    return unquote(text[7:]) if text[:7].lower() == "mailto:" else text


def number(said: Sequence[Said]) -> str:
    """A number at which somebody answers. One that is a URI has its extension apart (RFC 3966), which nobody can dial."""
    talked = [each for each in said if not _AWAY & set(each[0].parameters.get("TYPE", ()))]
    text = unescaped(first(talked, "TEL"))
    return unquote(text[4:].partition(";")[0]) if text[:4].lower() == "tel:" else text


def known_by(said: Sequence[Said]) -> str:
    """What makes a card the same card: its UID (RFC 6350, 6.7.6), or a digest of what it says, in whatever order."""
    uid = unescaped(first(said, "UID")).strip()
    if uid:
        return plain(uid)
    told = sorted(f"{line.name}:{unescaped(text)}" for line, text in said if line.name not in PASSING)
    return f"sha256:{sha256(chr(0).join(told).encode()).hexdigest()}"


def plain(uid: str) -> str:
    """A UUID as it is written plainly: 4.0 writes ``urn:uuid:`` before it, 3.0 does not, and some write it in capitals."""
    try:
        return str(UUID(uid.lower().removeprefix("urn:uuid:")))
    except ValueError:
        return uid
