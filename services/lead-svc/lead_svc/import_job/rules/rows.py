"""A row of another system's export as a lead of ours, or why it is none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from ltc_events import BadRow, Code, ImportRow, Name, RowReader, Seal, Text, derive_id
from pydantic import TypeAdapter, ValidationError

from ...contact.rules.addresses import Email, Phone
from ...lead import rules as lead
from ...lead.rules.capture import CaptureLead
from ...rule_book.rules.import_mapping import ColumnMapping, Known

Said = Known | Literal["company"]

CHECKS: dict[Said, tuple[TypeAdapter[Any], str]] = {
    "company": (TypeAdapter(Name), "is longer than 200 characters, or has a line break"),
    "name": (TypeAdapter(Name), "is longer than 200 characters, or has a line break"),
    "email": (TypeAdapter(Email), "is no mail address"),
    "phone": (TypeAdapter(Phone), "is no phone number"),
    "campaign": (TypeAdapter(Code), "is no code: letters, digits and . _ / - of the Latin alphabet, at most 64"),
    "need": (TypeAdapter(Text), "is longer than 4000 characters, or has control characters"),
    "territory": (TypeAdapter(Code), "is no code: letters, digits and . _ / - of the Latin alphabet, at most 64"),
}


TOLD: tuple[Said, ...] = ("company", "name", "first_name", "last_name", "email", "phone", "campaign", "need")
"""What a row without a key is known by."""

PLAIN: tuple[Known, ...] = ("campaign", "need", "territory")
REACHED: tuple[Known, ...] = ("email", "phone")


def folded(text: str) -> str:
    return text.strip().casefold()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row says of a lead, and apart from it what it says of a person, which is not sealed yet."""

    lead_id: UUID
    plain: Mapping[str, Any]
    contact: Mapping[str, str | None]


def reader(mapping: ColumnMapping, source: str, header: Sequence[str]) -> RowReader:
    """How to take rows over that stand below this header.

    Raises:
        BadRow: it has no column for the company, or one of its names twice.
    """
    read = row_reader(mapping, source, header)

    def wanted(cells: Sequence[str]) -> ImportRow:
        row = read(cells)
        return ImportRow(lead.decider.of(row.lead_id), lambda seal: sealed(row, seal))

    return wanted


def row_reader(mapping: ColumnMapping, source: str, header: Sequence[str]) -> Callable[[Sequence[str]], ReadRow]:
    """How to read rows below this header.

    Raises:
        BadRow: it has no column for the company, or one of its names twice.
    """
    names, places = [folded(name) for name in header], places_of(mapping, header)
    used = [place for found in places.values() for place in found]
    if not places["company"]:
        raise BadRow(f"no column is called {' or '.join(mapping.company)}: is this the right mapping?")
    twice = sorted({header[place] for place in used if names.count(names[place]) > 1})
    if twice:
        raise BadRow(f"two columns are called {', '.join(twice)}")
    channels = {folded(said): channel for said, channel in mapping.channels.items()}

    def read(cells: Sequence[str]) -> ReadRow:
        def said(known: Said) -> str | None:
            for place in places.get(known, ()):
                if cells[place]:
                    return cells[place]
            return None

        lead_id = derive_id("imported-lead", source, *identity(said))
        contact: dict[str, str | None] = {known: checked(known, said(known)) for known in REACHED}
        contact["name"] = checked("name", said("name") or " ".join(filter(None, (said("first_name"), said("last_name")))) or None)
        plain: dict[str, Any] = {
            "company": must_say("company", said("company")),
            "channel": channels.get(folded(said("channel") or ""), mapping.otherwise),
            **{known: checked(known, said(known)) for known in PLAIN},
        }
        return ReadRow(lead_id, plain, contact)

    return read


def places_of(mapping: ColumnMapping, header: Sequence[str]) -> dict[Said, list[int]]:
    """Where in a row it stands what the mapping looks for, the first that counts first."""
    names = [folded(name) for name in header]
    wanted = {known: map(folded, headers) for known, headers in wanted_headers(mapping).items()}
    return {known: [names.index(name) for name in found if name in names] for known, found in wanted.items()}


def wanted_headers(mapping: ColumnMapping) -> dict[Said, tuple[str, ...]]:
    found: dict[Said, tuple[str, ...]] = {"company": mapping.company}
    for known, headers in mapping.columns.items():
        found[known] = headers
    return found


def identity(said: Callable[[Said], str | None]) -> tuple[str, ...]:
    """What makes a row the same row: its key; where it has none, all it says."""
    key = said("key")
    if key is not None:
        return ("key", key)
    return ("row", *(said(known) or "" for known in TOLD))


def must_say(known: Said, text: str | None) -> str:
    if text is None:
        raise BadRow(f"{known}: is missing")
    return checked(known, text) or ""


def checked(known: Said, text: str | None) -> str | None:
    if text is None:
        return None
    check, why = CHECKS[known]
    try:
        found: str = check.validate_python(text)
    except ValidationError:
        raise BadRow(f"{known}: {why}") from None
    return found


def sealed(row: ReadRow, seal: Seal) -> CaptureLead:
    """The lead with its contact, if it has one; nothing of a person is kept unsealed."""
    if not any(row.contact.values()):
        return CaptureLead(lead_id=row.lead_id, **row.plain)
    contact_id = derive_id(row.lead_id, "contact")
    said = {f"contact_{known}": None if text is None else seal(contact_id, text) for known, text in row.contact.items()}
    return CaptureLead(lead_id=row.lead_id, **row.plain, contact_id=contact_id, **said)
