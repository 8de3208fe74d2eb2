"""A row of another system's export as a lead of ours, or why it is none."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from ltc_events import BadRow, Code, Name, Reader, Seal, Text, Wanted, derive_id
from pydantic import TypeAdapter, ValidationError

from . import lead
from .contact import Email, Phone
from .import_mapping import ColumnMapping, Known
from .lead import CaptureLead

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


def reader(mapping: ColumnMapping, source: str, header: Sequence[str]) -> Reader:
    """How to read rows below this header.

    Raises:
        BadRow: it has no column for the company, or one of its names twice.
    """
    names = [folded(name) for name in header]
    places = {
        known: [names.index(name) for name in map(folded, wanted) if name in names] for known, wanted in wanted_headers(mapping).items()
    }
    used = [place for found in places.values() for place in found]
    if not places["company"]:
        raise BadRow(f"no column is called {' or '.join(mapping.company)}: is this the right mapping?")
    twice = sorted({header[place] for place in used if names.count(names[place]) > 1})
    if twice:
        raise BadRow(f"two columns are called {', '.join(twice)}")
    channels = {folded(said): channel for said, channel in mapping.channels.items()}

    def read(cells: Sequence[str]) -> Wanted:
        def said(known: Said) -> str | None:
            for place in places.get(known, ()):
                if cells[place]:
                    return cells[place]
            return None

        lead_id = derive_id("imported-lead", source, *identity(said))
        contact: dict[Known, str | None] = {known: checked(known, said(known)) for known in REACHED}
        contact["name"] = checked("name", said("name") or " ".join(filter(None, (said("first_name"), said("last_name")))) or None)
        plain: dict[str, Any] = {
            "lead_id": lead_id,
            "company": must_say("company", said("company")),
            "channel": channels.get(folded(said("channel") or ""), mapping.otherwise),
            **{known: checked(known, said(known)) for known in PLAIN},
        }
        return Wanted(lead.decider.of(lead_id), lambda seal: sealed(plain, contact, seal))

    return read


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


def sealed(plain: dict[str, Any], contact: dict[Known, str | None], seal: Seal) -> CaptureLead:
    """The lead with its contact, if it has one; nothing of a person is kept unsealed."""
    if not any(contact.values()):
        return CaptureLead(**plain)
    contact_id = derive_id(plain["lead_id"], "contact")
    said = {f"contact_{known}": None if text is None else seal(contact_id, text) for known, text in contact.items()}
    return CaptureLead(**plain, contact_id=contact_id, **said)
